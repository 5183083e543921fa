//! Step 1: the form, its lists, the checks and what can be done about them.

use crate::{config::azure::AuthKind, error::ErrorKind, wizard::tests::*};

pub(super) fn failed(id: &'static str) -> Check {
    Check::new(id, CheckState::Fail, format!("{id} is not well"))
}

pub(super) fn panel(harness: &Harness) -> &Panel {
    harness.wizard.integration().panel().expect("a panel")
}

/// With Encord up, the focus on the checks.
pub(super) fn signed_in() -> Harness {
    let mut harness = Harness::new(config());
    harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
    harness
}

#[test]
fn checks_have_stable_ids_in_a_fixed_order_whatever_the_state() {
    let ids: Vec<_> = CHECKS.iter().map(|about| about.id).collect();
    let seen = |harness: &Harness| -> Vec<_> {
        harness.wizard.integration().checks(harness.wizard.config()).iter().map(|check| check.id).collect()
    };
    let mut harness = Harness::new(config());
    assert_eq!(seen(&harness), ids);
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.check(failed("azure.cors"));
    assert_eq!(seen(&harness), ids);
    harness.container(Ok(false));
    assert_eq!(seen(&harness), ids);
    assert!(CHECKS.iter().all(|about| !about.why.is_empty() && about.name.len() <= 14));
}

#[test]
fn the_integration_is_found_by_title_or_id_and_never_guessed() {
    let both = || vec![integration(1, "Azure"), integration(2, "Other")];
    let twins = || vec![integration(1, "Azure"), integration(2, "Azure")];
    let with = |wanted: Option<&str>| {
        let mut config = config();
        config.encord.integration = wanted.map(str::to_owned);
        config
    };
    let id = Uuid::from_u128(2).to_string();
    for (wanted, list, chosen, phrase) in [
        (Some("Azure"), both(), Some(1), ""),
        (Some(id.as_str()), both(), Some(2), ""),
        (Some(id.as_str()), twins(), Some(2), ""),
        (Some("Azure"), twins(), None, "several integrations"),
        (Some("Gone"), both(), None, "no integration 'Gone'"),
        (None, vec![integration(9, "Only")], Some(9), ""),
        (None, both(), None, "none chosen"),
        (None, vec![], None, "no cloud integration"),
    ] {
        let mut harness = Harness::new(with(wanted));
        harness.connect(Ok(list));
        harness.container(Ok(false));
        let step = harness.wizard.integration();
        let found = step.chosen(harness.wizard.config()).map(|integration| integration.uuid);
        assert_eq!(found, chosen.map(Uuid::from_u128), "{wanted:?}");
        let check = step.checks(harness.wizard.config()).remove(3);
        assert_eq!(check.state == CheckState::Pass, chosen.is_some(), "{wanted:?}");
        assert!(check.detail.contains(phrase), "{}", check.detail);
    }
}

#[test]
fn an_integration_is_searched_by_typing_and_twins_are_remembered_by_id() {
    let mut harness = Harness::new(config());
    harness.connect(Ok(vec![integration(1, "Azure"), integration(2, "Azure"), integration(3, "Lidar")]));
    harness.container(Ok(false));
    harness.focus(FieldName::Integration);
    harness.act(Action::Browse);
    assert!(harness.wizard.takes_text());
    harness.type_text("AZU");
    let Panel::Picker(picker) = panel(&harness) else { panic!("not a list") };
    assert_eq!((picker.rows().len(), picker.total()), (2, 3));
    harness.act(Action::Down);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().encord.integration, Some(Uuid::from_u128(2).to_string()));
    assert!(harness.wizard.integration().panel().is_none());
    assert_eq!(harness.wizard.status(Step::Integration), Status::Ready);
}

#[test]
fn a_late_answer_is_dropped() {
    let mut harness = Harness::new(config());
    let old = harness.running(|request| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. })));
    harness.act(Action::Refresh);
    assert!(harness.cancelled.contains(&old));
    harness.event(Event::Reply {
        id: old,
        reply: Reply::Integration(IntegrationReply::AzureCheck(Box::new(failed("azure.read")))),
    });
    harness.event(Event::Reply {
        id: old,
        reply: Reply::Integration(IntegrationReply::AzureChecked(Err(UserError::other("stale")))),
    });
    assert_eq!(harness.wizard.status(Step::Integration), Status::Working);
    let checks = harness.wizard.integration().checks(harness.wizard.config());
    assert!(checks.iter().all(|check| check.state != CheckState::Fail));
}

