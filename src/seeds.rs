//! Chance in unit tests: what the integration tests draw from, too.

use std::path::Path;

#[path = "../tests/support/seeds.rs"]
#[allow(dead_code, reason = "the integration tests use the rest")]
mod shared;

pub(crate) use shared::*;

/// The Rust sources below a folder.
fn sources(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// A property without it would draw something else in every run.
#[test]
fn every_property_has_the_shared_seed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    ["src", "tests"].iter().for_each(|folder| sources(&root.join(folder), &mut files));
    let properties = ["proptest!", " {"].concat();
    let closures = ["proptest!", "("].concat();
    let mut seen = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for (place, line) in lines.iter().enumerate() {
            let settings = match () {
                () if line.trim_end().ends_with(&properties) => lines.get(place + 1).copied().unwrap_or_default(),
                () if line.contains(&closures) => line,
                () => continue,
            };
            seen += 1;
            assert!(settings.contains("seeds::cases("), "{}:{}: {settings}", file.display(), place + 1);
        }
    }
    assert!(seen > 40, "{seen} properties");
}
