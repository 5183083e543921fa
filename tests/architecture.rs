//! The walls between the folders of `src`, as ARCHITECTURE.md draws them. A failure names the file, the line and the rule.
#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// Each folder or file directly below `src`, with those that it may import.
const FLOORS: [(&str, &[&str]); 18] = [
    ("format", &[]),
    ("error", &[]),
    ("tls", &[]),
    ("editor", &["error"]),
    ("endpoints", &["format", "error"]),
    ("schema", &["format", "error"]),
    ("manifest", &["format", "error", "endpoints", "schema"]),
    ("config", &["format", "error", "endpoints", "schema", "manifest"]),
    ("run", &["format", "error", "endpoints", "schema", "manifest"]),
    ("wizard", &["format", "error", "endpoints", "schema", "manifest", "config", "run"]),
    ("azure", &["format", "error", "endpoints", "schema", "tls"]),
    ("encord", &["format", "error", "endpoints", "schema", "manifest", "tls"]),
    ("store", &["format", "error", "endpoints", "schema", "manifest", "config", "run"]),
    (
        "service",
        &[
            "format",
            "error",
            "endpoints",
            "schema",
            "manifest",
            "config",
            "run",
            "wizard",
            "azure",
            "encord",
            "store",
            "tls",
        ],
    ),
    ("tui", &["format", "error", "endpoints", "schema", "manifest", "config", "run", "wizard", "editor"]),
    ("plain", &["format", "error", "endpoints", "schema", "manifest", "config", "run", "wizard", "editor"]),
    ("demo", &["format", "error", "endpoints", "schema", "manifest", "config", "run", "azure", "encord", "tls"]),
    (
        "cli",
        &[
            "format",
            "error",
            "endpoints",
            "schema",
            "manifest",
            "config",
            "run",
            "wizard",
            "azure",
            "encord",
            "store",
            "service",
            "tui",
            "plain",
            "demo",
            "tls",
            "editor",
        ],
    ),
];

/// Crates and modules of the standard library that only these folders may name.
const ONLY_IN: [(&str, &[&str]); 20] = [
    ("axum", &["demo"]),
    ("azure_core", &["azure", "demo"]),
    ("azure_identity", &["azure"]),
    ("clap", &["cli"]),
    ("crossterm", &["tui"]),
    ("dicom_object", &["service", "manifest"]),
    ("parquet", &["manifest"]),
    ("ratatui", &["tui"]),
    ("reqwest", &["azure", "encord", "demo"]),
    ("rusqlite", &["store"]),
    ("rustls", &["tls"]),
    ("ssh_key", &["encord", "demo"]),
    ("tokio", &["azure", "encord", "service", "tui", "plain", "demo", "cli", "editor"]),
    ("toml_edit", &["config"]),
    ("std::env", &["azure", "store", "service", "tui", "plain", "cli", "editor"]),
    ("std::fs", &["encord", "store", "service", "demo", "cli"]),
    ("std::net", &["service", "demo"]),
    ("std::process", &["store", "cli", "editor", "main"]),
    ("std::time::Instant", &["service", "plain", "cli"]),
    ("std::time::SystemTime", &["encord", "service", "demo"]),
];

/// Imports against the table that are still to go: the file, and what it imports.
const EXCEPTIONS: [(&str, &str); 2] = [("src/config/edit/mod.rs", "store"), ("src/run/status.rs", "wizard")];

/// The longest file, in lines of code: neither blank, nor a comment, nor an inline test.
const LONGEST: usize = 500;

struct Source {
    path: String,
    folder: String,
    /// Lines of code with their numbers, without comments and inline tests.
    lines: Vec<(usize, String)>,
}

