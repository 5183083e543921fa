//! What a config may say where Encord mirrors the container by itself.

use crate::config::{
    Config,
    manifest::{Manifest, Source},
};

/// The longest ending of sidecars that Encord takes, in characters (the SDK's `SidecarMatcherSuffix`).
const LONGEST_SUFFIX: usize = 128;

/// Why `[folder] cloud_synced` does not go with the rest of the config, with the remedy. What would register files that the
/// config leaves out is refused; what only adds to items is another matter, see [`unused`].
pub fn refusal(config: &Config) -> Option<String> {
    let manifest = &config.manifest;
    let narrowing = narrowing(manifest);
    if !narrowing.is_empty() {
        return Some(format!(
            "[folder] cloud_synced = true registers every file below its place in the container, but [manifest] {} \
             would leave some out. Take that out, or set cloud_synced = false.",
            narrowing.join(", ")
        ));
    }
    if manifest.source != Source::Container {
        return Some(
            "[folder] cloud_synced = true takes the files from the container itself and goes only with [manifest] source = \"container\"."
                .into(),
        );
    }
    if manifest.prefixes.len() > 1 {
        return Some(format!(
            "[folder] cloud_synced = true mirrors one place, but [manifest] prefixes names {}. Keep one, with a config for each.",
            manifest.prefixes.len()
        ));
    }
    if let Some(prefix) = manifest.prefixes.first().filter(|prefix| !prefix.is_empty() && !prefix.ends_with('/')) {
        return Some(format!(
            "[folder] cloud_synced = true mirrors a whole folder, so [manifest] prefixes = [\"{prefix}\"] has to end with a '/', \
             as in \"{prefix}/\"."
        ));
    }
    if manifest.metadata.sidecar.as_ref().is_some_and(|suffix| suffix.chars().count() > LONGEST_SUFFIX) {
        return Some(format!(
            "[manifest.metadata] sidecar is longer than the {LONGEST_SUFFIX} characters that Encord takes for a cloud-synced folder."
        ));
    }
    None
}

/// The keys under `[manifest]` that leave files out.
fn narrowing(manifest: &Manifest) -> Vec<&'static str> {
    let keys = [
        ("include", !manifest.include.is_empty()),
        ("exclude", !manifest.exclude.is_empty()),
        ("min_size", manifest.min_size.is_some()),
        ("max_size", manifest.max_size.is_some()),
        ("modified_from", manifest.modified_from.is_some()),
        ("modified_before", manifest.modified_before.is_some()),
        ("tiers", !manifest.tiers.is_empty()),
        ("since", manifest.since.is_some()),
    ];
    keys.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
}

/// The keys of a config that a cloud-synced folder makes no use of, as they stand in the file.
pub fn unused(config: &Config) -> Vec<&'static str> {
    let (manifest, metadata, upload) = (&config.manifest, &config.manifest.metadata, &config.upload);
    let usual = crate::config::upload::Upload::default();
    let keys = [
        ("[[manifest.types]]", !manifest.types.is_empty()),
        ("[[manifest.groups]]", !manifest.groups.is_empty()),
        ("[manifest] probe_media", manifest.probe_media == crate::config::manifest::Probe::Always),
        ("[manifest.metadata] path", metadata.path.is_some()),
        ("[manifest.metadata] table", metadata.table.is_some()),
        ("[manifest.metadata] blob_metadata", metadata.blob_metadata),
        ("[manifest.metadata] index_tags", metadata.index_tags),
        ("[manifest.metadata] constants", !metadata.constants.is_empty()),
        (
            "[upload] ignore_individual_file_errors",
            upload.ignore_individual_file_errors != usual.ignore_individual_file_errors,
        ),
        ("[upload] skip_duplicate_urls", upload.skip_duplicate_urls != usual.skip_duplicate_urls),
        ("[upload] upsert_metadata", upload.upsert_metadata != usual.upsert_metadata),
        ("[upload] videos_per_job", upload.videos_per_job != usual.videos_per_job),
        ("[upload] images_per_job", upload.images_per_job != usual.images_per_job),
        ("[upload] gigabytes_per_job", upload.gigabytes_per_job != usual.gigabytes_per_job),
        ("[upload] jobs_in_flight", upload.jobs_in_flight != usual.jobs_in_flight),
    ];
    keys.into_iter().filter(|(_, is_set)| *is_set).map(|(key, _)| key).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::parse::parse;

    const HEAD: &str = "version = 1\n[folder]\npath = \"M\"\ncloud_synced = true\n";

    #[test]
    fn what_cannot_be_mirrored_is_refused_by_its_key() {
        for (text, part) in [
            ("[manifest]\ninclude = [\"*.jpg\"]\nmin_size = 5", "[manifest] include, min_size"),
            ("[manifest]\nexclude = [\"*.jpg\"]", "exclude"),
            ("[manifest]\nsince = \"last-run\"", "since"),
            ("[manifest]\ntiers = [\"Hot\"]", "tiers"),
            ("[manifest]\nprefixes = [\"a/\", \"b/\"]", "prefixes names 2"),
            ("[manifest]\nprefixes = [\"a\"]", "as in \"a/\""),
            ("[manifest]\nsource = \"file\"\nfile = \"a.json\"", "source = \"container\""),
        ] {
            let message = parse(&format!("{HEAD}{text}")).unwrap_err().0;
            assert!(message.contains(part), "{text}: {message}");
            assert!(parse(&format!("{HEAD}{text}").replace("cloud_synced = true", "cloud_synced = false")).is_ok());
        }
        let long = format!("{HEAD}[manifest.metadata]\nsidecar = \"{}\"", "x".repeat(129));
        assert!(parse(&long).unwrap_err().0.contains("128"));
        for text in ["", "[manifest]\nprefixes = [\"a/b/\"]", "[manifest.metadata]\nsidecar = \".meta.json\""] {
            assert!(parse(&format!("{HEAD}{text}")).is_ok(), "{text}");
        }
    }

    #[test]
    fn what_is_not_used_is_named() {
        let text = "[manifest.metadata]\nsidecar = \".m.json\"\npath = \"{a}/{rest}\"\nconstants = { p = 1 }\n\
                    [[manifest.groups]]\ntype = \"image-group\"\nmatch = \"*\"\nby = \"directory\"\n[upload]\njobs_in_flight = 5";
        let found = unused(&parse(&format!("{HEAD}{text}")).unwrap());
        assert_eq!(
            found,
            [
                "[[manifest.groups]]",
                "[manifest.metadata] path",
                "[manifest.metadata] constants",
                "[upload] jobs_in_flight"
            ]
        );
    }
}
