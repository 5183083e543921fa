//! One process at a time works on a run.

use std::{
    fs::{File, TryLockError},
    io::{Read as _, Write as _},
    path::Path,
    time::Duration,
};

use crate::store::{paths::Home, runs::record::StoreError};

/// Somebody who only looks whether the lock is held has it for less than this; so often it is tried again.
const LOOK: Duration = Duration::from_millis(5);
const LOOKS: u32 = 6;

/// Held while a process works on a run; the system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct RunLock {
    _file: File,
}

impl RunLock {
    /// Takes the lock.
    ///
    /// # Errors
    /// Another process has it, or the run's directory cannot be written.
    pub fn take(home: &Home, id: &str) -> Result<RunLock, StoreError> {
        let path = home.run(id).join("lock");
        RunLock::take_at(&path, id)
    }

    /// Whether a process works on the run at this moment. Writes nothing. What cannot be found out counts as no.
    pub fn is_held(home: &Home, id: &str) -> bool {
        let Ok(file) = File::open(home.run(id).join("lock")) else { return false };
        matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock))
    }

    fn take_at(path: &Path, id: &str) -> Result<RunLock, StoreError> {
        let fail = |source| StoreError::File { path: path.display().to_string(), source };
        let opened = File::options().create(true).truncate(false).read(true).write(true).open(path);
        let mut file = opened.map_err(fail)?;
        let mut locked = file.try_lock();
        for _ in 0..LOOKS {
            if !matches!(locked, Err(TryLockError::WouldBlock)) {
                break;
            }
            std::thread::sleep(LOOK);
            locked = file.try_lock();
        }
        match locked {
            Ok(()) => {
                file.set_len(0).and_then(|()| write!(file, "{}", std::process::id())).map_err(fail)?;
                Ok(RunLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                // On some systems a locked file cannot be read; then only the process is not told.
                let mut holder = String::new();
                let _ = file.read_to_string(&mut holder);
                let holder = match holder.parse::<u32>() {
                    Ok(process) => format!("{id} (process {process})"),
                    Err(_) => id.to_owned(),
                };
                Err(StoreError::Busy(holder))
            }
            Err(TryLockError::Error(source)) => Err(fail(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_look_at_a_lock_leaves_it_as_it_is() {
        let dir = tempfile::tempdir().unwrap();
        let home = Home::below(dir.path());
        assert!(!RunLock::is_held(&home, "a"));
        std::fs::create_dir_all(home.run("a")).unwrap();
        assert!(!RunLock::is_held(&home, "a"));
        assert!(!home.run("a").join("lock").exists());
        let lock = RunLock::take(&home, "a").unwrap();
        assert!(RunLock::is_held(&home, "a") && RunLock::is_held(&home, "a"));
        assert!(matches!(RunLock::take(&home, "a"), Err(StoreError::Busy(_))));
        let held = std::fs::read_to_string(home.run("a").join("lock")).unwrap();
        assert_eq!(held, std::process::id().to_string());
        drop(lock);
        assert!(!RunLock::is_held(&home, "a"));
        RunLock::take(&home, "a").unwrap();
    }
}
