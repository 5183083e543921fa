//! Azurite, Microsoft's storage emulator, as a process that lives as long as a test needs it.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex, PoisonError, Weak, mpsc},
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::Url;

use super::installed;

/// The account that Azurite serves to most tests.
const ACCOUNT: &str = "importtests";
/// Accounts of the same Azurite for tests that change what concerns a whole account. No two tests of a binary use the same one.
pub(crate) const OTHER_ACCOUNTS: [&str; 14] = [
    "alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "india", "juliett", "kilo", "lima",
    "mike", "november",
];
/// It takes some seconds to start on a busy machine.
const START: Duration = Duration::from_secs(120);

/// A running Azurite; it ends with the last test that holds it.
pub(crate) struct Azurite {
    child: Child,
    address: String,
    account_url: Url,
    key: String,
    trust: Option<PathBuf>,
    _dir: TempDir,
}

/// A shared access signature that is wanted.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WantedSas<'a> {
    pub(crate) permissions: &'a str,
    /// From now on; negative for a token that has ended.
    pub(crate) minutes: i64,
    /// Letters of `srt`.
    pub(crate) resource_types: &'a str,
    /// For a token of one container.
    pub(crate) container: Option<&'a str>,
    /// For a token of one blob in it.
    pub(crate) blob: Option<&'a str>,
}

impl Default for WantedSas<'_> {
    fn default() -> Self {
        WantedSas { permissions: "rl", minutes: 60, resource_types: "sco", container: None, blob: None }
    }
}

/// A blob to be uploaded.
#[derive(Clone, Debug)]
pub(crate) struct Blob {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) content_type: Option<&'static str>,
    pub(crate) tier: Option<&'static str>,
    pub(crate) is_folder: bool,
}

impl Blob {
    pub(crate) fn new(name: impl Into<String>, content: &[u8]) -> Blob {
        Blob { name: name.into(), content: content.to_vec(), content_type: None, tier: None, is_folder: false }
    }
}

