//! `manifest convert`: converts a manifest to another format.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
};

use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        manifest::{
            printer::Printer,
            rules::rules_for,
            target::{JsonForm, check_writable, output_format, write_problem},
        },
        output::Output,
        signals,
    },
    error::UserError,
    manifest::{
        data_items::JobOptions,
        finding::{Finding, Origin},
        item::Item,
        read::{self, FileFacts, Format, ReadError, kind_by_extension},
        sink::Sink,
        skipped::Skipped,
        validate::{ValidatingSink, Validator},
        values::ValidationRules,
        write::{Losses, OutputFormat},
    },
    store::{
        export::{Export, Exported, export},
        manifest_dir::{ManifestDir, writer::ManifestWriter},
    },
    wizard::manifest::problems::findings_problem,
};

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The manifest to read: Encord's JSON in either dialect, CSV, JSON Lines, or a list of URLs.
    input: PathBuf,
    /// The file to write; its name ends in .json, .csv or .jsonl.
    output: PathBuf,
    /// Write OUT-001, OUT-002 and so on, each below Encord's limits: 500,000 items, 1,000,000 URLs and 100 MB, or 10,000 rows of a CSV.
    #[arg(long)]
    split: bool,
    /// Which of Encord's JSON: the file that the web interface takes, or the dataItems of the Python SDK.
    #[arg(long, value_enum, default_value_t)]
    form: JsonForm,
    /// Write what can be written, also when there are errors or when OUT cannot hold everything; says how many items are not in it.
    #[arg(long)]
    lenient: bool,
    /// A saved config's name or a config file's path: its container, schema keys and options are what the items are checked against.
    #[arg(long)]
    config: Option<String>,
    /// Replace OUT if it is there already; without this nothing is overwritten.
    #[arg(long)]
    force: bool,
    /// Print one JSON object a line.
    #[arg(long)]
    json: bool,
}

pub(super) async fn command(args: Args) -> Exit {
    let form = match output_format(&args.output, args.form) {
        Ok(form) => form,
        Err(problem) => return refuse(&problem),
    };
    let mut output = Output::new(args.json);
    let work = tokio::task::spawn_blocking(move || carry_out(&args, form, &mut output));
    tokio::select! {
        ended = work => match ended {
            Ok(Ok(exit)) => exit,
            Ok(Err(problem)) => refuse(&problem),
            Err(error) => refuse(&UserError::other(format!("Converting broke off: {error}."))),
        },
        () = signals::interrupted() => Exit::Interrupted,
    }
}

fn carry_out(args: &Args, form: OutputFormat, output: &mut Output) -> Result<Exit, UserError> {
    let fault = |what: &str, error: &std::io::Error| UserError::other(format!("Could not {what}: {error}."));
    let rules = rules_for(args.config.as_deref(), None)?;
    let mut how = Export {
        form,
        splits: args.split,
        is_lenient: args.lenient,
        options: options(FileFacts::default()),
        replaces: args.force,
    };
    check_writable(&args.output, &how)?;
    let dir = tempfile::tempdir().map_err(|error| fault("make a temporary directory", &error))?;
    let mut printer = Printer::beside(&args.input, args.json);
    let (manifest, facts) = read_manifest(&args.input, dir.path(), &rules, &mut printer)?;
    printer.totals(facts.items);
    let summary = manifest.summary();
    if let Some(problem) = findings_problem(summary).filter(|_| !args.lenient) {
        let hint = problem.hint.clone().unwrap_or_default();
        let problem = problem.hint(format!("{hint} Nothing was written; --lenient writes what can be read."));
        output.problem(&problem);
        return Ok(Exit::of(&problem));
    }
    how.options = options(facts);
    let exported = export(&manifest, &args.output, how).map_err(|error| write_problem(&args.output, &error))?;
    let exit = report_export(output, &manifest, &exported, None);
    let written: u64 = exported.files.iter().map(|(_, items)| items).sum();
    let missing = facts.items.saturating_sub(written);
    if exit == Exit::Done && missing > 0 {
        let are = if missing == 1 { "is" } else { "are" };
        output.event(&json!({ "event": "dropped", "items": missing, "of": facts.items }));
        output.message(&format!(
            "{missing} of the {} items of {} {are} not in {}: what could not be read, or what it cannot hold.",
            facts.items,
            args.input.display(),
            args.output.display()
        ));
    }
    Ok(exit)
}

