//! The effects that a step asks for, with their request ids.

use crate::wizard::effect::{Effect, Request, RequestId};

/// Collects effects and hands out request ids.
#[derive(Debug, Default)]
pub struct Outbox {
    pub(super) effects: Vec<Effect>,
    pub(super) last: RequestId,
}

impl Outbox {
    pub(super) fn start(&mut self, request: impl Into<Request>) -> RequestId {
        self.last += 1;
        self.effects.push(Effect::Start { id: self.last, request: request.into() });
        self.last
    }

    pub(super) fn cancel(&mut self, id: Option<RequestId>) {
        self.effects.extend(id.map(|id| Effect::Cancel { id }));
    }
}
