//! Makes the account SAS that Encord's form asks for. It is shown once and lives nowhere else.

use secrecy::SecretString;

use crate::{
    error::UserError,
    wizard::{action::Action, connections::SasOptions, effect::RequestId},
};

/// The lifetimes to choose from, in days.
pub const LIFETIMES: [u32; 6] = [30, 90, 365, 730, 1095, 1825];

/// Where the token stands.
#[derive(Debug, Clone)]
pub enum SasState {
    /// Its terms are being chosen.
    Choosing,
    /// Asked for.
    Running(RequestId),
    /// There it is.
    Made(SecretString),
    /// It cannot be made.
    Failed(UserError),
}

/// The terms of the token, and the token.
#[derive(Debug, Clone)]
pub struct SasMaker {
    wish: SasOptions,
    row: usize,
    pub(super) state: SasState,
    pub(super) is_copied: bool,
    /// Whether the guide to a new integration opened it, and is to be gone back to.
    pub(super) is_for_guide: bool,
}

impl Default for SasMaker {
    fn default() -> SasMaker {
        let wish = SasOptions { may_write: true, days: 730 };
        SasMaker { wish, row: 0, state: SasState::Choosing, is_copied: false, is_for_guide: false }
    }
}

impl SasMaker {
    pub(super) fn for_guide() -> SasMaker {
        SasMaker { is_for_guide: true, ..SasMaker::default() }
    }

    /// What is asked for.
    pub fn wish(&self) -> SasOptions {
        self.wish
    }

    /// The row under the cursor: 0 the permissions, 1 the lifetime.
    pub fn row(&self) -> usize {
        self.row
    }

    /// Where the token stands.
    pub fn state(&self) -> &SasState {
        &self.state
    }

    /// Whether it was copied.
    pub fn is_copied(&self) -> bool {
        self.is_copied
    }

    /// Files registered today must open for as long as they are labelled; Encord's guide advises more than a year.
    pub fn is_short(&self) -> bool {
        self.wish.days <= 365
    }

    pub(super) fn action(&mut self, action: Action) {
        if !matches!(self.state, SasState::Choosing | SasState::Failed(_)) {
            return;
        }
        match (action, self.row) {
            (Action::Up | Action::Down | Action::FocusNext | Action::FocusPrevious, row) => self.row = 1 - row.min(1),
            (Action::Left | Action::Right | Action::Toggle, 0) => self.wish.may_write = !self.wish.may_write,
            (Action::Left | Action::Right | Action::Toggle, _) => {
                let at = LIFETIMES.iter().position(|days| *days == self.wish.days).unwrap_or_default();
                let at = match action {
                    Action::Left => at.saturating_sub(1),
                    Action::Right => (at + 1).min(LIFETIMES.len() - 1),
                    _ => (at + 1) % LIFETIMES.len(),
                };
                self.wish.days = LIFETIMES.get(at).copied().unwrap_or(self.wish.days);
            }
            _ => {}
        }
    }
}
