//! Signing in with Entra ID: the ways to do so on this machine, tried one after the other.

use std::{fmt, path::PathBuf, sync::Arc, time::Duration};

use azure_core::{
    credentials::{AccessToken, Secret, TokenCredential, TokenRequestOptions},
    error::ErrorKind as CoreKind,
    http::{ClientOptions, ExponentialRetryOptions, RetryOptions, Transport},
    time::OffsetDateTime,
};
use azure_identity::{
    AzureCliCredential, AzureDeveloperCliCredential, ClientAssertionCredentialOptions, ClientSecretCredential,
    ClientSecretCredentialOptions, ManagedIdentityCredential, ManagedIdentityCredentialOptions, UserAssignedId,
    WorkloadIdentityCredential, WorkloadIdentityCredentialOptions,
};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};
use url::Url;

use crate::azure::{
    error::{Error, ErrorKind},
    identity::SignedIn,
    sas::redact,
    wire::{is_loopback, network_cause, transport},
};

/// What a token is asked for; the same in all of Azure's clouds.
pub(super) const SCOPE: &str = "https://storage.azure.com/.default";
/// How long signing in may take: all ways together, and one of them, so that one that hangs leaves time for the others.
const PATIENCE: Patience = Patience { together: Duration::from_secs(30), each: Duration::from_secs(20) };
/// How long a machine's own identity service may take to say that it is there. It is on the same host, or nowhere.
const PATIENCE_PROBE: Duration = Duration::from_secs(2);
/// A token with less than this to live is not handed out again.
const RENEW_BEFORE: Duration = Duration::from_secs(5 * 60);
/// For so long a failure is told again without trying: checks that run side by side ask at the same time.
const FAILURE_LASTS: Duration = Duration::from_secs(5);
/// The identity service of virtual machines (Microsoft, "How to use managed identities on an Azure VM to acquire an access token").
const MACHINE_IDENTITY: &str = "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2019-08-01";
/// The most that is repeated of what a tool or service says, in characters.
const LONGEST_REASON: usize = 300;

/// One way to sign in.
struct Way {
    /// What it is called in sentences.
    name: &'static str,
    /// Why it cannot even be tried, if so.
    credential: Result<Arc<dyn TokenCredential>, String>,
    /// Whether somebody set it up on purpose: then its failure is the answer, and nobody else is signed in instead.
    is_deliberate: bool,
    /// Whether the machine's identity service has to be found first.
    needs_probe: bool,
}

/// The ways to sign in with Entra ID that this machine offers; the first that succeeds is kept to. Tokens are kept until shortly
/// before they end. Sends nothing before a token is wanted.
///
/// In this order: a client secret in the environment, workload identity, a managed identity that the environment names, `az`,
/// `azd`, the managed identity of a virtual machine.
pub struct Entra {
    ways: Vec<Way>,
    patience: Patience,
    state: Mutex<State>,
}

#[derive(Clone, Copy)]
struct Patience {
    together: Duration,
    each: Duration,
}

#[derive(Default)]
struct State {
    kept: Option<usize>,
    token: Option<AccessToken>,
    failure: Option<(Instant, SignInFailure)>,
}

/// Why nobody could be signed in.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{reasons}")]
pub(super) struct SignInFailure {
    reasons: String,
    hint: &'static str,
}

impl From<&SignInFailure> for Error {
    fn from(failure: &SignInFailure) -> Error {
        Error::new(ErrorKind::SignIn, &failure.reasons, Some(failure.hint))
    }
}

const LOG_IN: &str = "Run \"az login\" in a terminal and try again. Where that is not possible, set AZURE_TENANT_ID, AZURE_CLIENT_ID and \
    AZURE_CLIENT_SECRET, or use a SAS token or the account key.";
const ON_PURPOSE: &str = "It was set up on purpose, so no other way was tried. Correct it, or unset its variables to sign in otherwise \
    (az login).";

impl Entra {
    /// The ways that the environment of this process offers.
    ///
    /// # Errors
    /// No HTTP client can be made.
    pub fn from_environment() -> Result<Entra, Error> {
        Entra::new(&|name| std::env::var(name).ok().filter(|value| !value.trim().is_empty()))
    }

