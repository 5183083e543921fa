//! A folder that was renamed, moved or deleted between the choice and the sending.

use azure_to_encord::demo::encord::FolderAccess;
use serde_json::json;

use crate::folders::{scene::Scene, sdk::Sdk};

#[tokio::test(flavor = "multi_thread")]
async fn what_changed_since_the_choice_is_named_and_nothing_is_made() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let other = sdk.create("Other", None);
    for (what, change, says) in [
        ("renamed", json!({"do": "rename", "name": "new name"}), "was renamed meanwhile: it is now 'TOP/new name'"),
        ("moved", json!({"do": "move", "to": other}), "was moved meanwhile: it is now 'Other/2026'"),
        ("moved to the root", json!({"do": "move", "to": null}), "was moved meanwhile: it is now '2026'"),
        ("deleted", json!({"do": "delete"}), "was there when it was chosen and cannot be read now"),
    ] {
        for new in ["", "/April"] {
            let top = format!("{what}{new}").replace('/', " ");
            let chosen = sdk.create_path(&[&top, "2026"]);
            let destination = scene.resolve_path(&format!("{top}/2026{new}")).await.unwrap();
            let mut request = change.clone();
            request["folder"] = json!(chosen);
            sdk.call(&request);
            let before = scene.encord.server.folders().len();
            let problem = scene.create(destination).await.unwrap_err();
            let says = says.replace("TOP", &top);
            assert!(
                problem.summary.contains(&format!("'{top}/2026'")) && problem.summary.contains(&says),
                "{what}: {problem}"
            );
            assert!(problem.to_string().contains("No items were sent"), "{problem}");
            assert_eq!(scene.encord.server.folders().len(), before, "{what}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_parent_that_was_renamed_and_access_that_was_lost_are_told_too() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let chosen = sdk.create_path(&["Raw", "2026", "April"]);
    let by_id = scene.resolve_uuid(chosen).await.unwrap();
    let raw = scene.encord.server.folders()[0].uuid;
    sdk.call(&json!({"do": "rename", "folder": raw, "name": "Old"}));
    let problem = scene.create(by_id).await.unwrap_err();
    assert!(problem.summary.contains("'Raw/2026/April' was moved meanwhile: it is now 'Old/2026/April'"), "{problem}");

    let again = scene.resolve_uuid(chosen).await.unwrap();
    assert_eq!(scene.create(again.clone()).await.unwrap(), (chosen, false));
    scene.encord.server.set_folder_access(chosen, FolderAccess::Nothing);
    let problem = scene.create(again).await.unwrap_err();
    assert!(problem.hint.as_ref().unwrap().contains("lost its access"), "{problem}");
    assert_eq!(problem.kind.exit_code(), 4);
}
