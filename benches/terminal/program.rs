//! The built program in a pseudo-terminal, every byte with the time at which it came.

use std::{
    io::{Read as _, Write},
    num::NonZero,
    path::Path,
    process::Stdio,
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    time::{Duration, Instant},
};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::{PATIENCE, SIZE};

/// What ends a frame: the end of a synchronized update.
const END: &[u8] = b"\x1b[?2026l";
const PROGRAM: &str = env!("CARGO_BIN_EXE_azure-to-encord");

/// The program at a terminal. Dropping it ends it.
pub(crate) struct Program {
    child: Box<dyn Child + Send + Sync>,
    /// The terminal lasts as long as this does.
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    chunks: Receiver<(Instant, Vec<u8>)>,
    parser: vt100::Parser,
    /// What has come since the last frame ended.
    rest: Vec<u8>,
    /// When the last of it came.
    came: Instant,
    began: Instant,
}

/// A frame that has come.
#[derive(Clone, Copy)]
pub(crate) struct Frame {
    /// When its last byte came.
    pub(crate) at: Instant,
    pub(crate) bytes: usize,
}

impl Program {
    /// Starts it in an environment of its own.
    pub(crate) fn start(home: &Path, arguments: &[&str]) -> Program {
        let (cols, rows) = SIZE;
        let pair = native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env_clear();
        command.cwd(home);
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8")] {
            command.env(name, value);
        }
        for name in ["TMPDIR", "AZURE_TO_ENCORD_HOME", "HOME"] {
            command.env(name, home);
        }
        let mut output = pair.master.try_clone_reader().unwrap();
        let (tell, chunks) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 65536];
            // The end of a terminal's output is an error on Linux.
            while let Ok(count @ 1..) = output.read(&mut buffer) {
                if tell.send((Instant::now(), buffer[..count].to_vec())).is_err() {
                    break;
                }
            }
        });
        let writer = pair.master.take_writer().unwrap();
        let began = Instant::now();
        let child = pair.slave.spawn_command(command).unwrap();
        let [rows, cols] = [rows, cols].map(|size| NonZero::new(size).unwrap());
        let parser = vt100::Parser::new(rows, cols, 0);
        Program { child, _master: pair.master, writer, chunks, parser, rest: Vec::new(), came: began, began }
    }

    /// Types keys; when.
    pub(crate) fn send(&mut self, keys: &str) -> Instant {
        let sent = Instant::now();
        self.writer.write_all(keys.as_bytes()).unwrap();
        self.writer.flush().unwrap();
        sent
    }

    /// The next frame, if one comes in time. What the screen shows is that of just after it.
    pub(crate) fn frame(&mut self, patience: Duration) -> Option<Frame> {
        let until = Instant::now() + patience;
        loop {
            if let Some(place) = self.rest.windows(END.len()).position(|window| window == END) {
                let frame: Vec<u8> = self.rest.drain(..place + END.len()).collect();
                self.parser.process(&frame);
                return Some(Frame { at: self.came, bytes: frame.len() });
            }
            match self.chunks.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok((came, bytes)) => {
                    self.came = came;
                    self.rest.extend_from_slice(&bytes);
                }
                Err(RecvTimeoutError::Timeout) => return None,
                Err(RecvTimeoutError::Disconnected) => panic!("the program has ended:\n{}", self.screen()),
            }
        }
    }

    /// Waits until the screen is as wanted; when the frame came that made it so.
    pub(crate) fn until(&mut self, what: &str, is_so: impl Fn(&str) -> bool) -> Instant {
        let patience = Instant::now() + PATIENCE;
        let mut at = Instant::now();
        while !is_so(&self.screen()) {
            let left = patience.saturating_duration_since(Instant::now());
            let Some(frame) = self.frame(left) else { panic!("{what} is not to be seen:\n{}", self.screen()) };
            at = frame.at;
        }
        at
    }

    /// Waits until nothing has come for a while.
    pub(crate) fn quiet(&mut self, pause: Duration) {
        while self.frame(pause).is_some() {}
    }

    /// From the wizard's first step on a config to a later one, as soon as each step is ready.
    pub(crate) fn go_to(&mut self, step: usize) {
        for before in 1..=step {
            self.until(&format!("step {before}"), |screen| {
                screen.contains(&format!("[{before} ")) && screen.lines().any(asks_for_enter)
            });
            if before < step {
                self.send("\r");
            }
        }
    }

    pub(crate) fn screen(&self) -> String {
        self.parser.screen().contents()
    }

    /// When it was started.
    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    /// Leaves it by a key and waits for its end.
    pub(crate) fn leave(mut self) {
        self.send("q");
        self.child.wait().unwrap();
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.process_id().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The line that says what to do next; a list may stand to its left.
fn asks_for_enter(line: &str) -> bool {
    line.split_once("→ ").is_some_and(|(_, told)| told.contains("Enter"))
}

/// The demo's services in a process of their own; a config called `demo.toml` points at them.
pub(crate) struct Services(std::process::Child);

impl Services {
    pub(crate) fn start(home: &Path, units_per_second: &str) -> Services {
        let config = home.join("demo.toml");
        let mut command = std::process::Command::new(PROGRAM);
        command.args(["demo", "--serve", "--units-per-second", units_per_second]).current_dir(home);
        command.env("AZURE_TO_ENCORD_HOME", home).env("TMPDIR", home);
        command.stdout(std::fs::File::create(&config).unwrap()).stderr(Stdio::null());
        let services = Services(command.spawn().unwrap());
        let began = Instant::now();
        while !std::fs::read_to_string(&config).unwrap().contains("images_per_job") {
            assert!(began.elapsed() < PATIENCE, "the services do not start");
            std::thread::sleep(Duration::from_millis(20));
        }
        services
    }
}

impl Drop for Services {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
