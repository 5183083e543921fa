//! Names and messages from outside that hold control, reordering, wide and combining characters: seen on every screen, and
//! harmless.

use crate::{
    manifest::{
        finding::{Code, Finding},
        item::Item,
        kind::Kind,
        skipped::{SkipReason, Skipped},
    },
    run::state::RunState,
    tui::{
        app::tests::{
            written::{COLUMNS, ROWS, painted, sgr},
            *,
        },
        tests::{fixtures::Stage, home},
    },
    wizard::{
        connections::{Integration, PrefixPage},
        folder::messages::{FolderPage, FolderReply},
        home::messages::HomeReply,
        integration::messages::IntegrationReply,
        list::{List, Row},
        manifest::messages::ManifestReply,
        progress::{messages::RunReply, snapshot::Snapshot},
        saved::{CauseId, CauseRow, DiffLine},
        schema::messages::{SchemaReply, SchemaRequest},
    },
};

/// A colour, a bell, a line break, the one-byte form of a sequence that clears the screen, a reversal, a combining accent, a wide
/// character, a NUL.
const NASTY: &str = "a\u{1b}[31mb\u{7}c\r\nd\u{9b}2Je\u{202e}fe\u{301}夜\0z";

fn nasty() -> String {
    NASTY.to_owned()
}

fn problem() -> UserError {
    let mut problem = UserError::other(format!("The folder '{NASTY}' is not there."));
    problem.source_message = Some(nasty());
    problem.hint(NASTY)
}

fn row(list: List, place: u64) -> Row {
    match list {
        List::Items => Row::Item(Box::new(Item::new(Kind::Image, nasty(), vec![nasty()])), None),
        List::Skipped => Row::Skipped(Skipped { name: nasty(), reason: SkipReason::UnknownType }),
        List::Findings => Row::Finding(Finding::new(Code::TypeDisagreement, nasty(), NASTY)),
        List::Failed | List::FailedBy(_) => match fixtures::row(list, place) {
            Row::Failed(mut unit) => {
                (unit.error, unit.object_urls, unit.action_description) = (nasty(), vec![nasty()], Some(nasty()));
                Row::Failed(unit)
            }
            other => other,
        },
    }
}

fn answers(request: &Request) -> Vec<Reply> {
    let mut replies = match home::answers(request) {
        replies if replies.is_empty() => well(request),
        replies => replies,
    };
    for reply in &mut replies {
        match reply {
            Reply::Integration(IntegrationReply::Encord(reply)) => {
                if let Some(Ok(list)) = &mut reply.login {
                    list.push(Integration { uuid: fixtures::uuid(9), title: nasty() });
                }
            }
            Reply::Integration(IntegrationReply::Containers(Ok(names))) => names.push(nasty()),
            Reply::Integration(IntegrationReply::Prefixes { result, .. }) => {
                *result = Ok(PrefixPage { folders: vec![format!("{NASTY}/")], ..PrefixPage::default() });
            }
            Reply::Schema(SchemaReply::Read(Ok(keys))) => {
                _ = keys.insert(nasty(), serde_json::json!({"ty": "enum", "values": [NASTY]}));
            }
            Reply::Manifest(ManifestReply::Rows { list, rows, .. }) => {
                *rows = (0..rows.len() as u64).map(|place| row(*list, place)).collect();
            }
            Reply::Run(RunReply::Failed { units, .. }) => {
                let unit = |place| match row(List::Failed, place) {
                    Row::Failed(unit) => unit,
                    other => unreachable!("{other:?}"),
                };
                *units = (0..units.len() as u64).map(unit).collect();
            }
            Reply::Folder(FolderReply::Listed(Ok(FolderPage { rows, .. }))) => {
                rows.iter_mut().for_each(|row| (row.name, row.description) = (nasty(), nasty()));
            }
            Reply::Folder(FolderReply::Details(details)) => {
                if let Ok(details) = &mut **details {
                    (details.description, details.owner) = (nasty(), nasty());
                }
            }
            Reply::Folder(FolderReply::Resolved(result)) => {
                if let Ok(destination) = &mut **result {
                    (destination.create, destination.notes) = (vec![nasty()], vec![nasty()]);
                }
            }
            Reply::Home(HomeReply::Read(page)) => {
                page.configs.iter_mut().for_each(|config| {
                    (config.name, config.account) = (nasty(), Some(nasty()));
                    (config.container, config.folder) = (Some(nasty()), Some(nasty()));
                    config.problem = config.problem.as_ref().map(|_| nasty());
                });
                page.runs.iter_mut().for_each(|run| (run.config, run.folder) = (nasty(), nasty()));
                page.problem = Some(problem());
            }
            Reply::Home(HomeReply::SavePreview(Ok(preview))) => preview.lines.push(DiffLine::Added(nasty())),
            _ => {}
        }
    }
    replies
}

