//! `runs`: what was sent before.

use std::sync::Mutex;

use serde_json::json;

use super::{Exit, exit::refuse, headless::report_run, open, output::Output, passphrase, run::summary, signals};
use crate::{
    service::resume,
    store::{BatchRow, Home, RunLock, RunRow, RunState, RunStore, StoreError, SyncRow, write_report},
    wizard::{Problem, RunReply, sync_outcome},
};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  azure-to-encord runs\n  azure-to-encord runs resume 20260401-031500-a1b2c3")]
pub(crate) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// Print one JSON object a line.
    #[arg(long, global = true)]
    json: bool,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// All runs, oldest first.
    List,
    /// One run with its jobs.
    Show {
        /// The run's id.
        id: String,
    },
    /// Go on with a run that was broken off.
    Resume {
        /// The run's id.
        id: String,
    },
    /// Write a run's report anew and say where it is.
    Report {
        /// The run's id.
        id: String,
    },
    /// Remove a run's record from this machine; its items stay in Encord.
    Forget {
        /// The run's id.
        id: String,
    },
}

pub(crate) async fn runs(args: Args) -> Exit {
    let home = match open::home() {
        Ok(home) => home,
        Err(problem) => return refuse(&problem),
    };
    let result = match args.command.unwrap_or(Command::List) {
        Command::List => list(&home, args.json),
        Command::Show { id } => show(&home, &id, args.json),
        Command::Report { id } => report(&home, &id, args.json),
        Command::Forget { id } => {
            RunStore::open(&home).and_then(|mut store| store.forget(&home, &id)).map(|()| Exit::Done)
        }
        Command::Resume { id } => return resume_run(&home, &id, args.json).await,
    };
    result.unwrap_or_else(|error| match error {
        StoreError::Unknown(_) => refuse(&Problem::config(error.to_string())),
        _ => refuse(&Problem::other(error.to_string())),
    })
}

/// A run that is on record as running but that no process holds was broken off.
fn state_name(home: &Home, row: &RunRow) -> &'static str {
    match row.state {
        RunState::Running if RunLock::take(home, &row.run.id).is_ok() => "interrupted",
        state => state.name(),
    }
}

fn list(home: &Home, json: bool) -> Result<Exit, StoreError> {
    let rows = RunStore::open(home)?.runs()?;
    if rows.is_empty() && !json {
        say!("No runs yet.");
    }
    for row in &rows {
        if json {
            say!(
                "{}",
                json!({
                    "run": row.run.id, "config": row.run.config, "state": state_name(home, row), "registered": row.registered,
                    "failed": row.failed, "started": row.started,
                })
            );
        } else {
            say!(
                "{}  {:<16} {:>9} registered {:>7} failed  {}  {}",
                row.run.id,
                state_name(home, row),
                row.registered,
                row.failed,
                row.started,
                row.run.config
            );
        }
    }
    Ok(Exit::Done)
}

fn show(home: &Home, id: &str, json: bool) -> Result<Exit, StoreError> {
    let store = RunStore::open(home)?;
    let row = store.run(id)?;
    let batches = store.batches(id)?;
    if json {
        say!(
            "{}",
            json!({
                "run": row.run.id, "config": row.run.config, "state": state_name(home, &row), "registered": row.registered,
                "failed": row.failed, "items": row.items, "started": row.started, "finished": row.finished,
                "folder": row.run.folder_path, "despite": row.run.despite, "sync": row.sync.as_ref().map(SyncRow::to_json),
            })
        );
    } else {
        say!(
            "Run {}: {}, {} of {} registered, {} failed",
            row.run.id,
            state_name(home, &row),
            row.registered,
            row.items,
            row.failed
        );
        say!("  config {}, folder {} at {}", row.run.config, row.run.folder_path, row.run.domain);
        say!("  started {}, finished {}", row.started, row.finished.as_deref().unwrap_or("not yet"));
        if !row.run.despite.is_empty() {
            say!("  despite failed checks: {}", row.run.despite.join(", "));
        }
    }
    if let Some(sync) = row.sync.as_ref().filter(|_| !json) {
        print_sync(sync);
    }
    for batch in &batches {
        print_batch(batch, json);
    }
    Ok(Exit::Done)
}

