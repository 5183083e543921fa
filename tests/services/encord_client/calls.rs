//! Request lines are those that the official SDK sends, and answers are understood.

use azure_to_encord::encord::{CloudSynced, FolderQuery, JobState, NewFolder, Role};
use serde_json::{Value, json};

use crate::encord_client::stub::{FOLDER, Got, JOB, Stub, assert_signed, client, job_body, plain, traces};

#[tokio::test]
async fn reads_are_those_of_the_sdk() {
    let folder = json!({"uuid": FOLDER, "name": "New"});
    let empty = json!({"results": []});
    let (stub, domain) = Stub::start(vec![
        plain(200, &json!({"result": [{"integrationUuid": JOB, "title": "acme", "new": 1}]})),
        plain(200, &json!({"results": [folder], "nextPageToken": "p 2"})),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &empty),
        plain(200, &folder),
        plain(200, &json!({"files": 3, "totalSize": 1.5e9, "more": {}})),
        plain(200, &"null"),
        plain(200, &json!({"status": "DONE"})),
        plain(200, &json!({"status": "pending", "uploadJobsUnitsDone": 9})),
    ])
    .await;
    let client = client(&format!("{domain}//"));
    let query = |search: Option<&str>| FolderQuery { search: search.map(str::to_owned), ..FolderQuery::default() };

    let integrations = client.integrations().await.unwrap();
    assert_eq!((integrations[0].uuid, integrations[0].title.as_str()), (JOB, "acme"));
    let first = client.root_folders(&query(Some("a b"))).await.unwrap();
    assert_eq!((first.results.len(), first.next_page_token.as_deref()), (1, Some("p 2")));
    let next = FolderQuery { page_token: first.next_page_token, page_size: 5000, ..query(None) };
    assert_eq!(client.root_folders(&next).await.unwrap().next_page_token, None);
    client.search_folders(&query(Some("x"))).await.unwrap();
    client.child_folders(FOLDER, &query(Some(""))).await.unwrap();
    let deep = FolderQuery { recursive: true, ..query(Some("q")) };
    client.child_folders(FOLDER, &deep).await.unwrap();
    assert_eq!(client.folder(FOLDER).await.unwrap().name, "New");
    let summary = client.folder_summary(FOLDER).await.unwrap();
    assert_eq!((summary.files, summary.videos, summary.total_size), (3, 0, 1.5e9));
    assert!(client.schema().await.unwrap().is_empty());
    assert_eq!(client.poll_job(FOLDER, JOB, 5).await.unwrap().state, JobState::Done);
    let sync = client.poll_sync(FOLDER, JOB, 600).await.unwrap();
    assert_eq!((sync.state, sync.units_done, sync.pages_done), (JobState::Pending, 9, 0));

    let folders = "GET /v2/public/storage/folders";
    let one = "GET /v2/public/storage/folders/11111111-1111-4111-8111-111111111111";
    let job = "22222222-2222-4222-8222-222222222222";
    let page = "order=name&desc=False";
    let lines: Vec<String> = stub.got().iter().map(Got::line).collect();
    assert_eq!(
        lines,
        [
            "GET /v2/public/cloud-integrations?includeOrgAccess=False".to_owned(),
            format!("{folders}?search=a+b&isRecursive=False&{page}&pageSize=100"),
            format!("{folders}?isRecursive=False&{page}&pageToken=p+2&pageSize=1000"),
            format!("GET /v2/public/storage/search/folders?search=x&isRecursive=False&{page}&pageSize=100"),
            format!("{one}/folders?isRecursive=False&{page}&pageSize=100"),
            format!("{one}/folders?search=q&isRecursive=True&{page}&pageSize=100"),
            one.to_owned(),
            format!("{one}/summary"),
            "GET /v2/public/organisation/client-metadata-schema-v2".to_owned(),
            format!("{one}/data-upload-jobs/{job}?timeoutSeconds=5"),
            format!("{one}/cloud-linked-folder-syncs/{job}/long-polling?timeoutSeconds=60"),
        ]
    );
    stub.got().iter().for_each(assert_signed);
    assert!(stub.got().iter().all(|one| one.header("content-type").is_empty()));
    assert_eq!(traces(&stub.got()), lines.len());
}

