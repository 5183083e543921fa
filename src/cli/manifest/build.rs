//! `manifest build`: Encord's JSON from a container, without any Encord login.

use std::path::PathBuf;

use serde_json::json;

use super::demands;
use crate::{
    cli::{Exit, exit::refuse, headless::keep_findings, open, output::Output, signals},
    service::build_manifest,
    wizard::{ListingProgress, Problem, findings_problem},
};

pub(super) async fn command(config: &str, output: PathBuf, json: bool) -> Exit {
    if output.extension().is_none_or(|extension| extension != "json") {
        return refuse(
            &Problem::config(format!("{} does not end in .json.", output.display()))
                .hint("The manifest is written as JSON, the form that Encord recommends."),
        );
    }
    tokio::select! {
        exit = build(config, output, json) => exit,
        () = signals::interrupted() => Exit::Interrupted,
    }
}

async fn build(label: &str, target: PathBuf, json: bool) -> Exit {
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
            output.progress(&format!("Listing: {} blobs, {:.0} a second", progress.blobs, progress.per_second));
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
    if let Err(error) = std::fs::copy(manifest.file_form_path(), &target) {
        return fail(&format!("write {}", target.display()), &error);
    }
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
    output.manifest(summary, &target, findings);
    let mut line = format!("{} items from {blobs} blobs in {}", summary.total_items(), target.display());
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
