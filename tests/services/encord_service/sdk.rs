//! The official Python SDK as a client. ENCORD_TEST_PYTHON names an interpreter that has `tests/sdk/requirements.txt`
//! installed; tests/run sees to that.

use std::process::Stdio;

use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};

use crate::encord_service::{
    client::{Client, INTEGRATION, key, options},
    stub::Stub,
    uploads::{MP4, PNG, dicom},
};

/// Files of the demo's container under their names there, as far as the script uses them.
fn fill(stub: &Stub) {
    for number in 1..=4 {
        stub.put(&format!("site-leeds/cam01/2026-04-01/frame_{number:04}.jpg"), PNG);
        stub.put(&format!("ct/patient-007/slice_{number:03}.dcm"), dicom("1.2.34"));
        stub.put(
            &format!("ct/patient-008/slice_{number:03}.dcm"),
            dicom(if number == 3 { "1.2.35" } else { "1.2.34" }),
        );
    }
    stub.put("site-leeds/cam01/clips/clip_01.mp4", MP4);
    stub.put("audio/a.mp3", &b"ID3\x04\0\0"[..]);
    stub.put("docs/d.pdf", &b"%PDF-1.7\n"[..]);
    stub.put("docs/t.txt", &b"text"[..]);
    stub.put("mri/phantom.nii", &b"\x5c\x01\0\0"[..]);
    stub.put("lidar/junction-a.pcd", &b"# .PCD v0.7"[..]);
    stub.put("mislabelled/not-a-video.mp4", PNG);
}

async fn run(client: &Client, python: &str, base: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("key");
    let pair = KeypairData::from(Ed25519Keypair::from_seed(&key().to_bytes()));
    let private = PrivateKey::new(pair, "test").unwrap();
    private.write_openssh_file(&path, LineEnding::LF).unwrap();
    let mut command = std::process::Command::new(python);
    command
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/test_sdk.py"))
        .env("ENCORD_TEST_DOMAIN", client.server.url())
        .env("ENCORD_TEST_KEY_FILE", &path)
        .env("ENCORD_TEST_INTEGRATION", INTEGRATION.to_string())
        .env("ENCORD_TEST_OBJECT_BASE", base)
        .stdin(Stdio::null());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    println!("{}", text(&output.stdout));
    assert!(output.status.success(), "{}", text(&output.stderr));
}

#[tokio::test]
async fn the_official_sdk_is_content() {
    let python = std::env::var("ENCORD_TEST_PYTHON").expect("ENCORD_TEST_PYTHON is not set: run tests/run");
    let stub = Stub::start().await;
    fill(&stub);
    run(&Client::start(options(Some(stub.access()))).await, &python, stub.url()).await;
    run(&Client::start(options(None)).await, &python, "").await;
}
