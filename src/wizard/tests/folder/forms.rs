//! New folders, folders that mirror, what is counted, and what a config leads to.

use crate::wizard::tests::folder::*;

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
    harness.type_text("x");
    assert!(problem(&harness).unwrap().contains("Space changes where it lies"));
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
    let failed = Reply::Folder(FolderReply::Listed(Err(UserError::other("502 from Encord."))));
    harness.answer(|request| matches!(request, Request::Folder(FolderRequest::List { .. })), failed);
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
    let is_count = |request: &Request| matches!(request, Request::Folder(FolderRequest::CountPresent { .. }));
    harness.act(Action::Cancel);
    assert!(harness.wizard.folder().notice().unwrap().contains("Choose a folder first"));
    harness.act(Action::Toggle);
    harness.act(Action::Cancel);
    let some = Present { looked_at: 10, present: 1, of: 1250, is_done: false, is_cut: false };
    let id = harness.running(is_count);
    harness.event(Event::Reply { id, reply: Reply::Folder(FolderReply::Present(Ok(some))) });
    assert!(harness.wizard.folder().is_counting());
    harness.act(Action::Back);
    assert_eq!((harness.wizard.step(), harness.cancelled.contains(&id)), (Step::Folder, true));
    harness.event(Event::Reply { id, reply: Reply::Folder(FolderReply::Present(Ok(some))) });
    assert!(harness.wizard.folder().present().is_none(), "what was stopped tells nothing any more");
    harness.act(Action::Cancel);
    let done = Present { present: 300, is_done: true, ..some };
    harness.answer(is_count, Reply::Folder(FolderReply::Present(Ok(done))));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.folder().present(), Some(&Ok(done)), "the review has it");
    harness.act(Action::Back);
    harness.act(Action::Down);
    harness.act(Action::Toggle);
    assert!(harness.wizard.folder().present().is_none(), "another folder");
    harness.act(Action::Cancel);
    harness.answer(is_count, Reply::Folder(FolderReply::Present(Ok(done))));
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
    let refused =
        Reply::Folder(FolderReply::Resolved(Box::new(Err(UserError::config("There are 2 folders at 'Raw/Twin'.")))));
    harness.answer(|request| matches!(request, Request::Folder(FolderRequest::Resolve { .. })), refused);
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
