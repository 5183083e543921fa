//! Client metadata from a table, sidecar files, metadata headers and index tags, by the built program against Azurite.

use std::{collections::BTreeMap, sync::Arc};

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    azurite::Azurite,
    config::ConfigText,
    events::{events, only},
    program::{Ended, program, run},
};

struct Scene {
    azurite: Arc<Azurite>,
    home: TempDir,
    sas: String,
    config: ConfigText,
}

impl Scene {
    fn set(container: &str, permissions: &str, blobs: Vec<Value>) -> Scene {
        let azurite = Azurite::shared();
        azurite.fill_described(container, blobs);
        let sas = azurite.tokens(&[(permissions, 60)]).remove(0).expose_secret().to_owned();
        let config = ConfigText::default()
            .text("azure", "endpoint", azurite.account_url())
            .text("azure", "container", container)
            .text("azure", "sas_token_env", "SOURCES_SAS");
        Scene { azurite, home: tempfile::tempdir().unwrap(), sas, config }
    }

    fn source(mut self, key: &str, value: &str) -> Scene {
        self.config = self.config.raw("manifest.metadata", key, value);
        self
    }

    fn table(self, name: &str, content: &str) -> Scene {
        let path = self.home.path().join(name);
        std::fs::write(&path, content).unwrap();
        let value = toml::Value::from(path.to_str().unwrap()).to_string();
        self.source("table", &value)
    }

    fn build(&self) -> Ended {
        let config = self.config.write(self.home.path(), "sources.toml");
        let out = self.home.path().join("out.json");
        let arguments =
            ["manifest", "build", config.to_str().unwrap(), "-o", out.to_str().unwrap(), "--json", "--force"];
        run(program(self.home.path(), &arguments).env("SOURCES_SAS", &self.sas))
    }

    /// The client metadata of every item of the manifest, by title.
    fn metadata(&self) -> BTreeMap<String, Value> {
        let items = self.items().into_iter();
        items.map(|(title, item)| (title, item.get("clientMetadata").cloned().unwrap_or_default())).collect()
    }

    fn items(&self) -> BTreeMap<String, Value> {
        let text = std::fs::read_to_string(self.home.path().join("out.json")).unwrap();
        let manifest: Value = serde_json::from_str(&text).unwrap();
        let lists = manifest.as_object().unwrap().values().filter_map(Value::as_array);
        lists.flatten().map(|item| (item["title"].as_str().unwrap().to_owned(), item.clone())).collect()
    }
}

fn blob(name: &str) -> Value {
    json!({ "name": name, "content": "x" })
}

fn sidecar(name: &str, content: &Value) -> Value {
    json!({ "name": name, "content": content.to_string(), "content_type": "application/json" })
}

/// Code, item and count of what was found, sorted.
fn issues(ended: &Ended) -> Vec<(String, String, u64)> {
    let events = events(ended);
    let text = |event: &Value, key: &str| event[key].as_str().unwrap_or_default().to_owned();
    let issues = events.iter().filter(|event| event["event"] == "issue");
    let mut issues: Vec<_> =
        issues.map(|one| (text(one, "code"), text(one, "item"), one["count"].as_u64().unwrap())).collect();
    issues.sort();
    issues
}

