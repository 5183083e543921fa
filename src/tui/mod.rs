//! The terminal front end: draws the [`Wizard`](crate::wizard::Wizard) and turns keys into its events.

mod app;
mod editor;
mod keymap;
pub mod screens;
mod terminal;
mod text;
mod theme;

#[cfg(test)]
pub(crate) mod tests;

pub use app::{Exit, Options, Services, run};
pub(crate) use editor::Editor;
pub use keymap::{Keymap, WrongKey, table as key_table};
pub use screens::Labels;
pub use theme::Theme;

#[cfg(test)]
pub(crate) use text::wrap as wrapped;
