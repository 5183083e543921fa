//! Prints what was found in a file, as compilers do: a line for each, its place first.

use std::{
    collections::BTreeMap,
    io::{self, BufWriter, Write},
    path::Path,
};

use serde_json::json;

use crate::{
    cli::text::{self, Stream},
    format,
    manifest::finding::{Code, Finding, Severity},
};

/// As many findings of a code are printed for people.
const SHOWN: u64 = 20;

/// Prints findings as they come.
pub(super) struct Printer {
    path: String,
    json: bool,
    out: BufWriter<Box<dyn Write + Send>>,
    look: &'static Stream,
    findings: BTreeMap<Code, u64>,
    errors: u64,
    warnings: u64,
}

impl Printer {
    /// Prints to stdout: the findings are what the command is for.
    pub(super) fn new(path: &Path, json: bool) -> Printer {
        Printer::to(Box::new(io::stdout()), text::out(), path, json)
    }

    /// Prints beside what the command is for: events to stdout, lines for people to stderr.
    pub(super) fn beside(path: &Path, json: bool) -> Printer {
        let out: Box<dyn Write + Send> = if json { Box::new(io::stdout()) } else { Box::new(io::stderr()) };
        Printer::to(out, text::err(), path, json)
    }

    fn to(out: Box<dyn Write + Send>, look: &'static Stream, path: &Path, json: bool) -> Printer {
        let out = BufWriter::with_capacity(64 * 1024, out);
        let path = path.display().to_string();
        Printer { path, json, out, look, findings: BTreeMap::new(), errors: 0, warnings: 0 }
    }

    pub(super) fn finding(&mut self, finding: &Finding) {
        match finding.severity {
            Severity::Error => self.errors += 1,
            Severity::Warning => self.warnings += 1,
        }
        let count = self.findings.entry(finding.code).or_default();
        *count += 1;
        let count = *count;
        let (severity, code) = (finding.severity.name(), finding.code.name());
        if self.json {
            return self.line(&json!({
                "event": "issue", "severity": severity, "code": code, "line": finding.line, "column": finding.column,
                "item": finding.item, "key": finding.key, "message": finding.message, "count": finding.items,
            }));
        }
        if count > SHOWN {
            return;
        }
        let mut place = self.path.clone();
        for part in [finding.line, finding.column].into_iter().flatten() {
            place.push_str(&format!(":{part}"));
        }
        let others = match finding.items {
            0 | 1 => String::new(),
            items => format!(" (in {} items)", format::count(items)),
        };
        let item = match finding.item.as_str() {
            "" => String::new(),
            item => format!(" {}:", item.escape_debug()),
        };
        let severity = match finding.severity {
            Severity::Error => self.look.bad(severity),
            Severity::Warning => self.look.warn(severity),
        };
        self.told(&format!("{place}: {severity}[{code}]:{item} {}{others}", finding.message));
        if count == 1 {
            self.told(&format!("    fix: {}", finding.code.advice()));
        }
    }

    /// Tells the totals; returns whether there were no errors.
    pub(super) fn end(&mut self, items: u64) -> bool {
        if self.json {
            self.line(&json!({
                "event": "manifest", "path": self.path, "items": items, "errors": self.errors, "warnings": self.warnings,
            }));
        }
        self.totals(items)
    }

    /// Tells the totals to people only; returns whether there were no errors.
    pub(super) fn totals(&mut self, items: u64) -> bool {
        if !self.json {
            let more: Vec<_> = self.findings.iter().filter(|(_, count)| **count > SHOWN).collect();
            let lines: Vec<String> = more
                .into_iter()
                .map(|(code, count)| {
                    let (severity, more) = (code.severity().name(), format::count(count - SHOWN));
                    format!("and {more} more {severity}[{}]; --json prints all of them", code.name())
                })
                .collect();
            for line in lines {
                self.told(&line);
            }
            let counted = |count: u64, word: &str| {
                format!("{} {word}{}", format::count(count), if count == 1 { "" } else { "s" })
            };
            let totals = [counted(items, "item"), counted(self.errors, "error"), counted(self.warnings, "warning")];
            let line = format!("{}: {}", self.path, totals.join(", "));
            self.told(&line);
        }
        // A reader that went away has seen enough.
        let _ = self.out.flush();
        self.errors == 0
    }

    /// A line for people.
    fn told(&mut self, line: &str) {
        self.look.print(&mut self.out, line);
    }

    fn line(&mut self, line: &dyn std::fmt::Display) {
        let _ = writeln!(self.out, "{line}");
    }
}
