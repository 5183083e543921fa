//! Verification of the HTTP signatures that Encord's clients send (encord.md §7.1).

use axum::http::HeaderMap;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest as _, Sha256};

const LABEL: &str = "encord-sig=";
const COVERED: &str = r#"("@method" "@request-target" "content-digest")"#;
/// How far `created` may lie from this machine's clock, in seconds.
const TOLERANCE: i64 = 5 * 60;

/// What of a request is signed.
pub(super) struct Signed<'a> {
    pub(super) method: &'a str,
    /// Path and query exactly as sent.
    pub(super) target: &'a str,
    pub(super) headers: &'a HeaderMap,
    pub(super) body: &'a [u8],
}

/// Checks digest, key, time and signature against `now` (Unix seconds).
///
/// # Errors
/// A sentence that says which of them is wrong.
pub(super) fn verify(request: &Signed<'_>, keys: &[VerifyingKey], now: i64) -> Result<(), String> {
    let digest = header(request.headers, "content-digest")?;
    let expected = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(request.body)));
    if digest != expected {
        return Err("Content-Digest does not match the request body.".to_owned());
    }
    let input = header(request.headers, "signature-input")?;
    let parameters = input.strip_prefix(LABEL).ok_or("Signature-Input does not start with encord-sig=.")?;
    let fields =
        parameters.strip_prefix(COVERED).ok_or_else(|| format!("Signature-Input must cover exactly {COVERED}."))?;

    let (mut created, mut key_id, mut algorithm) = (None, None, None);
    for field in fields.split(';').filter(|field| !field.is_empty()) {
        match field.split_once('=') {
            Some(("created", value)) => created = value.parse::<i64>().ok(),
            Some(("keyid", value)) => key_id = Some(value.trim_matches('"')),
            Some(("alg", value)) => algorithm = Some(value.trim_matches('"')),
            _ => {
                return Err(format!("Signature-Input has an unknown parameter: {field}."));
            }
        }
    }
    if algorithm != Some("ed25519") {
        return Err("The signature's alg must be ed25519.".to_owned());
    }
    let key_id = key_id.ok_or("Signature-Input has no keyid.")?;
    let key = keys
        .iter()
        .find(|key| hex(key.as_bytes()) == key_id)
        .ok_or("The signature's keyid is not a key known to this service.")?;
    let created = created.ok_or("Signature-Input has no created time.")?;
    if (now - created).abs() > TOLERANCE {
        return Err(format!(
            "The signature's created time is {} seconds away from the service's clock; at most {TOLERANCE} are allowed.",
            (now - created).abs()
        ));
    }

    let base = format!(
        "\"@method\": {}\n\"@request-target\": {}\n\"content-digest\": {digest}\n\"@signature-params\": {parameters}",
        request.method, request.target
    );
    let signature = header(request.headers, "signature")?
        .strip_prefix("encord-sig=:")
        .and_then(|rest| rest.strip_suffix(':'))
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|bytes| Signature::from_slice(&bytes).ok())
        .ok_or("Signature is not of the form encord-sig=:<base64 of 64 bytes>:.")?;
    key.verify_strict(base.as_bytes(), &signature).map_err(|_| "The signature does not match the request.".to_owned())
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, String> {
    headers
        .get(name)
        .ok_or_else(|| format!("The {name} header is missing."))?
        .to_str()
        .map_err(|_| format!("The {name} header is not plain text."))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;
    use ed25519_dalek::SigningKey;

    const CREATED: i64 = 1_700_000_000;
    const KEY_ID: &str = "79b5562e8fe654f94078b112e8a98ba7901f853ae695bed7e0e3910bad049664";

    /// The two requests that the official SDK signed with the seed 01..20.
    const VECTORS: [(&str, &str, &str, &str, &str); 2] = [
        (
            "GET",
            "/v2/public/cloud-integrations?includeOrgAccess=False",
            "",
            "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
            "HyuayrEnCB0//OND12HPmUxSpVbpWugBogupNfBttjrFyeYQkqnxABpSIP7WZ291yaei6IM+D4w+oZve5NjEDw==",
        ),
        (
            "POST",
            "/v2/public/storage/folders",
            r#"{"name": "Demo"}"#,
            "/CPU5e/GSlXBWG6WJuj7+jKTdvm5CQ7hwBv9djOVKME=",
            "salFYmvUlVfsN1x8cFOGu8RM8U+wNEMII5k+R8c8jowG/etH5R+y+oqOObu2VxrjDYjPJy9rhA8QKxMZCenbCQ==",
        ),
    ];

    fn keys() -> Vec<VerifyingKey> {
        let seed: Vec<u8> = (1..=32).collect();
        vec![SigningKey::from_bytes(&seed.try_into().unwrap()).verifying_key()]
    }

    fn headers(digest: &str, signature: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let input = format!(r#"encord-sig={COVERED};created={CREATED};keyid="{KEY_ID}";alg="ed25519""#);
        headers.insert("content-digest", HeaderValue::from_str(&format!("sha-256=:{digest}:")).unwrap());
        headers.insert("signature-input", HeaderValue::from_str(&input).unwrap());
        headers.insert("signature", HeaderValue::from_str(&format!("encord-sig=:{signature}:")).unwrap());
        headers
    }

    #[test]
    fn the_official_sdk_s_signatures_are_accepted() {
        for (method, target, body, digest, signature) in VECTORS {
            let headers = headers(digest, signature);
            let request = Signed { method, target, headers: &headers, body: body.as_bytes() };
            verify(&request, &keys(), CREATED).unwrap();
            verify(&request, &keys(), CREATED + TOLERANCE).unwrap();
            verify(&request, &keys(), CREATED - TOLERANCE).unwrap();
        }
    }

    #[test]
    fn whatever_is_altered_is_refused_with_its_reason() {
        let (method, target, body, digest, signature) = VECTORS[1];
        let good = headers(digest, signature);
        let says = |method: &str, target: &str, body: &[u8], headers: &HeaderMap, now: i64, keys: &[VerifyingKey]| {
            verify(&Signed { method, target, headers, body }, keys, now).unwrap_err()
        };
        let body = body.as_bytes();
        assert!(says("PUT", target, body, &good, CREATED, &keys()).contains("does not match the request."));
        assert!(
            says(method, "/v2/public/other", body, &good, CREATED, &keys()).contains("does not match the request.")
        );
        assert!(says(method, target, b"{}", &good, CREATED, &keys()).contains("Content-Digest"));
        assert!(says(method, target, body, &good, CREATED + TOLERANCE + 1, &keys()).contains("created time"));
        assert!(says(method, target, body, &good, CREATED - TOLERANCE - 1, &keys()).contains("created time"));
        assert!(says(method, target, body, &good, CREATED, &[]).contains("keyid"));
        for missing in ["content-digest", "signature-input", "signature"] {
            let mut headers = good.clone();
            headers.remove(missing);
            assert!(says(method, target, body, &headers, CREATED, &keys()).contains(missing));
        }
    }
}
