//! Account keys, connection strings, SAS tokens of all kinds, and nothing at all.

use std::sync::Arc;

use azure_to_encord::{
    azure::{Auth, Container, ListQuery},
    config::Azure,
    service::Driver,
    store::Home,
    wizard::{AzureAccess, Effect, Event, IntegrationReply, IntegrationRequest, Reply, Request, SasOptions},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::{ExposeSecret as _, SecretString};

use crate::{
    azure_auth::Try,
    support::azurite::{Azurite, Blob, WantedSas},
};

struct Bench {
    azurite: Arc<Azurite>,
    container: String,
}

impl Bench {
    /// A container of this name with one image in it.
    fn set(container: &str, public: bool) -> Bench {
        let azurite = Azurite::shared();
        azurite.fill(container, public, &[Blob::new("dir/a b.png", b"not empty")]);
        Bench { azurite, container: container.to_owned() }
    }

    fn endpoint(&self) -> &str {
        self.azurite.account_url().as_str()
    }

    fn sas(&self, wanted: WantedSas<'_>) -> String {
        self.azurite.sign(&[wanted]).remove(0).expose_secret().to_owned()
    }

    fn reach(&self, auth: &str) -> Try {
        Try::new(self.endpoint(), &self.container, auth)
    }

    fn with_sas(&self, wanted: WantedSas<'_>) -> Try {
        self.reach("sas").secret("sas_token_env", &self.sas(wanted))
    }
}

#[test]
fn a_sas_of_every_kind_lists_and_reads() {
    let bench = Bench::set("sas-good", false);
    for wanted in [
        WantedSas::default(),
        WantedSas { resource_types: "co", ..WantedSas::default() },
        WantedSas { container: Some("sas-good"), ..WantedSas::default() },
    ] {
        let attempt = bench.with_sas(wanted);
        attempt.expect_listed();
        attempt.expect_readable();
    }
}

#[test]
fn a_sas_url_needs_no_endpoint_and_a_container_url_no_container() {
    let bench = Bench::set("sas-url", false);
    let token = bench.sas(WantedSas { container: Some("sas-url"), ..WantedSas::default() });
    let mut attempt = bench.reach("sas").secret("sas_token_env", &format!("{}/sas-url?{token}", bench.endpoint()));
    attempt.expect_listed();
    attempt.config = attempt.config.raw("azure", "endpoint", "").raw("azure", "container", "");
    attempt.expect_listed();
    let manifest = std::fs::read_to_string(attempt.home().join("out.json")).unwrap();
    assert!(manifest.contains(&format!("{}/sas-url/dir/a%20b.png", bench.endpoint())), "{manifest}");
}

#[test]
fn a_key_lists_and_reads_however_it_is_given() {
    let bench = Bench::set("key-good", false);
    let (account, key, endpoint) = (bench.azurite.account(), bench.azurite.key(), bench.endpoint());
    let connection =
        format!("DefaultEndpointsProtocol=http;AccountName={account};AccountKey={key};BlobEndpoint={endpoint};");
    let token = bench.sas(WantedSas::default());
    for (auth, name, secret) in [
        ("account-key", "account_key_env", key.to_owned()),
        ("account-key", "account_key_env", connection.clone()),
        ("sas", "sas_token_env", key.to_owned()),
        ("sas", "sas_token_env", connection.clone()),
        ("account-key", "account_key_env", token.clone()),
        ("account-key", "sas_token_env", connection.clone()),
        ("sas", "sas_token_env", format!("BlobEndpoint={endpoint};SharedAccessSignature={token}")),
    ] {
        let attempt = bench.reach(auth).secret(name, &secret);
        attempt.expect_listed();
        attempt.expect_readable();
    }
    let mut attempt = bench.reach("account-key").secret("account_key_env", &connection);
    attempt.config = attempt.config.raw("azure", "endpoint", "");
    attempt.expect_listed();
}

#[test]
fn odd_names_and_long_listings_are_signed_right_too() {
    let azurite = Azurite::shared();
    let names = ["a//b.png", " x .png", "100%25 + & #?.png", "é/数据 😀.png", "=~'()*!,;:@$.png"];
    let blobs: Vec<Blob> = names.iter().map(|name| Blob::new(*name, b"x")).collect();
    azurite.fill("key-odd-names", false, &blobs);
    let key = SecretString::from(azurite.key().to_owned());
    let auth = Auth::AccountKey { account: azurite.account().into(), key };
    let container = Container::open(azurite.account_url(), "key-odd-names", &auth).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let mut query = ListQuery { max_results: Some(1), ..Default::default() };
        let mut found = 0;
        loop {
            let mut page = Vec::new();
            query.marker = container.list_page(&query, |blob| page.push(blob.name)).await.unwrap();
            for name in page {
                container.probe_read(&name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
                let query = ListQuery { prefix: Some(name.clone()), ..Default::default() };
                let mut again = Vec::new();
                container.list_page(&query, |blob| again.push(blob.name)).await.unwrap();
                assert_eq!(again, [name]);
                found += 1;
            }
            if query.marker.is_none() {
                break;
            }
        }
        assert_eq!(found, names.len());
    });
}

