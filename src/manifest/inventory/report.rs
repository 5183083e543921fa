//! The manifest of one inventory run, `RULE-manifest.json`, and its checksum, `RULE-manifest.checksum`.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use md5::{Digest as _, Md5};
use serde::Deserialize;
use thiserror::Error;

/// The end of the names of these files.
pub const MANIFEST: &str = "-manifest.json";
/// The end of the names of their checksums. Azure writes it last of all.
pub const CHECKSUM: &str = "-manifest.checksum";

/// One run of an inventory rule, as Azure describes it ("Azure Storage blob inventory" in Microsoft's documentation).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    version: String,
    status: String,
    /// The rule.
    #[serde(default)]
    pub rule_name: String,
    /// When it began, ISO 8601 in UTC.
    #[serde(default)]
    pub inventory_start_time: String,
    /// The data files.
    pub files: Vec<DataFile>,
    #[serde(default)]
    rule_definition: Definition,
    #[serde(default)]
    summary: Option<Summary>,
}

/// A data file of an inventory run.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DataFile {
    blob: String,
    /// Bytes, where the manifest says.
    #[serde(default)]
    pub size: Option<u64>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Definition {
    format: String,
    object_type: String,
    filters: Filters,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Filters {
    prefix_match: Vec<String>,
    exclude_prefix: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Summary {
    object_count: u64,
}

/// Why an inventory cannot be used. Complete sentences but for the name of the file in front.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReportError {
    /// It is not what Azure writes.
    #[error("is not the manifest of an inventory run: {0}.")]
    Malformed(String),
    /// Another version of the form.
    #[error("has the version {0}, and this program reads 1.0. A newer azure-to-encord may read it.")]
    Version(String),
    /// The inventory run did not come to its end.
    #[error(
        "says that the inventory run came to nothing (status {0}). Name the folder of another run, or wait for the next."
    )]
    Status(String),
    /// Changed or damaged since Azure wrote it.
    #[error("does not match its checksum, so it was changed or damaged on its way. Copy it again.")]
    Checksum,
    /// Containers, not blobs.
    #[error("is of a rule that lists containers. Use a rule whose object type is blob.")]
    Containers,
}

impl Report {
    /// Reads a manifest and checks it against its checksum, if there is one.
    ///
    /// # Errors
    /// It is none that can be used.
    pub fn read(manifest: &[u8], checksum: Option<&[u8]>) -> Result<Report, ReportError> {
        if checksum.is_some_and(|checksum| !is_checksum(checksum, manifest)) {
            return Err(ReportError::Checksum);
        }
        let manifest = manifest.strip_prefix(b"\xef\xbb\xbf").unwrap_or(manifest);
        let report: Report =
            serde_json::from_slice(manifest).map_err(|error| ReportError::Malformed(error.to_string()))?;
        if report.version != "1" && !report.version.starts_with("1.") {
            return Err(ReportError::Version(report.version));
        }
        if report.rule_definition.object_type.eq_ignore_ascii_case("container") {
            return Err(ReportError::Containers);
        }
        match report.status.as_str() {
            "Succeeded" | "PartiallySucceeded" => Ok(report),
            _ => Err(ReportError::Status(report.status)),
        }
    }

    /// Whether Azure says that blobs are missing.
    pub fn is_partial(&self) -> bool {
        self.status != "Succeeded"
    }

    /// Rows in all data files, as Azure counted them.
    pub fn object_count(&self) -> Option<u64> {
        self.summary.as_ref().map(|summary| summary.object_count)
    }

    /// The prefixes that the rule covers, as `container/prefix`; empty for the whole account.
    pub fn covers(&self) -> &[String] {
        &self.rule_definition.filters.prefix_match
    }

    /// The prefixes that it does not cover.
    pub fn leaves_out(&self) -> &[String] {
        &self.rule_definition.filters.exclude_prefix
    }

