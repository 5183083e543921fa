//! `man`: renders the manual pages.

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::{CommandFactory, ValueHint};
use clap_mangen::{
    Man,
    roff::{Roff, bold, roman},
};

use crate::{
    cli::{
        Cli,
        exit::{Exit, refuse},
        text::mention,
        usage,
    },
    error::UserError,
    wizard::help::{self, EntryKind, Topic},
};

#[derive(Debug, clap::Args)]
#[command(after_help = usage::MAN)]
pub(crate) struct Args {
    /// Write one page for the program and one for each command into this directory, which is made if it is missing.
    #[arg(long, value_hint = ValueHint::DirPath)]
    dir: Option<PathBuf>,
}

pub(crate) fn man(args: &Args) -> Exit {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    match &args.dir {
        None => match render(&command) {
            Ok(page) => say!("{}", page.trim_end()),
            Err(error) => return refuse(&UserError::other(format!("The manual page cannot be made: {error}."))),
        },
        Some(dir) => match std::fs::create_dir_all(dir).and_then(|()| write(&command, dir)) {
            Ok(pages) => mention!("Wrote {pages} pages into {}.", dir.display()),
            Err(error) => {
                let what = format!("The manual pages cannot be written into {}: {error}.", dir.display());
                return refuse(&UserError::other(what).hint("Name a directory that you may write to."));
            }
        },
    }
    Exit::Done
}

/// Writes the pages of a command and its subcommands. Returns how many.
fn write(command: &clap::Command, dir: &Path) -> io::Result<usize> {
    let name = Man::new(command.clone()).get_filename();
    std::fs::write(dir.join(name), render(command)?)?;
    command.get_subcommands().try_fold(1, |pages, below| Ok(pages + write(below, dir)?))
}

/// Renders one page. The `--help` footer becomes sections; the program's own page adds exit codes, environment
/// variables and the config file.
fn render(command: &clap::Command) -> io::Result<String> {
    let extra = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let is_whole = command.get_name() == "azure-to-encord";
    let man =
        Man::new(command.clone().after_help(None::<&str>)).manual("azure-to-encord").source(env!("CARGO_PKG_VERSION"));
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    if command.get_arguments().any(|argument| !argument.is_hide_set()) {
        man.render_options_section(&mut page)?;
    }
    if command.has_subcommands() {
        man.render_subcommands_section(&mut page)?;
    }
    let mut roff = Roff::default();
    for paragraph in extra.split("\n\n") {
        match paragraph.split_once('\n').filter(|(heading, _)| heading.starts_with("Example")) {
            Some((_, lines)) => {
                roff.control("SH", ["EXAMPLES"]).control("nf", []);
                lines.lines().for_each(|line| _ = roff.text([roman(line.trim_start())]));
                roff.control("fi", []);
            }
            None if is_whole || paragraph.is_empty() => {}
            None => {
                let (heading, text) = match paragraph.strip_prefix("Exit codes: ") {
                    Some(codes) => ("EXIT STATUS", codes),
                    None => ("NOTES", paragraph),
                };
                roff.control("SH", [heading]).text([roman(text.replace('\n', " "))]);
            }
        }
    }
    if is_whole {
        of_the_program(&mut roff);
    }
    roff.to_writer(&mut page)?;
    Ok(ascii(&String::from_utf8_lossy(&page)))
}

/// Escapes everything beyond ASCII, so that the page does not depend on the formatter's input encoding.
fn ascii(page: &str) -> String {
    let escaped = |c: char| match c.is_ascii() {
        true => c.to_string(),
        false => format!("\\[u{:04X}]", u32::from(c)),
    };
    page.chars().map(escaped).collect()
}

/// Environment variables that the program reads, apart from those that a config names.
const VARIABLES: [(&str, &str); 7] = [
    ("AZURE_TO_ENCORD_HOME", "The directory for configs and runs, instead of the platform's."),
    ("ENCORD_SSH_KEY_FILE", "The private key for Encord, where the config names none."),
    ("ENCORD_SSH_KEY", "The key itself, where no file is named."),
    ("ENCORD_SSH_KEY_PASSPHRASE", "The passphrase of an encrypted key, where there is no terminal to ask on."),
    ("ENCORD_DOMAIN", "Encord's API with which the wizard begins."),
    ("NO_COLOR", "No colours."),
    ("CLICOLOR_FORCE", "Colours in any case."),
];

fn of_the_program(roff: &mut Roff) {
    let mut entry = |heading: &str, entries: Vec<(String, String)>| {
        roff.control("SH", [heading]);
        for (name, text) in entries {
            roff.control("TP", []).text([bold(name)]).text([roman(text.replace('`', ""))]);
        }
    };
    let codes = help::page(Topic::Exit).into_iter().flat_map(help::Page::entries);
    let codes = codes.map(|code| (code.name().to_owned(), code.both.clone()));
    entry("EXIT STATUS", codes.collect());
    entry("ENVIRONMENT", VARIABLES.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec());
    let mut keys = help::entries();
    keys.retain(|entry| entry.kind() == EntryKind::Key);
    let keys = keys.into_iter().map(|entry| (entry.key.clone(), entry.both.clone())).collect();
    entry("CONFIG FILE", keys);
}
