//! Prints results to stdout (one JSON object per line with `--json`) and messages to stderr.

use std::{
    io::{IsTerminal, Write},
    path::Path,
};

use serde_json::{Value, json};

use crate::{
    cli::{
        progress::{self, ReportedProgress},
        text::{self, printable},
    },
    config::{self, manifest::Source},
    error::UserError,
    manifest::{
        finding::{Code, Severity},
        summary::Summary,
    },
    run::sync_counts::SyncCounts,
    wizard::{
        check::{Check, CheckState},
        destination::Destination,
        manifest::messages::ListingProgress,
        plan::words::destination_words,
        progress::{snapshot::Snapshot, sync::SyncStage},
    },
};

/// Progress of listing a container or reading a file, in one line.
pub(crate) fn listing_line(progress: &ListingProgress) -> String {
    let ListingProgress { blobs, items, skipped, per_second, bytes, .. } = progress;
    match bytes {
        Some((done, all)) => {
            let read = items.values().sum::<u64>() + skipped;
            format!("Reading ({} %): {read} items, {skipped} left out", done.saturating_mul(100) / all.max(&1))
        }
        None => format!("Listing: {blobs} blobs, {skipped} left out, {per_second:.0} a second"),
    }
}

/// One sentence on what the source contained and how many items it produced. Files contain items, other sources blobs.
pub(crate) fn listed_line(manifest: &config::manifest::Manifest, blobs: u64, summary: &Summary) -> String {
    let (items, skipped) = (summary.total_items(), summary.total_skipped());
    match (manifest.source, &manifest.file) {
        (Source::File, Some(file)) => format!("Read {} items from {file}: {items} taken", items + skipped),
        (Source::Inventory, _) => format!("Read {blobs} blobs from the inventory: {items} items"),
        _ => format!("Listed {blobs} blobs: {items} items"),
    }
}

/// A destination as JSON. `uuid` is the UUID of the deepest existing folder.
pub(super) fn destination_json(destination: &Destination) -> Value {
    let existing = destination.existing.as_ref();
    json!({
        "path": destination.path(), "exists": existing.map(|folder| &folder.path), "uuid": existing.map(|folder| folder.uuid),
        "creates": destination.create, "items": destination.items, "description": destination.description,
        "metadata": destination.metadata, "notes": destination.notes,
    })
}

/// A destination as text: what exists, what will be created, and notes.
fn destination_lines(destination: &Destination) -> Vec<String> {
    let words = destination_words(destination).into_iter().enumerate();
    let label = |place| if place == 0 { "folder" } else { "" };
    let mut lines: Vec<String> = words.map(|(place, text)| format!("  {:<10}{text}", label(place))).collect();
    lines.extend(destination.notes.iter().map(|note| format!("            note: {note}")));
    lines.iter().map(|line| printable(line)).collect()
}

/// Where a command's results and messages are printed.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    /// Whether the checks are the command's result (stdout) or messages (stderr).
    checks_are_results: bool,
    live: bool,
    line_open: bool,
    note: Option<String>,
    /// The sync counts printed last.
    sync: Option<SyncCounts>,
    reported: ReportedProgress,
}

impl Output {
    pub(crate) fn new(json: bool) -> Output {
        Output {
            json,
            checks_are_results: false,
            live: std::io::stderr().is_terminal(),
            line_open: false,
            note: None,
            sync: None,
            reported: ReportedProgress::default(),
        }
    }

    /// For the command whose results are the checks.
    pub(crate) fn of_checks(json: bool) -> Output {
        Output { checks_are_results: true, ..Output::new(json) }
    }

    /// Prints a JSON event if `--json` was given. A closed pipe does not stop an import.
    pub(crate) fn event(&mut self, event: &Value) {
        if self.json {
            let mut stdout = std::io::stdout().lock();
            let _ = writeln!(stdout, "{event}").and_then(|()| stdout.flush());
        }
    }

    pub(crate) fn result(&mut self, line: &str) {
        self.close_line();
        if !self.json {
            text::out().print(&mut std::io::stdout(), line);
        }
    }

