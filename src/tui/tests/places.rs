//! Where in the wizard one can be: its screens, and all that can be open on them. Each has to be among the stages and the snapshots.

use std::collections::BTreeSet;

use crate::{
    tui::tests::{shown::FOLDER, stages},
    wizard::{
        Wizard,
        home::panel::HomePanel,
        integration::{
            panel::{CorsState, Panel},
            picker::PickerKind,
        },
        overlay::Overlay,
        progress::dialogs::Ask,
        save::SaveStage,
        schema::panels::SchemaPanel,
        step::Step,
    },
};

/// Home, or a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Screen {
    Home,
    Step(Step),
}

impl Screen {
    pub(crate) fn of(wizard: &Wizard) -> Screen {
        if wizard.is_at_home() { Screen::Home } else { Screen::Step(wizard.step()) }
    }
}

/// For each of these enums a word for every variant, and all these words: a variant more does not compile until it is named here,
/// and named here it needs a stage and a snapshot.
macro_rules! words {
    ($($function:ident, $all:ident, $which:ident, $kind:literal: $($variant:ident)+;)+) => {
        $(
            fn $function(it: &$which) -> &'static str {
                match it {
                    $($which::$variant { .. } => concat!($kind, " ", stringify!($variant)),)+
                }
            }
            const $all: &[&str] = &[$(concat!($kind, " ", stringify!($variant))),+];
        )+
        const ALL: &[&[&str]] = &[$($all),+];
    };
}

words! {
    step, STEPS, Step, "step": Integration Schema Manifest Folder Upload Progress;
    overlay, OVERLAYS, Overlay, "overlay": Help Quit Palette NothingToSearch Save Unsaved Editor;
    save, SAVES, SaveStage, "save": Naming Looking Preview Confirm Saving Nothing Saved Failed;
    home, HOMES, HomePanel, "question": Duplicate Delete Forget Resume;
    panel, PANELS, Panel, "panel": Picker Folders Guide Sas Cors Details Overrule;
    picker, PICKERS, PickerKind, "picker": Regions Keys Integrations SignIn Containers;
    cors, CORS, CorsState, "cors": Review ReviewAgain Writing Done Failed;
    schema, SCHEMAS, SchemaPanel, "panel": Key Options Rename DeleteForEver Infer;
    ask, ASKS, Ask, "question": Cancel Resume Retry;
}

/// The words for where the wizard is.
pub(super) fn of(wizard: &Wizard) -> Vec<&'static str> {
    let mut words = match Screen::of(wizard) {
        Screen::Home => vec!["Home"],
        Screen::Step(at) => vec![step(&at)],
    };
    match Screen::of(wizard) {
        Screen::Home => words.extend(wizard.home().panel().map(home)),
        Screen::Step(Step::Integration) => {
            let open = wizard.integration().panel();
            words.extend(open.map(panel));
            match open {
                Some(Panel::Picker(list)) => words.push(picker(&list.kind())),
                Some(Panel::Cors(review)) => words.push(cors(&review.state)),
                _ => {}
            }
        }
        Screen::Step(Step::Schema) => words.extend(wizard.schema().panel().map(schema)),
        Screen::Step(Step::Progress) => words.extend(wizard.progress().ask().as_ref().map(ask)),
        Screen::Step(Step::Manifest | Step::Folder | Step::Upload) => {}
    }
    words.extend(wizard.overlay().as_ref().map(overlay));
    if wizard.overlay() == Some(Overlay::Save) {
        words.extend(wizard.save_dialog().map(|dialog| save(dialog.stage())));
    }
    words
}

fn missing(seen: &BTreeSet<String>) -> Vec<&'static str> {
    ALL.iter().copied().flatten().copied().chain(["Home"]).filter(|word| !seen.contains(*word)).collect()
}

#[test]
fn every_screen_panel_question_and_overlay_is_among_the_stages() {
    let stages = stages();
    let seen = stages.iter().flat_map(|build| of(&build().wizard)).map(str::to_owned).collect();
    assert_eq!(missing(&seen), [""; 0]);
}

#[test]
fn every_screen_panel_question_and_overlay_has_a_snapshot() {
    let mut seen = BTreeSet::new();
    for entry in std::fs::read_dir(FOLDER).unwrap() {
        let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
        let first = text.split("---\n").nth(2).and_then(|text| text.lines().next()).unwrap_or_default();
        seen.extend(first.split(", ").map(str::to_owned));
    }
    assert_eq!(missing(&seen), [""; 0]);
}
