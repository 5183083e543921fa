//! `runs`: lists, shows, resumes, retries, cancels, reports and forgets past runs.

use std::sync::Mutex;

use serde_json::{Value, json};

use crate::{
    cli::{
        confirm::{can_ask, confirm_send},
        exit::{Exit, refuse},
        headless::report_run,
        open,
        output::Output,
        passphrase,
        plan::{self, PlanReport, RetryOf},
        run_summary::{RunEnd, print_report_paths, report_end},
        signals,
        text::{self, printable, tell},
        usage,
    },
    error::UserError,
    format::{count, counted},
    run::{
        state::RunState,
        status::{JobStatus, RunStatus},
    },
    service::runs::{cancel, resume, retry::Retry},
    store::{
        paths::Home,
        report::{already_there, write_report},
        runs::{
            RunStore,
            causes::Cause,
            lock::RunLock,
            record::{BatchRow, StoreError},
            sync::SyncRow,
        },
    },
    wizard::progress::messages::{Doubts, RetryChange, RunEvent},
};

#[derive(Debug, clap::Args)]
#[command(after_help = usage::RUNS)]
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
    #[command(after_help = usage::RUNS_LIST)]
    List,
    /// One run with its jobs.
    #[command(after_help = usage::RUNS_SHOW)]
    Show {
        /// The run's id.
        id: String,
    },
    /// Go on with an interrupted run.
    #[command(after_help = usage::RUNS_RESUME)]
    Resume {
        /// The run's id.
        id: String,
        /// Send again jobs of which nobody knows whether they reached Encord. Where duplicates are not skipped, what did reach
        /// it is registered twice.
        #[arg(long)]
        resend_doubtful: bool,
        /// Count this job as cancelled, whatever Encord makes of it: one in doubt, or one that Encord does not know any more.
        /// May be repeated.
        #[arg(long, value_name = "JOB")]
        give_up_batch: Vec<u32>,
    },
    /// Begin a new run of only what failed or was cancelled in a run that is at its end.
    #[command(after_help = usage::RUNS_RETRY)]
    Retry(RetryArgs),
    /// Cancel in Encord the jobs that an interrupted run left, and send none of the others.
    #[command(after_help = usage::RUNS_CANCEL)]
    Cancel {
        /// The run's id.
        id: String,
    },
    /// Write a run's report anew and say where it is.
    #[command(after_help = usage::RUNS_REPORT)]
    Report {
        /// The run's id.
        id: String,
    },
    /// Remove a run's record from this machine; its items stay in Encord.
    #[command(after_help = usage::RUNS_FORGET)]
    Forget {
        /// The run's id.
        id: String,
    },
}

#[derive(Debug, clap::Args)]
struct RetryArgs {
    /// The run's id.
    id: String,
    /// Send without asking.
    #[arg(long)]
    yes: bool,
    /// Update the metadata of what is already there, or not; as in the first run where it is not said.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Other than in the first run")]
    upsert: Option<bool>,
    /// Leave alone what the folder already holds under the same URL, or not.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Other than in the first run")]
    skip_duplicates: Option<bool>,
    /// Go on when a file fails, or not.
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", help_heading = "Other than in the first run")]
    ignore_errors: Option<bool>,
    /// Take also items that may be registered already; where duplicates are not skipped, those are registered twice.
    #[arg(long)]
    resend_doubtful: bool,
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
        Command::Resume { id, resend_doubtful, give_up_batch } => {
            let doubts = Doubts { resend: resend_doubtful, give_up: give_up_batch };
            return execute(&home, &id, args.json, RunCommand::Resume(&doubts)).await;
        }
        Command::Retry(retry) => return retry_run(&home, &retry, args.json).await,
        Command::Cancel { id } => return cancel_run(&home, &id, args.json).await,
    };
    result.unwrap_or_else(|error| match error {
        StoreError::Unknown(_) => refuse(&UserError::config(error.to_string())),
        _ => refuse(&UserError::other(error.to_string())),
    })
}

