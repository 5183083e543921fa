//! Opening the record of runs, whatever state it is in: what is damaged is moved aside and never overwritten, and an older one
//! is copied before it is brought up to date.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags, config::DbConfig};
use time::{OffsetDateTime, macros::format_description};

use crate::store::{
    paths::Home,
    runs::{RunStore, causes, record::StoreError, versions::STEPS},
};

impl RunStore {
    /// Opens the database, making it where there is none. A damaged one is moved aside, which is an error once: the next call
    /// begins a new one. Of an older one a copy is kept, `runs.db.before-vN`.
    ///
    /// # Errors
    /// The directory or the database cannot be used, it is damaged, or a newer program made it.
    pub fn open(home: &Home) -> Result<RunStore, StoreError> {
        let data = home.data();
        std::fs::create_dir_all(data)
            .map_err(|source| StoreError::File { path: data.display().to_string(), source })?;
        let file = data.join("runs.db");
        match connect(&file) {
            Err(StoreError::Database { source, .. }) if is_damage(&source) => Err(move_aside(&file, &source)),
            Err(error) => Err(error),
            Ok(connection) => Ok(RunStore { connection, path: file.display().to_string() }),
        }
    }
}

impl RunStore {
    /// Opens the database to look into it only: nothing is written, and no writer is waited for. One that is missing, damaged or
    /// older is dealt with as [`RunStore::open`] does.
    ///
    /// # Errors
    /// Those of [`RunStore::open`].
    pub fn open_to_read(home: &Home) -> Result<RunStore, StoreError> {
        let file = home.data().join("runs.db");
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let opened = Connection::open_with_flags(&file, flags).and_then(|connection| {
            connection.busy_timeout(Duration::from_secs(10))?;
            let is_current = usize::try_from(version(&connection)?).is_ok_and(|found| found == STEPS.len());
            Ok(Some(connection).filter(|_| is_current && !suspicion(&file).exists()))
        });
        match opened {
            Ok(Some(connection)) => Ok(RunStore { connection, path: file.display().to_string() }),
            _ => RunStore::open(home),
        }
    }

    /// Another number than before says that somebody else has written since; it costs next to nothing to ask.
    ///
    /// # Errors
    /// The database's.
    pub fn changes(&self) -> Result<i64, StoreError> {
        let read = self.connection.query_row("pragma data_version", [], |row| row.get(0));
        read.map_err(|source| self.fault(source))
    }
}

/// Whether the file is not what SQLite wrote.
fn is_damage(error: &rusqlite::Error) -> bool {
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase))
}

/// Beside a database in which something unreadable was met: it is looked through when it is opened next. To look through it every
/// time would take as long as it is large.
fn suspicion(file: &Path) -> PathBuf {
    beside(file, ".suspect")
}

/// Has the database looked through at the next opening if this error says that it is damaged, and tells whether it does.
pub(super) fn note_damage(file: &Path, error: &rusqlite::Error) -> bool {
    let is_damaged = is_damage(error);
    if is_damaged {
        // Where it cannot be written, the same error comes again.
        let _ = File::create(suspicion(file));
    }
    is_damaged
}

fn beside(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn connect(file: &Path) -> Result<Connection, StoreError> {
    let path = file.display().to_string();
    let fail = |source| StoreError::Database { path: path.clone(), source };
    let mut connection = Connection::open(file).map_err(fail)?;
    // A damaged database is to stay as it is found, its log beside it, until it is known to be sound.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true).map_err(fail)?;
    connection.busy_timeout(Duration::from_secs(10)).map_err(fail)?;
    connection
        .execute_batch("pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;")
        .map_err(fail)?;
    if suspicion(file).exists() {
        look_through(&connection).map_err(fail)?;
        std::fs::remove_file(suspicion(file)).map_err(|source| StoreError::File { path: path.clone(), source })?;
    }
    migrate(&mut connection, file)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false).map_err(fail)?;
    Ok(connection)
}

fn look_through(connection: &Connection) -> rusqlite::Result<()> {
    let said: String = connection.query_row("pragma integrity_check(1)", [], |row| row.get(0))?;
    match said.as_str() {
        "ok" => Ok(()),
        _ => Err(rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT), Some(said))),
    }
}

