//! Strict client-only access: what needs Encord's servers to read the files is refused before anything is sent.

use azure_to_encord::demo::{azure, encord::Pace};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use tempfile::TempDir;
use time::Duration;

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    events::{events, only},
    program::{Ended, program, run},
};

struct Bench {
    azure: azure::Server,
    encord: Encord,
    home: TempDir,
    sas: SecretString,
}

impl Bench {
    async fn set(names: &[&str]) -> Bench {
        let azure = azure::Server::start(azure::Options::default()).await.unwrap();
        for name in names {
            azure.put_blob("media", azure::StoredBlob::new(*name, "content", "application/octet-stream"));
        }
        let sas = azure.account_sas("rl", "sco", Duration::HOUR);
        let encord = Encord::start(None, Pace::Unlimited).await;
        Bench { azure, encord, home: tempfile::tempdir().unwrap(), sas }
    }

    fn config(&self, strict: bool) -> ConfigText {
        ConfigText::default()
            .text("encord", "domain", self.encord.recorder.url())
            .text("encord", "ssh_key_file", self.encord.key_file().to_str().unwrap())
            .text("encord", "integration", INTEGRATION)
            .raw("encord", "strict_client_only", if strict { "true" } else { "false" })
            .text("azure", "endpoint", self.azure.account_url())
            .text("azure", "container", "media")
            .text("azure", "sas_token_env", "STRICT_SAS")
            .text("folder", "path", "Raw")
    }

    fn build(&self, config: &ConfigText) -> Ended {
        let config = config.write(self.home.path(), "case.toml");
        let out = self.home.path().join("out.json");
        let arguments =
            ["manifest", "build", config.to_str().unwrap(), "-o", out.to_str().unwrap(), "--json", "--force"];
        run(program(self.home.path(), &arguments).env("STRICT_SAS", self.sas.expose_secret()))
    }

    fn import(&self, config: &ConfigText) -> Ended {
        let config = config.write(self.home.path(), "case.toml");
        let arguments = ["run", config.to_str().unwrap(), "--yes", "--json"];
        run(program(self.home.path(), &arguments).env("STRICT_SAS", self.sas.expose_secret()))
    }
}

fn issues(events: &[Value]) -> Vec<(String, String, u64)> {
    let issues = events.iter().filter(|event| event["event"] == "issue" && event["severity"] == "error");
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    issues.map(|one| (text(&one["code"]), text(&one["item"]), one["count"].as_u64().unwrap())).collect()
}

const GROUPS: &str = r#"[{ type = "image-sequence", match = "seq/**", by = "directory" },
                         { type = "image-group", match = "rig/**", by = "directory" }]"#;

#[tokio::test(flavor = "multi_thread")]
async fn what_encord_would_have_to_read_or_make_stops_the_import_before_anything_is_sent() {
    let names = ["a.mp4", "b.jpg", "c.mp3", "d.pdf", "e.txt", "ct/1.dcm", "seq/1.jpg", "seq/2.jpg", "rig/1.jpg"];
    let bench = Bench::set(&names).await;
    let config = bench.config(true).raw("manifest", "groups", &GROUPS.replace('\n', " "));
    let config = config.text("manifest", "probe_media", "never");
    for ended in [bench.build(&config), bench.import(&config)] {
        let ended = ended.expect(1);
        let events = events(&ended);
        let manifest = only(&events, "manifest");
        assert_eq!((&manifest["items"], &manifest["errors"]), (&Value::from(8), &Value::from(5)));
        let expected = [("strict.sequence", "seq", 1), ("strict.media-metadata", "a.mp4", 4)];
        assert_eq!(issues(&events), expected.map(|(code, item, count)| (code.to_owned(), item.to_owned(), count)));
        for words in [
            "5 of 8 items cannot be registered as they are",
            "image sequences are made on Encord's servers, which strict client-only access forbids",
            "4 errors, the first for 'a.mp4'",
            "strict_client_only = false",
        ] {
            assert!(ended.stderr.contains(words), "{words}: {}", ended.stderr);
        }
        assert_eq!(only(&events, "error")["exit"], 1);
    }
    assert!(bench.encord.server.folders().is_empty() && bench.encord.recorder.jobs().is_empty());

    let lenient = bench.build(&bench.config(false)).expect(0);
    assert_eq!(only(&events(&lenient), "manifest")["errors"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_that_need_no_media_metadata_are_imported() {
    let bench = Bench::set(&["d.pdf", "e.txt", "f.nii", "ct/1.dcm", "ct/2.dcm", "g.pcd"]).await;
    let config = bench.config(true);
    let built = bench.build(&config).expect(0);
    let built = events(&built);
    assert_eq!((&only(&built, "manifest")["items"], &only(&built, "manifest")["errors"]), (&5.into(), &0.into()));
    bench.import(&config).expect(0);
    assert_eq!(bench.encord.items("Raw").len(), 5);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_metadata_is_read_from_the_blobs_where_it_is_mandatory() {
    let bench = Bench::set(&["broken.png", "d.pdf"]).await;
    for (name, content) in [
        ("a.mp4", &include_bytes!("../../assets/demo/clip.mp4")[..]),
        ("b.jpg", include_bytes!("../../assets/demo/frame1.jpg")),
        ("c.flac", include_bytes!("../../assets/demo/tone.flac")),
        ("rig/1.webp", include_bytes!("../../assets/demo/frame.webp")),
        ("rig/2.jpg", include_bytes!("../../assets/demo/frame2.jpg")),
    ] {
        bench.azure.put_blob("media", azure::StoredBlob::new(name, content, "application/octet-stream"));
    }
    let groups = r#"[{ type = "image-group", match = "rig/**", by = "directory" }]"#;
    let config = bench.config(true).raw("manifest", "groups", groups);
    let ended = bench.build(&config).expect(1);
    let found = issues(&events(&ended));
    let expected = [("strict.media-metadata", "broken.png", 1), ("media.unreadable", "broken.png", 1)];
    assert_eq!(found, expected.map(|(code, item, count)| (code.to_owned(), item.to_owned(), count)));
    assert!(ended.stderr.contains("the file ends too early"), "{}", ended.stderr);

    let config = config.raw("manifest", "exclude", r#"["broken.png"]"#);
    bench.import(&config).expect(0);
    let jobs = bench.encord.recorder.jobs();
    let of = |list: &str| jobs.iter().find_map(|job| job["dataItems"][list].get(0).cloned()).unwrap();
    assert_eq!(of("videos")["videoMetadata"]["width"], 320);
    assert_eq!(of("images")["imageMetadata"]["mimeType"], "image/jpeg");
    assert_eq!(of("audio")["audioMetadata"]["codec"], "flac");
    let frames = of("imageGroups")["images"].clone();
    assert_eq!(
        (&frames[0]["imageMetadata"]["width"], &frames[1]["imageMetadata"]["height"]),
        (&320.into(), &180.into())
    );
}
