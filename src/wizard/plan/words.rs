//! The plan in words, the same on the screen and in `run --dry-run`.

use crate::{
    config,
    format::{bytes, count, counted},
    manifest::{
        batch::{CutBy, KindPlan, MOST_JSON},
        kind::Kind,
        validate::MOST_URLS,
    },
    schema::merge::{Change, ChangeKind, describe},
    wizard::{
        check::about,
        connections::Integration,
        destination::{Destination, Mirror, Present},
        folder::mirror,
        plan::Plan,
        saved::Estimate,
    },
};

/// Whether something is to be thought about before it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// No.
    Plain,
    /// Yes.
    Warning,
}

/// What a plan says of one thing. Names in it were chosen by others and may hold anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanLine {
    /// What it is about; empty where it goes on with the one before.
    pub label: &'static str,
    /// What stands before the text in columns that fit those of its neighbours.
    pub head: String,
    /// The text.
    pub text: String,
    /// How it is meant.
    pub tone: Tone,
}

impl PlanLine {
    fn plain(label: &'static str, text: impl Into<String>) -> PlanLine {
        PlanLine { label, head: String::new(), text: text.into(), tone: Tone::Plain }
    }

    fn warning(label: &'static str, text: impl Into<String>) -> PlanLine {
        PlanLine { tone: Tone::Warning, ..PlanLine::plain(label, text) }
    }
}

/// So many changes of the schema are told one by one; step 2 shows all. Deletions always are.
const MOST_CHANGES: usize = 30;

impl Plan {
    /// Everything that the plan does but for the options, what is to be thought about first. `present` is what is known of the
    /// items that the folder holds already, `estimate` how long past runs took.
    pub fn told(&self, present: Option<&Present>, estimate: Option<Estimate>) -> Vec<PlanLine> {
        let mut told = self.warnings();
        match &self.destination.mirror {
            Some(mirror) => told.extend(self.mirrored(mirror)),
            None => told.extend(self.items_told(estimate)),
        }
        for (place, line) in destination_words(&self.destination).into_iter().enumerate() {
            told.push(PlanLine::plain(if place == 0 { "Folder" } else { "" }, line));
        }
        if let Some(present) = present {
            told.push(PlanLine::plain("Compared", present_words(present, self.total_items())));
        }
        told.extend(self.schema_told());
        told.extend(self.jobs_told());
        let Integration { uuid, title } = &self.integration;
        let named = if title.is_empty() { uuid.to_string() } else { format!("{title} ({uuid})") };
        told.push(PlanLine::plain("Integration", named));
        told.push(PlanLine::plain("Encord", self.domain.as_str()));
        if self.destination.mirror.is_some() {
            told.extend(mirror::LIMITS.into_iter().map(|limit| PlanLine::plain("Note", limit)));
        }
        told
    }

    fn warnings(&self) -> Vec<PlanLine> {
        let mut told = Vec::new();
        if !self.despite.is_empty() {
            let names: Vec<String> = self.despite.iter().map(|id| format!("{} ({id})", about(id).name)).collect();
            let words = format!("going on although these checks failed: {}", names.join(", "));
            told.push(PlanLine::warning("Despite", words));
        }
        let deletions = self.schema.changes.iter().filter(|change| is_deletion(change));
        told.extend(deletions.map(|change| PlanLine::warning("Schema", describe_change(change))));
        told.extend(self.destination.notes.iter().map(|note| PlanLine::warning("Note", note.as_str())));
        if self.destination.mirror.is_some() {
            told.extend(mirror::warnings(&self.config).into_iter().map(|words| PlanLine::warning("Note", words)));
        }
        told
    }

    fn items_told(&self, estimate: Option<Estimate>) -> Vec<PlanLine> {
        let items = counted(self.total_items(), "item", "items");
        let jobs = counted(self.batches.len() as u64, "job", "jobs");
        let size = if self.bytes == 0 { "of unknown size".to_owned() } else { bytes(self.bytes) };
        let mut told = vec![PlanLine::plain("Items", format!("{items} in {jobs}, {size}"))];
        told.extend(estimate.map(|estimate| PlanLine::plain("Takes", estimate_words(estimate))));
        told
    }

