//! A cloud-synced folder as the destination: what it mirrors, what it cannot do, and whether the rest of the config allows it.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::{
    config::{Config, synced},
    endpoints::object_url::object_url,
    error::UserError,
    wizard::{
        action::{Action, Hint},
        destination::{Destination, Mirror},
        step::Status,
    },
};

/// What a cloud-synced folder cannot do, or does for good.
pub const LIMITS: [&str; 5] = [
    "Encord lists the files itself and takes every one that it knows: nothing can be left out, and no types are set by rule.",
    "It makes no groups, image sequences, scenes or DICOM series.",
    "It takes metadata from sidecar files only, such as x.jpg.metadata.json beside x.jpg.",
    "The place that it mirrors cannot be changed later, and ordinary uploads cannot go into it.",
    "It takes up to 10 million files.",
];

/// The ending of sidecar files that is proposed.
pub(super) const USUAL_SIDECAR: &str = ".metadata.json";

/// The URL that Encord is to mirror: account, container and the one prefix, every segment percent-encoded, with a slash at the end.
///
/// # Errors
/// Account or container are not set, or the config cannot be honoured by a mirror.
pub fn remote_url(config: &Config) -> Result<String, UserError> {
    if let Some(refusal) = synced::refusal(config) {
        return Err(UserError::config(refusal));
    }
    let (Some(base), false) = (config.azure.object_base(), config.azure.container.is_empty()) else {
        return Err(UserError::config("The account and the container that the folder is to mirror are not known yet.")
            .hint("Set them in step 1, or account and container under [azure]."));
    };
    let prefix = config.manifest.prefixes.first().map_or("", String::as_str);
    object_url(&base, &config.azure.container, prefix).map_err(|error| {
        UserError::config(format!("The folder '{prefix}' of the container cannot be mirrored: {error}."))
            .hint("Choose another folder under [manifest] prefixes.")
    })
}

/// What the config wants mirrored.
///
/// # Errors
/// As [`remote_url`].
pub fn mirror(config: &Config) -> Result<Mirror, UserError> {
    Ok(Mirror { remote_url: remote_url(config)?, sidecar: config.manifest.metadata.sidecar.clone() })
}

/// What of the config a mirror makes no use of, and what may keep it from working, each a sentence.
pub fn warnings(config: &Config) -> Vec<String> {
    let mut sentences = Vec::new();
    let unused = synced::unused(config);
    if !unused.is_empty() {
        sentences.push(format!("Not used by a cloud-synced folder: {}.", unused.join(", ")));
    }
    if config.encord.strict_client_only {
        sentences.push(
            "The integration is set to strict client-only access, under which Encord reads no files: the sync may find nothing."
                .to_owned(),
        );
    }
    sentences
}

/// Where a mirror's metadata comes from, in words.
pub fn metadata_words(mirror: &Mirror) -> String {
    match &mirror.sidecar {
        Some(suffix) => format!("from files whose names end in {suffix}"),
        None => "none is read, as [manifest.metadata] sidecar is not set".to_owned(),
    }
}

/// The keys of step 3, which has nothing to list and nothing to set.
pub(crate) fn hints() -> Vec<Hint> {
    vec![Hint::new(Action::Next, "continue"), Hint::new(Action::Back, "back")]
}

/// How step 3 stands where Encord lists the container itself.
pub(crate) fn manifest_status(config: &Config) -> Status {
    remote_url(config).map_or_else(Status::Blocked, |_| Status::Ready)
}

/// The destination as the run needs it. Of a folder that exists, `destination` tells what it mirrors.
///
/// # Errors
/// The folder exists and is an ordinary one, or mirrors another place; or it mirrors one and the config does not ask for that.
pub fn settled(config: &Config, destination: &Destination) -> Result<Destination, UserError> {
    let path = destination.path();
    if !config.folder.cloud_synced {
        return match &destination.mirror {
            None => Ok(destination.clone()),
            Some(_) => {
                Err(UserError::config(format!("The folder '{path}' mirrors a cloud location and takes no uploads."))
                    .hint("Choose another folder, or set cloud_synced = true under [folder]."))
            }
        };
    }
    let wanted = mirror(config)?;
    let mirror = match &destination.mirror {
        None if destination.create.is_empty() => {
            return Err(UserError::config(format!(
                "The folder '{path}' exists and is an ordinary one; it cannot become cloud-synced."
            ))
            .hint("Name a folder that does not exist yet, or set cloud_synced = false under [folder]."));
        }
        None => wanted,
        Some(there) if same_place(&there.remote_url, &wanted.remote_url) => {
            Mirror { remote_url: there.remote_url.clone(), sidecar: wanted.sidecar }
        }
        Some(there) => {
            return Err(UserError::config(format!(
                "The folder '{path}' mirrors {}, not {}, and that cannot be changed.",
                there.remote_url, wanted.remote_url
            ))
            .hint("Name another folder; one that does not exist yet is made."));
        }
    };
    Ok(Destination { mirror: Some(mirror), ..destination.clone() })
}