impl Source {
    /// Reads a file. What follows `#[cfg(test)]` in front of an inline module is left out.
    fn read(path: &Path) -> Source {
        let text = fs::read_to_string(path).unwrap();
        let mut lines = Vec::new();
        let mut is_test = false;
        let mut before = "";
        for (line, number) in text.lines().zip(1..) {
            is_test =
                (is_test || before == "#[cfg(test)]" && line.starts_with("mod ") && line.ends_with('{')) && line != "}";
            let code = line.trim();
            if !is_test && !code.is_empty() && !code.starts_with("//") {
                lines.push((number, line.to_owned()));
            }
            before = line;
        }
        let path = path.to_str().unwrap().replace('\\', "/");
        let folder = path.split('/').nth(1).unwrap().trim_end_matches(".rs").to_owned();
        Source { path, folder, lines }
    }

    fn is_test(&self) -> bool {
        self.path.contains("/tests/") || self.path.ends_with("/tests.rs")
    }

    /// The folders below `src` that the file names, with the lines. `use crate::{…}` may take several lines.
    fn imports(&self) -> Vec<(usize, String)> {
        let mut found = Vec::new();
        let mut depth = 0;
        for (number, line) in &self.lines {
            let mut rest = line.as_str();
            if depth == 0 && rest.contains("use crate::{") {
                depth = 1;
                rest = rest.split_once("use crate::{").unwrap().1;
            } else if depth == 0 {
                let names = rest.split("crate::").skip(1).map(first_name);
                found.extend(names.filter(|name| !name.is_empty()).map(|name| (*number, name)));
                continue;
            }
            let mut name = String::new();
            for c in rest.chars().chain([',']) {
                match c {
                    '{' => depth += 1,
                    '}' => depth -= 1,
                    _ if depth == 1 && c != ',' => name.push(c),
                    _ => {}
                }
                if (depth == 1 && c == ',') || depth == 0 {
                    let first = first_name(name.trim());
                    name.clear();
                    found.extend(Some((*number, first)).filter(|(_, name)| !name.is_empty()));
                }
                if depth == 0 {
                    break;
                }
                if depth == 1 && c == '}' {
                    name.clear();
                }
            }
            // A tree that goes on in the next line was named already.
            let first = first_name(name.trim());
            found.extend(Some((*number, first)).filter(|(_, name)| !name.is_empty()));
        }
        found
    }
}

fn first_name(path: &str) -> String {
    path.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The Rust files below a folder, in order.
fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        match path.is_dir() {
            true => rust_files(&path, found),
            false if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            false => {}
        }
    }
}

/// All files below `src`, without the list of modules and what only tests use.
fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    rust_files(Path::new("src"), &mut files);
    let mut found: Vec<Source> = files.iter().map(|path| Source::read(path)).collect();
    found.retain(|source| source.folder != "lib" && source.folder != "seeds");
    assert!(found.len() > 300, "too few files were read: {}", found.len());
    found
}

fn report(broken: &[String]) {
    assert!(broken.is_empty(), "{} broken rules:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn folders_import_only_what_lies_below_them() {
    let floors = BTreeMap::from(FLOORS);
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test() && source.folder != "main") {
        let Some(allowed) = floors.get(source.folder.as_str()) else {
            broken.push(format!("{}: no floor is given for src/{}", source.path, source.folder));
            continue;
        };
        for (line, name) in source.imports() {
            let is_folder = floors.contains_key(name.as_str());
            let is_exception = EXCEPTIONS.contains(&(source.path.as_str(), name.as_str()));
            if is_folder && name != source.folder && !allowed.contains(&name.as_str()) && !is_exception {
                broken.push(format!("{}:{line}: {} may not import {name}", source.path, source.folder));
            }
        }
    }
    report(&broken);
}

#[test]
fn the_table_has_no_circle() {
    let mut left: BTreeMap<&str, BTreeSet<&str>> =
        FLOORS.into_iter().map(|(name, below)| (name, below.iter().copied().collect())).collect();
    while let Some(ground) = left.iter().find(|(_, below)| below.is_empty()).map(|(name, _)| *name) {
        left.remove(ground);
        left.values_mut().for_each(|below| _ = below.remove(ground));
    }
    assert!(left.is_empty(), "folders that import each other: {:?}", left.keys());
}

