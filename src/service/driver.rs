//! Carries out the machine's effects, each request in a task of its own.

use std::{collections::HashMap, future::Future, sync::Arc};

use tokio::sync::{
    mpsc::{self, UnboundedReceiver},
    watch,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    service::{
        folders,
        home::{self, saving},
        integration::{browse, checks, connect, cors, discover, sas, watch as watching},
        manifest::{self, rows},
        runs::{estimate, rerun, start, upload::Stop},
        schema::{self, infer},
        session::Session,
    },
    store::paths::Home,
    wizard::effect::{Effect, Event, Reply, Request, RequestId},
};

/// What a config is called in the record that is not saved.
const UNSAVED: &str = "(not saved)";

/// Carries out effects. Requests that read are dropped when they are cancelled; a run that was started goes on to its end.
#[derive(Debug)]
pub struct Driver {
    session: Arc<Session>,
    reads: HashMap<RequestId, CancellationToken>,
    stop: watch::Sender<Stop>,
    runs: TaskTracker,
}

impl Driver {
    /// A driver and the events that its requests answer with. `config_label` is what the user called the config. Must be
    /// made inside a tokio runtime.
    pub fn new(home: Home, config_label: &str) -> (Driver, UnboundedReceiver<Event>) {
        let (events, receiver) = mpsc::unbounded_channel();
        let session = Arc::new(Session::new(home, config_label.to_owned(), events));
        let (stop, _) = watch::channel(Stop::No);
        (Driver { session, reads: HashMap::new(), stop, runs: TaskTracker::new() }, receiver)
    }

