//! The checks of the Azure side, made side by side; each is told as soon as it is known.

#[allow(dead_code)]
mod clock;
#[allow(dead_code)]
mod container;
#[allow(dead_code)]
mod fault;
#[allow(dead_code)]
mod network;
#[allow(dead_code)]
mod sas;
#[allow(dead_code)]
mod tier;

use super::{account::open_container, problems::azure_problem, session::Session};
use crate::wizard::{AzureAccess, Check, CheckState, ContainerFacts, Problem, Reply, RequestId};

/// Makes the checks and tells the machine of each.
pub(super) async fn azure(
    session: &Session,
    id: RequestId,
    access: &AzureAccess,
    _origins: &[String],
    _strict: bool,
) -> Result<ContainerFacts, Problem> {
    let tell = |check: Check| session.reply(id, Reply::AzureCheck(Box::new(check)));
    let listed = async {
        let container = open_container(access)?;
        let probe = container.probe().await.map_err(|error| azure_problem(&error))?;
        Ok((container, probe))
    };
    let (container, probe) = match listed.await {
        Ok(both) => both,
        Err(problem) => {
            tell(failed("azure.container", &problem));
            return Err(problem);
        }
    };
    let account_url = access.azure.account_url().unwrap_or_default();
    tell(Check::new(
        "azure.container",
        CheckState::Pass,
        format!("{} can be listed at {account_url}", access.azure.container),
    ));
    if let Some(blob) = probe.first.as_ref().filter(|blob| !blob.is_folder) {
        tell(match container.probe_read(&blob.name).await {
            Ok(()) => Check::new("azure.read", CheckState::Pass, "its first blob can be read"),
            Err(error) => failed("azure.read", &azure_problem(&error)),
        });
    }
    Ok(ContainerFacts { empty: probe.first.is_none() && !probe.more, account_url })
}

fn failed(id: &'static str, problem: &Problem) -> Check {
    let detail = match &problem.said {
        Some(said) => format!("{} {said}", problem.what),
        None => problem.what.clone(),
    };
    Check { fix: problem.hint.clone(), ..Check::new(id, CheckState::Fail, detail).class(problem.class) }
}
