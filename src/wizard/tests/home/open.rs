//! What Home knows of the config that is open, and what coming back to Home leaves behind.

use crate::wizard::tests::home::*;

impl Harness {
    fn notice(&self) -> &str {
        self.wizard.home().notice().unwrap_or_default()
    }

    fn offers(&self, action: Action) -> Option<&'static str> {
        self.wizard.hints().into_iter().find(|hint| hint.action == action).map(|hint| hint.label)
    }
}

#[test]
fn saving_on_home_saves_what_is_open_or_says_why_there_is_nothing() {
    type Make = fn() -> Harness;
    let unchanged: Make = || {
        let mut harness = Harness::on_nightly();
        harness.act(Action::GoHome);
        harness
    };
    let new: Make = || {
        let mut harness = Harness::at_home();
        harness.act(Action::New);
        harness.act(Action::GoHome);
        harness
    };
    let running: Make = || {
        let mut harness = Harness::at_home();
        harness.act(Action::SwitchList);
        harness.act(Action::Down);
        harness.act(Action::Next);
        harness.act(Action::Yes);
        harness.act(Action::GoHome);
        harness
    };
    for (make, says) in [
        (Harness::at_home as Make, "No config is open"),
        (unchanged, "'nightly' is open and has no changes"),
        (new, "The new config has nothing to save yet"),
        (running, "A run is under way"),
    ] {
        let mut harness = make();
        assert!(harness.wizard.is_at_home(), "{says}");
        assert_eq!(harness.offers(Action::Save), None, "{says}");
        harness.act(Action::Save);
        assert!(harness.notice().starts_with(says), "{says}: {}", harness.notice());
        assert_eq!((harness.wizard.overlay(), harness.has(is_preview)), (None, false), "{says}");
        harness.act(Action::Down);
        assert_eq!(harness.notice(), "", "{says}");
    }
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::GoHome);
    assert!(harness.wizard.has_config() && harness.wizard.is_unsaved());
    assert_eq!(harness.offers(Action::Save), Some("save"));
    harness.read_home(page());
    harness.act(Action::Save);
    assert_eq!(harness.wizard.overlay(), Some(Overlay::Save));
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(preview(false)))));
    harness.act(Action::Next);
    harness.answer(is_save, Reply::Home(HomeReply::ConfigSaved(Ok(opened("nightly", "b")))));
    assert!(harness.has(|request| matches!(request, Request::Home(HomeRequest::Read))), "the list is read again");
    harness.act(Action::Next);
    assert!(harness.wizard.is_at_home() && harness.wizard.overlay().is_none() && !harness.wizard.is_unsaved());
    // A question on Home is answered first.
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::GoHome);
    harness.act(Action::Delete);
    harness.act(Action::Save);
    assert!(harness.wizard.overlay().is_none() && harness.wizard.asks());
}

#[test]
fn coming_back_to_home_the_list_has_the_keys_and_the_search_stays_until_esc() {
    let mut harness = Harness::at_home();
    harness.act(Action::Search);
    for letter in "nigh".chars() {
        harness.event(Event::Edit(Edit::Insert(letter)));
    }
    harness.act(Action::Next);
    harness.opens("nightly", "a");
    harness.act(Action::GoHome);
    harness.read_home(page());
    let home = harness.wizard.home();
    assert!(!home.is_searching() && !harness.wizard.takes_text());
    assert_eq!((home.search().text(), home.found()), ("nigh", 1));
    harness.act(Action::Duplicate);
    assert!(matches!(harness.wizard.home().panel(), Some(HomePanel::Duplicate(form)) if form.of() == "nightly"));
    harness.act(Action::Back);
    harness.act(Action::Back);
    assert_eq!((harness.wizard.home().search().text(), harness.wizard.home().found()), ("", 3));
    assert!(harness.wizard.is_at_home(), "the search was ended, and nothing else");
    harness.act(Action::Back);
    assert!(!harness.wizard.is_at_home());
}

#[test]
fn what_failed_goes_with_esc_and_with_whatever_is_done_next() {
    let fail = || {
        let mut harness = Harness::on_nightly();
        harness.act(Action::GoHome);
        harness.read_home(page());
        harness.act(Action::OpenEditor);
        harness.event(Event::EditorClosed(Err(UserError::other("no editor"))));
        assert!(harness.wizard.home().problem().is_some());
        assert_eq!(harness.offers(Action::Back), Some("close"));
        harness
    };
    for action in [Action::Back, Action::Up, Action::SwitchList, Action::Search, Action::Duplicate, Action::Save] {
        let mut harness = fail();
        harness.act(action);
        assert_eq!(harness.wizard.home().problem(), None, "{action:?}");
        assert!(harness.wizard.is_at_home(), "{action:?}");
    }
    // What of the page cannot be read is no matter of keys.
    let mut harness = Harness::of(Wizard::new(Config::default()).at_home());
    harness.read_home(HomePage { problem: Some(UserError::other("damaged")), ..page() });
    harness.act(Action::Back);
    assert!(harness.wizard.home().problem().is_some());
}
