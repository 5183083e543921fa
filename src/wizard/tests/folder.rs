//! Step 4 by tables and properties, against a small model of Encord's folders.

use proptest::prelude::*;

use super::*;

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
            Request::ListFolders { parent, search, page } => {
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
                Reply::Folders(Ok(FolderPage { rows, next }))
            }
            Request::FolderDetails { folder } => {
                let row = self.row(folder.as_u128());
                Reply::FolderDetails(Box::new(Ok(FolderDetails {
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
                })))
            }
            _ => return None,
        })
    }
}

fn is_folders(request: &Request) -> bool {
    matches!(request, Request::ListFolders { .. } | Request::FolderDetails { .. })
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
        harness.open.iter().filter(|(_, request)| matches!(request, Request::ListFolders { .. })).count()
    };
    assert_eq!((pages(&harness), harness.wizard.folder().tree().more()), (1, More::Reading));
    let failed = Reply::Folders(Err(Problem::other("502")));
    harness.answer(|request| matches!(request, Request::ListFolders { .. }), failed);
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
    let is_list = |request: &Request| matches!(request, Request::ListFolders { .. });
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

/// What is typed as a name, what is asked in return, what is taken, and what becomes of it: what exists and what is made.
#[test]
fn names_are_looked_for_before_they_are_new() {
    let model = Model::new(&["A", "Raw/2025", "Raw/2026 Q1/x", "Twin", "Twin", "Mirror", "z1", "z2", "Deep/Raw only"]);
    for (typed, question, taken, existing, create) in [
        ("New", None, 0, None, &["New"][..]),
        ("Raw/2026/April", None, 0, Some("Raw"), &["2026", "April"][..]),
        (" Raw / 2025 / x ", None, 0, Some("Raw/2025"), &["x"][..]),
        ("Raw/2026 Q1/x", Some((true, 1)), 0, Some("Raw/2026 Q1/x"), &[][..]),
        ("raw/New", Some((false, 1)), 0, Some("Raw"), &["New"][..]),
        ("raw/New", Some((false, 1)), 1, None, &["raw", "New"][..]),
        ("Raw/2026  q1/y", Some((false, 1)), 0, Some("Raw/2026 Q1"), &["y"][..]),
        ("Twin/New", Some((true, 2)), 1, Some("Twin"), &["New"][..]),
        ("z2", Some((true, 1)), 0, Some("z2"), &[][..]),
        ("Raw only", None, 0, None, &["Raw only"][..]),
    ] {
        let mut harness = Harness::at_folders(None);
        harness.settle(&model);
        harness.act(Action::New);
        harness.type_text(typed);
        harness.act(Action::Next);
        harness.settle(&model);
        let choice = harness.wizard.folder().form().and_then(FolderForm::choice);
        assert_eq!(choice.map(|choice| (choice.is_exact(), choice.rows().len())), question, "{typed}");
        if question.is_some() {
            (0..taken).for_each(|_| harness.act(Action::Down));
            harness.act(Action::Next);
            harness.settle(&model);
        }
        assert!(harness.wizard.folder().form().is_none(), "{typed}: {:?}", harness.wizard.folder().form());
        let destination = harness.wizard.folder().destination().unwrap();
        let path = destination.existing.as_ref().map(|folder| folder.path.as_str());
        assert_eq!(
            (path, destination.create.as_slice()),
            (existing, &create.iter().map(|n| (*n).to_owned()).collect::<Vec<_>>()[..]),
            "{typed}"
        );
        let folder = &harness.wizard.config().folder;
        let expected = if create.is_empty() { None } else { Some(destination.path()) };
        assert_eq!((folder.path.clone(), folder.uuid.is_some()), (expected, create.is_empty()), "{typed}");
        assert_eq!(harness.writes(), 0);
    }
}

