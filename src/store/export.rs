//! A manifest as files that the user asked for. They are written beside their place and moved there when all of them are whole.

use std::{
    fs::File,
    io::{self, BufWriter},
    path::{Path, PathBuf},
};

use tempfile::NamedTempFile;

use crate::{
    manifest::{
        data_items::JobOptions,
        kind::Kind,
        write::{
            Losses, OutputFormat,
            parts::{Limits, Parts},
        },
    },
    store::manifest_dir::ManifestDir,
};

/// How a manifest is exported.
#[derive(Debug, Clone, Copy)]
pub struct Export {
    /// In which form.
    pub form: OutputFormat,
    /// Whether into as many files as Encord's limits ask for: for `OUT.json` `OUT-001.json`, `OUT-002.json` and so on.
    pub splits: bool,
    /// Whether also where the form cannot hold everything.
    pub is_lenient: bool,
    /// What a JSON says at its end.
    pub options: JobOptions,
    /// Whether files that are there already are replaced.
    pub replaces: bool,
}

impl Export {
    /// Which of the files is there already, of those that are sure to be written. None where they are to be replaced.
    pub fn in_the_way(&self, target: &Path) -> Option<PathBuf> {
        let first = if self.splits { part_path(target, 1) } else { target.to_owned() };
        // Also a link that leads nowhere is there.
        (!self.replaces && first.symlink_metadata().is_ok()).then_some(first)
    }
}

/// What came of it.
#[derive(Debug)]
pub struct Exported {
    /// The files, each with its number of items; none if something would have been lost.
    pub files: Vec<(PathBuf, u64)>,
    /// What the form cannot hold.
    pub losses: Losses,
    /// Parts of an earlier export beside these, which are not part of this one.
    pub stale: Vec<PathBuf>,
}

/// Writes a manifest to `target`, or to numbered files beside it. What is there is replaced as a whole, or stays.
///
/// # Errors
/// The file system's; [`io::ErrorKind::AlreadyExists`] where one of the files is there and is not to be replaced: then none is written.
pub fn export(manifest: &ManifestDir, target: &Path, how: Export) -> io::Result<Exported> {
    let directory = target.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let has_groups =
        [Kind::ImageGroup, Kind::ImageSequence].iter().any(|kind| manifest.summary().items.contains_key(kind));
    let mut made: Vec<NamedTempFile> = Vec::new();
    let open = |_| {
        let file = new_file(directory)?;
        let out = BufWriter::with_capacity(256 * 1024, file.reopen()?);
        made.push(file);
        Ok::<BufWriter<File>, io::Error>(out)
    };
    let mut parts = Parts::new(how.form, how.options, has_groups, Limits::default(), how.splits, open)?;
    manifest.items()?.for_each(|item| parts.item(&item))?;
    let written = parts.finish()?;
    let mut exported = Exported { files: Vec::new(), losses: written.losses, stale: Vec::new() };
    if !exported.losses.is_empty() && !how.is_lenient {
        return Ok(exported);
    }
    let path = |number| if how.splits { part_path(target, number) } else { target.to_owned() };
    if !how.replaces
        && let Some(there) = (1..=made.len()).map(path).find(|path| path.symlink_metadata().is_ok())
    {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{} is there already", there.display())));
    }
    for (number, (file, items)) in (1..).zip(made.into_iter().zip(written.parts)) {
        let path = path(number);
        let moved = if how.replaces { file.persist(&path) } else { file.persist_noclobber(&path) };
        moved.map_err(|error| error.error)?;
        exported.files.push((path, items));
    }
    if how.splits {
        let further = (exported.files.len() + 1..).map(|number| part_path(target, number));
        exported.stale = further.take_while(|path| path.exists()).collect();
    }
    Ok(exported)
}

/// Where the findings of a manifest lie: beside it, under its whole name, so that those of `m.json` and `m.csv` are two files.
pub fn findings_beside(target: &Path) -> PathBuf {
    let mut name = target.file_name().unwrap_or_default().to_owned();
    name.push(".findings.jsonl");
    target.with_file_name(name)
}

