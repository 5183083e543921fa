//! A signed-in driver, asked as the wizard asks it.

use std::{path::Path, sync::Arc, time::Duration};

use azure_to_encord::{
    config::{self, AuthKind, Config, Source},
    demo::encord::Pace,
    error::UserError,
    manifest::{ValidationRules, batch},
    schema::Diff,
    service::Driver,
    store::{Home, Summary},
    wizard::{
        Destination, Effect, Event, FolderDetails, FolderPage, FolderReply, FolderRequest, Integration,
        IntegrationReply, IntegrationRequest, ListingFrom, ManifestReply, ManifestRequest, Plan, Present, Reply,
        Request, RequestId, RunEvent, RunReply, RunRequest,
    },
};
use serde_json::Value;
use tempfile::TempDir;
use tokio::sync::mpsc::UnboundedReceiver;
use uuid::Uuid;

use crate::support::encord::{Encord, INTEGRATION, INTEGRATION_ID};

const PATIENCE: Duration = Duration::from_secs(120);
/// What the manifest's URLs begin with.
pub(crate) const BASE: &str = "https://acct.blob.core.windows.net/media";

pub(crate) struct Scene {
    pub(crate) encord: Encord,
    pub(crate) driver: Driver,
    events: UnboundedReceiver<Event>,
    config: Config,
    last: RequestId,
    summary: Summary,
    home: TempDir,
}

impl Scene {
    pub(crate) async fn set() -> Scene {
        let encord = Encord::start(None, Pace::Unlimited).await;
        let url = encord.server.url().to_owned();
        Scene::over(encord, &url).await
    }

    /// With the driver talking to the service at another address.
    pub(crate) async fn over(encord: Encord, url: &str) -> Scene {
        let home = tempfile::tempdir().unwrap();
        let (driver, events) = Driver::new(Home::below(home.path()), "test");
        let mut config = Config::default();
        config.encord.domain = url.to_owned();
        config.encord.ssh_key_file = Some(encord.key_file().to_str().unwrap().to_owned());
        config.encord.integration = Some(INTEGRATION.into());
        config.azure.account = Some("acct".into());
        config.azure.container = "media".into();
        config.azure.auth = Some(AuthKind::Anonymous);
        let mut scene = Scene { encord, driver, events, config, last: 0, summary: Summary::default(), home };
        let request = Request::Integration(IntegrationRequest::ConnectEncord {
            encord: scene.config.encord.clone(),
            passphrase: None,
        });
        let Reply::Integration(IntegrationReply::Encord(reply)) = scene.ask(request).await else {
            panic!("no answer of the login")
        };
        assert!(reply.login.unwrap().is_ok());
        scene
    }

    /// Begins a request; its replies follow.
    pub(crate) fn begin(&mut self, request: Request) -> RequestId {
        self.last += 1;
        self.driver.carry_out(Effect::Start { id: self.last, request });
        self.last
    }

    pub(crate) async fn reply(&mut self) -> (RequestId, Reply) {
        let event = tokio::time::timeout(PATIENCE, self.events.recv()).await.unwrap().unwrap();
        let Event::Reply { id, reply } = event else { panic!("{event:?}") };
        (id, reply)
    }

    pub(crate) async fn ask(&mut self, request: Request) -> Reply {
        let asked = self.begin(request);
        let (id, reply) = self.reply().await;
        assert_eq!(id, asked);
        reply
    }

    pub(crate) async fn resolve(&mut self, folder: config::Folder) -> Result<Destination, UserError> {
        let Reply::Folder(FolderReply::Resolved(result)) =
            self.ask(Request::Folder(FolderRequest::Resolve { folder })).await
        else {
            panic!()
        };
        *result
    }

    pub(crate) async fn resolve_path(&mut self, path: &str) -> Result<Destination, UserError> {
        self.resolve(config::Folder { path: Some(path.into()), ..config::Folder::default() }).await
    }

    pub(crate) async fn resolve_uuid(&mut self, uuid: Uuid) -> Result<Destination, UserError> {
        self.resolve(config::Folder { uuid: Some(uuid), ..config::Folder::default() }).await
    }