/// Job options from the file; unset options are off, as in Encord.
fn options(facts: FileFacts) -> JobOptions {
    JobOptions {
        ignore_errors: true,
        skip_duplicate_urls: facts.skip_duplicate_urls.unwrap_or_default(),
        upsert_metadata: facts.upsert_metadata.unwrap_or_default(),
    }
}

/// Writes each item to the manifest and prints each finding while a file is read.
struct ConversionReport<'a> {
    writer: &'a mut ManifestWriter,
    printer: &'a mut Printer,
}

impl Sink for ConversionReport<'_> {
    type Error = std::io::Error;

    fn item(&mut self, origin: &Origin<'_>, item: Item) -> std::io::Result<()> {
        self.writer.item(origin, item)
    }

    fn skipped(&mut self, skipped: Skipped) -> std::io::Result<()> {
        self.writer.skipped(skipped)
    }

    fn finding(&mut self, finding: Finding) -> std::io::Result<()> {
        self.printer.finding(&finding);
        self.writer.finding(finding)
    }
}

/// Reads and validates a file in constant memory.
fn read_manifest(
    path: &Path,
    dir: &Path,
    rules: &ValidationRules,
    printer: &mut Printer,
) -> Result<(ManifestDir, FileFacts), UserError> {
    let cannot_read = |error: std::io::Error| {
        UserError::config(format!("Cannot read {}: {error}.", path.display()))
            .hint("Check the path and its permissions.")
    };
    let cannot_write = |error: std::io::Error| UserError::other(format!("Could not write a temporary file: {error}."));
    let file = File::open(path).map_err(cannot_read)?;
    let mut input = BufReader::with_capacity(256 * 1024, file);
    let format = Format::of(path, input.fill_buf().map_err(cannot_read)?);
    let mut writer = ManifestWriter::create(dir).map_err(cannot_write)?;
    let mut validator = Validator::of_file(rules);
    let mut report = ConversionReport { writer: &mut writer, printer };
    let mut sink = ValidatingSink { judge: &mut validator, sink: &mut report };
    let facts = read::read(format, input, &kind_by_extension, &mut sink).map_err(|error| match error {
        ReadError::File(error) => cannot_read(error),
        ReadError::Sink(error) => cannot_write(error),
    })?;
    validator.finish(&mut report).map_err(cannot_write)?;
    // Only JSON can set this option. For other formats duplicate URLs are skipped, which is this program's default.
    let skip_duplicate_urls = facts.skip_duplicate_urls.or((format != Format::Json).then_some(true));
    let facts = FileFacts { skip_duplicate_urls, ..facts };
    Ok((writer.finish(options(facts)).map_err(cannot_write)?, facts))
}

/// Reports which files were written, or why none was.
pub(super) fn report_export(
    output: &mut Output,
    manifest: &ManifestDir,
    exported: &Exported,
    findings: Option<&Path>,
) -> Exit {
    if exported.files.is_empty() {
        let problem = loss_problem(&exported.losses);
        output.problem(&problem);
        return Exit::of(&problem);
    }
    for (loss, (items, first)) in &exported.losses {
        let (what, advice) = loss.told();
        output.message(&format!("  warning  {items} items, the first '{}', {what}. {advice}", first.escape_debug()));
        output.event(&json!({ "event": "loss", "items": items, "item": first, "message": what }));
    }
    let summary = manifest.summary();
    for (path, items) in &exported.files {
        output.event(&json!({
            "event": "manifest", "path": path, "items": items, "errors": summary.errors, "warnings": summary.warnings,
            "findings": findings,
        }));
        output.result(&format!("{items} items in {}", path.display()));
    }
    for path in &exported.stale {
        output.message(&format!("{} is of an earlier time and not part of this manifest.", path.display()));
    }
    Exit::Done
}

fn loss_problem(losses: &Losses) -> UserError {
    let sentences: Vec<String> = losses
        .iter()
        .map(|(loss, (items, first))| {
            format!("{items} items, the first '{}', {}.", first.escape_debug(), loss.told().0)
        })
        .collect();
    let mut advice: Vec<&str> = losses.keys().map(|loss| loss.told().1).collect();
    advice.dedup();
    UserError::other(format!("Nothing was written, because something would be lost. {}", sentences.join(" ")))
        .hint(format!("{} --lenient of manifest convert writes the rest.", advice.join(" ")))
}