    fn new(variable: &dyn Fn(&str) -> Option<String>) -> Result<Entra, Error> {
        let authority = variable("AZURE_AUTHORITY_HOST").and_then(|host| Url::parse(&host).ok());
        let remote = options(transport(authority.as_ref().is_some_and(is_loopback))?);
        // A proxy is never on the way to a machine's own identity service.
        let local = options(transport(true)?);
        let mut ways = Vec::new();
        ways.push(client_secret(variable, &remote));
        ways.push(workload_identity(variable, remote));
        let managed = managed_identity(variable, local);
        let is_named = variable("IDENTITY_ENDPOINT").is_some() && variable("IDENTITY_HEADER").is_some();
        let managed = Way { needs_probe: !is_named, ..managed };
        let tools = [
            Way::tool("az", AzureCliCredential::new(None).map(|it| it as Arc<dyn TokenCredential>)),
            Way::tool("azd", AzureDeveloperCliCredential::new(None).map(|it| it as Arc<dyn TokenCredential>)),
        ];
        if is_named {
            ways.push(managed);
            ways.extend(tools);
        } else {
            ways.extend(tools);
            ways.push(managed);
        }
        Ok(Entra { ways, patience: PATIENCE, state: Mutex::default() })
    }

    /// Signs in and tells who that was, by the token's own words.
    ///
    /// # Errors
    /// [`ErrorKind::SignIn`], with what each way answered. Within 30 seconds.
    pub async fn sign_in(&self) -> Result<SignedIn, Error> {
        let (token, by) = self.token().await.map_err(|failure| Error::from(&failure))?;
        Ok(SignedIn::read(token.token.secret(), by))
    }

    async fn token(&self) -> Result<(AccessToken, &'static str), SignInFailure> {
        let mut state = self.state.lock().await;
        let by = |kept: Option<usize>| kept.and_then(|at| self.ways.get(at)).map_or("", |way| way.name);
        if let Some(token) =
            state.token.as_ref().filter(|token| OffsetDateTime::now_utc() + RENEW_BEFORE < token.expires_on)
        {
            return Ok((token.clone(), by(state.kept)));
        }
        if let Some((at, failure)) = &state.failure
            && at.elapsed() < FAILURE_LASTS
        {
            return Err(failure.clone());
        }
        match self.ask(state.kept).await {
            Ok((at, token)) => {
                *state = State { kept: Some(at), token: Some(token.clone()), failure: None };
                Ok((token, by(Some(at))))
            }
            Err(failure) => {
                state.failure = Some((Instant::now(), failure.clone()));
                Err(failure)
            }
        }
    }

    async fn ask(&self, kept: Option<usize>) -> Result<(usize, AccessToken), SignInFailure> {
        let deadline = Instant::now() + self.patience.together;
        let mut reasons = Vec::new();
        for (at, way) in self.ways.iter().enumerate().filter(|(at, _)| kept.is_none_or(|kept| kept == *at)) {
            match way.ask(deadline.min(Instant::now() + self.patience.each)).await {
                Ok(token) => return Ok((at, token)),
                Err(reason) => {
                    let is_deliberate = way.is_deliberate;
                    let reason = format!("{}: {reason}", way.name);
                    if is_deliberate {
                        return Err(SignInFailure { reasons: reason, hint: ON_PURPOSE });
                    }
                    reasons.push(reason);
                }
            }
        }
        Err(SignInFailure { reasons: reasons.join("; "), hint: LOG_IN })
    }
}

#[async_trait::async_trait]
impl TokenCredential for Entra {
    async fn get_token(&self, _: &[&str], _: Option<TokenRequestOptions<'_>>) -> azure_core::Result<AccessToken> {
        match self.token().await {
            Ok((token, _)) => Ok(token),
            Err(failure) => Err(azure_core::Error::new(CoreKind::Credential, failure)),
        }
    }
}