#[test]
fn what_cannot_be_made_is_said_and_nothing_typed_is_lost() {
    let model = Model::new(&["Raw", "Mirror"]);
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    let problem = |harness: &Harness| harness.wizard.folder().form().and_then(FolderForm::problem).map(str::to_owned);
    harness.act(Action::New);
    harness.act(Action::Next);
    assert!(problem(&harness).unwrap().contains("Type a name"));
    harness.type_text("Mirror/x");
    harness.act(Action::Next);
    harness.settle(&model);
    assert!(problem(&harness).unwrap().contains("nothing can be made in it"));
    harness.act(Action::FocusNext);
    harness.act(Action::FocusNext);
    harness.type_text("About it");
    harness.act(Action::FocusNext);
    harness.type_text("site");
    harness.act(Action::Next);
    assert!(problem(&harness).unwrap().contains("key=value"));
    harness.act(Action::Back);
    assert!(harness.wizard.folder().form().is_none());
    harness.act(Action::New);
    let form = harness.wizard.folder().form().unwrap();
    assert_eq!(form.field(FolderField::Name).unwrap().text(), "Mirror/x");
    assert_eq!(form.field(FolderField::Description).unwrap().text(), "About it");
    assert_eq!(form.field(FolderField::Metadata).unwrap().text(), "site");
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("/New");
    harness.act(Action::FocusPrevious);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("site=berlin\nlux=3".into())));
    harness.act(Action::Next);
    harness.act(Action::Next);
    assert!(harness.wizard.folder().form().unwrap().is_looking(), "a second Enter does nothing while it is looked for");
    let failed = Reply::Folders(Err(Problem::other("502 from Encord.")));
    harness.answer(|request| matches!(request, Request::ListFolders { .. }), failed);
    assert_eq!(problem(&harness).as_deref(), Some("502 from Encord."));
    harness.act(Action::Next);
    harness.settle(&model);
    let folder = &harness.wizard.config().folder;
    assert_eq!((folder.path.as_deref(), folder.description.as_deref()), (Some("New"), Some("About it")));
    assert_eq!(Value::Object(folder.metadata.clone()), json!({"site": "berlin", "lux": 3}));
    // Only the description of the new folder is changed.
    harness.act(Action::New);
    harness.act(Action::FocusNext);
    harness.act(Action::FocusNext);
    harness.type_text(", more");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().folder.description.as_deref(), Some("About it, more"));
    assert_eq!(harness.destination(), "New");
}

#[test]
fn what_is_there_already_is_counted_on_request_and_dropped_with_its_reasons() {
    let model = Model::new(&["Raw", "Other"]);
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    let is_count = |request: &Request| matches!(request, Request::CountPresent { .. });
    harness.act(Action::Cancel);
    assert!(harness.wizard.folder().notice().unwrap().contains("Choose a folder first"));
    harness.act(Action::Toggle);
    harness.act(Action::Cancel);
    let some = Present { looked_at: 10, present: 1, of: 1250, is_done: false, is_cut: false };
    let id = harness.running(is_count);
    harness.event(Event::Reply { id, reply: Reply::Present(Ok(some)) });
    assert!(harness.wizard.folder().is_counting());
    harness.act(Action::Back);
    assert_eq!((harness.wizard.step(), harness.cancelled.contains(&id)), (Step::Folder, true));
    harness.event(Event::Reply { id, reply: Reply::Present(Ok(some)) });
    assert!(harness.wizard.folder().present().is_none(), "what was stopped tells nothing any more");
    harness.act(Action::Cancel);
    let done = Present { present: 300, is_done: true, ..some };
    harness.answer(is_count, Reply::Present(Ok(done)));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.folder().present(), Some(&Ok(done)), "the review has it");
    harness.act(Action::Back);
    harness.act(Action::Down);
    harness.act(Action::Toggle);
    assert!(harness.wizard.folder().present().is_none(), "another folder");
    harness.act(Action::Cancel);
    harness.answer(is_count, Reply::Present(Ok(done)));
    harness.act(Action::Goto(Step::Manifest));
    harness.act(Action::Refresh);
    assert!(harness.wizard.folder().present().is_none(), "another manifest");
}

