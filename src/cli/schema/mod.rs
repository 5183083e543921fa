//! `schema`: shows, compares and extends the organisation's metadata schema.

mod infer;

use clap::ValueHint;
use serde_json::json;

use crate::{
    cli::{
        exit::{Exit, refuse},
        passphrase,
        text::{mention, tell},
        usage,
    },
    config,
    encord::client::Client,
    error::UserError,
    schema::merge::{describe, diff},
    service::{integration::connect::KeySource, problems::encord_problem, schema as service},
};

#[derive(Debug, clap::Subcommand)]
pub(crate) enum Command {
    /// Print the schema that Encord has.
    #[command(after_help = usage::SCHEMA_SHOW)]
    Show(Args),
    /// Print what a config would add.
    #[command(after_help = usage::SCHEMA_DIFF)]
    Diff(Args),
    /// Add what a config asks for and Encord lacks; nothing is removed or retyped.
    #[command(after_help = usage::SCHEMA_APPLY)]
    Apply(Args),
    /// Print what the data at hand suggest: a table, sidecar files, blob metadata, index tags, paths. Changes nothing.
    #[command(after_help = usage::SCHEMA_INFER)]
    Infer(infer::Args),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A saved config's name or a config file's path.
    #[arg(value_hint = ValueHint::FilePath)]
    config: String,
    /// Print JSON; `show --json` prints the schema as Encord serves it.
    #[arg(long)]
    json: bool,
}

pub(crate) async fn schema(command: Command) -> Exit {
    let args = match &command {
        Command::Show(args) | Command::Diff(args) | Command::Apply(args) => args,
        Command::Infer(args) => return infer::infer(args).await,
    };
    let opened = open(&args.config);
    let result = match opened {
        Ok((config, client)) => carry_out(&command, args.json, &config, &client).await,
        Err(problem) => Err(problem),
    };
    result.unwrap_or_else(|problem| refuse(&problem))
}

fn open(label: &str) -> Result<(config::Config, Client), UserError> {
    let (_, config) = crate::cli::open::home_and_config(label)?;
    let passphrase = passphrase::ask(&config.encord);
    let credential = match KeySource::open(&config.encord, passphrase.as_ref()) {
        KeySource::Ready(credential, _) => credential,
        KeySource::Locked(problem) | KeySource::Unusable(problem) => return Err(problem),
    };
    let client = Client::new(&config.encord.domain, credential).map_err(|error| encord_problem(&error))?;
    Ok((config, client))
}

async fn carry_out(command: &Command, json: bool, config: &config::Config, client: &Client) -> Result<Exit, UserError> {
    match command {
        Command::Show(_) => {
            let now = client.schema().await.map_err(|error| encord_problem(&error))?;
            if now.is_empty() {
                mention!("The organisation has no metadata schema yet: it has no keys.");
            }
            if json {
                say!("{}", serde_json::Value::Object(now));
            } else {
                for (key, entry) in &now {
                    tell!("{key:<32} {}", describe(entry));
                }
            }
            Ok(Exit::Done)
        }
        Command::Diff(_) => {
            let now = client.schema().await.map_err(|error| encord_problem(&error))?;
            let difference = diff(&now, &config.schema.keys);
            for change in &difference.changes {
                let kind = change.kind.name();
                if json {
                    say!("{}", json!({ "key": change.key, "change": kind, "now": change.now, "then": change.then }));
                } else {
                    let now = change.now.as_ref().map(|now| format!(" (now {})", describe(now))).unwrap_or_default();
                    tell!("{kind:<9} {:<32} {}{now}", change.key, describe(&change.then));
                }
            }
            Ok(if difference.changes.is_empty() { Exit::Done } else { Exit::Partly })
        }
        Command::Apply(_) => {
            let saved = service::apply(client, &config.schema.keys).await?;
            if json {
                say!("{}", json!({ "saved": saved }));
            } else if saved.is_empty() {
                tell!("The schema already holds every key of the config.");
            } else {
                tell!("Saved: {}", saved.join(", "));
            }
            Ok(Exit::Done)
        }
        // Needs neither a login nor the schema.
        Command::Infer(args) => Ok(infer::infer(args).await),
    }
}
