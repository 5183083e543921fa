//! Keys that are typed before the screen shows what they would confirm.

use std::time::Duration;

use azure_to_encord::demo::{
    azure,
    encord::{Pace, StorageAccess},
};
use secrecy::ExposeSecret as _;

use crate::support::{
    config::ConfigText,
    encord::{Encord, INTEGRATION},
    terminal::Terminal,
};

const SOON: Duration = Duration::from_secs(120);

/// The step on the screen, if Enter leads on from there.
fn ready_step(screen: &str) -> Option<usize> {
    let step = (1..=6).find(|step| screen.contains(&format!("[{step} ")))?;
    let leads_on = |line: &str| line.trim_start().starts_with('→') && line.contains("Enter");
    screen.lines().any(leads_on).then_some(step)
}

#[tokio::test(flavor = "multi_thread")]
async fn enters_typed_blindly_never_send_a_plan() {
    let azure = azure::Server::start(azure::Options::default()).await.unwrap();
    azure.put_blob("media", azure::StoredBlob::new("a.txt", "text", "text/plain"));
    let sas = azure.account_sas("rl", "sco", time::Duration::HOUR);
    let storage = StorageAccess { base_url: azure.account_url().clone(), sas: Some(sas.clone()) };
    let encord = Encord::start(Some(storage), Pace::Unlimited).await;
    let home = tempfile::tempdir().unwrap();
    ConfigText::default()
        .text("encord", "domain", encord.recorder.url())
        .text("encord", "ssh_key_file", encord.key_file().to_str().unwrap())
        .text("encord", "integration", INTEGRATION)
        .text("azure", "endpoint", azure.account_url())
        .text("azure", "container", "media")
        .text("azure", "sas_token_env", "SAS")
        .text("folder", "path", "Raw")
        .write(home.path(), "site.toml");
    let variables = [("SAS", sas.expose_secret())];
    let mut terminal = Terminal::start_with(home.path(), &["site.toml"], (80, 24), &variables);
    // Before anything is on the screen.
    terminal.send("\r\r\r\r\r\r\r\r");
    let mut at = 0;
    while at < 5 {
        let before = at;
        terminal.wait_until("a further step", SOON, |screen| ready_step(screen).is_some_and(|step| step > before));
        at = ready_step(&terminal.screen()).unwrap_or(before);
        if at < 5 {
            terminal.send("\r");
        }
    }
    // Back to the first step, with everything ready for eight at once to go through all steps.
    for step in (1..5).rev() {
        terminal.send("\x1b");
        terminal.wait_until("the step before", SOON, |screen| ready_step(screen) == Some(step));
    }
    terminal.send("\r\r\r\r\r\r\r\r");
    loop {
        terminal.wait_until("a step to stop at", SOON, |screen| ready_step(screen).is_some_and(|step| step > 1));
        match ready_step(&terminal.screen()) {
            Some(5) => break,
            // The folder is looked up again; keys that came meanwhile went nowhere.
            Some(4) => {
                terminal.send("\r");
                terminal.wait_until("the review", SOON, |screen| ready_step(screen) == Some(5));
            }
            _ => std::thread::sleep(Duration::from_millis(20)),
        }
    }
    assert!(terminal.screen().contains("[5 Upload"), "{}", terminal.screen());
    assert!(encord.server.folders().is_empty(), "something was made: {:?}", encord.server.folders());
    // Once it is on the screen, the same key sends it.
    terminal.send("\r");
    terminal.wait_for("1 of 1 registered", SOON);
    assert_eq!(encord.items("Raw").len(), 1);
    terminal.wait_for("Enter finishes", SOON);
    terminal.send("\r");
    let left = terminal.end(SOON);
    left.assert_restored();
    assert_eq!(left.code, 0, "{}", left.screen);
}
