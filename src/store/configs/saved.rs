//! The directory of saved configs: names, and files that are replaced whole or not at all.

use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use sha2::{Digest as _, Sha256};
use tempfile::Builder;
use time::{OffsetDateTime, macros::format_description};

use crate::{
    config::{error::ConfigError, name::check_name},
    store::paths::Home,
};

/// Where deleted configs go, below the directory of saved ones.
const DELETED: &str = "deleted";

/// The file of a saved config.
pub fn file_of(home: &Home, name: &str) -> PathBuf {
    home.configs().join(format!("{name}.toml"))
}

/// What a saved config of this file is called; none where it is elsewhere than in the directory of saved configs.
pub fn name_of(home: &Home, path: &Path) -> Option<String> {
    let absolute = |path: &Path| std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let path = absolute(path);
    let is_saved =
        path.parent() == Some(&absolute(home.configs())) && path.extension().is_some_and(|end| end == "toml");
    is_saved.then(|| path.file_stem().map(|stem| stem.to_string_lossy().into_owned())).flatten()
}

/// Whether something has this name: a file, or a link, wherever it leads.
pub fn is_there(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Tells one content of a file from another: its SHA-256 in hexadecimal digits.
pub fn stamp_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A config file's text.
///
/// # Errors
/// It cannot be read, is not UTF-8, or is larger than 16 MiB.
pub fn text_of(path: &Path) -> Result<String, ConfigError> {
    const LARGEST: u64 = 16 << 20;
    let fail = |error: io::Error| {
        ConfigError(format!("Cannot read the config {}: {error}. Check the path and its permissions.", path.display()))
    };
    if fs::metadata(path).map_err(fail)?.len() > LARGEST {
        return Err(ConfigError(format!("The file {} has more than 16 MiB, so it is no config.", path.display())));
    }
    String::from_utf8(fs::read(path).map_err(fail)?)
        .map_err(|_| ConfigError(format!("The config {} is not UTF-8 text. Save it as UTF-8.", path.display())))
}

/// Writes a file so that it is there whole or as it was before, also when the machine stops meanwhile. A link is followed to its
/// file; permissions stay. A new file does not take the place of one that came into being meanwhile.
///
/// # Errors
/// The file system's; the file is read-only.
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let target = match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => fs::canonicalize(path)?,
        _ => path.to_owned(),
    };
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(directory)?;
    let permissions = match fs::metadata(&target) {
        Ok(found) if found.permissions().readonly() => {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
        }
        Ok(found) => Some(found.permissions()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(error),
    };
    let mut builder = Builder::new();
    builder.prefix(".azure-to-encord-").suffix(".part");
    // As any new file has them: the user's mask is taken off.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(directory)?;
    file.write_all(text.as_bytes())?;
    match permissions {
        Some(permissions) => {
            file.as_file().set_permissions(permissions)?;
            file.as_file().sync_all()?;
            file.persist(&target)?;
        }
        None => {
            file.as_file().sync_all()?;
            file.persist_noclobber(&target)?;
        }
    }
    sync_directory(directory);
    Ok(())
}

/// Makes a rename last. Where a system cannot do that for a directory, it needs not.
fn sync_directory(directory: &Path) {
    let _ = File::open(directory).and_then(|directory| directory.sync_all());
}

/// Copies a saved config byte for byte.
///
/// # Errors
/// The copy's name is not allowed or taken, there is no such config, or the file system's.
pub fn duplicate(home: &Home, name: &str, copy: &str) -> Result<(), ConfigError> {
    check_name(copy)?;
    let (from, to) = (file_of(home, name), file_of(home, copy));
    let text = fs::read(&from)
        .map_err(|error| ConfigError(format!("Cannot read the config '{name}' ({}): {error}.", from.display())))?;
    let write = || -> io::Result<()> {
        let mut file = File::create_new(&to)?;
        file.write_all(&text)?;
        file.sync_all()
    };
    write().map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            ConfigError(format!("A config '{copy}' is saved already ({}). Use another name.", to.display()))
        }
        _ => ConfigError(format!(
            "Cannot write {}: {error}. Check the disk's free space and the directory's permissions.",
            to.display()
        )),
    })?;
    sync_directory(home.configs());
    Ok(())
}