#[tokio::test]
async fn writes_are_those_of_the_sdk() {
    let folder = json!({"uuid": FOLDER, "name": "New"});
    let (stub, domain) = Stub::start(vec![
        plain(200, &folder),
        plain(200, &folder),
        (204, Vec::new(), String::new()),
        plain(200, &json!(JOB)),
        plain(200, &json!({"unitsCancelledCount": 4})),
        plain(200, &json!(JOB)),
    ])
    .await;
    let client = client(&domain);
    let new = NewFolder {
        name: "New".to_owned(),
        description: Some("d".to_owned()),
        client_metadata: json!({"k": 1}).as_object().cloned(),
        ..NewFolder::default()
    };
    assert_eq!(client.create_folder(&new).await.unwrap().uuid, FOLDER);
    let remote_url = "https://acct.blob.core.windows.net/cont/path/".to_owned();
    let synced = NewFolder {
        name: "Sync".to_owned(),
        parent: Some(FOLDER),
        cloud_synced: Some(CloudSynced { integration: JOB, remote_url: remote_url.clone() }),
        ..NewFolder::default()
    };
    client.create_folder(&synced).await.unwrap();
    let schema = json!({"z": {"ty": "variant", "hint": "text"}, "a": {"ty": "tombstone", "deleted_ty": null}});
    client.save_schema(schema.as_object().unwrap()).await.unwrap();
    assert_eq!(client.create_job(FOLDER, job_body()).await.unwrap(), JOB);
    assert_eq!(client.cancel_job(FOLDER, JOB).await.unwrap(), 4);
    assert_eq!(client.start_sync(FOLDER).await.unwrap(), JOB);

    let folders = "POST /v2/public/storage/folders";
    let one = "POST /v2/public/storage/folders/11111111-1111-4111-8111-111111111111";
    let job = "22222222-2222-4222-8222-222222222222";
    let got = stub.got();
    assert_eq!(
        got.iter().map(Got::line).collect::<Vec<_>>(),
        [
            folders.to_owned(),
            folders.to_owned(),
            "POST /v2/public/organisation/client-metadata-schema-v2".to_owned(),
            format!("{one}/data-upload-jobs"),
            format!("{one}/data-upload-jobs/{job}/cancel"),
            format!("{one}/cloud-synced-folder-syncs"),
        ]
    );
    let read = |index: usize| serde_json::from_slice::<Value>(&got[index].body).unwrap();
    assert_eq!(read(0), json!({"name": "New", "description": "d", "clientMetadata": "{\"k\":1}"}));
    let params = json!({"integrationUuid": JOB, "remoteUrl": remote_url});
    assert_eq!(read(1), json!({"name": "Sync", "parent": FOLDER, "cloudSyncedFolderParams": params}));
    assert_eq!(got[2].body, schema.to_string());
    assert_eq!(got[3].body, job_body());
    for one in &got {
        assert_signed(one);
        let wanted = if one.body.is_empty() { "" } else { "application/json" };
        assert_eq!(one.header("content-type"), wanted, "{}", one.line());
        // Some load balancers answer 411 to a POST that does not tell its length.
        assert_eq!(one.header("content-length"), one.body.len().to_string(), "{}", one.line());
    }
    assert_eq!(traces(&got), got.len());
}

#[tokio::test]
async fn answers_are_read_leniently() {
    let (_stub, domain) = Stub::start(vec![
        plain(
            200,
            &json!({
                "status": "PENDING", "fileName": null, "unitsPendingCount": 3, "unitsDoneCount": 5,
                "unitsErrorCount": 1, "unitsCancelledCount": 0, "errors": ["e1"], "somethingNew": [1],
                "itemsWithNames": [{"itemUuid": JOB, "name": "a"}, {"itemUuid": FOLDER, "name": "b"}],
                "unitErrors": [{
                    "objectUrls": ["https://u/1"], "error": "no", "subtaskUuid": JOB, "actionDescription": "read",
                }],
            }),
        ),
        plain(
            200,
            &json!({"status": "PAUSED", "errors": null, "unitErrors": [{"error": null}], "itemsWithNames": null}),
        ),
        plain(200, &json!({"uuid": FOLDER, "name": "f", "userRole": "owner", "folderType": null, "pathToRoot": null})),
    ])
    .await;
    let client = client(&domain);
    let status = client.poll_job(FOLDER, JOB, 1).await.unwrap();
    assert_eq!((status.pending, status.done, status.failed, status.cancelled), (3, 5, 1, 0));
    assert_eq!((status.items_created, status.errors.len()), (2, 1));
    assert_eq!(status.unit_errors[0].object_urls, ["https://u/1"]);
    assert_eq!(status.unit_errors[0].subtask_uuid, Some(JOB.to_string()));
    let status = client.poll_job(FOLDER, JOB, 1).await.unwrap();
    assert_eq!(status.state, JobState::Unknown("PAUSED".to_owned()));
    assert!(!status.state.is_final());
    let folder = client.folder(FOLDER).await.unwrap();
    assert_eq!(folder.user_role, Role::Unknown("owner".to_owned()));
}
