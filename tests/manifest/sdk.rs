//! The valid manifests, made `dataItems` by this program, in the hands of Encord's own SDK.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use azure_to_encord::manifest::data_items::{JobOptions, job_body};
use serde_json::Value;

use crate::{
    corpus::{checked, files},
    support::installed,
};

#[test]
fn the_sdk_takes_every_valid_manifest_and_keeps_every_item() {
    let mut command = Command::new(installed("ENCORD_TEST_PYTHON"));
    command.args(["-X", "utf8", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/manifest/validate.py")]);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let options = JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false };
    let files = files("valid");
    let mut counts = Vec::new();
    for (_, bytes) in &files {
        let items = checked(bytes, None).items;
        let body: Value = serde_json::from_slice(&job_body(&items, uuid::Uuid::nil(), options).unwrap()).unwrap();
        writeln!(stdin, "{}", body["dataItems"]).unwrap();
        counts.push(items.len() as u64);
    }
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    let answers: Vec<Value> =
        String::from_utf8(output.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(answers.len(), files.len());
    for (((name, _), answer), count) in files.iter().zip(answers).zip(counts) {
        assert_eq!(answer["items"].as_u64(), Some(count), "{name}: {answer}");
    }
}
