//! What the services say of this machine and of the Azure side.

use crate::{
    config::azure::AuthKind,
    endpoints::cors::{METHODS, Plan, Rule},
    error::ErrorKind,
    wizard::{
        check::{Check, CheckState, Repair},
        connections::{AzureSignIn, ContainerFacts, Discovery, KeyCandidate},
        effect::Reply,
        integration::messages::IntegrationReply,
    },
};

/// All checks of an account key, as they come when everything is well.
pub(crate) fn well() -> Vec<Check> {
    let pass = |id, detail: &str| Check::new(id, CheckState::Pass, detail);
    let skipped = |id| Check::new(id, CheckState::Skipped, "no SAS is used");
    vec![
        pass("azure.login", "account key in AZURE_STORAGE_KEY"),
        pass("azure.container", "street-scenes can be listed at https://acmevision.blob.core.windows.net"),
        pass("azure.read", "one byte of berlin/cam-00/2026-03-01/frame-000000.jpg was read"),
        skipped("azure.sas.permissions"),
        skipped("azure.sas.resource-types"),
        skipped("azure.sas.protocol"),
        skipped("azure.sas.expiry"),
        skipped("azure.sas.ip"),
        pass("azure.clock", "this machine is 0 s behind Azure"),
        pass("azure.tier", "of 1,000 blobs all are in the Hot or Cool tier"),
        pass("azure.cors", "https://app.encord.com, https://api.encord.com are served"),
        pass("azure.cors.preflight", "GET is answered as a browser needs for 2 origins"),
        pass("azure.network", "the account's address is public"),
    ]
}

/// The replies to a request for the checks: each check, then the container.
pub(crate) fn replies(checks: Vec<Check>) -> Vec<Reply> {
    let mut replies: Vec<_> =
        checks.into_iter().map(|check| Reply::Integration(IntegrationReply::AzureCheck(Box::new(check)))).collect();
    replies.push(Reply::Integration(IntegrationReply::AzureChecked(Ok(ContainerFacts {
        empty: false,
        account_url: "https://acmevision.blob.core.windows.net".into(),
    }))));
    replies
}

pub(crate) fn rule(origins: &[&str], methods: &[&str]) -> Rule {
    let owned = |parts: &[&str]| parts.iter().map(|part| (*part).to_owned()).collect();
    Rule {
        origins: owned(origins),
        methods: owned(methods),
        allowed_headers: owned(&["*"]),
        exposed_headers: owned(&["*"]),
        max_age: 3600,
    }
}

/// A change that adds Encord's rule to two others.
pub(crate) fn plan() -> Plan {
    let origins = ["https://app.encord.com", "https://api.encord.com"];
    let before = vec![
        rule(&["https://portal.acme.example", "https://maps.acme.example"], &["GET", "HEAD"]),
        rule(&["https://viewer.例え.example"], &["GET"]),
    ];
    let after = before.iter().cloned().chain([rule(&origins, &METHODS)]).collect();
    Plan { before, after, missing: origins.map(str::to_owned).to_vec() }
}

/// Three failures and a warning.
pub(crate) fn three_failures() -> Vec<Check> {
    let mut checks = well();
    for check in &mut checks {
        let failure = match check.id {
            "azure.tier" => Check::new(
                check.id,
                CheckState::Warn,
                "12 of 1,000 blobs are in the Archive tier, such as old/2019/a.mp4",
            )
            .fix("Rehydrate them, or leave them out: they are skipped when the manifest is built."),
            "azure.cors" => Check::new(
                check.id,
                CheckState::Fail,
                "no rule lets https://app.encord.com, https://api.encord.com read",
            )
            .fix(
                "az storage cors add --services b --methods GET POST OPTIONS PUT --origins https://app.encord.com \
                         https://api.encord.com --allowed-headers '*' --exposed-headers '*' --max-age 3600 \
                         --account-name acmevision",
            )
            .repair(Repair::Cors(Box::new(plan()))),
            "azure.cors.preflight" => Check::new(
                check.id,
                CheckState::Fail,
                "https://app.encord.com: 403 CorsPreflightFailure: CORS not enabled or no matching rule found for this \
                 request.\nsecond line \u{1b}[31mred",
            )
            .fix("Add the rule above; it takes half a minute until Azure uses it."),
            "azure.network" => Check::new(check.id, CheckState::Fail, "the account's address is private (10.1.0.7)")
                .fix("Let Encord's servers in, or choose strict client-only access, with which only browsers read.")
                .class(ErrorKind::Config),
            _ => continue,
        };
        *check = failure;
    }
    checks
}

/// A token as the services make it.
pub(crate) const SAS: &str = "sv=2025-11-05&ss=b&srt=co&sp=rlwac&st=2026-03-14T09%3A00%3A00Z&se=2028-03-13T09%3A05%3A00Z\
    &spr=https&sig=4RkSk0QpB7nXy1Zl8m3VtWcJdEoHuGfAaS2iK9bLrTs%3D";

/// Three keys, of which one will not do, and a sign-in with `az`.
pub(crate) fn discovery() -> Discovery {
    let key = |path: &str, kind: &str, comment: &str, fingerprint: &str, note: Option<&str>| KeyCandidate {
        path: path.into(),
        kind: kind.into(),
        comment: comment.into(),
        fingerprint: fingerprint.into(),
        named_by: None,
        note: note.map(str::to_owned),
        is_usable: note.is_none(),
    };
    let print = "SHA256:4RkSk0QpB7nXy1Zl8m3VtWcJdEoHuGfAaS2iK9bLrTs";
    Discovery {
        keys: vec![
            key("~/.ssh/encord_ed25519", "Ed25519", "ada@acme.example", print, None),
            key("~/.ssh/id_ed25519", "Ed25519", "", "SHA256:c0ffee7nXy1Zl8m3VtWcJdEoHuGfAaS2iK9bLrTsQpB", None),
            key("~/.ssh/id_rsa", "RSA", "ada@old", "SHA256:dead", Some("Encord takes Ed25519 keys only")),
        ],
        ways: vec![AzureSignIn {
            kind: AuthKind::Entra,
            variable: None,
            account: None,
            endpoint: None,
            what: "az is installed and signed in as ada@acme.example".into(),
        }],
    }
}
