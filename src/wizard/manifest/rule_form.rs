//! The rules that can be edited while the manifest is on the screen.

use crate::{
    config,
    manifest::rules::{RuleTexts, Rules},
    wizard::{
        action::{Action, Edit},
        field::Field,
        help,
    },
};

/// A rule that can be edited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RuleField {
    /// The prefixes to list.
    Prefixes,
    /// The include globs.
    Include,
    /// The exclude globs.
    Exclude,
    /// The pattern that reads metadata from paths.
    Path,
}

impl RuleField {
    /// In the order of the form.
    pub const ALL: [RuleField; 4] = [RuleField::Prefixes, RuleField::Include, RuleField::Exclude, RuleField::Path];

    /// Its name on screens.
    pub fn label(self) -> &'static str {
        match self {
            RuleField::Prefixes => "Folders",
            RuleField::Include => "Include",
            RuleField::Exclude => "Exclude",
            RuleField::Path => "Path",
        }
    }

    /// What holds while it is empty.
    pub fn when_empty(self) -> &'static str {
        match self {
            RuleField::Prefixes => "the whole container",
            RuleField::Include => "everything",
            RuleField::Exclude => "nothing",
            RuleField::Path => "no metadata from paths",
        }
    }

    /// Its key in a config, by which the help knows it.
    pub fn key(self) -> &'static str {
        match self {
            RuleField::Prefixes => "manifest.prefixes",
            RuleField::Include => "manifest.include",
            RuleField::Exclude => "manifest.exclude",
            RuleField::Path => "manifest.metadata.path",
        }
    }

    /// What it is, and what to write into it.
    pub fn help(self) -> &'static str {
        &help::field(self.key()).both
    }

    /// What the config says of it, as the form writes it.
    pub fn value(self, manifest: &config::manifest::Manifest) -> String {
        match self {
            RuleField::Prefixes => join(&manifest.prefixes),
            RuleField::Include => join(&manifest.include),
            RuleField::Exclude => join(&manifest.exclude),
            RuleField::Path => manifest.metadata.path.clone().unwrap_or_default(),
        }
    }

    fn set(self, text: &str, manifest: &mut config::manifest::Manifest) {
        match self {
            RuleField::Prefixes => manifest.prefixes = split(text),
            RuleField::Include => manifest.include = split(text),
            RuleField::Exclude => manifest.exclude = split(text),
            RuleField::Path => {
                manifest.metadata.path = Some(text.trim().to_owned()).filter(|text| !text.is_empty());
            }
        }
    }

    /// The rules with nothing but this one, to tell which of them is malformed.
    fn alone(self, manifest: &config::manifest::Manifest) -> RuleTexts {
        let whole = manifest.rules();
        match self {
            RuleField::Prefixes => RuleTexts::default(),
            RuleField::Include => RuleTexts { include: whole.include, ..RuleTexts::default() },
            RuleField::Exclude => RuleTexts { exclude: whole.exclude, ..RuleTexts::default() },
            RuleField::Path => RuleTexts { path: whole.path, ..RuleTexts::default() },
        }
    }
}

/// The texts of the rules as they are typed. They are kept when the form is left without applying them.
#[derive(Debug, Clone, Default)]
pub struct RuleForm {
    fields: [Field; 4],
    /// What the fields held when they were filled from the config.
    shown: [String; 4],
    focus: usize,
    problem: Option<String>,
    pub(super) has_keyboard: bool,
}

impl RuleForm {
    /// The text of a rule.
    pub fn field(&self, rule: RuleField) -> Option<&Field> {
        RuleField::ALL.iter().position(|other| *other == rule).and_then(|place| self.fields.get(place))
    }

    /// The rule under the cursor.
    pub fn focus(&self) -> RuleField {
        RuleField::ALL.get(self.focus).copied().unwrap_or(RuleField::Prefixes)
    }

    /// Whether what is typed goes into it.
    pub fn has_keyboard(&self) -> bool {
        self.has_keyboard
    }

    /// Why the rule under the cursor cannot be used.
    pub fn problem(&self) -> Option<&str> {
        self.problem.as_deref()
    }

    /// Whether something was typed that is not applied.
    pub fn is_changed(&self) -> bool {
        self.fields.iter().zip(&self.shown).any(|(field, shown)| field.text() != shown)
    }

    /// Takes over what the config says, except where something was typed.
    pub(super) fn fill(&mut self, manifest: &config::manifest::Manifest) {
        for ((rule, field), shown) in RuleField::ALL.iter().zip(&mut self.fields).zip(&mut self.shown) {
            let text = rule.value(manifest);
            if field.text() == shown {
                *field = Field::new(&text);
            }
            *shown = text;
        }
    }

    pub(super) fn edit(&mut self, edit: &Edit) {
        self.problem = None;
        if let Some(field) = self.fields.get_mut(self.focus) {
            field.edit(edit);
        }
    }