#[test]
fn editing_a_side_checks_that_side_and_throws_away_what_rests_on_it() {
    let mut harness = Harness::ready_to_send();
    harness.open.clear();
    harness.act(Action::Goto(Step::Integration));
    harness.focus(FieldName::Container);
    harness.type_text("2");
    harness.act(Action::FocusNext);
    assert_eq!(harness.wizard.config().azure.container, "raw2");
    assert_eq!(harness.open.len(), 1);
    assert!(
        matches!(&harness.open[0].1, Request::Integration(IntegrationRequest::CheckAzure { access, .. }) if access.azure.container == "raw2")
    );
    assert!(harness.wizard.manifest().built().is_none());
    assert!(harness.wizard.folder().destination().is_some());
    assert!(harness.wizard.schema().diff(harness.wizard.config()).is_some());
}

#[test]
fn another_region_or_strictness_asks_azure_for_other_things() {
    let mut harness = signed_in();
    harness.container(Ok(false));
    harness.open.clear();
    harness.focus(FieldName::Strict);
    harness.act(Action::Toggle);
    harness.act(Action::FocusNext);
    assert!(harness.wizard.config().encord.strict_client_only);
    assert!(
        matches!(&harness.open[..], [(_, Request::Integration(IntegrationRequest::CheckAzure { encord, .. }))] if encord.strict_client_only)
    );
    harness.open.clear();
    harness.focus(FieldName::Domain);
    harness.act(Action::Browse);
    harness.type_text("us");
    harness.act(Action::Next);
    let asked: Vec<_> = harness
        .open
        .iter()
        .filter_map(|(_, request)| match request {
            Request::Integration(IntegrationRequest::CheckAzure { encord, .. }) => Some(encord.origins().remove(0)),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["https://app.us.encord.com"]);
    assert!(
        harness
            .open
            .iter()
            .any(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })))
    );
}

#[test]
fn pasted_secrets_are_used_masked_and_stay_out_of_the_config() {
    for (name, text, account, container, kind) in [
        (FieldName::Credential, "?sv=1&sig=SECRET", "acme", "raw", AuthKind::Sas),
        (
            FieldName::Account,
            "https://other.blob.core.windows.net/photos?sv=1&sig=SECRET",
            "other",
            "photos",
            AuthKind::Sas,
        ),
        (
            FieldName::Account,
            "DefaultEndpointsProtocol=https;AccountName=other;AccountKey=SECRET==;EndpointSuffix=core.windows.net",
            "other",
            "raw",
            AuthKind::AccountKey,
        ),
        (FieldName::Credential, "AccountName=acme;AccountKey=SECRET==", "acme", "raw", AuthKind::AccountKey),
    ] {
        let mut harness = Harness::new(config());
        if container == "photos" {
            harness.focus(FieldName::Container);
            harness.event(Event::Edit(Edit::Clear));
        }
        harness.focus(name);
        harness.event(Event::Edit(Edit::Clear));
        harness.event(Event::Edit(Edit::Paste(text.into())));
        assert!(harness.wizard.integration().is_masked(name), "{text}");
        harness.act(Action::Back);
        let config = harness.wizard.config();
        assert_eq!(config.azure.account.as_deref(), Some(account), "{text}");
        assert_eq!((config.azure.container.as_str(), config.azure.auth_kind()), (container, kind), "{text}");
        assert!(harness.wizard.integration().is_masked(FieldName::Credential));
        assert!(!harness.wizard.integration().is_masked(FieldName::Account));
        let (_, newest) = harness
            .open
            .iter()
            .rfind(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. })))
            .unwrap();
        let Request::Integration(IntegrationRequest::CheckAzure { access, .. }) = newest else { panic!("not a check") };
        assert!(access.typed.as_ref().unwrap().expose_secret().contains("SECRET"), "{text}");
        assert!(!toml::to_string(config).unwrap().contains("SECRET"));
        assert!(!format!("{:?}", harness.open).contains("SECRET"));
    }
}

#[test]
fn a_refused_field_does_not_hide_what_another_field_changed() {
    let mut harness = Harness::new(config());
    harness.focus(FieldName::Account);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("https://x?y".into())));
    harness.act(Action::FocusNext);
    assert_eq!(harness.wizard.integration().input_problem().map(|(name, _)| name), Some(FieldName::Account));
    harness.focus(FieldName::KeyFile);
    harness.type_text("2");
    harness.open.clear();
    harness.focus(FieldName::Account);
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("acme");
    harness.act(Action::FocusNext);
    let asked = harness.open.iter().any(
        |(_, request)| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { encord, .. }) if encord.ssh_key_file.as_deref() == Some("/keys/id2")),
    );
    assert!(asked, "{:?}", harness.open);
}

