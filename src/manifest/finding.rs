//! What the user should know of a manifest before it is sent.

use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// The manifest is not sent before it is mended.
    Error,
    /// Worth a look.
    Warning,
}

impl Severity {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What kind of finding it is. Errors come first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Code {
    /// An image sequence under strict client-only access.
    #[serde(rename = "strict.sequence")]
    StrictSequence,
    /// No media metadata under strict client-only access.
    #[serde(rename = "strict.media-metadata")]
    StrictMediaMetadata,
    /// A metadata value that is not of its key's type.
    #[serde(rename = "metadata.type")]
    MetadataType,
    /// A metadata key that Encord keeps for itself.
    #[serde(rename = "metadata.reserved")]
    MetadataReserved,
    /// A metadata key that Encord's rules do not allow.
    #[serde(rename = "metadata.key")]
    MetadataKey,
    /// A metadata key that the schema does not have.
    #[serde(rename = "metadata.unknown-key")]
    MetadataUnknownKey,
    /// A metadata value that was changed to fit its key's type.
    #[serde(rename = "metadata.coerced")]
    MetadataCoerced,
    /// A path that does not have the shape of the pattern that metadata is read by.
    #[serde(rename = "metadata.path")]
    MetadataPath,
    /// Extension and content type contradict each other.
    #[serde(rename = "type.disagreement")]
    TypeDisagreement,
}

impl Code {
    /// Every code, errors first.
    pub const ALL: [Code; 9] = [
        Code::StrictSequence,
        Code::StrictMediaMetadata,
        Code::MetadataType,
        Code::MetadataReserved,
        Code::MetadataKey,
        Code::MetadataUnknownKey,
        Code::MetadataCoerced,
        Code::MetadataPath,
        Code::TypeDisagreement,
    ];

    /// As in JSON. Stable.
    pub fn name(self) -> &'static str {
        match self {
            Code::StrictSequence => "strict.sequence",
            Code::StrictMediaMetadata => "strict.media-metadata",
            Code::MetadataType => "metadata.type",
            Code::MetadataReserved => "metadata.reserved",
            Code::MetadataKey => "metadata.key",
            Code::MetadataUnknownKey => "metadata.unknown-key",
            Code::MetadataCoerced => "metadata.coerced",
            Code::MetadataPath => "metadata.path",
            Code::TypeDisagreement => "type.disagreement",
        }
    }

    /// How much it matters.
    pub fn severity(self) -> Severity {
        match self {
            Code::StrictSequence
            | Code::StrictMediaMetadata
            | Code::MetadataType
            | Code::MetadataReserved
            | Code::MetadataKey => Severity::Error,
            Code::MetadataUnknownKey | Code::MetadataCoerced | Code::MetadataPath | Code::TypeDisagreement => {
                Severity::Warning
            }
        }
    }

    /// What the user can do about it.
    pub fn advice(self) -> &'static str {
        match self {
            Code::StrictSequence => {
                "Register the files as an image-group instead, or leave them out with [manifest] exclude."
            }
            Code::StrictMediaMetadata => {
                "This version cannot supply media metadata: leave such files out with [manifest] exclude, or switch strict \
                 client-only access off, in the integration in Encord and with strict_client_only = false under [encord]."
            }
            Code::MetadataType => {
                "Correct the value or its pattern under [manifest.metadata], or the key's type under [schema.keys]. coerce = true \
                 under [schema] changes values that can only be meant one way."
            }
            Code::MetadataReserved | Code::MetadataKey => "Rename the key under [manifest.metadata].",
            Code::MetadataUnknownKey => {
                "Add the key under [schema.keys], with its type, if people are to filter by it."
            }
            Code::MetadataCoerced => {
                "Check that the new value is what was meant; coerce = false under [schema] changes nothing."
            }
            Code::MetadataPath => "Change path under [manifest.metadata] if such blobs should get metadata too.",
            Code::TypeDisagreement => "Give the blob its type with [[manifest.types]] if the extension is wrong.",
        }
    }
}

/// One thing to know of an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// How much it matters; that of the code.
    pub severity: Severity,
    /// What kind it is.
    pub code: Code,
    /// The blob's name, or the group's.
    pub item: String,
    /// The metadata key that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What was seen.
    pub message: String,
    /// How many items it stands for: more than one where a fact about a key is told once, with its first item.
    pub items: u64,
}

impl Finding {
    /// A finding about one item.
    pub fn new(code: Code, item: impl Into<String>, message: impl Into<String>) -> Finding {
        let (item, message) = (item.into(), message.into());
        Finding { severity: code.severity(), code, item, key: None, message, items: 1 }
    }

    /// About one of its metadata keys.
    #[must_use]
    pub fn key(self, key: impl Into<String>) -> Finding {
        Finding { key: Some(key.into()), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_written_as_they_are_named_and_errors_come_first() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).unwrap(), code.name());
        }
        assert!(Code::ALL.is_sorted() && Code::ALL.map(Code::severity).is_sorted());
    }
}
