//! CORS rules of a storage account, read, repaired and asked about: against Azurite, with Microsoft's own Python library as the
//! witness, and against the embedded Blob service.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::response::IntoResponse as _;
use azure_to_encord::{
    azure::{self, Account, Auth, Container},
    config::{self, AuthKind},
    demo::azure::{Options, Server, StoredBlob},
    endpoints::{
        cors::{Plan, Rule, plan, serves},
        region,
    },
    error::{self, UserError},
    service::Driver,
    store::Home,
    tls,
    wizard::{
        AzureAccess, CorsRepair, Effect, Event, IntegrationReply, IntegrationRequest, PrefixPage, Reply, Request,
    },
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Value, json};
use tempfile::TempDir;
use time::{Duration, OffsetDateTime};
use url::Url;

use crate::support::azurite::{Azurite, python};

const APP: &str = "https://app.encord.com";
const API: &str = "https://api.encord.com";

/// An account, and this program's way to it.
struct Scene {
    url: Url,
    account: Account,
    access: AzureAccess,
    _dir: TempDir,
}

impl Scene {
    fn new(url: &Url, token: &SecretString) -> Scene {
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("token");
        std::fs::write(&file, token.expose_secret()).unwrap();
        let azure = config::Azure {
            endpoint: Some(url.clone()),
            container: "media".into(),
            auth: Some(AuthKind::Sas),
            sas_token_file: Some(file.to_str().unwrap().to_owned()),
            ..config::Azure::default()
        };
        let account = Account::open(url, &Auth::Sas(token.clone())).unwrap();
        Scene { url: url.clone(), account, access: azure.into(), _dir: dir }
    }

    /// An account of Azurite with these rules.
    fn azurite(azurite: &Azurite, account: &str, rules: &[Rule]) -> Scene {
        let token = json!({ "permissions": "rwl", "resource_types": "sco", "minutes": 60 });
        let answer = azurite.manage(account, json!({ "cors": to_json(rules), "tokens": [token] }));
        Scene::new(&azurite.url_of(account), &answer["tokens"][0].as_str().unwrap().to_owned().into())
    }

    async fn ask(&self, request: Request) -> Reply {
        let home = tempfile::tempdir().unwrap();
        let (mut driver, mut events) = Driver::new(Home::below(home.path()), "test");
        driver.carry_out(Effect::Start { id: 1, request });
        let event = tokio::time::timeout(std::time::Duration::from_secs(120), events.recv()).await.unwrap();
        match event {
            Some(Event::Reply { id: 1, reply }) => reply,
            other => panic!("{other:?}"),
        }
    }

    async fn repair(&self, plan: &Plan) -> Result<CorsRepair, UserError> {
        let request = Request::Integration(IntegrationRequest::RepairCors {
            access: self.access.clone(),
            plan: Box::new(plan.clone()),
            origins: eu(),
        });
        match self.ask(request).await {
            Reply::Integration(IntegrationReply::CorsRepaired(result)) => result,
            other => panic!("{other:?}"),
        }
    }

    /// Plans from the present rules, repairs, and answers the rules afterwards.
    async fn plan_and_repair(&self) -> (Plan, Vec<Rule>) {
        let plan = plan(&self.account.cors_rules().await.unwrap(), &eu()).unwrap();
        match self.repair(&plan).await.unwrap() {
            CorsRepair::Done(rules) => (plan, rules),
            other => panic!("{other:?}"),
        }
    }

    /// Asks as browsers do, with a client of the test's own.
    async fn assert_served(&self, origins: &[&str], expected: bool) {
        let client = client();
        for origin in origins {
            for method in ["GET", "PUT"] {
                let answer = client
                    .request(reqwest::Method::OPTIONS, format!("{}/media/some/blob.jpg", self.url))
                    .header("origin", *origin)
                    .header("access-control-request-method", method)
                    .header("access-control-request-headers", "range,x-ms-anything")
                    .send()
                    .await
                    .unwrap();
                assert_eq!(answer.status().is_success(), expected, "{method} {origin}");
                if expected {
                    assert_eq!(answer.headers()["access-control-allow-origin"], *origin);
                }
            }
        }
    }
}

fn client() -> reqwest::Client {
    tls::install();
    reqwest::Client::builder().no_proxy().build().unwrap()
}

fn eu() -> Vec<String> {
    region::origins("https://api.encord.com")
}

fn rule(origins: &[&str], methods: &[&str], allowed: &[&str], exposed: &[&str], max_age: u32) -> Rule {
    let texts = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
    Rule {
        origins: texts(origins),
        methods: texts(methods),
        allowed_headers: texts(allowed),
        exposed_headers: texts(exposed),
        max_age,
    }
}

fn foreign(number: usize) -> Rule {
    rule(&[&format!("https://{number}.example"), " https://x.example"], &["GET", "PUT"], &["x-ms-*"], &[], 200)
}

