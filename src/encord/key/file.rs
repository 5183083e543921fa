//! What a private key file tells without its passphrase.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};

use crate::encord::{
    body::tidy,
    key::{KeyError, SigningKey},
    pem::{armour, decode},
};

/// The longest key file that is looked at, in bytes; the longest RSA keys in use have a tenth of it.
const LONGEST: u64 = 64 * 1024;

/// What is known of a private key file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyLook {
    /// Such as `Ed25519`, `RSA`; `unknown` where the file does not tell.
    pub kind: String,
    /// The comment of its public half; empty if there is none or it cannot be read.
    pub comment: String,
    /// Its SHA-256 fingerprint, as `ssh-keygen -l` prints it; empty where it cannot be read without the passphrase.
    pub fingerprint: String,
    /// Whether it asks for a passphrase.
    pub is_encrypted: bool,
    /// Why Encord cannot take it, in a few words.
    pub unusable: Option<String>,
    /// Its permission bits, if users other than its owner may read it.
    pub open_to_others: Option<u32>,
}

impl KeyLook {
    /// Looks at a file. `None` for what is no private key of any kind, is no plain file, or is longer than 64 KiB.
    ///
    /// # Errors
    /// The file system's.
    pub fn at(path: &Path) -> io::Result<Option<KeyLook>> {
        // Asked before it is opened: opening a pipe would wait for its writer.
        let metadata = std::fs::metadata(path)?;
        if !metadata.is_file() || metadata.len() > LONGEST {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(LONGEST).read_to_end(&mut bytes)?;
        let Ok(text) = String::from_utf8(bytes).map(SecretString::from) else { return Ok(None) };
        if !is_private(text.expose_secret()) {
            return Ok(None);
        }
        let public = PublicHalf::of(text.expose_secret());
        let beside = PublicHalf::beside(path);
        let mut look = KeyLook {
            kind: String::new(),
            comment: String::new(),
            fingerprint: String::new(),
            is_encrypted: false,
            unusable: None,
            open_to_others: open_to_others(path),
        };
        match SigningKey::from_openssh(&text, None) {
            Ok(key) => {
                look.kind = "Ed25519".to_owned();
                look.fingerprint = key.fingerprint();
                look.comment = key.comment().to_owned();
            }
            Err(KeyError::Encrypted) => look.is_encrypted = true,
            Err(error) => {
                if let KeyError::WrongAlgorithm { found } = &error {
                    look.kind.clone_from(found);
                }
                look.unusable = Some(briefly(&error));
            }
        }
        // A .pub file that was left behind by another key says nothing of this one.
        let beside = beside.filter(|beside| match (&public, look.fingerprint.as_str()) {
            (Some(public), _) => public.blob == beside.blob,
            (None, "") => true,
            (None, own) => own == beside.fingerprint(),
        });
        if let Some(known) = public.or_else(|| beside.clone()) {
            if look.kind.is_empty() {
                look.kind = known.kind();
            }
            if look.fingerprint.is_empty() {
                look.fingerprint = known.fingerprint();
            }
        }
        if let Some(beside) = beside.filter(|_| look.comment.is_empty()) {
            look.comment = beside.comment;
        }
        if look.kind.is_empty() {
            "unknown".clone_into(&mut look.kind);
        }
        Ok(Some(look))
    }
}

/// The permission bits of a file that its group or others may read or write.
pub fn open_to_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let mode = metadata.permissions().mode() & 0o777;
        (mode & 0o077 != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

fn is_private(text: &str) -> bool {
    let text = text.trim_start();
    text.contains("PRIVATE KEY-----")
        || text.starts_with("-----BEGIN OPENSSH")
        || text.starts_with("PuTTY-User-Key-File")
}

/// The reason in a few words; the whole message comes when the key is chosen.
fn briefly(error: &KeyError) -> String {
    match error {
        KeyError::WrongAlgorithm { .. } => "Encord takes Ed25519 keys only".to_owned(),
        KeyError::Truncated => "it is cut short".to_owned(),
        KeyError::Damaged { detail } => format!("it is damaged ({detail})"),
        KeyError::NotAKey { found, .. } => format!("it is {found}"),
        KeyError::Public => "it is a public key".to_owned(),
        other => other.to_string(),
    }
}

/// The public half, as OpenSSH keeps it.
#[derive(Debug, Clone)]
struct PublicHalf {
    blob: Vec<u8>,
    comment: String,
}

impl PublicHalf {
    /// From OpenSSH's own format, where it stands in the clear even if the private half is encrypted
    /// (OpenSSH, `PROTOCOL.key`: magic, cipher, key derivation and its options, number of keys, public key).
    fn of(text: &str) -> Option<PublicHalf> {
        let (label, body) = armour(text.trim()).ok()?;
        if label != "OPENSSH PRIVATE KEY" {
            return None;
        }
        let bytes = decode(body).ok()?;
        let mut rest = bytes.expose_secret().strip_prefix(b"openssh-key-v1\0")?;
        for _ in 0..3 {
            (_, rest) = field(rest)?;
        }
        let (_, rest) = rest.split_first_chunk::<4>()?;
        let (blob, _) = field(rest)?;
        Some(PublicHalf { blob: blob.to_owned(), comment: String::new() })
    }

    /// From the `.pub` file beside the key.
    fn beside(path: &Path) -> Option<PublicHalf> {
        let mut name = path.as_os_str().to_owned();
        name.push(".pub");
        let path = PathBuf::from(name);
        let metadata = std::fs::metadata(&path).ok()?;
        if !metadata.is_file() || metadata.len() > LONGEST {
            return None;
        }
        let text = std::fs::read_to_string(path).ok()?;
        let mut words = text.trim().splitn(3, char::is_whitespace);
        let (_, blob) = (words.next()?, STANDARD.decode(words.next()?).ok()?);
        Some(PublicHalf { blob, comment: tidy(words.next().unwrap_or_default()) })
    }

    fn fingerprint(&self) -> String {
        format!("SHA256:{}", STANDARD_NO_PAD.encode(Sha256::digest(&self.blob)))
    }

    fn kind(&self) -> String {
        let name = field(&self.blob).map(|(name, _)| String::from_utf8_lossy(name)).unwrap_or_default();
        match &*name {
            "ssh-ed25519" => "Ed25519",
            "ssh-rsa" => "RSA",
            "ssh-dss" => "DSA",
            "sk-ssh-ed25519@openssh.com" => "Ed25519 security-key (ed25519-sk)",
            "sk-ecdsa-sha2-nistp256@openssh.com" => "ECDSA security-key (ecdsa-sk)",
            name if name.starts_with("ecdsa-sha2-") => "ECDSA",
            _ => return tidy(&name),
        }
        .to_owned()
    }
}

/// A `string` of the SSH protocols (RFC 4251, section 5): four bytes of length, then so many bytes; and what follows it.
fn field(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = bytes.split_first_chunk::<4>()?;
    rest.split_at_checked(usize::try_from(u32::from_be_bytes(*length)).ok()?)
}
