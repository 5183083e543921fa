//! Repairs the account's CORS rules.

use std::time::Duration;

use futures_util::future::try_join_all;
use url::Url;

use crate::{
    azure,
    endpoints::{
        cors::{self, Rule},
        endpoint, region,
    },
    error::{ErrorKind, UserError},
    service::{integration::account::open_account, problems::azure_problem},
    wizard::connections::{AzureAccess, CorsRepair},
};

/// How long to wait before each further look at what was written: a minute in all, which Azure may take to apply it.
const PAUSES: [f64; 9] = [0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 14.0, 15.0, 15.0];
/// The methods that browsers ask about; nothing ever asks about OPTIONS.
const ASKED: [&str; 3] = ["GET", "PUT", "POST"];
/// A question is judged by the rules alone; there need be no such blob.
const ANY_BLOB: &str = "azure-to-encord-cors-question";

/// Carries out a reviewed change: reads the rules again, writes only if they are as they were, reads them back and asks as a
/// browser would.
///
/// Azure has no conditional write for these rules, so what somebody else writes between the reading and the writing, some
/// milliseconds, is lost; what was written before is not.
pub(crate) async fn repair(
    access: &AzureAccess,
    plan: &cors::Plan,
    origins: &[String],
) -> Result<CorsRepair, UserError> {
    let account = open_account(access)?;
    let origins: &[String] = &origins.iter().map(|origin| cors::as_sent(origin)).collect::<Vec<_>>();
    let refused = |error: &azure::error::Error| {
        let mut problem = azure_problem(error);
        if problem.kind == ErrorKind::Access {
            let mut hint: Vec<String> = problem.hint.take().into_iter().collect();
            hint.extend(manual_cors(account.url().as_str(), origins));
            problem.hint = Some(hint.join("\n"));
        }
        problem
    };
    let found = account.cors_rules().await.map_err(|error| refused(&error))?;
    let now = cors::plan(&found, origins).map_err(|full| no_room(full, &found))?;
    if !now.is_done() {
        if now != *plan {
            return Ok(CorsRepair::Changed(Box::new(now)));
        }
        account.set_cors_rules(&now.after).await.map_err(|error| refused(&error))?;
    }
    let container = match access.azure.container.as_str() {
        "" => "$root",
        name => name,
    };
    let mut doubt = None;
    for pause in std::iter::once(0.0).chain(PAUSES) {
        tokio::time::sleep(Duration::from_secs_f64(pause)).await;
        let rules = account.cors_rules().await.map_err(|error| azure_problem(&error))?;
        doubt = wrong_rules(&now, &rules, origins);
        if doubt.is_none() {
            doubt = unanswered(&account, container, origins).await?;
        }
        if doubt.is_none() {
            return Ok(CorsRepair::Done(rules));
        }
    }
    let mut problem = UserError::other("The CORS rules were written, but a minute later they are not in effect.");
    problem.source_message = doubt;
    Err(problem.hint("Check again in some minutes. If it stays so, somebody else may be changing the rules, such as a deployment script."))
}

/// Why the account's rules cannot be repaired, and what they are.
pub(crate) fn no_room(full: cors::Full, rules: &[Rule]) -> UserError {
    let mut problem = UserError::other(format!("The CORS rules cannot be extended: {full}."));
    let rules = rules.iter().map(|rule| format!("\n- {}", cors::in_words(rule))).collect::<String>();
    problem.hint = Some(format!(
        "In the Azure portal (the storage account, Resource sharing (CORS), Blob service) remove a rule that nobody needs, or \
         join two of them. The rules are:{rules}"
    ));
    problem
}