#[test]
fn from_the_checks_tab_leads_to_the_field_that_has_to_be_corrected() {
    let mut harness = Harness::new(config());
    harness.focus(FieldName::Account);
    harness.event(Event::Edit(Edit::Clear));
    harness.event(Event::Edit(Edit::Paste("https://x?y".into())));
    harness.act(Action::Back);
    assert_eq!(harness.wizard.integration().focus(), Focus::Checks);
    harness.act(Action::FocusNext);
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Account));
}

#[test]
fn going_through_the_form_changes_nothing() {
    let mut config = config();
    config.azure.sas_token_env = None;
    config.azure.sas_token_file = Some("token".into());
    let mut harness = Harness::new(config.clone());
    for _ in 0..20 {
        harness.act(Action::FocusNext);
    }
    assert_eq!(harness.wizard.config(), &config);
    assert!(!harness.wizard.is_edited());
}

#[test]
fn a_containers_url_fills_both_fields_and_must_not_contradict_them() {
    let start = |container: &str| {
        let mut config = config();
        config.azure.account = None;
        config.azure.container = container.into();
        let mut harness = Harness::new(config);
        assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Account));
        harness.type_text("https://acme.dfs.core.windows.net/raw");
        harness.act(Action::Next);
        harness
    };
    for container in ["", "raw"] {
        let harness = start(container);
        let azure = &harness.wizard.config().azure;
        assert_eq!((azure.account.as_deref(), azure.container.as_str()), (Some("acme"), "raw"));
    }
    let harness = start("cooked");
    let (name, why) = harness.wizard.integration().input_problem().unwrap();
    assert!(name == FieldName::Account && why.contains("cooked"), "{why}");
}

#[test]
fn an_encrypted_key_asks_for_its_passphrase_and_tries_again() {
    let mut harness = Harness::new(config());
    let locked =
        EncordReply { other_region: None, key: Err(UserError::config("locked")), wants_passphrase: true, login: None };
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })),
        Reply::Integration(IntegrationReply::Encord(locked)),
    );
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Passphrase));
    harness.type_text("open sesame");
    harness.act(Action::Next);
    let (_, request) = harness.open.last().unwrap();
    assert!(matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { passphrase: Some(_), .. })));
    assert!(!format!("{request:?}").contains("sesame"));
}

#[test]
fn a_key_of_the_other_region_offers_the_switch() {
    let mut harness = Harness::new({
        let mut config = config();
        config.encord.domain = "https://api.encord.com".into();
        config
    });
    let key = KeyFacts { source: "ssh_key_file".into(), fingerprint: "SHA256:x".into(), warning: None };
    let denied = UserError { summary: "401".into(), source_message: None, hint: None, kind: ErrorKind::Access };
    let reply = EncordReply {
        key: Ok(key),
        wants_passphrase: false,
        login: Some(Err(denied)),
        other_region: Some("https://api.us.encord.com".into()),
    };
    harness.answer(
        |request| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. })),
        Reply::Integration(IntegrationReply::Encord(reply)),
    );
    harness.container(Ok(false));
    let checks = harness.wizard.integration().checks(harness.wizard.config());
    assert_eq!((checks[1].state, checks[2].state), (CheckState::Fail, CheckState::Fail));
    assert!(checks[1].detail.contains("US"), "{}", checks[1].detail);
    assert_eq!(harness.wizard.integration().check_cursor(), 1, "the first failure");
    harness.act(Action::Fix);
    assert_eq!(harness.wizard.config().encord.domain, "https://api.us.encord.com");
    assert_eq!(harness.wizard.status(Step::Integration), Status::Working);
}