    pub(crate) async fn details(&mut self, folder: Uuid) -> Result<FolderDetails, UserError> {
        let Reply::Folder(FolderReply::Details(result)) =
            self.ask(Request::Folder(FolderRequest::ReadDetails { folder })).await
        else {
            panic!()
        };
        *result
    }

    pub(crate) async fn list(&mut self, parent: Option<Uuid>, search: &str, page: Option<String>) -> FolderPage {
        let request = Request::Folder(FolderRequest::List { parent, search: search.into(), page });
        let Reply::Folder(FolderReply::Listed(result)) = self.ask(request).await else { panic!() };
        result.unwrap()
    }

    /// All that is told of a count, the end last.
    pub(crate) async fn count(&mut self, folder: Uuid) -> Vec<Result<Present, UserError>> {
        let asked = self.begin(Request::Folder(FolderRequest::CountPresent { folder }));
        let mut told = Vec::new();
        loop {
            let (id, Reply::Folder(FolderReply::Present(present))) = self.reply().await else { panic!() };
            assert_eq!(id, asked);
            let is_end = !matches!(&present, Ok(so_far) if !so_far.is_done);
            told.push(present);
            if is_end {
                return told;
            }
        }
    }

    /// Makes the manifest of a file in Encord's JSON, whatever is found wrong in it.
    pub(crate) async fn build(&mut self, file: &Value) {
        let path = self.home.path().join("source.json");
        std::fs::write(&path, file.to_string()).unwrap();
        self.config.manifest.source = Source::File;
        self.config.manifest.file = Some(path.to_str().unwrap().to_owned());
        let asked = self.begin(Request::Manifest(ManifestRequest::Build {
            access: self.config.azure.clone().into(),
            manifest: self.config.manifest.clone(),
            options: self.config.upload.options(),
            limits: self.config.upload.limits(),
            demands: Arc::new(ValidationRules::default()),
            listing: ListingFrom::Source,
        }));
        loop {
            match self.reply().await {
                (id, Reply::Manifest(ManifestReply::Built(result))) if id == asked => {
                    self.summary = result.unwrap().summary;
                    return;
                }
                (id, Reply::Manifest(ManifestReply::Progress(_))) if id == asked => {}
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.home.path()
    }

    /// The plan as the wizard makes it.
    pub(crate) fn plan(&self, destination: Destination) -> Plan {
        let items: Vec<_> = self.summary.items.iter().map(|(kind, count)| (*kind, *count)).collect();
        Plan {
            domain: self.config.encord.domain.clone(),
            integration: Integration { uuid: INTEGRATION_ID, title: INTEGRATION.into() },
            schema: Diff::default(),
            schema_edits: Vec::new(),
            destination,
            batches: batch::cut(items.iter().copied(), self.config.upload.limits()),
            kinds: Vec::new(),
            items,
            bytes: 0,
            upload: self.config.upload.clone(),
            despite: Vec::new(),
            config: Box::new(self.config.clone()),
        }
    }

    /// Carries a plan out as far as the folder: its id and whether the run made it, or why the run did not begin. Without a manifest
    /// nothing else happens.
    pub(crate) async fn create(&mut self, destination: Destination) -> Result<(Uuid, bool), UserError> {
        let plan = Box::new(self.plan(destination));
        self.begin(Request::Run(RunRequest::Start { plan }));
        loop {
            match self.reply().await.1 {
                Reply::Run(RunReply::Event(RunEvent::SchemaSaved(keys))) => assert!(keys.is_empty()),
                Reply::Run(RunReply::Event(RunEvent::Folder { uuid, created, .. })) => {
                    let (_, end) = self.reply().await;
                    assert!(matches!(end, Reply::Run(RunReply::Event(RunEvent::Refused(_)))), "{end:?}");
                    return Ok((uuid, created));
                }
                Reply::Run(RunReply::Event(RunEvent::Refused(problem))) => return Err(problem),
                other => panic!("{other:?}"),
            }
        }
    }

    /// How often there is a folder of this name.
    pub(crate) fn count_named(&self, name: &str) -> usize {
        self.encord.server.folders().iter().filter(|folder| folder.name == name).count()
    }
}
