//! The wizard as plain lines: what there is, then numbered choices; an answer is a number, a word, a letter or a text.
//!
//! For screen readers and for terminals that can do no more than print. Nothing that was printed is changed afterwards, no line
//! needs the one before it to be understood, and no byte is anything but text. It drives the same machine as the screens do:
//! [`describe()`] reads the questions off the wizard's own hints, fields and lists.

pub mod describe;
mod editing;
mod help;
mod input;
mod parse_answer;
mod print;
pub(crate) mod repl;

#[cfg(test)]
pub(crate) mod tests;

pub use describe::{
    describe,
    screen::{ChoiceTarget, Command, Kind, Question, RowList, Screen},
};
pub use repl::{Exit, Stop, run};
