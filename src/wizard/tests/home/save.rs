//! Saving a config.

use crate::wizard::tests::home::*;

#[test]
fn saving_takes_a_preview_and_an_enter_of_its_own() {
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::Save);
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 0, "there is no preview yet");
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(preview(false)))));
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 1);
    // Somebody was faster: the new difference is shown, and takes an Enter of its own.
    harness.answer(is_save, Reply::Home(HomeReply::ConfigSaved(Err(UserError::other("changed meanwhile")))));
    assert!(harness.wizard.save_dialog().is_some_and(|dialog| dialog.refused().is_some()));
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 0);
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(preview(true)))));
    harness.act(Action::Next);
    assert!(harness.wizard.asks() && harness.saves() == 0, "overwriting takes a second yes");
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 0, "and that is no Enter");
    harness.act(Action::Yes);
    assert_eq!(harness.saves(), 1);
    harness.answer(is_save, Reply::Home(HomeReply::ConfigSaved(Ok(opened("nightly", "c")))));
    assert!(!harness.wizard.is_edited() && !harness.wizard.is_unsaved());
    harness.act(Action::Next);
    assert_eq!((harness.wizard.overlay(), harness.wizard.step()), (None, Step::Upload));
    // Now there is nothing to save.
    harness.act(Action::Save);
    let nothing = SavePreview { lines: Vec::new(), ..preview(false) };
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(nothing))));
    harness.act(Action::Next);
    assert_eq!((harness.saves(), harness.wizard.overlay()), (0, None));
}

#[test]
fn a_key_that_was_pressed_before_the_preview_was_seen_saves_nothing() {
    let mut harness = Harness::of(Wizard::new(config()).named("nightly").with_home(Config::default()).attended());
    harness.opens("nightly", "a");
    harness.act(Action::Save);
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(preview(false)))));
    assert!(harness.wizard.awaits_look());
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 0);
    harness.event(Event::Seen);
    harness.act(Action::Next);
    assert_eq!(harness.saves(), 1);
}

#[test]
fn a_new_config_gets_a_name_which_back_does_not_lose() {
    let mut harness = Harness::of(Wizard::new(config()).with_home(Config::default()));
    harness.act(Action::Save);
    let name = |harness: &Harness| harness.wizard.save_dialog().unwrap().name().text().to_owned();
    assert_eq!((name(&harness), harness.wizard.takes_text()), ("raw".into(), true));
    harness.type_text("/x");
    harness.act(Action::Next);
    assert!(matches!(harness.wizard.save_dialog().unwrap().stage(), SaveStage::Naming { problem: Some(_) }));
    harness.act(Action::Back);
    harness.act(Action::Save);
    assert_eq!(name(&harness), "raw/x");
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("site-2");
    harness.act(Action::Next);
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(SavePreview { stamp: None, ..preview(false) }))));
    harness.act(Action::Back);
    assert_eq!(name(&harness), "site-2");
    harness.act(Action::Next);
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(SavePreview { stamp: None, ..preview(false) }))));
    harness.act(Action::Next);
    harness.answer(is_save, Reply::Home(HomeReply::ConfigSaved(Ok(opened("site-2", "a")))));
    assert_eq!(harness.wizard.label(), Some("site-2"));
    assert_eq!(harness.wizard.headless_command().as_deref(), Some("azure-to-encord run site-2 --yes"));
}

#[test]
fn leaving_with_unsaved_changes_is_a_choice_of_three() {
    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::Quit);
    assert_eq!((harness.wizard.overlay(), harness.exited), (Some(Overlay::Unsaved), false));
    harness.act(Action::Back);
    assert!(!harness.exited && harness.wizard.is_unsaved());
    harness.act(Action::Quit);
    harness.act(Action::Yes);
    harness.answer(is_preview, Reply::Home(HomeReply::SavePreview(Ok(preview(false)))));
    harness.act(Action::Next);
    assert!(!harness.exited);
    harness.answer(is_save, Reply::Home(HomeReply::ConfigSaved(Ok(opened("nightly", "b")))));
    assert!(harness.exited);

    let mut harness = Harness::on_nightly_changed();
    harness.act(Action::Quit);
    harness.act(Action::No);
    assert!(harness.exited && harness.saves() == 0);
    let mut harness = Harness::on_nightly();
    harness.act(Action::Quit);
    assert!(harness.exited, "nothing was changed");
}
