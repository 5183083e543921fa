//! Homes are made up for each test; keys come from OpenSSH's own `ssh-keygen`.

use std::{
    collections::HashMap,
    os::unix::fs::{PermissionsExt as _, symlink},
    path::PathBuf,
    process::Command,
};

use tempfile::TempDir;

use crate::{
    config::azure::AuthKind,
    service::integration::discover::*,
    wizard::connections::{AzureSignIn, KeyCandidate},
};

/// A home directory and an environment.
struct Machine {
    home: TempDir,
    variables: HashMap<String, String>,
}

impl Machine {
    fn new() -> Machine {
        let home = tempfile::tempdir().unwrap();
        std::fs::create_dir(home.path().join(".ssh")).unwrap();
        Machine { home, variables: HashMap::new() }
    }

    fn with(mut self, name: &str, value: impl Into<String>) -> Machine {
        self.variables.insert(name.to_owned(), value.into());
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>, mode: u32) {
        let path = self.path(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, content).unwrap();
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    }

    fn keygen(&self, name: &str, arguments: &[&str]) {
        let mut command = Command::new("ssh-keygen");
        let run = command.args(["-q", "-C", "ann@host", "-f"]).arg(self.path(name)).args(arguments).output().unwrap();
        assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
    }

    /// As `ssh-keygen -l` prints it.
    fn fingerprint(&self, name: &str) -> String {
        let output = Command::new("ssh-keygen").arg("-lf").arg(self.path(name)).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split(' ').nth(1).unwrap().to_owned()
    }

    fn look(&self) -> Discovery {
        look(self.home.path(), &|name| self.variables.get(name).cloned())
    }

    fn keys(&self) -> Vec<KeyCandidate> {
        self.look().keys
    }

    fn ways(&self) -> Vec<AzureSignIn> {
        self.look().ways
    }
}

fn note(key: &KeyCandidate) -> &str {
    key.note.as_deref().unwrap_or_default()
}

const ED25519: [&str; 4] = ["-t", "ed25519", "-N", ""];

