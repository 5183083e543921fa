//! What was read of blobs before, so that it need not be read again: kept by URL and entity tag, which changes with every change.

use std::{io, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

use crate::store::paths::Home;

/// What is looked for in a blob. Each has entries of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProbeKind {
    /// Which series a DICOM file belongs to.
    DicomSeries,
    /// Media metadata.
    Media,
}

impl ProbeKind {
    fn name(self) -> &'static str {
        match self {
            ProbeKind::DicomSeries => "dicom-series",
            ProbeKind::Media => "media",
        }
    }
}

/// The cache of what was read, `probed.db` in the data directory. It may be removed at any time.
#[derive(Debug)]
pub struct Probed {
    connection: Connection,
}

const TABLE: &str = "
create table if not exists probed (
  url text not null, kind text not null, etag text not null, value text not null, primary key (url, kind)
) strict, without rowid;
pragma user_version = 1;
";

impl Probed {
    /// Opens the cache, making it where there is none. One that an unknown version made is begun anew.
    ///
    /// # Errors
    /// The data directory or the database cannot be used.
    pub fn open(home: &Home) -> io::Result<Probed> {
        std::fs::create_dir_all(home.data())?;
        let path = home.data().join("probed.db");
        Probed::at(&path).map_err(io::Error::other)
    }

    fn at(path: &Path) -> rusqlite::Result<Probed> {
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        // Lost entries are read again, so the disk need not be waited for.
        connection.execute_batch("pragma journal_mode = wal; pragma synchronous = normal;")?;
        let version: i64 = connection.query_row("pragma user_version", [], |row| row.get(0))?;
        if !matches!(version, 0 | 1) {
            connection.execute_batch("drop table if exists probed;")?;
        }
        connection.execute_batch(TABLE)?;
        Ok(Probed { connection })
    }

    /// What was read of a blob while it had this entity tag. The URL must not carry a credential.
    ///
    /// # Errors
    /// The database's.
    pub fn get(&self, kind: ProbeKind, url: &str, etag: &str) -> io::Result<Option<Value>> {
        let read = || {
            let mut statement =
                self.connection.prepare("select value from probed where url = ?1 and kind = ?2 and etag = ?3")?;
            statement.query_row(params![url, kind.name(), etag], |row| row.get::<_, String>(0)).optional()
        };
        let text = read().map_err(io::Error::other)?;
        Ok(text.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// Keeps what was read of blobs: URL, entity tag and value. What was kept of the same URL and kind is replaced.
    ///
    /// # Errors
    /// The database's.
    pub fn put(&mut self, kind: ProbeKind, found: &[(String, String, Value)]) -> io::Result<()> {
        let mut write = || {
            let transaction = self.connection.transaction()?;
            {
                let mut insert = transaction
                    .prepare("insert or replace into probed (url, kind, etag, value) values (?1, ?2, ?3, ?4)")?;
                for (url, etag, value) in found {
                    insert.execute(params![url, kind.name(), etag, value.to_string()])?;
                }
            }
            transaction.commit()
        };
        write().map_err(io::Error::other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_entry_counts_for_its_url_kind_and_etag_only() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let mut probed = Probed::open(&home).unwrap();
        let entry = |etag: &str, value: Value| ("https://a/c/x".to_owned(), etag.to_owned(), value);
        probed.put(ProbeKind::DicomSeries, &[entry("0x1", json!({"series": "1.2"}))]).unwrap();
        probed.put(ProbeKind::Media, &[entry("0x1", json!(7))]).unwrap();
        drop(probed);
        let mut probed = Probed::open(&home).unwrap();
        let get = |probed: &Probed, kind, etag| probed.get(kind, "https://a/c/x", etag).unwrap();
        assert_eq!(get(&probed, ProbeKind::DicomSeries, "0x1"), Some(json!({"series": "1.2"})));
        assert_eq!(get(&probed, ProbeKind::Media, "0x1"), Some(json!(7)));
        assert_eq!(get(&probed, ProbeKind::Media, "0x2"), None);
        assert_eq!(probed.get(ProbeKind::Media, "https://a/c/y", "0x1").unwrap(), None);
        probed.put(ProbeKind::Media, &[entry("0x2", json!(8))]).unwrap();
        assert_eq!(get(&probed, ProbeKind::Media, "0x1"), None);
        assert_eq!(get(&probed, ProbeKind::Media, "0x2"), Some(json!(8)));
    }

    #[test]
    fn what_an_unknown_version_made_is_begun_anew() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.data()).unwrap();
        let connection = Connection::open(home.data().join("probed.db")).unwrap();
        connection.execute_batch("create table probed (x text); pragma user_version = 9;").unwrap();
        drop(connection);
        let mut probed = Probed::open(&home).unwrap();
        probed.put(ProbeKind::Media, &[("u".into(), "e".into(), json!(1))]).unwrap();
        assert_eq!(probed.get(ProbeKind::Media, "u", "e").unwrap(), Some(json!(1)));
    }
}
