//! Groups, series and scenes by rule: from a container to the manifest, beside Azurite and Encord's own SDK.

mod columns;
mod scenes;
mod series;

use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use crate::support::{
    config::ConfigText,
    events::{events, only},
    program::{program, run},
};

/// What a build made.
struct Built {
    manifest: Value,
    code: Option<i32>,
    /// By code and item, in order of both.
    findings: Vec<(String, String)>,
    skipped: u64,
}

/// Builds the manifest of a container with these rules under `[manifest]`.
fn build(home: &Path, account_url: &str, container: &str, sas: &SecretString, manifest: &[(&str, &str)]) -> Built {
    let mut config = ConfigText::default()
        .text("azure", "endpoint", account_url)
        .text("azure", "container", container)
        .text("azure", "sas_token_env", "GROUPING_SAS");
    for (key, value) in manifest {
        config = config.raw("manifest", key, value);
    }
    let config = config.write(home, "case.toml");
    let out = home.join("out.json");
    let _ = std::fs::remove_file(out.with_file_name("out.json.findings.jsonl"));
    let arguments = ["manifest", "build", config.to_str().unwrap(), "-o", out.to_str().unwrap(), "--json", "--force"];
    let ended = run(program(home, &arguments).env("GROUPING_SAS", sas.expose_secret()));
    let events = events(&ended);
    let findings = std::fs::read_to_string(out.with_file_name("out.json.findings.jsonl")).unwrap_or_default();
    let text = |finding: &Value, field: &str| finding[field].as_str().unwrap().to_owned();
    let read = |line: &str| serde_json::from_str(line).map(|found: Value| (text(&found, "code"), text(&found, "item")));
    let mut findings: Vec<_> = findings.lines().map(|line| read(line).unwrap()).collect();
    findings.sort();
    let manifest = std::fs::read(&out).unwrap_or_else(|_| panic!("{ended:?}"));
    Built {
        manifest: serde_json::from_slice(&manifest).unwrap(),
        code: ended.code,
        findings,
        skipped: only(&events, "listing")["skipped"].as_u64().unwrap(),
    }
}

/// The last two segments of the URLs of a group in the file form.
fn frames(group: &Value) -> Vec<String> {
    let urls = (0..).map_while(|number| group.get(format!("objectUrl_{number}"))?.as_str());
    urls.map(|url| url.rsplitn(3, '/').take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/"))
        .collect()
}
