//! Step 4 in its states, as text.

use serde_json::json;
use uuid::Uuid;

use crate::{
    config::Config,
    error::UserError,
    tui::tests::{
        fixtures::{Build, Stage, config, one, refused, uuid, well},
        shown::shows,
    },
    wizard::{
        action::{Action, Edit},
        destination::{FolderCounts, FolderDetails, FolderRef, FolderRole, Present},
        effect::{Event, Reply, Request},
        folder::messages::{FolderPage, FolderReply, FolderRequest, FolderRow},
        step::Step,
    },
};

/// As a user at a screen has it, at step 4.
fn at_folders(config: Config, answers: fn(&Request) -> Vec<Reply>) -> Stage {
    let mut stage = Stage::guided(config, answers);
    for _ in 0..20 {
        if stage.wizard.step() == Step::Folder {
            return stage;
        }
        stage = stage.press(Action::Next);
    }
    panic!("stuck at {:?}: {:?}", stage.wizard.step(), stage.wizard.status(stage.wizard.step()));
}

fn folderless() -> Config {
    let mut config = config();
    config.folder.path = None;
    config
}

fn row(number: u128, name: &str, description: &str) -> FolderRow {
    FolderRow {
        uuid: uuid(number),
        name: name.into(),
        path: None,
        description: description.into(),
        synced: name.starts_with("Mirror"),
        role: if name == "Shared" { FolderRole::User } else { FolderRole::Admin },
    }
}

fn children(parent: Option<Uuid>) -> Vec<FolderRow> {
    match parent {
        None => vec![
            row(10, "Archive", "What was labelled before 2025"),
            row(11, "Raw", "Untouched recordings, one folder a year"),
            row(12, "Mirror of street-scenes", ""),
            row(15, "Shared", "Of another team"),
            row(16, "街景二〇二六年柏林夜间行车记录仪原始视频资料汇总目录", "夜间，雨"),
            row(17, "evil\u{1b}[31m\u{202e}gpj", "tab\there"),
            row(18, "Twin", "the first"),
            row(19, "Twin", "the second"),
        ],
        Some(parent) if parent == uuid(11) => vec![row(13, "2025", ""), row(14, "2026", "This year's")],
        Some(parent) if parent == uuid(14) => vec![row(21, "April", ""), row(22, "März", "")],
        Some(_) => Vec::new(),
    }
}

fn details(folder: Uuid) -> FolderDetails {
    let is = |number| folder == uuid(number);
    let counts = FolderCounts {
        items: 11_395,
        folders: 2,
        by_kind: [("images", 11_270), ("videos", 120), ("DICOM series", 5)].into(),
        tombstones: if is(12) { 3 } else { 0 },
        bytes: 48_213_456_789,
    };
    FolderDetails {
        folder: FolderRef { uuid: folder, path: String::new() },
        description: if is(11) { "Untouched recordings, one folder a year".into() } else { String::new() },
        metadata: serde_json::from_value(json!({"site": "berlin", "lux": 310.5})).unwrap(),
        role: if is(15) { FolderRole::User } else { FolderRole::Admin },
        owner: "ada@example.com".into(),
        created_at: "2026-01-05T08:00:00Z".into(),
        remote_url: is(12).then(|| "https://acmevision.blob.core.windows.net/street-scenes/".into()),
        counts: Some(counts),
    }
}

fn storage(request: &Request) -> Vec<Reply> {
    match request {
        Request::Folder(FolderRequest::List { parent, search, .. }) => {
            let mut rows = children(*parent);
            if parent.is_none() && !search.is_empty() {
                let place = |rows: Vec<FolderRow>, path: &str| {
                    let at = |row: FolderRow| FolderRow { path: Some(format!("{path}{}", row.name)), ..row };
                    rows.into_iter().map(at).collect::<Vec<_>>()
                };
                rows = place(rows, "");
                rows.extend(place(children(Some(uuid(11))), "Raw/"));
                rows.extend(place(children(Some(uuid(14))), "Raw/2026/"));
            }
            rows.retain(|row| row.name.to_lowercase().contains(&search.to_lowercase()));
            one(Reply::Folder(FolderReply::Listed(Ok(FolderPage { rows, next: None }))))
        }
        Request::Folder(FolderRequest::ReadDetails { folder }) => {
            one(Reply::Folder(FolderReply::Details(Box::new(Ok(details(*folder))))))
        }
        Request::Folder(FolderRequest::CountPresent { .. }) => {
            let first = Present { looked_at: 1000, present: 120, of: 11_395, is_done: false, is_cut: false };
            vec![
                Reply::Folder(FolderReply::Present(Ok(first))),
                Reply::Folder(FolderReply::Present(Ok(Present { present: 300, is_done: true, ..first }))),
            ]
        }
        other => well(other),
    }
}

