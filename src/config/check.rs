//! What in a config cannot be right, although it is one.

use crate::{
    config::{
        Config,
        error::ConfigError,
        folder,
        manifest::{Join, Manifest, Source},
    },
    endpoints::endpoint,
    manifest::{kind::Kind, metadata::table::Format, rules::Rules},
    schema::key::check_key,
};

/// Refuses what cannot be right, with the remedy.
pub(super) fn check(config: &Config) -> Result<(), ConfigError> {
    let fail = |message: String| Err(ConfigError(message));
    if config.version != 1 {
        return fail(format!(
            "version = {} is not known to this program; it reads version = 1. A newer azure-to-encord may have written it.",
            config.version
        ));
    }
    if let Some(account) = config.azure.account.as_deref()
        && !account.is_empty()
        && !account.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        && config.azure.endpoint.is_none()
    {
        return fail(format!(
            "[azure] account = \"{account}\" is not a storage account's name (lower-case letters and digits). \
             For a whole address use endpoint = \"https://…\"."
        ));
    }
    for (key, url) in [("endpoint", &config.azure.endpoint), ("object_url_base", &config.azure.object_url_base)] {
        if let Some(url) = url {
            if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() {
                return fail(format!(
                    "[azure] {key} must be an address without '?', '#' or a user name. A SAS token belongs into the \
                     variable named by sas_token_env, never into the config."
                ));
            }
            if !matches!(url.scheme(), "http" | "https") {
                return fail(format!("[azure] {key} must begin with https:// (or http:// on this machine)."));
            }
            if let (true, (account, Some(_))) = (endpoint::is_azure(url), endpoint::split(url)) {
                return fail(format!(
                    "[azure] {key} = \"{url}\" goes on after the account. Set {key} = \"{account}\" and the container's name as container."
                ));
            }
        }
    }
    for (env, file, names) in [
        (&config.azure.sas_token_env, &config.azure.sas_token_file, "sas_token_env and sas_token_file"),
        (&config.azure.account_key_env, &config.azure.account_key_file, "account_key_env and account_key_file"),
    ] {
        if env.is_some() && file.is_some() {
            return fail(format!("[azure] has both {names}; keep one."));
        }
    }
    for key in config.schema.keys.keys() {
        if let Err(error) = check_key(key) {
            return fail(format!("[schema.keys] \"{key}\": {error}."));
        }
    }
    for (key, file) in [
        ("[schema] file", &config.schema.file),
        ("[manifest] file", &config.manifest.file),
        ("[manifest.metadata] table", &config.manifest.metadata.table),
    ] {
        if file.as_ref().is_some_and(|file| file.trim().is_empty()) {
            return fail(format!("{key} names no file. Name one, or remove the line."));
        }
    }
    check_types_and_groups(&config.manifest)?;
    if let Err(error) = Rules::new(&config.manifest.rules()) {
        return fail(format!("[manifest] {error}."));
    }
    if let Some(fault) = config.manifest.source_fault() {
        return fail(fault);
    }
    let metadata = &config.manifest.metadata;
    if metadata.sidecar.as_deref().is_some_and(|suffix| suffix.is_empty() || suffix.contains('/')) {
        return fail(
            "[manifest.metadata] sidecar is the end of the names of files, such as \".metadata.json\"; it cannot be empty or hold a '/'."
                .into(),
        );
    }
    if let Some(table) = metadata.table.as_deref()
        && Format::from_name(table).is_none()
    {
        return fail(format!(
            "[manifest.metadata] table = \"{table}\" is no table by its name, which has to end in .csv, .tsv, .jsonl, .ndjson or .json."
        ));
    }
    if config.manifest.source == Source::File && config.manifest.file.as_deref().is_none_or(str::is_empty) {
        return fail(
            "[manifest] source = \"file\" reads a manifest, but file does not say which. Set file = \"manifest.json\"; it is looked \
             for beside this config."
                .into(),
        );
    }
    folder::check(&config.folder).map_err(ConfigError)?;
    if config.folder.cloud_synced
        && let Some(refusal) = crate::config::synced::refusal(config)
    {
        return fail(refusal);
    }
    for (key, value) in [
        ("videos_per_job", config.upload.videos_per_job),
        ("images_per_job", config.upload.images_per_job),
        ("gigabytes_per_job", config.upload.gigabytes_per_job),
        ("jobs_in_flight", config.upload.jobs_in_flight as u64),
    ] {
        if value == 0 {
            return fail(format!("[upload] {key} = 0 would send nothing; use 1 or more."));
        }
    }
    if config.upload.images_per_job > 500_000 || config.upload.videos_per_job > 500_000 {
        return fail("[upload] Encord takes at most 500,000 items in one job.".into());
    }
    if config.upload.upsert_metadata && !config.upload.skip_duplicate_urls {
        return fail(
            "[upload] upsert_metadata = true has no effect without skip_duplicate_urls = true; set both or neither."
                .into(),
        );
    }
    Ok(())
}

