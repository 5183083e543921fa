//! An account of Azurite's, the embedded Encord service, and a config that names both.

use std::{collections::BTreeMap, process::Command, sync::Arc};

use azure_to_encord::{
    demo::encord::{Pace, StorageAccess},
    wizard::CHECKS,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    azurite::{Azurite, Blob, encords_rule},
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    events::events,
    program::{Ended, program, run},
};

/// The variable that the configs name for the credential.
pub(crate) const SECRET: &str = "CHECKS_TEST_SECRET";
/// Far beyond any warning.
pub(crate) const YEARS: i64 = 60 * 24 * 400;
/// The account of all scenes that leave its rules alone.
const SHARED: &str = "india";

pub(crate) struct Scene {
    pub(crate) azurite: Arc<Azurite>,
    pub(crate) encord: Encord,
    account: &'static str,
    container: &'static str,
    pub(crate) config: ConfigText,
    /// The credential that the program gets.
    pub(crate) secret: String,
    home: TempDir,
}

impl Scene {
    /// An account of its own with these CORS rules; otherwise as [`Scene::good`].
    pub(crate) async fn with_rules(account: &'static str, rules: &[Value]) -> Scene {
        assert_ne!(account, SHARED);
        Scene::set(account, "media", rules).await
    }

    /// A container with one image, served as Encord asks; the program has a token for years.
    pub(crate) async fn good(container: &'static str) -> Scene {
        Scene::set(SHARED, container, &[encords_rule()]).await
    }

    async fn set(account: &'static str, container: &'static str, rules: &[Value]) -> Scene {
        let azurite = Azurite::shared();
        azurite.fill_in(account, container, false, &[Blob::new("a/b c.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01")]);
        let mut scene = Scene {
            encord: Encord::start(None, Pace::Unlimited).await,
            account,
            container,
            config: ConfigText::default(),
            secret: String::new(),
            home: tempfile::tempdir().unwrap(),
            azurite,
        };
        scene.rules(rules);
        scene.secret = scene.token("rwl", "sco", YEARS);
        let storage = StorageAccess { base_url: scene.azurite.url_of(account), sas: Some(scene.secret.clone().into()) };
        scene.encord = Encord::start(Some(storage), Pace::Unlimited).await;
        scene.config = ConfigText::default()
            .text("encord", "domain", scene.encord.recorder.url())
            .text("encord", "ssh_key_file", scene.encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", scene.azurite.url_of(account))
            .text("azure", "container", container)
            .text("azure", "sas_token_env", SECRET)
            .text("folder", "path", "Raw");
        scene
    }

    /// Sets the account's CORS rules.
    pub(crate) fn rules(&self, rules: &[Value]) {
        self.azurite.manage(self.account, json!({ "cors": rules }));
    }

    /// The account's CORS rules as the official Python library reads them.
    pub(crate) fn rules_now(&self) -> Value {
        self.azurite.manage(self.account, json!({}))["cors"].clone()
    }

    /// An account SAS.
    pub(crate) fn token(&self, permissions: &str, resource_types: &str, minutes: i64) -> String {
        let token = json!({ "permissions": permissions, "resource_types": resource_types, "minutes": minutes });
        self.azurite.manage(self.account, json!({ "tokens": [token] }))["tokens"][0].as_str().unwrap().to_owned()
    }

    /// A SAS for a container.
    pub(crate) fn container_token(&self, permissions: &str) -> String {
        let token = json!({ "container": self.container, "permissions": permissions, "minutes": YEARS });
        let answer = self.azurite.manage(self.account, json!({ "container_tokens": [token] }));
        answer["container_tokens"][0].as_str().unwrap().to_owned()
    }

    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = program(self.home.path(), arguments);
        command.env(SECRET, &self.secret);
        command
    }

    /// Runs a command on the config.
    pub(crate) fn run(&self, name: &str, flags: &[&str]) -> Ended {
        let config = self.config.write(self.home.path(), "site.toml");
        let mut arguments = vec![name, config.to_str().unwrap()];
        arguments.extend(flags);
        run(&mut self.command(&arguments))
    }

    /// `check --json` with more flags.
    pub(crate) fn check(&self, flags: &[&str]) -> Checked {
        let mut all = vec!["--json"];
        all.extend(flags);
        Checked::of(self.run("check", &all))
    }
}

/// What `check --json` said.
pub(crate) struct Checked {
    pub(crate) code: i32,
    /// Every check as it came out last.
    pub(crate) checks: BTreeMap<String, Value>,
    pub(crate) events: Vec<Value>,
    pub(crate) stderr: String,
}

impl Checked {
    fn of(ended: Ended) -> Checked {
        let events = events(&ended);
        let checks: BTreeMap<String, Value> = events
            .iter()
            .filter(|event| event["event"] == "check")
            .map(|event| (event["id"].as_str().unwrap().to_owned(), event.clone()))
            .collect();
        // None is ever missing, and each says what it is for.
        for about in CHECKS.iter().filter(|about| about.id.starts_with("azure.")) {
            assert!(checks.contains_key(about.id), "{} is missing: {checks:#?}", about.id);
            assert_eq!(checks[about.id]["why"], about.why);
        }
        assert!(!ended.stdout.contains("sig=") && !ended.stderr.contains("sig="), "a signature shows");
        Checked { code: ended.code.unwrap(), checks, events, stderr: ended.stderr }
    }

    pub(crate) fn state(&self, id: &str) -> &str {
        self.checks[id]["state"].as_str().unwrap()
    }

    pub(crate) fn detail(&self, id: &str) -> &str {
        self.checks[id]["detail"].as_str().unwrap()
    }

    pub(crate) fn fix(&self, id: &str) -> &str {
        self.checks[id]["fix"].as_str().unwrap_or_default()
    }

    /// The checks in this state.
    pub(crate) fn all(&self, state: &str) -> Vec<&str> {
        self.checks.keys().map(String::as_str).filter(|id| self.state(id) == state).collect()
    }

    /// Stops the test unless it ended with this code and exactly these checks failed.
    pub(crate) fn expect(self, code: i32, failed: &[&str]) -> Checked {
        assert_eq!((self.code, self.all("fail")), (code, failed.to_vec()), "{:#?}\n{}", self.checks, self.stderr);
        self
    }
}