fn migrate(connection: &mut Connection, file: &Path) -> Result<(), StoreError> {
    let path = file.display().to_string();
    let fail = |source| StoreError::Database { path: path.clone(), source };
    let found = version(connection).map_err(fail)?;
    if usize::try_from(found) == Ok(STEPS.len()) {
        // Nothing to do, so nobody who writes at this moment is waited for.
        return Ok(());
    }
    if found > 0 && usize::try_from(found).is_ok_and(|found| found < STEPS.len()) {
        back_up(connection, file)?;
    }
    // One writer makes the tables; a second process that comes at the same moment waits and finds them.
    let transaction = connection.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate).map_err(fail)?;
    let version = version(&transaction).map_err(fail)?;
    let Some(missing) = usize::try_from(version).ok().and_then(|version| STEPS.get(version..)) else {
        return Err(StoreError::File {
            path,
            source: io::Error::other("a newer version of azure-to-encord made it; use that version"),
        });
    };
    for step in missing {
        transaction.execute_batch(step).map_err(fail)?;
    }
    if (1..5).contains(&version) {
        causes::fill(&transaction).map_err(fail)?;
    }
    if !missing.is_empty() {
        let version = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
        transaction.pragma_update(None, "user_version", version).map_err(fail)?;
    }
    transaction.commit().map_err(fail)
}

fn version(connection: &Connection) -> rusqlite::Result<i64> {
    connection.query_row("pragma user_version", [], |row| row.get(0))
}

/// Keeps a copy of an older database; one that is there already is the older one, and stays.
fn back_up(connection: &Connection, file: &Path) -> Result<(), StoreError> {
    let target = beside(file, &format!(".before-v{}", STEPS.len()));
    if target.exists() {
        return Ok(());
    }
    let part = beside(&target, &format!(".{}.part", std::process::id()));
    let fail = |source| StoreError::File { path: target.display().to_string(), source };
    connection
        .execute("vacuum into ?1", [part.to_string_lossy()])
        .map_err(|source| StoreError::Database { path: part.display().to_string(), source })?;
    File::open(&part).and_then(|copy| copy.sync_all()).and_then(|()| std::fs::rename(&part, &target)).map_err(fail)
}

