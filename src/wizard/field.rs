//! A line of text that the user edits.

use tui_input::{Input, InputRequest};

use crate::wizard::action::Edit;

/// A text field: its text and cursor.
#[derive(Debug, Clone, Default)]
pub struct Field(Input);

impl Field {
    /// A field holding a text, the cursor at its end.
    pub fn new(text: &str) -> Field {
        Field(Input::new(text.to_owned()))
    }

    /// The text.
    pub fn text(&self) -> &str {
        self.0.value()
    }

    /// The cursor's place, in characters.
    pub fn cursor(&self) -> usize {
        self.0.cursor()
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        let request = match edit {
            Edit::Insert(c) if c.is_control() => return,
            Edit::Insert(c) => InputRequest::InsertChar(*c),
            Edit::Paste(text) => {
                for c in text.chars().filter(|c| !c.is_control()) {
                    self.0.handle(InputRequest::InsertChar(c));
                }
                return;
            }
            Edit::Backspace => InputRequest::DeletePrevChar,
            Edit::Delete => InputRequest::DeleteNextChar,
            Edit::DeleteWord => InputRequest::DeletePrevWord,
            Edit::Clear => InputRequest::DeleteLine,
            Edit::Left => InputRequest::GoToPrevChar,
            Edit::Right => InputRequest::GoToNextChar,
            Edit::Home => InputRequest::GoToStart,
            Edit::End => InputRequest::GoToEnd,
        };
        self.0.handle(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_pasting_and_deleting() {
        let mut field = Field::new("ab");
        for edit in [Edit::Left, Edit::Insert('中'), Edit::Paste("x\ny\u{1b}".into()), Edit::End, Edit::Backspace] {
            field.edit(&edit);
        }
        assert_eq!(field.text(), "a中xy");
        field.edit(&Edit::Clear);
        assert_eq!(field.text(), "");
    }
}
