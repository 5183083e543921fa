//! The panels over step 1.

use std::time::{Duration, Instant};

use secrecy::ExposeSecret;

use crate::{
    config::{Config, azure::AuthKind},
    error::UserError,
    tui::tests::{
        checks,
        fixtures::{Build, Stage, UTF8, config, frame, one, refused, uuid, well},
        integration::{at_check, at_field, failing},
        shown::shows,
    },
    wizard::{
        action::Action,
        connections::{CorsRepair, EncordReply, Integration, KeyFacts},
        effect::{Reply, Request},
        integration::{
            fields::FieldName,
            messages::{IntegrationReply, IntegrationRequest},
        },
    },
};

fn listed(count: u128) -> Vec<Reply> {
    one(Reply::Integration(IntegrationReply::Encord(EncordReply {
        other_region: None,
        key: Ok(KeyFacts { warning: None, source: "ssh_key_file".into(), fingerprint: "SHA256:4RkSk0Q".into() }),
        wants_passphrase: false,
        login: Some(Ok((0..count).map(|n| Integration { uuid: uuid(n), title: format!("Storage {n}") }).collect())),
    })))
}

fn none(request: &Request) -> Vec<Reply> {
    match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => listed(0),
        Request::Integration(IntegrationRequest::ListContainers { .. }) => {
            one(Reply::Integration(IntegrationReply::Containers(Ok(Vec::new()))))
        }
        Request::Integration(IntegrationRequest::Discover) => {
            one(Reply::Integration(IntegrationReply::Discovered(crate::wizard::connections::Discovery::default())))
        }
        other => well(other),
    }
}

fn very_many(request: &Request) -> Vec<Reply> {
    match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => listed(100_000),
        Request::Integration(IntegrationRequest::ListContainers { .. }) => {
            one(Reply::Integration(IntegrationReply::Containers(Ok((0..100_000)
                .map(|n| format!("container-{n:06}"))
                .collect()))))
        }
        other => well(other),
    }
}

fn browse(stage: Stage, name: FieldName) -> Stage {
    at_field(stage, name).press(Action::Browse)
}

fn with_key() -> Config {
    let mut config = config();
    (config.azure.sas_token_env, config.azure.account_key_env) = (None, Some("AZURE_STORAGE_KEY".into()));
    config
}

#[test]
fn lists_to_choose_from() {
    let open = |name| browse(Stage::guided(config(), well), name);
    shows("picker_keys", &open(FieldName::KeyFile).wizard);
    shows("picker_keys_unusable", &open(FieldName::KeyFile).press(Action::Bottom).wizard);
    shows("picker_regions", &open(FieldName::Domain).wizard);
    shows("picker_ways", &open(FieldName::SignIn).wizard);
    shows("picker_integrations", &open(FieldName::Integration).type_in("azure").wizard);
    shows("picker_containers", &open(FieldName::Container).wizard);
    shows("picker_nothing_found", &open(FieldName::Container).type_in("zz").wizard);
    for (name, field) in [
        ("picker_no_keys", FieldName::KeyFile),
        ("picker_no_integrations", FieldName::Integration),
        ("picker_no_containers", FieldName::Container),
    ] {
        shows(name, &browse(Stage::guided(config(), none), field).wizard);
    }
    let reading = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ListContainers { .. }) => Vec::new(),
        other => well(other),
    };
    shows("picker_reading", &browse(Stage::new(config(), reading), FieldName::Container).wizard);
    let refusing = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ListContainers { .. }) => {
            one(Reply::Integration(IntegrationReply::Containers(Err(refused()))))
        }
        other => well(other),
    };
    shows("picker_failed", &browse(Stage::new(config(), refusing), FieldName::Container).wizard);
}

/// A guard against work that grows with the list, on the slowest machine; how fast it is, a bench tells.
const TOO_LONG: Duration = Duration::from_secs(2);

