//! A folder that mirrors a place in the storage: which place, and what such a folder cannot do.

use crate::{
    manifest::object_url,
    store::config::Config,
    wizard::{Mirror, Problem},
};

/// What has to be known before a cloud-synced folder is made; of Encord's documentation.
pub const LIMITS: [&str; 5] = [
    "Encord lists the files by itself, and again at each sync; no manifest is sent.",
    "No image groups, image sequences or DICOM series: every file becomes an item of its own.",
    "No metadata of single items, other than from files beside them (sidecars).",
    "The URL cannot be changed later.",
    "At most 10 million files.",
];

/// The ending of sidecar files that is proposed.
pub(super) const USUAL_SIDECAR: &str = ".metadata.json";

/// The URL that a cloud-synced folder of this config mirrors: the container's, or that of the one prefix in it, with a slash at
/// its end.
///
/// # Errors
/// Account or container is not set; there is more than one prefix; the prefix is not a folder; Encord could not fetch it.
pub fn remote_url(config: &Config) -> Result<String, Problem> {
    let base = config.azure.object_base().filter(|_| !config.azure.container.is_empty());
    let Some(base) = base else {
        return Err(Problem::config("There is no storage account or container to mirror.").hint("Step 1 sets them."));
    };
    let prefix = match config.manifest.prefixes.as_slice() {
        [] => "",
        [prefix] => prefix.as_str(),
        prefixes => {
            return Err(Problem::config(format!(
                "A cloud-synced folder mirrors one place, and {} prefixes are chosen.",
                prefixes.len()
            ))
            .hint("Choose one folder, or none for the whole container, in step 1."));
        }
    };
    let container = &config.azure.container;
    if prefix.is_empty() {
        return Ok(format!("{base}/{container}/"));
    }
    let Some(folder) = prefix.strip_suffix('/').filter(|folder| !folder.is_empty()) else {
        return Err(Problem::config(format!(
            "A cloud-synced folder mirrors whole folders, and the prefix '{prefix}' is only the beginning of names."
        ))
        .hint("End the prefix with a / in step 1."));
    };
    match object_url::object_url(&base, container, folder) {
        Ok(url) => Ok(format!("{url}/")),
        Err(reason) => Err(Problem::config(format!("The prefix '{prefix}' cannot be mirrored: {reason}."))),
    }
}

/// What the config asks for.
///
/// # Errors
/// As [`remote_url`].
pub(super) fn of(config: &Config) -> Result<Mirror, Problem> {
    Ok(Mirror { remote_url: remote_url(config)?, sidecar: config.manifest.metadata.sidecar.clone() })
}

/// Whether two URLs name the same place.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    one.trim_end_matches('/') == other.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_url_is_the_container_or_the_one_folder_in_it() {
        let mut config = Config::default();
        assert!(remote_url(&config).unwrap_err().what.contains("no storage account"));
        config.azure.account = Some("acme".into());
        config.azure.container = "raw".into();
        for (prefixes, expected) in [
            (&[][..], Ok("https://acme.blob.core.windows.net/raw/")),
            (&[""][..], Ok("https://acme.blob.core.windows.net/raw/")),
            (&["2026/März 1/"][..], Ok("https://acme.blob.core.windows.net/raw/2026/M%C3%A4rz%201/")),
            (&["2026/cam"][..], Err("only the beginning")),
            (&["/"][..], Err("only the beginning")),
            (&["a/", "b/"][..], Err("2 prefixes")),
        ] {
            config.manifest.prefixes = prefixes.iter().map(|prefix| (*prefix).to_owned()).collect();
            match (remote_url(&config), expected) {
                (Ok(url), Ok(expected)) => assert_eq!(url, expected),
                (Err(problem), Err(word)) => assert!(problem.what.contains(word), "{problem}"),
                (got, _) => panic!("{prefixes:?}: {got:?}"),
            }
        }
        config.manifest.prefixes.clear();
        config.azure.object_url_base = Some("http://127.0.0.1:10000/acme".parse().unwrap());
        assert_eq!(remote_url(&config).unwrap(), "http://127.0.0.1:10000/acme/raw/");
    }
}