#[test]
fn later_sources_go_before_earlier_ones() {
    let described = json!({
        "name": "site-leeds/a.jpg", "content": "1234", "content_type": "image/jpeg",
        "metadata": {"operator": "ann", "split": "header", "lens": "header"}, "tags": {"split": "tag", "lens": "tag"},
    });
    let scene = Scene::set(
        "order",
        "rltf",
        vec![
            described,
            sidecar(
                "site-leeds/a.jpg.metadata.json",
                &json!({"lens": "sidecar", "lux": 5, "deep": {"a": [1]}, "mm": 1}),
            ),
            sidecar("site-leeds/a.metadata.json", &json!({"lens": "the other one"})),
            sidecar(
                "site-leeds/b.metadata.json",
                &json!({"lux": 7, "$encord": {"frames": {}},
                "imageMetadata": {"width": 3, "height": 2, "mime_type": "image/png", "fileSize": 9}}),
            ),
            blob("site-leeds/b.jpg"),
            blob("site-york/日本 c.jpg"),
            json!({"name": "site-york", "content": "", "metadata": {"hdi_isfolder": "true"}}),
        ],
    )
    .source("constants", "{ project = \"p\", site = \"constant\" }")
    .source("path", "\"site-{site}/{rest}\"")
    .source("blob_metadata", "true")
    .source("index_tags", "true")
    .source("sidecar", "\".metadata.json\"")
    .table(
        "labels.csv",
        "\u{feff}name;lux;vector;note;imageMetadata.width;imageMetadata.height\r\n\
         site-leeds/a.jpg;12;[0.5, 1];\"one; two\";640;480\r\n\
         site-york/日本 c.jpg;;;007;;\r\nsite-leeds/b.jpg;;;;;\r\n",
    );
    let scene = Scene { config: scene.config.clone().text("schema.keys", "lux", "number"), ..scene };
    let ended = scene.build().expect(0);
    let found: Vec<_> = issues(&ended).into_iter().filter(|(code, ..)| code != "metadata.unknown-key").collect();
    assert_eq!(found, []);
    assert_eq!(
        scene.metadata(),
        BTreeMap::from([
            (
                "site-leeds/a.jpg".to_owned(),
                json!({"project": "p", "site": "leeds", "operator": "ann", "split": "tag", "lens": "sidecar", "lux": 12,
                    "deep": {"a": [1]}, "mm": 1, "vector": [0.5, 1], "note": "one; two"})
            ),
            (
                "site-leeds/b.jpg".to_owned(),
                json!({"project": "p", "site": "leeds", "lux": 7, "$encord": {"frames": {}}})
            ),
            ("site-york/日本 c.jpg".to_owned(), json!({"project": "p", "site": "york", "note": "007"})),
        ])
    );
    let items = scene.items();
    let media = |title: &str| items[title]["imageMetadata"].clone();
    assert_eq!(
        media("site-leeds/a.jpg"),
        json!({"mime_type": "image/jpeg", "file_size": 4, "height": 480, "width": 640})
    );
    assert_eq!(media("site-leeds/b.jpg")["file_size"], 9);
    let manifest = events(&ended);
    assert_eq!(only(&manifest, "manifest")["items"], 3);
    assert!(!scene.home.path().join("first-pass").exists());
}

#[test]
fn what_does_not_fit_together_is_found_and_the_rest_goes_on() {
    let scene = Scene::set(
        "odd",
        "rl",
        vec![
            blob("a.jpg"),
            blob("b.jpg"),
            blob("c.jpg"),
            sidecar("b.jpg.metadata.json", &json!(["no object"])),
            sidecar("c.metadata.json", &json!({"imageMetadata": {"width": 1}})),
            sidecar("lost.metadata.json", &json!({})),
        ],
    )
    .source("sidecar", "\".metadata.json\"")
    .table("labels.csv", "name,site\na.jpg,leeds\na.jpg,york\ntorn\nB.jpg,hull\n");
    let ended = scene.build().expect(1);
    let expected = [
        ("csv.ragged", "labels.csv", 1),
        ("media.incomplete", "c.jpg", 1),
        ("metadata.no-row", "b.jpg", 2),
        ("metadata.orphan-sidecar", "lost.metadata.json", 1),
        ("metadata.sidecar", "b.jpg", 1),
        ("metadata.table-twins", "labels.csv", 1),
        ("metadata.unused-row", "labels.csv", 1),
    ];
    let expected = expected.map(|(code, item, count)| (code.to_owned(), item.to_owned(), count));
    assert_eq!(issues(&ended), expected);
    assert_eq!(scene.metadata()["a.jpg"], json!({"site": "leeds"}));
    for words in
        ["'b.jpg.metadata.json': it is not a JSON object", "lines 2 and 3 both name 'a.jpg'", "did you mean 'b.jpg'?"]
    {
        assert!(ended.stdout.contains(words), "{words}: {}", ended.stdout);
    }
}

