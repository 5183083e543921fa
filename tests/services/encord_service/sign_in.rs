//! Signing in, asking the other region, and waiting for an integration: the program's own parts against the service.

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::IntoResponse as _;
use azure_to_encord::demo::encord::{Options, Pace, Server};
use azure_to_encord::encord::{Credential, SigningKey};
use azure_to_encord::error::{ErrorKind, UserError};
use azure_to_encord::service::{Driver, SignIn, sign_in};
use azure_to_encord::wizard::{Effect, EncordReply, Event, IntegrationReply, IntegrationRequest, Reply, Request};
use azure_to_encord::{config, store::Home};
use secrecy::SecretString;
use ssh_key::private::{Ed25519Keypair, KeypairData};
use ssh_key::{LineEnding, PrivateKey};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::mpsc::UnboundedReceiver;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

use crate::encord_service::client::{key, options};

const PATIENCE: Duration = Duration::from_secs(120);

fn pem() -> String {
    let pair = KeypairData::from(Ed25519Keypair::from_seed(&key().to_bytes()));
    PrivateKey::new(pair, "test").unwrap().to_openssh(LineEnding::LF).unwrap().to_string()
}

fn credential() -> Credential {
    Credential::Key(SigningKey::from_openssh(&SecretString::from(pem()), None).unwrap())
}

/// A service that knows no key.
async fn stranger() -> Server {
    let options = Options {
        port: 0,
        authorized_keys: Vec::new(),
        bearer_tokens: Vec::new(),
        integrations: Vec::new(),
        pace: Pace::Unlimited,
    };
    Server::start(options).await.unwrap()
}

/// A server that answers everything in the same way.
async fn always(status: u16, content_type: &'static str, body: &'static str) -> (String, JoinHandle<()>) {
    let answer = move || async move {
        let mut response = (StatusCode::from_u16(status).unwrap(), body).into_response();
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        response
    };
    serve(Router::new().fallback(answer)).await
}

/// A server that takes requests and never answers.
async fn silent() -> (String, JoinHandle<()>) {
    serve(Router::new().fallback(|| async {
        std::future::pending::<()>().await;
    }))
    .await
}

async fn serve(router: Router) -> (String, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (url, tokio::spawn(async move { axum::serve(listener, router).await.unwrap() }))
}

/// Where nobody listens, and no other test ever does.
const NOBODY: &str = "http://127.0.0.1:1";

async fn problem(domain: &str, others: &[&str], patience: Duration) -> (UserError, Option<String>) {
    let SignIn { result, other_region } = sign_in(domain, others, &credential(), patience).await;
    (result.unwrap_err(), other_region)
}

#[tokio::test]
async fn a_key_that_another_region_knows_is_sent_there() {
    let (here, there) = (stranger().await, Server::start(options(None)).await.unwrap());
    let (problem, other) = problem(here.url(), &[NOBODY, here.url(), there.url()], PATIENCE).await;
    assert_eq!(other.as_deref(), Some(there.url()));
    assert_eq!(problem.kind, ErrorKind::Access);
    let hint = problem.hint.unwrap();
    assert!(hint.contains(there.url()) && hint.contains("domain = "), "{hint}");
    assert!(problem.source_message.unwrap().starts_with("401: "));

    let SignIn { result, other_region } = sign_in(there.url(), &[here.url()], &credential(), PATIENCE).await;
    assert_eq!((result.unwrap().1.len(), other_region), (2, None));
}

#[tokio::test]
async fn a_key_that_no_region_knows_gets_the_usual_advice() {
    let (here, there) = (stranger().await, stranger().await);
    let (silent, task) = silent().await;
    for others in [&[][..], &[there.url()]] {
        let (problem, other) = problem(here.url(), others, PATIENCE).await;
        assert_eq!(other, None);
        assert!(problem.hint.unwrap().contains("not registered"));
    }
    // A region that does not answer is not waited for: only this ends the call.
    let (_, other) = problem(here.url(), &[&silent], Duration::from_secs(2)).await;
    assert_eq!(other, None);
    task.abort();
}

#[tokio::test]
async fn whatever_answers_is_told_in_its_own_words_with_what_to_do() {
    let login = "<html><head><title>Acme proxy: sign in</title></head></html>";
    for (status, content_type, body, class, said, hint) in [
        (
            403,
            "application/json",
            r#"{"message": "No access for you"}"#,
            ErrorKind::Access,
            "403: No access for you",
            "role",
        ),
        (
            500,
            "application/json",
            r#"{"detail": "Out of order"}"#,
            ErrorKind::Other,
            "500: Out of order",
            "Encord's side",
        ),
        (200, "text/html", login, ErrorKind::Other, "Acme proxy: sign in", "proxy"),
        (407, "text/html", login, ErrorKind::Other, "407: a web page titled \"Acme proxy: sign in\"", "api.encord.com"),
        (404, "text/plain", "nothing here", ErrorKind::Other, "404: nothing here", "another region"),
    ] {
        let (url, task) = always(status, content_type, body).await;
        let there = Server::start(options(None)).await.unwrap();
        let (problem, other) = problem(&url, &[there.url()], PATIENCE).await;
        assert_eq!((problem.kind, other), (class, None), "{status}");
        assert!(problem.source_message.as_deref().unwrap().contains(said), "{status}: {problem}");
        assert!(problem.hint.as_deref().unwrap().contains(hint), "{status}: {problem}");
        task.abort();
    }
}

