//! The checks of the Azure side, made side by side; each is told as soon as it is known, and none is ever missing.

mod clock;
mod container;
mod cors;
mod fault;
mod login;
mod network;
mod sas;
mod tier;

use std::{net::IpAddr, time::Duration};

use futures_util::{FutureExt, future::join_all};
use time::OffsetDateTime;
use url::{Host, Url};

use crate::{
    azure::{
        Auth,
        account::Account,
        container::{Container, ListQuery, Probe},
        page::Blob,
    },
    config::encord::Encord,
    endpoints::region,
    error::UserError,
    service::{
        integration::{
            account::{Resolved, resolve},
            checks::fault::{Cause, CheckFailure, in_time, skipped},
            cors::manual_cors,
        },
        session::Session,
    },
    wizard::{
        check::Check,
        connections::{AzureAccess, ContainerFacts},
        effect::RequestId,
        integration::messages::IntegrationReply,
    },
};

/// How long a check waits for its answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Signing in may start a program that is slow to start, and tries several ways; each is bounded by itself.
const SIGN_IN_PATIENCE: Duration = Duration::from_secs(35);
/// How many blobs are looked at.
const SAMPLE: u32 = 1000;
const NOT_SIGNED_IN: &str = "not signed in to Azure";
const UNREACHABLE: &str = "the account cannot be reached";

/// Makes the checks and tells the machine of each.
pub(crate) async fn azure(
    session: &Session,
    id: RequestId,
    access: &AzureAccess,
    encord: &Encord,
) -> Result<ContainerFacts, UserError> {
    let origins = &encord.origins()[..];
    let tell = |check: Check| session.reply(id, IntegrationReply::AzureCheck(Box::new(check)));
    let resolved = resolve(access);
    let site = Site::of(access, resolved.as_ref().ok());
    let resolved = resolved.as_ref();
    let host = site.host.as_str();

    let sas = resolved.map(|resolved| resolved.sas.as_ref());
    match sas {
        Ok(facts) => sas::judge(facts, sas::Use { now: OffsetDateTime::now_utc(), secure: site.secure }).map(&tell),
        Err(_) => sas::IDS.map(|id| tell(skipped(id, NOT_SIGNED_IN))),
    };

    let login = async {
        let login = sign_in(resolved).await;
        tell(login::judge(&login));
        login
    };
    let login = login.boxed().shared();
    let listing = async {
        let listing = match login.clone().await {
            Ok(_) => list(resolved, host).await,
            Err(fault) => Err(fault),
        };
        tell(match &listing {
            Err(CheckFailure { cause: Cause::NotSignedIn, .. }) => skipped("azure.container", NOT_SIGNED_IN),
            _ => container::judge_listing(&site.place, listing.as_ref().map(|(_, probe)| probe)),
        });
        listing
    };
    let listing = listing.boxed().shared();
    // What cannot be reached is told once, by the check of the container.
    let excused = async |id: &'static str, fault: Option<&CheckFailure>| {
        let is_silent = |fault: &CheckFailure| fault.cause == Cause::Unreachable;
        match fault.is_some_and(is_silent) && listing.clone().await.as_ref().is_err_and(is_silent) {
            true => Some(skipped(id, UNREACHABLE)),
            false => None,
        }
    };

    let blobs = async {
        match listing.clone().await {
            Ok((container, _)) => look_at_blobs(&container, host, &tell).await,
            Err(fault) => {
                let reason = unlisted(&fault);
                tell(container::not_read(reason));
                tell(skipped("azure.tier", reason));
            }
        }
    };
    let clock = async {
        tell(match &site.anybody {
            Some(account) => {
                let server = in_time(PATIENCE, host, account.server_date()).await;
                let check = clock::judge(server.as_ref().copied(), OffsetDateTime::now_utc());
                excused("azure.clock", server.as_ref().err()).await.unwrap_or(check)
            }
            None => skipped("azure.clock", "no account is known"),
        });
    };
    let rules = async {
        let rules = match (login.clone().await, resolved) {
            (Ok(_), Ok(resolved)) => match Account::open(&resolved.account_url, &resolved.auth) {
                Ok(account) => in_time(PATIENCE, host, account.cors_rules()).await,
                Err(error) => Err(error.into()),
            },
            _ => return tell(skipped("azure.cors", NOT_SIGNED_IN)),
        };
        let check = cors::judge_rules(&rules, origins, &manual_cors(&site.url, origins));
        tell(excused("azure.cors", rules.as_ref().err()).await.unwrap_or(check));
    };
    let answers = async {
        let (Some(account), false) = (&site.anybody, site.container.is_empty()) else {
            return tell(skipped("azure.cors.preflight", "no container is known"));
        };
        let answers = join_all(origins.iter().map(async |origin| {
            let asked = account.preflight(&site.container, "preflight", origin, cors::METHOD);
            (origin.clone(), in_time(PATIENCE, host, asked).await)
        }))
        .await;
        let silent = answers.iter().find_map(|(_, answer)| answer.as_ref().err());
        let check = cors::judge_answers(&answers);
        tell(excused("azure.cors.preflight", silent).await.unwrap_or(check));
    };
    let network = async {
        let Some(facts) = network_facts(access, &site, encord).await else {
            return tell(skipped("azure.network", "no account is known"));
        };
        let listing = listing.clone().await;
        tell(network::judge(&facts, listing.as_ref().err()));
    };
    tokio::join!(blobs.boxed(), clock.boxed(), rules.boxed(), answers.boxed(), network.boxed());
    let (_, probe) = listing.await.map_err(|fault| fault.problem)?;
    Ok(ContainerFacts { empty: probe.first.is_none() && !probe.more, account_url: site.url })
}

