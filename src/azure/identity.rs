//! Who a token of Entra ID was given to, by its own words.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Deserialize;

/// The statements of an access token; none of them is verified here, since only the service that it is for can.
///
/// Source: Microsoft, "Access token claims reference".
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Claims {
    upn: Option<String>,
    preferred_username: Option<String>,
    unique_name: Option<String>,
    appid: Option<String>,
    azp: Option<String>,
    oid: Option<String>,
    tid: Option<String>,
}

/// Who signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// `ann@acme.example`, `application 1111…`, or what else the token says.
    pub who: String,
    /// The id of the tenant.
    pub tenant: Option<String>,
    /// By which way: `az`, `managed identity`, …
    pub by: &'static str,
}

impl SignedIn {
    /// Reads an access token, which is a JSON Web Token; of any other text nothing is known.
    pub(super) fn read(token: &str, by: &'static str) -> SignedIn {
        let claims = token
            .split('.')
            .nth(1)
            .and_then(|part| URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok())
            .and_then(|json| serde_json::from_slice::<Claims>(&json).ok())
            .unwrap_or_default();
        let person = claims.upn.or(claims.preferred_username).or(claims.unique_name);
        let application = claims.appid.or(claims.azp).map(|id| format!("application {id}"));
        let object = claims.oid.map(|id| format!("object {id}"));
        let who = person.or(application).or(object).unwrap_or_else(|| "somebody whose token does not say".to_owned());
        SignedIn { who, tenant: claims.tid, by }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn who(claims: &Value) -> String {
        SignedIn::read(&format!("e30.{}.x", URL_SAFE_NO_PAD.encode(claims.to_string())), "az").who
    }

    #[test]
    fn people_go_before_applications_and_those_before_ids() {
        assert_eq!(who(&json!({ "upn": "ann@acme.example", "appid": "04b07795", "oid": "1" })), "ann@acme.example");
        assert_eq!(who(&json!({ "preferred_username": "ann", "azp": "2" })), "ann");
        assert_eq!(who(&json!({ "appid": "2", "oid": "1" })), "application 2");
        assert_eq!(who(&json!({ "oid": "1" })), "object 1");
        let read = SignedIn::read(&format!("e30.{}.", URL_SAFE_NO_PAD.encode(json!({ "tid": "t" }).to_string())), "az");
        assert_eq!(read.tenant.as_deref(), Some("t"));
    }

    #[test]
    fn what_is_no_such_token_says_nothing() {
        for token in ["", "opaque", "a.b.c", "a.e30.c"] {
            assert!(SignedIn::read(token, "az").who.contains("does not say"), "{token}");
        }
    }
}
