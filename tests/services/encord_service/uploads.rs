//! Upload jobs: what is registered, what is refused and how, duplicates, cancelling, waiting.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use azure_to_encord::demo::encord::{ItemKind, Pace};

use crate::encord_service::{
    client::{Client, INTEGRATION, counts, options, uuid},
    stub::Stub,
};

pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01";
pub(crate) const MP4: &[u8] = b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2";

/// The beginning of a DICOM file of the given study.
pub(crate) fn dicom(study: &str) -> Vec<u8> {
    let mut file = vec![0; 128];
    file.extend(b"DICM\x02\0\x10\0UI\x14\x001.2.840.10008.1.2.1\0");
    for (element, value) in [(0x0D_u8, study), (0x0E, "9.8.76")] {
        file.extend([0x20, 0, element, 0]);
        file.extend(b"UI");
        file.extend(u16::try_from(value.len()).unwrap().to_le_bytes());
        file.extend(value.as_bytes());
    }
    file
}

#[tokio::test]
async fn every_type_is_registered_in_both_forms() {
    let stub = Stub::start().await;
    let [png, mp4, mp3, pdf, txt, nii, pcd] = [
        stub.put("i.png", PNG),
        stub.put("v.mp4", MP4),
        stub.put("a.mp3", &b"ID3\x04\0\0"[..]),
        stub.put("d.pdf", &b"%PDF-1.7\n"[..]),
        stub.put("t.txt", &b"BMW, wheels"[..]),
        stub.put("n.nii.gz", &b"\x1f\x8b\x08\0\0\0"[..]),
        stub.put("p.pcd", &b"# .PCD v0.7"[..]),
    ];
    let slices = [stub.put("1.dcm", dicom("1.2.34")), stub.put("2.dcm", dicom("1.2.34"))];
    let client = Client::start(options(Some(stub.access()))).await;

    let typed = json!({
        "videos": [{ "objectUrl": mp4 }], "images": [{ "objectUrl": png, "title": "I", "imageMetadata":
            {"mimeType": "image/png", "fileSize": 1, "height": 2, "width": 3} }],
        "imageGroups": [{ "title": "g", "images": [{ "url": png }, { "url": png }], "createVideo": false },
                        { "title": "s", "images": [{ "url": png }], "createVideo": true }],
        "dicomSeries": [{ "title": "ct", "dicomFiles": [{ "url": slices[0] }, { "url": slices[1] }] }],
        "audio": [{ "objectUrl": mp3 }], "text": [{ "objectUrl": txt }], "pdf": [{ "objectUrl": pdf }],
        "nifti": [{ "objectUrl": nii }], "timeSeries": [{ "objectUrl": txt, "settings": {"channels": {}} }],
        "scenes": [{ "title": "sc", "scene": { "url": pcd, "format": "pcd" } }],
        "imageGroupsFromItems": [], "skipDuplicateUrls": false, "upsertMetadata": false
    });
    let raw = json!({
        "videos": [{ "objectUrl": mp4, "title": null, "videoMetadata": {"fps": 25.0, "duration": 1, "width": 2,
            "height": 3, "file_size": 4, "mime_type": "video/mp4"} }],
        "images": [{ "objectUrl": png, "title": "I" }],
        "image_groups": [{ "title": "g", "objectUrl_1": png, "objectUrl_0": png },
                         { "title": "s", "objectUrl_0": png, "createVideo": true }],
        "dicom_series": [{ "title": "ct", "objectUrl_0": slices[0], "objectUrl_1": slices[1] }],
        "audio": [{ "objectUrl": mp3 }], "text": [{ "objectUrl": txt }], "pdfs": [{ "objectUrl": pdf }],
        "nifti": [{ "objectUrl": nii }], "time_series": [{ "objectUrl": txt }],
        "scenes": [{ "title": "sc", "scene": pcd }], "skip_duplicate_urls": false
    });
    use ItemKind::{
        Audio, DicomSeries, Image, ImageGroup, ImageSequence, Nifti, Pdf, PlainText, Scene, Timeseries, Video,
    };
    let expected =
        [Video, Image, ImageGroup, ImageSequence, DicomSeries, Audio, PlainText, Pdf, Nifti, Timeseries, Scene];
    for (key, items) in [("dataItems", typed), ("externalFiles", raw)] {
        let folder = client.folder(json!({ "name": key })).await;
        let body = json!({ key: items, "integrationHash": INTEGRATION, "ignoreErrors": true, "fileName": "up.json" });
        let job = client.upload(folder, body).await;
        assert_eq!(counts(&job), [0, 11, 0, 0], "{job}");
        assert_eq!((&job["status"], &job["fileName"]), (&json!("DONE"), &json!("up.json")));
        let items = client.server.items(folder);
        assert_eq!(items.iter().map(|item| item.kind).collect::<Vec<_>>(), expected);
        assert_eq!(items[4].urls, slices);
        assert_eq!((items[0].name.as_str(), items[1].name.as_str()), ("/acct/box/v.mp4", "I"));
    }
}