    /// Prints a result line without wrapping, so that it can be copied.
    pub(crate) fn verbatim(&mut self, line: &str) {
        self.close_line();
        if !self.json {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    pub(crate) fn message(&mut self, line: &str) {
        self.close_line();
        if !self.json {
            text::err().print(&mut std::io::stderr(), line);
        }
    }

    /// Overwrites the progress line; on a terminal only.
    pub(crate) fn progress(&mut self, line: &str) {
        if self.live && !self.json {
            let _ = write!(std::io::stderr(), "\r\x1b[K{}", text::err().cut(line));
            let _ = std::io::stderr().flush();
            self.line_open = true;
        }
    }

    /// Prints what a run waits for, once per change. With `--json` too, because it goes to stderr.
    pub(crate) fn note(&mut self, note: Option<&str>) {
        if self.note.as_deref() != note {
            self.note = note.map(str::to_owned);
            if let Some(note) = note {
                self.close_line();
                text::err().print(&mut std::io::stderr(), note);
            }
        }
    }

    /// Reports the progress of a cloud-synced folder whenever its counts change.
    pub(crate) fn sync(&mut self, counts: Option<&SyncCounts>) {
        let Some(counts) = counts.filter(|counts| self.sync.as_ref() != Some(*counts)) else { return };
        let before = self.sync.replace(*counts).map(|before| SyncStage::of(&before));
        let mut event = json!({ "event": "sync" });
        if let (Some(event), Value::Object(numbers)) = (event.as_object_mut(), counts.to_json()) {
            event.extend(numbers);
        }
        self.event(&event);
        let stage = SyncStage::of(counts);
        if before != Some(stage) {
            self.message(stage.words());
        }
        if !self.live && self.reported.is_due(before != Some(stage)) {
            self.message(&format!("  {}", progress::sync_line(counts)));
        }
    }

    /// Reports how many items were already in the folder, whenever the number grows.
    pub(crate) fn already(&mut self, snapshot: &Snapshot) {
        if let Some(line) = self.reported.already(snapshot) {
            self.message(&line);
        }
    }

    fn close_line(&mut self) {
        if std::mem::take(&mut self.line_open) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    /// Reports the error that stopped a command: as an event with `--json`, and always on stderr.
    pub(crate) fn problem(&mut self, problem: &UserError) {
        self.close_line();
        self.event(&json!({
            "event": "error", "message": problem.summary, "detail": problem.source_message, "hint": problem.hint,
            "exit": problem.kind.exit_code(),
        }));
        let name = text::err().bad("azure-to-encord:");
        text::err().print(&mut std::io::stderr(), &format!("{name} {problem}"));
    }

    pub(crate) fn check(&mut self, check: &Check) {
        self.event(&json!({
            "event": "check", "id": check.id, "state": check.state.name(), "detail": check.detail, "fix": check.fix,
            "why": check.about().why,
        }));
        let to = if self.checks_are_results { text::out() } else { text::err() };
        let mark = match check.state {
            CheckState::Pass => to.ok("ok  "),
            CheckState::Warn => to.warn("warn"),
            CheckState::Fail => to.bad("FAIL"),
            CheckState::Waiting | CheckState::Running | CheckState::Skipped => "-   ".to_owned(),
        };
        self.check_line(&format!("{mark}  {:<24}  {}", check.id, check.detail));
        if check.state == CheckState::Fail {
            self.check_line(&format!("{:32}why: {}", "", check.about().why));
        }
        let mut label = "fix: ";
        for line in check.fix.iter().flat_map(|fix| fix.lines()) {
            self.check_line(&format!("{:32}{label}{line}", ""));
            label = "     ";
        }
    }

    /// Prints how many checks failed, passed, and so on.
    pub(crate) fn tally(&mut self, checks: &[Check]) {
        let count = |state| checks.iter().filter(|check| check.state == state).count();
        let named = [
            (CheckState::Fail, "failed"),
            (CheckState::Warn, "with a warning"),
            (CheckState::Pass, "passed"),
            (CheckState::Skipped, "skipped"),
        ];
        let words: Vec<String> = named.into_iter().map(|(state, word)| format!("{} {word}", count(state))).collect();
        self.check_line(&format!("{} checks: {}.", checks.len(), words.join(", ")));
    }

    fn check_line(&mut self, line: &str) {
        match self.checks_are_results {
            true => self.result(line),
            false => self.message(line),
        }
    }

    /// Reports one issue per code and key with its first item, and the path of the file with all findings.
    pub(crate) fn findings(&mut self, summary: &Summary, file: Option<&Path>) {
        for (code, tally) in summary.tallies() {
            let Some(first) = tally.first.first() else { continue };
            let severity = code.severity().name();
            self.event(&json!({
                "event": "issue", "severity": severity, "code": code.name(), "item": first.item, "key": first.key,
                "message": first.message, "count": tally.items,
            }));
            // These messages name the first items themselves.
            let names_all = matches!(
                code,
                Code::MetadataNoRow | Code::MetadataUnusedRow | Code::MetadataOrphan | Code::MetadataNoSidecar
            );
            let others = match tally.items {
                0 | 1 => String::new(),
                _ if names_all => String::new(),
                items => format!(" (and {} more)", items - 1),
            };
            let item = match first.item.as_str() {
                "" => String::new(),
                item => format!("{}: ", item.escape_debug()),
            };
            let severity = format!("{severity:<7}");
            let severity = match code.severity() {
                Severity::Error => text::err().bad(&severity),
                Severity::Warning => text::err().warn(&severity),
            };
            self.message(&format!("  {severity}  {item}{}{others}", first.message));
        }
        if let Some(file) = file {
            let counts = [(summary.errors, "error"), (summary.warnings, "warning")];
            let counts = counts.map(|(count, word)| format!("{count} {word}{}", if count == 1 { "" } else { "s" }));
            self.message(&format!("All findings ({}): {}", counts.join(", "), file.display()));
        }
    }

    pub(crate) fn manifest(&mut self, summary: &Summary, path: &Path, findings: Option<&Path>) {
        self.event(&json!({
            "event": "manifest", "path": path, "items": summary.total_items(), "errors": summary.errors,
            "warnings": summary.warnings, "findings": findings,
        }));
    }

    /// Reports where the items would go.
    pub(crate) fn destination(&mut self, destination: &Destination) {
        let mut event = json!({ "event": "destination" });
        if let (Value::Object(event), Value::Object(facts)) = (&mut event, destination_json(destination)) {
            event.extend(facts);
        }
        self.event(&event);
        destination_lines(destination).iter().for_each(|line| self.result(line));
    }
}
