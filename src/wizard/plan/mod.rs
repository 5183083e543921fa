//! Everything that a run will change, for the user's yes.

pub(crate) mod equivalent;
pub(crate) mod words;

use crate::{
    config::{self, Config},
    manifest::{batch, kind::Kind},
    schema::{self, merge::Diff},
    wizard::{connections::Integration, destination::Destination, manifest::messages::ManifestFacts},
};

/// What will be sent where, and what it changes.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Encord's API.
    pub domain: String,
    /// The integration through which Encord reads.
    pub integration: Integration,
    /// Changes of the metadata schema, as they were shown: what the config asks for and the edits come to. None where the config
    /// leaves the schema alone.
    pub schema: Diff,
    /// The user's edits of the schema besides what the config asks for.
    pub schema_edits: Vec<schema::edit::Edit>,
    /// Where the items go.
    pub destination: Destination,
    /// Items of each kind.
    pub items: Vec<(Kind, u64)>,
    /// Bytes of all files.
    pub bytes: u64,
    /// The jobs in their order. None where the folder mirrors a place: Encord then finds the files itself.
    pub batches: Vec<batch::Batch>,
    /// How the items of each kind are cut into them.
    pub kinds: Vec<batch::KindPlan>,
    /// Options and limits.
    pub upload: config::upload::Upload,
    /// The failed checks that the user goes on despite.
    pub despite: Vec<&'static str>,
    /// The whole config, to be recorded with the run.
    pub config: Box<Config>,
}

impl Plan {
    pub(super) fn new(
        config: &Config,
        integration: Integration,
        (schema, schema_edits): (Diff, Vec<schema::edit::Edit>),
        facts: Option<&ManifestFacts>,
        destination: Destination,
        despite: Vec<&'static str>,
    ) -> Plan {
        let batch::BatchPlan { batches, kinds } =
            facts.map(|facts| batch::BatchPlan::clone(&facts.cut)).unwrap_or_default();
        let summary = facts.map(|facts| &facts.summary);
        Plan {
            domain: config.encord.domain.clone(),
            integration,
            schema,
            schema_edits,
            destination,
            items: summary.iter().flat_map(|summary| &summary.items).map(|(kind, count)| (*kind, *count)).collect(),
            bytes: summary.map_or(0, |summary| summary.bytes),
            batches,
            kinds,
            upload: config.upload.clone(),
            despite,
            config: Box::new(config.clone()),
        }
    }

    /// How many jobs go out for a kind.
    pub fn jobs(&self, kind: Kind) -> u64 {
        self.kinds.iter().find(|cut| cut.kind == kind).map_or(0, |cut| cut.jobs)
    }

    /// Items of all kinds.
    pub fn total_items(&self) -> u64 {
        self.items.iter().map(|(_, count)| count).sum()
    }
}