impl Azurite {
    /// The Azurite of this test program, started if no other test has it just now. Its containers need names of their own.
    pub(crate) fn shared() -> Arc<Azurite> {
        static SHARED: Mutex<Weak<Azurite>> = Mutex::new(Weak::new());
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return running;
        }
        let started = Arc::new(Azurite::start(None));
        started.manage(ACCOUNT, json!({ "cors": [encords_rule()] }));
        *shared = Arc::downgrade(&started);
        started
    }

    /// An Azurite over https that takes tokens of Entra ID, whatever their signature.
    pub(crate) fn with_oauth(certificate: &Path, key: &Path) -> Azurite {
        Azurite::start(Some((certificate, key)))
    }

    fn start(tls: Option<(&Path, &Path)>) -> Azurite {
        let mut bytes = [0; 64];
        getrandom::fill(&mut bytes).unwrap();
        let key = STANDARD.encode(bytes);
        let accounts: Vec<String> =
            std::iter::once(ACCOUNT).chain(OTHER_ACCOUNTS).map(|name| format!("{name}:{key}")).collect();
        let dir = tempfile::tempdir().unwrap();
        let mut command = Command::new(installed("ENCORD_TEST_AZURITE"));
        if let Some((certificate, key)) = tls {
            command.args(["--oauth", "basic", "--cert"]).arg(certificate).arg("--key").arg(key);
        }
        let mut child = command
            .args(["--blobHost", "127.0.0.1", "--blobPort", "0"])
            .args(["--inMemoryPersistence", "--disableTelemetry", "--silent"])
            .current_dir(dir.path())
            .env("AZURITE_ACCOUNTS", accounts.join(";"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let (found, address) = mpsc::channel();
        std::thread::spawn(move || {
            // Reads on after the address, for else the process would block or break at its next line.
            for line in output.lines().map_while(Result::ok) {
                if let Some((_, address)) = line.split_once("successfully listens on ") {
                    let _ = found.send(address.trim().to_owned());
                }
            }
        });
        let address = address.recv_timeout(START).unwrap_or_else(|_| {
            let _ = child.kill();
            panic!("Azurite does not say within {} s that it listens", START.as_secs())
        });
        let account_url = Url::parse(&format!("{address}/{ACCOUNT}")).unwrap();
        Azurite {
            child,
            address,
            account_url,
            key,
            trust: tls.map(|(certificate, _)| certificate.to_owned()),
            _dir: dir,
        }
    }

    /// The account's name.
    pub(crate) fn account(&self) -> &'static str {
        ACCOUNT
    }

    /// The key of all accounts, in base64.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// `http://127.0.0.1:PORT/ACCOUNT`.
    pub(crate) fn account_url(&self) -> &Url {
        &self.account_url
    }

    /// Makes a container and uploads into it by the official Python library. Returns the names that the service then lists.
    pub(crate) fn fill(&self, container: &str, public: bool, blobs: &[Blob]) -> Vec<String> {
        self.fill_in(ACCOUNT, container, public, blobs)
    }

    /// Makes a container and uploads blobs with metadata headers and index tags: `{"name", "content", "metadata", "tags"}`, the
    /// content as text, the last two as objects or null.
    pub(crate) fn fill_described(&self, container: &str, mut blobs: Vec<Value>) {
        for blob in &mut blobs {
            blob["container"] = container.into();
            blob["content"] = STANDARD.encode(blob["content"].as_str().unwrap()).into();
        }
        self.python("fill.py", ACCOUNT, json!({ "containers": { container: false }, "blobs": blobs, "tokens": [] }));
    }

    /// The same in one of [`OTHER_ACCOUNTS`].
    pub(crate) fn fill_in(&self, account: &str, container: &str, public: bool, blobs: &[Blob]) -> Vec<String> {
        let blobs: Vec<Value> = blobs
            .iter()
            .map(|blob| {
                json!({
                    "container": container, "name": blob.name, "content": STANDARD.encode(&blob.content),
                    "content_type": blob.content_type, "tier": blob.tier,
                    "metadata": blob.is_folder.then(|| json!({ "hdi_isfolder": "true" })),
                })
            })
            .collect();
        let request = json!({ "containers": { container: public }, "blobs": blobs, "tokens": [] });
        let answer = self.python("fill.py", account, request);
        serde_json::from_value(answer["names"][container].clone()).unwrap()
    }

    /// Account SAS tokens for all resource types, each from its permissions and minutes of validity.
    pub(crate) fn tokens(&self, wanted: &[(&str, i64)]) -> Vec<SecretString> {
        let wanted: Vec<WantedSas<'_>> = wanted
            .iter()
            .map(|&(permissions, minutes)| WantedSas { permissions, minutes, ..WantedSas::default() })
            .collect();
        self.sign(&wanted)
    }

    /// Tokens of all kinds.
    pub(crate) fn sign(&self, wanted: &[WantedSas<'_>]) -> Vec<SecretString> {
        let tokens: Vec<Value> = wanted
            .iter()
            .map(|sas| {
                json!({
                    "permissions": sas.permissions, "minutes": sas.minutes, "resource_types": sas.resource_types,
                    "container": sas.container, "blob": sas.blob,
                })
            })
            .collect();
        let answer = self.python("fill.py", ACCOUNT, json!({ "containers": {}, "blobs": [], "tokens": tokens }));
        serde_json::from_value::<Vec<String>>(answer["tokens"].clone()).unwrap().into_iter().map(Into::into).collect()
    }

    /// The address of one of [`OTHER_ACCOUNTS`].
    pub(crate) fn url_of(&self, account: &str) -> Url {
        Url::parse(&format!("{}/{account}", self.address)).unwrap()
    }

    /// Asks the official Python library to look at or change an account; the request and the answer are those of `account.py`.
    pub(crate) fn manage(&self, account: &str, request: Value) -> Value {
        self.python("account.py", account, request)
    }

    fn python(&self, script: &str, account: &str, mut request: Value) -> Value {
        request["trust"] = json!(self.trust);
        python(script, &self.url_of(account), account, &self.key, request)
    }
}

/// The CORS rule of Encord's guide, for the region that an Encord on this machine stands in for.
pub(crate) fn encords_rule() -> Value {
    json!({
        "origins": ["https://app.encord.com", "https://api.encord.com"], "methods": ["GET", "POST", "OPTIONS", "PUT"],
        "allowed": ["*"], "exposed": ["*"], "max_age": 3600,
    })
}

/// Hands a request to a script in `tests/azurite`, for the account at this address, and reads the answer.
pub(crate) fn python(script: &str, account_url: &Url, account: &str, key: &str, mut request: Value) -> Value {
    request["account_url"] = json!(account_url);
    request["account"] = json!(account);
    request["key"] = json!(key);
    let mut child = Command::new(installed("ENCORD_TEST_PYTHON"))
        .arg(format!("{}/tests/azurite/{script}", env!("CARGO_MANIFEST_DIR")))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(request.to_string().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{script} failed");
    serde_json::from_slice(&output.stdout).unwrap()
}

impl Drop for Azurite {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
