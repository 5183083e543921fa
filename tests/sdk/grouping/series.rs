//! DICOM series by what the files say, in Azurite.

use azure_to_encord::demo::{azure, sample};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use time::Duration;

use crate::{
    grouping::{build, frames},
    support::azurite::{Azurite, Blob},
};

const RULE: [(&str, &str); 1] = [("groups", r#"[{ type = "dicom-series", match = "**", by = "series-uid" }]"#)];

/// The demo's slices: 12 of one series, and 4 that say the same series but not the same study.
async fn slices() -> Vec<Vec<u8>> {
    azure_to_encord::tls::install();
    let server = azure::Server::start(azure::Options::default()).await.unwrap();
    sample::fill(&server);
    let sas = server.account_sas("rl", "sco", Duration::HOUR);
    let mut slices = Vec::new();
    for (patient, count) in [("007", 12), ("008", 4)] {
        for number in 1..=count {
            let url = format!(
                "{}/{}/ct/patient-{patient}/slice_{number:03}.dcm?{}",
                server.account_url().as_str().trim_end_matches('/'),
                sample::CONTAINER,
                sas.expose_secret().trim_start_matches('?')
            );
            let answer = reqwest::get(url).await.unwrap();
            assert_eq!(answer.status(), 200);
            slices.push(answer.bytes().await.unwrap().to_vec());
        }
    }
    slices
}

/// What the cache holds, as its text; replaced if a text is given.
fn cached(home: &std::path::Path, name: &str, replacement: Option<&str>) -> String {
    let connection = rusqlite::Connection::open(home.join("data/probed.db")).unwrap();
    if let Some(text) = replacement {
        connection.execute("update probed set value = ?1 where url like ?2", [text, &format!("%/{name}")]).unwrap();
    }
    connection.query_row("select value from probed where url like ?1", [format!("%/{name}")], |row| row.get(0)).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_grouped_by_study_and_series_whatever_they_are_called() {
    let slices = slices().await;
    let mut blobs = Vec::new();
    // Names tell neither series nor order: the last slice comes first, some have no extension.
    for (place, slice) in slices.iter().enumerate() {
        let name =
            if place % 2 == 0 { format!("pacs/IM{:04}", 99 - place) } else { format!("pacs/a/{:02}.dcm", 50 - place) };
        blobs.push(Blob::new(name, slice));
    }
    // The tags that matter come after 100 KB of something private.
    let mut long = slices[3].clone();
    let at = 132 + 12 + u32::from_le_bytes(long[140..144].try_into().unwrap()) as usize;
    let private = [
        &[9, 0, 0x10, 0, b'L', b'O', 2, 0, b'X', b' '][..],
        &[9, 0, 0, 0x10, b'O', b'B', 0, 0],
        &100_000u32.to_le_bytes(),
        &[7; 100_000],
    ]
    .concat();
    // Groups must come in order: 0009 stands before 0010.
    let before = long.windows(6).position(|window| window == [0x10, 0, 0x10, 0, b'P', b'N']).unwrap();
    assert!(before > at);
    long.splice(before..before, private);
    blobs.push(Blob::new("pacs/long", &long));
    blobs.push(Blob::new("pacs/DICOMDIR", &slices[0]));
    blobs.push(Blob::new("pacs/Thumbs.db", b"not an image either"));
    blobs.push(Blob::new("pacs/photo.jpg", b"\xff\xd8\xff"));
    blobs.push(Blob::new("pacs/damaged.dcm", &slices[0][..400]));
    blobs.push(Blob::new("pacs/text.dcm", b"hello"));
    let azurite = Azurite::shared();
    azurite.fill("series", false, &blobs);
    let sas: SecretString = azurite.tokens(&[("rlw", 60)]).remove(0);
    let home = tempfile::tempdir().unwrap();
    let built = || build(home.path(), azurite.account_url().as_str(), "series", &sas, &RULE);

    let first = built();
    let series: Vec<&Value> = first.manifest["dicom_series"].as_array().unwrap().iter().collect();
    let sizes: Vec<_> = series.iter().map(|series| (series["title"].as_str().unwrap(), frames(series).len())).collect();
    assert_eq!(sizes, [("2.25.7000007", 13), ("2.25.7000008", 3), ("2.25.7000008", 1)]);
    let order = frames(series[0]);
    assert_eq!(order[..4], ["pacs/IM0099", "a/49.dcm", "pacs/IM0097", "a/47.dcm"]);
    // Of the same number as the one before it, so the name decides.
    assert_eq!(order[4], "pacs/long");
    assert_eq!(first.manifest["images"].as_array().unwrap().len(), 1);
    let unreadable = |name: &str| ("dicom.unreadable".to_owned(), format!("pacs/{name}.dcm"));
    assert_eq!(first.findings, [unreadable("damaged"), unreadable("text")]);
    assert_ne!(first.code, Some(0));
    assert_eq!(first.skipped, 2);

    // The second time nothing is read: what the cache says counts, until the blob changes. The series has its title from the
    // file that is listed first.
    let told = cached(home.path(), "pacs/IM0089", None);
    cached(
        home.path(),
        "pacs/IM0089",
        Some(&told.replace(r#""description":null"#, r#""description":"from the cache""#)),
    );
    let second = built();
    assert_eq!(second.manifest["dicom_series"][0]["title"], "from the cache (2.25.7000007)");
    assert_eq!(second.findings, first.findings);
    let url = format!("{}/series/pacs/IM0089?{}", azurite.account_url(), sas.expose_secret().trim_start_matches('?'));
    let put = reqwest::Client::new().put(url).header("x-ms-blob-type", "BlockBlob").body(slices[10].clone());
    assert_eq!(put.send().await.unwrap().status(), 201);
    assert_eq!(built().manifest["dicom_series"], first.manifest["dicom_series"]);
}
