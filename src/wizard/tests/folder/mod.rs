//! Step 4 by tables and properties, against a small model of Encord's folders.

mod forms;
mod properties;

use crate::wizard::tests::*;

/// Folders as Encord holds them: siblings may share a name.
#[derive(Debug, Clone)]
struct Model {
    /// Id, parent, name; the ids are given in this order, from 1.
    folders: Vec<(u128, Option<u128>, String)>,
    page: usize,
}

impl Model {
    fn new(paths: &[&str]) -> Model {
        let mut model = Model { folders: Vec::new(), page: 3 };
        for path in paths {
            let mut parent = None;
            let names: Vec<&str> = path.split('/').collect();
            for (depth, name) in names.iter().enumerate() {
                let known = model.folders.iter().find(|(_, up, own)| *up == parent && own == name).map(|(id, ..)| *id);
                // A path that is given twice makes twins.
                let known = known.filter(|_| depth + 1 < names.len());
                parent = Some(known.unwrap_or_else(|| {
                    let id = model.folders.len() as u128 + 1;
                    model.folders.push((id, parent, (*name).to_owned()));
                    id
                }));
            }
        }
        model
    }

    fn path(&self, id: u128) -> String {
        let (_, parent, name) = self.folders.iter().find(|(own, ..)| *own == id).unwrap();
        parent.map_or(name.clone(), |parent| format!("{}/{name}", self.path(parent)))
    }

    fn row(&self, id: u128) -> FolderRow {
        let name = self.path(id).rsplit('/').next().unwrap().to_owned();
        FolderRow {
            uuid: Uuid::from_u128(id),
            synced: name.starts_with("Mirror"),
            name,
            path: None,
            description: String::new(),
            role: FolderRole::Admin,
        }
    }

    fn answer(&self, request: &Request) -> Option<Reply> {
        Some(match request {
            Request::Folder(FolderRequest::List { parent, search, page }) => {
                let is_deep = parent.is_none() && !search.is_empty();
                let lower = search.to_lowercase();
                let fits = |(_, up, name): &&(u128, Option<u128>, String)| {
                    (is_deep || up.map(Uuid::from_u128) == *parent) && name.to_lowercase().contains(&lower)
                };
                let ids: Vec<u128> = self.folders.iter().filter(fits).map(|(id, ..)| *id).collect();
                let first: usize = page.as_deref().map_or(0, |page| page.parse().unwrap());
                let row = |id: &u128| FolderRow { path: is_deep.then(|| self.path(*id)), ..self.row(*id) };
                let rows = ids.iter().skip(first).take(self.page).map(row).collect();
                let next = (first + self.page < ids.len()).then(|| (first + self.page).to_string());
                Reply::Folder(FolderReply::Listed(Ok(FolderPage { rows, next })))
            }
            Request::Folder(FolderRequest::ReadDetails { folder }) => {
                let row = self.row(folder.as_u128());
                Reply::Folder(FolderReply::Details(Box::new(Ok(FolderDetails {
                    folder: FolderRef { uuid: *folder, path: self.path(folder.as_u128()) },
                    description: String::new(),
                    metadata: Map::new(),
                    role: if row.name == "Shared" { FolderRole::User } else { FolderRole::Admin },
                    owner: "ada".into(),
                    created_at: String::new(),
                    remote_url: row.synced.then(|| match row.name.as_str() {
                        "Mirror" => "https://acme.blob.core.windows.net/raw".into(),
                        _ => "https://acme.blob.core.windows.net/other/".into(),
                    }),
                    counts: Some(FolderCounts { items: 7, ..FolderCounts::default() }),
                }))))
            }
            _ => return None,
        })
    }
}

fn is_folders(request: &Request) -> bool {
    matches!(request, Request::Folder(FolderRequest::List { .. }) | Request::Folder(FolderRequest::ReadDetails { .. }))
}

