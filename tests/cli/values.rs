//! Metadata values are checked against the schema before anything is sent.

use std::path::Path;

use azure_to_encord::demo::{azure, encord::Pace};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::Duration;

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    events::{events, only},
    program::{Ended, program, run},
};

const NAMES: [&str; 4] = ["lux-12/yes/a.txt", "lux-high/no/b.txt", "lux-high/maybe/c.txt", "lux-007/on/d.txt"];

struct Bench {
    _azure: azure::Server,
    encord: Encord,
    home: TempDir,
    sas: SecretString,
    config: ConfigText,
}

impl Bench {
    async fn set(names: &[&str]) -> Bench {
        let azure = azure::Server::start(azure::Options::default()).await.unwrap();
        for name in names {
            azure.put_blob("media", azure::StoredBlob::new(*name, "content", "text/plain"));
        }
        let encord = Encord::start(None, Pace::Unlimited).await;
        let config = ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azure.account_url())
            .text("azure", "container", "media")
            .text("azure", "sas_token_env", "VALUES_SAS")
            .text("schema.keys", "lux", "number")
            .text("schema.keys", "indoor", "boolean")
            .text("manifest.metadata", "path", "lux-{lux}/{indoor}/{rest}")
            .text("folder", "path", "Raw");
        let sas = azure.account_sas("rl", "sco", Duration::HOUR);
        Bench { _azure: azure, encord, home: tempfile::tempdir().unwrap(), sas, config }
    }

    fn program(&self, before: &[&str], after: &[&str]) -> Ended {
        let config = self.config.write(self.home.path(), "case.toml");
        let arguments = [before, &[config.to_str().unwrap()], after].concat();
        run(program(self.home.path(), &arguments).env("VALUES_SAS", self.sas.expose_secret()))
    }

    fn build(&self) -> Ended {
        let out = self.home.path().join("out.json");
        self.program(&["manifest", "build"], &["-o", out.to_str().unwrap(), "--json", "--force"])
    }

    fn import(&self) -> Ended {
        self.program(&["run"], &["--yes", "--json"])
    }

    /// Nothing was registered, made or saved.
    fn assert_untouched(&self) {
        assert!(self.encord.server.folders().is_empty() && self.encord.recorder.jobs().is_empty());
        assert_eq!(self.encord.server.schema(), None);
    }

    /// What the service has been sent, by the items' titles.
    fn registered(&self) -> Value {
        let items = self.encord.items("Raw").into_iter().map(|item| (item.name, item.client_metadata.into()));
        Value::Object(items.collect())
    }
}

fn issues(events: &[Value]) -> Vec<(&str, &str, &str, u64)> {
    let issues = events.iter().filter(|event| event["event"] == "issue");
    issues
        .map(|one| (text_of(&one["code"]), text_of(&one["key"]), text_of(&one["item"]), one["count"].as_u64().unwrap()))
        .collect()
}