#[test]
fn a_folder_that_mirrors_the_container() {
    let model = Model::new(&["Raw", "Mirror", "Mirror of others"]);
    let url = "https://acme.blob.core.windows.net/raw/";
    let start = || {
        let mut harness = Harness::at_folders(None);
        harness.settle(&model);
        harness
    };
    let mut harness = start();
    harness.act(Action::FilterMarked);
    harness.type_text("New");
    harness.act(Action::FocusPrevious);
    harness.event(Event::Edit(Edit::Insert(' ')));
    harness.act(Action::Next);
    harness.settle(&model);
    let mirror = Mirror { remote_url: url.into(), sidecar: Some(".metadata.json".into()) };
    let destination = harness.wizard.folder().destination().unwrap();
    assert_eq!((destination.path().as_str(), destination.mirror.as_ref()), ("New", Some(&mirror)));
    let config = harness.wizard.config();
    assert!(config.folder.cloud_synced);
    assert_eq!(config.manifest.metadata.sidecar.as_deref(), Some(".metadata.json"));
    harness.act(Action::Toggle);
    assert!(!harness.wizard.config().folder.cloud_synced, "an ordinary folder instead");

    for (typed, word) in [("Raw", "ordinary folder"), ("Mirror of others", "another place")] {
        let mut harness = start();
        harness.act(Action::FilterMarked);
        harness.type_text(typed);
        let problem =
            |harness: &Harness| harness.wizard.folder().form().and_then(FolderForm::problem).map(str::to_owned);
        for _ in 0..4 {
            if problem(&harness).is_none() {
                harness.act(Action::Next);
                harness.settle(&model);
            }
        }
        let problem = problem(&harness).unwrap();
        assert!(problem.contains(word), "{problem}");
        assert!(harness.wizard.folder().destination().is_none());
    }

    let mut harness = start();
    harness.act(Action::Down);
    harness.act(Action::Toggle);
    assert!(harness.wizard.folder().problem().unwrap().hint.as_ref().unwrap().contains("sync it again"));
    harness.act(Action::FilterMarked);
    harness.act(Action::Next);
    assert!(harness.wizard.folder().form().unwrap().problem().unwrap().contains("still being read"));
    harness.settle(&model);
    harness.act(Action::Next);
    let destination = harness.wizard.folder().destination().unwrap();
    assert_eq!(destination.mirror, Some(Mirror { remote_url: url.into(), sidecar: None }));
    assert_eq!(harness.wizard.config().folder.uuid, Some(Uuid::from_u128(2)));
}

#[test]
fn a_config_whose_path_has_twins_leads_to_the_choice() {
    let model = Model::new(&["Raw/Twin", "Raw/Twin"]);
    let mut harness = Harness::at_folders(Some("Raw/Twin/2026"));
    let refused = Reply::FolderResolved(Box::new(Err(Problem::config("There are 2 folders at 'Raw/Twin'."))));
    harness.answer(|request| matches!(request, Request::ResolveFolder { .. }), refused);
    harness.settle(&model);
    let choice = harness.wizard.folder().form().and_then(FolderForm::choice).unwrap();
    assert_eq!((choice.path().as_str(), choice.rows().len(), choice.is_exact()), ("Raw/Twin", 2, true));
    harness.act(Action::Down);
    harness.act(Action::Next);
    harness.settle(&model);
    let destination = harness.wizard.folder().destination().unwrap();
    assert_eq!(
        (destination.existing.as_ref().unwrap().uuid, destination.create.as_slice()),
        (Uuid::from_u128(3), &["2026".to_owned()][..])
    );
    assert!(harness.wizard.folder().problem().is_none());
}

#[test]
fn a_role_that_may_not_be_enough_is_known_before_anything_is_sent() {
    let model = Model::new(&["Shared"]);
    let mut harness = Harness::at_folders(None);
    harness.settle(&model);
    harness.act(Action::Toggle);
    assert_eq!(harness.wizard.folder().role(), &FolderRole::User);
}

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Type(&'static str),
    Answer(usize),
    Fail(usize),
    Late(usize),
}