#[tokio::test]
async fn each_unit_fails_for_its_own_reason_and_the_others_go_on() {
    let stub = Stub::start().await;
    let (good, png, empty, cold) =
        (stub.put("v.mp4", MP4), stub.put("x.mp4", PNG), stub.put("e.mp4", ""), stub.put("cold.mp4", MP4));
    stub.archive("cold.mp4");
    let slices = [stub.put("1.dcm", dicom("1.2.34")), stub.put("2.dcm", dicom("1.2.35"))];
    let base = stub.url().to_owned();
    let elsewhere = "http://127.0.0.1:1/acct/box/v.mp4";
    let videos: Vec<Value> = [
        (good.clone(), ""),
        (png, "Expected a video, got a file of type image/png"),
        (empty, "The file is empty"),
        (cold, "Archive access tier"),
        (format!("{base}none.mp4"), "Object not found: "),
        (format!("{base}secret/v.mp4"), "SAS token"),
        (format!("{base}a b.mp4"), "whitespace"),
        (elsewhere.to_owned(), "not in the storage of this integration"),
        (base.replace("/box/", "/boxes/") + "v.mp4", "not in the storage of this integration"),
        (format!("{good}?sv=1&sig=s3cret"), "query"),
    ]
    .map(|(url, error)| json!({ "objectUrl": url, "clientMetadata": { "error": error } }))
    .to_vec();
    let client = Client::start(options(Some(stub.access()))).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let body = json!({
        "dataItems": { "videos": videos, "dicomSeries": [{ "title": "ct", "dicomFiles": [{ "url": slices[0] }, { "url": slices[1] }] }] },
        "integrationHash": INTEGRATION, "ignoreErrors": true
    });
    let job = client.upload(folder, body).await;
    assert_eq!((counts(&job), &job["status"]), ([0, 1, 10, 0], &json!("DONE")));
    let errors = job["unitErrors"].as_array().unwrap();
    for (video, error) in videos[1..].iter().zip(errors) {
        assert_eq!(error["objectUrls"], json!([video["objectUrl"]]));
        let expected = video["clientMetadata"]["error"].as_str().unwrap();
        assert!(error["error"].as_str().unwrap().contains(expected), "{error}");
        assert!(error["actionDescription"].as_str().unwrap().starts_with("Registering the video. "));
        uuid(&error["subtaskUuid"]);
    }
    let series = "The value of DICOM tag 'StudyInstanceUID' should be consistent across files in a series";
    assert_eq!((&errors[9]["error"], &errors[9]["objectUrls"]), (&json!(series), &json!(slices)));
    assert!(!job["errors"].to_string().contains("sig="), "{job}");
    assert_eq!(client.server.items(folder).len(), 1);
}