    /// Whether this data file is Parquet; CSV otherwise.
    pub fn is_parquet(&self, file: &DataFile) -> bool {
        let name = file.name().to_ascii_lowercase();
        match (name.ends_with(".parquet"), name.ends_with(".csv")) {
            (true, _) => true,
            (_, true) => false,
            _ => self.rule_definition.format.eq_ignore_ascii_case("parquet"),
        }
    }
}

impl DataFile {
    /// Its name without the path. It lies beside the manifest; the path is that which it had where Azure wrote it.
    pub fn name(&self) -> &str {
        self.blob.rsplit(['/', '\\']).next().unwrap_or_default()
    }
}

/// Whether that is the MD5 of these bytes, in hexadecimal or base64.
fn is_checksum(checksum: &[u8], bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(checksum);
    let text = text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\u{feff}'));
    let digest = Md5::digest(bytes);
    let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    text.eq_ignore_ascii_case(&hex) || text == STANDARD.encode(digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// As Microsoft's documentation shows it.
    fn sample() -> Value {
        json!({
            "destinationContainer": "inventory-destination-container",
            "endpoint": "https://testaccount.blob.core.windows.net",
            "files": [{ "blob": "2021/05/26/13-25-36/Rule_1/Rule_1.csv", "size": 12710092 }],
            "inventoryCompletionTime": "2021-05-26T13:35:56Z",
            "inventoryStartTime": "2021-05-26T13:25:36Z",
            "ruleDefinition": {
                "filters": { "blobTypes": ["blockBlob"], "includeBlobVersions": false, "includeSnapshots": false,
                    "prefixMatch": ["penner-test-container-100003"] },
                "format": "csv", "objectType": "blob", "schedule": "daily",
                "schemaFields": ["Name", "Creation-Time", "BlobType", "Content-Length", "LastAccessTime"],
            },
            "ruleName": "Rule_1", "status": "Succeeded",
            "summary": { "objectCount": 110000, "totalObjectSize": 23789775 },
            "version": "1.0",
        })
    }

    #[test]
    fn the_documented_manifest_is_read() {
        let text = sample().to_string();
        let report = Report::read(text.as_bytes(), None).unwrap();
        assert_eq!((report.rule_name.as_str(), report.object_count()), ("Rule_1", Some(110_000)));
        assert_eq!((report.files[0].name(), report.files[0].size), ("Rule_1.csv", Some(12_710_092)));
        assert_eq!(report.covers(), ["penner-test-container-100003"]);
        assert!(!report.is_partial() && !report.is_parquet(&report.files[0]));
    }

    #[test]
    fn a_checksum_is_taken_in_either_writing_and_must_match() {
        let text = sample().to_string();
        let digest = Md5::digest(text.as_bytes());
        let hex: String = digest.iter().map(|byte| format!("{byte:02X}")).collect();
        for checksum in [hex.clone(), format!("\"{}\"\r\n", hex.to_lowercase()), STANDARD.encode(digest)] {
            assert!(Report::read(text.as_bytes(), Some(checksum.as_bytes())).is_ok(), "{checksum}");
        }
        for checksum in ["", "d41d8cd98f00b204e9800998ecf8427e", &hex[1..]] {
            assert_eq!(Report::read(text.as_bytes(), Some(checksum.as_bytes())), Err(ReportError::Checksum));
        }
    }

    #[test]
    fn what_cannot_be_used_says_why() {
        let with = |key: &str, value: Value| {
            let mut sample = sample();
            sample[key] = value;
            Report::read(sample.to_string().as_bytes(), None)
        };
        assert!(with("status", json!("PartiallySucceeded")).unwrap().is_partial());
        assert_eq!(with("status", json!("Failed")), Err(ReportError::Status("Failed".into())));
        assert_eq!(with("version", json!("2.0")), Err(ReportError::Version("2.0".into())));
        assert_eq!(with("ruleDefinition", json!({ "objectType": "container" })), Err(ReportError::Containers));
        assert!(matches!(with("files", json!(1)), Err(ReportError::Malformed(_))));
        assert!(matches!(Report::read(b"{", None), Err(ReportError::Malformed(_))));
    }
}