impl Harness {
    /// At step 4 with a user, the config naming this folder, nothing answered there yet.
    fn at_folders(path: Option<&str>) -> Harness {
        let mut config = config();
        config.folder.path = path.map(str::to_owned);
        config.schema.keys.clear();
        let mut harness = Harness::new(config);
        harness.wizard.folder.guide();
        harness.connect(Ok(vec![integration(1, "Azure")]));
        harness.container(Ok(false));
        for _ in 0..20 {
            harness.act(Action::Next);
            match harness.wizard.step() {
                Step::Schema if harness.wizard.status(Step::Schema) == Status::Working => harness.schema(json!({})),
                Step::Manifest if harness.wizard.status(Step::Manifest) == Status::Working => {
                    harness.manifest(summary(1000, 0));
                }
                Step::Folder => return harness,
                _ => {}
            }
        }
        panic!("stuck at {:?}", harness.wizard.step());
    }

    /// Answers all that is asked about folders, the oldest first, until nothing is.
    fn settle(&mut self, model: &Model) {
        while let Some(at) = self.open.iter().position(|(_, request)| is_folders(request)) {
            let (id, request) = self.open.remove(at);
            let reply = model.answer(&request).unwrap();
            self.event(Event::Reply { id, reply });
        }
    }

    fn destination(&self) -> String {
        self.wizard.folder().destination().map(Destination::path).unwrap_or_default()
    }

    fn names(&self) -> Vec<String> {
        let tree = self.wizard.folder().tree();
        (0..tree.len()).filter_map(|place| tree.reference(place)).map(|folder| folder.path).collect()
    }

    fn under_cursor(&self) -> String {
        self.wizard.folder().current_path().unwrap_or_default()
    }

    fn asked(&self) -> usize {
        self.open.iter().filter(|(_, request)| is_folders(request)).count()
    }
}

#[test]
fn folders_open_in_place_and_are_kept_when_closed() {
    let model = Model::new(&["A", "Raw/2025", "Raw/2026/April", "Z"]);
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    assert_eq!(harness.names(), ["A", "Raw", "Z"]);
    for (action, names, cursor) in [
        (Action::Down, &["A", "Raw", "Z"][..], "Raw"),
        (Action::Right, &["A", "Raw", "Raw/2025", "Raw/2026", "Z"][..], "Raw"),
        (Action::Right, &["A", "Raw", "Raw/2025", "Raw/2026", "Z"][..], "Raw/2025"),
        (Action::Down, &["A", "Raw", "Raw/2025", "Raw/2026", "Z"][..], "Raw/2026"),
        (Action::Right, &["A", "Raw", "Raw/2025", "Raw/2026", "Raw/2026/April", "Z"][..], "Raw/2026"),
        (Action::Left, &["A", "Raw", "Raw/2025", "Raw/2026", "Z"][..], "Raw/2026"),
        (Action::Left, &["A", "Raw", "Raw/2025", "Raw/2026", "Z"][..], "Raw"),
        (Action::Left, &["A", "Raw", "Z"][..], "Raw"),
        (Action::Left, &["A", "Raw", "Z"][..], "Raw"),
    ] {
        harness.act(action);
        harness.settle(&model);
        assert_eq!(
            (harness.names(), harness.under_cursor().as_str()),
            (names.iter().map(|n| (*n).to_owned()).collect(), cursor),
            "{action:?}"
        );
    }
    harness.act(Action::Right);
    assert_eq!((harness.asked(), harness.names().len()), (0, 5), "what was read is not read again");
    harness.act(Action::Bottom);
    harness.act(Action::Right);
    harness.settle(&model);
    let tree = harness.wizard.folder().tree();
    assert_eq!(tree.row(tree.cursor()).unwrap().branch, Branch::Empty);
    harness.act(Action::Refresh);
    assert_eq!(harness.names(), [""; 0]);
    harness.settle(&model);
    assert_eq!((harness.names().len(), harness.under_cursor().as_str()), (5, "Z"), "open folders stay open");
}