/// Whether a process works on a run. The lock is not read for finished runs.
fn is_live(home: &Home, id: &str, state: RunState, is_open: bool) -> bool {
    (is_open || state == RunState::Running) && RunLock::is_held(home, id)
}

/// A run's status, coloured and padded to `width`.
fn run_label(status: RunStatus, width: usize) -> String {
    text::out().run(status, &format!("{:<width$}", status.word()))
}

/// A job's status, coloured and padded to `width`.
fn job_label(status: JobStatus, width: usize) -> String {
    text::out().job(status, &format!("{:<width$}", status.word()))
}

/// The state for JSON: a run recorded as running without a live process was interrupted.
fn state_name(state: RunState, is_live: bool) -> &'static str {
    match state {
        RunState::Running if !is_live => "interrupted",
        state => state.name(),
    }
}

fn list(home: &Home, json: bool) -> Result<Exit, StoreError> {
    let runs = RunStore::open(home)?.glance()?;
    if runs.is_empty() && !json {
        tell!("No runs yet.");
    }
    for run in runs.iter().rev() {
        let is_live = is_live(home, &run.id, run.state, run.is_open);
        if json {
            say!(
                "{}",
                json!({
                    "run": run.id, "config": run.config, "state": state_name(run.state, is_live), "registered": run.registered,
                    "failed": run.failed, "started": run.started,
                })
            );
        } else {
            tell!(
                "{}  {} {:>9} registered {:>7} failed  {}  {}",
                run.id,
                run_label(RunStatus::of(run.state, is_live, run.is_open), 16),
                run.registered,
                run.failed,
                run.started,
                printable(&run.config)
            );
        }
    }
    Ok(Exit::Done)
}

fn show(home: &Home, id: &str, json: bool) -> Result<Exit, StoreError> {
    let store = RunStore::open(home)?;
    let row = store.run(id)?;
    let batches = store.batches(id)?;
    let causes = store.causes(id)?;
    let already = already_there(&row, &batches);
    let created = row.registered.saturating_sub(already);
    let (of, by) = store.retries(id)?;
    let is_open = match &row.sync {
        Some(sync) => !sync.counts.state.is_final(),
        None => batches.iter().any(|batch| !batch.state.is_final()),
    };
    let is_live = is_live(home, id, row.state, is_open);
    if json {
        say!(
            "{}",
            json!({
                "run": row.run.id, "config": row.run.config, "state": state_name(row.state, is_live), "registered": row.registered,
                "created": created, "already_there": already, "failed": row.failed, "items": row.items,
                "started": row.started, "finished": row.finished, "causes": causes,
                "retry_of": of, "retried_by": by, "folder_items": store.folder_count(id)?, "disagreement": store.disagreement(id)?,
                "folder": row.run.folder_path, "despite": row.run.despite, "sync": row.sync.as_ref().map(SyncRow::to_json),
            })
        );
    } else {
        tell!(
            "Run {}: {}, {} of {} registered, {} failed",
            row.run.id,
            run_label(RunStatus::of(row.state, is_live, is_open), 0),
            row.registered,
            row.items,
            row.failed
        );
        if already > 0 {
            tell!("  of the registered, {created} are new; {already} were already there");
        }
        let (config, folder) = (printable(&row.run.config), printable(&row.run.folder_path));
        tell!("  config {config}, folder {folder} at {}", row.run.domain);
        tell!("  started {}, finished {}", row.started, row.finished.as_deref().unwrap_or("not yet"));
        if !row.run.despite.is_empty() {
            tell!("  despite failed checks: {}", row.run.despite.join(", "));
        }
    }
    if !json {
        of.iter().for_each(|of| tell!("  a retry of what failed in run {of}"));
        by.iter().for_each(|by| tell!("  retried by run {by}"));
        store.disagreement(id)?.iter().for_each(|sentence| tell!("  {sentence}"));
    }
    if let Some(sync) = row.sync.as_ref().filter(|_| !json) {
        print_sync(sync, is_live);
    }
    for batch in &batches {
        print_batch(batch, json, is_live);
    }
    if !json {
        print_causes(&causes);
    }
    Ok(Exit::Done)
}

