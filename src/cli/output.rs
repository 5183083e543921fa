//! What commands print: results on stdout, one JSON object a line where asked, messages on stderr.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use crate::{
    manifest::Warning,
    store::Summary,
    wizard::{Check, CheckState, Plan, Problem},
};

/// Where a command's results and messages go.
#[derive(Debug)]
pub(crate) struct Output {
    json: bool,
    live: bool,
    line_open: bool,
    note: Option<String>,
}

impl Output {
    pub(crate) fn new(json: bool) -> Output {
        Output { json, live: std::io::stderr().is_terminal(), line_open: false, note: None }
    }

    /// Prints a JSON event, if asked for. A reader that went away does not stop an import.
    pub(crate) fn event(&mut self, event: &Value) {
        if self.json {
            let mut stdout = std::io::stdout().lock();
            let _ = writeln!(stdout, "{event}").and_then(|()| stdout.flush());
        }
    }

    /// Prints a line of results for people.
    pub(crate) fn result(&mut self, line: &str) {
        self.close_line();
        if !self.json {
            let _ = writeln!(std::io::stdout(), "{line}");
        }
    }

    /// Prints a message for people.
    pub(crate) fn message(&mut self, line: &str) {
        self.close_line();
        if !self.json {
            let _ = writeln!(std::io::stderr(), "{line}");
        }
    }

    /// Shows progress on one line that is written over and over; on a terminal only.
    pub(crate) fn progress(&mut self, line: &str) {
        if self.live && !self.json {
            let _ = write!(std::io::stderr(), "\r\x1b[K{line}");
            let _ = std::io::stderr().flush();
            self.line_open = true;
        }
    }

    /// Tells what a run waits for, once each time it changes; in JSON mode on stderr as well, where it is in nobody's way.
    pub(crate) fn note(&mut self, note: Option<&str>) {
        if self.note.as_deref() != note {
            self.note = note.map(str::to_owned);
            if let Some(note) = note {
                self.close_line();
                let _ = writeln!(std::io::stderr(), "{note}");
            }
        }
    }

    fn close_line(&mut self) {
        if std::mem::take(&mut self.line_open) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        }
    }

    /// Tells what stopped a command; in JSON mode as an event, and for people on stderr in any case.
    pub(crate) fn problem(&mut self, problem: &Problem) {
        self.close_line();
        self.event(&json!({
            "event": "error", "message": problem.what, "detail": problem.said, "hint": problem.hint,
            "exit": problem.class.exit_code(),
        }));
        let _ = writeln!(std::io::stderr(), "azure-to-encord: {problem}");
    }

    pub(crate) fn check(&mut self, check: &Check) {
        self.event(&json!({
            "event": "check", "id": check.id, "state": check.state.name(), "detail": check.detail, "fix": check.fix,
            "why": check.about().why,
        }));
        let mark = match check.state {
            CheckState::Pass => "ok  ",
            CheckState::Warn => "warn",
            CheckState::Fail => "FAIL",
            CheckState::Waiting | CheckState::Running | CheckState::Skipped => "-   ",
        };
        self.message(&format!("{mark}  {:<20} {}", check.id, check.detail));
        if let Some(fix) = &check.fix {
            self.message(&format!("      {fix}"));
        }
    }

    pub(crate) fn warning(&mut self, warning: &Warning) {
        self.event(&json!({
            "event": "issue", "severity": "warning", "code": warning.code, "item": warning.name, "message": warning.message,
        }));
        self.message(&format!("  warning  {}: {}", warning.name.escape_debug(), warning.message));
    }

    /// What strict client-only access forbids: the first item of each reason as an issue.
    pub(crate) fn faults(&mut self, summary: &Summary) {
        for (fault, faults) in &summary.faults {
            self.event(&json!({
                "event": "issue", "severity": "error", "code": fault.code(), "item": faults.first,
                "message": fault.reason(), "count": faults.items,
            }));
        }
    }

    pub(crate) fn plan(&mut self, plan: &Plan) {
        let items: Vec<Value> = plan
            .items
            .iter()
            .map(|(kind, count)| json!({ "type": kind, "items": count, "jobs": plan.jobs(*kind) }))
            .collect();
        let schema: Vec<Value> =
            plan.schema.changes.iter().map(|change| json!({ "key": change.key, "type": change.then })).collect();
        self.event(&json!({
            "event": "plan", "domain": plan.domain, "integration": plan.integration.title, "folder": plan.destination.path(),
            "creates": plan.destination.create, "items": plan.total_items(), "jobs": plan.batches.len(), "bytes": plan.bytes,
            "types": items, "schema": schema, "options": plan.upload.options(),
        }));
        if self.json {
            return;
        }
        self.result("The plan:");
        for (kind, count) in &plan.items {
            self.result(&format!("  {count:>9} {kind:<15} in {} job(s)", plan.jobs(*kind)));
        }
        self.result(&format!("  to        {} through the integration '{}'", plan.domain, plan.integration.title));
        let create = match plan.destination.create.len() {
            0 => "exists".to_owned(),
            count => format!("{count} folder(s) will be created"),
        };
        self.result(&format!("  folder    {} ({create})", plan.destination.path()));
        for change in &plan.schema.changes {
            self.result(&format!("  schema    {} {}", change.key, crate::schema::describe(&change.then)));
        }
        let upload = &plan.upload;
        self.result(&format!(
            "  options   {} errors of single files, {} URLs already there, {} their metadata, {} job(s) at a time",
            if upload.ignore_individual_file_errors { "ignore" } else { "stop at" },
            if upload.skip_duplicate_urls { "skip" } else { "register again" },
            if upload.upsert_metadata { "update" } else { "keep" },
            upload.jobs_in_flight
        ));
    }
}
