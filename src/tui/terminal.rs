//! The terminal: taken over, painted without tearing, and always given back as it was.

use std::{
    io::{self, Stdout, Write},
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use crossterm::{
    cursor::{Hide, Show},
    event::{DisableBracketedPaste, EnableBracketedPaste},
    execute, queue,
    terminal::{
        BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
        enable_raw_mode,
    },
};
use ratatui::{Frame, Terminal, backend::CrosstermBackend};
use secrecy::{ExposeSecret, SecretString, zeroize::Zeroizing};

use crate::manifest::probe::guard;

/// Whether this process holds the terminal. There is one terminal, so there is one of these.
static HELD: AtomicBool = AtomicBool::new(false);
static HOOK: Once = Once::new();
/// Whether the mouse is switched on while the terminal is held.
static MOUSE: AtomicBool = AtomicBool::new(false);

/// Switches the mouse on or off for the next time that the terminal is taken over.
pub(super) fn set_mouse(is_on: bool) {
    MOUSE.store(is_on, Ordering::SeqCst);
}

/// The terminal's width in columns, if the output is a terminal.
pub(crate) fn columns() -> Option<usize> {
    crossterm::terminal::size().ok().map(|(columns, _)| usize::from(columns))
}

/// Something that frames can be painted on.
pub(super) trait Canvas {
    /// Paints one frame.
    ///
    /// # Errors
    /// The terminal's.
    fn paint(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()>;

    /// Hands a text, which may be a secret, to the clipboard of the user's terminal. Whether that takes it is not known.
    ///
    /// # Errors
    /// The terminal's.
    fn copy(&mut self, text: &SecretString) -> io::Result<()>;

    /// Rings the bell.
    ///
    /// # Errors
    /// The terminal's.
    fn ring(&mut self) -> io::Result<()>;

    /// Switches the mouse on if it is off, and off if it is on.
    ///
    /// # Errors
    /// The terminal's.
    fn switch_mouse(&mut self) -> io::Result<()>;
}

impl<W: Write> Canvas for Terminal<CrosstermBackend<W>> {
    fn paint(&mut self, draw: &mut dyn FnMut(&mut Frame<'_>)) -> io::Result<()> {
        let mut update = Update::begin(self)?;
        let drawn = update.terminal.draw(|frame| draw(frame)).map(|_| ());
        drawn.and(update.end())
    }

    /// By OSC 52 (xterm, "Operating System Commands", `Ps = 5 2`), which also reaches a terminal at the other end of ssh.
    fn copy(&mut self, text: &SecretString) -> io::Result<()> {
        let encoded = Zeroizing::new(STANDARD.encode(text.expose_secret()));
        let out = self.backend_mut();
        write!(out, "\x1b]52;c;{}\x07", encoded.as_str())?;
        Write::flush(out)
    }

    fn ring(&mut self) -> io::Result<()> {
        let out = self.backend_mut();
        out.write_all(b"\x07")?;
        Write::flush(out)
    }

    fn switch_mouse(&mut self) -> io::Result<()> {
        match MOUSE.fetch_xor(true, Ordering::SeqCst) {
            true => execute!(self.backend_mut(), Mouse(false)),
            false => execute!(self.backend_mut(), Mouse(true)),
        }
    }
}

/// Buttons and the wheel, in cells of any number (xterm, "Mouse Tracking", modes 1000 and 1006). crossterm's own command also
/// asks for every movement, which would wake the program up for nothing.
struct Mouse(bool);

impl crossterm::Command for Mouse {
    fn write_ansi(&self, f: &mut impl std::fmt::Write) -> std::fmt::Result {
        f.write_str(if self.0 { "\x1b[?1000h\x1b[?1006h" } else { "\x1b[?1006l\x1b[?1000l" })
    }

    #[cfg(windows)]
    fn execute_winapi(&self) -> io::Result<()> {
        use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
        if self.0 { EnableMouseCapture.execute_winapi() } else { DisableMouseCapture.execute_winapi() }
    }

    #[cfg(windows)]
    fn is_ansi_code_supported(&self) -> bool {
        false
    }
}

/// A synchronized update: the terminal shows what is written between its begin and its end at once. It ends in any case,
/// on the same writer.
struct Update<'a, W: Write> {
    terminal: &'a mut Terminal<CrosstermBackend<W>>,
    open: bool,
}

impl<'a, W: Write> Update<'a, W> {
    fn begin(terminal: &'a mut Terminal<CrosstermBackend<W>>) -> io::Result<Update<'a, W>> {
        queue!(terminal.backend_mut(), BeginSynchronizedUpdate)?;
        Ok(Update { terminal, open: true })
    }

    fn end(&mut self) -> io::Result<()> {
        self.open = false;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)
    }
}

impl<W: Write> Drop for Update<'_, W> {
    fn drop(&mut self) {
        if self.open {
            // A writer that fails has already told so, and there is nobody left to tell.
            let _ = self.end();
        }
    }
}

/// Holds the terminal in raw mode on the alternate screen until it is dropped.
#[derive(Debug)]
pub(super) struct Guard(());

impl Guard {
    /// Takes the terminal over. A panic gives it back before its message is printed.
    ///
    /// # Errors
    /// The terminal's; what was already changed is undone.
    pub(super) fn enter() -> io::Result<Guard> {
        HOOK.call_once(|| {
            let previous = std::panic::take_hook();
            std::panic::set_hook(Box::new(move |panic| {
                // A file that its reader panics at is no fault of the program.
                if !guard::is_catching() {
                    restore();
                    previous(panic);
                }
            }));
        });
        HELD.store(true, Ordering::SeqCst);
        let guard = Guard(());
        enable_raw_mode()?;
        execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, Hide)?;
        if MOUSE.load(Ordering::SeqCst) {
            execute!(io::stdout(), Mouse(true))?;
        }
        Ok(guard)
    }

    /// Whether the terminal is still held; a panic elsewhere in the program gives it back.
    pub(super) fn is_held(&self) -> bool {
        HELD.load(Ordering::SeqCst)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        restore();
    }
}

