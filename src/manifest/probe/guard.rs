//! Limits for the readers of media files, whose content anybody may have written: a damaged or hostile file must become an error of
//! its own and never end the program.
//!
//! What no limit here can hold off is kept out by the readers themselves: none of them recurses along the file's nesting, and none
//! allocates a length that stands in the file before it is compared with what is there. Libraries are called only where both are
//! true of them as well (`imagesize`, `lofty` with its limit on allocations, `lopdf`'s stream filters, `dicom-object` on a few bytes).

use std::{
    cell::Cell,
    io::{self, Read, Seek, SeekFrom},
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

/// The most reads and seeks that a file gets: a stream of ten minutes whose frames are all visited needs a tenth of it.
const MOST_STEPS: u32 = 1 << 20;

/// The largest part of a file, or number of its entries, that the audio library may hold at once.
pub(super) const MOST_ALLOCATED: usize = 4 << 20;

thread_local! {
    static CATCHING: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread is inside [`catch`], so that a panic is not the program's own.
pub(crate) fn is_catching() -> bool {
    CATCHING.get()
}

/// What `read` answers, or nothing where it panics. Such a panic prints nothing: the terminal may belong to the screens.
pub(crate) fn catch<T>(read: impl FnOnce() -> T) -> Option<T> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| {
        let previous = panic::take_hook();
        panic::set_hook(Box::new(move |panic| {
            if !is_catching() {
                previous(panic);
            }
        }));
    });
    let outer = CATCHING.replace(true);
    // What was being read is not touched again after a panic.
    let result = panic::catch_unwind(AssertUnwindSafe(read));
    CATCHING.set(outer);
    result.ok()
}

/// A file that ends a reader which does not come to an end.
pub(super) struct Bounded<R> {
    file: R,
    steps: u32,
}

impl<R> Bounded<R> {
    pub(super) fn new(file: R) -> Bounded<R> {
        Bounded { file, steps: MOST_STEPS }
    }

    fn step(&mut self) -> io::Result<()> {
        let too_many = || io::Error::new(io::ErrorKind::InvalidData, "its parts are too many or refer to each other");
        self.steps = self.steps.checked_sub(1).ok_or_else(too_many)?;
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.step()?;
        self.file.read(buffer)
    }
}

impl<R: Seek> Seek for Bounded<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.step()?;
        self.file.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_caught_and_a_reader_without_end_is_ended() {
        assert_eq!(catch(|| 1), Some(1));
        assert_eq!(catch(|| -> u8 { panic!("on purpose") }), None);
        assert!(!is_catching());
        let mut file = Bounded::new(io::Cursor::new([0; 8]));
        let error = loop {
            if let Err(error) = file.seek(SeekFrom::Start(0)) {
                break error;
            }
        };
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }
}
