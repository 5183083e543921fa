//! Making an account SAS from the account's key.
//!
//! Source: Microsoft, "Create an account SAS".

use percent_encoding::utf8_percent_encode;
use secrecy::SecretString;
use time::{OffsetDateTime, UtcOffset, macros::format_description};

use crate::azure::{
    error::{Error, ErrorKind},
    sas::QUERY,
    shared_key::sign,
};

/// The version that reads the token. Not the newest: whoever uses the token may be older than this program, and nothing newer is
/// needed. Its signatures cover the encryption scope, as those of all versions since 2020-12-06.
const VERSION: &str = "2022-11-02";

/// What an account SAS for the Blob service is to say. It is for containers and objects, over https only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountSas {
    /// Also Write, Add and Create, besides Read and List.
    pub may_write: bool,
    /// From when on it is valid.
    pub starts: OffsetDateTime,
    /// When its validity ends.
    pub expires: OffsetDateTime,
}

impl AccountSas {
    /// Signs it with the account's key; the token has no leading `?`.
    ///
    /// # Errors
    /// [`ErrorKind::BadKey`] for a key that is not base64.
    pub fn sign(&self, account: &str, key: &SecretString) -> Result<SecretString, Error> {
        // The order of the letters is Azure's own; in another one it refuses the token.
        let permissions = if self.may_write { "rwlac" } else { "rl" };
        let (starts, expires) = (moment(self.starts), moment(self.expires));
        let text = format!("{account}\n{permissions}\nb\nco\n{starts}\n{expires}\n\nhttps\n{VERSION}\n\n");
        let signature =
            sign(key, &text).ok_or_else(|| Error::new(ErrorKind::BadKey, "the account key is not base64", None))?;
        let mut token = String::new();
        for (name, value) in [
            ("sv", VERSION),
            ("ss", "b"),
            ("srt", "co"),
            ("spr", "https"),
            ("st", &starts),
            ("se", &expires),
            ("sp", permissions),
            ("sig", &signature),
        ] {
            if !token.is_empty() {
                token.push('&');
            }
            token.push_str(name);
            token.push('=');
            token.extend(utf8_percent_encode(value, QUERY));
        }
        Ok(token.into())
    }
}

fn moment(at: OffsetDateTime) -> String {
    let seconds = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.to_offset(UtcOffset::UTC).format(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;
    use time::macros::datetime;

    use super::*;

    /// What `generate_account_sas` of Microsoft's azure-storage-blob 12.31.1 for Python signs with the key 00 01 … 3F in the same
    /// version.
    #[test]
    fn the_signature_is_that_of_the_official_library() {
        let key = base64::engine::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            std::array::from_fn::<u8, 64, _>(|at| at as u8),
        );
        for (may_write, permissions, signature) in [
            (false, "rl", "CO2P%2BMzbmKxUo9YvZOaWoIVlCL%2FrJFkToo20hyljn1E%3D"),
            (true, "rwlac", "jkoCP%2FqOFMRNXsMgHQh3hI6wZTkkBdfVfMaaEqsfbak%3D"),
        ] {
            let wanted = AccountSas {
                may_write,
                starts: datetime!(2026-11-22 09:45 UTC),
                expires: datetime!(2027-11-22 10:00 UTC),
            };
            let token = wanted.sign("acmemedia", &SecretString::from(key.clone())).unwrap();
            assert_eq!(
                token.expose_secret(),
                format!(
                    "sv=2022-11-02&ss=b&srt=co&spr=https&st=2026-11-22T09%3A45%3A00Z&se=2027-11-22T10%3A00%3A00Z\
                     &sp={permissions}&sig={signature}"
                )
            );
        }
    }
}
