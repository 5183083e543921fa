//! The service that everything is sent to, and the run on record.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
};

use azure_to_encord::{
    demo::encord::{Integration, Options, Pace, Server},
    manifest::{
        Item, Kind, Origin, Sink as _,
        batch::{Limits, cut},
        data_items::JobOptions,
    },
    run::new_run::NewRun,
    store::{Home, ManifestWriter, RunStore},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Load, keys::Key, process::Used};

pub(crate) const RUN: &str = "20260101-000000-abcdef";
pub(crate) const INTEGRATION: Uuid = Uuid::from_u128(5);
const TITLE: &str = "bench";
const TOKEN: &str = "bearer-of-the-bench";

/// The embedded Encord service in a process of its own; it ends with the value.
pub(crate) struct Service {
    child: Child,
    pub(crate) url: String,
    folder: Uuid,
    key: PathBuf,
}

impl Service {
    pub(crate) fn start(dir: &Path) -> Service {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args([Path::new("serve"), dir])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let told: Value = serde_json::from_str(&line).unwrap();
        let text = |name: &str| told[name].as_str().unwrap().to_owned();
        Service { child, url: text("url"), folder: text("folder").parse().unwrap(), key: key_file(dir) }
    }

    pub(crate) fn used(&self) -> Used {
        Used::so_far(self.child.id())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

fn key_file(dir: &Path) -> PathBuf {
    dir.join("key")
}

/// Serves until the standard input ends.
pub(crate) fn serve(dir: &Path) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async {
        let key = Key::new();
        std::fs::write(key_file(dir), key.pem()).unwrap();
        let server = Server::start(Options {
            port: 0,
            authorized_keys: vec![key.public()],
            bearer_tokens: vec![TOKEN.into()],
            integrations: vec![Integration { uuid: INTEGRATION, title: TITLE.into(), storage: None }],
            pace: Pace::Unlimited,
        })
        .await
        .unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let url = format!("{}/v2/public/storage/folders", server.url());
        let answer = client.post(url).bearer_auth(TOKEN).json(&json!({ "name": "Raw" })).send().await.unwrap();
        let folder: Value = answer.json().await.unwrap();
        println!("{}", json!({ "url": server.url(), "folder": folder["uuid"] }));
        std::io::stdout().flush().unwrap();
        tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new())).await.unwrap().unwrap();
        server.stop().await;
    });
    ExitCode::SUCCESS
}

/// The run as the bench put it on record.
pub(crate) fn the_run(home: &Home) -> NewRun {
    RunStore::open(home).unwrap().run(RUN).unwrap().run
}

/// Puts a run on record; how many jobs it has.
pub(crate) fn record(dir: &Path, service: &Service, load: Load) -> usize {
    let home = Home::below(dir);
    let text = |text: &str| toml::Value::from(text).to_string();
    let run = NewRun {
        id: RUN.into(),
        config: "bench".into(),
        domain: service.url.clone(),
        config_text: format!(
            "version = 1\n[encord]\ndomain = {}\nssh_key_file = {}\nintegration = {}\n",
            text(&service.url),
            text(service.key.to_str().unwrap()),
            text(TITLE)
        ),
        folder: service.folder,
        folder_path: "Raw".into(),
        integration: INTEGRATION,
        options: JobOptions { ignore_errors: true, skip_duplicate_urls: true, upsert_metadata: false },
        jobs_in_flight: 2,
        despite: Vec::new(),
        sync: None,
    };
    std::fs::create_dir_all(home.run(RUN)).unwrap();
    let mut writer = ManifestWriter::create(&home.run(RUN)).unwrap();
    for number in 0..load.items {
        // Spread evenly.
        let fails = number * load.failed / load.items != (number + 1) * load.failed / load.items;
        let item = item(number, fails);
        writer.item(&Origin::blob(&item.title), item.clone()).unwrap();
    }
    writer.finish(run.options).unwrap();
    let batches = cut([(Kind::Image, load.items)], Limits::default());
    RunStore::open(&home).unwrap().create(&run, &batches).unwrap();
    batches.len()
}

/// An image such as people have. One that fails does so for one of three reasons, of which two name its URL.
fn item(number: u64, fails: bool) -> Item {
    let name = format!("site-{:03}/cam-{:02}/2026-04-09/run-04/frame_{number:07}", number % 400, number % 13);
    let url = |ending: &str| format!("https://account.blob.core.windows.net/container/{name}{ending}");
    let (title, url) = match (fails, number % 7) {
        (false, _) => (format!("{name}.jpg"), url(".jpg")),
        (true, 0) => (format!("{name}{}", "x".repeat(300)), url(".jpg")),
        (true, 1 | 2) => (format!("{name}.jpg"), format!("{name}.jpg")),
        (true, _) => (format!("{name} .jpg"), url(" .jpg")),
    };
    let mut item = Item::new(Kind::Image, title, vec![url]);
    item.client_metadata.insert("camera".into(), json!(format!("cam-{:02}", number % 13)));
    item.client_metadata.insert("frame".into(), json!(number));
    item.bytes = 250_000;
    item
}
