//! Step 1: the form, its lists, the checks and what can be done about them.

use url::Url;

use super::*;
use crate::access::cors;
use crate::store::config::AuthKind;

fn failed(id: &'static str) -> Check {
    Check::new(id, CheckState::Fail, format!("{id} is not well"))
}

fn key_check(harness: &Harness) -> Check {
    harness.wizard.integration().checks(harness.wizard.config()).remove(0)
}

fn panel(harness: &Harness) -> &Panel {
    harness.wizard.integration().panel().expect("a panel")
}

/// With Encord up, the focus on the checks.
fn signed_in() -> Harness {
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
    let old = harness.running(|request| matches!(request, Request::CheckAzure { .. }));
    harness.act(Action::Refresh);
    assert!(harness.cancelled.contains(&old));
    harness.event(Event::Reply { id: old, reply: Reply::AzureCheck(Box::new(failed("azure.read"))) });
    harness.event(Event::Reply { id: old, reply: Reply::Container(Err(Problem::other("stale"))) });
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
    assert!(matches!(&harness.open[0].1, Request::CheckAzure { access, .. } if access.azure.container == "raw2"));
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
    assert!(matches!(&harness.open[..], [(_, Request::CheckAzure { encord, .. })] if encord.strict_client_only));
    harness.open.clear();
    harness.focus(FieldName::Domain);
    harness.act(Action::Browse);
    harness.type_text("us");
    harness.act(Action::Next);
    let asked: Vec<_> = harness
        .open
        .iter()
        .filter_map(|(_, request)| match request {
            Request::CheckAzure { encord, .. } => Some(encord.origins().remove(0)),
            _ => None,
        })
        .collect();
    assert_eq!(asked, ["https://app.us.encord.com"]);
    assert!(harness.open.iter().any(|(_, request)| matches!(request, Request::ConnectEncord { .. })));
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
        let (_, newest) =
            harness.open.iter().rfind(|(_, request)| matches!(request, Request::CheckAzure { .. })).unwrap();
        let Request::CheckAzure { access, .. } = newest else { panic!("not a check") };
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
        |(_, request)| matches!(request, Request::ConnectEncord { encord, .. } if encord.ssh_key_file.as_deref() == Some("/keys/id2")),
    );
    assert!(asked, "{:?}", harness.open);
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
        EncordReply { other_region: None, key: Err(Problem::config("locked")), wants_passphrase: true, login: None };
    harness.answer(|request| matches!(request, Request::ConnectEncord { .. }), Reply::Encord(locked));
    assert_eq!(harness.wizard.integration().focus(), Focus::Field(FieldName::Passphrase));
    harness.type_text("open sesame");
    harness.act(Action::Next);
    let (_, request) = harness.open.last().unwrap();
    assert!(matches!(request, Request::ConnectEncord { passphrase: Some(_), .. }));
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
    let denied = Problem { what: "401".into(), said: None, hint: None, class: Class::Access };
    let reply = EncordReply {
        key: Ok(key),
        wants_passphrase: false,
        login: Some(Err(denied)),
        other_region: Some("https://api.us.encord.com".into()),
    };
    harness.answer(|request| matches!(request, Request::ConnectEncord { .. }), Reply::Encord(reply));
    harness.container(Ok(false));
    let checks = harness.wizard.integration().checks(harness.wizard.config());
    assert_eq!((checks[1].state, checks[2].state), (CheckState::Fail, CheckState::Fail));
    assert!(checks[1].detail.contains("US"), "{}", checks[1].detail);
    assert_eq!(harness.wizard.integration().check_cursor(), 1, "the first failure");
    harness.act(Action::Fix);
    assert_eq!(harness.wizard.config().encord.domain, "https://api.us.encord.com");
    assert_eq!(harness.wizard.status(Step::Integration), Status::Working);
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
    let way = WayIn {
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
    assert!(harness.open.iter().all(|(_, request)| matches!(request, Request::Discover)), "{:?}", harness.open);
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(found()));
    let config = harness.wizard.config();
    assert_eq!(config.encord.ssh_key_file.as_deref(), Some("~/.ssh/encord"));
    assert_eq!(config.azure.account.as_deref(), Some("acme"));
    assert_eq!(config.azure.sas_token_env.as_deref(), Some("AZURE_STORAGE_SAS_TOKEN"));
    assert!(harness.open.iter().any(|(_, request)| matches!(request, Request::ConnectEncord { .. })));

    let mut bare = Harness::guided(Config::default());
    bare.answer(|request| matches!(request, Request::Discover), Reply::Discovered(Discovery::default()));
    assert!(bare.open.is_empty());
    let checks = bare.wizard.integration().checks(bare.wizard.config());
    assert!(checks.iter().all(|check| check.state != CheckState::Fail), "{checks:?}");
}