fn push() -> impl Strategy<Value = Push> {
    let actions = [
        Action::Next,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::PageDown,
        Action::Top,
        Action::Bottom,
        Action::Left,
        Action::Right,
        Action::Right,
        Action::Toggle,
        Action::FocusNext,
        Action::FocusPrevious,
        Action::Refresh,
        Action::New,
        Action::Search,
        Action::FilterMarked,
        Action::Cancel,
    ];
    prop_oneof![
        5 => proptest::sample::select(actions.to_vec()).prop_map(Push::Act),
        2 => proptest::sample::select(vec!["R", "a", "w", "/", " ", "Twin", "New", "Mirror", "=1"]).prop_map(Push::Type),
        4 => (0usize..6).prop_map(Push::Answer),
        1 => (0usize..6).prop_map(Push::Fail),
        1 => (0usize..9).prop_map(Push::Late),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order_the_cursor_is_on_a_row_and_old_answers_count_for_nothing(pushes in prop::collection::vec(push(), 1..120)) {
        let model = Model::new(&[
            "A", "Raw/2025/x", "Raw/2026/April", "Twin/a", "Twin", "Mirror", "Raw/2027", "Raw/2028", "Raw/2029", "Z/Z/Z/Z",
        ]);
        let mut harness = Harness::at_folders(Some("Raw/2026"));
        let mut answered: Vec<(RequestId, Request)> = Vec::new();
        let mut done = false;
        for push in pushes {
            if done {
                break;
            }
            match push {
                Push::Act(action) => harness.act(action),
                Push::Type(text) => text.chars().for_each(|c| harness.event(Event::Edit(Edit::Insert(c)))),
                Push::Answer(at) | Push::Fail(at) if at < harness.open.len() => {
                    let (id, request) = harness.open.remove(at);
                    let reply = match (&request, matches!(push, Push::Fail(_))) {
                        (Request::ListFolders { .. }, true) => Some(Reply::Folders(Err(Problem::other("no")))),
                        (Request::FolderDetails { .. }, true) => {
                            Some(Reply::FolderDetails(Box::new(Err(Problem::other("no")))))
                        }
                        (Request::ResolveFolder { .. }, _) => {
                            Some(Reply::FolderResolved(Box::new(Err(Problem::config("twins")))))
                        }
                        (Request::CountPresent { .. }, fails) => {
                            Some(Reply::Present(Ok(Present { is_done: !fails, ..Present::default() })))
                        }
                        (request, _) => model.answer(request),
                    };
                    if let Some(reply) = reply {
                        harness.event(Event::Reply { id, reply });
                        answered.push((id, request));
                    }
                }
                Push::Late(at) if at < answered.len() => {
                    // An answer that comes a second time.
                    let (id, request) = &answered[at];
                    let before = format!("{:?}", harness.wizard.folder());
                    if let Some(reply) = model.answer(request) {
                        harness.event(Event::Reply { id: *id, reply });
                        prop_assert_eq!(before, format!("{:?}", harness.wizard.folder()));
                    }
                }
                _ => {}
            }
            let step = harness.wizard.folder();
            let tree = step.tree();
            prop_assert!(tree.is_empty() || tree.row(tree.cursor()).is_some());
            if let Some(search) = step.search() {
                prop_assert!(search.rows().is_empty() || search.current().is_some());
            }
            for place in 0..tree.len() {
                let folder = tree.reference(place).unwrap();
                prop_assert_eq!(folder.path, model.path(folder.uuid.as_u128()), "every row is where it belongs");
            }
            if let Some(choice) = step.form().and_then(FolderForm::choice) {
                prop_assert!(choice.cursor() <= choice.rows().len() && !choice.rows().is_empty());
            }
            if let Some(destination) = step.destination() {
                let folder = &harness.wizard.config().folder;
                prop_assert_eq!(folder.cloud_synced, destination.mirror.is_some());
                prop_assert_eq!(folder.path.is_none(), destination.create.is_empty());
            }
            let lists = harness.open.iter().filter(|(id, request)| {
                matches!(request, Request::FolderDetails { .. }) && !harness.cancelled.contains(id)
            });
            prop_assert!(lists.count() <= 1, "one closer look at a time");
            prop_assert_eq!(harness.writes(), 0);
            done = harness.wizard.step() != Step::Folder;
        }
    }
}
