//! Step 1 without a panel over it.

use crate::{
    config::Config,
    error::UserError,
    tui::tests::{
        checks,
        fixtures::{Stage, UTF8, config, frame, one, refused, silent, unwell, uuid, well},
        shown::{shows, shows_as},
    },
    wizard::{
        action::Action,
        check::{Check, CheckState},
        connections::{EncordReply, Integration, KeyFacts},
        effect::{Reply, Request},
        integration::{
            Focus,
            fields::FieldName,
            messages::{IntegrationReply, IntegrationRequest},
        },
        step::Step,
    },
};

/// Moves on to a field.
pub(super) fn at_field(mut stage: Stage, name: FieldName) -> Stage {
    while stage.wizard.integration().focus() != Focus::Field(name) {
        stage = stage.press(Action::FocusNext);
    }
    stage
}

/// Moves on to a check.
pub(super) fn at_check(mut stage: Stage, id: &str) -> Stage {
    while stage.wizard.integration().focus() != Focus::Checks {
        stage = stage.press(Action::Back);
    }
    stage = stage.press(Action::Top);
    let place = stage.wizard.integration().checks(stage.wizard.config()).iter().position(|check| check.id == id);
    stage.times(place.unwrap(), Action::Down)
}

pub(super) fn failing(request: &Request) -> Vec<Reply> {
    match request {
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => checks::replies(checks::three_failures()),
        other => well(other),
    }
}

/// The sign-in to Encord is done, Azure's checks are under way.
fn half(request: &Request) -> Vec<Reply> {
    match request {
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => {
            let mut some = checks::well();
            some.truncate(3);
            some[0].detail = "ada@acme.example by az".into();
            let running = Check::new("azure.cors", CheckState::Running, "reading the rules");
            some.into_iter()
                .chain([running])
                .map(|check| Reply::Integration(IntegrationReply::AzureCheck(Box::new(check))))
                .collect()
        }
        Request::Integration(IntegrationRequest::ListPrefixes { .. })
        | Request::Integration(IntegrationRequest::ListContainers { .. }) => Vec::new(),
        other => well(other),
    }
}

#[test]
fn before_anything_is_filled_in() {
    shows("integration_empty", &Stage::new(Config::default(), silent).wizard);
    shows("integration_discovering", &Stage::guided(Config::default(), silent).wizard);
    let found = |request: &Request| {
        if matches!(request, Request::Integration(IntegrationRequest::Discover)) { well(request) } else { Vec::new() }
    };
    let found = Stage::guided(Config::default(), found);
    shows("integration_discovered", &found.wizard);
    shows("integration_key_wanted", &at_field(found, FieldName::KeyFile).wizard);
}

#[test]
fn while_checks_are_under_way() {
    shows("integration_checking", &Stage::new(config(), silent).wizard);
    let half_done = Stage::guided(Config::default(), half).type_in("acmevision").press(Action::Next);
    let half_done = at_field(half_done, FieldName::Container).type_in("街景-二〇二六").press(Action::Next);
    let half_done = at_field(half_done, FieldName::KeyFile).type_in("~/.ssh/encord_ed25519").press(Action::Next);
    shows("integration_half_done", &half_done.wizard);
}

#[test]
fn when_all_is_well() {
    let ready = Stage::new(config(), well);
    shows("integration_ready", &ready.wizard);
    shows_as("integration_ready_100x60", &ready.wizard, UTF8, 100, 60);
    shows_as("integration_ready_120x24", &ready.wizard, UTF8, 120, 24);
    let in_form = at_field(ready, FieldName::SignIn);
    shows("integration_ready_choice", &in_form.wizard);
    let mut unchosen = config();
    unchosen.encord.integration = None;
    shows("integration_unchosen", &Stage::new(unchosen, well).wizard);
}

#[test]
fn when_checks_failed() {
    let failed = Stage::new(config(), failing);
    shows("integration_failed", &failed.wizard);
    shows_as("integration_failed_120x24", &failed.wizard, UTF8, 120, 24);
    let last = at_check(failed, "azure.network");
    shows("integration_failed_last", &last.wizard);
    shows("integration_failed_in_form", &at_field(last, FieldName::Account).wizard);
    shows("integration_refused", &Stage::new(config(), unwell).wizard);
    let elsewhere = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            one(Reply::Integration(IntegrationReply::Encord(EncordReply {
                key: Ok(KeyFacts {
                    warning: None,
                    source: "ssh_key_file".into(),
                    fingerprint: "SHA256:4RkSk0Q".into(),
                }),
                wants_passphrase: false,
                login: Some(Err(refused())),
                other_region: Some("https://api.us.encord.com".into()),
            })))
        }
        other => well(other),
    };
    shows("integration_other_region", &at_check(Stage::new(config(), elsewhere), "encord.domain").wizard);
}

