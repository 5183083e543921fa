//! The terminal front end: draws the [`Wizard`](crate::wizard::Wizard) and turns keys into its events.

pub(crate) mod app;
pub(crate) mod keymap;
pub mod screens;
pub(crate) mod terminal;
pub(crate) mod text;
pub(crate) mod theme;

#[cfg(test)]
pub(crate) mod tests;

pub use app::{Exit, Options, Services, run};
pub use keymap::{
    Keymap,
    file::{WrongKey, table as key_table},
};
pub use screens::Labels;
pub use theme::Theme;