    pub(super) fn move_focus(&mut self, action: Action) {
        let count = RuleField::ALL.len();
        self.focus = match action {
            Action::Up | Action::FocusPrevious => (self.focus + count - 1) % count,
            Action::Down | Action::FocusNext => (self.focus + 1) % count,
            _ => self.focus,
        };
    }

    /// The manifest's config with what was typed; `None` if that is what it is already, or if a rule is malformed: then it says so
    /// and the rule gets the cursor.
    pub(super) fn applied(&mut self, manifest: &config::manifest::Manifest) -> Option<config::manifest::Manifest> {
        let mut changed = manifest.clone();
        for ((rule, field), shown) in RuleField::ALL.iter().zip(&self.fields).zip(&self.shown) {
            if field.text() != shown {
                rule.set(field.text(), &mut changed);
            }
        }
        for (place, rule) in RuleField::ALL.iter().enumerate() {
            if let Err(error) = Rules::new(&rule.alone(&changed)) {
                (self.focus, self.problem) = (place, Some(error.to_string()));
                return None;
            }
        }
        if let Err(error) = Rules::new(&changed.rules()) {
            self.problem = Some(error.to_string());
            return None;
        }
        self.problem = None;
        // Other spellings of the same rules are written as the config writes them.
        self.fields = Default::default();
        self.shown = Default::default();
        self.fill(&changed);
        self.has_keyboard = false;
        (changed != *manifest).then_some(changed)
    }
}

/// The texts with commas between them; those that a comma would split, or that begin or end with a space, in quotation marks.
fn join(texts: &[String]) -> String {
    let quoted = texts.iter().map(|text| match split(text) == [text.as_str()] {
        true => text.clone(),
        false => format!("\"{text}\""),
    });
    quoted.collect::<Vec<_>>().join(", ")
}

/// The texts between commas. Commas within `{…}`, `[…]` and quotation marks separate nothing.
fn split(text: &str) -> Vec<String> {
    let (mut texts, mut this, mut depth, mut is_quoted) = (Vec::new(), String::new(), 0_usize, false);
    for c in text.chars() {
        match c {
            '"' if is_quoted || this.trim().is_empty() => is_quoted = !is_quoted,
            ',' if depth == 0 && !is_quoted => {
                texts.push(std::mem::take(&mut this));
                continue;
            }
            '{' | '[' if !is_quoted => depth += 1,
            '}' | ']' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        this.push(c);
    }
    texts.push(this);
    let bare = |text: &String| {
        let text = text.trim();
        text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text).to_owned()
    };
    texts.iter().map(bare).filter(|text| !text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_split_at_commas_that_no_glob_needs() {
        assert_eq!(split(" a/**, *.{jpg,png} ,,[,]x, \" b,c \""), ["a/**", "*.{jpg,png}", "[,]x", " b,c "]);
        assert_eq!(split("  "), [""; 0]);
    }

    #[test]
    fn a_malformed_rule_is_named_in_its_place_and_nothing_is_applied() {
        let manifest =
            config::manifest::Manifest { exclude: vec!["*.tmp".into()], ..config::manifest::Manifest::default() };
        let mut form = RuleForm::default();
        form.fill(&manifest);
        form.move_focus(Action::Down);
        form.edit(&Edit::Paste("a[".into()));
        form.move_focus(Action::Down);
        assert_eq!(form.applied(&manifest), None);
        assert_eq!(form.focus(), RuleField::Include);
        assert!(form.problem().unwrap().contains("a["), "{:?}", form.problem());
        form.edit(&Edit::Paste("b]*".into()));
        let applied = form.applied(&manifest).unwrap();
        assert_eq!((applied.include, applied.exclude), (vec!["a[b]*".to_owned()], manifest.exclude));
        assert!(!form.is_changed() && form.problem().is_none());
    }

    #[test]
    fn what_was_typed_outlives_a_change_of_the_config() {
        let mut form = RuleForm::default();
        form.fill(&config::manifest::Manifest::default());
        form.edit(&Edit::Paste("x/".into()));
        form.fill(&config::manifest::Manifest { exclude: vec!["y".into()], ..config::manifest::Manifest::default() });
        let text = |rule| form.field(rule).map(|field| field.text().to_owned()).unwrap();
        assert_eq!((text(RuleField::Prefixes), text(RuleField::Exclude)), ("x/".into(), "y".into()));
        assert!(form.is_changed());
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn what_is_joined_is_split_into_the_same(texts in prop::collection::vec("[^\"\\p{Cc}{}\\[\\]]{1,9}", 0..5)) {
            let texts: Vec<String> = texts.into_iter().filter(|text| !text.trim().is_empty()).collect();
            prop_assert_eq!(split(&join(&texts)), texts);
        }
    }
}
