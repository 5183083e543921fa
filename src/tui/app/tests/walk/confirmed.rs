//! What may be done for good after a key.

use crate::{
    endpoints::cors,
    wizard::{
        Wizard,
        effect::Request,
        home::{messages::HomeRequest, panel::HomePanel},
        integration::{
            messages::IntegrationRequest,
            panel::{CorsState, Panel},
        },
        overlay::Overlay,
        plan::Plan,
        progress::{dialogs::Ask, messages::RunRequest},
        save::SaveStage,
        saved::Stamp,
        step::Step,
    },
};

/// What the screen shows and a key may therefore do for good.
pub(super) struct Confirmed {
    cors: Option<Box<cors::Plan>>,
    plan: Option<Plan>,
    retry: Option<String>,
    resume: Option<String>,
    save: Option<Option<Stamp>>,
    delete: Option<String>,
    forget: Option<String>,
    copy: Option<(String, String)>,
    abort: bool,
    pub(super) asked: bool,
}

impl Confirmed {
    pub(super) fn by(wizard: &Wizard, is_shown: bool) -> Confirmed {
        let is_bare = wizard.overlay().is_none() && is_shown;
        let at = |step| is_bare && !wizard.is_at_home() && wizard.step() == step;
        let cors = match wizard.integration().panel().filter(|_| at(Step::Integration)) {
            Some(Panel::Cors(review)) if matches!(review.state, CorsState::Review | CorsState::ReviewAgain) => {
                Some(review.plan.clone())
            }
            _ => None,
        };
        let ask = wizard.progress().ask().filter(|_| at(Step::Progress));
        let run = || wizard.progress().run().map(str::to_owned);
        let mut confirmed = Confirmed {
            cors,
            plan: (at(Step::Upload) && !wizard.awaits_look()).then(|| wizard.plan()).flatten(),
            retry: matches!(ask, Some(Ask::Retry(_))).then(run).flatten(),
            resume: matches!(ask, Some(Ask::Resume(_))).then(run).flatten(),
            save: match wizard.save_dialog().filter(|_| is_shown).map(|dialog| (dialog, dialog.stage())) {
                Some((dialog, SaveStage::Preview(preview))) if !preview.overwrites && !dialog.awaits_look() => {
                    Some(preview.stamp.clone())
                }
                Some((_, SaveStage::Confirm(preview))) => Some(preview.stamp.clone()),
                _ => None,
            },
            delete: None,
            forget: None,
            copy: None,
            abort: matches!(ask, Some(Ask::Cancel)),
            asked: matches!(wizard.overlay(), Some(Overlay::Quit | Overlay::Unsaved | Overlay::Save)),
        };
        match wizard.home().panel().filter(|_| is_bare && wizard.is_at_home()) {
            Some(HomePanel::Delete { name, .. }) => confirmed.delete = Some(name.clone()),
            Some(HomePanel::Forget(run)) => confirmed.forget = Some(run.run.clone()),
            Some(HomePanel::Resume(run)) => confirmed.resume = Some(run.run.clone()),
            Some(HomePanel::Duplicate(form)) => {
                confirmed.copy = Some((form.of().to_owned(), form.name().text().trim().to_owned()));
            }
            None => {}
        }
        confirmed
    }

    /// Whether a request does no more than what was confirmed.
    pub(super) fn covers(&self, request: &Request) -> bool {
        match request {
            Request::Integration(IntegrationRequest::RepairCors { plan, .. }) => self.cors.as_ref() == Some(plan),
            Request::Run(RunRequest::Start { plan }) => self.plan.as_ref() == Some(&**plan),
            Request::Run(RunRequest::Retry { run, .. }) => self.retry.as_ref() == Some(run),
            Request::Run(RunRequest::Resume { run, .. }) => self.resume.as_ref() == Some(run),
            Request::Home(HomeRequest::SaveConfig { seen, .. }) => self.save.as_ref() == Some(seen),
            Request::Home(HomeRequest::DeleteConfig { name }) => self.delete.as_ref() == Some(name),
            Request::Home(HomeRequest::ForgetRun { run }) => self.forget.as_ref() == Some(run),
            Request::Home(HomeRequest::DuplicateConfig { name, copy }) => {
                self.copy.as_ref() == Some(&(name.clone(), copy.clone()))
            }
            Request::Run(RunRequest::Stop { abort }) => !abort || self.abort,
            _ => true,
        }
    }

    /// Nobody pressed a key.
    pub(super) fn nothing() -> Confirmed {
        Confirmed {
            cors: None,
            plan: None,
            retry: None,
            resume: None,
            save: None,
            delete: None,
            forget: None,
            copy: None,
            abort: false,
            asked: false,
        }
    }
}