#[test]
fn a_list_of_a_hundred_thousand_is_drawn_without_looking_at_all_of_it() {
    let stage = browse(Stage::new(config(), very_many), FieldName::Container);
    shows("picker_very_many", &stage.press(Action::PageDown).wizard);
    for name in [FieldName::Container, FieldName::Integration] {
        let mut stage = browse(Stage::new(config(), very_many), name).press(Action::Bottom);
        let took = |stage: &Stage| {
            let begun = Instant::now();
            frame(&stage.wizard, UTF8, 80, 24);
            begun.elapsed()
        };
        let fastest = |stage: &Stage| (0..5).map(|_| took(stage)).min().unwrap();
        assert!(fastest(&stage) < TOO_LONG, "{:?}", fastest(&stage));
        stage = stage.type_in("99");
        assert!(fastest(&stage) < TOO_LONG, "{:?}", fastest(&stage));
    }
}

#[test]
fn folders_of_the_container() {
    let open = || browse(Stage::new(config(), well), FieldName::Folders);
    shows("folders", &open().wizard);
    let chosen = open().press(Action::Toggle).press(Action::Right).press(Action::Down);
    shows("folders_within_chosen", &chosen.wizard);
    let below = open().press(Action::Down).press(Action::Right).press(Action::Toggle).press(Action::Left);
    shows("folders_some_below", &below.wizard);
    let refusing = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ListPrefixes { prefix, .. }) => {
            one(Reply::Integration(IntegrationReply::Prefixes { prefix: prefix.clone(), result: Err(refused()) }))
        }
        other => well(other),
    };
    shows("folders_failed", &browse(Stage::new(config(), refusing), FieldName::Folders).wizard);
}

#[test]
fn the_guide_to_a_new_integration() {
    let open = || Stage::new(config(), well).press(Action::New);
    shows("guide", &open().wizard);
    let copied = open().times(3, Action::Down).press(Action::Copy);
    assert_eq!(copied.copied.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), ["acmevision"]);
    shows("guide_copied", &copied.wizard);
    let other = copied.press(Action::Right);
    shows("guide_service_principal", &other.press(Action::Bottom).wizard);
    let troubled = open().reply(Reply::Integration(IntegrationReply::Integrations(Err(refused()))));
    shows("guide_trouble", &troubled.wizard);
}

#[test]
fn a_sas_for_encord() {
    let open = || Stage::new(with_key(), well).press(Action::MakeSas);
    shows("sas", &open().wizard);
    let short = open().press(Action::Toggle).press(Action::Down).times(3, Action::Left);
    shows("sas_short", &short.wizard);
    let made = short.press(Action::Next);
    shows("sas_made", &made.wizard);
    let copied = made.press(Action::Copy);
    assert_eq!(copied.copied.iter().map(ExposeSecret::expose_secret).collect::<Vec<_>>(), [checks::SAS]);
    shows("sas_copied", &copied.wizard);
    let gone = copied.press(Action::Back);
    assert!(!frame(&gone.wizard, UTF8, 120, 40).contains("sig="));
    let refusing = |request: &Request| match request {
        Request::Integration(IntegrationRequest::MakeSas { .. }) => one(Reply::Integration(IntegrationReply::SasMade(
            Err(UserError::config("Only an account key can sign such a SAS.")
                .hint("Sign in with an account key: the portal shows it under Security + networking, Access keys.")),
        ))),
        other => well(other),
    };
    let mut with_entra = config();
    (with_entra.azure.sas_token_env, with_entra.azure.auth) = (None, Some(AuthKind::Entra));
    let failed = Stage::new(with_entra, refusing).press(Action::MakeSas);
    shows("sas_without_key", &failed.wizard);
    shows("sas_failed", &failed.press(Action::Next).wizard);
}

/// The rules are being written.
fn writing(request: &Request) -> Vec<Reply> {
    if matches!(request, Request::Integration(IntegrationRequest::RepairCors { .. })) {
        Vec::new()
    } else {
        failing(request)
    }
}