#[test]
fn keys_are_found_by_content_and_told_without_their_passphrase() {
    let machine = Machine::new();
    machine.keygen(".ssh/id_ed25519", &ED25519);
    machine.keygen(".ssh/labels-encord", &ED25519);
    machine.keygen(".ssh/work", &["-t", "ed25519", "-N", "pw", "-a", "2"]);
    machine.keygen(".ssh/locked-alone", &["-t", "ed25519", "-N", "pw", "-a", "2"]);
    let alone = machine.fingerprint(".ssh/locked-alone.pub");
    std::fs::remove_file(machine.path(".ssh/locked-alone.pub")).unwrap();
    machine.keygen(".ssh/id_rsa", &["-t", "rsa", "-b", "2048", "-N", ""]);
    machine.keygen(".ssh/old.pem", &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"]);
    machine.keygen(".ssh/id_ecdsa", &["-t", "ecdsa", "-N", "pw", "-a", "2"]);
    let whole = std::fs::read_to_string(machine.path(".ssh/id_ed25519")).unwrap();
    machine.write(".ssh/cut", &whole[..whole.len() / 2], 0o600);
    machine.write(".ssh/damaged", whole.replacen("\nb3B", "\n***", 1), 0o600);
    machine.write(".ssh/open", &whole, 0o644);
    // The public half of another key.
    std::fs::copy(machine.path(".ssh/work.pub"), machine.path(".ssh/open.pub")).unwrap();
    machine.write(".ssh/config", format!("Host *\n# {whole}"), 0o600);
    machine.write(".ssh/known_hosts", "host ssh-ed25519 AAAA\n", 0o600);
    machine.write(".ssh/notes", "nothing to see", 0o600);
    machine.write(".ssh/binary", [0xff, 0xfe, 0], 0o600);
    machine.write(".ssh/huge", format!("{whole}{}", " ".repeat(70_000)), 0o600);
    std::fs::create_dir(machine.path(".ssh/sockets")).unwrap();
    symlink("/nowhere", machine.path(".ssh/dangling")).unwrap();
    Command::new("mkfifo").arg(machine.path(".ssh/pipe")).status().unwrap();

    let keys = machine.keys();
    let told: Vec<_> =
        keys.iter().map(|key| (key.path.as_str(), key.kind.as_str(), note(key), key.is_usable)).collect();
    assert_eq!(
        told,
        [
            ("~/.ssh/labels-encord", "Ed25519", "", true),
            ("~/.ssh/id_ed25519", "Ed25519", "", true),
            ("~/.ssh/locked-alone", "Ed25519", "asks for its passphrase", true),
            ("~/.ssh/open", "Ed25519", "others may read it", true),
            ("~/.ssh/work", "Ed25519", "asks for its passphrase", true),
            ("~/.ssh/cut", "unknown", "it is cut short", false),
            ("~/.ssh/damaged", "unknown", "it is damaged (it is not base64)", false),
            ("~/.ssh/id_ecdsa", "ECDSA", "Encord takes Ed25519 keys only", false),
            ("~/.ssh/id_rsa", "RSA", "Encord takes Ed25519 keys only", false),
            ("~/.ssh/old.pem", "RSA", "Encord takes Ed25519 keys only", false),
        ]
    );
    let find = |path: &str| keys.iter().find(|key| key.path.ends_with(path)).unwrap();
    for name in ["id_ed25519", "work", "id_rsa", "old.pem", "id_ecdsa"] {
        assert_eq!(find(name).fingerprint, machine.fingerprint(&format!(".ssh/{name}.pub")), "{name}");
        assert_eq!(find(name).comment, "ann@host", "{name}");
    }
    assert_eq!((&find("locked-alone").fingerprint, find("locked-alone").comment.as_str()), (&alone, ""));
    assert_eq!(find("/open").fingerprint, find("id_ed25519").fingerprint);
    assert_eq!(find("/open").comment, "ann@host");
    assert!(keys.iter().all(|key| key.named_by.is_none()));
}

#[test]
fn what_the_environment_names_comes_first_and_says_so() {
    let machine = Machine::new().with("ENCORD_SSH_KEY_FILE", "~/.ssh/second");
    machine.keygen(".ssh/id_ed25519", &ED25519);
    machine.keygen(".ssh/second", &ED25519);
    let keys = machine.keys();
    assert_eq!(
        (keys.len(), keys[0].path.as_str(), keys[0].named_by),
        (2, "~/.ssh/second", Some("ENCORD_SSH_KEY_FILE"))
    );

    let text = std::fs::read_to_string(machine.path(".ssh/id_ed25519")).unwrap();
    let machine = machine.with("ENCORD_SSH_KEY", text.clone());
    let keys = machine.keys();
    let last = keys.last().unwrap();
    assert_eq!((last.path.as_str(), last.named_by, last.is_usable), ("", Some("ENCORD_SSH_KEY"), false));
    assert!(note(last).contains("ENCORD_SSH_KEY_FILE goes before it"));

    let machine = Machine::new().with("ENCORD_SSH_KEY", text);
    let keys = machine.keys();
    assert_eq!((keys.len(), keys[0].named_by, keys[0].is_usable), (1, Some("ENCORD_SSH_KEY"), true));
    assert!(keys[0].fingerprint.starts_with("SHA256:"));
}

#[test]
fn a_named_file_that_will_not_do_is_listed_with_the_reason() {
    let machine = Machine::new();
    machine.write("elsewhere/notes.txt", "nothing", 0o600);
    for (named, reason) in
        [("elsewhere/absent", "no such file"), ("elsewhere", "directory"), ("elsewhere/notes.txt", "not a private key")]
    {
        let path = machine.path(named).to_string_lossy().into_owned();
        let keys = look(machine.home.path(), &|name| (name == "ENCORD_SSH_KEY_FILE").then(|| path.clone())).keys;
        assert_eq!((keys.len(), keys[0].path.as_str(), keys[0].is_usable), (1, path.as_str(), false));
        assert!(note(&keys[0]).contains(reason), "{named}: {:?}", keys[0]);
    }
    assert_eq!(Machine::new().look(), Discovery::default());
    let nobody = look(Path::new("/nowhere/at/all"), &|_| None);
    assert_eq!(nobody, Discovery::default());
}

#[test]
fn no_more_than_two_hundred_files_are_looked_at() {
    let machine = Machine::new();
    machine.keygen(".ssh/zzz", &ED25519);
    for number in 0..200 {
        machine.write(&format!(".ssh/{number:03}"), "x", 0o600);
    }
    assert!(machine.keys().is_empty());
    std::fs::remove_file(machine.path(".ssh/000")).unwrap();
    assert_eq!(machine.keys().len(), 1);
}

const SECRET: &str = "c2VjcmV0LWtleS1tYXRlcmlhbA==";

#[test]
fn ways_in_are_told_likeliest_first_and_without_their_secrets() {
    let machine = Machine::new()
        .with("AZURE_STORAGE_ACCOUNT", "acme")
        .with("AZURE_STORAGE_KEY", SECRET)
        .with("AZURE_STORAGE_SAS_TOKEN", format!("sv=2024&sig={SECRET}"))
        .with("AZURE_STORAGE_CONNECTION_STRING", format!("AccountName=other;AccountKey={SECRET}"))
        .with("AZURE_TENANT_ID", "t")
        .with("AZURE_CLIENT_ID", "c")
        .with("AZURE_CLIENT_SECRET", SECRET)
        .with("AZURE_FEDERATED_TOKEN_FILE", "/var/run/token")
        .with("IDENTITY_ENDPOINT", "http://169.254.169.254/");
    let found = machine.look();
    let told: Vec<_> = found
        .ways
        .iter()
        .map(|way| (way.kind, way.variable.as_deref().unwrap_or_default(), way.account.as_deref().unwrap_or_default()))
        .collect();
    use AuthKind::{AccountKey, Entra, Sas};
    assert_eq!(
        told,
        [
            (AccountKey, "AZURE_STORAGE_CONNECTION_STRING", "other"),
            (AccountKey, "AZURE_STORAGE_KEY", "acme"),
            (Sas, "AZURE_STORAGE_SAS_TOKEN", "acme"),
            (Entra, "", "acme"),
            (Entra, "", "acme"),
            (Entra, "", "acme"),
        ]
    );
    assert!(!format!("{found:?}").contains(SECRET));
    assert!(found.ways[3].what.contains("service principal") && found.ways[5].what.contains("managed identity"));
}

#[test]
fn connection_strings_and_sas_urls_name_their_account() {
    for (text, kind, account, endpoint) in [
        (
            format!(
                "DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={SECRET};EndpointSuffix=core.windows.net"
            ),
            AuthKind::AccountKey,
            "acme",
            None,
        ),
        (
            format!("AccountName=acme;AccountKey={SECRET};EndpointSuffix=core.usgovcloudapi.net"),
            AuthKind::AccountKey,
            "acme",
            Some("https://acme.blob.core.usgovcloudapi.net/"),
        ),
        (
            "UseDevelopmentStorage=true".to_owned(),
            AuthKind::AccountKey,
            "devstoreaccount1",
            Some("http://127.0.0.1:10000/devstoreaccount1"),
        ),
        (
            format!(
                "BlobEndpoint=https://acme.blob.core.windows.net/?sig={SECRET};SharedAccessSignature=sv=1&sig={SECRET}"
            ),
            AuthKind::Sas,
            "acme",
            Some("https://acme.blob.core.windows.net/"),
        ),
    ] {
        let machine = Machine::new().with("AZURE_STORAGE_CONNECTION_STRING", text.clone());
        let ways = machine.ways();
        assert_eq!((ways.len(), ways[0].kind, ways[0].account.as_deref()), (1, kind, Some(account)), "{text}");
        assert_eq!(ways[0].endpoint.as_ref().map(url::Url::as_str), endpoint, "{text}");
        assert!(!format!("{ways:?}").contains(SECRET));
    }
    assert!(Machine::new().with("AZURE_STORAGE_CONNECTION_STRING", "gibberish").ways().is_empty());
    let url = format!("https://acme.blob.core.windows.net/raw?sv=1&sig={SECRET}");
    let ways = Machine::new().with("AZURE_STORAGE_SAS_TOKEN", url).ways();
    assert_eq!(ways[0].account.as_deref(), Some("acme"));
    assert!(!format!("{ways:?}").contains(SECRET));
}

#[test]
fn a_tool_counts_when_it_is_installed_and_its_files_show_a_login() {
    let machine = Machine::new();
    let bin = machine.path("bin").to_string_lossy().into_owned();
    let machine = machine.with("PATH", format!("/nowhere:{bin}"));
    let profile =
        |subscriptions: &str| format!("\u{feff}{{\"subscriptions\": {subscriptions}, \"installationId\": \"i\"}}");
    let one = r#"[{"id": "a", "user": {"name": "bob@acme.example"}},
                  {"id": "b", "isDefault": true, "user": {"name": "ann@acme.example"}}]"#;
    machine.write(".azure/azureProfile.json", profile(one), 0o600);
    machine.write(".azd/auth.json", r#"{"auth": {"account": {"currentUser": {"homeAccountId": "x.y"}}}}"#, 0o600);
    assert!(machine.ways().is_empty(), "nothing is installed");
    for tool in ["bin/az", "bin/azd"] {
        machine.write(tool, "#!/bin/sh\necho it was run > \"$0.ran\"\n", 0o755);
    }
    let what = |machine: &Machine| machine.ways().into_iter().map(|way| way.what).collect::<Vec<_>>();
    assert_eq!(what(&machine), ["az is logged in as ann@acme.example", "azd is logged in"]);
    assert!(!machine.path("bin/az.ran").exists() && !machine.path("bin/azd.ran").exists());

    machine.write(".azure/azureProfile.json", profile("[]"), 0o600);
    machine.write(".azd/auth.json", r#"{"auth": {}}"#, 0o600);
    assert!(machine.ways().is_empty(), "logged out");
    let elsewhere = machine.path("elsewhere").to_string_lossy().into_owned();
    machine.write("elsewhere/azureProfile.json", profile(one), 0o600);
    assert_eq!(what(&machine.with("AZURE_CONFIG_DIR", elsewhere)), ["az is logged in as ann@acme.example"]);
}