    /// The jobs of each kind, in columns.
    fn jobs_told(&self) -> Vec<PlanLine> {
        let row = |cut: &KindPlan| (cut.kind.name(), count(cut.items), bytes(cut.bytes));
        let rows: Vec<_> = self.kinds.iter().map(row).collect();
        let widest = |of: fn(&(&'static str, String, String)) -> usize| rows.iter().map(of).max().unwrap_or_default();
        let widths = (widest(|row| row.0.len()), widest(|row| row.1.len()), widest(|row| row.2.len()));
        let rows = self.kinds.iter().zip(&rows).enumerate();
        rows.map(|(place, (cut, (name, items, size)))| {
            let label = if place == 0 { "Jobs" } else { "" };
            let size = if cut.bytes == 0 { "" } else { size };
            let head = format!("{name:<0$}  {items:>1$}  {size:>2$}  ", widths.0, widths.1, widths.2);
            PlanLine { head, ..PlanLine::plain(label, jobs_words(cut, &self.upload)) }
        })
        .collect()
    }

    fn mirrored(&self, mirror: &Mirror) -> Vec<PlanLine> {
        vec![
            PlanLine::plain("Mirrors", mirror.remote_url.as_str()),
            PlanLine::plain("Metadata", mirror::metadata_words(mirror)),
        ]
    }

    fn schema_told(&self) -> Vec<PlanLine> {
        let changes = &self.schema.changes;
        if changes.is_empty() {
            let words = match self.config.schema.skip {
                true => "left alone; Index and Active cannot filter by keys that it lacks",
                false => "no change",
            };
            return vec![PlanLine::plain("Schema", words)];
        }
        let others: Vec<&Change> = changes.iter().filter(|change| !is_deletion(change)).collect();
        let mut words: Vec<String> = others.iter().take(MOST_CHANGES).map(|change| describe_change(change)).collect();
        if others.len() > MOST_CHANGES {
            words.push(format!("and {} more; step 2 shows all", count((others.len() - MOST_CHANGES) as u64)));
        }
        let label = |place| if place == 0 { "Schema" } else { "" };
        words.into_iter().enumerate().map(|(place, text)| PlanLine::plain(label(place), text)).collect()
    }
}

/// How the items of a kind are cut.
fn jobs_words(cut: &KindPlan, upload: &config::upload::Upload) -> String {
    let limits = upload.limits();
    let number = match cut.kind {
        Kind::Video => limits.videos_per_job,
        _ => limits.images_per_job,
    };
    let limit = |by: &CutBy| match by {
        CutBy::Number => counted(number, "item", "items"),
        CutBy::Bytes => format!("{} GB", count(upload.gigabytes_per_job)),
        CutBy::Urls => format!("{} URLs", count(MOST_URLS)),
        CutBy::Json => format!("{} of JSON", bytes(MOST_JSON)),
    };
    let jobs = counted(cut.jobs, "job", "jobs");
    let each = match (cut.jobs, cut.fewest == cut.most) {
        (1, _) => String::new(),
        (_, true) => format!(" of {}", count(cut.most)),
        (_, false) => format!(" of {} to {}", count(cut.fewest), count(cut.most)),
    };
    let mut words = format!("{jobs}{each}");
    match cut.by.iter().collect::<Vec<_>>().as_slice() {
        [] => {}
        [(by, _)] => words.push_str(&format!(", {} at most", limit(by))),
        several => {
            let ends: Vec<String> =
                several.iter().map(|(by, times)| format!("{} at {}", count(**times), limit(by))).collect();
            words.push_str(&format!("; of these end {}", ends.join(", ")));
        }
    }
    if cut.unsized_items > 0 && cut.bytes > 0 {
        words.push_str(&format!("; the size of {} is not known", count(cut.unsized_items)));
    }
    words
}

fn is_deletion(change: &Change) -> bool {
    matches!(change.kind, ChangeKind::Delete | ChangeKind::DeleteForEver)
}

/// A change of the schema in words.
pub fn describe_change(change: &Change) -> String {
    let (key, then) = (&change.key, describe(&change.then));
    let now = change.now.as_ref().map(describe).unwrap_or_default();
    match change.kind {
        ChangeKind::Add => format!("+ {key}: {then}"),
        ChangeKind::Widen => format!("~ {key}: widened to {then}"),
        ChangeKind::Restore => format!("+ {key}: restored as {then}"),
        ChangeKind::Delete => format!("- {key}: deleted for everybody in your organisation; can be restored ({now})"),
        ChangeKind::DeleteForEver => {
            format!("- {key}: deleted for ever for everybody in your organisation; cannot be undone ({now})")
        }
        ChangeKind::Conflict => format!("! {key}: stays {now}"),
    }
}

/// Where items go: what of it exists, what will be created and how.
pub fn destination_words(destination: &Destination) -> Vec<String> {
    let created = counted(destination.create.len() as u64, "folder", "folders");
    let is_mirror = destination.mirror.is_some();
    let made = match (is_mirror, destination.create.len() as u64) {
        (false, _) => format!("{created} will be created"),
        (true, 0 | 1) => "a cloud-synced folder will be created".to_owned(),
        (true, all) => {
            format!("a cloud-synced folder will be created, and {} above it", counted(all - 1, "folder", "folders"))
        }
    };
    let holds = destination.items.map(|items| format!(", holds {}", counted(items, "item", "items")));
    let again = if is_mirror { "; it is synced again" } else { "" };
    let state = match (&destination.existing, destination.create.is_empty()) {
        (_, true) => format!("exists{}{again}", holds.unwrap_or_default()),
        (None, false) => made,
        (Some(folder), false) => format!("'{}' exists, {made} below it", folder.path),
    };
    let mut lines = vec![format!("{} ({state})", destination.path())];
    if !destination.create.is_empty() {
        lines.extend(destination.description.iter().map(|text| format!("description: {text}")));
        lines.extend(destination.metadata.iter().map(|(key, value)| format!("metadata: {key} = {value}")));
    }
    lines
}

/// What of the manifest a folder holds already. `items` is how many the manifest has; those of several files are not compared.
pub fn present_words(present: &Present, items: u64) -> String {
    let new = count(present.of.saturating_sub(present.present));
    let there = count(present.present);
    let looked_at = counted(present.looked_at, "item", "items");
    match (present.is_done, present.is_cut) {
        (false, _) => format!("{there} of {} found so far, {looked_at} of the folder looked at", count(present.of)),
        (true, false) => match items.saturating_sub(present.of) {
            0 => format!("{new} new, {there} already there"),
            rest => format!(
                "{new} new, {there} already there; {} of several files cannot be compared",
                counted(rest, "item", "items")
            ),
        },
        (true, true) => {
            format!(
                "at least {there} already there, at most {new} new: only the folder's first {looked_at} were looked at"
            )
        }
    }
}

/// How long a run is likely to take, and how that is known.
pub fn estimate_words(estimate: Estimate) -> String {
    let Estimate { seconds, runs } = estimate;
    // Nobody can tell it more exactly than this.
    let about = match seconds {
        0..10 => "a few seconds".to_owned(),
        10..55 => format!("about {} seconds", (seconds + 5) / 10 * 10),
        55..3_570 => format!("about {}", counted((seconds + 30) / 60, "minute", "minutes")),
        3_570..36_000 => {
            let minutes = (seconds + 300) / 600 * 10;
            let hours = counted(minutes / 60, "hour", "hours");
            match minutes % 60 {
                0 => format!("about {hours}"),
                minutes => format!("about {hours} {minutes} minutes"),
            }
        }
        36_000..172_800 => format!("about {}", counted((seconds + 1_800) / 3_600, "hour", "hours")),
        _ => format!("about {}", counted((seconds + 43_200) / 86_400, "day", "days")),
    };
    let past = match runs {
        1 => "a past run".to_owned(),
        runs => format!("{} past runs", count(runs as u64)),
    };
    format!("{about}, at the pace of {past} on this Encord")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{
            batch::{Batcher, GIGABYTE, ItemSize},
            kind::Kind,
        },
        wizard::destination::FolderRef,
    };

    #[test]
    fn durations_are_told_no_finer_than_they_are_known() {
        for (seconds, words) in [
            (0, "a few seconds"),
            (9, "a few seconds"),
            (44, "about 40 seconds"),
            (59, "about 1 minute"),
            (722, "about 12 minutes"),
            (3_569, "about 59 minutes"),
            (3_570, "about 1 hour"),
            (8_000, "about 2 hours 10 minutes"),
            (35_999, "about 10 hours"),
            (36_000, "about 10 hours"),
            (90_000, "about 25 hours"),
            (400_000, "about 5 days"),
        ] {
            let told = estimate_words(Estimate { seconds, runs: 3 });
            assert_eq!(told, format!("{words}, at the pace of 3 past runs on this Encord"), "{seconds}");
        }
        assert!(estimate_words(Estimate { seconds: 60, runs: 1 }).ends_with("the pace of a past run on this Encord"));
    }

    #[test]
    fn what_cut_the_jobs_is_told() {
        let words = |kind, items: &[ItemSize]| {
            let upload = config::upload::Upload::default();
            let mut cutter = Batcher::new(upload.limits());
            cutter.kind(kind, items.len() as u64);
            items.iter().for_each(|item| cutter.item(*item));
            jobs_words(&cutter.finish().kinds[0], &upload)
        };
        let item = |bytes| ItemSize { bytes, urls: 1, json: 100 };
        assert_eq!(words(Kind::Pdf, &[item(5)]), "1 job");
        assert_eq!(words(Kind::Video, &vec![item(5); 250]), "3 jobs of 83 to 84, 100 items at most");
        assert_eq!(words(Kind::Image, &vec![item(0); 2000]), "2 jobs of 1,000, 1,000 items at most");
        assert_eq!(words(Kind::Video, &[item(GIGABYTE); 5]), "3 jobs of 1 to 2, 2 GB at most");
        let mixed = [vec![item(GIGABYTE); 3], vec![item(0); 120]].concat();
        assert_eq!(
            words(Kind::Video, &mixed),
            "3 jobs of 2 to 61; of these end 1 at 100 items, 1 at 2 GB; the size of 120 is not known"
        );
        let many = ItemSize { urls: 600_000, ..item(1) };
        assert_eq!(words(Kind::ImageGroup, &[many; 2]), "2 jobs of 1, 1,000,000 URLs at most");
        let long = ItemSize { json: 60_000_000, ..item(1) };
        assert_eq!(words(Kind::ImageGroup, &[long; 2]), "2 jobs of 1, 100 MB of JSON at most");
    }

    #[test]
    fn destinations_say_what_exists_and_what_is_made() {
        let existing = Some(FolderRef { uuid: uuid::Uuid::nil(), path: "Raw".into() });
        let create = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let mirror = Some(Mirror { remote_url: "https://a/b/".into(), sidecar: None });
        for (existing, made, items, mirror, words) in [
            (existing.clone(), vec![], Some(12_000), None, "Raw (exists, holds 12,000 items)"),
            (existing.clone(), vec![], None, None, "Raw (exists)"),
            (None, create(&["New"]), None, None, "New (1 folder will be created)"),
            (
                existing.clone(),
                create(&["a", "b"]),
                None,
                None,
                "Raw/a/b ('Raw' exists, 2 folders will be created below it)",
            ),
            (existing.clone(), vec![], Some(1), mirror.clone(), "Raw (exists, holds 1 item; it is synced again)"),
            (
                None,
                create(&["a", "b"]),
                None,
                mirror,
                "a/b (a cloud-synced folder will be created, and 1 folder above it)",
            ),
        ] {
            let destination = Destination { existing, create: made, items, mirror, ..Destination::default() };
            assert_eq!(destination_words(&destination), [words]);
        }
        let described = Destination {
            create: create(&["a"]),
            description: Some("ours".into()),
            metadata: serde_json::Map::from_iter([("k".to_owned(), 1.into())]),
            ..Destination::default()
        };
        let lines = ["a (1 folder will be created)", "description: ours", "metadata: k = 1"];
        assert_eq!(destination_words(&described), lines);
    }
}
