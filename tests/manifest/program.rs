//! The built program on stored manifests.

use std::process::Output;

use serde_json::Value;

use crate::{
    corpus::{folder, table},
    support::program::program,
};

fn check(arguments: &[&str]) -> (Option<i32>, String, String) {
    let home = tempfile::tempdir().unwrap();
    let arguments = [&["manifest", "check"], arguments].concat();
    let Output { status, stdout, stderr } = program(home.path(), &arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

fn stored(name: &str) -> String {
    folder(name).to_str().unwrap().to_owned()
}

#[test]
fn findings_are_lines_with_their_place_and_the_exit_code_tells_of_errors() {
    let table = table();
    for name in
        ["url-sas.json", "far.json", "twins.json", "goes-on.json", "truncated-in-item.json", "metadata-nan.json"]
    {
        let path = stored(&format!("wrong/{name}"));
        let (code, stdout, stderr) = check(&[&path]);
        assert_eq!((code, stderr.as_str()), (Some(1), ""), "{name}: {stdout}");
        for (code, line, column) in &table[name] {
            assert!(stdout.contains(&format!("{path}:{line}:{column}: error[{code}]: ")), "{name}: {stdout}");
        }
        assert!(!stdout.contains("s3cret") && stdout.contains("    fix: "), "{stdout}");
        let (code, stdout, _) = check(&[&path, "--json"]);
        let events: Vec<Value> = stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let (last, issues) = events.split_last().unwrap();
        assert_eq!(
            (code, last["event"].as_str(), last["errors"].as_u64()),
            (Some(1), Some("manifest"), Some(issues.len() as u64))
        );
        let told: Vec<_> = issues
            .iter()
            .map(|issue| {
                assert_eq!((issue["event"].as_str(), issue["severity"].as_str()), (Some("issue"), Some("error")));
                (
                    issue["code"].as_str().unwrap().to_owned(),
                    issue["line"].as_u64().unwrap(),
                    issue["column"].as_u64().unwrap(),
                )
            })
            .collect();
        assert_eq!(told, table[name], "{name}");
    }
}

#[test]
fn warnings_alone_are_no_failure() {
    let (code, stdout, _) = check(&[&stored("wrong/url-twice-encoded.json")]);
    assert_eq!(code, Some(0), "{stdout}");
    assert!(
        stdout.contains("warning[url.double-encoding]") && stdout.contains("1 item, 0 errors, 1 warning"),
        "{stdout}"
    );
    let (code, stdout, _) = check(&[&stored("valid/mixed.json")]);
    assert_eq!(code, Some(0), "{stdout}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
}

#[test]
fn a_schema_and_a_config_say_what_the_metadata_and_the_urls_have_to_be() {
    let dir = tempfile::tempdir().unwrap();
    let path = |name: &str| dir.path().join(name).to_str().unwrap().to_owned();
    let manifest = "{\"images\": [\n  {\"objectUrl\": \"https://other.blob.core.windows.net/raw/1.png\",\n   \"clientMetadata\": {\"n\": \"many\"}}\n]}\n";
    std::fs::write(path("manifest.json"), manifest).unwrap();
    std::fs::write(path("schema.json"), r#"{"n": {"ty": "variant", "hint": "number"}}"#).unwrap();
    let config = "version = 1\n[azure]\naccount = \"acme\"\ncontainer = \"raw\"\n[schema.keys]\nn = \"number\"\n";
    std::fs::write(path("site.toml"), config).unwrap();
    let manifest = path("manifest.json");
    let (code, stdout, stderr) = check(&[&manifest, "--schema", &path("schema.json")]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(stdout.contains(":3:28: error[metadata.type]: "), "{stdout}");
    assert!(!stdout.contains("url.host"), "{stdout}");
    let (code, stdout, stderr) = check(&[&manifest, "--config", &path("site.toml")]);
    assert_eq!(code, Some(1), "{stdout}{stderr}");
    assert!(
        stdout.contains(":3:28: error[metadata.type]: ") && stdout.contains(":2:17: error[url.host]: "),
        "{stdout}"
    );
}

#[test]
fn many_findings_are_capped_for_people_only() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("many.json");
    let items: Vec<String> = (0..1254).map(|item| format!(r#"{{"objectUrl": "http://a.b/c/{item}.png"}}"#)).collect();
    std::fs::write(&path, format!("{{\"images\": [\n{}\n]}}", items.join(",\n"))).unwrap();
    let path = path.to_str().unwrap();
    let (_, stdout, _) = check(&[path]);
    assert_eq!(stdout.matches("error[url.scheme]: ").count(), 20, "{stdout}");
    assert!(stdout.contains("and 1,234 more error[url.scheme]") && stdout.contains("1,254 errors"), "{stdout}");
    let (_, stdout, _) = check(&[path, "--json"]);
    assert_eq!(stdout.lines().count(), 1255);
}

#[test]
fn what_is_not_there_is_a_matter_of_usage() {
    let (code, _, stderr) = check(&["/nowhere/manifest.json"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("/nowhere/manifest.json"), "{stderr}");
    assert_eq!(check(&[]).0, Some(2));
}