#[test]
fn what_the_config_says_goes_before_what_is_found() {
    let mut harness = Harness::guided(config());
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(found()));
    assert_eq!(harness.wizard.config(), &config());
    let several = Discovery { keys: vec![found().keys[0].clone(), found().keys[0].clone()], ways: Vec::new() };
    let mut harness = Harness::guided(Config::default());
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(several));
    assert_eq!(harness.wizard.config().encord.ssh_key_file, None, "never guessed among several");
    assert_eq!(key_check(&harness).state, CheckState::Waiting);
}

#[test]
fn a_key_is_picked_from_those_found_and_an_unusable_one_is_not() {
    let mut harness = Harness::guided(Config::default());
    let mut keys = found();
    keys.keys.insert(0, KeyCandidate { path: "~/.ssh/other".into(), ..keys.keys[0].clone() });
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(keys));
    harness.focus(FieldName::KeyFile);
    harness.act(Action::Browse);
    harness.type_text("rsa");
    harness.act(Action::Next);
    assert!(harness.wizard.integration().panel().is_some(), "an RSA key cannot be chosen");
    harness.event(Event::Edit(Edit::Clear));
    harness.type_text("encord");
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().encord.ssh_key_file.as_deref(), Some("~/.ssh/encord"));
    assert!(harness.open.iter().any(|(_, request)| matches!(request, Request::ConnectEncord { .. })));
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
    harness.container(Err(Problem::other("no such container")));
    harness.act(Action::Overrule);
    assert!(harness.wizard.integration().panel().is_none());
    harness.wizard.overrule(["azure.container", "encord.login"]);
    assert!(matches!(harness.wizard.status(Step::Integration), Status::Blocked(_)));
}

fn cors_plan(origin: &str) -> Box<cors::Plan> {
    let rule = cors::Rule { origins: vec![origin.into()], ..cors::Rule::default() };
    Box::new(cors::Plan { before: Vec::new(), after: vec![rule], missing: vec![origin.into()] })
}

#[test]
fn cors_rules_are_changed_only_after_a_yes_and_asked_again_when_they_changed_meanwhile() {
    let mut harness = signed_in();
    harness.check(failed("azure.cors").repair(Repair::Cors(cors_plan("https://one"))));
    harness.container(Ok(false));
    let asked = |harness: &Harness| {
        harness.open.iter().filter(|(_, request)| matches!(request, Request::RepairCors { .. })).count()
    };
    harness.act(Action::Fix);
    harness.act(Action::No);
    assert_eq!(asked(&harness), 0);
    harness.act(Action::Fix);
    assert!(harness.wizard.asks());
    harness.act(Action::Yes);
    assert_eq!(asked(&harness), 1);
    harness.act(Action::Back);
    assert!(matches!(panel(&harness), Panel::Cors(_)), "what is being written is waited for");
    let is_repair = |request: &Request| matches!(request, Request::RepairCors { .. });
    harness.answer(is_repair, Reply::CorsRepaired(Ok(CorsRepair::Changed(cors_plan("https://two")))));
    assert!(matches!(panel(&harness), Panel::Cors(review) if review.state == CorsState::ReviewAgain));
    assert_eq!(asked(&harness), 0, "nothing is written without another yes");
    harness.act(Action::Yes);
    harness.answer(is_repair, Reply::CorsRepaired(Ok(CorsRepair::Done(Vec::new()))));
    assert!(harness.open.iter().any(|(_, request)| matches!(request, Request::CheckAzure { .. })), "checked anew");
    harness.act(Action::Next);
    assert!(harness.wizard.integration().panel().is_none());
}

