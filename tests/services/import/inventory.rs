//! Inventories that lie in Azure: what is built from them is what a listing of the same blobs gives.

use std::sync::Arc;

use azure_to_encord::demo::encord::Pace;
use bytes::Bytes;
use md5::{Digest as _, Md5};
use parquet::{
    data_type::{ByteArray, ByteArrayType, Int64Type},
    file::writer::SerializedFileWriter,
    schema::parser::parse_message_type,
};
use serde_json::json;

use crate::{
    import::scene::{JPEG, Scene, images},
    support::{
        azurite::Blob,
        events::{events, only},
        program::run,
    },
};

const DAY: &str = "reports/2026/11/20";

fn csv_file(blobs: &[(String, usize)]) -> Vec<u8> {
    let mut table = csv::Writer::from_writer(Vec::new());
    table.write_record(["Content-Length", "Name", "Content-Type"]).unwrap();
    for (name, size) in blobs {
        table.write_record([&size.to_string(), &format!("listed/{name}"), "application/octet-stream"]).unwrap();
    }
    table.into_inner().unwrap()
}

fn parquet_file(blobs: &[(String, usize)]) -> Vec<u8> {
    let schema = "message inventory { required binary Name (UTF8); required int64 ContentLength; }";
    let schema = Arc::new(parse_message_type(schema).unwrap());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, Arc::default()).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let names: Vec<ByteArray> =
        blobs.iter().map(|(name, _)| ByteArray::from(Bytes::from(format!("listed/{name}")))).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<ByteArrayType>().write_batch(&names, None, None).unwrap();
    column.close().unwrap();
    let sizes: Vec<i64> = blobs.iter().map(|(_, size)| *size as i64).collect();
    let mut column = group.next_column().unwrap().unwrap();
    column.typed::<Int64Type>().write_batch(&sizes, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.into_inner().unwrap()
}

/// A run of a rule: its data files, its manifest and the checksum.
fn inventory(time: &str, rule: &str, count: usize, files: Vec<(&str, Vec<u8>)>) -> Vec<Blob> {
    let folder = format!("{DAY}/{time}/{rule}");
    let listed: Vec<_> =
        files.iter().map(|(name, data)| json!({ "blob": format!("{folder}/{name}"), "size": data.len() })).collect();
    let manifest = json!({
        "version": "1.0", "status": "Succeeded", "ruleName": rule, "files": listed,
        "inventoryStartTime": "2026-11-20T03:00:00Z", "summary": { "objectCount": count },
    })
    .to_string();
    let checksum: String = Md5::digest(&manifest).iter().map(|byte| format!("{byte:02x}")).collect();
    let mut blobs: Vec<Blob> =
        files.into_iter().map(|(name, data)| Blob::new(format!("{folder}/{name}"), &data)).collect();
    blobs.push(Blob::new(format!("{folder}/{rule}-manifest.json"), manifest.as_bytes()));
    blobs.push(Blob::new(format!("{folder}/{rule}-manifest.checksum"), checksum.as_bytes()));
    blobs
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inventory_in_azure_gives_what_a_listing_gives() {
    let mut blobs = images(60);
    blobs.push(Blob::new("with space & #%/图像 1.png", JPEG));
    blobs.push(Blob::new("a, \"quoted\" name.mp4", JPEG));
    blobs.push(Blob::new("ct/10.dcm", JPEG));
    blobs.push(Blob::new("ct/9.dcm", JPEG));
    blobs.push(Blob::new("empty.png", b""));
    let mut scene = Scene::set("listed", false, &blobs, Pace::Unlimited).await;
    let rows: Vec<(String, usize)> = scene
        .listed
        .iter()
        .map(|name| (name.clone(), blobs.iter().find(|blob| blob.name == *name).unwrap().content.len()))
        .collect();
    let (first, second) = rows.split_at(rows.len() / 2);
    let count = rows.len();
    let mut reports = inventory(
        "03-00-00",
        "table",
        count,
        vec![("table_1.csv", csv_file(first)), ("table_2.csv", csv_file(second))],
    );
    reports.extend(inventory("05-00-00", "columns", count, vec![("columns.parquet", parquet_file(&rows))]));
    scene.azurite.fill("reports-here", false, &reports);

    let out = tempfile::tempdir().unwrap();
    let build = |scene: &Scene, name: &str, code| {
        let path = out.path().join(name);
        let config = scene.config_file();
        let arguments =
            ["manifest", "build", config.to_str().unwrap(), "--json", "--force", "-o", path.to_str().unwrap()];
        let ended = run(&mut scene.program(&arguments)).expect(code);
        (ended, std::fs::read(&path).unwrap_or_default())
    };
    let (_, listed) = build(&scene, "listed.json", 0);
    assert!(listed.len() > 1000);
    scene.config = scene.config.text("manifest", "source", "inventory");
    for (file, rule) in [
        ("reports-here/reports/table", "table"),
        ("reports-here/reports/columns", "columns"),
        ("reports-here/reports/2026/11/20/03-00-00/", "table"),
        ("reports-here/reports/2026/11/20/05-00-00/columns/columns-manifest.json", "columns"),
    ] {
        scene.config = scene.config.clone().text("manifest", "file", file);
        let (ended, built) = build(&scene, "inventory.json", 0);
        let events = events(&ended);
        let listing = only(&events, "listing");
        assert_eq!((&listing["blobs"], &listing["skipped"]), (&json!(count), &json!(1)));
        assert!(listing["notes"].to_string().contains(&format!("Inventory '{rule}'")), "{listing}");
        assert!(built == listed, "{file}: the manifests differ");
    }
    for (file, part) in [
        ("reports-here/reports/", "of several rules: columns, table"),
        ("reports-here/reports/videos", "no finished inventory run of a rule 'videos'"),
        ("no-such-container/", "The inventory in the container no-such-container cannot be read"),
    ] {
        scene.config = scene.config.clone().text("manifest", "file", file);
        let (ended, _) = build(&scene, "refused.json", 2);
        assert!(ended.stderr.contains(part), "{}", ended.stderr);
    }
}