#[test]
fn groups_have_a_row_by_their_key_or_equal_rows_of_their_frames() {
    let names = ["ct/1.dcm", "ct/2.dcm", "rig/x/1.png", "rig/x/2.png", "rig/y/1.png", "rig/y/2.png"];
    let mut scene = Scene::set("groups", "rl", names.into_iter().map(blob).collect()).table(
        "rows.jsonl",
        "{\"path\": \"ct\", \"study\": 7}\n{\"path\": \"rig/x/1.png\", \"side\": \"l\"}\n{\"path\": \"rig/x/2.png\", \"side\": \"l\"}\n\
         {\"path\": \"rig/y/1.png\", \"side\": \"l\"}\n{\"path\": \"rig/y/2.png\", \"side\": \"r\"}\n",
    );
    scene.config = scene
        .config
        .raw("[manifest.groups]", "type", "\"image-group\"")
        .raw("[manifest.groups]", "match", "\"rig/**\"")
        .raw("[manifest.groups]", "by", "\"directory\"");
    let ended = scene.build().expect(1);
    assert_eq!(issues(&ended), [("metadata.table-twins".to_owned(), "rig/y".to_owned(), 1)]);
    let found = scene.metadata();
    assert_eq!((&found["ct"], &found["rig/x"]), (&json!({"study": 7}), &json!({"side": "l"})));
}

#[test]
fn rows_are_joined_by_title_and_url_and_a_wrong_table_is_refused() {
    let scene = Scene::set("joins", "rl", vec![blob("a b.jpg")]);
    let url = format!("{}/joins/a%20b.jpg", scene.azurite.account_url().as_str().trim_end_matches('/'));
    let scene = scene.source("join", "\"url\"").table("t.json", &json!([{"objectUrl": url, "n": 1.5}]).to_string());
    scene.build().expect(0);
    assert_eq!(scene.metadata()["a b.jpg"], json!({"n": 1.5}));
    let scene = scene.source("join", "\"title\"").table("t.csv", "Title,n\na b.jpg,1.5\n");
    scene.build().expect(0);
    assert_eq!(scene.metadata()["a b.jpg"], json!({"n": "1.5"}));
    let scene = scene.table("t.csv", "label,n\na b.jpg,1.5\n");
    let ended = scene.build().expect(2);
    assert!(
        ended.stderr.contains("no column that names the items: title; its columns are label, n"),
        "{}",
        ended.stderr
    );
    std::fs::remove_file(scene.home.path().join("t.csv")).unwrap();
    assert!(scene.build().expect(2).stderr.contains("Could not read the metadata table"));
}

#[test]
fn a_group_gets_what_all_its_blobs_say_and_a_suffix_that_fits_nothing_is_told() {
    let described = |name: &str, tag: &str| {
        json!({"name": name, "content": "x", "metadata": {"site": "leeds", "split": "header"},
            "tags": {"split": "tag", "frame": tag}})
    };
    let blobs = vec![described("rig/1.png", "1"), described("rig/2.png", "2"), described("alone.png", "3")];
    let mut scene = Scene::set("said", "rltf", blobs)
        .source("constants", "{ split = \"constant\" }")
        .source("blob_metadata", "true")
        .source("index_tags", "true")
        .source("sidecar", "\".Metadata.json\"");
    scene.config = scene
        .config
        .raw("[manifest.groups]", "type", "\"image-group\"")
        .raw("[manifest.groups]", "match", "\"rig/**\"")
        .raw("[manifest.groups]", "by", "\"directory\"");
    let ended = scene.build().expect(0);
    let expected = [("metadata.frames", "rig", 1), ("metadata.no-sidecar", "", 2)];
    assert_eq!(issues(&ended), expected.map(|(code, item, count)| (code.to_owned(), item.to_owned(), count)));
    let found = scene.metadata();
    assert_eq!(found["rig"], json!({"split": "tag", "site": "leeds"}));
    assert_eq!(found["alone.png"], json!({"split": "tag", "site": "leeds", "frame": "3"}));
}