fn print_causes(causes: &[Cause]) {
    if !causes.is_empty() {
        tell!("  why units failed:");
    }
    for Cause { cause, units, hint, advice, example, subtask_uuid } in causes {
        tell!("  {units:>9}  {}", printable(cause));
        if let Some(example) = example {
            let subtask = subtask_uuid.as_deref().map(|id| format!(" (subtask {id})")).unwrap_or_default();
            tell!("             such as {}{}", printable(example), printable(&subtask));
        }
        for advice in [hint.map(str::to_owned), advice.clone()].into_iter().flatten() {
            tell!("             {}", printable(&advice));
        }
    }
}

fn print_sync(sync: &SyncRow, is_live: bool) {
    let counts = &sync.counts;
    let job = counts.job.map_or_else(|| "none yet".to_owned(), |job| job.to_string());
    tell!("  mirrors {}", sync.remote_url);
    tell!("  sync {}: {}", job, job_label(JobStatus::of(counts.state, counts.failed(), is_live), 0));
    let [open, done, failed, cancelled] = counts.pages;
    tell!("  listing pages {done:>9} done {failed:>7} failed {open:>9} open {cancelled:>7} cancelled");
    let [open, done, failed] = counts.jobs;
    tell!("  upload jobs   {done:>9} done {failed:>7} failed {open:>9} open");
    let [open, done, failed, cancelled] = counts.units;
    tell!("  files         {done:>9} done {failed:>7} failed {open:>9} open {cancelled:>7} cancelled");
    if let Some(held) = counts.held {
        tell!("  the folder held {} items afterwards, {} of them without their file", held.items, held.tombstones);
    }
    if let Some(message) = &sync.message {
        tell!("  {}", printable(message));
    }
}