fn print_sync(sync: &SyncRow) {
    let counts = &sync.counts;
    let job = counts.job.map_or_else(|| "none yet".to_owned(), |job| job.to_string());
    say!("  mirrors {}", sync.remote_url);
    say!("  sync {}: {}", job, counts.state.name());
    let [open, done, failed, cancelled] = counts.pages;
    say!("  listing pages {done:>9} done {failed:>7} failed {open:>9} open {cancelled:>7} cancelled");
    let [open, done, failed] = counts.jobs;
    say!("  upload jobs   {done:>9} done {failed:>7} failed {open:>9} open");
    let [open, done, failed, cancelled] = counts.units;
    say!("  files         {done:>9} done {failed:>7} failed {open:>9} open {cancelled:>7} cancelled");
    if let Some(held) = counts.held {
        say!("  the folder held {} items afterwards, {} of them without their file", held.items, held.tombstones);
    }
    if let Some(message) = &sync.message {
        say!("  {message}");
    }
}

fn print_batch(batch: &BatchRow, json: bool) {
    if json {
        say!(
            "{}",
            json!({
                "batch": batch.number, "job": batch.job, "type": batch.batch.kind, "state": batch.state.name(),
                "items": batch.batch.count, "done": batch.done, "errors": batch.errors, "message": batch.message,
            })
        );
    } else {
        let message = batch.message.as_deref().map(|text| format!("  {text}")).unwrap_or_default();
        say!(
            "  job {:>4}  {:<15} {:<10} {:>7} items {:>7} done {:>6} failed{message}",
            batch.number,
            batch.batch.kind,
            batch.state.name(),
            batch.batch.count,
            batch.done,
            batch.errors
        );
    }
}

fn report(home: &Home, id: &str, json: bool) -> Result<Exit, StoreError> {
    let store = RunStore::open(home)?;
    let paths = write_report(&store, home, id)?;
    if json {
        say!("{}", json!({ "report": paths.json, "csv": paths.csv }));
    } else {
        say!("{}\n{}", paths.json.display(), paths.csv.display());
    }
    Ok(Exit::Done)
}

async fn resume_run(home: &Home, id: &str, json: bool) -> Exit {
    let reporting = Mutex::new((Output::new(json), Vec::new(), None));
    let tell = |reply: RunReply| {
        let mut guard = reporting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (output, jobs, end) = &mut *guard;
        report_run(output, jobs, &reply);
        if let RunReply::Finished { .. } = reply {
            *end = Some(reply);
        }
    };
    let result = resume::resume(home, id, passphrase::ask, signals::interrupted(), &tell).await;
    let (mut output, _, end) = reporting.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Err(problem) = result {
        output.problem(&problem);
        return Exit::of(&problem);
    }
    let path = RunStore::open(home).and_then(|store| store.run(id)).map(|row| row.run.folder_path).unwrap_or_default();
    let Some(RunReply::Finished { state, snapshot, reports, problem }) = end else { return Exit::Interrupted };
    if let Some(problem) = &problem {
        output.problem(problem);
    }
    output.event(&json!({
        "event": "finished", "run": id, "state": state.name(), "registered": snapshot.done, "failed": snapshot.errors,
        "already_there": snapshot.already, "report": reports.as_ref().map(|(json, _)| json),
    }));
    output.result(&match &snapshot.sync {
        Some(counts) => sync_outcome(state, counts, &path).join("\n"),
        None => summary(state, &snapshot),
    });
    if let Some((json, csv)) = &reports {
        output.result(&format!("Report: {}\n        {}", json.display(), csv.display()));
    }
    Exit::of_run(state, problem.as_ref())
}
