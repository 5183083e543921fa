//! Reading the SSH key that a user registered in Encord.
//!
//! Encord accepts Ed25519 keys only, and the official SDK reads them in OpenSSH's own file format. That format and an
//! unencrypted PKCS#8 file are read here; anything else is refused with the command that gives a usable key.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ed25519_dalek::Signer as _;
use secrecy::{ExposeSecret as _, SecretSlice, SecretString};
use ssh_key::private::KeypairData;
use ssh_key::{Algorithm, HashAlg, PrivateKey, PublicKey};

use crate::encord::{
    body,
    pem::{armour, decode, not_a_key},
};

pub(crate) mod file;

#[cfg(test)]
mod tests;

/// The start of every unencrypted PKCS#8 v1 Ed25519 key; the 32 bytes of the seed follow (RFC 8410, section 7).
const PKCS8_ED25519: [u8; 16] =
    [0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20];

/// DER object identifiers of the other algorithms that a PKCS#8 file is likely to hold.
const PKCS8_OTHERS: [(&str, &[u8]); 2] = [
    ("RSA", &[0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]),
    ("ECDSA", &[0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01]),
];

/// Why a private key could not be used. Every message says what to do next and none holds key material.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// No file at that path.
    #[error(
        "there is no SSH key at {path}: check the path, or make one with `ssh-keygen -t ed25519` and register its .pub file in Encord"
    )]
    Missing {
        /// The path as it was given.
        path: PathBuf,
    },
    /// The file exists but cannot be read.
    #[error("the SSH key at {path} cannot be read: {source}; check that it is a file and that this user may read it")]
    Unreadable {
        /// The path as it was given.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
    /// The text is no private key of a kind that is read here.
    #[error("this is not an OpenSSH private key ({found}): {advice}")]
    NotAKey {
        /// What the text looks like instead.
        found: String,
        /// What to do about it.
        advice: String,
    },
    /// The armour or its content ends too early.
    #[error("the SSH key is cut short: copy the whole file, from its BEGIN line to its END line")]
    Truncated,
    /// The content of the armour makes no sense.
    #[error(
        "the SSH key is damaged or incomplete ({detail}): copy the file again, or make a new key with `ssh-keygen -t ed25519`"
    )]
    Damaged {
        /// What the decoder said.
        detail: String,
    },
    /// The public half was given.
    #[error("this is a public key: give the private key instead, the file of the same name without .pub")]
    Public,
    /// The key has a passphrase and none was given. A caller at a terminal asks for it.
    #[error(
        "the SSH key is protected by a passphrase: set ENCORD_SSH_KEY_PASSPHRASE, or run where it can be asked for"
    )]
    Encrypted,
    /// The passphrase does not open the key.
    #[error("the passphrase does not open the SSH key: type it again, or correct ENCORD_SSH_KEY_PASSPHRASE")]
    WrongPassphrase,
    /// A key of another algorithm.
    #[error(
        "this is a key of type {found}, and Encord takes Ed25519 keys only: make one with `ssh-keygen -t ed25519` and register its .pub file in Encord"
    )]
    WrongAlgorithm {
        /// The algorithm that was found, such as `RSA`.
        found: String,
    },
}

/// An Ed25519 private key that signs requests. Cheap to clone; `Debug` shows only the fingerprint.
#[derive(Clone)]
pub struct SigningKey {
    key: Arc<ed25519_dalek::SigningKey>,
    comment: String,
}

impl SigningKey {
    /// Reads a key from the text of a private key file.
    ///
    /// A passphrase is ignored where the key has none; an empty one counts as none. Errors: every [`KeyError`] except those of the file system.
    pub fn from_openssh(pem: &SecretString, passphrase: Option<&SecretString>) -> Result<Self, KeyError> {
        let text = pem.expose_secret().trim();
        let (label, body) = armour(text)?;
        match label {
            "OPENSSH PRIVATE KEY" => Self::from_openssh_bytes(&decode(body)?, passphrase),
            "PRIVATE KEY" => Self::from_pkcs8(&decode(body)?),
            "ENCRYPTED PRIVATE KEY" => Err(KeyError::NotAKey {
                found: "an encrypted PKCS#8 file".to_owned(),
                advice: "make an OpenSSH key with `ssh-keygen -t ed25519`".to_owned(),
            }),
            other if other.contains("PUBLIC KEY") => Err(KeyError::Public),
            other => match other.strip_suffix(" PRIVATE KEY") {
                Some("EC") => Err(wrong_algorithm("ECDSA")),
                Some(name) => Err(wrong_algorithm(name)),
                None => Err(not_a_key(&format!("a PEM file that holds a {}", other.to_lowercase()))),
            },
        }
    }

