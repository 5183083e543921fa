//! The program on a container in which some files do harm.

use std::process::Command;

use azure_to_encord::demo::{azure, encord::Pace, sample};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use time::Duration;

use crate::{
    hostile_media::files,
    support::{
        config::ConfigText,
        encord::{Encord, INTEGRATION},
        events::{events, only},
        program::{Ended, run},
    },
};

struct Bench {
    azure: azure::Server,
    encord: Encord,
    home: tempfile::TempDir,
}

impl Bench {
    async fn set() -> Bench {
        let azure = azure::Server::start(azure::Options::default()).await.unwrap();
        let encord = Encord::start(None, Pace::Unlimited).await;
        Bench { azure, encord, home: tempfile::tempdir().unwrap() }
    }

    fn put(&self, container: &str, name: &str, content: &[u8]) {
        self.azure.put_blob(container, azure::StoredBlob::new(name, content.to_vec(), "application/octet-stream"));
    }

    fn config(&self, container: &str) -> ConfigText {
        ConfigText::default()
            .text("encord", "domain", self.encord.recorder.url())
            .text("encord", "ssh_key_file", self.encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", self.azure.account_url())
            .text("azure", "container", container)
            .text("azure", "sas_token_env", "HOSTILE_SAS")
            .text("folder", "path", "Raw")
    }

    /// With no more memory than the whole program needs; a length in a file that is believed goes beyond it.
    fn program(&self, config: &ConfigText, command: &[&str], rest: &[&str]) -> Ended {
        let config = config.write(self.home.path(), "case.toml");
        let mut shell = Command::new("sh");
        shell.args(["-c", "ulimit -v 3000000; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_azure-to-encord")]);
        shell.args(command).arg(config).args(rest);
        shell.env_clear().env("AZURE_TO_ENCORD_HOME", self.home.path()).env("HOME", self.home.path());
        shell.env("PATH", std::env::var_os("PATH").unwrap()).env("MALLOC_ARENA_MAX", "2");
        let sas = self.azure.account_sas("rl", "sco", Duration::HOUR);
        run(shell.env("HOSTILE_SAS", sas.expose_secret()))
    }

    fn import(&self, config: &ConfigText) -> Ended {
        self.program(config, &["run"], &["--yes", "--json"])
    }
}

/// The errors that the run tells: the code, the first item and how many there are.
fn issues(ended: &Ended) -> Vec<(String, String, u64)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let all = events(ended);
    let errors = all.iter().filter(|event| event["event"] == "issue" && event["severity"] == "error");
    errors.map(|one| (text(&one["code"]), text(&one["item"]), one["count"].as_u64().unwrap())).collect()
}

/// The findings of `manifest build`, by code and item, in order of the items.
fn findings(bench: &Bench, config: &ConfigText) -> Vec<(String, String)> {
    let out = bench.home.path().join("out.json");
    bench.program(config, &["manifest", "build"], &["-o", out.to_str().unwrap(), "--json", "--force"]).expect(1);
    let text = std::fs::read_to_string(out.with_file_name("out.json.findings.jsonl")).unwrap();
    let read = |line| {
        let finding: Value = serde_json::from_str(line).unwrap();
        (finding["code"].as_str().unwrap().to_owned(), finding["item"].as_str().unwrap().to_owned())
    };
    let mut findings: Vec<_> = text.lines().map(read).collect();
    findings.sort_by(|one, other| one.1.cmp(&other.1));
    findings
}

#[tokio::test(flavor = "multi_thread")]
async fn each_hostile_file_is_named_and_the_others_are_registered() {
    let bench = Bench::set().await;
    for number in 0..20 {
        bench.put("media", &format!("good/{number:02}.jpg"), include_bytes!("../../../assets/demo/frame1.jpg"));
    }
    let config = bench.config("media").text("manifest", "probe_media", "always");
    bench.put("media", "bad/webm_00158.webm", &files::kept("webm_00158.webm"));
    let ended = bench.import(&config).expect(1);
    assert_eq!(issues(&ended), [("media.unreadable".to_owned(), "bad/webm_00158.webm".to_owned(), 1)]);

    let mut expected = Vec::new();
    // Pictures of the last name that Encord does not know are no items.
    for file in files::all().iter().filter(|file| file.bytes.len() < 2 << 20 && !file.name.ends_with(".heic")) {
        bench.put("media", &format!("bad/{}", file.name), &file.bytes);
        expected.push(("media.unreadable".to_owned(), format!("bad/{}", file.name)));
    }
    expected.sort();
    let found = findings(&bench, &config);
    assert!(expected.iter().any(|(_, name)| name == "bad/x_nest.mp4") && expected.len() > 30);
    assert_eq!(found.iter().filter(|(code, _)| code == "media.unreadable").cloned().collect::<Vec<_>>(), expected);
    let ended = bench.import(&config).expect(1);
    assert_eq!(only(&events(&ended), "manifest")["items"], 20 + expected.len());

    let strict = bench.config("media").raw("encord", "strict_client_only", "true");
    for config in [config, strict] {
        bench.import(&config.raw("manifest", "exclude", r#"["bad/**"]"#)).expect(0);
        assert_eq!(bench.encord.items("Raw").len(), 20);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hostile_dicom_file_leaves_the_series_of_the_others_as_they_are() {
    let bench = Bench::set().await;
    sample::fill(&bench.azure);
    let groups = r#"[{ type = "dicom-series", match = "**", by = "series-uid" }]"#;
    let config =
        bench.config(sample::CONTAINER).raw("manifest", "groups", groups).raw("manifest", "prefixes", r#"["ct/"]"#);
    bench.put(sample::CONTAINER, "ct/bad/len.dcm", &files::kept("len.dcm"));
    let ended = bench.import(&config).expect(1);
    assert_eq!(issues(&ended), [("dicom.unreadable".to_owned(), "ct/bad/len.dcm".to_owned(), 1)]);

    let mut expected = vec![("dicom.unreadable".to_owned(), "ct/bad/len.dcm".to_owned())];
    for (name, bytes) in files::dicom() {
        bench.put(sample::CONTAINER, &format!("ct/bad/{name}"), &bytes);
        expected.push(("dicom.unreadable".to_owned(), format!("ct/bad/{name}")));
    }
    expected.sort();
    assert_eq!(findings(&bench, &config), expected);
    let ended = bench.import(&config.clone().raw("manifest", "exclude", r#"["ct/bad/**"]"#)).expect(0);
    assert_eq!(only(&events(&ended), "manifest")["items"], bench.encord.items("Raw").len());
    assert!(bench.encord.items("Raw").len() >= 2);
}
