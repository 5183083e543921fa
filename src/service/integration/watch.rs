//! Waits for an integration to appear in Encord.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use crate::{
    encord,
    error::UserError,
    service::{problems::encord_problem, session::Session},
    wizard::{connections::Integration, effect::RequestId, integration::messages::IntegrationReply},
};

/// How long one answer is waited for.
const PATIENCE: Duration = Duration::from_secs(15);
/// The longest pause after failures.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Asks for the integrations every few seconds until it is dropped. Tells the machine the first answer, each other one that
/// differs from the last, and the first failure of a row.
pub(crate) async fn integrations(session: &Session, id: RequestId) {
    let began = Instant::now();
    let mut told: Option<Vec<Integration>> = None;
    let mut failures = 0;
    loop {
        let mut asked = None;
        match ask(session, &mut asked).await {
            Ok(list) => {
                // After a failure was told, the same list again says that it is over.
                if failures > 0 || told.as_ref() != Some(&list) {
                    session.reply(id, IntegrationReply::Integrations(Ok(list.clone())));
                }
                told = Some(list);
                failures = 0;
            }
            Err(problem) => {
                if failures == 0 {
                    session.reply(id, IntegrationReply::Integrations(Err(problem)));
                }
                failures += 1;
            }
        }
        sleep(pause(began.elapsed(), failures).max(asked.unwrap_or_default())).await;
    }
}

async fn ask(session: &Session, asked: &mut Option<Duration>) -> Result<Vec<Integration>, UserError> {
    let client = session.client()?.without_retries();
    match timeout(PATIENCE, client.integrations()).await {
        Ok(Ok(list)) => {
            Ok(list.into_iter().map(|found| Integration { uuid: found.uuid, title: found.title }).collect())
        }
        Ok(Err(error)) => {
            if let encord::error::Kind::RateLimited { retry_after } = error.kind {
                *asked = retry_after;
            }
            Err(encord_problem(&error))
        }
        Err(_) => Err(UserError::other(format!("Encord did not answer within {} s.", PATIENCE.as_secs()))
            .hint("It is asked again and again; nothing is lost meanwhile.")),
    }
}

/// Two seconds in the first minute, when somebody is filling in the form; then five; longer after each failure.
fn pause(watched: Duration, failures: u32) -> Duration {
    let usual = Duration::from_secs(if watched < Duration::from_secs(60) { 2 } else { 5 });
    match failures {
        0 => usual,
        more => Duration::from_secs(5).saturating_mul(2_u32.saturating_pow(more - 1)).min(LONGEST_PAUSE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_asks_often_at_first_and_seldom_after_failures() {
        let seconds = |watched, failures| pause(Duration::from_secs(watched), failures).as_secs();
        assert_eq!([seconds(0, 0), seconds(59, 0), seconds(60, 0), seconds(9999, 0)], [2, 2, 5, 5]);
        assert_eq!([1, 2, 3, 4, 5, 4_000_000_000].map(|failures| seconds(0, failures)), [5, 10, 20, 30, 30, 30]);
    }
}