#[tokio::test]
async fn silence_and_absence_end_in_time() {
    let (silent, task) = silent().await;
    let (slow, _) = problem(&silent, &[], Duration::from_secs(1)).await;
    let text = slow.to_string();
    assert!(text.contains(&format!("no answer from {silent} within 1 s")) && text.contains("firewall"), "{text}");
    task.abort();
    let (problem, _) = problem(NOBODY, &[], PATIENCE).await;
    let text = problem.to_string();
    assert!(text.contains("cannot connect to") && text.contains("VPN"), "{text}");
}

/// A program that is signed in, and what it hears.
struct Program {
    driver: Driver,
    events: UnboundedReceiver<Event>,
    dir: TempDir,
}

impl Program {
    async fn signed_in(domain: &str) -> Program {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, pem()).unwrap();
        let (driver, events) = Driver::new(Home::below(dir.path()), "test");
        let mut program = Program { driver, events, dir };
        let encord = config::Encord {
            domain: domain.to_owned(),
            ssh_key_file: Some(path.to_str().unwrap().to_owned()),
            ..config::Encord::default()
        };
        program.start(1, Request::Integration(IntegrationRequest::ConnectEncord { encord, passphrase: None }));
        let Reply::Integration(IntegrationReply::Encord(EncordReply {
            login: Some(Ok(_)), other_region: None, ..
        })) = program.reply(1).await
        else {
            panic!("not signed in");
        };
        program
    }

    fn start(&mut self, id: u64, request: Request) {
        self.driver.carry_out(Effect::Start { id, request });
    }

    async fn reply(&mut self, expected: u64) -> Reply {
        let event = timeout(PATIENCE, self.events.recv()).await.expect("an answer in time").unwrap();
        let Event::Reply { id, reply } = event else { panic!("{event:?}") };
        assert_eq!(id, expected);
        reply
    }

    async fn titles(&mut self) -> Result<Vec<String>, UserError> {
        match self.reply(2).await {
            Reply::Integration(IntegrationReply::Integrations(result)) => {
                result.map(|list| list.into_iter().map(|found| found.title).collect())
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn an_integration_is_seen_the_moment_it_appears_and_when_it_goes() {
    let server = Server::start(Options { integrations: Vec::new(), ..options(None) }).await.unwrap();
    let mut program = Program::signed_in(server.url()).await;
    program.start(2, Request::Integration(IntegrationRequest::WatchIntegrations));
    assert_eq!(program.titles().await.unwrap(), Vec::<String>::new());
    // An answer that says nothing new is not told.
    assert!(timeout(Duration::from_millis(2500), program.events.recv()).await.is_err());
    let uuid = server.add_integration("Azure new");
    assert_eq!(program.titles().await.unwrap(), ["Azure new"]);
    assert!(server.withdraw_integration(uuid) && !server.withdraw_integration(Uuid::nil()));
    assert_eq!(program.titles().await.unwrap(), Vec::<String>::new());

    server.stop().await;
    let problem = program.titles().await.unwrap_err();
    assert!(problem.to_string().contains("cannot connect to"), "{problem}");
    program.driver.carry_out(Effect::Cancel { id: 2 });
    // The failure is told once, and after the cancelling nothing more comes.
    assert!(timeout(Duration::from_secs(6), program.events.recv()).await.is_err());
}

#[tokio::test]
async fn the_choices_are_kept_for_the_next_time() {
    let server = Server::start(options(None)).await.unwrap();
    let mut program = Program::signed_in(server.url()).await;
    let encord = config::Encord { integration: Some("Other".into()), ..config::Encord::default() };
    let azure = config::Azure { account: Some("acme".into()), container: "raw".into(), ..config::Azure::default() };
    program.start(
        3,
        Request::Integration(IntegrationRequest::Remember {
            encord: Box::new(encord.clone()),
            azure: Box::new(azure.clone()),
        }),
    );
    program.driver.wind_down(PATIENCE).await;
    let home = Home::below(program.dir.path());
    assert_eq!(azure_to_encord::store::last_connection::load(&home), Some((encord, azure)));
}