/// What the user can do without this program, or who can: the command for Azure's own tool, the place in the portal, the
/// rights that it takes.
pub(crate) fn manual_cors(account_url: &str, origins: &[String]) -> Vec<String> {
    let account = account_name(account_url);
    let methods = cors::METHODS;
    let age = cors::MAX_AGE;
    let mut lines = vec![
        format!(
            "az storage cors add --account-name {account} --services b --methods {} --origins {} --allowed-headers \"*\" \
             --exposed-headers \"*\" --max-age {age}",
            methods.join(" "),
            origins.join(" ")
        ),
        format!(
            "Azure portal: Storage account {account}, Settings, Resource sharing (CORS), Blob service: allowed origins {}; \
             allowed methods {}; allowed headers *; exposed headers *; max age {age}. Put the rule above rules for all \
             origins (*).",
            origins.join(","),
            methods.join(","),
        ),
        "It takes the role Storage Account Contributor (action Microsoft.Storage/storageAccounts/blobServices/write), the \
         account key, or a SAS for the account with ss=b, srt with s, sp with r and w."
            .to_owned(),
    ];
    if region::is_here(account_url) {
        lines.push(
            "This account is on this machine: az reaches it only with its --connection-string, and without that would \
             change an account of the same name in Azure."
                .to_owned(),
        );
    }
    lines
}

/// What is not as it was meant to be in the rules that were read back.
fn wrong_rules(plan: &cors::Plan, rules: &[Rule], origins: &[String]) -> Option<String> {
    // What is Encord's own may have been put into another form by the service; what is of others may not.
    let kept = |rule: &&Rule| !plan.after.contains(rule) || rules.contains(rule);
    if let Some(lost) = plan.before.iter().find(|rule| !kept(rule)) {
        return Some(format!("This rule is gone since: {}", cors::in_words(lost)));
    }
    let unserved = origins.iter().find(|origin| !cors::serves(rules, origin))?;
    Some(format!("No rule that was read back serves {unserved}."))
}

/// Which question of a browser is not answered as it needs to be.
async fn unanswered(
    account: &azure::account::Account,
    container: &str,
    origins: &[String],
) -> Result<Option<String>, UserError> {
    let questions = origins.iter().flat_map(|origin| ASKED.map(|method| (origin, method)));
    let asked = questions.map(|(origin, method)| async move {
        let answer = account.preflight(container, ANY_BLOB, origin, method).await?;
        Ok((!answer.permits(origin, method)).then(|| {
            let code = answer.code.map(|code| format!(" {code}")).unwrap_or_default();
            format!("{method} from {origin} is answered with {}{code}.", answer.status)
        }))
    });
    let answers = try_join_all(asked).await.map_err(|error: azure::error::Error| azure_problem(&error))?;
    Ok(answers.into_iter().flatten().next())
}

/// The account's name by its address; otherwise a word to be replaced.
fn account_name(account_url: &str) -> String {
    let name = Url::parse(account_url).ok().and_then(|url| endpoint::account_name(&url));
    name.unwrap_or_else(|| "YOUR_ACCOUNT".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_manual_way_names_everything() {
        let origins = ["https://app.encord.com".to_owned(), "https://api.encord.com".to_owned()];
        let lines = manual_cors("https://studies.blob.core.windows.net", &origins);
        assert_eq!(
            lines[0],
            "az storage cors add --account-name studies --services b --methods GET POST OPTIONS PUT --origins \
             https://app.encord.com https://api.encord.com --allowed-headers \"*\" --exposed-headers \"*\" --max-age 3600"
        );
        assert!(lines[1].contains("Storage account studies, Settings, Resource sharing (CORS), Blob service"));
        assert!(lines[2].contains("Microsoft.Storage/storageAccounts/blobServices/write"));
    }

    #[test]
    fn the_accounts_name_is_found_where_it_can_be() {
        for (url, name) in [
            ("https://studies.blob.core.chinacloudapi.cn", "studies"),
            ("https://studies.z1.blob.storage.azure.net/", "studies"),
            ("http://127.0.0.1:10000/devstoreaccount1", "devstoreaccount1"),
            ("https://files.acme.example", "YOUR_ACCOUNT"),
            ("http://127.0.0.1:10000", "YOUR_ACCOUNT"),
        ] {
            assert_eq!(account_name(url), name, "{url}");
        }
    }
}
