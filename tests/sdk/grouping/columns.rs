//! Groups by a column of the metadata table, and groups in which something is odd.

use azure_to_encord::demo::azure;
use serde_json::Value;
use time::Duration;

use crate::grouping::{build, frames};

#[tokio::test(flavor = "multi_thread")]
async fn files_are_grouped_by_the_table_and_what_is_odd_is_told() {
    let server = azure::Server::start(azure::Options::default()).await.unwrap();
    for name in ["a/10.jpg", "a/9.jpg", "b/9.jpg", "b/clip.mp4", "b/Thumbs.db", "c/only.jpg", "alone.jpg"] {
        server.put_blob("media", azure::StoredBlob::new(name, "content", "application/octet-stream"));
    }
    let sas = server.account_sas("rl", "sco", Duration::HOUR);
    let home = tempfile::tempdir().unwrap();
    let table = home.path().join("rigs.csv");
    std::fs::write(
        &table,
        "blob_name,rig\na/10.jpg,left\na/9.jpg,left\nb/9.jpg,right\nb/clip.mp4,right\nc/only.jpg,last\n",
    )
    .unwrap();
    let metadata = format!("{{ table = \"{}\" }}", table.display());
    let rules =
        [("groups", r#"[{ type = "image-group", match = "**", by = "column:rig" }]"#), ("metadata", metadata.as_str())];
    let built = build(home.path(), server.account_url().as_str(), "media", &sas, &rules);
    let groups: Vec<&Value> = built.manifest["image_groups"].as_array().unwrap().iter().collect();
    let titles: Vec<_> = groups.iter().map(|group| (group["title"].as_str().unwrap(), frames(group))).collect();
    assert_eq!(
        titles,
        [
            ("last", vec!["c/only.jpg".to_owned()]),
            ("left", vec!["a/9.jpg".to_owned(), "a/10.jpg".to_owned()]),
            ("right", vec!["b/9.jpg".to_owned(), "b/clip.mp4".to_owned()]),
        ]
    );
    let told: Vec<_> = built.findings.iter().map(|(code, item)| (code.as_str(), item.as_str())).collect();
    assert_eq!(told, [("group.mixed", "right"), ("group.single", "last"), ("metadata.no-row", "alone.jpg")]);
    assert_eq!(built.manifest["images"].as_array().unwrap().len(), 1);
    assert_eq!((built.skipped, built.code == Some(0)), (1, false));
}
