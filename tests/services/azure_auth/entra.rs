//! Entra ID, against an Azurite that takes its tokens over https and a stand-in for Entra ID itself.

use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

use azure_to_encord::{
    config::Azure,
    service::Driver,
    store::Home,
    wizard::{AzureAccess, Effect, Event, IntegrationReply, IntegrationRequest, Reply, Request, SasOptions},
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;

use crate::{
    azure_auth::{
        Try,
        authority::{ASSERTION, Authority, CLIENT_SECRET, token},
    },
    support::azurite::{Azurite, Blob},
};

const TENANT: &str = "11111111-1111-4111-8111-111111111111";
const CLIENT: &str = "22222222-2222-4222-8222-222222222222";

struct Bench {
    authority: Authority,
    azurite: Azurite,
}

impl Bench {
    fn set(container: &str) -> Bench {
        let authority = Authority::start();
        let azurite = Azurite::with_oauth(&authority.certificate(), &authority.key());
        azurite.fill(container, false, &[Blob::new("dir/a b.png", b"not empty")]);
        Bench { authority, azurite }
    }

    fn reach(&self, container: &str) -> Try {
        let attempt = Try::new(self.azurite.account_url().as_str(), container, "entra");
        let tools = attempt.home().join("bin");
        fs::create_dir(&tools).unwrap();
        attempt
            .with("SSL_CERT_FILE", self.authority.certificate().to_str().unwrap())
            .with("AZURE_AUTHORITY_HOST", &self.authority.url)
            .with("PATH", format!("{}:/usr/bin:/bin", tools.display()))
    }
}

/// Puts a shell script among the tools of a try.
fn tool(attempt: &Try, name: &str, script: &str) {
    let path = attempt.home().join("bin").join(name);
    fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// An `az` that is signed in and notes how it was called.
fn az(attempt: &Try, token: &str) {
    let answer = json!({ "accessToken": token, "expires_on": 1_999_999_999, "tokenType": "Bearer" });
    let log = attempt.home().join("az.log");
    tool(attempt, "az", &format!("echo \"$@\" >> {}\necho '{answer}'", log.display()));
}

fn calls(home: &Path) -> Vec<String> {
    fs::read_to_string(home.join("az.log")).unwrap_or_default().lines().map(str::to_owned).collect()
}

#[test]
fn whoever_has_run_az_login_gets_in_without_any_setting() {
    let bench = Bench::set("with-az");
    let mut attempt = bench.reach("with-az");
    attempt.config = attempt.config.raw("azure", "auth", "");
    az(&attempt, &bench.authority.token);
    attempt.expect_listed();
    assert_eq!(
        calls(attempt.home()),
        ["account get-access-token -o json --scope https://storage.azure.com/.default"],
        "once for a listing"
    );
    attempt.expect_readable();
    let azd = bench.reach("with-az");
    let answer = json!({ "token": bench.authority.token, "expiresOn": "2033-05-18T03:33:19Z" });
    tool(&azd, "azd", &format!("echo '{answer}'"));
    azd.expect_listed();
}

#[test]
fn applications_and_machines_get_in_too() {
    let bench = Bench::set("with-app");
    let application = |attempt: Try| attempt.with("AZURE_TENANT_ID", TENANT).with("AZURE_CLIENT_ID", CLIENT);

    let secret = application(bench.reach("with-app")).with("AZURE_CLIENT_SECRET", CLIENT_SECRET);
    tool(&secret, "az", "exit 1");
    secret.expect_listed();
    let seen = bench.authority.request();
    assert_eq!(seen["path"], format!("/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(seen["form"]["scope"][0], "https://storage.azure.com/.default");
    secret.expect_readable();

    bench.authority.forget();
    let file = secret.home().join("federated");
    fs::write(&file, ASSERTION).unwrap();
    let workload = application(bench.reach("with-app")).with("AZURE_FEDERATED_TOKEN_FILE", file.to_str().unwrap());
    workload.expect_listed();
    assert_eq!(bench.authority.request()["form"]["client_assertion"][0], ASSERTION);

    bench.authority.forget();
    let machine = bench
        .reach("with-app")
        .with("IDENTITY_ENDPOINT", &bench.authority.identity)
        .with("IDENTITY_HEADER", "let-me-in");
    machine.expect_listed();
    let seen = bench.authority.request();
    assert!(seen["path"].as_str().unwrap().contains("resource=https%3A%2F%2Fstorage.azure.com"), "{seen}");
    assert!(seen["form"].get("client_id").is_none(), "{seen}");
    bench.authority.forget();
    machine.with("AZURE_CLIENT_ID", CLIENT).expect_listed();
    assert_eq!(bench.authority.request()["form"]["client_id"][0], CLIENT);
}

#[test]
fn whoever_is_not_signed_in_learns_how_to() {
    let bench = Bench::set("refused");
    let nobody = bench.reach("refused");
    nobody.expect_refused(
        4,
        &[
            "signing in with Entra ID failed",
            "client secret: AZURE_CLIENT_SECRET is not set",
            "workload identity: AZURE_FEDERATED_TOKEN_FILE is not set",
            "az: az is not installed",
            "azd: azd is not installed",
            "managed identity: ",
            "az login",
        ],
    );
    tool(&nobody, "az", "echo \"ERROR: Please run 'az login' to setup account.\" >&2; exit 1");
    nobody.expect_refused(4, &["az: Please run 'az login' to setup account;"]);

    let wrong = bench
        .reach("refused")
        .with("AZURE_TENANT_ID", TENANT)
        .with("AZURE_CLIENT_ID", CLIENT)
        .with("AZURE_CLIENT_SECRET", "guessed~secret");
    az(&wrong, &bench.authority.token);
    wrong.expect_refused(4, &["client secret: AADSTS7000215: Invalid client secret provided", "set up on purpose"]);
    assert_eq!(calls(wrong.home()), [""; 0], "nobody else is signed in instead");

    // Azure says no to the token itself, or to the way in which it is sent.
    let foreign = bench.reach("refused");
    az(&foreign, &token().replacen('.', ".A", 1));
    foreign.expect_refused(4, &["does not accept this sign-in"]);
    let plain = Azurite::shared();
    Try::new(plain.account_url().as_str(), "refused", "entra")
        .expect_refused(2, &["go over https only", "--oauth basic"]);
}

#[test]
fn a_token_made_for_encord_opens_the_container_over_https() {
    let bench = Bench::set("made-for-encord");
    let endpoint = bench.azurite.account_url().clone();
    for may_write in [false, true] {
        let home = tempfile::tempdir().unwrap();
        let azure = Azure { endpoint: Some(endpoint.clone()), ..Azure::default() };
        let typed = Some(SecretString::from(bench.azurite.key().to_owned()));
        let request = Request::Integration(IntegrationRequest::MakeSas {
            access: AzureAccess { azure, typed },
            wish: SasOptions { may_write, days: 400 },
        });
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let reply = runtime.block_on(async {
            let (mut driver, mut events) = Driver::new(Home::below(home.path()), "made");
            driver.carry_out(Effect::Start { id: 1, request });
            events.recv().await
        });
        let Some(Event::Reply { id: 1, reply: Reply::Integration(IntegrationReply::SasMade(Ok(token))) }) = reply
        else {
            panic!("no token")
        };
        let mut attempt = bench.reach("made-for-encord").secret("sas_token_env", token.expose_secret());
        attempt.config = attempt.config.text("azure", "auth", "sas");
        attempt.expect_listed();
        attempt.expect_readable();
    }
}
