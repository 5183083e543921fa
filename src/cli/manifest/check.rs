//! `manifest check`: prints every error of a manifest with its place and how to fix it.

use std::{
    fs::File,
    io::{self, BufRead, BufReader},
    path::PathBuf,
};

use crate::{
    cli::{
        exit::{Exit, refuse},
        manifest::{
            printer::Printer,
            rules::{rules_for, unreadable},
        },
        signals,
    },
    error::UserError,
    manifest::{
        finding::{Finding, Origin},
        item::Item,
        read::{self, Format, ReadError, json},
        sink::Sink,
        skipped::Skipped,
        validate::{ValidatingSink, Validator},
    },
};

/// Size of the read buffer, in bytes.
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
            Err(error) => refuse(&UserError::other(format!("The check broke off: {error}."))),
        },
        () = signals::interrupted() => Exit::Interrupted,
    }
}

fn carry_out(args: &Args) -> Result<Exit, UserError> {
    let rules = rules_for(args.config.as_deref(), args.schema.as_deref())?;
    let file = File::open(&args.file).map_err(|error| unreadable(&args.file, &error))?;
    let mut input = BufReader::with_capacity(CHUNK, file);
    let beginning = input.fill_buf().map_err(|error| unreadable(&args.file, &error))?;
    let format = Format::of(&args.file, beginning);
    let mut printer = Printer::new(&args.file, args.json);
    let mut validator = Validator::of_file(&rules);
    let items = match format {
        Format::Json => {
            let mut print = |finding: Finding| {
                printer.finding(&finding);
                Ok::<(), io::Error>(())
            };
            let threads = std::thread::available_parallelism().map_or(1, usize::from);
            json::check::check(input, &mut validator, threads, &mut print).map(|checked| checked.facts.items)
        }
        other => {
            let mut sink = ValidatingSink { judge: &mut validator, sink: &mut printer };
            read::read(other, input, &read::kind_by_extension, &mut sink).map(|facts| facts.items)
        }
    };
    let items = items.map_err(|error| match error {
        ReadError::File(error) | ReadError::Sink(error) => unreadable(&args.file, &error),
    })?;
    let name = args.file.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let ended = match format {
        Format::Json => validator.limits(&name, &mut printer),
        Format::Lines | Format::Csv | Format::Urls => Ok(()),
    };
    ended.and_then(|()| validator.finish(&mut printer)).map_err(|error| unreadable(&args.file, &error))?;
    Ok(if printer.end(items) { Exit::Done } else { Exit::Failed })
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