    /// Reads a key from a file.
    ///
    /// Errors: as [`SigningKey::from_openssh`], and [`KeyError::Missing`] or [`KeyError::Unreadable`].
    pub fn read(path: &Path, passphrase: Option<&SecretString>) -> Result<Self, KeyError> {
        match std::fs::read_to_string(path) {
            Ok(text) => Self::from_openssh(&SecretString::from(text), passphrase),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(KeyError::Missing { path: path.to_owned() }),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => Err(not_a_key("a binary file")),
            Err(source) => Err(KeyError::Unreadable { path: path.to_owned(), source }),
        }
    }

    /// The fingerprint of the public key as `ssh-keygen -l` prints it: `SHA256:` and 43 characters of base64.
    pub fn fingerprint(&self) -> String {
        self.public().fingerprint(HashAlg::Sha256).to_string()
    }

    /// The comment of the key file, often `user@host`; empty if there is none.
    pub fn comment(&self) -> &str {
        &self.comment
    }

    /// The public key as one line, ready to be pasted into Encord: `ssh-ed25519 AAAA… comment`.
    pub fn public_line(&self) -> String {
        let data = STANDARD.encode(self.public().to_bytes().unwrap_or_default());
        format!("ssh-ed25519 {data} {}", self.comment).trim_end().to_owned()
    }

    /// The raw public key as 64 lower-case hexadecimal digits, which is how Encord names a key.
    pub(super) fn id(&self) -> String {
        self.key.verifying_key().as_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The 64 bytes of an Ed25519 signature of `message`.
    pub(super) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    fn public(&self) -> PublicKey {
        PublicKey::from(ssh_key::public::Ed25519PublicKey(self.key.verifying_key().to_bytes()))
    }

    fn from_openssh_bytes(bytes: &SecretSlice<u8>, passphrase: Option<&SecretString>) -> Result<Self, KeyError> {
        let mut key =
            PrivateKey::from_bytes(bytes.expose_secret()).map_err(|error| unreadable(bytes.expose_secret(), &error))?;
        // The public half is readable without the passphrase, so nobody types one for a key that cannot be used.
        match key.algorithm() {
            Algorithm::Ed25519 => {}
            other => return Err(wrong_algorithm(algorithm_name(&other))),
        }
        if key.is_encrypted() {
            let passphrase =
                passphrase.filter(|passphrase| !passphrase.expose_secret().is_empty()).ok_or(KeyError::Encrypted)?;
            key = key.decrypt(passphrase.expose_secret()).map_err(|_| KeyError::WrongPassphrase)?;
        }
        match key.key_data() {
            KeypairData::Ed25519(pair) => Ok(Self::new(pair.private.as_ref(), key.comment())),
            _ => Err(KeyError::Damaged { detail: "its two halves are of different kinds".to_owned() }),
        }
    }

    fn new(seed: &[u8; 32], comment: &str) -> Self {
        Self { key: Arc::new(ed25519_dalek::SigningKey::from_bytes(seed)), comment: body::tidy(comment) }
    }

    fn from_pkcs8(der: &SecretSlice<u8>) -> Result<Self, KeyError> {
        let der = der.expose_secret();
        if let Some(seed) = der.strip_prefix(&PKCS8_ED25519) {
            let seed = seed.try_into().map_err(|_| KeyError::Truncated)?;
            return Ok(Self::new(seed, ""));
        }
        let header = der.get(..der.len().min(40)).unwrap_or_default();
        for (name, oid) in PKCS8_OTHERS {
            if header.windows(oid.len()).any(|window| window == oid) {
                return Err(wrong_algorithm(name));
            }
        }
        Err(not_a_key("a PKCS#8 file of an unknown kind"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.fingerprint())
    }
}

/// The parser gives up on some sound keys of other algorithms, whose names stand in the clear before the public half.
fn unreadable(bytes: &[u8], error: &ssh_key::Error) -> KeyError {
    let names: [(&str, &[u8]); 3] = [("ECDSA", b"ecdsa-sha2-nistp"), ("RSA", b"ssh-rsa"), ("DSA", b"ssh-dss")];
    match names.iter().find(|(_, name)| bytes.windows(name.len()).any(|window| window == *name)) {
        Some((found, _)) => wrong_algorithm(found),
        None => KeyError::Damaged { detail: error.to_string() },
    }
}

fn wrong_algorithm(found: &str) -> KeyError {
    KeyError::WrongAlgorithm { found: found.to_owned() }
}

fn algorithm_name(algorithm: &Algorithm) -> &str {
    match algorithm {
        Algorithm::Rsa { .. } => "RSA",
        Algorithm::Dsa => "DSA",
        Algorithm::Ecdsa { .. } => "ECDSA",
        Algorithm::SkEd25519 => "Ed25519 security-key (ed25519-sk)",
        Algorithm::SkEcdsaSha2NistP256 => "ECDSA security-key (ecdsa-sk)",
        other => other.as_str(),
    }
}
