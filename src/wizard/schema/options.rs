//! The options of an enum as they are typed: separated by commas or one by one, or pasted as lines.

use crate::wizard::{action::Edit, field::Field};

/// Options that were taken, and what is being typed.
#[derive(Debug, Clone, Default)]
pub struct OptionList {
    taken: Vec<String>,
    field: Field,
}

impl OptionList {
    pub(super) fn new(taken: &[String]) -> OptionList {
        OptionList { taken: taken.to_vec(), field: Field::default() }
    }

    /// The options so far, as they were typed; none twice.
    pub fn taken(&self) -> &[String] {
        &self.taken
    }

    /// What is being typed.
    pub fn field(&self) -> &Field {
        &self.field
    }

    /// Whether nothing was typed at all, not even a blank.
    pub(super) fn is_empty(&self) -> bool {
        self.taken.is_empty() && self.field.text().is_empty()
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        match edit {
            // A list out of a file or a spreadsheet's column: a comma belongs to its line.
            Edit::Paste(text) if text.trim().contains(['\n', '\r']) => {
                self.take();
                text.lines().for_each(|line| self.push(line));
            }
            Edit::Backspace if self.field.text().is_empty() => {
                if let Some(last) = self.taken.pop() {
                    self.field = Field::new(&quoted(&last));
                }
            }
            edit => self.field.edit(edit),
        }
    }

    /// Takes what is being typed; false where that is nothing.
    pub(super) fn take(&mut self) -> bool {
        let text = self.field.text().to_owned();
        let before = self.taken.len();
        for option in split(&text) {
            self.push(&option);
        }
        let is_any = !text.trim().is_empty();
        if is_any {
            self.field = Field::default();
        }
        is_any || self.taken.len() > before
    }

    fn push(&mut self, option: &str) {
        let option: String = option.trim().chars().filter(|c| !c.is_control()).collect();
        if !option.is_empty() && !self.taken.contains(&option) {
            self.taken.push(option);
        }
    }
}

/// The parts between commas; a part in quotes may hold commas, as in CSV.
fn split(text: &str) -> Vec<String> {
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => record.iter().map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

/// As [`split`] reads it back.
fn quoted(option: &str) -> String {
    match option.contains([',', '"']) {
        true => format!("\"{}\"", option.replace('"', "\"\"")),
        false => option.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> OptionList {
        let mut options = OptionList::default();
        text.chars().for_each(|c| options.edit(&Edit::Insert(c)));
        options
    }

    #[test]
    fn commas_quotes_and_lines_separate() {
        for (text, expected) in [
            ("sun", &["sun"][..]),
            ("sun, rain ,,fog,sun", &["sun", "rain", "fog"]),
            (r#""Leeds, UK", York"#, &["Leeds, UK", "York"]),
            ("北京，上海,Köln", &["北京，上海", "Köln"]),
            ("  ", &[]),
        ] {
            let mut options = typed(text);
            options.take();
            assert_eq!(options.taken(), expected, "{text}");
        }
        let mut options = typed("a");
        options.edit(&Edit::Paste("b, c\r\nd\n\nb, c".into()));
        assert_eq!(options.taken(), ["a", "b, c", "d"]);
    }

    #[test]
    fn deleting_in_an_empty_field_takes_the_last_one_back() {
        let mut options = OptionList::new(&["a".into(), "b, c".into()]);
        options.edit(&Edit::Backspace);
        assert_eq!((options.taken(), options.field().text()), (&["a".to_owned()][..], "\"b, c\""));
        options.take();
        assert_eq!(options.taken(), ["a", "b, c"]);
        assert!(!options.take());
    }
}