/// What of the rules of types and groups can be right only together with something else.
fn check_types_and_groups(manifest: &Manifest) -> Result<(), ConfigError> {
    let fail = |message: String| Err(ConfigError(message));
    for rule in &manifest.types {
        if rule.settings.is_some() && rule.kind != Kind::TimeSeries {
            return fail(format!(
                "[[manifest.types]] match = \"{}\": settings are for type = \"time-series\", not for \"{}\".",
                rule.pattern, rule.kind
            ));
        }
    }
    for rule in &manifest.groups {
        let place = format!("[[manifest.groups]] match = \"{}\"", rule.pattern);
        if rule.cameras.is_some() && rule.kind != Kind::Scene {
            return fail(format!("{place}: cameras are for type = \"scene\", not for \"{}\".", rule.kind));
        }
        if rule.by.starts_with("column:") && manifest.metadata.table.is_none() {
            return fail(format!(
                "{place}: by = \"{}\" needs the table that has the column: set table under [manifest.metadata].",
                rule.by
            ));
        }
        if rule.by.starts_with("column:") && manifest.metadata.join != Join::Name {
            return fail(format!(
                "{place}: by = \"{}\" needs a table that names blobs: set join = \"name\" under [manifest.metadata].",
                rule.by
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::config::parse::parse;

    #[test]
    fn values_that_cannot_be_right_are_refused_with_the_remedy() {
        for (text, part) in [
            ("version = 2", "version = 1"),
            ("version = 1\n[azure]\naccount = \"https://a.b\"", "endpoint"),
            ("version = 1\n[azure]\nendpoint = \"https://a.blob.core.windows.net/?sv=1&sig=abc\"", "sas_token_env"),
            ("version = 1\n[azure]\nendpoint = \"https://a.blob.core.windows.net/media\"", "name as container"),
            ("version = 1\n[schema.keys]\n\"$x\" = \"text\"", "reserved"),
            ("version = 1\n[schema.keys]\nx = \"integer\"", "not a metadata type"),
            ("version = 1\n[schema.keys]\nx = \"integer\"", "line 3, column 5"),
            ("version = 1\n[schema]\nfile = \"\"", "[schema] file names no file"),
            ("version = 1\n[manifest]\nfile = \" \"", "[manifest] file names no file"),
            ("version = 1\n[manifest]\ninclude = [\"a[\"]", "glob"),
            ("version = 1\n[[manifest.types]]\nmatch = \"*\"\ntype = \"text\"\nsettings = {}", "time-series"),
            (
                "version = 1\n[[manifest.types]]\nmatch = \"a.csv\"\ntype = \"time-series\"\nsettings = { channels = { v = { lineWidth = 9 } } }",
                "\"a.csv\": channel \"v\": lineWidth",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"column:rig\"",
                "set table under [manifest.metadata]",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"column:rig\"\n[manifest.metadata]\ntable = \"t.csv\"\njoin = \"title\"",
                "join = \"name\"",
            ),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"directory\"\ncameras = \"c.json\"",
                "\"scene\"",
            ),
            ("version = 1\n[[manifest.groups]]\ntype = \"scene\"\nmatch = \"*\"\nby = \"directory\"", "streams"),
            (
                "version = 1\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"series-uid\"",
                "dicom-series",
            ),
            ("version = 1\n[manifest]\nmodified_from = \"May\"", "[manifest] modified_from"),
            ("version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\nsince = \"last-run\"", "Take since out"),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"directory\"",
                "[[manifest.groups]] does not go with source = \"file\"",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[manifest.metadata]\nsidecar = \".json\"",
                "[manifest.metadata] sidecar does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\n[manifest.metadata]\nindex_tags = true",
                "[manifest.metadata] index_tags does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\nmin_size = 1",
                "[manifest] min_size does not go",
            ),
            (
                "version = 1\n[manifest]\nsource = \"file\"\nfile = \"a\"\ntiers = [\"Hot\"]",
                "[manifest] tiers does not go",
            ),
            ("version = 1\n[manifest]\ntiers = [\"Warm\"]", "access tier"),
            ("version = 1\n[manifest]\nmin_size = 5\nmax_size = 4", "larger than"),
            ("version = 1\n[manifest]\nsource = \"file\"", "file does not say which"),
            ("version = 1\n[upload]\njobs_in_flight = 0", "1 or more"),
            ("version = 1\n[upload]\nskip_duplicate_urls = false\nupsert_metadata = true", "set both"),
            ("version = 1\n[manifest.metadata]\nsidecar = \"\"", "sidecar is the end"),
            ("version = 1\n[manifest.metadata]\ntable = \"labels.xlsx\"", ".jsonl"),
        ] {
            let message = parse(text).unwrap_err().0;
            assert!(message.contains(part), "{text}: {message}");
        }
    }
}
