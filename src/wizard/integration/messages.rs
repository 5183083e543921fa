//! The requests of step 1 and their replies.

use secrecy::SecretString;

use crate::{
    config::{azure::Azure, encord::Encord},
    endpoints::cors,
    error::UserError,
    wizard::{
        check::Check,
        connections::{
            AzureAccess, ContainerFacts, CorsRepair, Discovery, EncordReply, Integration, PrefixPage, SasOptions,
        },
    },
};

/// A request of step 1.
#[derive(Debug)]
pub enum IntegrationRequest {
    /// Read the SSH key, sign in to Encord, list the integrations.
    ConnectEncord {
        /// Region, key and integration.
        encord: Encord,
        /// The key's passphrase, if the user entered one.
        passphrase: Option<SecretString>,
    },
    /// Find SSH keys and Azure sign-ins on this machine. Sends nothing.
    Discover,
    /// Poll the list of integrations every few seconds until it is cancelled.
    WatchIntegrations,
    /// Run the checks of the Azure side concurrently.
    CheckAzure {
        /// Container and credential.
        access: AzureAccess,
        /// The region decides which origins read the container, and `strict_client_only` whether Encord's servers do.
        encord: Box<Encord>,
    },
    /// List the containers that the credential can list.
    ListContainers {
        /// Account and credential; the container is ignored.
        access: AzureAccess,
    },
    /// List the virtual folders directly below a prefix.
    ListPrefixes {
        /// Container and credential.
        access: AzureAccess,
        /// Empty, or ending with a `/`.
        prefix: String,
    },
    /// Apply a reviewed change of the account's CORS rules. Changes the account.
    RepairCors {
        /// Account and credential.
        access: AzureAccess,
        /// The change that was reviewed.
        plan: Box<cors::Plan>,
        /// The origins to allow.
        origins: Vec<String>,
    },
    /// Sign an account SAS for Encord. Sends nothing.
    MakeSas {
        /// The account, signed in to with its key.
        access: AzureAccess,
        /// Permissions and lifetime.
        wish: SasOptions,
    },
    /// Store the choices of step 1 as the defaults of new configs.
    Remember {
        /// Encord's side.
        encord: Box<Encord>,
        /// Azure's side.
        azure: Box<Azure>,
    },
}

/// A reply of step 1.
#[derive(Debug)]
pub enum IntegrationReply {
    /// To [`IntegrationRequest::ConnectEncord`].
    Encord(EncordReply),
    /// To [`IntegrationRequest::Discover`].
    Discovered(Discovery),
    /// To [`IntegrationRequest::WatchIntegrations`]: the first list, each list that differs, and the first failure in a row.
    Integrations(Result<Vec<Integration>, UserError>),
    /// To [`IntegrationRequest::CheckAzure`]: one check has ended.
    AzureCheck(Box<Check>),
    /// To [`IntegrationRequest::CheckAzure`]: all checks have ended.
    AzureChecked(Result<ContainerFacts, UserError>),
    /// To [`IntegrationRequest::ListContainers`].
    Containers(Result<Vec<String>, UserError>),
    /// To [`IntegrationRequest::ListPrefixes`].
    Prefixes {
        /// The prefix of the request.
        prefix: String,
        /// The folders below it.
        result: Result<PrefixPage, UserError>,
    },
    /// To [`IntegrationRequest::RepairCors`].
    CorsRepaired(Result<CorsRepair, UserError>),
    /// To [`IntegrationRequest::MakeSas`].
    SasMade(Result<SecretString, UserError>),
}
