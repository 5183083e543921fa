use std::sync::atomic::{AtomicUsize, Ordering};

use crate::azure::entra::*;

/// Answers with a token of so many seconds, or with an error, or never.
#[derive(Debug)]
struct Fake {
    answer: Result<i64, &'static str>,
    hangs: bool,
    asked: AtomicUsize,
}

#[async_trait::async_trait]
impl TokenCredential for Fake {
    async fn get_token(&self, scopes: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        assert_eq!(scopes, [SCOPE]);
        self.asked.fetch_add(1, Ordering::SeqCst);
        if self.hangs {
            std::future::pending::<()>().await;
        }
        match self.answer {
            Ok(seconds) => {
                Ok(AccessToken::new("SECRET", OffsetDateTime::now_utc() + azure_core::time::Duration::seconds(seconds)))
            }
            Err(message) => {
                let inner = azure_core::Error::with_message(CoreKind::Credential, message);
                let outer = format!("Fake authentication failed. {message}\nTo troubleshoot, visit https://aka.ms/x");
                Err(azure_core::Error::with_error(CoreKind::Credential, inner, outer))
            }
        }
    }
}

fn fake(answer: Result<i64, &'static str>) -> Arc<Fake> {
    Arc::new(Fake { answer, hangs: false, asked: AtomicUsize::new(0) })
}

fn entra(ways: &[(&'static str, &Arc<Fake>)]) -> Entra {
    let ways =
        ways.iter().map(|(name, fake)| Way::tool(name, Ok(Arc::clone(fake) as Arc<dyn TokenCredential>))).collect();
    Entra { ways, patience: PATIENCE, state: Mutex::default() }
}

fn asked(fake: &Fake) -> usize {
    fake.asked.load(Ordering::SeqCst)
}

#[tokio::test]
async fn the_first_that_succeeds_is_kept_to_and_its_token_too() {
    let (away, good, unused) = (fake(Err("az not found on PATH")), fake(Ok(3600)), fake(Ok(3600)));
    let chain = entra(&[("az", &away), ("azd", &good), ("managed identity", &unused)]);
    for _ in 0..3 {
        assert_eq!(chain.sign_in().await.expect("somebody").by, "azd");
    }
    assert_eq!((asked(&away), asked(&good), asked(&unused)), (1, 1, 0));
    let brief = fake(Ok(60));
    let chain = entra(&[("az", &away), ("azd", &brief)]);
    for _ in 0..3 {
        chain.get_token(&[SCOPE], None).await.expect("a token");
    }
    assert_eq!((asked(&away), asked(&brief)), (2, 3), "a token about to end is renewed the same way");
    assert!(!format!("{chain:?}").contains("SECRET"));
}

#[tokio::test]
async fn when_nobody_can_be_signed_in_each_way_says_why_once() {
    let az = fake(Err("ERROR: Please run 'az login' to setup account.\n"));
    let azd = fake(Err("azd not found on PATH"));
    let chain = entra(&[("az", &az), ("azd", &azd)]);
    for _ in 0..2 {
        let error = chain.sign_in().await.expect_err("nobody");
        assert_eq!(error.kind, ErrorKind::SignIn);
        assert_eq!(
            error.message.as_deref(),
            Some("az: Please run 'az login' to setup account; azd: azd is not installed")
        );
        assert!(error.hint().expect("a hint").contains("az login"));
    }
    assert_eq!(asked(&az), 1, "checks side by side do not run the tool for each");
}

#[tokio::test]
async fn a_way_that_was_set_up_on_purpose_is_not_replaced() {
    let (wrong, other) =
        (fake(Err("AADSTS7000215: Invalid client secret provided. Trace ID: 1 Correlation ID: 2")), fake(Ok(60)));
    let mut chain = entra(&[("client secret", &wrong), ("az", &other)]);
    chain.ways[0].is_deliberate = true;
    let error = chain.sign_in().await.expect_err("nobody");
    assert_eq!(error.message.as_deref(), Some("client secret: AADSTS7000215: Invalid client secret provided"));
    assert!(error.hint().expect("a hint").contains("on purpose"));
    assert_eq!(asked(&other), 0);
}

#[tokio::test]
async fn a_way_that_hangs_leaves_time_for_the_next() {
    let patience = Patience { together: Duration::from_secs(600), each: Duration::from_millis(400) };
    let hanging = Arc::new(Fake { answer: Ok(1), hangs: true, asked: AtomicUsize::new(0) });
    let good = fake(Ok(3600));
    let chain = Entra { patience, ..entra(&[("az", &hanging), ("azd", &good)]) };
    assert_eq!(chain.sign_in().await.expect("somebody").by, "azd");
    let began = Instant::now();
    let patience = Patience { together: Duration::from_millis(600), each: Duration::from_secs(600) };
    let chain = Entra { patience, ..entra(&[("az", &hanging), ("azd", &hanging), ("x", &hanging)]) };
    let error = chain.sign_in().await.expect_err("nobody");
    assert!(error.to_string().contains("az: it did not answer in time; azd: it did not answer in time"), "{error}");
    assert!((600..300_000).contains(&began.elapsed().as_millis()), "{:?}", began.elapsed());
}

#[test]
fn the_environment_decides_the_ways_and_their_order() {
    let names = |variables: &[(&str, &str)]| {
        let variable =
            |name: &str| variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let entra = Entra::new(&variable).expect("the ways");
        let ready: Vec<_> = entra.ways.iter().filter(|way| way.credential.is_ok()).map(|way| way.name).collect();
        ready.join(", ")
    };
    assert_eq!(names(&[]), "az, azd, managed identity");
    let tenant = ("AZURE_TENANT_ID", "t");
    let client = ("AZURE_CLIENT_ID", "c");
    let secret = ("AZURE_CLIENT_SECRET", "SECRET");
    assert_eq!(names(&[tenant, client, secret]), "client secret, az, azd, managed identity");
    assert_eq!(names(&[tenant, secret]), "az, azd, managed identity");
    let file = tempfile::NamedTempFile::new().expect("a file");
    let federated = ("AZURE_FEDERATED_TOKEN_FILE", file.path().to_str().expect("a path"));
    assert_eq!(names(&[tenant, client, federated]), "workload identity, az, azd, managed identity");
    let endpoint = [("IDENTITY_ENDPOINT", "http://127.0.0.1:1/"), ("IDENTITY_HEADER", "h")];
    assert_eq!(names(&endpoint), "managed identity, az, azd");
}

#[test]
fn reasons_are_short_and_hold_no_token() {
    let said = |message: String| reason(&azure_core::Error::with_message(CoreKind::Credential, message));
    assert!(said("x ".repeat(1000)).chars().count() <= LONGEST_REASON + 1);
    assert_eq!(said("bad \"eyJhbGciOiJub25lIn0.eyJ1IjoxfQ.\"".into()), "bad \"REDACTED\"");
}