#[tokio::test]
async fn duplicates_are_skipped_in_the_same_folder_only_and_upsert_needs_the_flag() {
    let client = Client::start(options(None)).await;
    let (one, two) = (client.folder(json!({ "name": "1" })).await, client.folder(json!({ "name": "2" })).await);
    let body = |skip: bool, upsert: bool, value: u32| {
        json!({ "dataItems": {
            "images": [{ "objectUrl": "https://h/c/a.png", "clientMetadata": { "v": value } },
                       { "objectUrl": "https://h/c/b.png" }],
            "imageGroups": [{ "title": "g", "images": [{ "url": "https://h/c/a.png" }] }],
            "skipDuplicateUrls": skip, "upsertMetadata": upsert }, "integrationHash": INTEGRATION })
    };
    let value = |at: usize| client.server.items(one)[at].client_metadata["v"].clone();
    assert_eq!(client.upload(one, body(true, true, 1)).await["itemsWithNames"].as_array().unwrap().len(), 3);
    let again = client.upload(one, body(true, false, 2)).await;
    assert_eq!((counts(&again), &again["itemsWithNames"]), ([0, 3, 0, 0], &json!([])));
    assert_eq!(value(0), 1);
    client.upload(one, body(true, true, 3)).await;
    assert_eq!(value(0), 3);
    assert_eq!(client.server.items(one).len(), 3);
    client.upload(two, body(true, false, 4)).await;
    assert_eq!(client.server.items(two).len(), 3);
    client.upload(one, body(false, true, 5)).await;
    assert_eq!((client.server.items(one).len(), value(0)), (6, json!(3)));
}

#[tokio::test]
async fn without_ignore_errors_the_first_error_ends_the_job() {
    let stub = Stub::start().await;
    let good = stub.put("i.png", PNG);
    let images: Vec<Value> = (0..30)
        .map(|n| json!({ "objectUrl": if n == 10 { format!("{}none.png", stub.url()) } else { good.clone() } }))
        .collect();
    let client = Client::start(options(Some(stub.access()))).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let job = client.upload(folder, json!({ "dataItems": { "images": images }, "integrationHash": INTEGRATION })).await;
    assert_eq!((counts(&job), &job["status"]), ([0, 10, 1, 19], &json!("ERROR")));
    assert!(job["errors"][0].as_str().unwrap().starts_with("Object not found: "));
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(client.server.items(folder).len(), 10);
}

#[tokio::test]
async fn a_cancelled_job_keeps_what_it_has_done_and_wakes_who_waits() {
    let client =
        Client::start(azure_to_encord::demo::encord::Options { pace: Pace::PerSecond(40.0), ..options(None) }).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let images: Vec<Value> = (0..4000).map(|n| json!({ "objectUrl": format!("https://h/c/{n}.png") })).collect();
    let jobs = format!("storage/folders/{folder}/data-upload-jobs");
    let job =
        uuid(&client.post(&jobs, json!({ "dataItems": { "images": images }, "integrationHash": INTEGRATION })).await);
    let poll = format!("{jobs}/{job}?timeoutSeconds=");
    let early = client.get(&format!("{poll}0")).await;
    let later = client.get(&format!("{poll}1")).await;
    assert_eq!(later["status"], "PENDING");
    assert!(counts(&later)[1] > counts(&early)[1] && counts(&later)[0] < 4000, "{early} {later}");

    let waiting = format!("{poll}60");
    let started = Instant::now();
    let (waited, cancelled) = tokio::join!(client.get(&waiting), async {
        tokio::time::sleep(Duration::from_millis(100)).await;
        client.post(&format!("{jobs}/{job}/cancel"), Value::Null).await
    });
    // The poll alone would take a minute.
    assert!(started.elapsed() < Duration::from_secs(50));
    let [pending, done, error, cancelled_units] = counts(&waited);
    assert_eq!((pending, error, &waited["status"]), (0, 0, &json!("CANCELLED")));
    assert_eq!(cancelled["unitsCancelledCount"], cancelled_units);
    assert_eq!(done + cancelled_units, 4000);
    assert_eq!(client.server.items(folder).len() as u64, done);
    let again = client.post(&format!("{jobs}/{job}/cancel"), Value::Null).await;
    assert_eq!(again["unitsCancelledCount"], 0);
}