fn to_json(rules: &[Rule]) -> Value {
    rules
        .iter()
        .map(|rule| {
            json!({
                "origins": rule.origins, "methods": rule.methods, "allowed": rule.allowed_headers,
                "exposed": rule.exposed_headers, "max_age": rule.max_age,
            })
        })
        .collect()
}

#[tokio::test]
async fn from_none_from_four_and_with_an_overlapping_rule_all_origins_are_served_and_nothing_is_lost() {
    let azurite = Azurite::shared();
    let greedy = rule(&["*"], &["GET", "HEAD"], &["range"], &["content-length"], 5);
    let scenes = [
        ("alpha", vec![]),
        ("bravo", (0..4).map(foreign).collect()),
        ("charlie", vec![foreign(1), greedy, foreign(2)]),
        ("delta", vec![foreign(1), rule(&[API], &["GET"], &["range"], &[], 60), foreign(2), foreign(3), foreign(4)]),
    ];
    for (name, before) in scenes {
        let scene = Scene::azurite(&azurite, name, &before);
        assert_eq!(scene.account.cors_rules().await.unwrap(), before, "{name}: read as they were written");
        scene.assert_served(&[APP, API], false).await;
        let (plan, rules) = scene.plan_and_repair().await;
        assert_eq!(plan.before, before);
        assert_eq!(rules, plan.after);
        scene.assert_served(&[APP, API], true).await;
        let kept: Vec<&Rule> = rules.iter().filter(|rule| before.contains(rule)).collect();
        let others: Vec<&Rule> = before.iter().filter(|rule| rule.origins != [API]).collect();
        assert_eq!(kept, others, "{name}");
        assert_eq!(azurite.manage(name, json!({}))["cors"], to_json(&rules), "{name}: by the official library");

        let (again, same) = scene.plan_and_repair().await;
        assert!(again.is_done());
        assert_eq!(same, rules);
    }
}

#[tokio::test]
async fn five_rules_of_others_are_refused_and_untouched() {
    let azurite = Azurite::shared();
    let before: Vec<Rule> = (0..5).map(foreign).collect();
    let scene = Scene::azurite(&azurite, "echo", &before);
    plan(&scene.account.cors_rules().await.unwrap(), &eu()).unwrap_err();
    // A plan from when there was room.
    let old = plan(&before[..4], &eu()).unwrap();
    let problem = scene.repair(&old).await.unwrap_err();
    assert!(problem.summary.contains("5 CORS rules already"), "{problem}");
    assert!(problem.hint.unwrap().contains("https://4.example"));
    assert_eq!(azurite.manage("echo", json!({}))["cors"], to_json(&before));
}

#[tokio::test]
async fn a_change_by_somebody_else_is_noticed_and_kept() {
    let azurite = Azurite::shared();
    let scene = Scene::azurite(&azurite, "foxtrot", &[foreign(1)]);
    let reviewed = plan(&scene.account.cors_rules().await.unwrap(), &eu()).unwrap();
    // Other properties are not lost either: the official library sets rules and soft delete meanwhile.
    let now = [foreign(1), foreign(2)];
    azurite.manage("foxtrot", json!({ "cors": to_json(&now), "soft_delete": 9 }));
    let CorsRepair::Changed(anew) = scene.repair(&reviewed).await.unwrap() else { panic!("written unseen") };
    assert_eq!(anew.before, now);
    assert_eq!(azurite.manage("foxtrot", json!({}))["cors"], to_json(&now), "nothing was written");
    assert_eq!(scene.repair(&anew).await.unwrap(), CorsRepair::Done(anew.after.clone()));
    let answer = azurite.manage("foxtrot", json!({}));
    assert_eq!(answer["cors"], to_json(&anew.after));
    assert_eq!(answer["soft_delete"], 9);
}

#[tokio::test]
async fn a_token_that_may_not_is_told_what_it_lacks_and_what_to_do_by_hand() {
    let azurite = Azurite::shared();
    let token = |permissions, types| json!({ "permissions": permissions, "resource_types": types, "minutes": 60 });
    let request = json!({
        "cors": to_json(&[foreign(1)]),
        "tokens": [token("rl", "co"), token("rl", "sco")],
        "container_tokens": [{ "container": "media", "permissions": "rl", "minutes": 60 }],
    });
    let answer = azurite.manage("golf", request);
    let token = |list: &str, at: usize| answer[list][at].as_str().unwrap().to_owned().into();
    for (token, lacks) in [
        (token("tokens", 0), "lacks the resource type Service (srt with s)"),
        (token("tokens", 1), "lacks the permission Write (sp with w)"),
        (token("container_tokens", 0), "is for a container or a blob"),
    ] {
        let scene = Scene::new(&azurite.url_of("golf"), &token);
        let problem = scene.repair(&plan(&[foreign(1)], &eu()).unwrap()).await.unwrap_err();
        assert_eq!(problem.kind, error::ErrorKind::Access, "{problem}");
        let hint = problem.hint.unwrap();
        assert!(hint.contains(lacks), "{hint}");
        assert!(hint.contains("\naz storage cors add --account-name golf --services b --methods GET POST OPTIONS PUT"));
        assert!(hint.contains("Resource sharing (CORS)") && hint.contains("Storage Account Contributor"));
        assert!(!hint.contains("sig="));
    }
    assert_eq!(azurite.manage("golf", json!({}))["cors"], to_json(&[foreign(1)]));
}

