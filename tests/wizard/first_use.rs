//! A newcomer at a pseudo-terminal: no config, a key in `~/.ssh`, a connection string in the environment; Azurite on the one
//! side, the embedded Encord service on the other.

use std::{sync::Arc, time::Duration};

use azure_to_encord::demo::encord::Pace;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    azurite::{Azurite, Blob, encords_rule},
    encord::{Encord, INTEGRATION, INTEGRATION_ID, write_private},
    terminal::Terminal,
};

const SOON: Duration = Duration::from_secs(120);
const F2: &str = "\x1bOQ";

struct Newcomer {
    azurite: Arc<Azurite>,
    encord: Encord,
    connection_string: String,
    home: TempDir,
    account: &'static str,
}

impl Newcomer {
    async fn with(account: &'static str, rules: &[serde_json::Value]) -> Newcomer {
        let azurite = Azurite::shared();
        azurite.fill_in(
            account,
            "media",
            false,
            &[Blob::new("site-a/cam01/frame 1.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01")],
        );
        azurite.manage(account, json!({ "cors": rules }));
        let encord = Encord::start(None, Pace::Unlimited).await;
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".ssh")).unwrap();
        write_private(&home.path().join(".ssh/encord"), &encord.key.pem());
        std::fs::write(home.path().join(".ssh/known_hosts"), "example.com ssh-ed25519 AAAA\n").unwrap();
        let connection_string = format!(
            "DefaultEndpointsProtocol=http;AccountName={account};AccountKey={};BlobEndpoint={};",
            azurite.key(),
            azurite.url_of(account)
        );
        Newcomer { azurite, encord, connection_string, home, account }
    }

    fn start(&self, size: (u16, u16)) -> Terminal {
        let domain = self.encord.recorder.url();
        Terminal::start_with(
            self.home.path(),
            &[],
            size,
            &[("ENCORD_DOMAIN", domain), ("AZURE_STORAGE_CONNECTION_STRING", &self.connection_string)],
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_all_green_takes_five_keys_and_is_remembered() {
    let newcomer = Newcomer::with("golf", &[]).await;
    let mut terminal = newcomer.start((120, 40));
    terminal.wait_for("Type the container", SOON);
    for (text, what) in [("~/.ssh/encord", "the only key that will do"), (INTEGRATION, "the only integration")] {
        terminal.wait_until(what, SOON, |screen| screen.contains(text));
    }
    // 1 and 2: the container, from the list of those there are.
    terminal.send(F2);
    terminal.wait_until("the list of containers", SOON, |screen| {
        screen.contains("Containers of the account") && screen.contains(" media")
    });
    terminal.send("\r");
    // 3 to 5: the CORS rules, after their difference was shown.
    terminal.wait_until("the failed check", SOON, |screen| {
        screen.contains("the account has no CORS rules") && screen.contains("f ")
    });
    terminal.send("f");
    terminal.wait_until("the difference", SOON, |screen| {
        screen.contains("+ GET, POST, OPTIONS, PUT from https://app.encord.com")
    });
    terminal.send("y");
    terminal.wait_for("Written, read back and tried", SOON);
    terminal.send("\r");
    terminal.wait_until("everything well", SOON, |screen| {
        screen.contains("goes on to the schema") && !screen.contains("failed")
    });
    let rules = newcomer.azurite.manage(newcomer.account, json!({}))["cors"].clone();
    assert_eq!(rules.as_array().unwrap().len(), 1, "{rules}");
    terminal.send("\r");
    terminal.wait_for("[2 Schema", SOON);
    terminal.send("q");
    let left = terminal.end(SOON);
    left.assert_restored();
    let secret = newcomer.azurite.key();
    assert!(!String::from_utf8_lossy(&left.raw).contains(secret), "the account key was on the screen");
    let remembered = std::fs::read_to_string(newcomer.home.path().join("data/last.toml")).unwrap();
    assert!(remembered.contains("AZURE_STORAGE_CONNECTION_STRING") && !remembered.contains(secret), "{remembered}");

    let mut again = newcomer.start((80, 24));
    again.wait_until("everything well without a key", SOON, |screen| screen.contains("goes on to the schema"));
    again.send("q");
    again.end(SOON).assert_restored();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_integration_is_awaited_and_taken_and_a_sas_for_it_made() {
    let newcomer = Newcomer::with("hotel", &[encords_rule()]).await;
    assert!(newcomer.encord.server.withdraw_integration(INTEGRATION_ID));
    let mut terminal = newcomer.start((80, 24));
    terminal.wait_for("Type the container", SOON);
    terminal.send("media\r");
    terminal.wait_for("no cloud integration", SOON);
    terminal.wait_until("the checks at rest", SOON, |screen| screen.contains("f "));
    terminal.send("f");
    terminal.wait_for("Azure hotel", SOON);
    // The SAS for Encord's form, shown and copied on request.
    terminal.send("s");
    terminal.wait_for("Write, Add, Create", SOON);
    terminal.send("\r");
    terminal.wait_for("sig=", SOON);
    assert!(!String::from_utf8_lossy(&terminal.raw()).contains("\x1b]52;"), "copied unasked");
    terminal.send("y");
    terminal.wait_until("the copy", SOON, |screen| screen.to_lowercase().contains("copied"));
    let raw = String::from_utf8_lossy(&terminal.raw()).into_owned();
    let copied = raw.split("\x1b]52;c;").nth(1).and_then(|rest| rest.split('\x07').next()).unwrap();
    let token = String::from_utf8(STANDARD.decode(copied).unwrap()).unwrap();
    for part in ["ss=b", "srt=co", "sp=rwlac", "spr=https", "sig="] {
        assert!(token.contains(part), "{part} is not in the token");
    }
    terminal.send("\x1b");
    terminal.wait_for("Waiting for it to appear", SOON);
    newcomer.encord.server.add_integration("Azure hotel");
    terminal.wait_until("the new integration taken", SOON, |screen| {
        screen.contains("goes on to the schema") && screen.contains("Azure hotel") && !screen.contains("Waiting for it")
    });
    terminal.send("q");
    terminal.wait_for("not kept yet", SOON);
    terminal.send("y");
    let left = terminal.end(SOON);
    left.assert_restored();
    assert!(!left.screen.contains("sig="), "{}", left.screen);
}
