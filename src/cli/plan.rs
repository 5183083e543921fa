//! Prints the plan before `run` asks for confirmation: the content of the wizard's review, as text or as one JSON
//! event.

use serde_json::{Value, json};

use crate::{
    cli::{
        output::{Output, destination_json},
        text::{self, printable},
    },
    format::count,
    manifest::{
        batch::MOST_JSON,
        validate::{MOST_ITEMS, MOST_URLS},
    },
    wizard::{
        destination::Present,
        folder::mirror,
        plan::{
            Plan,
            equivalent::config_text,
            words::{PlanLine, Tone, describe_change},
        },
        saved::Estimate,
        upload::option::UploadOption,
    },
};

/// A plan with what is known about its effect.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PlanReport<'a> {
    pub(crate) plan: &'a Plan,
    /// Set if the plan is a retry.
    pub(crate) retry: Option<RetryOf<'a>>,
    /// How many of the items the folder already contains.
    pub(crate) present: Option<&'a Present>,
    pub(crate) estimate: Option<Estimate>,
    /// The command that carries the plan out.
    pub(crate) command: Option<&'a str>,
}

/// The run that a retry repeats.
#[derive(Debug, Clone, Copy)]
pub(crate) struct RetryOf<'a> {
    /// The run whose failed items are sent again.
    pub(crate) run: &'a str,
    /// Items that Encord may have registered already.
    pub(crate) uncertain: u64,
}

/// Width of the label column, including the space after it.
const LABEL: usize = 13;

pub(crate) fn report(output: &mut Output, report: &PlanReport<'_>) {
    output.event(&event(report));
    for line in lines(report) {
        let line = printable(&line);
        match line.strip_prefix('!') {
            Some(rest) => output.result(&format!("{}{rest}", text::out().warn("!"))),
            None => output.result(&line),
        }
    }
    if let Some(command) = report.command {
        output.verbatim(&printable(&format!("  {:<LABEL$}{command}", "command")));
    }
}

fn lines(report: &PlanReport<'_>) -> Vec<String> {
    let PlanReport { plan, retry, present, estimate, .. } = *report;
    let mut lines = match retry {
        None => vec!["The plan:".to_owned()],
        Some(retry) => vec![format!("The plan, of what failed or was cancelled in run {}:", retry.run)],
    };
    let uncertain = retry.filter(|retry| retry.uncertain > 0).map(|retry| uncertain_line(retry.uncertain, plan));
    for line in uncertain.into_iter().chain(plan.told(present, estimate)) {
        let sign = if line.tone == Tone::Warning { '!' } else { ' ' };
        lines.push(format!("{sign} {:<LABEL$}{}{}", line.label.to_lowercase(), line.head, line.text));
    }
    if plan.destination.mirror.is_none() {
        for (place, option) in UploadOption::ALL.into_iter().enumerate() {
            let label = if place == 0 { "options" } else { "" };
            let (name, value) = (option.label(), option.value(&plan.config));
            lines.push(format!("  {label:<LABEL$}{name}: {value}. {}", option.meaning(&plan.config)));
        }
    }
    lines
}

fn uncertain_line(uncertain: u64, plan: &Plan) -> PlanLine {
    let then = match plan.upload.skip_duplicate_urls {
        true => "those are skipped",
        false => "those are then there twice",
    };
    let text = format!("{} of the items may be there already; {then}", count(uncertain));
    PlanLine { label: "Note", head: String::new(), text, tone: Tone::Warning }
}

fn event(report: &PlanReport<'_>) -> Value {
    let PlanReport { plan, retry, present, estimate, command } = *report;
    let types: Vec<Value> = plan
        .kinds
        .iter()
        .map(|cut| {
            json!({
                "type": cut.kind, "items": cut.items, "jobs": cut.jobs, "bytes": cut.bytes, "unknown_size": cut.unsized_items,
                "smallest_job": cut.fewest, "largest_job": cut.most, "cut_by": cut.by,
            })
        })
        .collect();
    let changes = plan.schema.changes.iter();
    let schema: Vec<Value> = changes
        .map(|change| {
            json!({
                "key": change.key, "type": change.then, "now": change.now, "change": change.kind.name(),
                "words": describe_change(change),
            })
        })
        .collect();
    let limits = plan.upload.limits();
    let mut event = json!({
        "event": "plan", "domain": plan.domain, "integration": plan.integration.title,
        "integration_uuid": plan.integration.uuid, "folder": plan.destination.path(), "creates": plan.destination.create,
        "destination": destination_json(&plan.destination),
        "present": present.map(|present| json!({
            "looked_at": present.looked_at, "present": present.present, "of": present.of, "complete": present.is_done && !present.is_cut,
        })),
        "items": plan.total_items(), "jobs": plan.batches.len(), "bytes": plan.bytes, "types": types,
        "limits": {
            "videos_per_job": limits.videos_per_job, "images_per_job": limits.images_per_job,
            "bytes_per_job": limits.bytes_per_job, "items": MOST_ITEMS, "urls": MOST_URLS, "json_bytes": MOST_JSON,
        },
        "schema": schema, "options": plan.upload.options(), "jobs_in_flight": plan.upload.jobs_in_flight,
        "despite": plan.despite,
        "estimate": estimate.map(|estimate| json!({ "seconds": estimate.seconds, "runs": estimate.runs })),
        "mirror": plan.destination.mirror.as_ref().map(|mirror| json!({
            "remote_url": mirror.remote_url, "sidecar": mirror.sidecar, "warnings": mirror::warnings(&plan.config),
        })),
        "command": command, "config": config_text(&plan.config),
    });
    if let Some(RetryOf { run, uncertain }) = retry {
        event["retries"] = json!(run);
        event["perhaps_there"] = json!(uncertain);
    }
    event
}