/// Azure stops at the first rule that has origin and method, where Azurite goes on to the next; the embedded service does as
/// Azure does.
#[tokio::test]
async fn the_embedded_service_is_as_strict_as_azure_and_is_repaired_too() {
    let greedy = rule(&["*"], &["GET"], &["content-type"], &[], 5);
    let own = rule(&[APP, API], &["GET", "POST", "OPTIONS", "PUT"], &["*"], &["*"], 60);
    let server =
        Server::start(Options { cors: vec![greedy.clone(), own.clone()], ..Options::default() }).await.unwrap();
    let scene = Scene::new(server.account_url(), &server.account_sas("rwl", "sco", Duration::HOUR));
    let refused = scene.account.preflight("media", "a.jpg", APP, "GET").await.unwrap();
    assert_eq!((refused.status, refused.code.as_deref()), (403, Some("CorsPreflightFailure")));
    assert!(!serves(&[greedy.clone(), own.clone()], APP));
    let (_, rules) = scene.plan_and_repair().await;
    assert_eq!(rules, [own, greedy]);
    scene.assert_served(&[APP, API], true).await;
    let answer = scene.account.preflight("media", "a b/ü.jpg", APP, "GET").await.unwrap();
    assert!(answer.permits(APP, "GET") && answer.allow_headers.as_deref() == Some("range"), "{answer:?}");
    server.stop().await;
}

/// Signed with the account's key by the official library, and listed with a token for one container that it made.
#[tokio::test]
async fn the_embedded_service_understands_the_official_library() {
    let server = Server::start(Options { cors: vec![], ..Options::default() }).await.unwrap();
    server.put_blob("media", StoredBlob::new("a b.jpg", "x", "image/jpeg"));
    server.create_container("other");
    let url = server.account_url().clone();
    let key = server.account_key();
    let request = json!({
        "cors": to_json(&[foreign(1), foreign(2)]),
        "container_tokens": [
            { "container": "media", "permissions": "rl", "minutes": 60 },
            { "container": "media", "permissions": "r", "minutes": 60 },
            { "container": "media", "permissions": "rl", "minutes": -60 },
        ],
    });
    let ask = |key: String| {
        let (url, request) = (url.clone(), request.clone());
        tokio::task::spawn_blocking(move || python("account.py", &url, "trafficdemo", &key, request))
    };
    let answer = ask(key.expose_secret().to_owned()).await.unwrap();
    assert_eq!(answer["cors"], to_json(&[foreign(1), foreign(2)]));
    assert!(ask("AAAA".to_owned()).await.is_err(), "another key");

    let token = |at: usize| answer["container_tokens"][at].as_str().unwrap().to_owned();
    let probe = async |container: &str, token: String| {
        let error = Container::open(&url, container, &Auth::Sas(token.into())).unwrap().probe().await.err()?;
        error.code().map(str::to_owned)
    };
    assert_eq!(probe("media", token(0)).await, None);
    for (container, token, code) in [
        ("other", token(0), "AuthenticationFailed"),
        ("media", token(1), "AuthorizationPermissionMismatch"),
        ("media", token(2), "AuthenticationFailed"),
        ("media", token(1).replace("sp=r", "sp=rl"), "AuthenticationFailed"),
    ] {
        assert_eq!(probe(container, token).await.as_deref(), Some(code));
    }
    let own = server.container_sas("media", "rl", Duration::HOUR);
    assert_eq!(probe("media", own.expose_secret().to_owned()).await, None);
    let account = Account::open(&url, &Auth::Sas(server.account_sas("l", "s", Duration::HOUR))).unwrap();
    assert_eq!(account.containers().await.unwrap(), ["media", "other"]);
    server.stop().await;
}

