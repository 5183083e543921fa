//! Ways to sign in to Azure, as far as the environment and the files of Microsoft's tools tell.

use std::{collections::BTreeMap, path::Path};

use serde_json::Value;
use url::Url;

use crate::{config::azure::AuthKind, service::integration::discover::Environment, wizard::connections::AzureSignIn};

const CONNECTION_STRING: &str = "AZURE_STORAGE_CONNECTION_STRING";
const ACCOUNT: &str = "AZURE_STORAGE_ACCOUNT";
const SAS: &str = "AZURE_STORAGE_SAS_TOKEN";
/// Where Azurite serves blobs for `UseDevelopmentStorage=true`.
const DEVELOPMENT_ACCOUNT: &str = "devstoreaccount1";

/// What is there, the likeliest first: what was set for one storage account goes before a login for everything.
pub(super) fn find(home: &Path, environment: Environment<'_>) -> Vec<AzureSignIn> {
    let account = environment(ACCOUNT);
    let mut ways: Vec<AzureSignIn> = [
        connection_string(environment),
        account_key(environment),
        sas(environment),
        client_secret(environment),
        workload_identity(environment),
        managed_identity(environment),
        azure_cli(home, environment),
        developer_cli(home, environment),
    ]
    .into_iter()
    .flatten()
    .collect();
    for way in ways.iter_mut().filter(|way| way.account.is_none() && way.endpoint.is_none()) {
        way.account.clone_from(&account);
    }
    ways
}

fn way(kind: AuthKind, variable: Option<&str>, what: impl Into<String>) -> AzureSignIn {
    AzureSignIn { kind, variable: variable.map(str::to_owned), account: None, endpoint: None, what: what.into() }
}

/// Microsoft, "Configure Azure Storage connection strings".
fn connection_string(environment: Environment<'_>) -> Option<AzureSignIn> {
    let text = environment(CONNECTION_STRING)?;
    let fields: BTreeMap<String, &str> = text
        .split(';')
        .filter_map(|field| field.split_once('='))
        .map(|(name, value)| (name.trim().to_ascii_lowercase(), value.trim()))
        .collect();
    let field = |name: &str| fields.get(name).copied().filter(|value| !value.is_empty());
    if field("usedevelopmentstorage").is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Some(AzureSignIn {
            account: Some(DEVELOPMENT_ACCOUNT.to_owned()),
            endpoint: Url::parse(&format!("http://127.0.0.1:10000/{DEVELOPMENT_ACCOUNT}")).ok(),
            ..way(AuthKind::AccountKey, Some(CONNECTION_STRING), format!("{CONNECTION_STRING} is set, for Azurite"))
        });
    }
    let kind = match (field("accountkey"), field("sharedaccesssignature")) {
        (Some(_), _) => AuthKind::AccountKey,
        (None, Some(_)) => AuthKind::Sas,
        (None, None) => return None,
    };
    let account = field("accountname").map(str::to_owned);
    let endpoint = match (field("blobendpoint"), &account, field("endpointsuffix")) {
        (Some(endpoint), ..) => Url::parse(endpoint).ok().map(bare),
        (None, Some(account), Some(suffix)) if !suffix.eq_ignore_ascii_case("core.windows.net") => {
            let scheme = field("defaultendpointsprotocol").unwrap_or("https");
            Url::parse(&format!("{scheme}://{account}.blob.{suffix}")).ok()
        }
        _ => None,
    };
    let account = account.or_else(|| endpoint.as_ref().and_then(account_of));
    Some(AzureSignIn { account, endpoint, ..way(kind, Some(CONNECTION_STRING), format!("{CONNECTION_STRING} is set")) })
}

fn account_key(environment: Environment<'_>) -> Option<AzureSignIn> {
    const KEY: &str = "AZURE_STORAGE_KEY";
    environment(KEY)?;
    Some(way(AuthKind::AccountKey, Some(KEY), format!("{KEY} is set")))
}