#[tokio::test]
async fn malformed_registrations_are_refused_with_the_place_of_each_fault() {
    let client = Client::start(options(None)).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let jobs = format!("storage/folders/{folder}/data-upload-jobs");
    let refused = async |body: Value| {
        let (status, answer) = client.call(Method::POST, &jobs, Some(body.clone())).await;
        assert_eq!(status, StatusCode::UNPROCESSABLE_ENTITY, "{body}");
        let detail = answer["detail"].as_array().unwrap().clone();
        assert!(detail.iter().all(|one| one["msg"].is_string() && one["type"].is_string()));
        detail.into_iter().map(|one| one["loc"].clone()).collect::<Vec<_>>()
    };
    for (items, loc) in [
        (json!({ "videos": [{}] }), json!(["body", "dataItems", "videos", 0, "objectUrl"])),
        (json!({ "image_groups": [] }), json!(["body", "dataItems", "image_groups"])),
        (json!({ "videos": {} }), json!(["body", "dataItems", "videos"])),
        (
            json!({ "images": [{ "objectUrl": "u", "imageMetadata": {"mimeType": "x", "fileSize": 1, "height": 2} }] }),
            json!(["body", "dataItems", "images", 0, "imageMetadata", "width"]),
        ),
        (
            json!({ "scenes": [{ "title": "t", "scene": "https://h/x.pcd" }] }),
            json!(["body", "dataItems", "scenes", 0, "scene"]),
        ),
        (json!({ "imageGroups": [{ "title": "g" }] }), json!(["body", "dataItems", "imageGroups", 0, "images"])),
        (
            json!({ "dicomSeries": [{ "title": "g", "dicomFiles": [{}] }] }),
            json!(["body", "dataItems", "dicomSeries", 0, "dicomFiles", 0, "url"]),
        ),
    ] {
        assert_eq!(refused(json!({ "dataItems": items, "integrationHash": INTEGRATION })).await, [loc]);
    }
    for (items, loc) in [
        (json!({ "images": [{ "objectUrl": 3 }] }), json!(["body", "externalFiles", "images", 0, "objectUrl"])),
        (json!({ "imageGroups": [] }), json!(["body", "externalFiles", "imageGroups"])),
        (
            json!({ "image_groups": [{ "title": "t" }] }),
            json!(["body", "externalFiles", "image_groups", 0, "objectUrl_0"]),
        ),
    ] {
        assert_eq!(refused(json!({ "externalFiles": items, "integrationHash": INTEGRATION })).await, [loc]);
    }
    assert_eq!(refused(json!({ "dataItems": {}, "externalFiles": {} })).await, [json!(["body"])]);
    assert_eq!(refused(json!({ "ignoreErrors": true })).await, [json!(["body"])]);

    let images = json!({ "images": [{ "objectUrl": "https://h/c/a.png" }] });
    let (status, _) = client.call(Method::POST, &jobs, Some(json!({ "dataItems": images }))).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let foreign = json!({ "dataItems": images, "integrationHash": folder });
    assert_eq!(client.call(Method::POST, &jobs, Some(foreign)).await.0, StatusCode::FORBIDDEN);
    assert_eq!(client.call(Method::GET, &format!("{jobs}/{folder}"), None).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn thousands_of_units_take_seconds_and_stopping_does_not_wait_for_polls() {
    let stub = Stub::start().await;
    let images: Vec<Value> = (0..2500).map(|n| json!({ "objectUrl": stub.put(&format!("{n:04}.png"), PNG) })).collect();
    let client = Client::start(options(Some(stub.access()))).await;
    let folder = client.folder(json!({ "name": "f" })).await;
    let body = json!({ "dataItems": { "images": images }, "integrationHash": INTEGRATION, "ignoreErrors": true });
    let started = Instant::now();
    let job = client.upload(folder, body).await;
    println!("2500 units, each looked at: {:?}", started.elapsed());
    assert_eq!(counts(&job), [0, 2500, 0, 0]);
    assert!(started.elapsed() < Duration::from_secs(120));

    let sync = client.folder(json!({ "name": "s", "cloudSyncedFolderParams": { "integrationUuid": INTEGRATION, "remoteUrl": stub.url() } })).await;
    let server_url = client.server.url().to_owned();
    client.post(&format!("storage/folders/{sync}/cloud-synced-folder-syncs"), Value::Null).await;
    let started = Instant::now();
    client.server.stop().await;
    assert!(started.elapsed() < Duration::from_secs(30));
    assert!(reqwest::get(server_url).await.is_err());
}
