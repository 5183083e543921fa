//! Cloud-synced folders.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use azure_to_encord::demo::encord::ItemKind;

use crate::encord_service::{
    client::{Client, INTEGRATION, options, uuid},
    stub::Stub,
    uploads::{MP4, PNG},
};

#[tokio::test]
async fn a_synced_folder_follows_its_container() {
    let stub = Stub::start().await;
    for name in
        ["in/a & b.png", "in/deep/é#1.png", "in/v.mp4", "in/t.txt", "in/x.dcm", "in/v.mp4.metadata.json", "out.png"]
    {
        stub.put(name, if name.ends_with("json") { br#"{"site":"leeds"}"#.to_vec() } else { MP4.to_vec() });
    }
    stub.put("in/empty.png", "");
    let client = Client::start(options(Some(stub.access()))).await;
    let remote = format!("{}in/", stub.url());
    let params = json!({ "integrationUuid": INTEGRATION, "remoteUrl": remote });
    let folder = client.folder(json!({ "name": "synced", "cloudSyncedFolderParams": params })).await;
    let read = client.get(&format!("storage/folders/{folder}")).await;
    assert_eq!((&read["folderType"], &read["remoteUrl"]), (&json!("cloudLinked"), &json!(remote)));

    let config = format!("storage/folders/{folder}/folder-config");
    let mut changed = client.get(&config).await;
    changed["metadataIngestion"] =
        json!({ "matcher": { "mode": "suffix", "suffix": ".metadata.json" }, "paused": false });
    client.post(&config, changed.clone()).await;
    assert_eq!(client.get(&config).await, changed);
    changed["metadataIngestion"]["matcher"]["suffix"] = json!("");
    assert_eq!(client.call(Method::POST, &config, Some(changed)).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    let sync = async || {
        let job = uuid(&client.post(&format!("storage/folders/{folder}/cloud-synced-folder-syncs"), Value::Null).await);
        client
            .get(&format!("storage/folders/{folder}/cloud-linked-folder-syncs/{job}/long-polling?timeoutSeconds=60"))
            .await
    };
    let first = sync().await;
    assert_eq!([&first["status"], &first["scanPagesProcessingDone"]], [&json!("done"), &json!(2)]);
    assert_eq!([&first["uploadJobsUnitsDone"], &first["uploadJobsUnitsError"]], [4, 1]);
    let items = client.server.items(folder);
    let seen: Vec<_> = items.iter().map(|item| (item.name.as_str(), item.kind)).collect();
    assert_eq!(
        seen,
        [
            ("a & b.png", ItemKind::Image),
            ("deep/é#1.png", ItemKind::Image),
            ("t.txt", ItemKind::PlainText),
            ("v.mp4", ItemKind::Video)
        ]
    );
    assert_eq!(items[1].urls, [format!("{}in/deep/%C3%A9%231.png", stub.url())]);
    assert_eq!(items[3].client_metadata["site"], "leeds");

    stub.remove("in/t.txt");
    stub.put("in/new.png", PNG);
    sync().await;
    let gone = || client.server.items(folder).iter().filter(|item| item.tombstone).count();
    assert_eq!((client.server.items(folder).len(), gone()), (5, 1));
    stub.put("in/t.txt", "back");
    sync().await;
    assert_eq!((client.server.items(folder).len(), gone()), (5, 0));
}

#[tokio::test]
async fn what_cannot_be_synced_is_refused() {
    let stub = Stub::start().await;
    let client = Client::start(options(Some(stub.access()))).await;
    let plain = client.folder(json!({ "name": "plain" })).await;
    let path = format!("storage/folders/{plain}/cloud-synced-folder-syncs");
    assert_eq!(client.call(Method::POST, &path, None).await.0, StatusCode::BAD_REQUEST);
    for (integration, remote, status) in [
        (plain, stub.url().to_owned(), StatusCode::FORBIDDEN),
        (INTEGRATION, "https://other.blob.core.windows.net/c/".to_owned(), StatusCode::BAD_REQUEST),
        (INTEGRATION, "c/".to_owned(), StatusCode::BAD_REQUEST),
    ] {
        let params = json!({ "integrationUuid": integration, "remoteUrl": remote });
        let body = json!({ "name": "s", "cloudSyncedFolderParams": params });
        assert_eq!(client.call(Method::POST, "storage/folders", Some(body)).await.0, status, "{remote}");
    }
}
