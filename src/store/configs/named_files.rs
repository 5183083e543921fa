//! The files that a config names, found from where the config lies.

use std::{fs::File, io::Read as _, path::Path};

use crate::{
    config::{Config, error::ConfigError, manifest::Source},
    schema::{advice::sentences, file::SchemaFile},
    store::paths::expand_home,
};

/// The largest schema file, in bytes: 10,000 keys with the most options that Encord takes are a quarter of it.
const LARGEST: u64 = 64 << 20;

/// Reads a schema file: JSON as Encord serves a schema, or TOML; at most 64 MiB.
///
/// # Errors
/// It cannot be read, or what is in it cannot be right; with the file's name, the line and the column.
pub fn read_schema_file(path: &Path) -> Result<SchemaFile, ConfigError> {
    let fail = |what: String| ConfigError(format!("The schema file {} {what}", path.display()));
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(LARGEST + 1).read_to_end(&mut bytes))
        .map_err(|error| fail(format!("cannot be read: {error}. Check the path and its permissions.")))?;
    if bytes.len() as u64 > LARGEST {
        return Err(fail("has more than 64 MiB, so it is not a schema.".into()));
    }
    SchemaFile::read(&bytes).map_err(|error| fail(format!("cannot be used: {error}.")))
}

/// Makes the paths of a config paths from its directory.
pub(crate) fn find_files_beside(config: &mut Config, directory: &Path) {
    let beside = |file: &mut String| *file = directory.join(expand_home(file)).to_string_lossy().into_owned();
    config.schema.file.iter_mut().for_each(beside);
    let manifest = &mut config.manifest;
    manifest.metadata.table.iter_mut().for_each(beside);
    manifest.groups.iter_mut().filter_map(|rule| rule.cameras.as_mut()).for_each(beside);
    // The reports of an inventory may be in the storage account: CONTAINER/PATH/.
    // A rule's name may follow the directory.
    let is_here = |file: &str| {
        let path = directory.join(expand_home(file));
        path.exists() || path.parent().is_some_and(|parent| parent != directory && parent.is_dir())
    };
    if manifest.source != Source::Inventory || manifest.file.as_deref().is_some_and(is_here) {
        manifest.file.iter_mut().for_each(beside);
    }
}

