//! Signing a request the way Encord's API checks it: HTTP message signatures over three parts of the request.
//!
//! The exact form is what the official SDK sends; the tests hold two requests recorded from it.

use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};

use crate::encord::key::SigningKey;

/// The header values that prove who sent a request.
pub(super) struct Signature {
    /// `Content-Digest`, needed for an empty body too.
    pub(super) digest: String,
    /// `Signature-Input`.
    pub(super) input: String,
    /// `Signature`.
    pub(super) signature: String,
}

/// Signs one request at `created` (seconds since 1970, which Encord compares with its own clock).
///
/// `target` is path and query exactly as they go over the wire.
pub(super) fn sign(key: &SigningKey, method: &str, target: &str, body: &[u8], created: u64) -> Signature {
    let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(body)));
    let params = format!(
        "(\"@method\" \"@request-target\" \"content-digest\");created={created};keyid=\"{}\";alg=\"ed25519\"",
        key.id()
    );
    let base = format!(
        "\"@method\": {method}\n\"@request-target\": {target}\n\"content-digest\": {digest}\n\"@signature-params\": {params}"
    );
    let signature = STANDARD.encode(key.sign(base.as_bytes()));
    Signature { digest, input: format!("encord-sig={params}"), signature: format!("encord-sig=:{signature}:") }
}

/// Seconds since 1970 by this machine's clock.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SigningKey {
        let mut der = b"\x30\x2e\x02\x01\x00\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20".to_vec();
        der.extend(1..=32);
        let pem = format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der));
        SigningKey::from_openssh(&pem.into(), None).unwrap()
    }

    #[test]
    fn signs_a_get_as_the_sdk_does() {
        let got = sign(&key(), "GET", "/v2/public/cloud-integrations?includeOrgAccess=False", b"", 1_700_000_000);
        assert_eq!(got.digest, "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:");
        assert_eq!(
            got.input,
            "encord-sig=(\"@method\" \"@request-target\" \"content-digest\");created=1700000000;keyid=\"79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664\";alg=\"ed25519\""
        );
        assert_eq!(
            got.signature,
            "encord-sig=:HyuayrEnCB0//OND12HPmUxSpVbpWugBogupNfBttjrFyeYQkqnxABpSIP7WZ291yaei6IM+D4w+oZve5NjEDw==:"
        );
    }

    #[test]
    fn signs_a_post_as_the_sdk_does() {
        let got = sign(&key(), "POST", "/v2/public/storage/folders", br#"{"name": "Demo"}"#, 1_700_000_000);
        assert_eq!(got.digest, "sha-256=:/CPU5e/GSlXBWG6WJuj7+jKTdvm5CQ7hwBv9djOVKME=:");
        assert_eq!(
            got.signature,
            "encord-sig=:salFYmvUlVfsN1x8cFOGu8RM8U+wNEMII5k+R8c8jowG/etH5R+y+oqOObu2VxrjDYjPJy9rhA8QKxMZCenbCQ==:"
        );
    }
}