#[test]
fn a_new_integration_is_taken_the_moment_it_appears() {
    let mut harness = signed_in();
    harness.container(Ok(false));
    harness.act(Action::New);
    let id = harness.running(|request| matches!(request, Request::WatchIntegrations));
    let reply = |harness: &mut Harness, list| harness.event(Event::Reply { id, reply: Reply::Integrations(list) });
    reply(&mut harness, Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
    reply(&mut harness, Err(Problem::other("hiccup")));
    assert!(matches!(panel(&harness), Panel::Guide(guide) if guide.trouble().is_some()));
    harness.act(Action::Down);
    harness.act(Action::Down);
    harness.act(Action::Copy);
    assert_eq!(harness.copied, ["Azure acme"]);
    reply(&mut harness, Ok(vec![integration(1, "Azure"), integration(2, "Other"), integration(3, "Azure acme")]));
    assert!(harness.wizard.integration().panel().is_none());
    assert!(harness.cancelled.contains(&id));
    assert_eq!(harness.wizard.config().encord.integration.as_deref(), Some("Azure acme"));
    assert_eq!(harness.wizard.status(Step::Integration), Status::Ready);
}

#[test]
fn a_made_sas_is_copied_on_request_and_gone_with_its_panel() {
    let mut harness = signed_in();
    harness.act(Action::MakeSas);
    harness.act(Action::Toggle);
    harness.act(Action::Down);
    harness.act(Action::Left);
    harness.act(Action::Next);
    let is_sas = |request: &Request| matches!(request, Request::MakeSas { .. });
    let (_, request) = harness.open.iter().rfind(|(_, request)| is_sas(request)).unwrap();
    assert!(matches!(request, Request::MakeSas { wish: SasWish { may_write: false, days: 365 }, .. }));
    harness.answer(is_sas, Reply::SasMade(Ok(SecretString::from("sv=1&sig=SECRET"))));
    assert!(harness.copied.is_empty());
    assert!(!format!("{:?}", harness.wizard).contains("SECRET"));
    harness.act(Action::Copy);
    assert_eq!(harness.copied, ["sv=1&sig=SECRET"]);
    harness.act(Action::Back);
    harness.act(Action::MakeSas);
    assert!(matches!(panel(&harness), Panel::Sas(maker) if matches!(maker.state(), SasState::Choosing)));
}

#[test]
fn a_sas_made_for_the_guide_leads_back_to_it() {
    let mut harness = signed_in();
    harness.act(Action::New);
    harness.act(Action::MakeSas);
    assert!(matches!(panel(&harness), Panel::Sas(_)));
    harness.act(Action::Back);
    assert!(matches!(panel(&harness), Panel::Guide(guide) if guide.is_watching()));
    harness.act(Action::Back);
    assert!(harness.wizard.integration().panel().is_none());
}

#[test]
fn details_scroll_no_further_than_there_is_text() {
    let mut harness = signed_in();
    harness.act(Action::Toggle);
    for _ in 0..500 {
        harness.act(Action::Down);
    }
    let Panel::Details(details) = panel(&harness) else { panic!("no details") };
    assert!(details.scroll < 40, "{}", details.scroll);
}

#[test]
fn containers_and_folders_are_picked_from_what_the_credential_can_list() {
    let mut harness = signed_in();
    harness.container(Ok(false));
    harness.focus(FieldName::Container);
    harness.act(Action::Browse);
    let names = Reply::Containers(Ok(vec!["cooked".into(), "raw".into(), "raw-2026".into()]));
    harness.answer(|request| matches!(request, Request::ListContainers { .. }), names);
    assert!(matches!(panel(&harness), Panel::Picker(picker) if picker.cursor() == 1), "on the one that is set");
    harness.act(Action::Down);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().azure.container, "raw-2026");

    harness.focus(FieldName::Folders);
    harness.act(Action::Browse);
    let page = |folders: &[&str]| PrefixPage {
        folders: folders.iter().map(|name| (*name).to_owned()).collect(),
        ..PrefixPage::default()
    };
    let answer = |harness: &mut Harness, expected: &str, folders: &[&str]| {
        let is_list = |request: &Request| matches!(request, Request::ListPrefixes { prefix, .. } if prefix == expected);
        let reply = Reply::Prefixes { prefix: expected.into(), result: Ok(page(folders)) };
        harness.answer(is_list, reply);
    };
    answer(&mut harness, "", &["a/", "b/"]);
    harness.act(Action::Right);
    answer(&mut harness, "a/", &["a/x/", "a/y/"]);
    harness.act(Action::Toggle);
    harness.act(Action::Left);
    answer(&mut harness, "", &["a/", "b/"]);
    harness.act(Action::Down);
    harness.act(Action::Toggle);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().manifest.prefixes, ["a/x/", "b/"]);
}

