//! Step 1: what is found on this machine, and what is remembered.

use url::Url;

use crate::{config::azure::AuthKind, wizard::tests::*};

fn key_check(harness: &Harness) -> Check {
    harness.wizard.integration().checks(harness.wizard.config()).remove(0)
}

fn found() -> Discovery {
    let key = |path: &str, is_usable| KeyCandidate {
        path: path.into(),
        kind: "Ed25519".into(),
        comment: "ann@host".into(),
        fingerprint: "SHA256:x".into(),
        named_by: None,
        note: None,
        is_usable,
    };
    let way = AzureSignIn {
        kind: AuthKind::Sas,
        variable: Some("AZURE_STORAGE_SAS_TOKEN".into()),
        account: Some("acme".into()),
        endpoint: None,
        what: "AZURE_STORAGE_SAS_TOKEN is set".into(),
    };
    Discovery { keys: vec![key("~/.ssh/encord", true), key("~/.ssh/id_rsa", false)], ways: vec![way] }
}

#[test]
fn an_empty_form_is_filled_with_what_is_on_this_machine_and_calls_nothing_a_fault() {
    let mut harness = Harness::guided(Config::default());
    assert!(
        harness.open.iter().all(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::Discover))),
        "{:?}",
        harness.open
    );
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(found())),
    );
    let config = harness.wizard.config();
    assert_eq!(config.encord.ssh_key_file.as_deref(), Some("~/.ssh/encord"));
    assert_eq!(config.azure.account.as_deref(), Some("acme"));
    assert_eq!(config.azure.sas_token_env.as_deref(), Some("AZURE_STORAGE_SAS_TOKEN"));
    assert!(
        harness
            .open
            .iter()
            .any(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })))
    );

    let mut bare = Harness::guided(Config::default());
    bare.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(Discovery::default())),
    );
    assert!(bare.open.is_empty());
    let checks = bare.wizard.integration().checks(bare.wizard.config());
    assert!(checks.iter().all(|check| check.state != CheckState::Fail), "{checks:?}");
}

#[test]
fn what_the_config_says_goes_before_what_is_found() {
    let mut harness = Harness::guided(config());
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(found())),
    );
    assert_eq!(harness.wizard.config(), &config());
    let several = Discovery { keys: vec![found().keys[0].clone(), found().keys[0].clone()], ways: Vec::new() };
    let mut harness = Harness::guided(Config::default());
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(several)),
    );
    assert_eq!(harness.wizard.config().encord.ssh_key_file, None, "never guessed among several");
    assert_eq!(key_check(&harness).state, CheckState::Waiting);
}

#[test]
fn a_key_is_picked_from_those_found_and_an_unusable_one_is_not() {
    let mut harness = Harness::guided(Config::default());
    let mut keys = found();
    keys.keys.insert(0, KeyCandidate { path: "~/.ssh/other".into(), ..keys.keys[0].clone() });
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(keys)),
    );
    harness.focus(FieldName::KeyFile);
    harness.act(Action::Browse);
    harness.type_text("rsa");
    harness.act(Action::Next);
    assert!(harness.wizard.integration().panel().is_some(), "an RSA key cannot be chosen");
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("encord");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().encord.ssh_key_file.as_deref(), Some("~/.ssh/encord"));
    assert!(
        harness
            .open
            .iter()
            .any(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })))
    );
}

#[test]
fn choices_are_remembered_when_the_step_is_left_well() {
    let mut harness = Harness::guided(config());
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(found())),
    );
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    let remembered = harness.open.iter().find_map(|(_, request)| match request {
        Request::Integration(IntegrationRequest::Remember { encord, azure }) => {
            Some((encord.integration.clone(), azure.container.clone()))
        }
        _ => None,
    });
    assert_eq!(remembered, Some((Some("Azure".into()), "raw".into())));
}

#[test]
fn an_account_key_found_here_brings_its_account_along() {
    let mut harness = Harness::guided(Config::default());
    let way = AzureSignIn {
        kind: AuthKind::AccountKey,
        variable: Some("AZURE_STORAGE_CONNECTION_STRING".into()),
        account: Some("devstoreaccount1".into()),
        endpoint: Url::parse("http://127.0.0.1:10000/devstoreaccount1").ok(),
        what: String::new(),
    };
    let found = Discovery { keys: Vec::new(), ways: vec![way] };
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(found)),
    );
    let azure = &harness.wizard.config().azure;
    assert_eq!(azure.account_url().as_deref(), Some("http://127.0.0.1:10000/devstoreaccount1"));
    assert_eq!(azure.account_key_env.as_deref(), Some("AZURE_STORAGE_CONNECTION_STRING"));
}

#[test]
fn enter_leads_to_what_is_missing_and_a_cleared_key_is_missing_not_wrong() {
    let mut harness = Harness::guided(Config::default());
    let mut several = found();
    several.keys.insert(0, KeyCandidate { path: "~/.ssh/other".into(), ..several.keys[0].clone() });
    several.ways.clear();
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::Discover)),
        Reply::Integration(IntegrationReply::Discovered(several)),
    );
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::KeyFile));
    harness.focus(FieldName::Domain);
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("rubbish");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::KeyFile));
    harness.type_text("~/.ssh/encord");
    harness.act(Action::Next);
    harness.focus(FieldName::KeyFile);
    harness.event(Event::Edit(Edit::Clear));
    harness.act(Action::Back);
    assert_eq!(key_check(&harness).state, CheckState::Waiting);
    harness.act(Action::Refresh);
    assert_eq!(key_check(&harness).state, CheckState::Waiting);
}
