//! What the data at hand suggest: accepted, changed or dropped, key by key.

use super::SchemaStep;
use crate::wizard::{Inferred, Problem, RequestId};

impl SchemaStep {
    pub(in crate::wizard) fn inferred(&mut self, id: RequestId, result: Result<Inferred, Problem>) {
        if self.pending == Some(id) {
            self.pending = None;
            self.notice = result.err().map(|problem| problem.to_string());
        }
    }
}
