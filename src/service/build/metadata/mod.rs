//! What the client metadata of items is gathered from besides their names.

pub(in crate::service) mod sidecars;

use crate::{
    manifest::metadata::columns::Names,
    service::{azure, problems::azure_problem},
    store::config::Join,
    wizard::Problem,
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
pub(in crate::service) fn tags_problem(error: &azure::Error) -> Problem {
    let problem = azure_problem(error);
    if !is_refusal(error) {
        return problem;
    }
    let what = format!("The index tags of the blobs cannot be read. {}", problem.what);
    Problem { what, ..problem }.hint(
        "Reading index tags needs a permission besides List: Filter by tags and Tags (ft) in a SAS token, or the role Storage Blob \
         Data Owner; accounts with a hierarchical namespace have no tags. Or set index_tags = false under [manifest.metadata].",
    )
}

/// Whether the service understood the request and will not carry it out.
pub(in crate::service) fn is_refusal(error: &azure::Error) -> bool {
    match &error.kind {
        azure::ErrorKind::Auth { .. } => true,
        azure::ErrorKind::Service { status, .. } => (400..500).contains(status),
        _ => false,
    }
}
