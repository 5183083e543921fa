use std::path::Path;

use md5::{Digest as _, Md5};
use serde_json::json;

/// Writes a run: its data files, the manifest and the checksum.
fn write_run(folder: &Path, rule: &str, files: &[(&str, &str)], status: &str) {
    std::fs::create_dir_all(folder).unwrap();
    let rows: usize = files.iter().map(|(_, text)| text.lines().count() - 1).sum();
    let listed: Vec<_> = files
        .iter()
        .map(|(name, text)| json!({ "blob": format!("2026/11/20/03-00-00/{rule}/{name}"), "size": text.len() }))
        .collect();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let manifest = json!({
        "version": "1.0", "status": status, "ruleName": rule, "files": listed,
        "inventoryStartTime": "2026-11-20T03:00:00Z", "summary": { "objectCount": rows },
        "ruleDefinition": { "format": "csv", "objectType": "blob", "filters": { "prefixMatch": ["media/"] } },
    })
    .to_string();
    std::fs::write(folder.join(format!("{rule}-manifest.json")), &manifest).unwrap();
    let checksum: String = Md5::digest(&manifest).iter().map(|byte| format!("{byte:02x}")).collect();
    std::fs::write(folder.join(format!("{rule}-manifest.checksum")), checksum).unwrap();
}

const ONE: &str = "Name,Content-Length,Content-Type,AccessTier,Last-Modified,ETag\n\
    media/a.jpg,10,image/jpeg,Hot,2026-04-01T00:00:00Z,0x1\nother/b.jpg,10,image/jpeg,Hot,2026-04-01T00:00:00Z,0x1\n";

fn manifest(file: &Path) -> Manifest {
    Manifest { source: Source::Inventory, file: Some(file.to_str().unwrap().into()), ..Manifest::default() }
}

async fn build(manifest: &Manifest, home: &Path) -> Result<(tempfile::TempDir, ManifestDir, u64), UserError> {
    let azure = Azure { account: Some("acme".into()), container: "media".into(), ..Azure::default() };
    let azure = Azure { auth: Some(config::azure::AuthKind::Anonymous), ..azure };
    let dir = tempfile::tempdir().unwrap();
    let home = Home::below(home);
    let runs = crate::service::manifest::since::Runs { home: &home, config: "c" };
    let options = Upload::default().options();
    let (built, blobs) =
        build_manifest(&azure.into(), manifest, options, &ValidationRules::default(), dir.path(), runs, &mut |_| {})
            .await?;
    Ok((dir, built, blobs))
}

use crate::{
    config::{
        self,
        azure::Azure,
        manifest::{Manifest, Since, Source},
        upload::Upload,
    },
    manifest::values::ValidationRules,
    service::manifest::{build_manifest, inventory::*},
    store::{manifest_dir::ManifestDir, paths::Home},
};

async fn refusal(manifest: &Manifest) -> String {
    build(manifest, Path::new("/nowhere")).await.unwrap_err().to_string()
}

fn urls(built: &ManifestDir) -> Vec<String> {
    let items = built.items().unwrap();
    items.read(0, items.count()).unwrap().into_iter().flat_map(|item| item.urls).collect()
}

#[tokio::test]
async fn the_newest_finished_run_is_read_with_all_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let day = dir.path().join("2026/11/20");
    let two = "etag,LASTMODIFIED,accesstier,hdi_isfolder,ContentLength,Name,Snapshot,Deleted,VersionId,IsCurrentVersion\n\
        0x2,,Cool,,5,media/d é/b#.png,,,,\n0x3,,Hot,true,,media/d é,,,,\n0x4,,Hot,,5,media/old.png,2026-01-01T00:00:00Z,,,\n\
        0x5,,Hot,,5,media/gone.png,,True,,\n0x6,,Hot,,5,media/v.png,,,2025,false\n0x7,,Hot,,5,media/v.png,,,2026,True\n\
        0x8,,Archive,,5,media/cold.png,,,,\n";
    write_run(&day.join("03-00-00/all"), "all", &[("all_1.csv", ONE), ("all_2.csv", two)], "Succeeded");
    write_run(&dir.path().join("2026/11/19/03-00-00/all"), "all", &[("all.csv", ONE)], "Succeeded");
    // This one is still being written: it has no checksum.
    let unfinished = day.join("09-00-00/all");
    write_run(&unfinished, "all", &[("all.csv", ONE)], "Succeeded");
    std::fs::remove_file(unfinished.join("all-manifest.checksum")).unwrap();
    std::fs::create_dir_all(dir.path().join("notes/2026")).unwrap();

    let wanted = [
        "https://acme.blob.core.windows.net/media/a.jpg",
        "https://acme.blob.core.windows.net/media/d%20%C3%A9/b%23.png",
        "https://acme.blob.core.windows.net/media/v.png",
    ];
    for place in [
        dir.path().to_owned(),
        dir.path().join("all"),
        day.clone(),
        day.join("03-00-00"),
        day.join("03-00-00/all"),
        day.join("03-00-00/all/all-manifest.json"),
    ] {
        let (_dir, built, blobs) = build(&manifest(&place), dir.path()).await.unwrap();
        assert_eq!(urls(&built), wanted, "{}", place.display());
        let summary = built.summary();
        assert_eq!((blobs, summary.total_findings()), (8, 0));
        let skipped: Vec<_> = summary.skipped.iter().map(|(reason, count)| (*reason, *count)).collect();
        assert_eq!(
            skipped,
            [
                (SkipReason::FolderMarker, 1),
                (SkipReason::Archived, 1),
                (SkipReason::OldVersion, 2),
                (SkipReason::Deleted, 1)
            ]
        );
        let notes = summary.notes.join("\n");
        for part in ["Inventory 'all' of 2026-11-20T03:00:00Z", ": 9 objects", "only media/", "1 rows of the inventory"]
        {
            assert!(notes.contains(part), "{notes}");
        }
    }
    // The rules of the config hold as they do for a listing.
    let rules = Manifest { prefixes: vec!["d".into()], tiers: vec!["hot".into()], ..manifest(dir.path()) };
    let (_dir, built, blobs) = build(&rules, dir.path()).await.unwrap();
    assert_eq!((urls(&built).len(), blobs), (0, 2));
    assert_eq!(built.summary().skipped[&SkipReason::OtherTier], 1);
    let since =
        Manifest { since: Some(Since::LastRun), modified_from: Some("2026-04-01".into()), ..manifest(dir.path()) };
    let (_dir, built, _) = build(&since, dir.path()).await.unwrap();
    assert!(built.summary().notes.iter().any(|note| note.contains("everything is taken")));
}

