//! The official SDK in a process of its own.

use std::{
    io::{BufRead as _, BufReader, Lines, Write as _},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
};

use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{encord::Encord, installed};

pub(crate) struct Sdk {
    child: Child,
    stdin: ChildStdin,
    answers: Lines<BufReader<ChildStdout>>,
}

impl Drop for Sdk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sdk {
    pub(crate) fn start(encord: &Encord) -> Sdk {
        let mut child = Command::new(installed("ENCORD_TEST_PYTHON"))
            .args(["-X", "utf8", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/folders/drive.py")])
            .env("ENCORD_TEST_DOMAIN", encord.server.url())
            .env("ENCORD_TEST_TOKEN", encord.bearer_token())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (stdin, stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Sdk { child, stdin, answers: BufReader::new(stdout).lines() }
    }

    /// Has something done, whatever comes of it.
    pub(crate) fn ask(&mut self, request: &Value) -> Value {
        writeln!(self.stdin, "{request}").unwrap();
        serde_json::from_str(&self.answers.next().unwrap().unwrap()).unwrap()
    }

    /// Has something done that must succeed.
    pub(crate) fn call(&mut self, request: &Value) -> Value {
        let answer = self.ask(request);
        assert!(answer["error"].is_null(), "{request}: {answer}");
        answer
    }

    pub(crate) fn create(&mut self, name: &str, parent: Option<Uuid>) -> Uuid {
        uuid(&self.call(&json!({"do": "create", "name": name, "parent": parent})))
    }

    /// Makes a path of folders and returns the last one.
    pub(crate) fn create_path(&mut self, names: &[&str]) -> Uuid {
        names.iter().fold(None, |parent, name| Some(self.create(name, parent))).unwrap()
    }

    pub(crate) fn describe(&mut self, folder: Uuid) -> Value {
        self.call(&json!({"do": "describe", "folder": folder}))
    }
}

pub(crate) fn uuid(value: &Value) -> Uuid {
    value.as_str().unwrap_or_else(|| panic!("{value}")).parse().unwrap()
}
