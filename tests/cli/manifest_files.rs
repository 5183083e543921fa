//! Manifests from files and into files, by the built program: nothing here needs a service.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    config::ConfigText,
    events::{events, only},
    program::{Ended, program, run},
};

const BASE: &str = "https://acme.blob.core.windows.net/raw";
/// Reads and lists, and no more.
const READER: &str = "sv=2026-04-06&ss=b&srt=co&sp=rl&se=2036-01-01T00%3A00%3A00Z&sig=c2VjcmV0";
const WRITER: &str = "sv=2026-04-06&ss=b&srt=co&sp=rlwac&se=2036-01-01T00%3A00%3A00Z&sig=c2VjcmV0";

struct Bench {
    home: TempDir,
    config: ConfigText,
    sas: &'static str,
}

impl Bench {
    fn new() -> Bench {
        let config = ConfigText::default().text("azure", "account", "acme").text("azure", "container", "raw").text(
            "azure",
            "sas_token_env",
            "FILES_SAS",
        );
        Bench { home: tempfile::tempdir().unwrap(), config, sas: READER }
    }

    /// One whose items come from this file.
    fn of_file(name: &str, content: &str) -> Bench {
        let mut bench = Bench::new();
        bench.write(name, content);
        bench.config = bench.config.text("manifest", "source", "file").text("manifest", "file", name);
        bench
    }

