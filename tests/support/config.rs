//! Config files for the program.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

/// A config's sections, each key with its value as TOML writes it.
#[derive(Clone, Default)]
pub(crate) struct ConfigText {
    sections: Vec<(String, Vec<(String, String)>)>,
}

impl ConfigText {
    /// Sets a text.
    pub(crate) fn text(self, section: &str, key: &str, value: impl AsRef<str>) -> ConfigText {
        let value = toml::Value::from(value.as_ref()).to_string();
        self.raw(section, key, &value)
    }

    /// Sets a value in TOML's own writing; an empty one removes the key.
    pub(crate) fn raw(mut self, section: &str, key: &str, value: &str) -> ConfigText {
        let at = self.sections.iter().position(|(name, _)| name == section).unwrap_or_else(|| {
            self.sections.push((section.to_owned(), Vec::new()));
            self.sections.len() - 1
        });
        let keys = &mut self.sections[at].1;
        keys.retain(|(name, _)| name != key);
        if !value.is_empty() {
            keys.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    /// Writes it as `name` into `dir`.
    pub(crate) fn write(&self, dir: &Path, name: &str) -> PathBuf {
        let mut text = "version = 1\n".to_owned();
        for (section, keys) in &self.sections {
            write!(text, "\n[{section}]\n").unwrap();
            for (key, value) in keys {
                writeln!(text, "{key} = {value}").unwrap();
            }
        }
        let path = dir.join(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}