#[test]
fn folder_screens() {
    let unanswered = |request: &Request| match request {
        Request::Folder(FolderRequest::Resolve { .. }) | Request::Folder(FolderRequest::List { .. }) => Vec::new(),
        other => well(other),
    };
    shows("folder_reading", &at_folders(config(), unanswered).wizard);
    let fresh = at_folders(folderless(), storage);
    shows("folder_none_chosen", &fresh.wizard);
    let ready = at_folders(config(), storage);
    shows("folder_ready", &ready.wizard);
    let inside = ready.press(Action::Down).press(Action::Right).press(Action::Down).press(Action::Down);
    let inside = inside.press(Action::Right).press(Action::Toggle);
    shows("folder_inside_chosen", &inside.wizard);
    shows("folder_counted", &inside.press(Action::Cancel).wizard);
    let search = at_folders(folderless(), storage).press(Action::Search);
    shows("folder_search_begins", &search.wizard);
    let search = search.type_in("a");
    shows("folder_search", &search.wizard);
    shows("folder_search_none", &search.type_in("zz").wizard);
}

#[test]
fn what_cannot_be_chosen_or_read_is_told() {
    let synced = at_folders(folderless(), storage).times(2, Action::Down).press(Action::Toggle);
    shows("folder_synced", &synced.wizard);
    let shared = at_folders(folderless(), storage).times(3, Action::Down).press(Action::Toggle);
    shows("folder_shared", &shared.wizard);
    shows("folder_odd_names", &at_folders(folderless(), storage).times(5, Action::Down).wizard);
    shows("folder_twin", &at_folders(folderless(), storage).press(Action::Bottom).press(Action::Toggle).wizard);
    let no_access = |request: &Request| match request {
        Request::Folder(FolderRequest::List { parent: Some(_), .. })
        | Request::Folder(FolderRequest::ReadDetails { .. }) => {
            let mut problem = UserError::other("Encord does not show this folder.");
            problem.source_message = Some("403 Forbidden: no access to the folder".into());
            let problem = problem.hint("It was deleted, or this login may not see it. Ask one of its admins.");
            one(match request {
                Request::Folder(FolderRequest::List { .. }) => Reply::Folder(FolderReply::Listed(Err(problem))),
                _ => Reply::Folder(FolderReply::Details(Box::new(Err(problem)))),
            })
        }
        other => storage(other),
    };
    shows("folder_no_access", &at_folders(folderless(), no_access).press(Action::Right).wizard);
    let broken = |request: &Request| match request {
        Request::Folder(FolderRequest::Resolve { .. }) => one(Reply::Folder(FolderReply::Resolved(Box::new(Err(
            UserError::other("The folder 7d1c… does not exist.").hint("Choose another one."),
        ))))),
        Request::Folder(FolderRequest::List { .. }) => one(Reply::Folder(FolderReply::Listed(Err(refused())))),
        other => well(other),
    };
    shows("folder_failed", &at_folders(config(), broken).wizard);
    let empty = |request: &Request| match request {
        Request::Folder(FolderRequest::List { .. }) => {
            one(Reply::Folder(FolderReply::Listed(Ok(FolderPage::default()))))
        }
        other => well(other),
    };
    shows("folder_empty", &at_folders(folderless(), empty).wizard);
}