impl fmt::Debug for Entra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entra")
            .field("ways", &self.ways.iter().map(|way| way.name).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl Way {
    fn tool(name: &'static str, credential: azure_core::Result<Arc<dyn TokenCredential>>) -> Way {
        let credential = credential.map_err(|error| reason(&error));
        Way { name, credential, is_deliberate: false, needs_probe: false }
    }

    fn absent(name: &'static str, why: impl Into<String>) -> Way {
        Way { name, credential: Err(why.into()), is_deliberate: false, needs_probe: false }
    }

    async fn ask(&self, deadline: Instant) -> Result<AccessToken, String> {
        let credential = self.credential.as_ref().map_err(Clone::clone)?;
        if self.needs_probe && !has_machine_identity().await {
            return Err("this is no machine in Azure that has one".into());
        }
        match timeout_at(deadline, credential.get_token(&[SCOPE], None)).await {
            Ok(Ok(token)) => Ok(token),
            Ok(Err(error)) => Err(reason(&error)),
            Err(_) => Err("it did not answer in time".into()),
        }
    }
}

fn options(transport: Transport) -> ClientOptions {
    ClientOptions {
        transport: Some(transport),
        retry: RetryOptions::exponential(ExponentialRetryOptions {
            max_retries: 2,
            ..ExponentialRetryOptions::default()
        }),
        ..ClientOptions::default()
    }
}

fn client_secret(variable: &dyn Fn(&str) -> Option<String>, client_options: &ClientOptions) -> Way {
    let name = "client secret";
    let (tenant, client, secret) =
        match (variable("AZURE_TENANT_ID"), variable("AZURE_CLIENT_ID"), variable("AZURE_CLIENT_SECRET")) {
            (Some(tenant), Some(client), Some(secret)) => (tenant, client, Secret::new(secret)),
            (_, _, None) => return Way::absent(name, "AZURE_CLIENT_SECRET is not set"),
            (None, _, _) => return Way::absent(name, "AZURE_TENANT_ID is not set"),
            (_, None, _) => return Way::absent(name, "AZURE_CLIENT_ID is not set"),
        };
    let options = ClientSecretCredentialOptions { client_options: client_options.clone() };
    let credential = ClientSecretCredential::new(&tenant, client, secret, Some(options));
    Way { is_deliberate: true, ..Way::tool(name, credential.map(|it| it as Arc<dyn TokenCredential>)) }
}

fn workload_identity(variable: &dyn Fn(&str) -> Option<String>, client_options: ClientOptions) -> Way {
    let name = "workload identity";
    let Some(file) = variable("AZURE_FEDERATED_TOKEN_FILE") else {
        return Way::absent(name, "AZURE_FEDERATED_TOKEN_FILE is not set");
    };
    let options = WorkloadIdentityCredentialOptions {
        credential_options: ClientAssertionCredentialOptions { client_options },
        client_id: variable("AZURE_CLIENT_ID"),
        tenant_id: variable("AZURE_TENANT_ID"),
        token_file_path: Some(PathBuf::from(file)),
    };
    let credential = WorkloadIdentityCredential::new(Some(options));
    Way { is_deliberate: true, ..Way::tool(name, credential.map(|it| it as Arc<dyn TokenCredential>)) }
}

fn managed_identity(variable: &dyn Fn(&str) -> Option<String>, client_options: ClientOptions) -> Way {
    let options = ManagedIdentityCredentialOptions {
        user_assigned_id: variable("AZURE_CLIENT_ID").map(UserAssignedId::ClientId),
        client_options,
    };
    let credential = ManagedIdentityCredential::new(Some(options));
    Way::tool("managed identity", credential.map(|it| it as Arc<dyn TokenCredential>))
}

/// Whether a virtual machine's identity service answers here: it refuses a request without its own header with 400, which nothing
/// else at that address does.
async fn has_machine_identity() -> bool {
    crate::tls::install();
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(PATIENCE_PROBE).build() else { return false };
    matches!(client.get(MACHINE_IDENTITY).send().await, Ok(response) if response.status() == 400)
}

/// What a credential's error says, in a line.
fn reason(error: &azure_core::Error) -> String {
    // The outermost error only names the credential and a page about troubles.
    let inner = std::error::Error::source(error)
        .and_then(|source| source.downcast_ref::<azure_core::Error>())
        .filter(|_| matches!(error.kind(), CoreKind::Credential))
        .unwrap_or(error);
    let text = match inner.kind() {
        CoreKind::Io | CoreKind::Connection => network_cause(inner),
        _ => inner.to_string(),
    };
    let text = text.split("To troubleshoot").next().unwrap_or_default();
    let text = text.split("Trace ID:").next().unwrap_or_default().replace("ERROR: ", "");
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some(tool) = line.strip_suffix(" not found on PATH") {
        return format!("{tool} is not installed");
    }
    let mut line = redact(&line);
    if let Some((end, _)) = line.char_indices().nth(LONGEST_REASON) {
        line.truncate(end);
        line.push('…');
    }
    line.trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests;