#[test]
fn failures_stand_in_the_way_until_they_are_overruled_and_that_goes_into_the_plan() {
    let mut harness = signed_in();
    harness.check(failed("azure.cors"));
    harness.check(Check::new("azure.tier", CheckState::Warn, "cold"));
    harness.container(Ok(false));
    assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)));
    harness.act(Action::Next);
    assert_eq!(harness.wizard.step(), Step::Integration);
    harness.act(Action::Overrule);
    assert!(harness.wizard.asks() && matches!(panel(&harness), Panel::Overrule(ids) if ids == &["azure.cors"]));
    harness.act(Action::No);
    assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)));
    harness.act(Action::Overrule);
    harness.act(Action::Yes);
    assert_eq!(harness.wizard.status(Step::Integration), Status::Ready);
    harness.act(Action::Next);
    harness.schema(json!({}));
    harness.act(Action::Next);
    harness.manifest(summary(1, 0));
    harness.act(Action::Next);
    harness.folder(&[]);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.plan().unwrap().despite, ["azure.cors"]);
    harness.act(Action::Goto(Step::Integration));
    harness.focus(FieldName::Container);
    harness.type_text("2");
    harness.act(Action::Back);
    harness.check(failed("azure.cors"));
    harness.container(Ok(false));
    assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)), "other settings, other insight");
}

#[test]
fn what_everything_rests_on_cannot_be_overruled() {
    let mut harness = signed_in();
    harness.check(failed("azure.container"));
    harness.check(failed("azure.cors"));
    harness.container(Err(UserError::other("no such container")));
    harness.act(Action::Overrule);
    assert!(harness.wizard.integration().panel().is_none());
    harness.wizard.overrule(["azure.container", "encord.login"]);
    assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)));
}

#[test]
fn a_secret_in_a_field_that_takes_none_is_masked_and_goes_no_further() {
    let key = format!("{}==", "k".repeat(86));
    for (name, text) in [
        (FieldName::KeyFile, "-----BEGIN OPENSSH PRIVATE KEY-----SECRET-----END OPENSSH PRIVATE KEY-----"),
        (FieldName::Container, "https://a.blob.core.windows.net/c?sv=1&sig=SECRET"),
        (FieldName::Container, key.as_str()),
        (FieldName::Domain, "https://a.blob.core.windows.net/c?sv=1&sig=SECRET"),
    ] {
        let mut harness = signed_in();
        harness.container(Ok(false));
        harness.focus(name);
        harness.event(Event::Edit(Edit::Clear));
        harness.event(Event::Edit(Edit::Paste(text.into())));
        assert!(harness.wizard.integration().is_masked(name), "{name:?}");
        harness.act(Action::Back);
        assert_eq!(harness.wizard.integration().input_problem().map(|(at, _)| at), Some(name));
        assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)), "{name:?}");
        let checks = format!("{:?}", harness.wizard.integration().checks(harness.wizard.config()));
        let told = format!("{checks}{:?}{:?}", harness.open, harness.wizard.config());
        assert!(!told.contains("SECRET") && !told.contains(&key), "{name:?}: {told}");
    }
}

#[test]
fn the_passphrase_goes_with_its_key() {
    let mut harness = Harness::new(config());
    let is_connect =
        |request: &Request| matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { .. }));
    let locked = || {
        let key = Err(UserError::config("locked"));
        Reply::Integration(IntegrationReply::Encord(EncordReply {
            other_region: None,
            key,
            wants_passphrase: true,
            login: None,
        }))
    };
    harness.answer(is_connect, locked());
    harness.type_text("open sesame");
    harness.act(Action::Next);
    harness.answer(is_connect, locked());
    harness.focus(FieldName::KeyFile);
    harness.type_text("2");
    harness.act(Action::Back);
    let (_, request) = harness.open.iter().rfind(|(_, request)| is_connect(request)).unwrap();
    assert!(
        matches!(request, Request::Integration(IntegrationRequest::ConnectEncord { passphrase: None, .. })),
        "another key's passphrase"
    );
    harness.connect(Ok(vec![integration(1, "Azure")]));
    assert!(!harness.wizard.integration().fields().contains(&FieldName::Passphrase));
}

#[test]
fn leaving_asks_only_where_something_typed_would_be_lost() {
    let mut harness = Harness::guided(config());
    harness.act(Action::Quit);
    assert!(harness.exited);
    let mut harness = Harness::guided(config());
    harness.focus(FieldName::Container);
    harness.type_text("2");
    harness.focus(FieldName::Strict);
    harness.act(Action::Quit);
    assert!(!harness.exited && harness.wizard.overlay() == Some(Overlay::Quit));
    harness.act(Action::No);
    assert_eq!(harness.wizard.config().azure.container, "raw2");
    harness.act(Action::Quit);
    harness.act(Action::Quit);
    assert!(harness.exited, "twice is a yes");
}
