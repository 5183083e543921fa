//! A pseudo-terminal with the program in it: keys go in, a screen comes out.

use std::{
    io::{Read as _, Write},
    num::NonZero,
    path::Path,
    sync::{Arc, Mutex},
    thread::JoinHandle,
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

const ENTER_ALTERNATE_SCREEN: &[u8] = b"\x1b[?1049h";
const LEAVE_ALTERNATE_SCREEN: &[u8] = b"\x1b[?1049l";
const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";
/// xterm, "Mouse Tracking" and "Extended coordinates".
const MOUSE_MODES: [u16; 7] = [9, 1000, 1002, 1003, 1005, 1006, 1015];
const DISABLE_BRACKETED_PASTE: &[u8] = b"\x1b[?2004l";
const BEGIN_UPDATE: &[u8] = b"\x1b[?2026h";
const END_UPDATE: &[u8] = b"\x1b[?2026l";

/// The program at a terminal. Dropping it kills the program.
pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Mutex<Seen>>,
    reader: Option<JoinHandle<()>>,
    modes_before: String,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The screen as a terminal shows it that knows synchronized updates: never a frame half drawn.
    shown: String,
    /// What was on the screen just before the program left the alternate one.
    last_screen: String,
}

/// What is left when the program has ended.
pub(crate) struct Left {
    pub(crate) code: u32,
    /// Every byte that the program wrote.
    pub(crate) raw: Vec<u8>,
    /// The ordinary screen.
    pub(crate) screen: String,
    modes_before: String,
    modes_after: String,
}

impl Terminal {
    /// Starts the program on a screen of so many columns and rows, in an environment of its own.
    pub(crate) fn start(home: &Path, arguments: &[&str], (cols, rows): (u16, u16)) -> Terminal {
        Terminal::start_with(home, arguments, (cols, rows), &[])
    }

