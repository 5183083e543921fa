//! Keys that OpenSSH itself writes.

use std::{path::Path, process::Command};

use azure_to_encord::encord::{KeyError, SigningKey};
use secrecy::SecretString;

fn ssh_keygen(path: &Path, arguments: &[&str]) {
    let mut command = Command::new("ssh-keygen");
    let run = command.args(["-q", "-C", "ann@host", "-f"]).arg(path).args(arguments).output().unwrap();
    assert!(run.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&run.stderr));
}

/// The keys that OpenSSH itself writes. Where it is not installed, the unit tests of the key module have to do.
#[test]
fn keys_written_by_openssh_are_read_or_refused_with_advice() {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        return;
    }
    let place = tempfile::tempdir().unwrap();
    let path = |name: &str| place.path().join(name);
    let read = |name: &str, passphrase: Option<&str>| {
        SigningKey::read(&path(name), passphrase.map(SecretString::from).as_ref())
    };
    let ed25519 = |name: &str, passphrase: &str, cipher: &str| {
        let arguments = ["-t", "ed25519", "-N", passphrase, "-a", "2", "-Z", cipher];
        ssh_keygen(&path(name), &arguments);
    };
    ed25519("good", "", "aes256-ctr");
    ed25519("locked", "pass word", "aes256-ctr");
    ed25519("gcm", "pw", "aes256-gcm@openssh.com");
    ed25519("chacha", "pw", "chacha20-poly1305@openssh.com");
    ed25519("cbc", "pw", "aes256-cbc");
    ssh_keygen(&path("rsa"), &["-t", "rsa", "-b", "2048", "-N", ""]);
    ssh_keygen(&path("rsa-locked"), &["-t", "rsa", "-b", "2048", "-N", "pw", "-a", "2"]);
    ssh_keygen(&path("rsa-pem"), &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PEM"]);
    ssh_keygen(&path("rsa-pkcs8"), &["-t", "rsa", "-b", "2048", "-N", "", "-m", "PKCS8"]);
    ssh_keygen(&path("ecdsa"), &["-t", "ecdsa", "-N", ""]);

    let good = read("good", None).unwrap();
    let listed = Command::new("ssh-keygen").arg("-lf").arg(path("good.pub")).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    assert_eq!(listed.split(' ').nth(1), Some(good.fingerprint().as_str()));
    assert_eq!(good.comment(), "ann@host");
    assert_eq!(std::fs::read_to_string(path("good.pub")).unwrap().trim(), good.public_line());

    assert!(matches!(read("locked", None), Err(KeyError::Encrypted)));
    assert_eq!(read("locked", Some("pass word")).unwrap().comment(), "ann@host");
    for name in ["locked", "gcm", "chacha", "cbc"] {
        let error = read(name, Some("no")).unwrap_err();
        assert!(matches!(error, KeyError::WrongPassphrase), "{name}: {error:?}");
    }
    for name in ["gcm", "chacha", "cbc"] {
        assert_eq!(read(name, Some("pw")).unwrap().comment(), "ann@host", "{name}");
    }
    for (name, found) in
        [("rsa", "RSA"), ("rsa-locked", "RSA"), ("rsa-pem", "RSA"), ("rsa-pkcs8", "RSA"), ("ecdsa", "ECDSA")]
    {
        let error = read(name, None).unwrap_err();
        assert!(matches!(&error, KeyError::WrongAlgorithm { found: is } if is == found), "{name}: {error:?}");
        assert!(error.to_string().contains("ssh-keygen -t ed25519"));
    }
    assert!(matches!(read("good.pub", None), Err(KeyError::Public)));
    assert!(matches!(read("absent", None), Err(KeyError::Missing { .. })));
    assert!(matches!(SigningKey::read(place.path(), None), Err(KeyError::Unreadable { .. })));
    let text = std::fs::read_to_string(path("good")).unwrap();
    std::fs::write(path("cut"), &text[..200]).unwrap();
    assert!(matches!(read("cut", None), Err(KeyError::Truncated)));
    std::fs::write(path("binary"), [0xff, 0xfe, 0x00]).unwrap();
    assert!(matches!(read("binary", None), Err(KeyError::NotAKey { .. })));
}