fn stages() -> Vec<Stage> {
    let home = || Stage::of(Wizard::new(crate::config::Config::default()).at_home(), answers);
    let runs = || home().press(Action::SwitchList);
    let at = |step| Stage::at(step, answers);
    let refused = |request: &Request| match request {
        Request::Schema(SchemaRequest::Read) => vec![Reply::Schema(SchemaReply::Read(Err(problem())))],
        other => answers(other),
    };
    let told = || {
        let cause = CauseRow { id: CauseId(0), cause: nasty(), units: 37, hint: None };
        let snapshot = Snapshot { causes: vec![cause], note: Some(nasty()), ..fixtures::snapshot(5000) };
        at(Step::Progress)
            .run(RunEvent::Started { run: nasty(), folder: nasty() })
            .run(RunEvent::Progress(Box::new(snapshot)))
    };
    let ended = RunEvent::Finished {
        state: RunState::Failed,
        snapshot: Box::new(fixtures::snapshot(3000)),
        reports: None,
        problem: Some(problem()),
    };
    let named = || {
        let wizard = Wizard::new(fixtures::config()).named(NASTY).with_home(crate::config::Config::default());
        Stage::of(wizard, answers).go_to(Step::Upload).press(Action::Toggle)
    };
    let mut stages = vec![
        home(),
        home().press(Action::Duplicate),
        home().press(Action::Delete),
        home().press(Action::Search).type_in(NASTY),
        home().press(Action::Down).press(Action::Next),
        runs(),
        runs().press(Action::Down).press(Action::Next),
        runs().press(Action::Bottom).press(Action::Delete),
        named(),
        named().press(Action::Quit),
        Stage::new(fixtures::config(), refused).press(Action::Next),
        at(Step::Schema).press(Action::New).type_in(NASTY),
        at(Step::Manifest).press(Action::Toggle),
        at(Step::Manifest).press(Action::SwitchList),
        at(Step::Manifest).press(Action::SwitchList).press(Action::SwitchList).press(Action::Next),
        at(Step::Manifest).press(Action::Search).type_in(NASTY),
        at(Step::Folder).press(Action::Down).press(Action::Right),
        at(Step::Folder).press(Action::New).type_in(NASTY),
        at(Step::Upload).press(Action::SwitchList),
        told(),
        told().press(Action::SwitchList),
        told().press(Action::SwitchList).press(Action::Toggle),
        told().press(Action::SwitchList).press(Action::SwitchList).press(Action::Toggle),
        told().run(ended),
    ];
    stages.extend(Step::ALL.into_iter().take(5).map(at));
    stages
}

#[test]
fn nothing_from_outside_drives_the_terminal_on_any_screen() {
    let mut seen = 0;
    for (place, stage) in stages().into_iter().enumerate() {
        let bytes = painted(Theme::new(false, true), &stage.wizard);
        let text = String::from_utf8(bytes.clone()).unwrap();
        let is_raw = |c: char| c.is_control() && c != '\u{1b}';
        assert!(!text.contains(is_raw) && !text.contains('\u{202e}'), "screen {place}: {text:?}");
        assert!(!sgr(&bytes).contains(&"31".to_owned()), "screen {place}: {text:?}");
        // What a terminal makes of it is the frame, cell by cell.
        let mut terminal = Terminal::new(TestBackend::new(COLUMNS.get(), ROWS.get())).unwrap();
        let theme = Theme::new(false, true);
        terminal.draw(|frame| _ = screens::draw(frame, &stage.wizard, &theme, &Labels::default())).unwrap();
        let frame = fixtures::lines(terminal.backend().buffer());
        let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
        parser.process(&bytes);
        let shown = parser.screen().contents();
        let shown: Vec<&str> = shown.lines().map(str::trim_end).collect();
        let drawn: Vec<&str> = frame.trim_end().lines().collect();
        assert_eq!(shown, drawn, "screen {place}");
        seen += usize::from(frame.contains("^[[31m"));
    }
    assert!(seen > 15, "the names are made visible, here on {seen} screens only");
}
