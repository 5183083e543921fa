//! Listing, paging, searching, and a folder looked at closely.

use azure_to_encord::{demo::encord::FolderAccess, wizard::FolderRole};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    folders::{
        scene::{BASE, Scene},
        sdk::{Sdk, uuid},
    },
    support::encord::INTEGRATION_ID,
};

#[tokio::test(flavor = "multi_thread")]
async fn two_and_a_half_thousand_siblings_are_paged_found_and_told_apart() {
    let mut scene = Scene::set().await;
    let top = Sdk::start(&scene.encord).create("top", None);
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let url = format!("{}/v2/public/storage/folders", scene.encord.server.url());
    let mut wanted = Vec::new();
    for number in 0..2500 {
        let name = format!("day {number:04}");
        let body = json!({"name": name, "parent": top});
        let answer = http.post(&url).bearer_auth(scene.encord.bearer_token()).json(&body).send().await.unwrap();
        assert!(answer.status().is_success());
        wanted.push(name);
    }

    let (mut names, mut pages, mut token) = (Vec::new(), 0, None);
    loop {
        let page = scene.list(Some(top), "", token).await;
        assert!(page.rows.iter().all(|row| row.path.is_none() && row.role == FolderRole::Admin && !row.synced));
        names.extend(page.rows.into_iter().map(|row| row.name));
        pages += 1;
        token = page.next;
        if token.is_none() {
            break;
        }
    }
    assert_eq!((names.len(), pages), (2500, 25));
    assert_eq!(names, wanted);
    // The SDK sees the same.
    let theirs = Sdk::start(&scene.encord).call(&json!({"do": "children", "folder": top}));
    assert_eq!(theirs, json!(wanted));

    let found = scene.list(None, "DAY 249", None).await;
    let paths: Vec<_> = found.rows.iter().map(|row| row.path.as_deref().unwrap()).collect();
    assert_eq!((paths.len(), paths[0], paths[9]), (10, "top/day 2490", "top/day 2499"));
    // A path finds its folder among them all, and knows that there is none.
    let there = scene.resolve_path("top/day 1234").await.unwrap();
    assert_eq!((there.create.len(), there.items), (0, Some(0)));
    assert_eq!(scene.resolve_path("top/day").await.unwrap().create, ["day"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_sdk_made_is_told_in_every_detail() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let metadata = json!({"z": [1, {"b": null}], "site": "Köln 数据", "a": 2.5});
    let parent = sdk.create("Raw", None);
    let made = sdk.call(&json!({
        "do": "create", "name": "April / part 1", "parent": parent, "description": "Two\nlines", "metadata": metadata,
    }));
    let made = uuid(&made);
    sdk.create("inner", Some(made));
    let images: Vec<_> = (0..3).map(|number| format!("{BASE}/{number}.png")).collect();
    let group = json!([[format!("{BASE}/l.png"), format!("{BASE}/r.png")]]);
    sdk.call(
        &json!({"do": "register", "folder": made, "integration": INTEGRATION_ID, "images": images, "groups": group}),
    );

    let told = scene.details(made).await.unwrap();
    assert_eq!((told.folder.uuid, told.folder.path.as_str()), (made, "Raw/April / part 1"));
    assert_eq!(told.description, "Two\nlines");
    assert_eq!(Value::Object(told.metadata).to_string(), metadata.to_string());
    assert_eq!((told.role, told.owner.as_str(), told.remote_url), (FolderRole::Admin, "demo@example.com", None));
    assert!(told.created_at.starts_with("20"), "{}", told.created_at);
    let counts = told.counts.unwrap();
    assert_eq!((counts.items, counts.folders, counts.tombstones), (4, 1, 0));
    assert_eq!(counts.by_kind.into_iter().collect::<Vec<_>>(), [("image groups", 1), ("images", 3)]);

    // Its name holds what a path cannot say; its id reaches it.
    assert_eq!(scene.resolve_path("Raw/April / part 1").await.unwrap().create, ["April", "part 1"]);
    let destination = scene.resolve_uuid(made).await.unwrap();
    assert_eq!((destination.existing.unwrap().path.as_str(), destination.items), ("Raw/April / part 1", Some(4)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_access_and_one_that_is_not_there_are_told_alike() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let hidden = sdk.create_path(&["Theirs", "2026"]);
    let top = scene.encord.server.folders()[0].uuid;
    assert!(scene.encord.server.set_folder_access(top, FolderAccess::Nothing));
    assert_eq!(sdk.ask(&json!({"do": "describe", "folder": hidden}))["error"], "AuthorisationError");
    assert!(scene.list(None, "", None).await.rows.is_empty());
    assert!(scene.list(None, "2026", None).await.rows.is_empty());
    for folder in [hidden, Uuid::from_u128(7)] {
        let details = scene.details(folder).await.unwrap_err();
        let resolved = scene.resolve_uuid(folder).await.unwrap_err();
        for problem in [details, resolved] {
            assert_eq!(problem.kind.exit_code(), 4);
            assert!(problem.summary.contains(&folder.to_string()), "{problem}");
            assert!(problem.source_message.as_ref().unwrap().contains("403"), "{problem}");
            let hint = problem.hint.unwrap();
            assert!(hint.contains("no access") && hint.contains("There is no folder"), "{hint}");
        }
    }

    // Where the role is user, that is told, and nothing is refused ahead of Encord.
    scene.encord.server.set_folder_access(top, FolderAccess::Looking);
    assert_eq!(scene.details(hidden).await.unwrap().role, FolderRole::User);
    assert_eq!(scene.list(None, "", None).await.rows[0].role, FolderRole::User);
    for path in ["Theirs/2026", "Theirs/2027"] {
        let destination = scene.resolve_path(path).await.unwrap();
        let [note] = &destination.notes[..] else { panic!("{destination:?}") };
        assert!(note.contains("is User, not Admin") && note.contains("ask one of the folder's admins"), "{note}");
    }
    let destination = scene.resolve_path("Theirs/2027").await.unwrap();
    let problem = scene.create(destination).await.unwrap_err();
    assert!(
        problem.summary.contains("'2027'") && problem.source_message.unwrap().contains("not authorised"),
        "{:?}",
        problem.summary
    );
    assert!(problem.hint.unwrap().contains("role Admin"));
    assert_eq!(scene.count_named("2027"), 0);
}
