//! Saving the metadata schema to the embedded Encord service: merged, compared, and never at another writer's cost.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use azure_to_encord::{
    config::{self, Config},
    demo::encord::{Pace, Server},
    encord::{Client, Credential},
    schema::{Diff, Edit, KeyType, Scalar, diff_with},
    service::{Driver, schema::apply},
    store::Home,
    wizard::{
        Destination, Effect, Event, Integration, IntegrationReply, IntegrationRequest, Plan, Reply, Request, RequestId,
        RunEvent, RunReply, RunRequest,
    },
};
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use tokio::sync::{mpsc::UnboundedReceiver, watch};

use crate::support::encord::Encord;

fn client(encord: &Encord) -> Client {
    Client::new(encord.server.url(), Credential::Bearer(SecretString::from(encord.bearer_token()))).unwrap()
}

fn object(value: Value) -> Map<String, Value> {
    let Value::Object(object) = value else { panic!("{value}") };
    object
}

fn schema_of(server: &Server) -> Map<String, Value> {
    object(server.schema().unwrap_or_else(|| json!({})))
}

fn start() -> Map<String, Value> {
    object(json!({
        "site": {"ty": "variant", "hint": "varchar"},
        "weather": {"ty": "enum", "values": ["rain", "sun"]},
        "old": {"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "uuid"}},
        "future": {"ty": "number", "format": "F64", "unit": "lux"},
    }))
}

fn wanted(keys: &[(&str, KeyType)]) -> BTreeMap<String, KeyType> {
    keys.iter().map(|(key, key_type)| ((*key).to_owned(), key_type.clone())).collect()
}

fn text() -> KeyType {
    KeyType::Scalar(Scalar::Text)
}

/// A signed-in driver, its events, and a plan as the wizard would make it of what was read.
struct Writer {
    driver: Driver,
    events: UnboundedReceiver<Event>,
    config: Config,
    _home: tempfile::TempDir,
}

impl Writer {
    async fn start(encord: &Encord) -> Writer {
        let home = tempfile::tempdir().unwrap();
        let (driver, events) = Driver::new(Home::below(home.path()), "test");
        let mut config = Config::default();
        config.encord.domain = encord.server.url().to_owned();
        config.encord.ssh_key_file = Some(encord.key_file().to_str().unwrap().to_owned());
        let mut writer = Writer { driver, events, config, _home: home };
        let request = Request::Integration(IntegrationRequest::ConnectEncord {
            encord: writer.config.encord.clone(),
            passphrase: None,
        });
        let Reply::Integration(IntegrationReply::Encord(reply)) = writer.ask(1, request).await else {
            panic!("no answer of the login")
        };
        assert!(reply.login.unwrap().is_ok());
        writer
    }

    async fn ask(&mut self, id: RequestId, request: Request) -> Reply {
        self.driver.carry_out(Effect::Start { id, request });
        let event = tokio::time::timeout(Duration::from_secs(120), self.events.recv()).await.unwrap().unwrap();
        let Event::Reply { reply, .. } = event else { panic!("{event:?}") };
        reply
    }

    fn plan(&self, read: &Map<String, Value>, keys: &[(&str, KeyType)], edits: &[Edit]) -> Plan {
        let mut config = self.config.clone();
        config.schema.keys = wanted(keys);
        let diff: Diff = diff_with(read, &config.schema.keys, edits);
        Plan {
            domain: config.encord.domain.clone(),
            integration: Integration { uuid: crate::support::encord::INTEGRATION_ID, title: "x".into() },
            schema: diff,
            schema_edits: edits.to_vec(),
            destination: Destination { existing: None, create: vec!["New".into()], ..Destination::default() },
            items: Vec::new(),
            bytes: 0,
            batches: Vec::new(),
            kinds: Vec::new(),
            upload: config::Upload::default(),
            despite: Vec::new(),
            config: Box::new(config),
        }
    }

    /// The first that is told of a run: of its schema. What comes after needs a manifest, which there is none of here.
    async fn run(&mut self, plan: Plan) -> RunEvent {
        let Reply::Run(RunReply::Event(reply)) =
            self.ask(2, Request::Run(RunRequest::Start { plan: Box::new(plan) })).await
        else {
            panic!("no run")
        };
        reply
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_reviewed_is_saved_and_everything_else_stays() {
    let encord = Encord::start(None, Pace::Unlimited).await;
    client(&encord).save_schema(&start()).await.unwrap();
    let mut writer = Writer::start(&encord).await;
    let edits = [Edit::Delete { key: "site".into(), for_ever: true }, Edit::Restore { key: "old".into() }];
    let keys = [("new", text()), ("weather", KeyType::Enum(vec!["fog".into()]))];
    let plan = writer.plan(&start(), &keys, &edits);
    // Somebody else's key that has nothing to do with the plan is no reason to ask again.
    let mut other = start();
    other.insert("theirs".into(), json!({"ty": "geospatial"}));
    client(&encord).save_schema(&other).await.unwrap();
    let RunEvent::SchemaSaved(mut saved) = writer.run(plan.clone()).await else { panic!("not saved") };
    saved.sort();
    assert_eq!(saved, ["new", "old", "site", "weather"]);
    let expected = json!({
        "site": {"ty": "tombstone", "deleted_ty": null},
        "weather": {"ty": "enum", "values": ["fog", "rain", "sun"]},
        "old": {"ty": "variant", "hint": "uuid"},
        "future": {"ty": "number", "format": "F64", "unit": "lux"},
        "theirs": {"ty": "geospatial"},
        "new": {"ty": "variant", "hint": "text"},
    });
    assert_eq!(Value::Object(schema_of(&encord.server)), expected);
    // The run broke off after the schema, for it has no manifest. The same plan can be sent again.
    let mut again = Writer::start(&encord).await;
    assert!(matches!(again.run(plan).await, RunEvent::SchemaSaved(keys) if keys.is_empty()));
    assert_eq!(Value::Object(schema_of(&encord.server)), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_that_changed_since_the_review_is_not_written() {
    for (key, entry) in [
        ("new", json!({"ty": "variant", "hint": "number"})),
        ("weather", json!({"ty": "enum", "values": ["hail", "rain", "sun"]})),
        ("weather", json!({"ty": "tombstone", "deleted_ty": null})),
        ("site", json!({"ty": "tombstone", "deleted_ty": {"ty": "variant", "hint": "varchar"}})),
        ("theirs", json!({"ty": "geospatial"})),
    ] {
        let encord = Encord::start(None, Pace::Unlimited).await;
        client(&encord).save_schema(&start()).await.unwrap();
        let mut writer = Writer::start(&encord).await;
        let edits = [Edit::Delete { key: "theirs".into(), for_ever: false }];
        let keys = [
            ("new", text()),
            ("site", KeyType::Scalar(Scalar::Varchar)),
            ("weather", KeyType::Enum(vec!["fog".into()])),
        ];
        let plan = writer.plan(&start(), &keys, &edits);
        let mut changed = start();
        changed.insert(key.into(), entry);
        client(&encord).save_schema(&changed).await.unwrap();
        let reply = writer.run(plan).await;
        assert!(matches!(&reply, RunEvent::SchemaChanged(fresh) if *fresh == changed), "{key}: {reply:?}");
        assert_eq!(schema_of(&encord.server), changed);
        assert!(encord.server.folders().is_empty(), "nothing else was done either");
    }
}

/// In which order what several writers do first arrives: all of them have read before anything is saved, and nobody looks again
/// before two have saved.
struct Crossing {
    readers: usize,
    read: watch::Sender<usize>,
    saved: watch::Sender<usize>,
}

impl Crossing {
    fn of(readers: usize) -> Arc<Crossing> {
        Arc::new(Crossing { readers, read: watch::Sender::new(0), saved: watch::Sender::new(0) })
    }

    async fn reach(counter: &watch::Sender<usize>, count: usize) {
        counter.subscribe().wait_for(|now| *now >= count).await.unwrap();
    }

    /// The service for a writer whose first save arrives behind so many others.
    async fn writer(self: &Arc<Crossing>, encord: &Encord, behind: usize) -> Client {
        let (crossing, target) = (Arc::clone(self), encord.server.url().to_owned());
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        // What this writer did: reads, saves.
        let seen = Arc::new((AtomicUsize::new(0), AtomicUsize::new(0)));
        let pass = async move |request: axum::extract::Request| {
            let (parts, body) = request.into_parts();
            let is_save = parts.method == "POST";
            let is_first = if is_save { &seen.1 } else { &seen.0 }.fetch_add(1, Ordering::SeqCst) == 0;
            match (is_save, is_first) {
                (true, true) => {
                    Crossing::reach(&crossing.read, crossing.readers).await;
                    Crossing::reach(&crossing.saved, behind).await;
                }
                (false, false) => Crossing::reach(&crossing.saved, 2).await,
                _ => {}
            }
            let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
            let bearer = parts.headers["authorization"].clone();
            let url = format!("{target}{}", parts.uri);
            let request = http.request(parts.method, url).header("authorization", bearer);
            let answer = request.header("content-type", "application/json").body(body).send().await.unwrap();
            let answer = (answer.status(), answer.bytes().await.unwrap());
            if is_first {
                let counter = if is_save { &crossing.saved } else { &crossing.read };
                counter.send_modify(|count| *count += 1);
            }
            answer
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, axum::Router::new().fallback(pass)).await });
        Client::new(&url, Credential::Bearer(SecretString::from(encord.bearer_token()))).unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_racing_lose_no_key() {
    let encord = Encord::start(None, Pace::Unlimited).await;
    client(&encord).save_schema(&start()).await.unwrap();
    for (round, behind) in [[0, 0], [0, 1], [1, 0], [0, 0]].into_iter().enumerate() {
        let crossing = Crossing::of(2);
        let [one, other] = behind;
        let (one, other) = (crossing.writer(&encord, one).await, crossing.writer(&encord, other).await);
        let key = |writer: &str| format!("{writer} {round}");
        let (ours, theirs) = (wanted(&[(&key("ours"), KeyType::Geospatial)]), wanted(&[(&key("theirs"), text())]));
        // The later save lacks what the earlier one saved.
        let (first, second) = tokio::join!(apply(&one, &ours), apply(&other, &theirs));
        assert_eq!((first.unwrap(), second.unwrap()), (vec![key("ours")], vec![key("theirs")]));
        let after = schema_of(&encord.server);
        assert_eq!(after.len(), start().len() + 2 * (round + 1), "{behind:?}: {after:?}");
        assert!(start().iter().all(|(key, entry)| after.get(key) == Some(entry)));
    }
}

/// As a script that read long before, and saves blindly, does.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_stale_writer_undoes_is_merged_again() {
    let encord = Encord::start(None, Pace::Unlimited).await;
    let script = client(&encord);
    script.save_schema(&start()).await.unwrap();
    let crossing = Crossing::of(1);
    let ours = crossing.writer(&encord, 0).await;
    let mut stale = object(json!({"script": {"ty": "variant", "hint": "text"}}));
    stale.extend(start());
    stale.shift_remove("future");
    let wanted = wanted(&[("new", text())]);
    let (saved, ()) = tokio::join!(apply(&ours, &wanted), async {
        Crossing::reach(&crossing.saved, 1).await;
        assert!(schema_of(&encord.server).contains_key("new"));
        script.save_schema(&stale).await.unwrap();
        crossing.saved.send_modify(|count| *count += 1);
    });
    assert_eq!(saved.unwrap(), ["new"]);
    let after = schema_of(&encord.server);
    for key in start().keys().map(String::as_str).chain(["new", "script"]) {
        assert!(after.contains_key(key), "{key} is lost: {after:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_does_not_keep_what_it_is_sent_is_a_problem() {
    let router = axum::Router::new().fallback(async || axum::Json(json!({})));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    azure_to_encord::tls::install();
    let serving = tokio::spawn(async move { axum::serve(listener, router).await });
    let client = Client::new(&url, Credential::Bearer(SecretString::from("t"))).unwrap();
    let problem = apply(&client, &wanted(&[("new", text())])).await.unwrap_err();
    assert!(problem.summary.contains("'new'") && problem.hint.is_some(), "{problem}");
    serving.abort();
}