#[test]
fn folders_are_named() {
    let ready = at_folders(config(), storage);
    shows("folder_form", &ready.press(Action::New).wizard);
    let typed = at_folders(folderless(), storage).press(Action::Down).press(Action::New).type_in("2026/März 2/中文");
    shows("folder_form_typed", &typed.wizard);
    let placed = typed.press(Action::FocusNext);
    shows("folder_form_place", &placed.wizard);
    let wrong = placed.times(2, Action::FocusNext).type_in("site").press(Action::Next);
    shows("folder_form_wrong", &wrong.wizard);
    let named = wrong.type_in("=berlin, lux=3").press(Action::Next);
    shows("folder_named", &named.wizard);
    let at_root = || at_folders(folderless(), storage).press(Action::New);
    shows("folder_exists", &at_root().type_in("Raw").press(Action::Next).wizard);
    shows("folder_nearly", &at_root().type_in("raw/2026").press(Action::Next).wizard);
    shows("folder_twins", &at_root().type_in("Twin/x").press(Action::Next).press(Action::Down).wizard);
}

#[test]
fn an_ambiguous_path_of_a_config_leads_to_the_choice() {
    let ambiguous = |request: &Request| match request {
        Request::Folder(FolderRequest::Resolve { .. }) => one(Reply::Folder(FolderReply::Resolved(Box::new(Err(
            UserError::config("There are 2 folders at 'Twin', and the config does not say which."),
        ))))),
        other => storage(other),
    };
    let mut twin = config();
    twin.folder.path = Some("Twin/2026".into());
    shows("folder_ambiguous", &at_folders(twin, ambiguous).wizard);
}

#[test]
fn cloud_synced_folders() {
    let form = at_folders(folderless(), storage).press(Action::FilterMarked);
    shows("folder_mirror", &form.wizard);
    let sidecars = form.type_in("Street scenes").times(2, Action::FocusNext).event(Event::Edit(Edit::Insert(' ')));
    shows("folder_mirror_sidecars", &sidecars.wizard);
    shows("folder_mirror_chosen", &sidecars.press(Action::Next).wizard);
    let again = at_folders(folderless(), storage).times(2, Action::Down).press(Action::FilterMarked);
    shows("folder_mirror_again", &again.wizard);
    shows("folder_mirror_again_chosen", &again.press(Action::Next).wizard);
}

fn ten_thousand(request: &Request) -> Vec<Reply> {
    match request {
        Request::Folder(FolderRequest::List { parent: None, search, page }) if search.is_empty() => {
            let page: u128 = page.as_deref().map_or(0, |page| page.parse().unwrap());
            let row = |n: u128| row(1000 + n, &format!("Folder {n:05}"), "  spaces\u{1b}[1m and control characters");
            let rows = (page * 100..(page + 1) * 100).map(row).collect();
            one(Reply::Folder(FolderReply::Listed(Ok(FolderPage {
                rows,
                next: (page < 99).then(|| (page + 1).to_string()),
            }))))
        }
        other => storage(other),
    }
}

#[test]
fn ten_thousand_siblings_stay_fluid() {
    let mut stage = at_folders(folderless(), ten_thousand);
    shows("folder_many", &stage.times(50, Action::Down).wizard);
    stage = at_folders(folderless(), ten_thousand);
    for _ in 0..200 {
        stage = stage.press(Action::Bottom);
    }
    let tree = stage.wizard.folder().tree();
    assert_eq!((tree.len(), tree.cursor()), (10_000, 9_999));
    shows("folder_many_at_the_end", &stage.wizard);
}

#[test]
fn the_review_tells_what_is_there_already() {
    let counted = at_folders(folderless(), storage).press(Action::Toggle).press(Action::Cancel).press(Action::Next);
    assert_eq!(counted.wizard.step(), Step::Upload);
    shows("folder_review", &counted.wizard);
}

/// Where every kind of panel is open.
pub(super) fn stages() -> Vec<Build> {
    let fresh = || at_folders(folderless(), storage);
    stages![
        fresh().press(Action::Down).press(Action::Right),
        fresh().press(Action::Bottom).press(Action::Toggle).press(Action::Cancel),
        fresh().press(Action::Search).type_in("中a"),
        fresh().press(Action::New).type_in("a/中文/b"),
        fresh().press(Action::New).type_in("Twin").press(Action::Next),
        fresh().press(Action::FilterMarked).type_in("x").times(2, Action::FocusNext),
    ]
}