#[test]
fn secrets_in_the_form() {
    let locked = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            one(Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Err(
                    UserError::config("The SSH key ~/.ssh/encord_ed25519 is encrypted.").hint("Type its passphrase.")
                ),
                wants_passphrase: true,
                login: None,
            })))
        }
        other => well(other),
    };
    let locked = Stage::new(config(), locked);
    shows("integration_passphrase_wanted", &locked.wizard);
    let typed = locked.type_in("s3cret-中");
    shows("integration_passphrase", &typed.wizard);
    assert!(!frame(&typed.wizard, UTF8, 120, 40).contains("s3cret"));
    let token = "https://acmevision.blob.core.windows.net/street-scenes?sv=2024&sp=rl&sig=abcdef%3D";
    let mut empty = config();
    (empty.azure.account, empty.azure.sas_token_env) = (None, None);
    let pasted = at_field(Stage::new(empty, well), FieldName::Account).type_in(token);
    shows("integration_token_typed", &pasted.wizard);
    let taken = at_field(pasted.press(Action::Next), FieldName::Credential);
    shows("integration_token_taken", &taken.wizard);
    let back = taken.press(Action::Back);
    for stage in [&frame(&back.wizard, UTF8, 80, 24), &frame(&back.wizard, UTF8, 120, 40)] {
        assert!(!stage.contains("abcdef") && stage.contains("acmevision"), "{stage}");
    }
}

#[test]
fn what_cannot_be_used_is_told_where_it_stands() {
    let wrong = at_field(Stage::new(config(), well), FieldName::Account).type_in("://x?y").press(Action::Next);
    shows("integration_input_problem", &wrong.wizard);
    shows("integration_input_problem_left", &wrong.press(Action::Back).wizard);
}

#[test]
fn an_account_of_many_integrations_and_one_changed_later() {
    let many = |request: &Request| match request {
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            one(Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: Ok(KeyFacts {
                    warning: None,
                    source: "ENCORD_TOKEN".into(),
                    fingerprint: "a bearer token".into(),
                }),
                wants_passphrase: false,
                login: Some(Ok((0..40)
                    .map(|n| Integration { uuid: uuid(n), title: format!("Storage {n}") })
                    .collect())),
            })))
        }
        other => well(other),
    };
    shows("integration_many", &Stage::new(config(), many).wizard);
    // The account was changed at the review, and the container is not checked anew yet.
    let answers = |request: &Request| match request {
        Request::Integration(IntegrationRequest::CheckAzure { access, .. })
            if access.azure.account.as_deref() != Some("acmevision") =>
        {
            Vec::new()
        }
        other => well(other),
    };
    let changed = Stage::at(Step::Upload, answers).press(Action::Goto(Step::Integration));
    let changed = at_field(changed, FieldName::Account).type_in("-2").press(Action::Next);
    shows("integration_changed_later", &changed.wizard);
}

/// Every check can be reached and read whole, however small the screen.
#[test]
fn every_check_can_be_read_whole_at_the_smallest_size() {
    let stage = Stage::new(config(), failing);
    let checks = stage.wizard.integration().checks(stage.wizard.config());
    let mut stage = stage.press(Action::Top);
    for (place, check) in checks.iter().enumerate() {
        if place > 0 {
            stage = stage.press(Action::Down);
        }
        let list = frame(&stage.wizard, UTF8, 60, 20);
        let row = list.lines().find(|line| line.starts_with(" > ")).unwrap();
        assert!(row.contains(check.about().name), "{row}");
        let mut whole = String::new();
        stage = stage.press(Action::Toggle);
        for _ in 0..20 {
            whole.push_str(&frame(&stage.wizard, UTF8, 60, 20).replace(['│', '\n'], " "));
            stage = stage.press(Action::Down);
        }
        for word in check.fix.iter().flat_map(|fix| fix.split_whitespace()).chain(check.about().why.split(' ')) {
            assert!(whole.contains(word), "{word} of {}", check.id);
        }
        stage = stage.press(Action::Back);
    }
}
