//! A disk that fills up in the middle of a run, and has room again later.

use azure_to_encord::{demo::encord::Pace, manifest::Item, run::state::BatchState};
use futures_util::{StreamExt as _, future, stream};

use crate::{
    durability::beneath,
    support::upload::{RUN, Upload, plain},
};

const ITEMS: u64 = 400;
const PER_JOB: u64 = 20;
/// Every so many items one has a URL that fails, with an error of some length.
const FAILING: u64 = 8;

/// The home on a small disk, of which so many bytes are free; then as many as are wanted. What was printed each time is beside the
/// home's data, which is brought back in the end.
const SCRIPT: &str = r#"
    home=$1 left=$2 disk=$1/disk
    mkdir "$disk"
    mount -t tmpfs -o size=32m none "$disk"
    cp -a "$home/data" "$disk/"
    dd if=/dev/zero of="$disk/ballast" bs=4096 2> /dev/null || true
    truncate -s "-$left" "$disk/ballast"
    export AZURE_TO_ENCORD_HOME="$disk"
    for turn in full room; do
        code=0
        "$program" runs resume "$3" --json > "$home/$turn.out" 2> "$home/$turn.err" || code=$?
        echo "$code" > "$home/$turn.code"
        rm -f "$disk/ballast"
    done
    rm -r "$home/data"
    cp -a "$disk/data" "$home/"
"#;

/// Items of which some have a URL with a blank, which Encord refuses.
fn items() -> Vec<Item> {
    let mut items = plain(ITEMS);
    for item in items.iter_mut().step_by(FAILING as usize) {
        item.urls[0] = item.urls[0].replace(".jpg", &format!(" {}.jpg", "long".repeat(50)));
    }
    items
}

/// Plays it with so many bytes left; whether the disk was full before the end.
async fn play(left: u64, skip: bool) -> bool {
    let upload = Upload::prepare(&items(), PER_JOB, 3, skip, Pace::PerSecond(200.0)).await;
    let arguments = [upload.root().to_str().unwrap().to_owned(), left.to_string(), RUN.to_owned()];
    let home = upload.root().to_owned();
    let played =
        tokio::task::spawn_blocking(move || beneath::script(&home, SCRIPT, &arguments.each_ref().map(String::as_str)));
    played.await.unwrap().expect(0);
    let said = |name: &str| std::fs::read_to_string(upload.root().join(name)).unwrap();
    let what = format!(
        "{left} bytes left, skipping duplicates: {skip}\n{}\n{}\nand with room\n{}\n{}",
        said("full.out"),
        said("full.err"),
        said("room.out"),
        said("room.err")
    );
    let is_full = said("full.code").trim() != "3";
    if is_full {
        assert_eq!(said("full.code").trim(), "1", "{what}");
        assert!(said("full.err").contains("free space"), "{what}");
        // Unless the disk was full before anything was sent, or after everything was put on record.
        let began = said("full.out").contains("\"event\":\"job\"") && !said("full.out").contains("\"registered\":350");
        assert!(!began || said("full.err").contains(&format!("`azure-to-encord runs resume {RUN}`")), "{what}");
    }
    let registered = upload.registered();
    assert!(registered.values().all(|count| *count == 1), "{what}");
    let rows = upload.batches();
    assert_eq!(rows.iter().map(|row| row.batch.count).sum::<u64>(), ITEMS, "{what}");
    if !skip && rows.iter().any(|row| row.state == BatchState::Sending) {
        // What became of its request nobody knows; the user decides.
        assert!(said("room.err").contains("Nobody knows whether job"), "{what}");
        return is_full;
    }
    if is_full {
        assert_eq!(said("room.code").trim(), "3", "{what}");
    }
    let good = ITEMS - ITEMS / FAILING;
    assert_eq!(registered.len() as u64, good, "{what}");
    let row = upload.store().run(RUN).unwrap();
    assert_eq!((row.registered, row.failed), (good, ITEMS - good), "{what}");
    assert_eq!(upload.store().failed_units(RUN, 0, ITEMS).unwrap().len() as u64, ITEMS - good, "{what}");
    is_full
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_up_at_any_moment_stops_the_run_and_loses_nothing() {
    if !beneath::can_mount() {
        return;
    }
    let kib = [0, 8, 40, 80, 120, 180, 260, 400, 600, 900];
    let plays = stream::iter(kib.map(|kib| play(kib * 1024, kib != 120 && kib != 260)));
    let stops = plays.buffer_unordered(3).filter(|was_full| future::ready(*was_full)).count().await;
    assert!(stops >= 4, "the disk was full {stops} times only");
}
