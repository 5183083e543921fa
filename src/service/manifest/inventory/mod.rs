//! Azure's inventory reports as the source: the newest finished run below a place, its data files one after another.

mod place;

#[cfg(test)]
mod tests;

use std::{
    fs::File,
    time::{Duration, Instant},
};

use ::time::{OffsetDateTime, format_description::well_known::Rfc3339};

use crate::{
    error::UserError,
    manifest::{
        blob_facts::BlobFacts,
        builder::Builder,
        finding::{Code, Finding},
        inventory::{
            self, InventoryColumns, InventoryError, InventoryRows, Row,
            report::{DataFile, Report},
        },
        sink::Sink as _,
        skipped::{SkipReason, Skipped},
        validate::ValidatingSink,
    },
    service::{
        integration::account::resolve,
        manifest::{Building, Writing, dicom, inventory::place::Found},
        problems::disk_problem,
    },
    wizard::manifest::messages::ListingProgress,
};

/// Progress is told at most this often.
const SAMPLE: Duration = Duration::from_millis(100);
/// Between two looks at whether the work was cancelled.
const PART: usize = 2000;

/// Reads it into the manifest; returns the number of blobs that it names.
pub(super) async fn read(
    building: &Building<'_>,
    into: &mut Writing,
    tell: &mut impl FnMut(ListingProgress),
) -> Result<u64, UserError> {
    let Building { access, manifest, .. } = building;
    let Some(file) = manifest.file.as_deref().filter(|file| !file.is_empty()) else {
        return Err(UserError::config(
            "[manifest] source = \"inventory\" needs file: where the inventory's reports are.",
        )
        .hint("Set file to a directory on this machine, or to CONTAINER/PATH/ in the storage account."));
    };
    let resolved = resolve(access)?;
    let container = resolved.open()?;
    let rules = building.rules().await?;
    let wanted = InventoryColumns {
        last_modified: rules.filter().needs_last_modified(),
        tier: rules.filter().needs_tier(),
        etag: building.earlier.is_some() || building.needs_second_pass(),
        metadata: manifest.metadata.blob_metadata,
        tags: manifest.metadata.index_tags,
    };
    let builder = Builder::new(rules, &resolved.object_base(&access.azure), container.name());
    let found = place::find(file, &resolved, building.dir).await?;
    into.writer.note(note(&found.report, OffsetDateTime::now_utc()));
    let mut reading = Reading {
        builder: builder.since(building.known()),
        container: container.name(),
        prefixes: &manifest.prefixes,
        into,
        blobs: 0,
        rows: 0,
        foreign: 0,
        told: Instant::now(),
    };
    for file in &found.report.files {
        reading.file(&found, file, wanted, tell).await?;
    }
    dicom::resolve(&mut reading.builder, &container, building.home, reading.into, reading.blobs, tell).await?;
    reading.finish(&found.report)
}

/// What is read so far.
struct Reading<'a> {
    builder: Builder,
    container: &'a str,
    prefixes: &'a [String],
    into: &'a mut Writing,
    /// Of the container, below the prefixes.
    blobs: u64,
    rows: u64,
    /// Of other containers.
    foreign: u64,
    told: Instant,
}

