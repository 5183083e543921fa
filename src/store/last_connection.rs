//! The choices of step 1, kept for the next time. They hold no secrets: a config says where a secret is found.

use std::io::{self, Write as _};

use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;
use url::Url;

use crate::{
    config::{azure::Azure, encord::Encord},
    store::paths::Home,
};

const FILE: &str = "last.toml";

#[derive(Serialize, Deserialize)]
struct Last {
    encord: Encord,
    azure: Azure,
}

/// Writes the choices to `last.toml` in the data directory, readable by the user alone, in place of what was there.
///
/// An address keeps neither query nor user name: what was pasted there may be a token.
///
/// # Errors
/// The file system's.
pub fn save(home: &Home, encord: &Encord, azure: &Azure) -> io::Result<()> {
    let mut last = Last { encord: encord.clone(), azure: azure.clone() };
    for url in [&mut last.azure.endpoint, &mut last.azure.object_url_base].into_iter().flatten() {
        strip(url);
    }
    let text = toml::to_string(&last).map_err(io::Error::other)?;
    std::fs::create_dir_all(home.data())?;
    // Beside its target, so that it can take its place in one go; temporary files are made with mode 0600.
    let mut file = NamedTempFile::new_in(home.data())?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(home.data().join(FILE))?;
    Ok(())
}

/// The choices of the last time; `None` if there are none, or nobody can make sense of them any more.
pub fn load(home: &Home) -> Option<(Encord, Azure)> {
    let text = std::fs::read_to_string(home.data().join(FILE)).ok()?;
    let last: Last = toml::from_str(&text).ok()?;
    Some((last.encord, last.azure))
}

fn strip(url: &mut Url) {
    url.set_query(None);
    url.set_fragment(None);
    // An address that cannot have a user has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::azure::AuthKind;

    fn choices() -> (Encord, Azure) {
        let encord = Encord {
            domain: "https://api.us.encord.com".into(),
            ssh_key_file: Some("~/.ssh/a key".into()),
            integration: Some("Azure \"prod\" é".into()),
            strict_client_only: true,
            browser_origins: vec!["https://app.acme.example".into()],
            ..Encord::default()
        };
        let azure = Azure {
            account: Some("acme".into()),
            container: "raw".into(),
            endpoint: Url::parse("https://acme.blob.core.usgovcloudapi.net/").ok(),
            auth: Some(AuthKind::Sas),
            sas_token_env: Some("AZURE_STORAGE_SAS_TOKEN".into()),
            ..Azure::default()
        };
        (encord, azure)
    }

    #[test]
    fn choices_come_back_as_they_were_and_replace_each_other() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        assert_eq!(load(&home), None);
        for (encord, azure) in [(Encord::default(), Azure::default()), choices()] {
            save(&home, &encord, &azure).unwrap();
            assert_eq!(load(&home), Some((encord, azure)));
        }
        let names: Vec<_> = std::fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(home.data().join(FILE).metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn a_token_in_an_address_is_not_kept() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let (encord, mut azure) = choices();
        azure.endpoint = Url::parse("https://me:SECRET@acme.blob.core.windows.net/?sv=1&sig=SECRET#SECRET").ok();
        save(&home, &encord, &azure).unwrap();
        assert!(!std::fs::read_to_string(home.data().join(FILE)).unwrap().contains("SECRET"));
        let endpoint = load(&home).unwrap().1.endpoint.unwrap();
        assert_eq!(endpoint.as_str(), "https://acme.blob.core.windows.net/");
    }

    #[test]
    fn a_damaged_file_is_as_good_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.data()).unwrap();
        for text in ["", "[encord", "[encord]\nmoon = 1\n[azure]\n", "\u{0}", "[azure]\ncontainer = 7\n[encord]\n"] {
            std::fs::write(home.data().join(FILE), text).unwrap();
            assert_eq!(load(&home), None, "{text}");
        }
        std::fs::write(home.data().join(FILE), b"\xff\xfe").unwrap();
        assert_eq!(load(&home), None);
        save(&home, &Encord::default(), &Azure::default()).unwrap();
        assert!(load(&home).is_some());
    }
}
