//! Carries out the wizard's effects, each request in a task of its own.

use std::time::Duration;

use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::{
    service::{folders, home, integration, manifest, runs, runs::upload::Stop, schema, session::Session, tasks::Tasks},
    store::paths::Home,
    wizard::effect::{Effect, Event, Request, RequestId},
};

/// Carries out effects. Reads end when they are cancelled; a run that was started goes on to its end.
#[derive(Debug)]
pub struct Driver {
    tasks: Tasks,
}

impl Driver {
    /// A driver and the events of its replies. `config_label` is the user's name of the config. Must be called inside a tokio
    /// runtime.
    pub fn new(home: Home, config_label: &str) -> (Driver, UnboundedReceiver<Event>) {
        let (events, receiver) = mpsc::unbounded_channel();
        let session = Session::new(home, config_label.to_owned(), events);
        (Driver { tasks: Tasks::new(session) }, receiver)
    }

    /// Begins an effect and returns at once.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Start { id, request } => self.start(id, request),
            Effect::Cancel { id } => self.tasks.cancel(id),
            // Handled by the front end.
            Effect::Copy(_) | Effect::Editor(_) | Effect::Bell | Effect::Mouse | Effect::Exit => {}
        }
    }

    /// Stops the run and waits until its state is on record, but no longer than `patience`.
    pub async fn wind_down(&self, patience: Duration) {
        self.tasks.stop_run(Stop::Leave);
        self.tasks.finish_writes(patience).await;
    }

    fn start(&mut self, id: RequestId, request: Request) {
        let tasks = &mut self.tasks;
        match request {
            Request::Integration(request) => integration::carry_out(tasks, id, request),
            Request::Schema(request) => schema::carry_out(tasks, id, request),
            Request::Manifest(request) => manifest::carry_out(tasks, id, request),
            Request::Folder(request) => folders::carry_out(tasks, id, request),
            Request::Run(request) => runs::carry_out(tasks, id, request),
            Request::Home(request) => home::carry_out(tasks, id, request),
        }
    }
}