impl Reading<'_> {
    async fn file(
        &mut self,
        found: &Found,
        file: &DataFile,
        wanted: InventoryColumns,
        tell: &mut impl FnMut(ListingProgress),
    ) -> Result<(), UserError> {
        let (data, place) = found.open(file).await?;
        let mut rows =
            open_rows(data, found.report.is_parquet(file), wanted).map_err(|fault| unreadable(&place, &fault))?;
        loop {
            let mut result = Ok(());
            let more = rows
                .read_some(PART, &mut |row| {
                    if result.is_ok() {
                        result = self.row(row);
                    }
                })
                .map_err(|fault| unreadable(&place, &fault))?;
            result.map_err(|error| disk_problem("write the manifest", &error))?;
            if !more {
                return Ok(());
            }
            if self.told.elapsed() >= SAMPLE {
                self.told = Instant::now();
                tell(self.into.progress(self.blobs));
            }
            tokio::task::yield_now().await;
        }
    }

    fn row(&mut self, row: &Row<'_>) -> std::io::Result<()> {
        self.rows += 1;
        let Some((container, name)) = row.place() else { return Ok(()) };
        if container != self.container {
            self.foreign += 1;
            return Ok(());
        }
        if !self.prefixes.is_empty() && !self.prefixes.iter().any(|prefix| name.starts_with(prefix)) {
            return Ok(());
        }
        self.blobs += 1;
        let skip = |reason| Skipped { name: name.to_owned(), reason };
        if row.is_deleted {
            return self.into.writer.skipped(skip(SkipReason::Deleted));
        }
        if row.is_old {
            return self.into.writer.skipped(skip(SkipReason::OldVersion));
        }
        let mut sink = ValidatingSink { judge: &mut self.into.judge, sink: &mut self.into.writer };
        let (headers, tags) = (row.headers(), row.index_tags());
        self.builder.blob(&BlobFacts { headers: &headers, tags: &tags, ..row.facts(name) }, &mut sink)
    }

    fn finish(self, report: &Report) -> Result<u64, UserError> {
        let Reading { builder, into, .. } = self;
        if self.foreign > 0 {
            into.writer.note(format!("{} rows of the inventory are about other containers.", self.foreign));
        }
        let missing = match report.object_count() {
            _ if report.is_partial() => {
                Some("Azure says that the inventory is not complete (PartiallySucceeded)".to_owned())
            }
            Some(count) if count != self.rows => {
                Some(format!("the inventory's manifest speaks of {count} objects, and its files hold {}", self.rows))
            }
            _ => None,
        };
        let write = || -> std::io::Result<()> {
            builder.finish(&mut ValidatingSink { judge: &mut into.judge, sink: &mut into.writer })?;
            match missing {
                Some(message) => into.writer.finding(Finding::new(Code::InventoryPartial, &report.rule_name, message)),
                None => Ok(()),
            }
        };
        write().map_err(|error| disk_problem("write the manifest", &error))?;
        Ok(self.blobs)
    }
}

/// Which inventory it is, how old, and what it covers.
fn note(report: &Report, now: OffsetDateTime) -> String {
    let mut note = format!("Inventory '{}'", report.rule_name);
    if let Ok(time) = OffsetDateTime::parse(&report.inventory_start_time, &Rfc3339) {
        let hours = (now - time).whole_hours().max(0);
        let age = if hours < 48 { format!("{hours} hours") } else { format!("{} days", hours / 24) };
        note.push_str(&format!(" of {}, {age} old", report.inventory_start_time));
    }
    if let Some(count) = report.object_count() {
        note.push_str(&format!(": {count} objects"));
    }
    note.push_str(". What came into the container since is not in it.");
    for (what, prefixes) in [(" It covers only ", report.covers()), (" It leaves out ", report.leaves_out())] {
        if !prefixes.is_empty() {
            note.push_str(&format!("{what}{}.", prefixes.join(", ")));
        }
    }
    note
}

fn open_rows(data: File, is_parquet: bool, wanted: InventoryColumns) -> Result<Box<dyn InventoryRows>, InventoryError> {
    if is_parquet {
        #[cfg(feature = "parquet")]
        return Ok(Box::new(inventory::parquet::ParquetRows::new(data, wanted)?));
        #[cfg(not(feature = "parquet"))]
        return Err(InventoryError::Header("it is Parquet, and this build of the program reads CSV only".into()));
    }
    Ok(Box::new(inventory::csv::CsvRows::new(data, wanted)?))
}

fn unreadable(place: &str, fault: &InventoryError) -> UserError {
    let mut problem = UserError::other(format!("Could not read the inventory's file {place}."));
    problem.source_message = Some(fault.to_string());
    problem.hint(match fault {
        InventoryError::Missing(_) => {
            "What the config asks for needs it: add it to the fields of the inventory rule in Azure, and wait for the next run."
        }
        _ => "Copy the file again if it is a copy; otherwise use another run of the inventory, or list the container.",
    })
}