/// Moves a damaged database aside with its log, and tells where it is.
fn move_aside(file: &Path, damage: &rusqlite::Error) -> StoreError {
    let fail = |source| StoreError::File { path: file.display().to_string(), source };
    // Of two processes that find it damaged, the second must not move the first one's new database.
    let locked = File::create(beside(file, ".moving")).and_then(|lock| lock.lock().map(|()| lock));
    let _lock = match locked {
        Ok(lock) => lock,
        Err(error) => return fail(error),
    };
    match connect(file) {
        Err(StoreError::Database { source, .. }) if is_damage(&source) => {}
        Err(error) => return error,
        Ok(_) => return fail(io::Error::other("it was damaged, and another process has begun a new one; try again")),
    }
    let now = OffsetDateTime::now_utc();
    let format = format_description!("[year][month][day]-[hour][minute][second]");
    let date = now.format(format).unwrap_or_else(|_| now.unix_timestamp().to_string());
    let mut moved = beside(file, &format!(".damaged-{date}"));
    for number in 2.. {
        if !moved.exists() {
            break;
        }
        moved = beside(file, &format!(".damaged-{date}-{number}"));
    }
    // The log first: a database without its log is missing something, a log without its database does no harm to a new one.
    for ending in ["-wal", "-shm", ""] {
        match std::fs::rename(beside(file, ending), beside(&moved, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound || ending.is_empty() => return fail(error),
            _ => {}
        }
    }
    let _ = std::fs::remove_file(suspicion(file));
    StoreError::Damaged {
        path: file.display().to_string(),
        moved: moved.display().to_string(),
        said: damage.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        manifest::{batch::Batch, kind::Kind},
        store::runs::tests::new_run,
    };

    fn aside(home: &Home) -> Vec<String> {
        let names = std::fs::read_dir(home.data()).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = names.map(|name| name.into_string().unwrap()).collect();
        names.retain(|name| name.contains(".damaged-"));
        names.sort();
        names
    }

    #[test]
    fn a_file_that_is_no_database_is_moved_aside_as_it_is_and_a_new_one_begun() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.data()).unwrap();
        for round in 1..=2 {
            for (ending, text) in [("", "no database at all, but long enough to be looked at"), ("-wal", "log")] {
                std::fs::write(home.data().join(format!("runs.db{ending}")), text.repeat(100)).unwrap();
            }
            let told = RunStore::open(&home).unwrap_err().to_string();
            assert!(told.contains("runs.db.damaged-2") && told.contains(".recover"), "{told}");
            let names = aside(&home);
            assert_eq!(names.iter().filter(|name| !name.ends_with("-wal") && !name.ends_with("-shm")).count(), round);
            let kept = std::fs::read_to_string(home.data().join(&names[0])).unwrap();
            assert!(kept.starts_with("no database at all"));
            assert!(RunStore::open(&home).unwrap().runs().unwrap().is_empty());
        }
    }

    #[test]
    fn damage_in_the_middle_is_found_when_it_is_met_and_moved_aside_at_the_next_opening() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let mut store = RunStore::open(&home).unwrap();
        let batches: Vec<Batch> = (0..5000).map(|n| Batch { kind: Kind::Image, first: n, count: 1 }).collect();
        store.create(&new_run("a"), &batches).unwrap();
        drop(store);
        let file = home.data().join("runs.db");
        let mut bytes = std::fs::read(&file).unwrap();
        let length = bytes.len();
        bytes[20_000..length - 20_000].fill(0xa5);
        std::fs::write(&file, &bytes).unwrap();
        let store = RunStore::open(&home).unwrap();
        store.batches("a").unwrap_err();
        drop(store);
        let told = RunStore::open(&home).unwrap_err();
        assert!(matches!(told, StoreError::Damaged { .. }), "{told}");
        assert!(std::fs::read(home.data().join(&aside(&home)[0])).unwrap() == bytes);
        assert!(RunStore::open(&home).unwrap().runs().unwrap().is_empty());
    }

    #[test]
    fn an_older_database_is_kept_as_it_was() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        std::fs::create_dir_all(home.data()).unwrap();
        let old = Connection::open(home.data().join("runs.db")).unwrap();
        old.execute_batch(STEPS[0]).unwrap();
        old.execute_batch(
            "insert into run values ('old','c','d','version = 1','f','p','i',1,1,0,2,'done','2026-01-01T00:00:00Z',null);",
        )
        .unwrap();
        drop(old);
        for _ in 0..2 {
            assert_eq!(RunStore::open(&home).unwrap().runs().unwrap().len(), 1);
        }
        let copy = Connection::open(home.data().join(format!("runs.db.before-v{}", STEPS.len()))).unwrap();
        let held = copy.query_row("select id, (select user_version from pragma_user_version) from run", [], |row| {
            Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
        });
        assert_eq!(held.unwrap(), ("old".to_owned(), 1));
        // A new one needs no copy.
        let new = tempfile::tempdir().unwrap();
        drop(RunStore::open(&Home::below(new.path())).unwrap());
        assert!(!Home::below(new.path()).data().join(format!("runs.db.before-v{}", STEPS.len())).exists());
    }

    #[test]
    fn a_full_disk_is_told_and_leaves_what_was_on_record() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        let mut store = RunStore::open(&home).unwrap();
        store.create(&new_run("a"), &[Batch { kind: Kind::Image, first: 0, count: 1000 }]).unwrap();
        let pages: i64 = store.connection.query_row("pragma page_count", [], |row| row.get(0)).unwrap();
        store.connection.query_row(&format!("pragma max_page_count = {pages}"), [], |_| Ok(())).unwrap();
        let mut row = store.batches("a").unwrap().remove(0);
        row.message = Some("x".repeat(100_000));
        let told = store.save_batch("a", &row, None).unwrap_err().to_string();
        assert!(told.contains("full") && told.contains("free space"), "{told}");
        assert_eq!(store.batches("a").unwrap()[0].message, None);
        drop(store);
        assert!(RunStore::open(&home).is_ok());
    }
}