/// Takes a config off the list. Its file moves to `deleted/NAME.DATE-TIME.toml` beside the saved ones, where it can be taken back
/// from by hand; nothing is destroyed. Returns where it is.
///
/// # Errors
/// There is no such config, or the file system's.
pub fn delete(home: &Home, name: &str) -> Result<PathBuf, ConfigError> {
    let from = file_of(home, name);
    let directory = home.configs().join(DELETED);
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let now = OffsetDateTime::now_utc();
    let date = now.format(format).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let to = (1..)
        .map(|number| if number == 1 { String::new() } else { format!("-{number}") })
        .map(|number| directory.join(format!("{name}.{date}{number}.toml")))
        .find(|to| !to.exists())
        .unwrap_or_else(|| directory.join(name));
    fs::symlink_metadata(&from)
        .and_then(|_| fs::create_dir_all(&directory))
        .and_then(|()| fs::rename(&from, &to))
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                ConfigError(format!("There is no config '{name}' any more ({}).", from.display()))
            }
            _ => ConfigError(format!(
                "Cannot move the config '{name}' to {}: {error}. Check the directory's permissions.",
                to.display()
            )),
        })?;
    sync_directory(&directory);
    sync_directory(home.configs());
    Ok(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_files_everywhere() {
        for name in ["nightly", "Site-7_b.v2", "0", "com0", "come", &"x".repeat(100)] {
            check_name(name).unwrap();
        }
        for (name, part) in [
            ("", "needs a name"),
            ("my site", "a space"),
            ("a/b", "'/'"),
            ("..\\x", "'\\\\'"),
            ("é", "'é'"),
            ("a\u{1b}", "{1b}"),
            (".hidden", "begin with"),
            ("-x", "begin with"),
            ("x.", "end with"),
            ("site.TOML", "'site'"),
            ("con", "device"),
            ("keys", "your own keys"),
            ("Keys", "your own keys"),
            ("LPT9.old", "device"),
            ("run", "my-run"),
            (&"x".repeat(101), "101"),
        ] {
            let told = check_name(name).unwrap_err().0;
            assert!(told.contains(part) && !told.contains('\u{1b}'), "{name}: {told}");
        }
    }

    #[test]
    fn a_file_is_replaced_whole_with_its_permissions_and_through_links() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("new/site.toml");
        replace(&path, "a").unwrap();
        replace(&path, "b").unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "b");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
            let link = dir.path().join("link.toml");
            std::os::unix::fs::symlink("new/site.toml", &link).unwrap();
            replace(&link, "c").unwrap();
            assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
            assert_eq!(fs::read_to_string(&path).unwrap(), "c");
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
            fs::set_permissions(&path, fs::Permissions::from_mode(0o440)).unwrap();
            assert!(replace(&link, "d").unwrap_err().to_string().contains("read-only"));
            assert_eq!(fs::read_to_string(&path).unwrap(), "c");
        }
    }

    #[test]
    fn copies_are_whole_and_what_is_deleted_can_be_had_back() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        fs::create_dir_all(home.configs()).unwrap();
        fs::write(file_of(&home, "a"), b"\xff not even text").unwrap();
        duplicate(&home, "a", "b").unwrap();
        assert_eq!(fs::read(file_of(&home, "b")).unwrap(), b"\xff not even text");
        assert!(duplicate(&home, "a", "b").unwrap_err().0.contains("saved already"));
        assert!(duplicate(&home, "a", "../b").unwrap_err().0.contains("'/'"));
        assert!(duplicate(&home, "none", "c").unwrap_err().0.contains("'none'"));
        assert!(!file_of(&home, "c").exists());
        for _ in 0..2 {
            fs::write(file_of(&home, "a"), b"again").unwrap();
            let at = delete(&home, "a").unwrap();
            assert_eq!(fs::read(&at).unwrap(), b"again");
        }
        assert_eq!(crate::store::configs::find::saved_names(&home), ["b"]);
        assert!(delete(&home, "a").unwrap_err().0.contains("no config 'a' any more"));
        assert_eq!(name_of(&home, &file_of(&home, "x.y")).as_deref(), Some("x.y"));
        assert_eq!(name_of(&home, Path::new("x.toml")), None);
    }
}