fn text_of(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn lines(path: &Value) -> Vec<Value> {
    let text = std::fs::read_to_string(Path::new(path.as_str().unwrap())).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_value_of_the_wrong_type_stops_the_import_before_anything_is_sent() {
    let bench = Bench::set(&NAMES).await;
    for ended in [bench.build(), bench.import()] {
        let ended = ended.expect(1);
        let events = events(&ended);
        let manifest = only(&events, "manifest");
        assert_eq!((&manifest["items"], &manifest["errors"], &manifest["warnings"]), (&4.into(), &8.into(), &0.into()));
        let expected = [("metadata.type", "indoor", NAMES[3], 4), ("metadata.type", "lux", NAMES[3], 4)];
        assert_eq!(issues(&events), expected);
        for words in [
            "4 of 4 items cannot be registered as they are",
            "4 errors, the first for 'lux-007/on/d.txt': lux (number): \"007\" is not a number.",
            "indoor (boolean): \"on\" is not true or false (coerce = true would make it true)",
            "[schema.keys]",
        ] {
            assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        }
        // All are in the file, which is there when the program is not any more.
        let findings = lines(&manifest["findings"]);
        assert_eq!(findings.len(), 8);
        let high = findings.iter().find(|one| one["item"] == NAMES[1] && one["key"] == "lux").unwrap();
        assert_eq!(high["message"], "lux (number): \"high\" is not a number");
        assert_eq!((&high["severity"], &high["code"]), (&json!("error"), &json!("metadata.type")));
    }
    bench.assert_untouched();
    let people = bench.program(&["run"], &["--yes"]).expect(1);
    assert!(people.stderr.contains("error    lux-007/on/d.txt: lux (number): \"007\" is not a number (and 3 more)"));
    assert!(people.stderr.contains("All findings (8 errors, 0 warnings): "));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_safely_coercible_is_coerced_and_registered_so() {
    let mut bench = Bench::set(&NAMES).await;
    bench.config = bench.config.raw("schema", "coerce", "true");
    for ended in [bench.build(), bench.import()] {
        let ended = ended.expect(1);
        let events = events(&ended);
        let expected = [
            ("metadata.type", "indoor", NAMES[2], 1),
            ("metadata.type", "lux", NAMES[3], 3),
            ("metadata.coerced", "indoor", NAMES[3], 3),
            ("metadata.coerced", "lux", NAMES[0], 1),
        ];
        assert_eq!(issues(&events), expected);
        let findings = lines(&only(&events, "manifest")["findings"]);
        let severities: Vec<_> = findings.iter().map(|one| one["severity"].as_str().unwrap()).collect();
        assert_eq!(severities, [["error"; 4], ["warning"; 4]].concat());
    }
    bench.assert_untouched();

    // Without those that may mean anything, all is registered.
    let mut bench = Bench::set(&["lux-12/yes/a.txt", "lux-0.5/OFF/b.txt"]).await;
    bench.config = bench.config.raw("schema", "coerce", "true");
    let ended = bench.import().expect(0);
    let manifest = events(&ended);
    let manifest = only(&manifest, "manifest");
    assert_eq!((&manifest["errors"], &manifest["warnings"]), (&0.into(), &4.into()));
    assert!(lines(&manifest["findings"]).iter().any(|one| one["message"] == "lux (number): \"12\" becomes 12"));
    let expected = json!({
        "lux-12/yes/a.txt": {"lux": 12, "indoor": true},
        "lux-0.5/OFF/b.txt": {"lux": 0.5, "indoor": false},
    });
    assert_eq!(bench.registered(), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_organisations_schema_counts_and_what_it_does_not_know_is_a_warning() {
    let mut bench = Bench::set(&["a/1.txt", "b/2.txt"]).await;
    bench.config = bench
        .config
        .text("manifest.metadata", "path", "{place}/{rest}")
        .raw("manifest.metadata", "constants", "{ wether = \"rain\", weather = \"rain\" }")
        .raw("schema.keys", "lux", "")
        .raw("schema.keys", "indoor", "")
        .raw("schema.keys", "weather", "{ enum = [\"rain\"] }");
    let first = bench.import().expect(0);
    let first = events(&first);
    let expected = [("metadata.unknown-key", "place", "a/1.txt", 2), ("metadata.unknown-key", "wether", "a/1.txt", 2)];
    assert_eq!(issues(&first), expected);
    assert_eq!(only(&first, "manifest")["warnings"], 2);
    let findings = lines(&only(&first, "manifest")["findings"]);
    assert_eq!((findings.len(), &findings[1]["items"]), (2, &json!(2)));
    assert!(findings[1]["message"].as_str().unwrap().contains("did you mean 'weather'?"), "{findings:?}");
    assert_eq!(bench.registered()["a/1.txt"], json!({"wether": "rain", "weather": "rain", "place": "a"}));

    // The key is in the organisation's schema now, though no longer in this config.
    bench.config =
        bench.config.raw("schema.keys", "weather", "").raw("manifest.metadata", "constants", "{ weather = \"snow\" }");
    let ended = bench.import().expect(1);
    assert!(ended.stderr.contains("weather (enum: rain): \"snow\" is not an option of the enum"), "{}", ended.stderr);
    // Without a login nothing is known of it, and nothing to be said without any keys.
    let built = bench.build().expect(0);
    let built = events(&built);
    assert_eq!((issues(&built), &only(&built, "manifest")["findings"]), (vec![], &Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_schema_in_use_nothing_is_checked() {
    let mut bench = Bench::set(&NAMES).await;
    bench.build().expect(1);
    let findings = bench.home.path().join("out.json.findings.jsonl");
    assert!(findings.exists());
    bench.config = bench.config.raw("schema", "skip", "true");
    for ended in [bench.build(), bench.import()] {
        let ended = ended.expect(0);
        let events = events(&ended);
        let manifest = only(&events, "manifest");
        assert_eq!(
            (&manifest["errors"], &manifest["warnings"], &manifest["findings"]),
            (&0.into(), &0.into(), &Value::Null)
        );
    }
    assert!(!findings.exists(), "the findings of an earlier manifest");
    assert_eq!(bench.registered()[NAMES[1]], json!({"lux": "high", "indoor": "no"}));
}
