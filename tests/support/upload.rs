//! A run that is ready to be sent to an embedded Encord service of its own, without any storage: nothing is read, so that
//! what is tested is the sending alone.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{LazyLock, Mutex, PoisonError},
    time::Duration,
};

use azure_to_encord::{
    demo::encord::{Integration, Options, Pace, Server},
    encord::{Client, Credential, RetryPolicy, SigningKey},
    error::UserError,
    manifest::{
        Item, Kind, Origin, Sink as _,
        batch::{Limits, cut},
        data_items::JobOptions,
    },
    run::{new_run::NewRun, state::RunState},
    service::runs::upload::{Stop, Uploader},
    store::{BatchRow, Home, ManifestDir, ManifestWriter, RunLock, RunStore},
    tls,
    wizard::{RunEvent, Snapshot},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::sync::watch;
use uuid::Uuid;

use super::{
    encord::{INTEGRATION, INTEGRATION_ID, write_private},
    keys::Key,
};

pub(crate) const RUN: &str = "20260101-000000-abcdef";
/// In the folder that all runs go to.
const FOLDER: &str = "Raw";

pub(crate) struct Upload {
    pub(crate) server: Server,
    pub(crate) home: Home,
    pub(crate) items: u64,
    pub(crate) key: Key,
    folder: Uuid,
    run: NewRun,
    limits: Limits,
    dir: TempDir,
}

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) state: RunState,
    pub(crate) snapshot: Snapshot,
    pub(crate) problem: Option<UserError>,
    /// What was shown of what the run waited for, each once.
    pub(crate) notes: Vec<String>,
}

/// What is sent: images called `I.jpg`, so many.
pub(crate) fn plain(items: u64) -> Vec<Item> {
    (0..items).map(|number| Item::new(Kind::Image, "", vec![url(number)])).collect()
}

pub(crate) fn url(number: u64) -> String {
    format!("https://account.blob.core.windows.net/data/{number}.jpg")
}

/// A client that loses no time in tests; limits are generous, since the machine may be slow.
pub(crate) fn quick() -> RetryPolicy {
    RetryPolicy {
        first_delay: Duration::from_millis(10),
        read_timeout: Duration::from_secs(60),
        write_timeout: Duration::from_secs(60),
        ..RetryPolicy::default()
    }
}

/// By a client that all tests share: making one takes longer than using it.
async fn create_folder(server: &str, token: &str) -> Uuid {
    static CLIENT: LazyLock<reqwest::Client> =
        LazyLock::new(|| reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build().unwrap());
    let url = format!("{server}/v2/public/storage/folders");
    let sent = CLIENT.post(url).bearer_auth(token).json(&json!({ "name": FOLDER })).send().await.unwrap();
    let folder: Value = sent.error_for_status().unwrap().json().await.unwrap();
    folder["uuid"].as_str().unwrap().parse().unwrap()
}

impl Upload {
    /// Jobs of `per_job` items, `in_flight` at a time.
    pub(crate) async fn prepare(items: &[Item], per_job: u64, in_flight: usize, skip: bool, pace: Pace) -> Upload {
        tls::install();
        let key = Key::new();
        let token = "bearer-of-the-test";
        let server = Server::start(Options {
            port: 0,
            authorized_keys: vec![key.public()],
            bearer_tokens: vec![token.into()],
            integrations: vec![Integration { uuid: INTEGRATION_ID, title: INTEGRATION.into(), storage: None }],
            pace,
        })
        .await
        .unwrap();
        let folder = create_folder(server.url(), token).await;
        let dir = tempfile::tempdir().unwrap();
        let key_file = dir.path().join("key");
        write_private(&key_file, &key.pem());
        let text = |text: &str| toml::Value::from(text).to_string();
        let run = NewRun {
            id: RUN.into(),
            config: "test".into(),
            domain: server.url().into(),
            config_text: format!(
                "version = 1\n[encord]\ndomain = {}\nssh_key_file = {}\nintegration = {}\n",
                text(server.url()),
                text(key_file.to_str().unwrap()),
                text(INTEGRATION)
            ),
            folder,
            folder_path: FOLDER.into(),
            integration: INTEGRATION_ID,
            options: JobOptions { ignore_errors: true, skip_duplicate_urls: skip, upsert_metadata: false },
            jobs_in_flight: in_flight,
            despite: Vec::new(),
            sync: None,
        };
        let upload = Upload {
            server,
            home: Home::below(dir.path()),
            items: items.len() as u64,
            key,
            folder,
            run,
            limits: Limits { videos_per_job: per_job, images_per_job: per_job, ..Limits::default() },
            dir,
        };
        upload.record(RUN, items);
        upload
    }

