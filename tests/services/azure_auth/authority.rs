//! A stand-in for Entra ID and for a machine's identity service; see `tests/azurite/authority.py`.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::support::installed;

/// The client secret that it knows.
pub(crate) const CLIENT_SECRET: &str = "client~secret/with+signs=";
/// The federated token that it knows.
pub(crate) const ASSERTION: &str = "federated-token";

/// The service; it ends with this.
pub(crate) struct Authority {
    child: Child,
    _stdin: ChildStdin,
    dir: TempDir,
    lines: Receiver<Value>,
    pub(crate) url: String,
    pub(crate) identity: String,
    pub(crate) token: String,
}

impl Authority {
    pub(crate) fn start() -> Authority {
        let dir = tempfile::tempdir().unwrap();
        let token = token();
        let mut child = Command::new(installed("ENCORD_TEST_PYTHON"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/azurite/authority.py"))
            .arg(dir.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        writeln!(stdin, "{}", json!({ "token": token, "secret": CLIENT_SECRET, "assertion": ASSERTION })).unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (told, lines) = mpsc::channel();
        std::thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = told.send(serde_json::from_str::<Value>(&line).unwrap());
            }
        });
        let addresses = lines.recv_timeout(Duration::from_secs(120)).expect("the authority says where it is");
        let text = |key: &str| addresses[key].as_str().unwrap().to_owned();
        Authority { url: text("authority"), identity: text("identity"), child, _stdin: stdin, dir, lines, token }
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.dir.path().join("certificate.pem")
    }

    pub(crate) fn key(&self) -> PathBuf {
        self.dir.path().join("key.pem")
    }

    /// The next request that it got, path and form.
    pub(crate) fn request(&self) -> Value {
        self.lines.recv_timeout(Duration::from_secs(120)).expect("a request")
    }

    /// Forgets the requests so far.
    pub(crate) fn forget(&self) {
        while self.lines.try_recv().is_ok() {}
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A token as Azurite takes it, unsigned.
pub(crate) fn token() -> String {
    let now = OffsetDateTime::now_utc().unix_timestamp();
    let claims = json!({
        "aud": "https://storage.azure.com", "iss": "https://sts.windows.net/11111111-1111-4111-8111-111111111111/",
        "iat": now - 60, "nbf": now - 60, "exp": now + 3600, "upn": "ann@acme.example",
    });
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    format!("{}.{}.", part(json!({ "alg": "none", "typ": "JWT" })), part(claims))
}