#[tokio::test]
async fn what_cannot_be_used_is_named_with_what_to_do() {
    let root = tempfile::tempdir().unwrap();
    let place = |name: &str| root.path().join(name);
    let day = "2026/11/20/03-00-00";
    for rule in ["all", "images"] {
        write_run(&place("several").join(day).join(rule), rule, &[("a.csv", ONE)], "Succeeded");
    }
    let (_dir, built, _) = build(&manifest(&place("several/images")), root.path()).await.unwrap();
    assert!(built.summary().notes[0].contains("'images'"));

    write_run(&place("changed").join(day).join("all"), "all", &[("a.csv", ONE)], "Succeeded");
    let changed = place("changed").join(day).join("all/all-manifest.json");
    std::fs::write(&changed, std::fs::read_to_string(&changed).unwrap() + " ").unwrap();
    write_run(&place("failed").join(day).join("all"), "all", &[("a.csv", ONE)], "Failed");
    write_run(&place("short").join(day).join("all"), "all", &[("a.csv", ONE)], "Succeeded");
    std::fs::write(place("short").join(day).join("all/a.csv"), &ONE[..ONE.len() - 9]).unwrap();
    write_run(&place("broken").join(day).join("all"), "all", &[("a.csv", &ONE[..ONE.len() - 9])], "Succeeded");
    write_run(&place("gone").join(day).join("all"), "all", &[("a.csv", ONE)], "Succeeded");
    std::fs::remove_file(place("gone").join(day).join("all/a.csv")).unwrap();
    write_run(
        &place("plain").join(day).join("all"),
        "all",
        &[("a.csv", "Name,Content-Length\nmedia/a.jpg,1\n")],
        "Succeeded",
    );
    std::fs::create_dir_all(place("empty")).unwrap();
    std::fs::write(place("file.csv"), ONE).unwrap();
    for (name, parts) in [
        ("several", &["several rules: all, images", "several/all"][..]),
        ("several/videos", &["of a rule 'videos'"]),
        ("changed", &["all-manifest.json does not match its checksum", "Copy it again"]),
        ("failed", &["status Failed"]),
        ("short", &["a.csv has", "cut off"]),
        ("broken", &["a.csv", "row 2: it has 5 fields"]),
        ("gone", &["Could not read", "a.csv"]),
        ("empty", &["no finished inventory run", "RULE-manifest.checksum"]),
        ("file.csv", &["is not the manifest"]),
        ("nowhere/at/all", &["There is no file or directory"]),
    ] {
        let message = refusal(&manifest(&place(name))).await;
        assert!(parts.iter().all(|part| message.contains(part)), "{name}: {message}");
    }
    let needy =
        Manifest { tiers: vec!["Hot".into()], modified_from: Some("2026-01-01".into()), ..manifest(&place("plain")) };
    let message = refusal(&needy).await;
    assert!(
        message.contains("lacks the column AccessTier, Last-Modified") && message.contains("inventory rule"),
        "{message}"
    );
    let message = refusal(&Manifest { file: None, ..manifest(&place("plain")) }).await;
    assert!(message.contains("needs file"), "{message}");
}

#[tokio::test]
async fn an_inventory_that_is_not_complete_is_read_with_a_warning() {
    let root = tempfile::tempdir().unwrap();
    write_run(&root.path().join("2026/11/20/03-00-00/all"), "all", &[("a.csv", ONE)], "PartiallySucceeded");
    let (_dir, built, _) = build(&manifest(root.path()), root.path()).await.unwrap();
    assert_eq!((urls(&built).len(), built.summary().warnings), (1, 1));
    assert!(built.summary().findings.contains_key(&Code::InventoryPartial));
}
