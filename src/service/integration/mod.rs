//! Step 1: signing in on both sides, what this machine offers for it, and the checks.

pub(crate) mod account;
pub(crate) mod browse;
pub(crate) mod checks;
pub(crate) mod connect;
pub(crate) mod cors;
pub(crate) mod discover;
pub(crate) mod sas;
pub(crate) mod watch;

use std::sync::Arc;

use crate::{
    service::tasks::Tasks,
    wizard::{
        effect::RequestId,
        integration::messages::{IntegrationReply, IntegrationRequest},
    },
};

/// Begins a request of step 1.
pub(super) fn carry_out(tasks: &mut Tasks, id: RequestId, request: IntegrationRequest) {
    let session = Arc::clone(&tasks.session);
    match request {
        IntegrationRequest::ConnectEncord { encord, passphrase } => tasks.read(id, async move {
            let reply = connect::encord(&session, &encord, passphrase.as_ref()).await;
            session.reply(id, IntegrationReply::Encord(reply));
        }),
        IntegrationRequest::Discover => tasks.read(id, async move {
            let found = tokio::task::spawn_blocking(discover::discover).await.unwrap_or_default();
            session.reply(id, IntegrationReply::Discovered(found));
        }),
        IntegrationRequest::WatchIntegrations => {
            tasks.read(id, async move { watch::integrations(&session, id).await });
        }
        IntegrationRequest::CheckAzure { access, encord } => tasks.read(id, async move {
            let reply = checks::azure(&session, id, &access, &encord).await;
            session.reply(id, IntegrationReply::AzureChecked(reply));
        }),
        IntegrationRequest::ListContainers { access } => tasks.read(id, async move {
            let reply = browse::containers(&access).await;
            session.reply(id, IntegrationReply::Containers(reply));
        }),
        IntegrationRequest::ListPrefixes { access, prefix } => tasks.read(id, async move {
            let result = browse::prefixes(&access, &prefix).await;
            session.reply(id, IntegrationReply::Prefixes { prefix, result });
        }),
        IntegrationRequest::RepairCors { access, plan, origins } => tasks.write(async move {
            let reply = cors::repair(&access, &plan, &origins).await;
            session.reply(id, IntegrationReply::CorsRepaired(reply));
        }),
        IntegrationRequest::MakeSas { access, wish } => {
            session.reply(id, IntegrationReply::SasMade(sas::make(&access, wish)));
        }
        IntegrationRequest::Remember { encord, azure } => {
            tasks.write_blocking(move |session| session.remember(&encord, &azure));
        }
    }
}
