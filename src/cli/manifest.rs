//! `manifest build`: a manifest from a container, a file or an inventory, without any Encord login.

use std::path::PathBuf;

use serde_json::json;

use super::{
    Exit,
    exit::refuse,
    headless::keep_findings,
    manifest_convert::{self, tell, unknown_form},
    open,
    output::{Output, listing_line},
    signals,
};
use crate::{
    manifest::{Demands, Dialect, Values, write::Form},
    service::build_manifest,
    store::{Export, config::Config, export},
    wizard::{ListingProgress, Problem, findings_problem},
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// List the container and write the manifest that Encord takes. What is found in it goes into OUT.findings.jsonl beside it.
    #[command(after_help = "Example:\n  azure-to-encord manifest build site.toml -o manifest.json")]
    Build {
        /// A saved config's name or a config file's path.
        config: String,
        /// The file to write; its name ends in .json, .csv or .jsonl.
        #[arg(short, long, value_name = "OUT")]
        output: PathBuf,
        /// Write OUT-001, OUT-002 and so on, each below Encord's limits: 500,000 items, 1,000,000 URLs and 100 MB, or 10,000 rows of a CSV.
        #[arg(long)]
        split: bool,
        /// Print one JSON object a line.
        #[arg(long)]
        json: bool,
    },
    /// Write a manifest in another form; needs no config and no login.
    #[command(
        after_help = "Examples:\n  azure-to-encord manifest convert manifest.csv manifest.json\n  azure-to-encord manifest convert big.json part.json --split\n  azure-to-encord manifest convert manifest.json sdk.json --form data-items"
    )]
    Convert(manifest_convert::Args),
}

pub(crate) async fn manifest(command: Command) -> Exit {
    match command {
        Command::Build { config, output, split, json } => match Form::of(&output, Dialect::File) {
            None => refuse(&unknown_form(&output)),
            Some(form) => tokio::select! {
                exit = build(&config, output, form, split, json) => exit,
                () = signals::interrupted() => Exit::Interrupted,
            },
        },
        Command::Convert(args) => manifest_convert::convert(args).await,
    }
}

async fn build(label: &str, target: PathBuf, form: Form, splits: bool, json: bool) -> Exit {
    let mut output = Output::new(json);
    let (_, config) = match open::home_and_config(label) {
        Ok(opened) => opened,
        Err(problem) => return refuse(&problem),
    };
    let fail = |what: &str, error: &std::io::Error| refuse(&Problem::other(format!("Could not {what}: {error}.")));
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => return fail("make a temporary directory", &error),
    };
    let built = {
        let mut tell = |progress: ListingProgress| {
            output.progress(&listing_line(&progress));
        };
        let demands = demands(&config);
        let access = config.azure.clone().into();
        build_manifest(&access, &config.manifest, config.upload.options(), &demands, dir.path(), &mut tell).await
    };
    let (manifest, blobs) = match built {
        Ok(built) => built,
        Err(problem) => {
            output.problem(&problem);
            return Exit::of(&problem);
        }
    };
    // The form that Encord recommends is written whatever it holds: what is known of single frames has no place in it.
    let is_lenient = matches!(form, Form::Json(_));
    let how = Export { form, splits, is_lenient, options: config.upload.options() };
    let exported = match export(&manifest, &target, how) {
        Ok(exported) => exported,
        Err(error) => return fail(&format!("write {}", target.display()), &error),
    };
    let summary = manifest.summary();
    output.event(&json!({
        "event": "listing", "blobs": blobs, "items": summary.total_items(), "skipped": summary.total_skipped(),
    }));
    let beside = target.with_extension("findings.jsonl");
    let findings = match keep_findings(summary, &manifest.findings_path(), &beside) {
        Ok(kept) => kept.then_some(beside.as_path()),
        Err(error) => return fail(&format!("write {}", beside.display()), &error),
    };
    output.findings(summary, findings);
    let told = tell(&mut output, &manifest, &exported, findings);
    if told != Exit::Done {
        return told;
    }
    let mut line = format!("{} items from {blobs} blobs", summary.total_items());
    for (reason, count) in &summary.skipped {
        line.push_str(&format!("\n  left out: {count} {}", reason.label()));
    }
    output.result(&line);
    if let Some(problem) = findings_problem(summary) {
        output.problem(&problem);
        return Exit::of(&problem);
    }
    Exit::Done
}

/// The organisation's schema is not known here; what the config says of it is.
fn demands(config: &Config) -> Demands {
    let schema = &config.schema;
    let values = if schema.skip { None } else { Values::of_keys(&schema.keys, schema.coerce) };
    Demands { strict: config.encord.strict_client_only, values }
}