    /// Puts a run of these items on record.
    pub(crate) fn record(&self, id: &str, items: &[Item]) {
        let run = NewRun { id: id.into(), ..self.run.clone() };
        std::fs::create_dir_all(self.home.run(id)).unwrap();
        let mut writer = ManifestWriter::create(&self.home.run(id)).unwrap();
        for item in items {
            writer.item(&Origin::blob(&item.urls[0]), item.clone()).unwrap();
        }
        writer.finish(run.options).unwrap();
        let batches = cut([(Kind::Image, items.len() as u64)], self.limits);
        self.store().create(&run, &batches).unwrap();
    }

    /// What the program is started with.
    pub(crate) fn root(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn store(&self) -> RunStore {
        RunStore::open(&self.home).unwrap()
    }

    pub(crate) fn batches(&self) -> Vec<BatchRow> {
        self.store().batches(RUN).unwrap()
    }

    /// How often each URL is registered.
    pub(crate) fn registered(&self) -> BTreeMap<String, usize> {
        let mut urls = BTreeMap::new();
        for url in self.server.items(self.folder).into_iter().flat_map(|item| item.urls) {
            *urls.entry(url).or_default() += 1;
        }
        urls
    }

    /// Each of the plain items is registered once, and nothing else is.
    pub(crate) fn assert_each_once(&self, what: &str) {
        let wanted: BTreeMap<String, usize> = (0..self.items).map(|number| (url(number), 1)).collect();
        assert_eq!(self.registered(), wanted, "{what}");
    }

    /// Works on the run until it ends.
    pub(crate) async fn work(&self, policy: RetryPolicy) -> Outcome {
        self.work_until(RUN, policy, |_| None).await
    }

    /// Works on a run; `stop` is asked at every progress how far it is to be told to stop.
    pub(crate) async fn work_until(
        &self,
        id: &str,
        policy: RetryPolicy,
        stop: impl Fn(&Snapshot) -> Option<Stop> + Sync,
    ) -> Outcome {
        let key = SigningKey::from_openssh(&self.key.pem().into(), None).unwrap();
        let client = Client::with_policy(self.server.url(), Credential::Key(key), policy).unwrap();
        let manifest = ManifestDir::open(&self.home.run(id)).unwrap();
        let lock = RunLock::take(&self.home, id).unwrap();
        let run = NewRun { id: id.into(), ..self.run.clone() };
        let uploader = Uploader::new(&client, self.store(), self.home.clone(), lock, manifest, run).unwrap();
        let (sender, receiver) = watch::channel(Stop::No);
        let told = Mutex::new((Vec::new(), None));
        let tell = |reply: RunEvent| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            match reply {
                RunEvent::Progress(snapshot) => {
                    self.assert_sane(&snapshot);
                    if let Some(stop) = stop(&snapshot) {
                        sender.send_replace(stop);
                    }
                    let note = snapshot.note.filter(|note| !told.0.contains(note));
                    told.0.extend(note);
                }
                RunEvent::Finished { state, snapshot, problem, reports } => {
                    self.assert_sane(&snapshot);
                    assert!(reports.is_some());
                    told.1 = Some((state, *snapshot, problem));
                }
                other => panic!("{other:?}"),
            }
        };
        let ended = tokio::time::timeout(Duration::from_secs(300), uploader.work(receiver, &tell)).await;
        ended.expect("the run ends");
        let (notes, end) = told.into_inner().unwrap();
        let (state, snapshot, problem) = end.unwrap();
        Outcome { state, snapshot, problem, notes }
    }

    /// Nothing is counted twice and nothing is lost.
    fn assert_sane(&self, snapshot: &Snapshot) {
        assert_eq!(snapshot.total, self.items);
        assert!(snapshot.finished() <= snapshot.total && snapshot.already <= snapshot.done, "{snapshot:?}");
        let jobs = snapshot.jobs.iter();
        assert!(jobs.clone().all(|job| job.done + job.errors + job.cancelled <= job.count), "{snapshot:?}");
        assert_eq!(jobs.map(|job| job.count).sum::<u64>(), self.items);
    }
}