#[test]
fn pages_are_asked_for_ahead_and_a_failed_one_again() {
    let names: Vec<String> = (0..500).map(|n| format!("F{n:03}")).collect();
    let mut model = Model::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    model.page = 100;
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    assert_eq!(harness.names().len(), 100);
    for _ in 0..75 {
        harness.act(Action::Down);
    }
    let pages = |harness: &Harness| {
        harness
            .open
            .iter()
            .filter(|(_, request)| matches!(request, Request::Folder(FolderRequest::List { .. })))
            .count()
    };
    assert_eq!((pages(&harness), harness.wizard.folder().tree().more()), (1, More::Reading));
    let failed = Reply::Folder(FolderReply::Listed(Err(UserError::other("502"))));
    harness.answer(|request| matches!(request, Request::Folder(FolderRequest::List { .. })), failed);
    assert_eq!((pages(&harness), harness.wizard.folder().tree().more()), (0, More::Failed), "not again by itself");
    assert_eq!((harness.names().len(), harness.under_cursor().as_str()), (100, "F075"));
    harness.act(Action::Down);
    harness.settle(&model);
    assert_eq!((harness.names().len(), harness.under_cursor().as_str()), (200, "F076"));
}

#[test]
fn one_closer_look_at_a_time_whatever_the_cursor_does() {
    let names: Vec<String> = (0..50).map(|n| format!("F{n:02}")).collect();
    let mut model = Model::new(&names.iter().map(String::as_str).collect::<Vec<_>>());
    model.page = 100;
    let mut harness = Harness::at_folders(None);
    let is_list = |request: &Request| matches!(request, Request::Folder(FolderRequest::List { .. }));
    let page = model.answer(&harness.open.iter().find(|(_, request)| is_list(request)).unwrap().1).unwrap();
    harness.answer(is_list, page);
    for _ in 0..49 {
        harness.act(Action::Down);
        assert_eq!(harness.asked(), 1);
    }
    harness.settle(&model);
    let step = harness.wizard.folder();
    let is_known = |id| step.details(Uuid::from_u128(id)).is_some();
    assert_eq!((1..=50).filter(|id| is_known(*id)).collect::<Vec<_>>(), [1, 50]);
}

#[test]
fn enter_before_the_folder_of_the_config_is_known_chooses_nothing() {
    let mut harness = Harness::at_folders(Some("Raw/2026"));
    harness.act(Action::Next);
    assert!(harness.wizard.folder().is_resolving());
    assert_eq!((harness.wizard.step(), harness.destination().as_str()), (Step::Folder, ""));
    assert_eq!(harness.wizard.config().folder.path.as_deref(), Some("Raw/2026"));
}

#[test]
fn typing_ahead_takes_the_place_of_the_search_before() {
    let model = Model::new(&["Raw/2026", "Archive/Raw old", "Rain"]);
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    harness.act(Action::Search);
    assert!(harness.wizard.takes_text());
    harness.type_text("ra");
    let searches: Vec<_> = harness.open.iter().filter(|(_, request)| is_folders(request)).map(|(id, _)| *id).collect();
    assert_eq!((searches.len(), harness.cancelled.contains(&searches[0])), (2, true));
    let late = model.answer(&harness.open.iter().find(|(id, _)| *id == searches[0]).unwrap().1).unwrap();
    harness.event(Event::Reply { id: searches[0], reply: late });
    assert!(harness.wizard.folder().search().unwrap().rows().is_empty(), "an answer to an old text counts for nothing");
    harness.open.retain(|(id, _)| *id != searches[0]);
    harness.settle(&model);
    harness.act(Action::Down);
    harness.type_text("w");
    let shown: Vec<_> = harness.wizard.folder().search().unwrap().rows().iter().map(|row| row.name.clone()).collect();
    assert_eq!(shown, ["Raw", "Raw old"], "what fits stays in view");
    harness.act(Action::Next);
    assert_eq!((harness.destination().as_str(), harness.wizard.takes_text()), ("Archive/Raw old", false));
    harness.settle(&model);
    assert_eq!(harness.wizard.folder().destination().unwrap().items, Some(7));
    assert_eq!(harness.wizard.config().folder.uuid, Some(Uuid::from_u128(4)));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Upload);
}