/// Gives the terminal back, once. Each part is tried whatever became of the one before.
fn restore() {
    if HELD.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout();
        if MOUSE.load(Ordering::SeqCst) {
            let _ = execute!(out, Mouse(false));
        }
        let _ = execute!(out, EndSynchronizedUpdate, DisableBracketedPaste, LeaveAlternateScreen, Show);
        let _ = disable_raw_mode();
    }
}

/// A terminal on the standard output.
///
/// # Errors
/// Its size cannot be found out.
pub(super) fn stdout() -> io::Result<Terminal<CrosstermBackend<Stdout>>> {
    Terminal::new(CrosstermBackend::new(io::stdout()))
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::Read as _;

    use portable_pty::{CommandBuilder, PtySize, native_pty_system};

    use super::*;

    const CHILD: &str = "ENCORD_TEST_PANIC_AT_A_TERMINAL";

    /// Not a test by itself: what the next one runs at a terminal of its own.
    #[test]
    fn panics_where_it_is_asked_to() {
        if std::env::var_os(CHILD).is_some() {
            set_mouse(true);
            let guard = Guard::enter().unwrap();
            assert!(!guard.is_held(), "on purpose");
        }
    }

    #[test]
    fn a_panic_gives_the_terminal_back_before_its_message() {
        let pair =
            native_pty_system().openpty(PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 }).unwrap();
        let modes = || format!("{:?}", pair.master.get_termios().unwrap());
        let before = modes();
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "tui::terminal::tests::panics_where_it_is_asked_to", "--nocapture"]);
        command.env(CHILD, "1");
        let mut child = pair.slave.spawn_command(command).unwrap();
        let mut output = pair.master.try_clone_reader().unwrap();
        let reader = std::thread::spawn(move || {
            let (mut raw, mut buffer) = (Vec::new(), [0; 4096]);
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                raw.extend_from_slice(&buffer[..count]);
            }
            String::from_utf8_lossy(&raw).into_owned()
        });
        assert!(!child.wait().unwrap().success());
        assert_eq!(modes(), before);
        drop(pair.slave);
        let raw = reader.join().unwrap();
        let (screens, message) = raw.split_once("on purpose").expect("the panic's message");
        for sequence in ["\x1b[?1000h", "\x1b[?2004h", "\x1b[?25l"] {
            assert!(screens.contains(sequence), "{raw:?}");
        }
        for sequence in ["\x1b[?1000l", "\x1b[?1006l", "\x1b[?2004l", "\x1b[?1049l", "\x1b[?25h"] {
            assert!(screens.contains(sequence), "{sequence:?} does not come before the message: {raw:?}");
            assert!(!message.contains(sequence), "{sequence:?} comes twice: {raw:?}");
        }
    }
}
