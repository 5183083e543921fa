//! One process at a time works on a run.

use std::{
    fs::{File, TryLockError},
    path::Path,
};

use super::StoreError;
use crate::store::Home;

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

    fn take_at(path: &Path, id: &str) -> Result<RunLock, StoreError> {
        let file =
            File::create(path).map_err(|source| StoreError::File { path: path.display().to_string(), source })?;
        match file.try_lock() {
            Ok(()) => Ok(RunLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Busy(id.to_owned())),
            Err(TryLockError::Error(source)) => Err(StoreError::File { path: path.display().to_string(), source }),
        }
    }
}
