//! `manifest check`: everything that can be known to be wrong with a manifest, with its place and its remedy.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
};

use serde_json::{Map, Value};

use super::{demands, printer::Printer};
use crate::{
    cli::{Exit, exit::refuse, open, signals},
    manifest::{
        Demands, Finding, Item, Judge, Judged, Origin, Sink, Skipped, Values,
        read::{self, Format, ReadError, json},
    },
    wizard::Problem,
};

/// Bytes that are read from the file at once.
const CHUNK: usize = 512 * 1024;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The manifest: Encord's JSON in either dialect, CSV, JSON Lines, or a list of URLs.
    file: PathBuf,
    /// A saved config's name or a config file's path: its container, schema keys and options are what the items are checked against.
    #[arg(long, conflicts_with = "schema")]
    config: Option<String>,
    /// A metadata schema as Encord serves it (schema show --json prints one): client metadata is checked against it.
    #[arg(long, value_name = "FILE")]
    schema: Option<PathBuf>,
    /// Print one JSON object a line, all findings among them.
    #[arg(long)]
    json: bool,
}

pub(super) async fn command(args: Args) -> Exit {
    let checking = tokio::task::spawn_blocking(move || carry_out(&args));
    tokio::select! {
        exit = checking => match exit {
            Ok(Ok(exit)) => exit,
            Ok(Err(problem)) => refuse(&problem),
            Err(error) => refuse(&Problem::other(format!("The check broke off: {error}."))),
        },
        () = signals::interrupted() => Exit::Interrupted,
    }
}

fn carry_out(args: &Args) -> Result<Exit, Problem> {
    let demands = asked(args)?;
    let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let mut input = BufReader::with_capacity(CHUNK, file);
    let beginning = input.fill_buf().map_err(|error| unreadable(&args.file, &error))?;
    let format = Format::of(&args.file, beginning);
    let mut printer = Printer::new(&args.file, args.json);
    let mut judge = Judge::of_file(&demands);
    let items = match format {
        Format::Json => {
            let mut tell = |finding: Finding| {
                printer.finding(&finding);
                Ok::<(), io::Error>(())
            };
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            json::check(input, &mut judge, threads, &mut tell).map(|checked| checked.facts.items)
        }
        other => {
            let mut sink = Judged { judge: &mut judge, sink: &mut printer };
            read::read(other, input, &read::kind_by_extension, &mut sink).map(|facts| facts.items)
        }
    };
    let items = items.map_err(|error| match error {
        ReadError::File(error) | ReadError::Sink(error) => unreadable(&args.file, &error),
    })?;
    let name = args.file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let ended = match format {
        Format::Json => judge.limits(&name, &mut printer),
        Format::Lines | Format::Csv | Format::Urls => Ok(()),
    };
    ended.and_then(|()| judge.finish(&mut printer)).map_err(|error| unreadable(&args.file, &error))?;
    Ok(if printer.end(items) { Exit::Done } else { Exit::Failed })
}

fn asked(args: &Args) -> Result<Demands, Problem> {
    if let Some(label) = &args.config {
        let config = open::config(&open::home()?, label)?;
        return Ok(demands(&config));
    }
    let Some(path) = &args.schema else { return Ok(Demands::default()) };
    let text = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
    let schema: Option<Map<String, Value>> = serde_json::from_slice(&text).map_err(|error| {
        Problem::config(format!("{} is not a metadata schema: {error}.", path.display()))
            .hint("azure-to-encord schema show CONFIG --json prints one, as Encord serves it.")
    })?;
    // An organisation without a schema is served as null.
    let schema = schema.unwrap_or_default();
    Ok(Demands { values: Some(Values { schema, whole: true, coerce: false }), ..Demands::default() })
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    let said = format!("{} cannot be read: {error}.", path.display());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied | io::ErrorKind::IsADirectory => {
            Problem::config(said)
        }
        _ => Problem::other(said),
    }
}

impl Sink for Printer {
    type Error = io::Error;

    fn item(&mut self, _: &Origin<'_>, _: Item) -> io::Result<()> {
        Ok(())
    }

    fn skipped(&mut self, _: Skipped) -> io::Result<()> {
        Ok(())
    }

    fn finding(&mut self, finding: Finding) -> io::Result<()> {
        Printer::finding(self, &finding);
        Ok(())
    }
}