/// Azure may take a minute to apply what was written; until then it answers by the old rules.
#[tokio::test]
async fn a_repair_waits_until_the_rules_are_in_effect() {
    let server = Server::start(Options { cors: vec![], ..Options::default() }).await.unwrap();
    let token = server.account_sas("rwl", "sco", Duration::HOUR);
    let refused = Arc::new(AtomicUsize::new(0));
    let (target, counter) = (server.account_url().origin().ascii_serialization(), Arc::clone(&refused));
    let client = client();
    let slow = axum::Router::new().fallback(move |request: axum::extract::Request| async move {
        let is_question = request.method() == reqwest::Method::OPTIONS;
        if is_question && counter.fetch_add(1, Ordering::SeqCst) < 20 {
            return (reqwest::StatusCode::FORBIDDEN, Vec::new()).into_response();
        }
        let (head, body) = request.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        let forwarded = client.request(head.method, format!("{target}{}", head.uri)).headers(head.headers).body(body);
        let answer = forwarded.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        (status, headers, answer.bytes().await.unwrap().to_vec()).into_response()
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/trafficdemo", listener.local_addr().unwrap())).unwrap();
    let task = tokio::spawn(async move { axum::serve(listener, slow).await });
    let scene = Scene::new(&url, &token);
    let (plan, rules) = scene.plan_and_repair().await;
    assert_eq!(rules, plan.after);
    assert!(refused.load(Ordering::SeqCst) > 20);
    task.abort();
    server.stop().await;
}

#[tokio::test]
async fn containers_and_folders_are_found() {
    let azurite = Azurite::shared();
    let scene = Scene::azurite(&azurite, "hotel", &[]);
    assert_eq!(scene.account.containers().await.unwrap(), Vec::<String>::new());

    let names = ["a/1.jpg", "a/b/2.jpg", "a//3.jpg", "a/ü & <x>/4.jpg", "a/", "top.jpg"];
    let blobs: Vec<_> = names.iter().map(|name| crate::support::azurite::Blob::new(*name, b"x")).collect();
    azurite.fill("folders", false, &blobs);
    let token = azurite.tokens(&[("rl", 60)]).remove(0);
    let mut scene = Scene::new(azurite.account_url(), &token);
    scene.access.azure.container = "folders".into();
    match scene.ask(Request::Integration(IntegrationRequest::ListContainers { access: scene.access.clone() })).await {
        Reply::Integration(IntegrationReply::Containers(Ok(names))) => {
            assert!(names.contains(&"folders".to_owned()), "{names:?}");
        }
        other => panic!("{other:?}"),
    }
    for (prefix, folders, blobs) in [
        ("", vec!["a/"], 1),
        ("a/", vec!["a//", "a/b/", "a/ü & <x>/"], 1),
        ("a/ü & <x>/", vec![], 1),
        ("nowhere/", vec![], 0),
    ] {
        let request = Request::Integration(IntegrationRequest::ListPrefixes {
            access: scene.access.clone(),
            prefix: prefix.into(),
        });
        match scene.ask(request).await {
            Reply::Integration(IntegrationReply::Prefixes { prefix: asked, result: Ok(page) }) => {
                assert_eq!(asked, prefix);
                let folders = folders.into_iter().map(str::to_owned).collect();
                assert_eq!(page, PrefixPage { folders, blobs, more: false }, "{prefix}");
            }
            other => panic!("{other:?}"),
        }
    }
    scene.access.azure.container = "not-there".into();
    match scene
        .ask(Request::Integration(IntegrationRequest::ListPrefixes {
            access: scene.access.clone(),
            prefix: String::new(),
        }))
        .await
    {
        Reply::Integration(IntegrationReply::Prefixes { result: Err(problem), .. }) => {
            assert_eq!(problem.kind, error::ErrorKind::Config, "{problem}");
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_may_not_list_containers_is_told_why_and_the_time_is_told_to_everybody() {
    let azurite = Azurite::shared();
    let request = json!({ "tokens": [{ "permissions": "rl", "resource_types": "co", "minutes": 60 }] });
    let token = azurite.manage("hotel", request)["tokens"][0].as_str().unwrap().to_owned();
    let server = Server::start(Options::default()).await.unwrap();
    for (url, auth, hint) in [
        (azurite.url_of("hotel"), Auth::Sas(token.into()), "lacks the resource type Service"),
        (azurite.url_of("hotel"), Auth::Anonymous, "cannot be read anonymously"),
        (server.account_url().clone(), Auth::Anonymous, "type the container's name"),
        (
            server.account_url().clone(),
            Auth::Sas(server.container_sas("media", "rl", Duration::HOUR)),
            "is for a container or a blob",
        ),
    ] {
        let account = Account::open(&url, &auth).unwrap();
        let error = account.containers().await.unwrap_err();
        assert!(matches!(error.kind, azure::ErrorKind::Auth { .. }), "{error}");
        assert!(error.hint().is_some_and(|text| text.contains(hint)), "{error}: {:?}", error.hint());
        let date = account.server_date().await.unwrap();
        assert!((OffsetDateTime::now_utc() - date).abs() < Duration::seconds(5));
    }
    server.stop().await;
}