/// Whether two URLs name the same place, however they are encoded and whether or not a slash ends them.
pub fn same_place(one: &str, other: &str) -> bool {
    let place = |text: &str| {
        let url = Url::parse(text).ok()?;
        let path = percent_decode_str(url.path()).decode_utf8().ok()?.trim_end_matches('/').to_owned();
        Some((url.origin(), path))
    };
    one == other || place(one).is_some_and(|one| Some(one) == place(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{config, wizard::destination::FolderRef};

    fn config(rest: &str) -> Config {
        let head = "version = 1\n[azure]\naccount = \"acme\"\ncontainer = \"raw\"\n[folder]\npath = \"M\"\ncloud_synced = true\n";
        config::parse::parse(&format!("{head}{rest}")).unwrap()
    }

    #[test]
    fn the_url_is_encoded_by_segments_and_ends_with_a_slash() {
        for (rest, url) in [
            ("", "https://acme.blob.core.windows.net/raw/"),
            ("[manifest]\nprefixes = [\"\"]", "https://acme.blob.core.windows.net/raw/"),
            ("[manifest]\nprefixes = [\"a b/é#1/\"]", "https://acme.blob.core.windows.net/raw/a%20b/%C3%A9%231/"),
        ] {
            assert_eq!(remote_url(&config(rest)).unwrap(), url);
        }
        let mut other = config("[manifest]\nprefixes = [\"x/\"]");
        other.azure.object_url_base = Some(Url::parse("https://cdn.acme.com/").unwrap());
        assert_eq!(remote_url(&other).unwrap(), "https://cdn.acme.com/raw/x/");
        other.azure.object_url_base = None;
        other.azure.endpoint = Some(Url::parse("http://127.0.0.1:10000/dev").unwrap());
        assert_eq!(remote_url(&other).unwrap(), "http://127.0.0.1:10000/dev/raw/x/");
        other.manifest.prefixes = vec!["a/../b/".into()];
        assert!(remote_url(&other).unwrap_err().to_string().contains("'a/../b/'"));
        other.azure.container.clear();
        assert!(remote_url(&other).is_err());
        other.manifest.include = vec!["*".into()];
        assert!(remote_url(&other).unwrap_err().summary.contains("include"));
    }

    #[test]
    fn a_place_is_the_same_however_it_is_written() {
        for (one, other, same) in [
            ("https://a/c/x%20y/", "https://a/c/x y", true),
            ("https://A/c/", "https://a:443/c", true),
            ("https://a/c/%E5%9B%BE/", "https://a/c/图/", true),
            ("https://a/c/", "https://a/c/x/", false),
            ("https://a/c/X/", "https://a/c/x/", false),
            ("https://a/c/", "http://a/c/", false),
            ("s3://b/x/", "s3://b/x/", true),
        ] {
            assert_eq!(same_place(one, other), same, "{one} {other}");
        }
    }

    #[test]
    fn only_a_new_folder_or_one_that_mirrors_the_same_place_will_do() {
        let synced = config("");
        let ordinary = Config { folder: config::folder::Folder::default(), ..synced.clone() };
        let existing = Destination {
            existing: Some(FolderRef { uuid: uuid::Uuid::from_u128(1), path: "M".into() }),
            ..Destination::default()
        };
        let of = |url: &str| Destination {
            mirror: Some(Mirror { remote_url: url.into(), sidecar: None }),
            ..existing.clone()
        };
        let new = Destination { create: vec!["M".into()], ..Destination::default() };
        let here = "https://acme.blob.core.windows.net/raw/";
        assert_eq!(settled(&synced, &new).unwrap().mirror.unwrap().remote_url, here);
        assert_eq!(
            settled(&synced, &of(&here[..here.len() - 1])).unwrap().mirror.unwrap().remote_url,
            here[..here.len() - 1]
        );
        assert!(settled(&synced, &existing).unwrap_err().summary.contains("ordinary"));
        assert!(
            settled(&synced, &of("https://acme.blob.core.windows.net/other/")).unwrap_err().summary.contains("other")
        );
        assert!(settled(&ordinary, &new).unwrap().mirror.is_none());
        assert!(settled(&ordinary, &of(here)).is_err());
    }

    #[test]
    fn what_is_not_honoured_is_told() {
        assert_eq!(warnings(&config("[manifest.metadata]\nsidecar = \".m.json\"")), Vec::<String>::new());
        let mut strict = config("[manifest.metadata]\nblob_metadata = true");
        strict.encord.strict_client_only = true;
        let told = warnings(&strict);
        assert!(told.len() == 2 && told[0].contains("blob_metadata") && told[1].contains("strict"), "{told:?}");
    }
}
