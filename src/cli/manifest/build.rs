//! `manifest build`: writes a manifest of a container; needs no Encord login.

use std::path::PathBuf;

use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        headless::keep_findings,
        manifest::{
            convert::report_export,
            rules::config_rules,
            target::{Writing, check_writable, write_problem},
        },
        open,
        output::{Output, listed_line, listing_line},
        signals,
    },
    error::UserError,
    manifest::write::OutputFormat,
    service::manifest::{build_manifest, since::Runs},
    store::export::{Export, export, findings_beside},
    wizard::manifest::{messages::ListingProgress, problems::findings_problem},
};

pub(super) async fn command(config: &str, output: PathBuf, writing: Writing, json: bool) -> Exit {
    tokio::select! {
        exit = build(config, output, writing, json) => exit,
        () = signals::interrupted() => Exit::Interrupted,
    }
}

async fn build(label: &str, target: PathBuf, writing: Writing, json: bool) -> Exit {
    let mut output = Output::new(json);
    let (home, config) = match open::home_and_config(label) {
        Ok(opened) => opened,
        Err(problem) => return refuse(&problem),
    };
    // JSON is always written leniently: it has no place for the metadata of single frames.
    let Writing { form, splits, replaces } = writing;
    let is_lenient = matches!(form, OutputFormat::Json(_));
    let how = Export { form, splits, is_lenient, options: config.upload.options(), replaces };
    if let Err(problem) = check_writable(&target, &how) {
        return refuse(&problem);
    }
    let fail = |what: &str, error: &std::io::Error| refuse(&UserError::other(format!("Could not {what}: {error}.")));
    let dir = match tempfile::tempdir() {
        Ok(dir) => dir,
        Err(error) => return fail("make a temporary directory", &error),
    };
    let built = {
        let mut report = |progress: ListingProgress| {
            output.progress(&listing_line(&progress));
        };
        let rules = config_rules(&config);
        let runs = Runs { home: &home, config: label };
        let access = config.azure.clone().into();
        build_manifest(&access, &config.manifest, config.upload.options(), &rules, dir.path(), runs, &mut report).await
    };
    let (manifest, blobs) = match built {
        Ok(built) => built,
        Err(problem) => {
            output.problem(&problem);
            return Exit::of(&problem);
        }
    };
    let exported = match export(&manifest, &target, how) {
        Ok(exported) => exported,
        Err(error) => return refuse(&write_problem(&target, &error)),
    };
    let summary = manifest.summary();
    summary.notes.iter().for_each(|note| output.message(note));
    output.event(&json!({
        "event": "listing", "blobs": blobs, "items": summary.total_items(), "skipped": summary.total_skipped(),
        "notes": summary.notes,
    }));
    let beside = findings_beside(&target);
    let findings = match keep_findings(summary, &manifest.findings_path(), &beside) {
        Ok(kept) => kept.then_some(beside.as_path()),
        Err(error) => return fail(&format!("write {}", beside.display()), &error),
    };
    output.findings(summary, findings);
    let exit = report_export(&mut output, &manifest, &exported, findings);
    if exit != Exit::Done {
        return exit;
    }
    let mut line = listed_line(&config.manifest, blobs, summary);
    for (reason, count) in &summary.skipped {
        line.push_str(&format!("\n  left out: {count} {}", reason.label()));
    }
    output.result(&line);
    if let Some(problem) = findings_problem(summary) {
        let hint = problem.hint.clone().unwrap_or_default();
        let with = match summary.items_with_errors {
            0 => "without what could not be read".to_owned(),
            1 => "the item that has errors included".to_owned(),
            count => format!("the {count} items that have errors included"),
        };
        let written =
            format!("{} was written all the same, {with}; because of the errors the exit code is 1.", target.display());
        let problem = problem.hint(format!("{hint} {written}"));
        output.problem(&problem);
        return Exit::of(&problem);
    }
    Exit::Done
}
