use base64::{Engine as _, engine::general_purpose::STANDARD};
use url::Url;

use crate::{
    config::azure::{AuthKind, Azure},
    service::integration::account::*,
};

fn key() -> String {
    STANDARD.encode([9; 64])
}

fn azure(account: Option<&str>, endpoint: Option<&str>, container: &str) -> Azure {
    Azure {
        account: account.map(str::to_owned),
        endpoint: endpoint.map(|text| Url::parse(text).unwrap()),
        container: container.to_owned(),
        ..Azure::default()
    }
}

fn resolved(azure: Azure, typed: &str) -> Result<Resolved, UserError> {
    resolve(&AzureAccess { azure, typed: Some(SecretString::from(typed.to_owned())) })
}

#[test]
fn what_is_entered_brings_account_endpoint_and_container_along() {
    let connection = format!("AccountName=acme;AccountKey={}", key());
    for (settings, typed, url, account, container, kind) in [
        (
            azure(None, None, ""),
            "https://acme.blob.core.windows.net/media?sr=c&sig=x",
            "https://acme.blob.core.windows.net/",
            Some("acme"),
            "media",
            "SAS URL that was entered",
        ),
        (
            azure(Some("acme"), None, "media"),
            "https://acme.dfs.core.windows.net/?srt=co&sig=x",
            "https://acme.blob.core.windows.net/",
            Some("acme"),
            "media",
            "SAS URL that was entered",
        ),
        (
            azure(None, None, "own"),
            "https://acme.blob.core.windows.net/other/x?srt=co&sig=x",
            "https://acme.blob.core.windows.net/",
            Some("acme"),
            "own",
            "SAS URL that was entered",
        ),
        (
            azure(None, None, "media"),
            &connection,
            "https://acme.blob.core.windows.net/",
            Some("acme"),
            "media",
            "connection string that was entered",
        ),
        (
            azure(Some("acme"), None, "media"),
            &key(),
            "https://acme.blob.core.windows.net/",
            Some("acme"),
            "media",
            "account key that was entered",
        ),
        (
            azure(Some("acme"), Some("https://media.example.com"), "media"),
            &connection,
            "https://media.example.com/",
            Some("acme"),
            "media",
            "connection string that was entered",
        ),
        (
            azure(None, Some("https://acme.privatelink.blob.core.windows.net"), "m00"),
            "https://acme.blob.core.windows.net/?sig=x",
            "https://acme.privatelink.blob.core.windows.net/",
            Some("acme"),
            "m00",
            "SAS URL that was entered",
        ),
        (
            azure(None, Some("http://127.0.0.1:1/dev"), "m00"),
            "sv=1&sig=x",
            "http://127.0.0.1:1/dev",
            Some("dev"),
            "m00",
            "SAS token that was entered",
        ),
    ] {
        let found = resolved(settings, typed).unwrap();
        assert_eq!(found.account_url.as_str(), url);
        assert_eq!(found.account.as_deref(), account);
        assert_eq!(found.container, container);
        assert_eq!(found.source, kind);
        assert_eq!(found.sas.is_some(), kind.starts_with("SAS"));
        let shown = format!("{found:?}");
        assert!(!shown.contains(&key()) && !shown.contains("sig=x"), "{shown}");
    }
}

#[test]
fn a_key_where_a_token_is_expected_works_and_the_reverse() {
    for kind in [AuthKind::Sas, AuthKind::AccountKey, AuthKind::Entra, AuthKind::Anonymous] {
        let settings = Azure { auth: Some(kind), ..azure(Some("acme"), None, "media") };
        assert!(matches!(resolved(settings.clone(), &key()).unwrap().auth, azure::Auth::AccountKey { .. }));
        assert!(matches!(resolved(settings.clone(), "sp=rl&sig=x").unwrap().auth, azure::Auth::Sas(_)));
        assert_eq!(resolved(settings, " ").is_err(), !matches!(kind, AuthKind::Entra | AuthKind::Anonymous));
    }
}

#[test]
fn what_does_not_fit_together_is_told_with_both_names() {
    let connection = format!("AccountName=other;AccountKey={}", key());
    for (settings, typed, parts) in [
        (azure(Some("acme"), None, "media"), "https://other.blob.core.windows.net/?sig=x", ["acme", "other"]),
        (azure(None, Some("https://acme.blob.core.windows.net"), "media"), &connection, ["acme", "other"]),
        (azure(None, None, "mine"), "https://acme.blob.core.windows.net/theirs?sr=c&sig=x", ["mine", "theirs"]),
        (azure(None, None, "mine"), "sp=rl&sig=x", ["storage account", "account"]),
        (azure(None, Some("https://media.example.com"), "mine"), &key(), ["media.example.com", "key needs it"]),
        (azure(Some("acme"), None, "mine"), "gibberish", ["SAS token that was entered", "cannot be used"]),
    ] {
        let settings = Azure { auth: Some(AuthKind::Sas), ..settings };
        let problem = resolved(settings, typed).unwrap_err();
        assert_eq!(problem.kind, crate::error::ErrorKind::Config);
        let text = problem.to_string();
        assert!(parts.iter().all(|part| text.contains(part)), "{text}");
        assert!(!text.contains(&key()) && !text.contains("sig=x"), "{text}");
    }
}

#[test]
fn a_token_for_encord_is_made_from_a_key_only() {
    use crate::{service::integration::sas::make, wizard::connections::SasOptions};
    let access = |typed: &str| AzureAccess {
        azure: azure(Some("acme"), None, ""),
        typed: Some(SecretString::from(typed.to_owned())),
    };
    let wish = SasOptions { may_write: true, days: 730 };
    let token = make(&access(&key()), wish).unwrap();
    let facts = azure::Auth::Sas(token).sas_facts().unwrap();
    assert_eq!(facts.permissions.as_deref(), Some("rwlac"));
    assert_eq!(facts.resource_types.as_deref(), Some("co"));
    assert_eq!(facts.protocols.as_deref(), Some("https"));
    let days = (facts.expires.unwrap() - time::OffsetDateTime::now_utc()).whole_days();
    assert!((729..=730).contains(&days), "{days}");
    assert!(facts.starts.unwrap() < time::OffsetDateTime::now_utc());
    for (access, wish, part) in [
        (access(&key()), SasOptions { may_write: false, days: 0 }, "1 to 3650"),
        (access(&key()), SasOptions { may_write: false, days: 3651 }, "1 to 3650"),
        (access("sp=rl&sig=x"), wish, "from another SAS"),
        (AzureAccess::from(azure(Some("acme"), None, "")), wish, "7 days at most"),
    ] {
        let text = make(&access, wish).unwrap_err().to_string();
        assert!(text.contains(part), "{text}");
    }
}
