//! Schema files as the built program reads them, against the embedded Encord service.

use std::fs;

use azure_to_encord::{
    demo::encord::Pace,
    encord::{Client, Credential},
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    program::{Ended, program, run},
};

#[tokio::test(flavor = "multi_thread")]
async fn what_encord_serves_is_a_schema_file_that_asks_for_nothing() {
    let encord = Encord::start(None, Pace::Unlimited).await;
    let schema = json!({
        "site": {"ty": "variant", "hint": "varchar"},
        "weather": {"ty": "enum", "values": ["rain", "sun"]},
        "emb": {"ty": "embedding", "size": 3, "api": null},
        "strict": {"ty": "varchar", "max_length": 100},
        "who": {"ty": "user"},
        "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
    });
    let schema: Map<String, Value> = serde_json::from_value(schema).unwrap();
    let token = SecretString::from(encord.bearer_token());
    let client = Client::new(encord.server.url(), Credential::Bearer(token)).unwrap();
    client.save_schema(&schema).await.unwrap();
    let home = tempfile::tempdir().unwrap();
    let base = ConfigText::default()
        .text("encord", "domain", encord.recorder.url())
        .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
        .text("encord", "integration", INTEGRATION);
    let call = |config: &ConfigText, command: [&str; 2], flags: &[&str]| -> Ended {
        let path = config.write(home.path(), "site.toml");
        run(&mut program(home.path(), &[&command, &[path.to_str().unwrap()][..], flags].concat()))
    };

    let shown = call(&base, ["schema", "show"], &["--json"]).expect(0);
    fs::write(home.path().join("schema.json"), &shown.stdout).unwrap();
    let with_file = base.clone().text("schema", "file", "schema.json");
    let same = call(&with_file, ["schema", "diff"], &["--json"]).expect(0);
    assert_eq!(same.stdout, "");
    for part in ["'emb': an embedding of 3", "'gone': deleted", "'who': of the type 'user'"] {
        assert!(same.stderr.contains(part), "{part}\n{}", same.stderr);
    }

    // A key of the config besides, by its old name, is all that is added.
    let more = with_file.clone().text("schema.keys", "note", "long_string");
    let diff = call(&more, ["schema", "diff"], &["--json"]).expect(3);
    let change: Value = serde_json::from_str(&diff.stdout).unwrap();
    assert_eq!((&change["key"], &change["change"]), (&json!("note"), &json!("add")));
    let checked = call(&more, ["config", "check"], &[]).expect(0);
    assert!(
        checked.stderr.contains("[schema.keys] 'note': 'long_string' is an old name; use 'text'."),
        "{}",
        checked.stderr
    );
    call(&more, ["schema", "apply"], &[]).expect(0);
    let mut expected = schema.clone();
    expected.insert("note".into(), json!({"ty": "variant", "hint": "text"}));
    assert_eq!(encord.server.schema(), Some(Value::Object(expected)));

    // The config goes before the file.
    let other = with_file.clone().raw("schema.keys", "weather", "{ enum = [\"fog\"] }");
    let diff = call(&other, ["schema", "diff"], &[]).expect(3);
    assert!(diff.stdout.starts_with("widen") && diff.stdout.contains("fog"), "{}", diff.stdout);

    fs::write(home.path().join("schema.json"), "{\"a\": {\"ty\": \"user\"},\n \"a/b\": {\"ty\": \"geospatial\"}}")
        .unwrap();
    let wrong = call(&with_file, ["config", "check"], &[]).expect(2);
    assert!(wrong.stderr.contains("schema.json cannot be used: line 2, column 2: the key 'a/b'"), "{}", wrong.stderr);
    fs::remove_file(home.path().join("schema.json")).unwrap();
    let missing = call(&with_file, ["schema", "diff"], &[]).expect(2);
    assert!(missing.stderr.contains("schema.json cannot be read"), "{}", missing.stderr);
}
