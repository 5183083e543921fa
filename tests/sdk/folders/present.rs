//! How many of the manifest's items a folder holds already.

use azure_to_encord::wizard::{Effect, FolderReply, FolderRequest, Reply, Request};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    folders::{
        scene::{BASE, Scene},
        sdk::Sdk,
    },
    support::encord::INTEGRATION_ID,
};

fn images(urls: &[String]) -> Vec<Value> {
    urls.iter().map(|url| json!({"objectUrl": url})).collect()
}

fn plain(count: std::ops::Range<usize>) -> Vec<String> {
    count.map(|number| format!("{BASE}/frame_{number:05}.png")).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exactly_what_encord_would_skip_is_counted() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let folder = sdk.create("there", None);
    // The first four are written as a manifest of this program writes them; the others are other writings of further files.
    let theirs: Vec<_> = [
        "a%20b.png",
        "数据/1.png",
        "%E6%95%B0/2.png",
        "c+d.png",
        "e%2Ff.png",
        "g%2bh.png",
        "UPPER.png",
        "x//y.png",
        "no.png",
    ]
    .map(|name| format!("{BASE}/{name}"))
    .to_vec();
    let group = [format!("{BASE}/g1.png"), format!("{BASE}/g2.png")];
    sdk.call(&json!({
        "do": "register", "folder": folder, "integration": INTEGRATION_ID, "images": theirs, "groups": [group],
    }));

    let ours: Vec<_> = [
        "a%20b.png",
        "数据/1.png",
        "%E6%95%B0/2.png",
        "c+d.png",
        "e/f.png",
        "g%2Bh.png",
        "upper.png",
        "x/y.png",
        "other.png",
    ]
    .map(|name| format!("{BASE}/{name}"))
    .to_vec();
    scene
        .build(&json!({
            "images": images(&ours),
            "image_groups": [{"title": "g", "objectUrl_0": group[0], "objectUrl_1": group[1]}],
            "videos": [{"objectUrl": format!("{BASE}/new.mp4")}],
        }))
        .await;
    let told = scene.count(folder).await;
    let end = told.last().unwrap().as_ref().unwrap();
    assert_eq!((end.looked_at, end.present, end.of), (10, 4, 10), "{told:?}");
    assert!(end.is_done && !end.is_cut);

    // Encord leaves out the same ones, and registers the others.
    let added = sdk.call(&json!({"do": "register", "folder": folder, "integration": INTEGRATION_ID, "images": ours}));
    assert_eq!(added.as_u64(), Some(9 - end.present));
    let listed = sdk.call(&json!({"do": "urls", "folder": folder}));
    assert_eq!(
        listed.as_array().unwrap().iter().filter(|url| url.is_null()).count(),
        1,
        "groups tell no URL: {listed}"
    );
    let after = scene.count(folder).await.pop().unwrap().unwrap();
    assert_eq!((after.present, after.of), (9, 10), "all but the video");
}

#[tokio::test(flavor = "multi_thread")]
async fn several_pages_are_counted_and_only_this_folder() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let [folder, other] = ["there", "other"].map(|name| sdk.create(name, None));
    let inner = sdk.create("inner", Some(folder));
    let register = |folder: Uuid, urls: Vec<String>| json!({"do": "register", "folder": folder, "integration": INTEGRATION_ID, "images": urls});
    sdk.call(&register(folder, plain(0..2300)));
    sdk.call(&register(other, plain(2300..2400)));
    sdk.call(&register(inner, plain(2400..2500)));
    let mut wanted = plain(1000..3000);
    // A URL that the manifest has twice is two items, and both are there.
    wanted.push(wanted[0].clone());
    scene.build(&json!({"images": images(&wanted)})).await;
    let of = wanted.len() as u64;
    for (folder, looked_at, present) in [(folder, 2300, 1301), (other, 100, 100), (inner, 100, 100)] {
        let told = scene.count(folder).await;
        let mut before = 0;
        for so_far in &told {
            let so_far = so_far.as_ref().unwrap();
            assert!(so_far.looked_at >= before && so_far.of == of);
            before = so_far.looked_at;
        }
        let end = told.last().unwrap().as_ref().unwrap();
        assert_eq!((end.looked_at, end.present, end.is_cut), (looked_at, present, false));
    }
    // All there: no need to look at the rest.
    scene.build(&json!({"images": images(&plain(0..10))})).await;
    let end = scene.count(folder).await.pop().unwrap().unwrap();
    assert_eq!((end.looked_at, end.present, end.of), (1000, 10, 10));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_can_be_cancelled_and_says_what_is_missing() {
    let mut scene = Scene::set().await;
    let mut sdk = Sdk::start(&scene.encord);
    let folder = sdk.create("there", None);
    let told = scene.count(folder).await;
    assert!(told[0].as_ref().unwrap_err().summary.contains("no manifest"), "{told:?}");
    scene.build(&json!({"images": images(&plain(0..3))})).await;
    let told = scene.count(Uuid::from_u128(9)).await;
    let problem = told[0].as_ref().unwrap_err();
    assert!(problem.hint.as_ref().unwrap().contains("no access"), "{problem}");

    let cancelled = scene.begin(Request::Folder(FolderRequest::CountPresent { folder }));
    scene.driver.carry_out(Effect::Cancel { id: cancelled });
    let asked = scene.begin(Request::Folder(FolderRequest::CountPresent { folder }));
    loop {
        let (id, Reply::Folder(FolderReply::Present(present))) = scene.reply().await else { panic!() };
        // What was on its way when it was cancelled may still come.
        if id == asked && present.unwrap().is_done {
            break;
        }
    }
    assert!(scene.path().exists());
}