/// Somebody else changed the rules meanwhile.
fn changed(request: &Request) -> Vec<Reply> {
    let Request::Integration(IntegrationRequest::RepairCors { .. }) = request else { return failing(request) };
    let mut plan = checks::plan();
    let other = checks::rule(&["https://new.acme.example"], &["GET", "PUT"]);
    plan.before.insert(1, other.clone());
    plan.after.insert(1, other);
    one(Reply::Integration(IntegrationReply::CorsRepaired(Ok(CorsRepair::Changed(Box::new(plan))))))
}

#[test]
fn cors_rules_before_they_are_changed() {
    let open = |answers| at_check(Stage::new(config(), answers), "azure.cors").press(Action::Fix);
    shows("cors", &open(failing).wizard);
    shows("cors_done", &open(failing).press(Action::Yes).wizard);
    let writing = open(writing).press(Action::Yes);
    shows("cors_writing", &writing.wizard);
    let failed = writing.reply(Reply::Integration(IntegrationReply::CorsRepaired(Err(refused()))));
    shows("cors_failed", &failed.wizard);
    shows("cors_changed", &open(changed).press(Action::Yes).wizard);
}

#[test]
fn one_check_in_full() {
    let open = |id| at_check(Stage::new(config(), failing), id).press(Action::Toggle);
    shows("details", &open("azure.cors").wizard);
    shows("details_scrolled", &open("azure.cors").times(50, Action::Down).wizard);
    shows("details_evil", &open("azure.cors.preflight").wizard);
    shows("details_ok", &open("encord.key").wizard);
}

#[test]
fn going_on_anyway_is_asked_first() {
    let open = Stage::new(config(), failing).press(Action::Overrule);
    shows("overrule", &open.wizard);
    let over = open.press(Action::Yes);
    shows("integration_overruled", &over.wizard);
}

/// Behind the help the keys of the panel are told.
#[test]
fn help_over_a_panel() {
    let guide = Stage::new(config(), well).press(Action::New).press(Action::Help);
    shows("help_guide", &guide.wizard);
    let picker = browse(Stage::new(config(), well), FieldName::Container).press(Action::Help);
    shows("help_picker", &picker.wizard);
    let cors = at_check(Stage::new(config(), failing), "azure.cors").press(Action::Fix).press(Action::Help);
    shows("help_cors", &cors.wizard);
}

/// A stage for each panel.
pub(super) fn stages() -> Vec<Build> {
    let failed = || Stage::new(config(), failing);
    stages![
        browse(Stage::guided(config(), well), FieldName::KeyFile),
        browse(Stage::new(config(), well), FieldName::Container).type_in("街"),
        browse(Stage::new(config(), none), FieldName::Integration),
        browse(Stage::new(config(), well), FieldName::Folders).press(Action::Toggle),
        Stage::new(config(), well).press(Action::New),
        Stage::new(with_key(), well).press(Action::MakeSas).press(Action::Next),
        at_check(failed(), "azure.cors").press(Action::Fix),
        at_check(failed(), "azure.cors").press(Action::Toggle).times(9, Action::Down),
        failed().press(Action::Overrule),
        failed(),
        at_field(failed(), FieldName::Account).type_in("://x?y").press(Action::Next),
        Stage::guided(Config::default(), well),
        browse(Stage::guided(config(), well), FieldName::Domain),
        browse(Stage::guided(config(), well), FieldName::SignIn),
        at_check(failed(), "azure.cors").press(Action::Fix).press(Action::Yes),
        at_check(Stage::new(config(), writing), "azure.cors").press(Action::Fix).press(Action::Yes),
        at_check(Stage::new(config(), changed), "azure.cors").press(Action::Fix).press(Action::Yes),
        at_check(Stage::new(config(), writing), "azure.cors")
            .press(Action::Fix)
            .press(Action::Yes)
            .reply(Reply::Integration(IntegrationReply::CorsRepaired(Err(refused())))),
    ]
}