/// What is asked, as far as it is known.
struct Site {
    /// The account's URL without a final `/`.
    url: String,
    /// Host and port.
    host: String,
    secure: bool,
    container: String,
    /// The container with its account, for people.
    place: String,
    /// For what needs no credential.
    anybody: Option<Account>,
}

impl Site {
    fn of(access: &AzureAccess, resolved: Option<&Resolved>) -> Site {
        let from_settings = || access.azure.account_url().and_then(|text| Url::parse(&text).ok());
        let url = resolved.map(|resolved| resolved.account_url.clone()).or_else(from_settings);
        let container = resolved.map_or(&access.azure.container, |resolved| &resolved.container).clone();
        let text = url.as_ref().map_or("", Url::as_str).trim_end_matches('/').to_owned();
        let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
        Site {
            host: match url.as_ref().and_then(Url::port) {
                Some(port) => format!("{host}:{port}"),
                None => host.to_owned(),
            },
            secure: url.as_ref().is_none_or(|url| url.scheme() == "https"),
            place: format!("{container} in {text}"),
            anybody: url.as_ref().and_then(|url| Account::open(url, &Auth::Anonymous).ok()),
            container,
            url: text,
        }
    }
}

async fn sign_in(resolved: Result<&Resolved, &UserError>) -> Result<login::Login, CheckFailure> {
    let resolved = resolved.map_err(|problem| CheckFailure::not_signed_in(problem.clone()))?;
    let who = match &resolved.entra {
        None => None,
        Some(entra) => {
            let answer = in_time(SIGN_IN_PATIENCE, "Entra ID", entra.sign_in()).await;
            Some(answer.map_err(|fault| CheckFailure::not_signed_in(fault.problem))?)
        }
    };
    Ok(login::Login { source: resolved.source.clone(), who })
}

async fn list(resolved: Result<&Resolved, &UserError>, host: &str) -> Result<(Container, Probe), CheckFailure> {
    let other = |problem: UserError| CheckFailure { cause: Cause::Other, problem };
    let container = resolved.map_err(Clone::clone).and_then(Resolved::open).map_err(other)?;
    let probe = in_time(PATIENCE, host, container.probe()).await?;
    Ok((container, probe))
}

fn unlisted(fault: &CheckFailure) -> &'static str {
    match fault.cause {
        Cause::NotSignedIn => NOT_SIGNED_IN,
        Cause::Unreachable => UNREACHABLE,
        Cause::Refused(_) | Cause::Other => "the container cannot be listed",
    }
}

/// The checks that look at blobs.
async fn look_at_blobs(container: &Container, host: &str, tell: &impl Fn(Check)) {
    let mut sample: Vec<Blob> = Vec::new();
    let query = ListQuery { max_results: Some(SAMPLE), ..ListQuery::default() };
    let more = match in_time(PATIENCE, host, container.list_page(&query, |blob| sample.push(blob))).await {
        Ok(marker) => marker.is_some(),
        Err(fault) => {
            let reason = format!("no blobs could be looked at: {}", fault.problem.in_one_line());
            tell(skipped("azure.tier", reason.as_str()));
            return tell(container::not_read(&reason));
        }
    };
    tell(tier::judge(&sample, more));
    tell(match container::pick(&sample) {
        container::Pick::None(reason) => container::not_read(reason),
        container::Pick::Blob(name) => {
            let read = in_time(PATIENCE, host, container.probe_read(&name)).await;
            container::judge_reading(&name, &read)
        }
    });
}

async fn network_facts(access: &AzureAccess, site: &Site, encord: &Encord) -> Option<network::Facts> {
    let base = access.azure.object_url_base.as_ref().map_or(site.url.as_str(), Url::as_str);
    let url = Url::parse(base).ok()?;
    let host = url.host_str()?.to_owned();
    let port = url.port_or_known_default().unwrap_or(443);
    let addresses = match url.host()? {
        Host::Ipv4(address) => vec![IpAddr::V4(address)],
        Host::Ipv6(address) => vec![IpAddr::V6(address)],
        Host::Domain(name) => match tokio::time::timeout(PATIENCE, tokio::net::lookup_host((name, port))).await {
            Ok(Ok(found)) => found.map(|address| address.ip()).collect(),
            Ok(Err(_)) | Err(_) => Vec::new(),
        },
    };
    let listed = Url::parse(&site.url).ok();
    Some(network::Facts {
        is_listed_host: listed.is_some_and(|listed| listed.host_str() == Some(host.as_str())),
        host,
        addresses,
        encord_is_here: region::is_here(&encord.domain),
        strict: encord.strict_client_only,
    })
}