/// Readable by whom the user's files are readable by, which a temporary file is not.
fn new_file(directory: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(".manifest-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(directory)
}

fn part_path(target: &Path, number: usize) -> PathBuf {
    let mut name = target.file_stem().unwrap_or_default().to_owned();
    name.push(format!("-{number:03}"));
    if let Some(extension) = target.extension() {
        name.push(".");
        name.push(extension);
    }
    target.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::upload::Upload,
        manifest::{finding::Origin, item::Item, media::Dialect, sink::Sink as _},
        store::manifest_dir::writer::ManifestWriter,
    };

    fn manifest(dir: &Path, items: u64, kind: Kind) -> ManifestDir {
        std::fs::create_dir(dir).unwrap();
        let mut writer = ManifestWriter::create(dir).unwrap();
        for number in 0..items {
            let item = Item::new(kind, "", vec![format!("https://u/{number}")]);
            writer.item(&Origin::blob("x"), item).unwrap();
        }
        writer.finish(Upload::default().options()).unwrap()
    }

    #[test]
    fn files_come_whole_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let how = Export {
            form: OutputFormat::Csv,
            splits: true,
            is_lenient: false,
            options: Upload::default().options(),
            replaces: true,
        };
        let target = dir.path().join("out.csv");
        std::fs::write(&target, "before").unwrap();
        std::fs::write(dir.path().join("out-003.csv"), "before").unwrap();
        let names = || {
            let entries = std::fs::read_dir(dir.path()).unwrap();
            let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
            names.sort();
            names
        };

        let audio = manifest(&dir.path().join("audio"), 3, Kind::Audio);
        let exported = export(&audio, &target, Export { splits: false, ..how }).unwrap();
        assert!(exported.files.is_empty() && exported.losses.len() == 1);
        assert_eq!(std::fs::read_to_string(&target).unwrap(), "before");
        assert_eq!(names(), ["audio", "out-003.csv", "out.csv"]);

        let images = manifest(&dir.path().join("images"), 12_000, Kind::Image);
        let exported = export(&images, &target, how).unwrap();
        let files: Vec<_> =
            exported.files.iter().map(|(path, items)| (path.file_name().unwrap().to_str().unwrap(), *items)).collect();
        assert_eq!(files, [("out-001.csv", 9_999), ("out-002.csv", 2_001)]);
        assert_eq!(exported.stale, [dir.path().join("out-003.csv")]);
        let exported =
            export(&images, &target, Export { form: OutputFormat::Json(Dialect::File), splits: false, ..how });
        assert_eq!(exported.unwrap().files, [(target.clone(), 12_000)]);
        assert_eq!(std::fs::read(&target).unwrap(), std::fs::read(images.file_form_path()).unwrap());
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode();
            assert_eq!(mode(&target), mode(&images.file_form_path()));
        }
        assert_eq!(names(), ["audio", "images", "out-001.csv", "out-002.csv", "out-003.csv", "out.csv"]);

        // What is there stays, also where only a later part is in the way.
        let careful = Export { replaces: false, ..how };
        assert_eq!(careful.in_the_way(&target), Some(dir.path().join("out-001.csv")));
        std::fs::remove_file(dir.path().join("out-001.csv")).unwrap();
        assert_eq!(careful.in_the_way(&target), None);
        let before = std::fs::read(dir.path().join("out-002.csv")).unwrap();
        let error = export(&audio, &target, Export { form: OutputFormat::Lines, ..careful }).map(drop);
        assert!(error.is_ok(), "{error:?}");
        std::fs::remove_file(dir.path().join("out-001.csv")).unwrap();
        let error = export(&images, &target, careful).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AlreadyExists);
        assert!(error.to_string().contains("out-002.csv"), "{error}");
        assert_eq!(std::fs::read(dir.path().join("out-002.csv")).unwrap(), before);
        assert!(!dir.path().join("out-001.csv").exists());
    }

    #[test]
    fn each_manifest_has_findings_of_its_own() {
        let beside = |name: &str| findings_beside(Path::new(name)).to_str().map(str::to_owned);
        assert_eq!(beside("a/m.json").as_deref(), Some("a/m.json.findings.jsonl"));
        assert_eq!(beside("m.csv").as_deref(), Some("m.csv.findings.jsonl"));
    }
}