    /// Begins what an effect asks for and returns at once.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Start { id, request } => self.start(id, request),
            Effect::Cancel { id } => {
                if let Some(token) = self.reads.remove(&id) {
                    token.cancel();
                }
            }
            // The front end's own.
            Effect::Copy(_) | Effect::Editor(_) | Effect::Bell | Effect::Mouse | Effect::Exit => {}
        }
    }

    /// Tells a run to send nothing more, and waits until what was under way is on record; no longer than `patience`.
    pub async fn wind_down(&self, patience: std::time::Duration) {
        self.stop.send_replace(Stop::Leave);
        self.runs.close();
        let _ = tokio::time::timeout(patience, self.runs.wait()).await;
    }

    fn start(&mut self, id: RequestId, request: Request) {
        let session = Arc::clone(&self.session);
        match request {
            Request::ConnectEncord { encord, passphrase } => {
                self.read(id, async move {
                    let reply = connect::encord(&session, &encord, passphrase.as_ref()).await;
                    session.reply(id, Reply::Encord(reply));
                });
            }
            Request::Discover => self.read(id, async move {
                let found = tokio::task::spawn_blocking(discover::discover).await.unwrap_or_default();
                session.reply(id, Reply::Discovered(found));
            }),
            Request::WatchIntegrations => self.read(id, async move { watching::integrations(&session, id).await }),
            Request::CheckAzure { access, encord } => self.read(id, async move {
                let reply = checks::azure(&session, id, &access, &encord).await;
                session.reply(id, Reply::Container(reply));
            }),
            Request::ListContainers { access } => self.read(id, async move {
                let reply = browse::containers(&access).await;
                session.reply(id, Reply::Containers(reply));
            }),
            Request::ListPrefixes { access, prefix } => self.read(id, async move {
                let result = browse::prefixes(&access, &prefix).await;
                session.reply(id, Reply::Prefixes { prefix, result });
            }),
            // A change that was begun is finished, whatever is cancelled.
            Request::RepairCors { access, plan, origins } => {
                self.runs.spawn(async move {
                    let reply = cors::repair(&access, &plan, &origins).await;
                    session.reply(id, Reply::CorsRepaired(reply));
                });
            }
            Request::MakeSas { access, wish } => session.reply(id, Reply::SasMade(sas::make(&access, wish))),
            Request::Remember { encord, azure } => {
                self.runs.spawn_blocking(move || session.remember(&encord, &azure));
            }
            Request::ReadSchema => self.read(id, async move {
                let reply = schema::read(&session).await;
                session.reply(id, Reply::Schema(reply));
            }),
            Request::InferSchema { access, manifest, file } => self.read(id, async move {
                let reply = infer::infer(&access, &manifest, file.as_deref()).await;
                session.reply(id, Reply::Inferred(reply));
            }),
            Request::BuildManifest { access, manifest, options, limits, demands, listing } => {
                self.read(id, async move {
                    let reply =
                        manifest::draft(&session, id, &access, &manifest, (options, limits), &demands, listing).await;
                    session.reply(id, Reply::Manifest(reply));
                });
            }
            Request::ReadRows { list, first, count, places } => self.read(id, async move {
                let reply = rows::read(&session, list, first, count, places).await;
                session.reply(id, reply);
            }),
            Request::Search { list, filter } => {
                self.read(id, async move { rows::search::search(&session, id, list, filter).await });
            }
            Request::FindItem { name } => self.read(id, async move {
                let place = rows::search::item(&session, name).await;
                session.reply(id, Reply::ItemFound(place));
            }),
            Request::ListFolders { parent, search, page } => self.read(id, async move {
                let reply = folders::list::list(&session, parent, search, page).await;
                session.reply(id, Reply::Folders(reply));
            }),
            Request::ResolveFolder { folder } => self.read(id, async move {
                let reply = folders::resolve::resolve(&session, &folder).await;
                session.reply(id, Reply::FolderResolved(Box::new(reply)));
            }),
            Request::FolderDetails { folder } => self.read(id, async move {
                let reply = folders::details::details(&session, folder).await;
                session.reply(id, Reply::FolderDetails(Box::new(reply)));
            }),
            Request::CountPresent { folder } => {
                self.read(id, async move { folders::present::present(&session, id, folder).await });
            }
            Request::StartRun { plan } => {
                let stop = self.begin_run();
                self.runs.spawn(async move { start::run(&session, id, &plan, stop).await });
            }
            Request::StopRun { abort } => {
                self.stop.send_replace(if abort { Stop::Abort } else { Stop::Drain });
            }
            Request::PauseRun { paused } => rerun::pause(&session, paused),
            Request::ResumeRun { run, doubts } => {
                let stop = self.begin_run();
                self.runs.spawn(async move { rerun::resume(&session, id, &run, &doubts, stop).await });
            }
            Request::WatchRun { run } => {
                self.read(id, async move { crate::service::runs::observe::watch(&session, id, &run).await })
            }
            Request::RetryRun { run, change } => {
                let stop = self.begin_run();
                self.runs.spawn(async move { rerun::retry(&session, id, &run, change, stop).await });
            }
            Request::EstimateRun { domain, items, jobs_in_flight } => self
                .disk(id, move || Reply::Estimate(estimate::estimate(&session.home, &domain, &items, jobs_in_flight))),
            Request::ReadHome => self.disk(id, move || Reply::Home(Box::new(home::page(&session.home)))),
            Request::OpenConfig { label } => self.disk(id, move || Reply::ConfigOpened(home::open(&session, &label))),
            Request::NameRuns { label } => session.set_config_label(label.as_deref().unwrap_or(UNSAVED)),
            Request::DuplicateConfig { name, copy } => {
                self.disk(id, move || Reply::HomeChanged(home::duplicate(&session.home, &name, &copy)));
            }
            Request::DeleteConfig { name } => {
                self.disk(id, move || Reply::HomeChanged(home::delete(&session.home, &name)));
            }
            Request::ForgetRun { run } => {
                self.disk(id, move || Reply::HomeChanged(home::forget(&session.home, &run)));
            }
            Request::PreviewSave { to, config, opened } => {
                self.disk(id, move || Reply::SavePreview(saving::preview(&session, &to, &config, opened.as_ref())));
            }
            Request::SaveConfig { to, config, seen } => {
                self.disk(id, move || Reply::ConfigSaved(saving::save(&session, &to, &config, seen.as_ref())));
            }
        }
    }

    /// What stops the run that begins now; nothing that was said to an earlier one counts for it.
    fn begin_run(&self) -> watch::Receiver<Stop> {
        rerun::pause(&self.session, false);
        self.stop.send_replace(Stop::No);
        self.stop.subscribe()
    }

    /// Something short on this machine's disk; what was begun is finished, whatever is cancelled.
    fn disk(&mut self, id: RequestId, work: impl FnOnce() -> Reply + Send + 'static) {
        let session = Arc::clone(&self.session);
        self.runs.spawn_blocking(move || session.reply(id, work()));
    }

    fn read(&mut self, id: RequestId, work: impl Future<Output = ()> + Send + 'static) {
        let token = CancellationToken::new();
        self.reads.retain(|_, token| !token.is_cancelled());
        self.reads.insert(id, token.clone());
        tokio::spawn(async move {
            let _ = token.run_until_cancelled(work).await;
        });
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for token in self.reads.values() {
            token.cancel();
        }
    }
}
