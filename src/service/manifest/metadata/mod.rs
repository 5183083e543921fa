//! What the client metadata of items is gathered from besides their names.

pub(crate) mod enrich;
pub(crate) mod sidecars;

use crate::{
    azure, config::manifest::Join, error::UserError, manifest::metadata::columns::Names,
    service::problems::azure_problem,
};

impl From<Join> for Names {
    fn from(join: Join) -> Names {
        match join {
            Join::Name => Names::Name,
            Join::Title => Names::Title,
            Join::Url => Names::Url,
        }
    }
}

impl From<Names> for Join {
    fn from(names: Names) -> Join {
        match names {
            Names::Name => Join::Name,
            Names::Title => Join::Title,
            Names::Url => Join::Url,
        }
    }
}

/// Why a listing with index tags was refused, if the tags may be the reason: they need more than a listing without them.
pub(crate) fn tags_problem(error: &azure::error::Error) -> UserError {
    let problem = azure_problem(error);
    if !is_refusal(error) {
        return problem;
    }
    let what = format!("The index tags of the blobs cannot be read. {}", problem.summary);
    UserError { summary: what, ..problem }.hint(
        "Reading index tags needs a permission besides List: Filter by tags and Tags (ft) in a SAS token, or the role Storage Blob \
         Data Owner; accounts with a hierarchical namespace have no tags. Or set index_tags = false under [manifest.metadata].",
    )
}

/// Whether the service understood the request and will not carry it out.
pub(crate) fn is_refusal(error: &azure::error::Error) -> bool {
    match &error.kind {
        azure::error::ErrorKind::Auth { .. } => true,
        azure::error::ErrorKind::Service { status, .. } => (400..500).contains(status),
        _ => false,
    }
}