#[test]
fn what_lies_in_a_chosen_folder_is_not_chosen_twice() {
    let mut harness = signed_in();
    harness.container(Ok(false));
    harness.focus(FieldName::Folders);
    harness.act(Action::Browse);
    let is_list = |request: &Request| matches!(request, Request::ListPrefixes { .. });
    let page = |folders: &[&str]| Reply::Prefixes {
        prefix: String::new(),
        result: Ok(PrefixPage {
            folders: folders.iter().map(|name| (*name).to_owned()).collect(),
            ..PrefixPage::default()
        }),
    };
    harness.answer(is_list, page(&["a/"]));
    harness.act(Action::Right);
    harness.answer(is_list, page(&["a/x/"]));
    harness.act(Action::Toggle);
    harness.act(Action::Left);
    harness.answer(is_list, page(&["a/"]));
    harness.act(Action::Toggle);
    harness.act(Action::Next);
    assert_eq!(harness.wizard.config().manifest.prefixes, ["a/"]);
}

#[test]
fn choices_are_remembered_when_the_step_is_left_well() {
    let mut harness = Harness::guided(config());
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(found()));
    harness.connect(Ok(vec![integration(1, "Azure")]));
    harness.container(Ok(false));
    harness.act(Action::Next);
    let remembered = harness.open.iter().find_map(|(_, request)| match request {
        Request::Remember { encord, azure } => Some((encord.integration.clone(), azure.container.clone())),
        _ => None,
    });
    assert_eq!(remembered, Some((Some("Azure".into()), "raw".into())));
}

#[test]
fn an_account_key_found_here_brings_its_account_along() {
    let mut harness = Harness::guided(Config::default());
    let way = WayIn {
        kind: AuthKind::AccountKey,
        variable: Some("AZURE_STORAGE_CONNECTION_STRING".into()),
        account: Some("devstoreaccount1".into()),
        endpoint: Url::parse("http://127.0.0.1:10000/devstoreaccount1").ok(),
        what: String::new(),
    };
    let found = Discovery { keys: Vec::new(), ways: vec![way] };
    harness.answer(|request| matches!(request, Request::Discover), Reply::Discovered(found));
    let azure = &harness.wizard.config().azure;
    assert_eq!(azure.account_url().as_deref(), Some("http://127.0.0.1:10000/devstoreaccount1"));
    assert_eq!(azure.account_key_env.as_deref(), Some("AZURE_STORAGE_CONNECTION_STRING"));
}