#[test]
fn crates_are_named_only_where_they_belong() {
    let mut broken = Vec::new();
    for source in sources().iter().filter(|source| !source.is_test()) {
        // `use std::{fs, io}` is one statement over several lines.
        let text: String = source.lines.iter().map(|(_, line)| format!("{} ", line.trim())).collect();
        for (name, folders) in ONLY_IN.iter().filter(|(_, folders)| !folders.contains(&source.folder.as_str())) {
            let last = name.rsplit("::").next().unwrap();
            let is_named = |line: &str| {
                line.match_indices(name).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    let after = line[at + name.len()..].chars().next();
                    !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':')
                        && (after == Some(':')
                            || name.contains("::") && !after.is_some_and(|c| c.is_alphanumeric() || c == '_'))
                })
            };
            for (line, _) in source.lines.iter().filter(|(_, line)| is_named(line)) {
                broken.push(format!("{}:{line}: {name} belongs into {folders:?}", source.path));
            }
            let mut grouped = text.split("use std::").skip(1).filter_map(|rest| rest.split(';').next());
            let names = |tree: &str| tree.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == last);
            if name.starts_with("std::") && grouped.any(names) {
                broken.push(format!("{}: {name} belongs into {folders:?}", source.path));
            }
        }
    }
    report(&broken);
}

#[test]
fn no_file_is_too_long() {
    let too_long = |source: &Source| {
        let lines = source.lines.len();
        (lines > LONGEST).then(|| format!("{}: {lines} lines of code; {LONGEST} is the limit", source.path))
    };
    report(&sources().iter().filter_map(too_long).collect::<Vec<_>>());
}

#[test]
fn modules_with_parts_are_mod_rs_and_no_path_lies_deeper_than_four_folders() {
    let mut broken = Vec::new();
    for source in sources() {
        let path = source.path.as_str();
        if Path::new(path.trim_end_matches(".rs")).is_dir() {
            broken.push(format!("{path}: a module with parts is {}/mod.rs", path.trim_end_matches(".rs")));
        }
        if let Some((line, _)) = source.lines.iter().find(|(_, line)| line.trim().starts_with("#[path")) {
            broken.push(format!("{path}:{line}: #[path] hides where a module lies"));
        }
        if path.matches('/').count() > 5 {
            broken.push(format!("{path}: more than four folders below src"));
        }
    }
    report(&broken);
}

/// A property without it would try other cases in every run.
#[test]
fn every_property_has_the_shared_seed() {
    let mut files = Vec::new();
    ["src", "tests"].iter().for_each(|folder| rust_files(Path::new(folder), &mut files));
    let (block, closure) = (["proptest!", " {"].concat(), ["proptest!", "("].concat());
    let mut count = 0;
    let mut broken = Vec::new();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (line, number) in lines.iter().zip(1..) {
            let settings = match () {
                () if line.trim_end().ends_with(&block) => lines.get(number).copied().unwrap_or_default(),
                () if line.contains(&closure) => line,
                () => continue,
            };
            count += 1;
            if !settings.contains("seeds::cases(") {
                broken.push(format!("{}:{number}: a property without seeds::cases", file.display()));
            }
        }
    }
    assert!(count > 40, "{count} properties");
    report(&broken);
}

#[test]
fn the_paths_in_the_architecture_page_exist() {
    let page = fs::read_to_string("ARCHITECTURE.md").unwrap();
    let quoted = page.split('`').skip(1).step_by(2);
    let paths: Vec<&str> =
        quoted.filter(|text| text.contains('/') && !text.contains([' ', '<', '{', '*', ':', '('])).collect();
    assert!(paths.len() > 30, "{paths:?}");
    let missing = |path: &&str| !Path::new(path).exists() && !Path::new("src").join(path).exists();
    report(
        &paths
            .into_iter()
            .filter(missing)
            .map(|path| format!("ARCHITECTURE.md: {path} does not exist"))
            .collect::<Vec<_>>(),
    );
}