/// The variable may hold a whole SAS URL.
fn sas(environment: Environment<'_>) -> Option<AzureSignIn> {
    let token = environment(SAS)?;
    let url = Url::parse(token.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https"));
    let account = url.as_ref().and_then(account_of);
    Some(AzureSignIn { account, ..way(AuthKind::Sas, Some(SAS), format!("{SAS} is set")) })
}

fn client_secret(environment: Environment<'_>) -> Option<AzureSignIn> {
    const NAMES: [&str; 3] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_CLIENT_SECRET"];
    NAMES.iter().all(|name| environment(name).is_some()).then(|| {
        way(
            AuthKind::Entra,
            None,
            "a service principal: AZURE_TENANT_ID, AZURE_CLIENT_ID and AZURE_CLIENT_SECRET are set",
        )
    })
}

fn workload_identity(environment: Environment<'_>) -> Option<AzureSignIn> {
    const NAMES: [&str; 3] = ["AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE"];
    NAMES
        .iter()
        .all(|name| environment(name).is_some())
        .then(|| way(AuthKind::Entra, None, "a workload identity: AZURE_FEDERATED_TOKEN_FILE is set"))
}

fn managed_identity(environment: Environment<'_>) -> Option<AzureSignIn> {
    environment("IDENTITY_ENDPOINT")?;
    Some(way(AuthKind::Entra, None, "a managed identity: IDENTITY_ENDPOINT is set"))
}

/// The Azure CLI keeps its subscriptions in `azureProfile.json` (with a byte order mark) and empties the list on logout.
fn azure_cli(home: &Path, environment: Environment<'_>) -> Option<AzureSignIn> {
    on_path("az", environment)?;
    let profile = json(home, environment("AZURE_CONFIG_DIR"), ".azure", "azureProfile.json")?;
    let subscriptions = profile.get("subscriptions")?.as_array().filter(|list| !list.is_empty())?;
    let default = subscriptions.iter().find(|one| one["isDefault"] == true).or(subscriptions.first())?;
    let user = default.pointer("/user/name").and_then(Value::as_str);
    Some(way(AuthKind::Entra, None, logged_in("az", user)))
}

/// The Azure Developer CLI keeps who is logged in in `auth.json`, at `auth.account.currentUser`.
fn developer_cli(home: &Path, environment: Environment<'_>) -> Option<AzureSignIn> {
    on_path("azd", environment)?;
    let auth = json(home, environment("AZD_CONFIG_DIR"), ".azd", "auth.json")?;
    auth.pointer("/auth/account/currentUser")?.as_object().filter(|user| !user.is_empty())?;
    Some(way(AuthKind::Entra, None, logged_in("azd", None)))
}

fn logged_in(tool: &str, user: Option<&str>) -> String {
    // A file's text must not drive the terminal.
    let user = user.filter(|user| !user.chars().any(char::is_control)).map(|user| format!(" as {user}"));
    format!("{tool} is logged in{}", user.unwrap_or_default())
}

fn json(home: &Path, directory: Option<String>, otherwise: &str, name: &str) -> Option<Value> {
    let directory = directory.map_or_else(|| home.join(otherwise), Into::into);
    let bytes = std::fs::read(directory.join(name)).ok()?;
    serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes)).ok()
}

/// Whether a program can be found; it is not run.
fn on_path(program: &str, environment: Environment<'_>) -> Option<()> {
    let names =
        if cfg!(windows) { vec![format!("{program}.cmd"), format!("{program}.exe")] } else { vec![program.to_owned()] };
    let path = environment("PATH")?;
    std::env::split_paths(&path)
        .any(|directory| names.iter().any(|name| is_program(&directory.join(name))))
        .then_some(())
}

fn is_program(path: &Path) -> bool {
    let Ok(metadata) = path.metadata() else { return false };
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        metadata.is_file() && metadata.permissions().mode() & 0o111 != 0
    }
    #[cfg(not(unix))]
    {
        metadata.is_file()
    }
}

/// Without query, fragment and user, where a token may be.
fn bare(mut url: Url) -> Url {
    url.set_query(None);
    url.set_fragment(None);
    // A URL that cannot have a user has none.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url
}

/// The account in a host such as `acme.blob.core.windows.net`.
fn account_of(url: &Url) -> Option<String> {
    let (account, rest) = url.host_str()?.split_once('.')?;
    (rest.starts_with("blob.") || rest.starts_with("dfs.")).then(|| account.to_owned())
}