#[test]
fn a_public_container_needs_nothing_and_a_private_one_says_so() {
    let bench = Bench::set("anybody", true);
    bench.reach("anonymous").expect_listed();
    bench.reach("anonymous").expect_readable();
    Bench::set("private", false);
    Try::new(bench.endpoint(), "private", "anonymous")
        .expect_refused(4, &["cannot be read anonymously", "auth = \"entra\""]);
}

#[test]
fn a_sas_that_falls_short_is_told_in_which_way() {
    let bench = Bench::set("sas-bad", false);
    let sas = WantedSas::default();
    for (wanted, says) in [
        (WantedSas { minutes: -5, ..sas }, "The SAS token expired on "),
        (WantedSas { permissions: "r", ..sas }, "lacks the List permission"),
        (WantedSas { resource_types: "so", ..sas }, "does not cover containers (srt)"),
        (
            WantedSas { container: Some("sas-bad"), blob: Some("dir/a b.png"), permissions: "r", ..sas },
            "List permission",
        ),
        (WantedSas { container: Some("another"), ..sas }, "signature does not fit"),
    ] {
        bench.with_sas(wanted).expect_refused(4, &[says]);
    }
    let unreadable = bench.with_sas(WantedSas { resource_types: "sc", ..sas });
    unreadable.expect_listed();
    let (state, detail) = unreadable.check("azure.read");
    assert_eq!(state, "fail");
    assert!(detail.contains("does not allow reading") && detail.contains("covers objects"), "{detail}");
}

#[test]
fn a_wrong_key_account_or_container_is_told_apart() {
    let bench = Bench::set("key-bad", false);
    let (account, key) = (bench.azurite.account(), bench.azurite.key());
    let with_key = |attempt: Try, key: &str| attempt.secret("account_key_env", key);
    let other = STANDARD.encode([1; 64]);
    with_key(bench.reach("account-key"), &other).expect_refused(4, &["refused access", "account key does not fit"]);
    with_key(bench.reach("account-key"), &key[..60]).expect_refused(2, &["88 characters and this has 60"]);
    with_key(Try::new(bench.endpoint(), "no-such", "account-key"), key)
        .expect_refused(2, &["container \"no-such\" was not found", "Check the spelling"]);
    let elsewhere = bench.endpoint().replace(account, "somebodyelse");
    let refused = with_key(Try::new(&elsewhere, "key-bad", "account-key"), key).list();
    assert!(matches!(refused.code, Some(2 | 4)), "{refused:?}");
    assert!(refused.stderr.contains("Azure"), "{refused:?}");
    let connection = format!("AccountName={account};AccountKey={key}");
    with_key(Try::new(&elsewhere, "key-bad", "account-key"), &connection)
        .expect_refused(2, &["is for the storage account importtests, but the settings name somebodyelse"]);
    bench
        .reach("sas")
        .secret("sas_token_env", "https://other.blob.core.windows.net/key-bad?sr=c&sig=abcdefgh")
        .expect_refused(2, &["is for the storage account other"]);
    bench.reach("account-key").expect_refused(2, &["does not say where the account key is"]);
}

/// The token is only good over https, so Azurite refuses it here for that alone: everything else about it is right.
#[tokio::test]
async fn a_token_that_is_made_for_encord_is_well_signed() {
    let bench = Bench::set("made", false);
    let home = tempfile::tempdir().unwrap();
    let (mut driver, mut events) = Driver::new(Home::below(home.path()), "made");
    let azure = Azure { endpoint: Some(bench.azurite.account_url().clone()), ..Azure::default() };
    let typed = Some(SecretString::from(bench.azurite.key().to_owned()));
    let request = Request::Integration(IntegrationRequest::MakeSas {
        access: AzureAccess { azure, typed },
        wish: SasOptions { may_write: true, days: 400 },
    });
    driver.carry_out(Effect::Start { id: 1, request });
    let Some(Event::Reply { id: 1, reply: Reply::Integration(IntegrationReply::SasMade(Ok(token))) }) =
        events.recv().await
    else {
        panic!("no token");
    };
    assert!(!format!("{:?}", Reply::Integration(IntegrationReply::SasMade(Ok(token.clone())))).contains("sig="));
    let attempt = bench.reach("sas").secret("sas_token_env", token.expose_secret());
    tokio::task::spawn_blocking(move || {
        attempt.expect_refused(4, &["AuthorizationProtocolMismatch", "allows https only"]);
    })
    .await
    .unwrap();
}
