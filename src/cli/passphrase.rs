//! Prompts for the passphrase of an encrypted SSH key.

use std::io::IsTerminal;

use secrecy::SecretString;

use crate::{config::encord::Encord, service::integration::connect::KeySource};

/// The passphrase of the config's key, if the key is encrypted, the environment has no passphrase and a terminal is
/// available.
pub(crate) fn ask(encord: &Encord) -> Option<SecretString> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return None;
    }
    match KeySource::open(encord, None) {
        KeySource::Locked(_) => {
            let key = encord.ssh_key_file.as_deref().unwrap_or("the SSH key");
            rpassword::prompt_password(format!("Passphrase of {key}: ")).ok().map(SecretString::from)
        }
        _ => None,
    }
}
