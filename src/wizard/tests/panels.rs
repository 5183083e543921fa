//! Step 1: what lies over the form: CORS rules, a new integration, a SAS, containers and folders.

use crate::{
    endpoints::cors,
    wizard::tests::{
        integration::{failed, panel, signed_in},
        *,
    },
};

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
        harness
            .open
            .iter()
            .filter(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::RepairCors { .. })))
            .count()
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
    let is_repair = |request: &Request| matches!(request, Request::Integration(IntegrationRequest::RepairCors { .. }));
    harness.answer(
        is_repair,
        Reply::Integration(IntegrationReply::CorsRepaired(Ok(CorsRepair::Changed(cors_plan("https://two"))))),
    );
    assert!(matches!(panel(&harness), Panel::Cors(review) if review.state == CorsState::ReviewAgain));
    assert_eq!(asked(&harness), 0, "nothing is written without another yes");
    harness.act(Action::Yes);
    harness.answer(is_repair, Reply::Integration(IntegrationReply::CorsRepaired(Ok(CorsRepair::Done(Vec::new())))));
    assert!(
        harness
            .open
            .iter()
            .any(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. }))),
        "checked anew"
    );
    harness.act(Action::Next);
    assert!(harness.wizard.integration().panel().is_none());
}

#[test]
fn a_new_integration_is_taken_the_moment_it_appears() {
    let mut harness = signed_in();
    harness.container(Ok(false));
    harness.act(Action::New);
    let id = harness.running(|request| matches!(request, Request::Integration(IntegrationRequest::WatchIntegrations)));
    let reply = |harness: &mut Harness, list| {
        harness.event(Event::Reply { id, reply: Reply::Integration(IntegrationReply::Integrations(list)) });
    };
    reply(&mut harness, Ok(vec![integration(1, "Azure"), integration(2, "Other")]));
    reply(&mut harness, Err(UserError::other("hiccup")));
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
    let is_sas = |request: &Request| matches!(request, Request::Integration(IntegrationRequest::MakeSas { .. }));
    let (_, request) = harness.open.iter().rfind(|(_, request)| is_sas(request)).unwrap();
    assert!(matches!(
        request,
        Request::Integration(IntegrationRequest::MakeSas { wish: SasOptions { may_write: false, days: 365 }, .. })
    ));
    harness.answer(is_sas, Reply::Integration(IntegrationReply::SasMade(Ok(SecretString::from("sv=1&sig=SECRET")))));
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
    let names =
        Reply::Integration(IntegrationReply::Containers(Ok(vec!["cooked".into(), "raw".into(), "raw-2026".into()])));
    harness.answer(|request| matches!(request, Request::Integration(IntegrationRequest::ListContainers { .. })), names);
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
        let is_list = |request: &Request| matches!(request, Request::Integration(IntegrationRequest::ListPrefixes { prefix, .. }) if prefix == expected);
        let reply =
            Reply::Integration(IntegrationReply::Prefixes { prefix: expected.into(), result: Ok(page(folders)) });
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
    let is_list = |request: &Request| matches!(request, Request::Integration(IntegrationRequest::ListPrefixes { .. }));
    let page = |folders: &[&str]| {
        Reply::Integration(IntegrationReply::Prefixes {
            prefix: String::new(),
            result: Ok(PrefixPage {
                folders: folders.iter().map(|name| (*name).to_owned()).collect(),
                ..PrefixPage::default()
            }),
        })
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
