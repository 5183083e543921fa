//! Runs that take only what is new or changed since the last one.

use azure_to_encord::demo::encord::Pace;
use serde_json::{Value, json};

use crate::{
    import::scene::{FOLDER, JPEG, MP4, PNG, Scene, images},
    support::{
        azurite::Blob,
        events::{events, only},
        program::run,
    },
};

/// Runs the config; what it listed and how it ended.
fn import(scene: &Scene, code: i32) -> (Value, Value) {
    let events = events(&run(&mut scene.run(&["--yes", "--json"])).expect(code));
    (only(&events, "listing").clone(), only(&events, "finished").clone())
}

fn text_of(listing: &Value) -> String {
    listing["notes"].to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_next_run_takes_what_is_new_changed_or_failed_and_nothing_else() {
    let mut blobs = images(30);
    let dicom: Vec<u8> = [&[0; 128][..], b"DICM", &[2, 0]].concat();
    blobs.extend((0..3).map(|number| Blob::new(format!("ct/{number}.dcm"), &dicom)));
    blobs.push(Blob::new("clip.mp4", MP4));
    // Encord refuses it for what it is.
    blobs.push(Blob::new("odd & 图.mp4", PNG));
    let mut scene = Scene::set("since", false, &blobs, Pace::Unlimited).await;
    scene.config = scene.config.text("manifest", "since", "last-run").raw("upload", "images_per_job", "7");

    let (listing, finished) = import(&scene, 3);
    assert_eq!((&listing["items"], &listing["skipped"]), (&json!(33), &json!(0)));
    assert!(text_of(&listing).contains("everything is taken"), "{listing}");
    assert_eq!((&finished["registered"], &finished["failed"]), (&json!(32), &json!(1)));

    // Nothing happened: only what failed comes again.
    let (listing, finished) = import(&scene, 1);
    assert_eq!((&listing["items"], &listing["skipped"]), (&json!(1), &json!(34)));
    assert!(text_of(&listing).contains("only what is new or changed"), "{listing}");
    assert_eq!((&finished["registered"], &finished["failed"]), (&json!(0), &json!(1)));

    // One new, one overwritten, one mended, and a slice more in the series, which is one item.
    let changes = [
        Blob::new("new.jpg", JPEG),
        Blob::new("cam1/frame_00001.jpg", PNG),
        Blob::new("odd & 图.mp4", MP4),
        Blob::new("ct/3.dcm", &dicom),
    ];
    scene.azurite.fill("since", false, &changes);
    let (listing, finished) = import(&scene, 0);
    assert_eq!((&listing["items"], &listing["skipped"]), (&json!(4), &json!(30)));
    assert_eq!((&finished["registered"], &finished["failed"]), (&json!(4), &json!(0)));
    let names = scene.encord.names(FOLDER, &scene.container_url);
    assert!(names.contains_key("new.jpg") && names.contains_key("odd & 图.mp4"));
    assert_eq!(names["cam1/frame_00001.jpg"], 1, "Encord leaves alone what it has under that URL");

    // The same container under another config is another matter, and so is a run that was only looked at.
    let config = scene.config_file();
    let other = config.with_file_name("other.toml");
    std::fs::copy(&config, &other).unwrap();
    for _ in 0..2 {
        let ended = run(&mut scene.program(&["run", other.to_str().unwrap(), "--dry-run", "--json"])).expect(0);
        assert_eq!(only(&events(&ended), "listing")["items"], 34);
    }

    // Nothing to register is not a failure.
    for flags in [&["--yes", "--json"][..], &["--dry-run", "--json"]] {
        let ended = run(&mut scene.run(flags)).expect(0);
        assert_eq!(only(&events(&ended), "unchanged")["blobs"], 37);
    }
    let ended = run(&mut scene.run(&["--yes"])).expect(0);
    assert!(ended.stdout.contains("no blob is new or changed"), "{}", ended.stdout);
}