    /// The same with some more variables.
    pub(crate) fn start_with(
        home: &Path,
        arguments: &[&str],
        (cols, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Terminal {
        Terminal::start_program(home, env!("CARGO_BIN_EXE_azure-to-encord"), arguments, (cols, rows), variables)
    }

    /// The same with another program, such as a shell that starts this one.
    pub(crate) fn start_program(
        home: &Path,
        program: &str,
        arguments: &[&str],
        (cols, rows): (u16, u16),
        variables: &[(&str, &str)],
    ) -> Terminal {
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let modes_before = modes(&*pair.master);
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        let own = [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("TMPDIR", home.to_str().unwrap())];
        for (name, value) in own.iter().chain(variables) {
            command.env(name, value);
        }
        command.env("AZURE_TO_ENCORD_HOME", home);
        command.env("HOME", home);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let mut output = pair.master.try_clone_reader().unwrap();
        let parser = vt100::Parser::new(positive(rows), positive(cols), 0);
        let seen =
            Arc::new(Mutex::new(Seen { parser, raw: Vec::new(), shown: String::new(), last_screen: String::new() }));
        let target = Arc::clone(&seen);
        let reader = std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            // The end of a terminal's output is an error on Linux.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                target.lock().unwrap().take(&buffer[..count]);
            }
        });
        let writer = pair.master.take_writer().unwrap();
        Terminal { child, master: pair.master, writer, seen, reader: Some(reader), modes_before }
    }

    /// Types text or a key's bytes: `\r` Enter, `\x1b` Escape, `\t` Tab, `\x03` Ctrl-C, `\x1b[A` the arrow up.
    pub(crate) fn send(&mut self, keys: &str) {
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
    }

    /// What is on the screen: a line for each row, without trailing blanks.
    pub(crate) fn screen(&self) -> String {
        self.seen.lock().unwrap().shown.clone()
    }

    /// Every byte so far.
    pub(crate) fn raw(&self) -> Vec<u8> {
        self.seen.lock().unwrap().raw.clone()
    }

    /// Changes the size of the terminal; the program gets the signal.
    pub(crate) fn resize(&self, cols: u16, rows: u16) {
        self.seen.lock().unwrap().parser.screen_mut().set_size(positive(rows), positive(cols));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The process, for signals from outside.
    pub(crate) fn process_id(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for a text on the screen.
    pub(crate) fn wait_for(&mut self, text: &str, patience: Duration) {
        self.wait_until(text, patience, |screen| screen.contains(text));
    }

    /// Waits until the screen is as wanted.
    pub(crate) fn wait_until(&mut self, what: &str, patience: Duration, is_so: impl Fn(&str) -> bool) {
        let began = Instant::now();
        loop {
            let screen = self.screen();
            if is_so(&screen) {
                return;
            }
            if let Some(status) = self.child.try_wait().unwrap() {
                let last = self.seen.lock().unwrap().last_screen.clone();
                panic!(
                    "ended ({status:?}) before {what:?} was seen; the last screen was\n{last}\nand behind it\n{screen}"
                );
            }
            assert!(began.elapsed() < patience, "{what:?} is not to be seen in time:\n{screen}");
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    /// Whether the program has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Waits for the program's end.
    pub(crate) fn end(mut self, patience: Duration) -> Left {
        let began = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            assert!(began.elapsed() < patience, "does not end:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(15));
        };
        let modes_after = modes(&*self.master);
        if let Some(reader) = self.reader.take() {
            reader.join().unwrap();
        }
        Left {
            code: status.exit_code(),
            raw: self.raw(),
            screen: self.screen(),
            modes_before: self.modes_before.clone(),
            modes_after,
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Seen {
    fn take(&mut self, bytes: &[u8]) {
        if self.parser.screen().alternate_screen() {
            self.last_screen.clone_from(&self.shown);
        }
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
        if last(&self.raw, BEGIN_UPDATE) <= last(&self.raw, END_UPDATE) {
            self.shown = self.parser.screen().contents();
        }
    }
}

impl Left {
    /// Checks that the terminal is as it was: the ordinary screen, the cursor, no bracketed paste, no mouse, the line settings.
    pub(crate) fn assert_restored(&self) {
        let entered = last(&self.raw, ENTER_ALTERNATE_SCREEN).expect("the alternate screen was never entered");
        for (what, sequence) in [
            ("the alternate screen is not left", LEAVE_ALTERNATE_SCREEN),
            ("the cursor is not shown", SHOW_CURSOR),
            ("bracketed paste is not switched off", DISABLE_BRACKETED_PASTE),
        ] {
            assert!(last(&self.raw, sequence).is_some_and(|at| at > entered), "{what}");
        }
        assert!(last(&self.raw, HIDE_CURSOR) < last(&self.raw, SHOW_CURSOR), "the cursor is hidden again");
        for mode in MOUSE_MODES {
            let (on, off) = (format!("\x1b[?{mode}h"), format!("\x1b[?{mode}l"));
            let is_off = last(&self.raw, on.as_bytes()) <= last(&self.raw, off.as_bytes());
            assert!(is_off, "the mouse is not switched off: mode {mode}");
        }
        self.assert_modes_restored();
    }

    /// Checks the line settings alone, for commands that take no screen.
    pub(crate) fn assert_modes_restored(&self) {
        assert_eq!(self.modes_before, self.modes_after, "the terminal's line settings have changed");
    }
}

fn positive(size: u16) -> NonZero<u16> {
    NonZero::new(size).unwrap()
}

/// Where a sequence occurs last.
fn last(raw: &[u8], sequence: &[u8]) -> Option<usize> {
    raw.windows(sequence.len()).rposition(|window| window == sequence)
}

/// The line settings: echo, canonical mode, special characters and so on.
#[cfg(unix)]
fn modes(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios().expect("a terminal's settings"))
}

/// There are none here that the other end could ask for.
#[cfg(not(unix))]
fn modes(_: &dyn MasterPty) -> String {
    String::new()
}