    fn path(&self, name: &str) -> String {
        self.home.path().join(name).to_str().unwrap().to_owned()
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn json(&self, name: &str) -> Value {
        serde_json::from_str(&self.read(name)).unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Ended {
        self.config.write(self.home.path(), "site.toml");
        run(program(self.home.path(), arguments).env("FILES_SAS", self.sas).current_dir(self.home.path()))
    }

    fn build(&self, more: &[&str]) -> Ended {
        self.run(&[&["manifest", "build", "site.toml"], more].concat())
    }
}

fn codes(ended: &Ended) -> Vec<(String, u64)> {
    let events = events(ended);
    let issues = events.iter().filter(|event| event["event"] == "issue");
    issues.map(|one| (one["code"].as_str().unwrap().to_owned(), one["count"].as_u64().unwrap())).collect()
}

#[test]
fn a_table_goes_with_the_items_of_a_file_by_blob_title_and_url() {
    let items = json!({
        "images": [
            {"objectUrl": format!("{BASE}/site%20a/1.jpg"), "title": "one", "clientMetadata": {"split": "file", "own": 1}},
            {"objectUrl": format!("{BASE}/site%20a/2.jpg"), "title": "two"},
        ],
        "image_groups": [{"title": "rig", "createVideo": false, "objectUrl_0": format!("{BASE}/r/1.jpg"),
            "objectUrl_1": format!("{BASE}/r/2.jpg")}],
        "time_series": [{"objectUrl": format!("{BASE}/imu.csv"), "title": "imu"}],
    });
    let mut bench = Bench::of_file("items.json", &items.to_string());
    bench.config = bench
        .config
        .raw(
            "manifest",
            "types",
            "[{ match = \"*.csv\", type = \"time-series\", settings = { channels = { v = { lineWidth = 2 } } } }]",
        )
        .text("manifest.metadata", "path", "{folder}/{rest}")
        .raw("manifest.metadata", "constants", "{ project = \"p\", split = \"constant\" }");
    for (join, table) in [
        ("name", "name,split\nsite a/1.jpg,x\nsite a/2.jpg,y\nrig,z\nimu.csv,w\n".to_owned()),
        ("title", "title,split\none,x\ntwo,y\nrig,z\nimu,w\n".to_owned()),
        (
            "url",
            format!(
                "url,split\n{BASE}/site%20a/1.jpg,x\n{BASE}/site%20a/2.jpg,y\n{BASE}/r/1.jpg,z\n{BASE}/r/2.jpg,z\n{BASE}/imu.csv,w\n"
            ),
        ),
    ] {
        bench.write("labels.csv", &table);
        bench.config = bench.config.clone().text("manifest.metadata", "table", "labels.csv").text(
            "manifest.metadata",
            "join",
            join,
        );
        let ended = bench.build(&["-o", "out.json", "--force", "--json"]).expect(0);
        // The one that lies in no folder.
        assert_eq!(codes(&ended), [("metadata.path".to_owned(), 1)], "{join}");
        let built = bench.json("out.json");
        assert_eq!(
            built["images"][0]["clientMetadata"],
            json!({"split": "x", "own": 1, "project": "p", "folder": "site a"}),
            "{join}"
        );
        assert_eq!(built["images"][1]["clientMetadata"]["split"], "y", "{join}");
        assert_eq!(built["image_groups"][0]["clientMetadata"]["split"], "z", "{join}");
        assert_eq!(built["time_series"][0]["clientMetadata"]["split"], "w", "{join}");
        assert_eq!(built["time_series"][0]["settings"]["channels"]["v"]["lineWidth"], 2);
    }
    // What has no row is counted once, and called by what the table would call it.
    bench.write("labels.csv", "name,split\nsite a/1.jpg,x\n");
    bench.config = bench.config.clone().text("manifest.metadata", "join", "name");
    let ended = bench.build(&["-o", "out.json", "--force"]).expect(0);
    assert!(ended.stderr.contains("no row for site a/2.jpg, rig, imu.csv\n"), "{}", ended.stderr);
    assert!(ended.stdout.contains("Read 4 items from items.json: 4 taken"), "{}", ended.stdout);
}

#[test]
fn what_a_file_cannot_tell_is_refused_and_prefixes_choose_among_its_items() {
    let bench = Bench::of_file("list.urls", &format!("{BASE}/a/1.jpg\n{BASE}/b/2.jpg\n"));
    for (section, key, value, part) in [
        (
            "manifest",
            "groups",
            "[{ type = \"image-group\", match = \"*\", by = \"directory\" }]",
            "[[manifest.groups]]",
        ),
        ("manifest.metadata", "sidecar", "\".json\"", "sidecar"),
        ("manifest.metadata", "blob_metadata", "true", "blob_metadata"),
        ("manifest", "max_size", "9", "max_size"),
    ] {
        let bench = Bench { config: bench.config.clone().raw(section, key, value), ..Bench::of_file("list.urls", "") };
        let ended = bench.build(&["-o", "out.json"]).expect(2);
        assert!(ended.stderr.contains(part) && ended.stderr.contains("does not go with"), "{}", ended.stderr);
    }
    let bench = Bench { config: bench.config.clone().raw("manifest", "prefixes", "[\"b/\"]"), ..bench };
    let ended = bench.build(&["-o", "out.json", "--json"]).expect(0);
    assert_eq!(only(&events(&ended), "listing")["items"], 1);
    assert!(bench.read("out.json").contains("/b/2.jpg"));
}

#[test]
fn options_of_a_file_that_the_config_overrules_are_told() {
    let items = json!({"images": [{"objectUrl": format!("{BASE}/1.jpg")}], "skip_duplicate_urls": false, "upsert_metadata": false});
    let bench = Bench::of_file("items.json", &items.to_string());
    let ended = bench.build(&["-o", "out.json"]).expect(0);
    let said = "The file says skip_duplicate_urls = false, which [upload] sets to true: what [upload] says counts.";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert_eq!(bench.json("out.json")["skip_duplicate_urls"], true);
}

#[test]
fn a_token_that_cannot_write_is_told_where_a_sequence_needs_it() {
    let items = json!({"image_groups": [{"title": "s", "createVideo": true, "objectUrl_0": format!("{BASE}/1.jpg"),
        "objectUrl_1": format!("{BASE}/2.jpg")}]});
    let mut bench = Bench::of_file("items.json", &items.to_string());
    // Encord may have another credential: a warning, and no more.
    let ended = bench.build(&["-o", "out.json", "--json"]).expect(0);
    assert_eq!(codes(&ended), [("sequence.no-write".to_owned(), 1)]);
    let check = ["manifest", "check", "items.json", "--config", "site.toml"];
    let ended = bench.run(&check).expect(0);
    assert!(ended.stdout.contains("warning[sequence.no-write]"), "{}", ended.stdout);
    bench.sas = WRITER;
    assert!(!bench.run(&check).expect(0).stdout.contains("sequence"));
    let ended = bench.build(&["-o", "out.json", "--json", "--force"]).expect(0);
    assert_eq!(codes(&ended), []);
}

#[test]
fn nothing_is_overwritten_unless_it_is_asked_for_and_findings_lie_beside_each_output() {
    let bench = Bench::of_file("items.csv", &format!("ObjectURL,Image title\n{BASE}/a b.jpg,a\n{BASE}/b.jpg,b\n"));
    let ended = bench.build(&["-o", "m.json"]).expect(1);
    let said =
        "m.json was written all the same, the item that has errors included; because of the errors the exit code is 1.";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert_eq!(bench.json("m.json")["images"].as_array().unwrap().len(), 2);
    let findings = bench.read("m.json.findings.jsonl");
    assert!(findings.contains("url.whitespace"));
    bench.write("m.csv.findings.jsonl", "of m.csv");

    for arguments in [
        &["manifest", "build", "site.toml", "-o", "m.json"][..],
        &["manifest", "convert", "items.csv", "m.json", "--lenient"],
    ] {
        bench.write("m.json", "precious");
        let ended = bench.run(arguments).expect(2);
        assert!(
            ended.stderr.contains("m.json is there already") && ended.stderr.contains("--force"),
            "{}",
            ended.stderr
        );
        assert_eq!(bench.read("m.json"), "precious");
        bench.run(&[arguments, &["--force"]].concat());
        assert_ne!(bench.read("m.json"), "precious");
        assert_eq!(bench.read("m.csv.findings.jsonl"), "of m.csv");
    }
    bench.write("p-001.json", "precious");
    let ended = bench.run(&["manifest", "convert", "items.csv", "p.json", "--split", "--lenient"]).expect(2);
    assert!(ended.stderr.contains("p-001.json is there already"), "{}", ended.stderr);

    for arguments in [
        &["manifest", "build", "site.toml", "-o", "missing/m.json"][..],
        &["manifest", "convert", "items.csv", "missing/m.json"],
    ] {
        let ended = bench.run(arguments).expect(2);
        assert!(ended.stderr.contains("the directory missing does not exist"), "{}", ended.stderr);
        assert!(!ended.stderr.contains(".manifest-"), "{}", ended.stderr);
    }
}

#[test]
fn convert_tells_where_the_mistakes_are_and_how_much_is_left_out() {
    let mut bench = Bench::new();
    let lines = format!(
        "{{\"objectUrl\": \"{BASE}/1.jpg\", \"clientMetadata\": {{\"n\": \"many\", \"m\": 1}}}}\n\
         {{\"objectUrl\": \"{BASE}/x y.jpg\"}}\n{{\"objectUrl\": \"{BASE}/unknown\"}}\n"
    );
    bench.write("items.jsonl", &lines);
    let ended = bench.run(&["manifest", "convert", "items.jsonl", "out.json"]).expect(1);
    for part in [
        "items.jsonl:2:",
        "error[url.whitespace]",
        "items.jsonl:3:1: error[type.unknown]",
        "    fix: ",
        "3 items, 2 errors",
    ] {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
    assert!(ended.stdout.is_empty() && !std::path::Path::new(&bench.path("out.json")).exists(), "{}", ended.stdout);

    bench.config = bench.config.text("schema.keys", "n", "number");
    let ended =
        bench.run(&["manifest", "convert", "items.jsonl", "out.json", "--lenient", "--config", "site.toml"]).expect(0);
    assert!(
        ended.stderr.contains("items.jsonl:1:") && ended.stderr.contains("error[metadata.type]"),
        "{}",
        ended.stderr
    );
    // A key that the schema lacks is placed where it stands first.
    let column = lines.lines().next().unwrap().find("1}}").unwrap() + 1;
    let place = format!("items.jsonl:1:{column}: warning[metadata.unknown-key]");
    assert!(ended.stderr.contains(&place), "{place}: {}", ended.stderr);
    let said = "1 of the 3 items of items.jsonl is not in out.json";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    assert!(ended.stdout.contains("2 items in out.json"), "{}", ended.stdout);

    let ended =
        bench.run(&["manifest", "convert", "items.jsonl", "out.json", "--lenient", "--force", "--json"]).expect(0);
    let told = events(&ended);
    let issue = told.iter().find(|event| event["code"] == "type.unknown").unwrap();
    assert_eq!((&issue["line"], &issue["column"]), (&json!(3), &json!(1)));
    assert_eq!((&only(&told, "dropped")["items"], &only(&told, "manifest")["items"]), (&json!(1), &json!(2)));
}

#[test]
fn index_tags_that_may_not_be_read_are_told_with_the_permission_to_add() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = format!("http://{}/acme", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{BufRead as _, Write as _};
        let body = "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthorizationPermissionMismatch</Code>\
                    <Message>This request is not authorized to perform this operation using this permission.</Message></Error>";
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let lines = std::io::BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let _ = lines.take_while(|line| !line.is_empty()).count();
            let head = format!(
                "HTTP/1.1 403 Forbidden\r\nx-ms-error-code: AuthorizationPermissionMismatch\r\ncontent-type: application/xml\r\n\
                 content-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            let _ = stream.write_all(head.as_bytes());
        }
    });
    let mut bench = Bench::new();
    bench.config = ConfigText::default()
        .text("azure", "endpoint", endpoint)
        .text("azure", "container", "raw")
        .text("azure", "sas_token_env", "FILES_SAS")
        .raw("manifest.metadata", "index_tags", "true");
    let ended = bench.build(&["-o", "out.json"]).expect(4);
    for part in
        ["The index tags of the blobs cannot be read.", "using this permission", "Tags (ft)", "index_tags = false"]
    {
        assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
    }
}

#[test]
fn what_is_known_of_frames_is_kept_where_a_form_holds_it_and_told_where_it_does_not() {
    let frame = |name: &str| json!({"url": format!("{BASE}/{name}"), "imageMetadata": {"mimeType": "image/jpeg", "fileSize": 9, "height": 2, "width": 3}});
    let items =
        json!({"imageGroups": [{"title": "rig", "createVideo": false, "images": [frame("1.jpg"), frame("2.jpg")]}]});
    let bench = Bench::of_file("items.json", &items.to_string());
    let ended = bench.build(&["-o", "out.json"]).expect(0);
    let said = "1 items, the first 'rig', have titles or media metadata for their frames, which this form cannot hold. \
                Write a .json with --form data-items, or a .jsonl.";
    assert!(ended.stderr.contains(said), "{}", ended.stderr);
    let ended = bench.build(&["-o", "sdk.json", "--form", "data-items"]).expect(0);
    assert!(!ended.stderr.contains("cannot hold"), "{}", ended.stderr);
    assert_eq!(bench.json("sdk.json")["imageGroups"][0]["images"][1]["imageMetadata"]["width"], 3);
    bench.build(&["-o", "out.csv", "--form", "data-items"]).expect(2);
}
