//! Folders, paging, the metadata schema, items after their registration.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::encord_service::client::{Client, INTEGRATION, options, uuid};

/// The names of all pages of a list.
async fn names(client: &Client, path: &str) -> (Vec<String>, usize) {
    let (mut names, mut pages, mut token) = (Vec::new(), 0, String::new());
    loop {
        let page = client.get(&format!("{path}{token}")).await;
        pages += 1;
        let results = page["results"].as_array().unwrap();
        names.extend(results.iter().map(|one| one["name"].as_str().unwrap().to_owned()));
        match page["nextPageToken"].as_str() {
            Some(next) => token = format!("&pageToken={next}"),
            None => return (names, pages),
        }
    }
}

#[tokio::test]
async fn folders_are_paged_searched_and_ordered() {
    let client = Client::start(options(None)).await;
    let top = client.folder(json!({ "name": "top", "clientMetadata": "{\"k\": 1}" })).await;
    let mut inner = Uuid::nil();
    for number in [3, 1, 4, 0, 2] {
        inner = client.folder(json!({ "name": format!("Cam {number}"), "parent": top })).await;
    }
    client.folder(json!({ "name": "cam deep", "parent": inner })).await;
    client.folder(json!({ "name": "zebra" })).await;

    let children = format!("storage/folders/{top}/folders?pageSize=2");
    let (found, pages) = names(&client, &format!("{children}&order=name")).await;
    assert_eq!((found, pages), (["Cam 0", "Cam 1", "Cam 2", "Cam 3", "Cam 4"].map(str::to_owned).to_vec(), 3));
    let (found, _) = names(&client, &format!("{children}&order=createdAt&desc=True")).await;
    assert_eq!(found, ["Cam 2", "Cam 0", "Cam 4", "Cam 1", "Cam 3"]);
    let (found, _) = names(&client, &format!("{children}&search=cam&isRecursive=True")).await;
    assert_eq!(found.len(), 6);
    assert_eq!(names(&client, "storage/folders?isRecursive=False").await.0, ["top", "zebra"]);
    assert_eq!(names(&client, "storage/search/folders?search=DEEP").await.0, ["cam deep"]);
    for size in ["0", "1001", "x"] {
        let path = format!("storage/folders?pageSize={size}");
        let (status, body) = client.call(Method::GET, &path, None).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(body["detail"][0]["loc"], json!(["query", "pageSize"]));
    }

    let read = client.get(&format!("storage/folders/{top}")).await;
    assert_eq!((&read["clientMetadata"], &read["folderType"]), (&json!(r#"{"k":1}"#), &json!("generic")));
    let deep = client.get("storage/search/folders?search=deep").await;
    let path = deep["results"][0]["pathToRoot"].as_array().unwrap();
    assert_eq!(path.iter().map(|one| one["name"].as_str().unwrap()).collect::<Vec<_>>(), ["cam deep", "Cam 2", "top"]);
    assert_eq!(client.server.folders().len(), 8);
}

#[tokio::test]
async fn folders_are_changed_refused_and_deleted_with_what_they_hold() {
    let client = Client::start(options(None)).await;
    let top = client.folder(json!({ "name": "top" })).await;
    let child = client.folder(json!({ "name": "child", "parent": top })).await;
    let status = async |method: Method, path: &str, body: Option<Value>| client.call(method, path, body).await.0;

    // Names need not be unique.
    let twin = client.folder(json!({ "name": "child", "parent": top })).await;
    assert_ne!(twin, child);
    let nowhere = json!({ "name": "x", "parent": Uuid::from_u128(1) });
    assert_eq!(status(Method::POST, "storage/folders", Some(nowhere)).await, StatusCode::FORBIDDEN);
    let (code, body) = client.call(Method::POST, "storage/folders", Some(json!({ "description": 3 }))).await;
    assert_eq!(code, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(body["detail"][0], json!({ "loc": ["body", "name"], "msg": "Field required", "type": "missing" }));
    assert_eq!(body["detail"][1]["loc"], json!(["body", "description"]));
    let unknown = format!("storage/folders/{}", Uuid::from_u128(1));
    assert_eq!(status(Method::GET, &unknown, None).await, StatusCode::FORBIDDEN);
    assert_eq!(status(Method::GET, "storage/folders/x", None).await, StatusCode::UNPROCESSABLE_ENTITY);

    let change = json!({ "name": "renamed", "clientMetadata": { "a": null } });
    let (code, body) = client.call(Method::PATCH, &format!("storage/folders/{child}"), Some(change)).await;
    assert_eq!(
        (code, &body["name"], &body["clientMetadata"]),
        (StatusCode::OK, &json!("renamed"), &json!(r#"{"a":null}"#))
    );
    let inside = json!({ "folderUuids": [top], "newParentUuid": child });
    assert_eq!(status(Method::POST, "storage/folders/move", Some(inside)).await, StatusCode::BAD_REQUEST);
    assert_eq!(status(Method::DELETE, &format!("storage/folders/{top}"), None).await, StatusCode::OK);
    assert_eq!(status(Method::GET, &format!("storage/folders/{child}"), None).await, StatusCode::FORBIDDEN);
    assert!(client.server.folders().is_empty());
}

#[tokio::test]
async fn the_schema_is_null_then_replaced_whole_and_checked() {
    const PATH: &str = "organisation/client-metadata-schema-v2";
    let client = Client::start(options(None)).await;
    assert_eq!(client.get(PATH).await, Value::Null);
    let recorded = json!({
        "a": {"ty": "variant", "hint": "varchar"}, "e": {"ty": "enum", "values": ["x", "y"]},
        "emb": {"ty": "embedding", "size": 512, "api": null}, "geo": {"ty": "geospatial", "later": 1},
        "gone": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
        "hard": {"ty": "tombstone", "deleted_ty": null}, "v": {"ty": "varchar", "max_length": 8192}
    });
    client.post(PATH, recorded.clone()).await;
    assert_eq!(client.get(PATH).await, recorded);
    let many: Vec<String> = (0..257).map(|n| n.to_string()).collect();
    for (key, bad) in [
        ("a", json!({"ty": "variant", "hint": "colour"})),
        ("a", json!({"ty": "embedding", "size": 4097})),
        ("a", json!({"ty": "embedding"})),
        ("a", json!({"ty": "enum", "values": []})),
        ("a", json!({"ty": "enum", "values": many})),
        ("a", json!({"hint": "text"})),
        ("a", json!({"ty": "tombstone", "deleted_ty": {"ty": "tombstone"}})),
        ("$a", json!({"ty": "text"})),
        ("keyframes", json!({"ty": "text"})),
        ("a", json!("text")),
    ] {
        let (status, body) = client.call(Method::POST, PATH, Some(json!({ key: bad }))).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{bad}");
        assert_eq!(body["detail"][0]["loc"][1], key);
    }
    client.post(PATH, json!({ "b": {"ty": "text"} })).await;
    assert_eq!(client.server.schema().unwrap(), json!({ "b": {"ty": "text"} }));
}

#[tokio::test]
async fn items_are_listed_changed_grouped_and_deleted() {
    let client = Client::start(options(None)).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let images: Vec<Value> = (0..5).map(|n| json!({ "objectUrl": format!("https://h/c/{n}.png") })).collect();
    let job = json!({
        "dataItems": {
            "images": images,
            "videos": [{ "objectUrl": "https://h/c/v.mp4", "title": "V", "clientMetadata": {"a_b": 1, "n": null} }],
            "imageGroups": [{ "title": "g", "images": [{ "url": "https://h/c/1.png" }, { "url": "https://h/c/2.png" }] }]
        },
        "integrationHash": INTEGRATION
    });
    let done = client.upload(folder, job).await;
    let uuids: Vec<Uuid> =
        done["itemsWithNames"].as_array().unwrap().iter().map(|one| uuid(&one["itemUuid"])).collect();
    let (found, pages) = names(&client, &format!("storage/folders/{folder}/items?itemTypes=image&pageSize=2")).await;
    assert_eq!(
        (found, pages),
        (["/c/0.png", "/c/1.png", "/c/2.png", "/c/3.png", "/c/4.png"].map(str::to_owned).to_vec(), 3)
    );
    let video = client.get(&format!("storage/folders/{folder}/items?itemTypes=video&signUrls=True")).await;
    assert_eq!(video["results"][0]["clientMetadata"], r#"{"a_b":1,"n":null}"#);
    assert_eq!(video["results"][0]["signedUrl"], "https://h/c/v.mp4");
    let summary = client.get(&format!("storage/folders/{folder}/summary")).await;
    assert_eq!([&summary["files"], &summary["images"], &summary["imageGroups"], &summary["uploadJobs"]], [7, 5, 1, 1]);

    let frames = client.get(&format!("storage/folders/{folder}/items/{}/child-items", uuids[6])).await;
    assert_eq!(frames["results"].as_array().unwrap().len(), 2);
    let patch = json!({ "itemPatches": { uuids[0]: { "name": "n", "clientMetadata": {"x": 1} } } });
    client.call(Method::PATCH, "storage/items/patch-bulk", Some(patch)).await;
    let bulk = client.post("storage/items/get-bulk", json!({ "itemUuids": [uuids[5], uuids[0]] })).await;
    assert_eq!([&bulk["results"][0]["name"], &bulk["results"][1]["name"]], ["V", "n"]);
    assert_eq!(bulk["results"][1]["clientMetadata"], r#"{"x":1}"#);

    let groups = format!("storage/folders/{folder}/create-group-items");
    let made =
        client.post(&groups, json!([{ "layoutType": "default-list", "layoutContents": [uuids[0], uuids[1]] }])).await;
    assert_eq!(made.as_array().unwrap().len(), 1);
    let many = json!([{ "layoutType": "default-grid", "layoutContents": vec![uuids[0]; 13] }]);
    assert_eq!(client.call(Method::POST, &groups, Some(many)).await.0, StatusCode::UNPROCESSABLE_ENTITY);

    let gone = json!({ "childUuids": [uuids[6], uuids[0]], "removeUnusedFrames": true });
    let removed = client.post(&format!("storage/folders/{folder}/items/delete"), gone).await;
    assert_eq!(removed["removedItemsCount"], 4);
    assert_eq!(client.call(Method::GET, &format!("storage/items/{}", uuids[0]), None).await.0, StatusCode::FORBIDDEN);
    assert_eq!(client.server.items(folder).len(), 6);
}
