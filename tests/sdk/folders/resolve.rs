//! What of a path or an id exists.

use azure_to_encord::{config, error::UserError, wizard::Destination};
use serde_json::json;
use uuid::Uuid;

use crate::{
    folders::{
        scene::{BASE, Scene},
        sdk::{Sdk, uuid},
    },
    support::encord::INTEGRATION_ID,
};

fn folder(path: &str) -> config::Folder {
    config::Folder { path: Some(path.into()), ..config::Folder::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_at_any_depth_are_told_with_what_tells_them_apart() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let raw = sdk.create("Raw", None);
    let twins = [sdk.create("2026", Some(raw)), sdk.create("2026", Some(raw))];
    sdk.create("20260", Some(raw));
    sdk.create("April", Some(twins[1]));
    let images: Vec<_> = (0..3).map(|number| format!("{BASE}/{number}.png")).collect();
    sdk.call(&json!({"do": "register", "folder": twins[0], "integration": INTEGRATION_ID, "images": images}));

    let tell = |problem: &UserError| {
        assert_eq!(problem.kind.exit_code(), 2, "{problem}");
        let lines: Vec<_> = problem.hint.as_ref().unwrap().lines().map(str::to_owned).collect();
        assert_eq!(lines.len(), 3, "{lines:?}");
        for (twin, counts) in twins.iter().zip(["3 items, 0 folders", "0 items, 1 folder"]) {
            let line = lines.iter().find(|line| line.contains(&twin.to_string())).unwrap();
            assert!(line.contains("owner demo@example.com, created 20") && line.ends_with(counts), "{line}");
        }
        lines[0].clone()
    };
    let last = scene.resolve_path("Raw/2026").await.unwrap_err();
    assert_eq!(last.summary, "There are 2 folders at 'Raw/2026', and a path cannot say which of them is meant.");
    assert!(tell(&last).contains("Set [folder] uuid"));
    // Although only one of them has such a folder: another may be made below the other at any time.
    let below = scene.resolve_path("Raw/2026/April").await.unwrap_err();
    assert!(tell(&below).contains("the folder 'April' below the right one"));
    // At the root.
    sdk.create("Raw", None);
    assert!(scene.resolve_path("Raw/new").await.unwrap_err().summary.contains("2 folders at 'Raw',"));
    // An id is never ambiguous.
    assert_eq!(scene.resolve_uuid(twins[0]).await.unwrap().items, Some(3));

    for _ in 0..12 {
        sdk.create("many", None);
    }
    let many = scene.resolve_path("many").await.unwrap_err();
    assert!(many.summary.contains("12 folders"), "{many}");
    let hint = many.hint.unwrap();
    assert_eq!((hint.lines().count(), hint.lines().last().unwrap()), (12, "  and 2 more"));
}

#[tokio::test(flavor = "multi_thread")]
async fn deep_paths_and_hard_names() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let names = ["a b", "数据", "100% _done_", "c\\d", "O'Neill & \"co\"", "f.g", "e\u{301}", "#?", "😀", "last"];
    let made = sdk.create_path(&names);
    let path = names.join("/");
    let found = scene.resolve_path(&path).await.unwrap();
    assert_eq!((found.existing.as_ref().unwrap().uuid, found.path()), (made, path.clone()));
    assert!(found.notes.is_empty() && found.create.is_empty());
    // Slashes and blanks around names do not count.
    let spaced = format!(" / {} //", names.join(" / "));
    assert_eq!(scene.resolve_path(&spaced).await.unwrap(), found);
    // All that exists is used.
    for depth in 0..names.len() {
        let wanted = [&names[..depth], &["x", "y"]].concat().join("/");
        let part = scene.resolve_path(&wanted).await.unwrap();
        let existing = part.existing.as_ref().map(|folder| folder.path.clone()).unwrap_or_default();
        assert_eq!((existing, part.path()), (names[..depth].join("/"), wanted));
        assert_eq!(part.create, ["x", "y"]);
    }
    // What differs only in capitals or blanks is another folder, and is pointed at.
    sdk.create(" Scans ", None);
    let near = scene.resolve_path("scans/2026").await.unwrap();
    assert_eq!((near.existing, near.create.join("/").as_str()), (None, "scans/2026"));
    assert!(near.notes[0].contains("there is a folder ' Scans '"), "{:?}", near.notes);
    assert!(scene.resolve_path(" / ").await.unwrap_err().summary.contains("path is empty"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_config_says_of_a_new_folder_is_not_silently_dropped_for_one_that_exists() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let made = sdk.create("Raw", None);
    let described = |of: config::Folder| config::Folder {
        description: Some("d".into()),
        metadata: json!({"k": 1}).as_object().unwrap().clone(),
        ..of
    };
    let by_uuid = config::Folder { uuid: Some(made), ..config::Folder::default() };
    for of in [described(folder("Raw")), described(by_uuid)] {
        let found = scene.resolve(of).await.unwrap();
        let [note] = &found.notes[..] else { panic!("{found:?}") };
        assert!(note.contains("'Raw' exists already") && note.contains("description and metadata"), "{note}");
        assert_eq!((found.description, found.metadata.len()), (None, 0));
    }
    let new = scene.resolve(described(folder("Raw/new"))).await.unwrap();
    assert_eq!((new.notes.len(), new.description.as_deref(), new.metadata["k"].as_u64()), (0, Some("d"), Some(1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn mirrors_take_no_uploads_and_ordinary_folders_become_no_mirrors() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    sdk.create("Plain", None);
    let url = format!("{BASE}/raw/");
    let params = json!({"integrationUuid": INTEGRATION_ID, "remoteUrl": url});
    scene.encord.create_folder(&json!({"name": "Mirror", "cloudSyncedFolderParams": params})).await;
    let mirror = scene.encord.server.folders()[1].uuid;
    assert_eq!(scene.details(mirror).await.unwrap().remote_url, Some(url.clone()));
    assert!(scene.list(None, "", None).await.rows.iter().any(|row| row.synced));
    for problem in [
        scene.resolve_path("Mirror").await.unwrap_err(),
        scene.resolve_path("Mirror/below").await.unwrap_err(),
        scene.resolve_uuid(mirror).await.unwrap_err(),
    ] {
        assert!(problem.summary.contains("'Mirror' mirrors a cloud location"), "{problem}");
        assert!(problem.hint.unwrap().contains("cloud_synced = true"));
    }
    let synced = |path: &str| config::Folder { cloud_synced: true, ..folder(path) };
    let found = scene.resolve(synced("Mirror")).await.unwrap();
    assert_eq!(found.mirror.unwrap().remote_url, url);
    assert!(scene.resolve(synced("Plain")).await.unwrap_err().summary.contains("no cloud-synced folder"));
    assert_eq!(scene.resolve(synced("Plain/new")).await.unwrap().create, ["new"]);
    // Nobody can have made it a mirror since it was chosen, but the id may have been written by hand.
    let existing = azure_to_encord::wizard::FolderRef { uuid: mirror, path: "Mirror".into() };
    let chosen = Destination { existing: Some(existing), ..Destination::default() };
    assert!(scene.create(chosen).await.unwrap_err().summary.contains("mirrors"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_found_wherever_it_lies() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let deep = sdk.create_path(&["1", "2", "3", "4", "5", "6", "7", "8", "9", "10"]);
    let found = scene.resolve_uuid(deep).await.unwrap();
    assert_eq!(found.path(), "1/2/3/4/5/6/7/8/9/10");
    let told = uuid(&sdk.describe(deep)["uuid"]);
    assert_eq!(found.existing.map(|folder| folder.uuid), Some(told));
    assert_ne!(deep, Uuid::nil());
}