/// Makes the paths of a config paths from its directory, and takes in the keys of its schema file.
pub(crate) fn find_beside(config: &mut Config, directory: &Path) -> Result<(), ConfigError> {
    find_files_beside(config, directory);
    let Some(file) = &config.schema.file else { return Ok(()) };
    let read = read_schema_file(Path::new(file)).map_err(|error| ConfigError(format!("[schema] file: {}", error.0)))?;
    let left = read.left.iter().map(|(key, left)| (key.clone(), left.to_string()));
    let own = &config.schema.keys;
    let remarks: Vec<(String, String)> =
        read.advice.into_iter().chain(left).filter(|(key, _)| !own.contains_key(key)).collect();
    config.advice.extend(sentences(&remarks).into_iter().map(|sentence| format!("{file} {sentence}")));
    config.schema.of_file = read.keys.into_iter().filter(|(key, _)| !own.contains_key(key)).collect();
    config.schema.keys.extend(config.schema.of_file.clone());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{
        config::parse::parse,
        schema::key_type::{KeyType, Scalar},
        store::configs::load::load,
    };

    fn loaded(files: &[(&str, &str)], config: &str) -> (tempfile::TempDir, Result<Config, ConfigError>) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in files {
            fs::write(dir.path().join(name), text).unwrap();
        }
        let path = dir.path().join("site.toml");
        fs::write(&path, format!("version = 1\n{config}")).unwrap();
        let config = load(&path);
        (dir, config)
    }

    #[test]
    fn the_keys_of_a_schema_file_are_the_configs_but_not_written_with_it() {
        let file = r#"{"n": {"ty": "variant", "hint": "number"}, "site": {"ty": "variant", "hint": "string"},
            "lang": {"ty": "variant", "hint": "string"}, "gone": {"ty": "tombstone", "deleted_ty": null},
            "old": {"ty": "tombstone", "deleted_ty": null}}"#;
        let text =
            "[schema]\nfile = \"schema.json\"\n[schema.keys]\nsite = \"text\"\nold = \"uuid\"\nemb = { embedding = 4 }";
        let (dir, config) = loaded(&[("schema.json", file)], text);
        let mut config = config.unwrap();
        let names = |config: &Config| config.schema.keys.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&config), ["emb", "lang", "n", "old", "site"]);
        assert_eq!(config.schema.keys["site"], KeyType::Scalar(Scalar::Text), "the config goes before the file");
        let path = dir.path().join("schema.json");
        let path = path.to_str().unwrap();
        assert_eq!(config.schema.file.as_deref(), Some(path));
        assert_eq!(
            config.advice,
            [
                "[schema.keys] 'emb': an embedding of 4 numbers; Encord Active works with 512.".to_owned(),
                format!("{path} 'lang': 'string' is an old name; use 'varchar'."),
                format!("{path} 'gone': deleted in the schema file, so left alone."),
            ]
        );
        // What is recorded is what was written, and the keys that were changed since.
        config.schema.keys.insert("n".into(), KeyType::Geospatial);
        let again = parse(&toml::to_string(&config).unwrap()).unwrap();
        assert_eq!(names(&again), ["emb", "n", "old", "site"]);
        assert!(parse("version = 1\n[schema]\nfile = \"no such file\"").unwrap().schema.keys.is_empty());
    }

    #[test]
    fn a_schema_file_that_is_missing_or_wrong_is_named() {
        let config = "[schema]\nfile = \"schema.json\"";
        let (_dir, missing) = loaded(&[], config);
        let told = missing.unwrap_err().0;
        assert!(told.contains("site.toml") && told.contains("schema.json cannot be read: No such file"), "{told}");
        let (_dir, wrong) = loaded(&[("schema.json", "{\"a\":\n {\"ty\": 1}}")], config);
        let told = wrong.unwrap_err().0;
        assert!(told.contains("schema.json cannot be used: line 1, column 2: the key 'a'"), "{told}");
        let (_dir, directory) = loaded(&[], "[schema]\nfile = \".\"");
        assert!(directory.unwrap_err().0.contains("cannot be read"));
    }

    #[test]
    fn files_are_found_beside_the_config_and_the_storage_accounts_paths_stay() {
        let manifest = |text: &str| {
            let dir = tempfile::tempdir().unwrap();
            fs::create_dir_all(dir.path().join("reports/2026")).unwrap();
            let path = dir.path().join("site.toml");
            fs::write(&path, format!("version = 1\n[manifest]\n{text}")).unwrap();
            let config = load(&path).unwrap().manifest;
            let prefix = format!("{}/", dir.path().display());
            let short = |file: Option<String>| file.map(|file| file.replace(&prefix, "DIR/"));
            (short(config.file), short(config.metadata.table))
        };
        let found = |file: &str| Some(file.to_owned());
        assert_eq!(manifest("source = \"file\"\nfile = \"a/m.csv\""), (found("DIR/a/m.csv"), None));
        assert_eq!(
            manifest("file = \"/a/m.csv\"\nmetadata.table = \"l.csv\""),
            (found("/a/m.csv"), found("DIR/l.csv"))
        );
        assert_eq!(manifest("source = \"inventory\"\nfile = \"media/reports/\""), (found("media/reports/"), None));
        assert_eq!(manifest("source = \"inventory\"\nfile = \"reports/2026\""), (found("DIR/reports/2026"), None));
        let home = etcetera::home_dir().unwrap().join("l.csv");
        assert_eq!(manifest("metadata.table = \"~/l.csv\"").1.as_deref(), home.to_str());
    }
}
