//! The built program: what `check` and the plan say of the folder, and how they end.

use std::sync::Arc;

use azure_to_encord::demo::encord::{FolderAccess, Pace, StorageAccess};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use crate::{
    folders::sdk::Sdk,
    support::{
        azurite::{Azurite, Blob},
        config::ConfigText,
        encord::{Encord, INTEGRATION},
        events::{events, only},
        program::{Ended, program, run},
    },
};

const TOKEN: &str = "FOLDERS_TEST_SAS";
const YEAR: i64 = 366 * 24 * 60;

struct Import {
    encord: Encord,
    config: ConfigText,
    token: String,
    home: tempfile::TempDir,
    _azurite: Arc<Azurite>,
}

impl Import {
    async fn set(container: &str) -> Import {
        let azurite = Azurite::shared();
        azurite.fill(container, false, &[Blob::new("a.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01")]);
        let token = azurite.tokens(&[("rl", YEAR)]).pop().unwrap();
        let storage = StorageAccess { base_url: azurite.account_url().clone(), sas: Some(token.clone()) };
        let encord = Encord::start(Some(storage), Pace::Unlimited).await;
        let config = ConfigText::default()
            .text("encord", "domain", encord.recorder.url())
            .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .text("azure", "endpoint", azurite.account_url())
            .text("azure", "container", container)
            .text("azure", "sas_token_env", TOKEN);
        let (token, home) = (token.expose_secret().to_owned(), tempfile::tempdir().unwrap());
        Import { encord, config, token, home, _azurite: azurite }
    }

    fn run(&self, folder: &[(&str, &str)], arguments: &[&str]) -> Ended {
        let config = folder.iter().fold(self.config.clone(), |config, (key, value)| config.raw("folder", key, value));
        let file = config.write(self.home.path(), "site.toml");
        let mut all = vec![arguments[0], file.to_str().unwrap()];
        all.extend(&arguments[1..]);
        run(program(self.home.path(), &all).env(TOKEN, &self.token))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ambiguous_path_ends_with_2_and_its_candidates_before_anything_is_changed() {
    let import = Import::set("twins").await;
    let mut sdk = Sdk::start(&import.encord);
    let twins = [sdk.create("Raw", None), sdk.create("Raw", None)];
    let folder = [("path", "\"Raw/new\"")];
    for command in [&["check"][..], &["run", "--dry-run"], &["run", "--yes"]] {
        let ended = import.run(&folder, command).expect(2);
        assert!(twins.iter().all(|twin| ended.stderr.contains(&twin.to_string())), "{}", ended.stderr);
        let ended = import.run(&folder, &[command, &["--json"]].concat()).expect(2);
        let found = events(&ended);
        let error = only(&found, "error");
        assert!(error["message"].as_str().unwrap().contains("2 folders at 'Raw'"), "{error}");
        assert!(error["hint"].as_str().unwrap().contains(&twins[0].to_string()), "{error}");
    }
    // Without a listing: `check` knows before.
    let ended = import.run(&[("uuid", "\"00000000-0000-4000-8000-000000000007\"")], &["check", "--json"]).expect(4);
    assert!(only(&events(&ended), "error")["message"].as_str().unwrap().contains("[folder] uuid"));
    assert_eq!(import.encord.server.folders().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_plan_tells_what_exists_what_is_made_and_how() {
    let import = Import::set("folderplan").await;
    let raw = Sdk::start(&import.encord).create("Raw", None);
    let folder = [
        ("path", "\"Raw/2026/April\""),
        ("description", "\"Spring\""),
        ("metadata", "{ project = \"traffic\", n = [1, 2] }"),
    ];
    let ended = import.run(&folder, &["run", "--dry-run"]).expect(0);
    for line in [
        "folder       Raw/2026/April ('Raw' exists, 2 folders will be created below it)",
        "description: Spring",
        "metadata: project = \"traffic\"",
        "metadata: n = [1,2]",
    ] {
        assert!(ended.stdout.contains(line), "{line}\n{}", ended.stdout);
    }
    let checked = import.run(&folder, &["check"]).expect(0);
    assert!(checked.stdout.contains("('Raw' exists, 2 folders will be created below it)"), "{}", checked.stdout);
    let wanted = json!({
        "path": "Raw/2026/April", "exists": "Raw", "uuid": raw, "creates": ["2026", "April"], "items": null,
        "description": "Spring", "metadata": {"project": "traffic", "n": [1, 2]}, "notes": [],
    });
    let plan = only(&events(&import.run(&folder, &["run", "--dry-run", "--json"]).expect(0)), "plan").clone();
    assert_eq!((&plan["folder"], &plan["creates"]), (&wanted["path"], &wanted["creates"]));
    assert_eq!(plan["destination"], wanted);
    let mut told = only(&events(&import.run(&folder, &["check", "--json"]).expect(0)), "destination").clone();
    told.as_object_mut().unwrap().remove("event");
    assert_eq!(told, wanted);
    assert_eq!(import.encord.server.folders().len(), 1);

    import.run(&folder, &["run", "--yes"]).expect(0);
    let made = import.encord.server.folders().pop().unwrap();
    assert_eq!(
        (made.name.as_str(), Value::Object(made.client_metadata.unwrap())),
        ("April", wanted["metadata"].clone())
    );
    // The second time it exists, and what the config says of a new one is not dropped in silence.
    let again = import.run(&folder, &["run", "--dry-run"]).expect(0);
    assert!(
        again.stdout.contains("(exists, holds 1 item)") && again.stdout.contains("! note         The folder"),
        "{}",
        again.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_not_be_enough_is_told_before_and_encords_refusal_after() {
    let import = Import::set("looking").await;
    let raw = Sdk::start(&import.encord).create("Raw", None);
    let folder = [("path", "\"Raw\"")];
    for (access, code) in [(FolderAccess::Looking, 0), (FolderAccess::Adding, 0), (FolderAccess::Nothing, 0)] {
        import.encord.server.set_folder_access(raw, access);
        let ended = import.run(&folder, &["run", "--dry-run"]).expect(code);
        let is_told = ended.stdout.contains("Your role in the folder 'Raw' is User, not Admin");
        assert_eq!(is_told, access != FolderAccess::Nothing, "{}", ended.stdout);
    }
    import.encord.server.set_folder_access(raw, FolderAccess::Looking);
    let ended = import.run(&folder, &["run", "--yes"]);
    assert_ne!(ended.code, Some(0));
    let said = format!("{}{}", ended.stdout, ended.stderr);
    assert!(said.contains("not authorised to change this folder or to add to it"), "{said}");
    assert!(import.encord.server.items(raw).is_empty());
    import.encord.server.set_folder_access(raw, FolderAccess::Adding);
    import.run(&folder, &["run", "--yes"]).expect(0);
    assert_eq!(import.encord.server.items(raw).len(), 1);
}
