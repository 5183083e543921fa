//! What `--help` and the manual pages say below the options: examples, and exit codes where they mean something of their own. Each
//! line that begins with the program's name is a command line that works; a test parses them all.

pub(super) const PROGRAM: &str = "\
Examples:
  azure-to-encord demo            try it: needs no account
  azure-to-encord                 the wizard, from scratch or from what is saved
  azure-to-encord site.toml       the wizard, on a config
  azure-to-encord --accessible    the wizard in plain lines, for screen readers
  azure-to-encord run site.toml --yes --json

Exit codes: 0 everything registered, 1 failed, 2 usage or config, 3 some items failed, 4 not signed in or not allowed, \
130 interrupted (resumable). `azure-to-encord explain 3` says more, also of keys, checks and findings.";

pub(super) const DEMO: &str = "\
Examples:
  azure-to-encord demo                        the wizard, on sample data
  azure-to-encord demo --headless             the same import without a terminal UI; exits 3, as some items fail
  azure-to-encord demo --serve > demo.toml    only the services; Ctrl-C stops them";

pub(super) const RUN: &str = "\
Examples:
  azure-to-encord run site.toml --dry-run
  azure-to-encord run site.toml --yes --json | tee import.jsonl
  azure-to-encord run site.toml --yes --despite azure.cors

Exit codes: 0 everything registered, 1 failed, 2 the config is at fault or --yes is missing, 3 some items failed, \
4 not signed in or not allowed, 130 interrupted or declined; `azure-to-encord runs resume ID` then goes on.";

pub(super) const CHECK: &str = "\
Examples:
  azure-to-encord check site.toml --json
  azure-to-encord check site.toml --fix

Exit codes: 0 no check failed, 1 one failed, 2 the config is at fault, 4 not signed in or not allowed.
`azure-to-encord explain azure.cors` says what a check is about.";

pub(super) const MANIFEST: &str = "\
Examples:
  azure-to-encord manifest build site.toml -o manifest.json
  azure-to-encord manifest check manifest.json
  azure-to-encord manifest convert manifest.csv manifest.json";

pub(super) const MANIFEST_BUILD: &str = "\
Examples:
  azure-to-encord manifest build site.toml -o manifest.json
  azure-to-encord manifest build site.toml -o manifest.json --force

Exit codes: 0 no errors (warnings are allowed), 1 some items have errors, 2 the config is at fault, 4 not signed in or not allowed.";

pub(super) const MANIFEST_CHECK: &str = "\
Examples:
  azure-to-encord manifest check manifest.json
  azure-to-encord manifest check manifest.json --config site.toml --json
  azure-to-encord schema show site.toml --json > schema.json
  azure-to-encord manifest check manifest.json --schema schema.json

Exit codes: 0 no errors (warnings are allowed), 1 errors. `azure-to-encord explain url.whitespace` says what a finding means.";

pub(super) const MANIFEST_CONVERT: &str = "\
Examples:
  azure-to-encord manifest convert manifest.csv manifest.json
  azure-to-encord manifest convert big.json part.json --split
  azure-to-encord manifest convert labels.csv manifest.json --config site.toml --force
  azure-to-encord manifest convert manifest.json sdk.json --form data-items";

pub(super) const SCHEMA: &str = "\
Examples:
  azure-to-encord schema infer labels.csv --toml
  azure-to-encord schema diff site.toml
  azure-to-encord schema apply site.toml";

pub(super) const SCHEMA_SHOW: &str = "\
Example:
  azure-to-encord schema show site.toml --json > schema.json";

pub(super) const SCHEMA_DIFF: &str = "\
Example:
  azure-to-encord schema diff site.toml

Exit codes: 0 nothing would change, 3 something would.";

pub(super) const SCHEMA_APPLY: &str = "\
Example:
  azure-to-encord schema apply site.toml

It does not ask: `azure-to-encord schema diff site.toml` shows before what it changes.";

pub(super) const SCHEMA_INFER: &str = "\
Examples:
  azure-to-encord schema infer labels.csv
  azure-to-encord schema infer site.toml --toml";

pub(super) const RUNS: &str = "\
Examples:
  azure-to-encord runs
  azure-to-encord runs resume 20260401-031500-a1b2c3
  azure-to-encord runs retry 20260401-031500-a1b2c3 --upsert";

pub(super) const RUNS_LIST: &str = "\
Example:
  azure-to-encord runs list --json";

pub(super) const RUNS_SHOW: &str = "\
Example:
  azure-to-encord runs show 20260401-031500-a1b2c3";

pub(super) const RUNS_RESUME: &str = "\
Examples:
  azure-to-encord runs resume 20260401-031500-a1b2c3
  azure-to-encord runs resume 20260401-031500-a1b2c3 --give-up-batch 4

Exit codes: as of `run`.";

pub(super) const RUNS_RETRY: &str = "\
Examples:
  azure-to-encord runs retry 20260401-031500-a1b2c3
  azure-to-encord runs retry 20260401-031500-a1b2c3 --yes --upsert --ignore-errors=false

Exit codes: as of `run`.";

pub(super) const RUNS_CANCEL: &str = "\
Example:
  azure-to-encord runs cancel 20260401-031500-a1b2c3";

pub(super) const RUNS_REPORT: &str = "\
Example:
  azure-to-encord runs report 20260401-031500-a1b2c3";

pub(super) const RUNS_FORGET: &str = "\
Example:
  azure-to-encord runs forget 20260401-031500-a1b2c3";

pub(super) const CONFIG: &str = "\
Examples:
  azure-to-encord config
  azure-to-encord config edit nightly
  azure-to-encord config check site.toml";

pub(super) const CONFIG_LIST: &str = "\
Example:
  azure-to-encord config list";

pub(super) const CONFIG_PATH: &str = "\
Example:
  cp site.toml \"$(azure-to-encord config path)\"";

pub(super) const CONFIG_KEYS: &str = "\
Example:
  azure-to-encord config keys > keys.toml    keep what you change; its first line says where it belongs";

pub(super) const CONFIG_SHOW: &str = "\
Examples:
  azure-to-encord config show nightly
  azure-to-encord config show nightly --json";

pub(super) const CONFIG_EDIT: &str = "\
Examples:
  azure-to-encord config edit nightly
  azure-to-encord config edit site.toml    opens $VISUAL, else $EDITOR";

pub(super) const CONFIG_CHECK: &str = "\
Examples:
  azure-to-encord config check site.toml
  azure-to-encord config check              all saved configs, a line each

Exit codes: 0 all are sound, 2 not.";

pub(super) const EXPLAIN: &str = "\
Examples:
  azure-to-encord explain url.whitespace    what was found in a manifest
  azure-to-encord explain azure.cors        a check
  azure-to-encord explain upload.jobs_in_flight
  azure-to-encord explain 3                 an exit code
  azure-to-encord explain manifest          a step of the wizard
  azure-to-encord explain                   everything that can be explained

Exit codes: 0 explained, 2 nothing is known of it.";

pub(super) const COMPLETIONS: &str = "\
Examples:
  azure-to-encord completions bash > /etc/bash_completion.d/azure-to-encord
  azure-to-encord completions zsh > ~/.zfunc/_azure-to-encord
  azure-to-encord completions fish > ~/.config/fish/completions/azure-to-encord.fish";

pub(super) const MAN: &str = "\
Examples:
  azure-to-encord man | man -l -
  azure-to-encord man --dir /usr/local/share/man/man1";
