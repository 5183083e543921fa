//! Keys are made afresh for every test; none is stored.

use crate::encord::key::*;
use ssh_key::LineEnding;
use ssh_key::rand_core::{CryptoRng, RngCore};

struct OsRng;

impl CryptoRng for OsRng {}

impl RngCore for OsRng {
    fn next_u32(&mut self) -> u32 {
        getrandom::u32().unwrap()
    }

    fn next_u64(&mut self) -> u64 {
        getrandom::u64().unwrap()
    }

    fn fill_bytes(&mut self, bytes: &mut [u8]) {
        getrandom::fill(bytes).unwrap();
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), ssh_key::rand_core::Error> {
        self.fill_bytes(bytes);
        Ok(())
    }
}

fn secret(text: &str) -> SecretString {
    SecretString::from(text.to_owned())
}

fn fresh() -> PrivateKey {
    let mut key = PrivateKey::random(&mut OsRng, Algorithm::Ed25519).unwrap();
    key.set_comment("ann@example");
    key
}

fn pem(key: &PrivateKey) -> String {
    key.to_openssh(LineEnding::LF).unwrap().to_string()
}

#[test]
fn reads_a_plain_key_and_ignores_a_passphrase_it_does_not_need() {
    let key = fresh();
    let read = SigningKey::from_openssh(&secret(&pem(&key)), Some(&secret("unneeded"))).unwrap();
    assert_eq!(read.fingerprint(), key.fingerprint(HashAlg::Sha256).to_string());
    assert_eq!(read.comment(), "ann@example");
    assert_eq!(read.public_line(), key.public_key().to_openssh().unwrap());
    assert_eq!(format!("{read:?}"), format!("SigningKey({})", read.fingerprint()));
}

#[test]
fn reads_other_line_widths_endings_and_surroundings() {
    let key = fresh();
    let text = pem(&key);
    let body: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    let wide = format!("-----BEGIN OPENSSH PRIVATE KEY-----\r\n{body}\r\n-----END OPENSSH PRIVATE KEY-----");
    for variant in [wide, format!("\n  {}\n\n", text.replace('\n', "\r\n  "))] {
        let read = SigningKey::from_openssh(&secret(&variant), None).unwrap();
        assert_eq!(read.fingerprint(), key.fingerprint(HashAlg::Sha256).to_string());
    }
}

#[test]
fn an_encrypted_key_needs_its_own_passphrase() {
    let key = fresh();
    let locked = secret(&pem(&key.encrypt(&mut OsRng, "open sesame").unwrap()));
    assert!(matches!(SigningKey::from_openssh(&locked, None), Err(KeyError::Encrypted)));
    assert!(matches!(SigningKey::from_openssh(&locked, Some(&secret(""))), Err(KeyError::Encrypted)));
    assert!(matches!(SigningKey::from_openssh(&locked, Some(&secret("no"))), Err(KeyError::WrongPassphrase)));
    let read = SigningKey::from_openssh(&locked, Some(&secret("open sesame"))).unwrap();
    assert_eq!(read.comment(), "ann@example");
}

#[test]
fn a_key_cut_anywhere_is_called_cut_short_or_damaged_and_never_accepted() {
    let text = pem(&fresh());
    for length in 12..text.trim_end().len() {
        match SigningKey::from_openssh(&secret(&text[..length]), None) {
            Err(KeyError::Truncated) => {}
            other => panic!("{length}: {other:?}"),
        }
    }
    let lines: Vec<&str> = text.lines().collect();
    for gone in 1..lines.len() - 1 {
        let mut less = lines.clone();
        less.remove(gone);
        let error = SigningKey::from_openssh(&secret(&less.join("\n")), None).unwrap_err();
        assert!(matches!(error, KeyError::Truncated | KeyError::Damaged { .. }), "{gone}: {error:?}");
    }
}

#[test]
fn reads_pkcs8_of_this_algorithm_only() {
    let pem = |der: &[u8]| {
        secret(&format!("-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n", STANDARD.encode(der)))
    };
    let key = fresh();
    let seed = key.key_data().ed25519().unwrap().private.to_bytes();
    let read = SigningKey::from_openssh(&pem(&[&PKCS8_ED25519[..], &seed].concat()), None).unwrap();
    assert_eq!(read.fingerprint(), key.fingerprint(HashAlg::Sha256).to_string());
    let cut = SigningKey::from_openssh(&pem(&[&PKCS8_ED25519[..], &seed[..9]].concat()), None);
    assert!(matches!(cut, Err(KeyError::Truncated)));
    let rsa = [&[0x30, 0x82, 0x04, 0xbd, 0x02, 0x01, 0x00, 0x30, 0x0d], PKCS8_OTHERS[0].1, &[0; 90]].concat();
    let error = SigningKey::from_openssh(&pem(&rsa), None).unwrap_err();
    assert!(error.to_string().contains("of type RSA"), "{error}");
}

#[test]
fn says_what_was_given_instead() {
    let public = fresh().public_key().to_openssh().unwrap();
    assert!(matches!(SigningKey::from_openssh(&secret(&public), None), Err(KeyError::Public)));
    for (text, words) in [
        ("", "empty"),
        ("hello", "no line `-----BEGIN"),
        ("PuTTY-User-Key-File-3: ssh-ed25519\n", "PuTTYgen"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "holds a certificate"),
        ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", "PKCS#8"),
        ("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "of type RSA"),
        ("-----BEGIN EC PRIVATE KEY-----\nAAAA\n-----END EC PRIVATE KEY-----\n", "of type ECDSA"),
        ("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "public key"),
    ] {
        let message = SigningKey::from_openssh(&secret(text), None).unwrap_err().to_string();
        assert!(message.contains(words), "{text:?}: {message}");
    }
}