fn print_batch(batch: &BatchRow, json: bool, is_live: bool) {
    if json {
        say!(
            "{}",
            json!({
                "batch": batch.number, "job": batch.job, "type": batch.batch.kind, "state": batch.state.name(),
                "items": batch.batch.count, "done": batch.done, "errors": batch.errors, "cancelled": batch.cancelled,
                "created": batch.created, "already_there": batch.already_there(), "message": batch.message,
            })
        );
    } else {
        let message = batch.message.as_deref().map(|text| format!("  {}", printable(text))).unwrap_or_default();
        tell!(
            "  job {:>4}  {:<15} {} {:>7} items {:>7} done {:>6} failed{message}",
            batch.number,
            batch.batch.kind,
            job_label(JobStatus::of(batch.state, batch.errors, is_live), 16),
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
        let named = paths.named().into_iter().map(|(name, path)| (name.to_owned(), json!(path)));
        say!("{}", Value::Object(named.collect()));
    } else {
        paths.named().iter().for_each(|(_, path)| say!("{}", path.display()));
    }
    Ok(Exit::Done)
}

async fn retry_run(home: &Home, args: &RetryArgs, json: bool) -> Exit {
    if !args.yes && !can_ask() {
        return refuse(
            &UserError::config("There is no terminal to ask on before anything is sent.")
                .hint("Add --yes to send without asking."),
        );
    }
    let change = RetryChange {
        ignore_errors: args.ignore_errors,
        skip_duplicate_urls: args.skip_duplicates,
        upsert_metadata: args.upsert,
        resend_doubtful: args.resend_doubtful,
    };
    let mut output = Output::new(json);
    let retry = match Retry::prepare(home, &args.id, change) {
        Ok(retry) => retry,
        Err(problem) => {
            output.problem(&problem);
            return Exit::of(&problem);
        }
    };
    let retry_of = RetryOf { run: &args.id, uncertain: retry.uncertain() };
    let command = retry_command(args);
    let report = PlanReport {
        plan: retry.plan(),
        retry: Some(retry_of),
        present: None,
        estimate: None,
        command: Some(&command),
    };
    plan::report(&mut output, &report);
    if !args.yes && !confirm_send() {
        output.message("Nothing was sent or changed.");
        return Exit::Interrupted;
    }
    let id = retry.run().id.clone();
    execute(home, &id, json, RunCommand::Retry(Box::new(retry))).await
}

/// The command that carries out this retry without asking.
fn retry_command(args: &RetryArgs) -> String {
    let option = |name: &str, value: Option<bool>| value.map(|value| format!(" --{name}={value}")).unwrap_or_default();
    let options = [
        option("upsert", args.upsert),
        option("skip-duplicates", args.skip_duplicates),
        option("ignore-errors", args.ignore_errors),
    ];
    let doubtful = if args.resend_doubtful { " --resend-doubtful" } else { "" };
    format!("azure-to-encord runs retry {}{}{doubtful} --yes", args.id, options.concat())
}

async fn cancel_run(home: &Home, id: &str, json: bool) -> Exit {
    let reporting = Mutex::new((Output::new(json), Vec::new()));
    let tell = |reply: RunEvent| {
        let mut guard = reporting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (output, jobs) = &mut *guard;
        report_run(output, jobs, &reply);
    };
    let result = cancel::cancel(home, id, passphrase::ask, signals::interrupted(), &tell).await;
    let (mut output, _) = reporting.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    let row = result.and_then(|()| {
        let row = RunStore::open(home).and_then(|store| Ok((store.run(id)?, store.batches(id)?)));
        row.map_err(|error| UserError::other(error.to_string()))
    });
    let (row, batches) = match row {
        Ok(row) => row,
        Err(problem) => {
            output.problem(&problem);
            return Exit::of(&problem);
        }
    };
    let cancelled: u64 = batches.iter().map(|batch| batch.cancelled).sum();
    output.event(&json!({
        "event": "cancelled", "run": id, "state": row.state.name(), "registered": row.registered, "failed": row.failed,
        "cancelled": cancelled,
    }));
    if row.state == RunState::Running {
        output.message(&format!("Interrupted. Go on with: azure-to-encord runs cancel {id}"));
        return Exit::Interrupted;
    }
    let numbers = [(row.failed, "failed"), (cancelled, "cancelled")];
    let numbers = numbers.map(|(number, what)| format!("{} {what}", count(number))).join(", ");
    let registered = counted(row.registered, "item is", "items are");
    let title = RunStatus::of(row.state, false, false).title();
    output.result(&format!("{title}: {registered} registered, {numbers}."));
    print_report_paths(&mut output, home, id);
    Exit::Done
}

enum RunCommand<'a> {
    Resume(&'a Doubts),
    Retry(Box<Retry>),
}

async fn execute(home: &Home, id: &str, json: bool, command: RunCommand<'_>) -> Exit {
    let reporting = Mutex::new((Output::new(json), Vec::new(), None));
    let tell = |reply: RunEvent| {
        let mut guard = reporting.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (output, jobs, end) = &mut *guard;
        report_run(output, jobs, &reply);
        if let RunEvent::Finished { .. } = reply {
            *end = Some(reply);
        }
    };
    let interrupted = signals::interrupted();
    let result = match command {
        RunCommand::Resume(doubts) => resume::resume(home, id, doubts, passphrase::ask, interrupted, &tell).await,
        RunCommand::Retry(retry) => retry.carry_out(home, passphrase::ask, interrupted, &tell).await,
    };
    let (mut output, _, end) = reporting.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Err(problem) = result {
        output.problem(&problem);
        return Exit::of(&problem);
    }
    let folder =
        RunStore::open(home).and_then(|store| store.run(id)).map(|row| row.run.folder_path).unwrap_or_default();
    let Some(RunEvent::Finished { state, snapshot, reports, problem }) = end else { return Exit::Interrupted };
    let (has_reports, problem) = (reports.is_some(), problem.as_ref());
    let end = RunEnd { run: id, state, snapshot: &snapshot, folder: &folder, has_reports, problem };
    report_end(&mut output, home, &end);
    Exit::of_run(state, problem)
}
