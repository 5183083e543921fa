//! Prints the findings of a file one per line with file, line and column, as compilers do.

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

/// Findings printed per code in text mode.
const MAX_SHOWN: u64 = 20;

pub(super) struct Printer {
    path: String,
    json: bool,
    out: BufWriter<Box<dyn Write + Send>>,
    stream: &'static Stream,
    findings: BTreeMap<Code, u64>,
    errors: u64,
    warnings: u64,
}

impl Printer {
    /// Prints everything to stdout: the findings are the command's result.
    pub(super) fn new(path: &Path, json: bool) -> Printer {
        Printer::to(Box::new(io::stdout()), text::out(), path, json)
    }

    /// Prints events to stdout and text to stderr: the findings are not the command's result.
    pub(super) fn beside(path: &Path, json: bool) -> Printer {
        let out: Box<dyn Write + Send> = if json { Box::new(io::stdout()) } else { Box::new(io::stderr()) };
        Printer::to(out, text::err(), path, json)
    }

    fn to(out: Box<dyn Write + Send>, stream: &'static Stream, path: &Path, json: bool) -> Printer {
        let out = BufWriter::with_capacity(64 * 1024, out);
        let path = path.display().to_string();
        Printer { path, json, out, stream, findings: BTreeMap::new(), errors: 0, warnings: 0 }
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
            return self.json_line(&json!({
                "event": "issue", "severity": severity, "code": code, "line": finding.line, "column": finding.column,
                "item": finding.item, "key": finding.key, "message": finding.message, "count": finding.items,
            }));
        }
        if count > MAX_SHOWN {
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
            Severity::Error => self.stream.bad(severity),
            Severity::Warning => self.stream.warn(severity),
        };
        self.text_line(&format!("{place}: {severity}[{code}]:{item} {}{others}", finding.message));
        if count == 1 {
            self.text_line(&format!("    fix: {}", finding.code.advice()));
        }
    }

    /// Prints the totals. Returns whether there were no errors.
    pub(super) fn end(&mut self, items: u64) -> bool {
        if self.json {
            self.json_line(&json!({
                "event": "manifest", "path": self.path, "items": items, "errors": self.errors, "warnings": self.warnings,
            }));
        }
        self.totals(items)
    }

    /// Prints the totals in text mode only. Returns whether there were no errors.
    pub(super) fn totals(&mut self, items: u64) -> bool {
        if !self.json {
            let more: Vec<_> = self.findings.iter().filter(|(_, count)| **count > MAX_SHOWN).collect();
            let lines: Vec<String> = more
                .into_iter()
                .map(|(code, count)| {
                    let (severity, more) = (code.severity().name(), format::count(count - MAX_SHOWN));
                    format!("and {more} more {severity}[{}]; --json prints all of them", code.name())
                })
                .collect();
            for line in lines {
                self.text_line(&line);
            }
            let counted = |count: u64, word: &str| {
                format!("{} {word}{}", format::count(count), if count == 1 { "" } else { "s" })
            };
            let totals = [counted(items, "item"), counted(self.errors, "error"), counted(self.warnings, "warning")];
            let line = format!("{}: {}", self.path, totals.join(", "));
            self.text_line(&line);
        }
        // A closed pipe is no error.
        let _ = self.out.flush();
        self.errors == 0
    }

    fn text_line(&mut self, line: &str) {
        self.stream.print(&mut self.out, line);
    }

    fn json_line(&mut self, line: &dyn std::fmt::Display) {
        let _ = writeln!(self.out, "{line}");
    }
}
