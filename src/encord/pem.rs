//! The text around a key: finding its armour, or saying what the text is instead.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};

use crate::encord::key::KeyError;

/// Splits PEM text into its label and what stands between the two armour lines.
///
/// Line widths are not looked at: Python's `cryptography` wraps OpenSSH keys at another width than OpenSSH does.
pub(super) fn armour(text: &str) -> Result<(&str, &str), KeyError> {
    const DASHES: &str = "-----";
    if let Some(rest) = text.strip_prefix("-----BEGIN ") {
        let Some((label, rest)) = rest.split_once(DASHES) else {
            return Err(KeyError::Truncated);
        };
        return match rest.split_once(DASHES) {
            Some((body, end)) if end.starts_with(&format!("END {label}{DASHES}")) => Ok((label, body)),
            _ if label.contains("PUBLIC KEY") => Err(KeyError::Public),
            _ => Err(KeyError::Truncated),
        };
    }
    let first_word = text.split_whitespace().next().unwrap_or_default();
    if text.is_empty() {
        Err(not_a_key("it is empty"))
    } else if ["ssh-", "ecdsa-", "sk-"].iter().any(|start| first_word.starts_with(start))
        || text.starts_with("---- BEGIN SSH2 PUBLIC KEY")
    {
        Err(KeyError::Public)
    } else if text.starts_with("PuTTY-User-Key-File") {
        Err(KeyError::NotAKey {
            found: "a PuTTY key file".to_owned(),
            advice: "open it in PuTTYgen and use Conversions > Export OpenSSH key".to_owned(),
        })
    } else if text.contains("-----END OPENSSH PRIVATE KEY") {
        Err(KeyError::Truncated)
    } else {
        Err(not_a_key("it has no line `-----BEGIN OPENSSH PRIVATE KEY-----`"))
    }
}

/// The bytes that the base64 text of an armour stands for.
pub(super) fn decode(body: &str) -> Result<SecretSlice<u8>, KeyError> {
    let packed = SecretString::from(body.split_whitespace().collect::<String>());
    let bytes = STANDARD.decode(packed.expose_secret()).map_err(|error| match error {
        base64::DecodeError::InvalidByte(..) => KeyError::Damaged { detail: "it is not base64".to_owned() },
        _ => KeyError::Truncated,
    })?;
    Ok(SecretSlice::from(bytes))
}

/// Text that is no private key, told by what it looks like.
pub(super) fn not_a_key(found: &str) -> KeyError {
    KeyError::NotAKey {
        found: found.to_owned(),
        advice: "give the private key file that `ssh-keygen -t ed25519` wrote".to_owned(),
    }
}
