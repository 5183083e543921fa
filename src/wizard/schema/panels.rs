//! The panels of step 2: opened, filled in, closed. What was typed is kept when they are closed unfinished.

use crate::{
    config::Config,
    schema::{edit::Edit as KeyEdit, key_type::KeyType, merge::ChangeKind},
    wizard::{
        action::{Action, Edit, Hint},
        connections::AzureAccess,
        field::Field,
        outbox::Outbox,
        schema::{
            SchemaStep, SchemaView,
            form::{FormFocus, KeyForm, KeyKind},
            inferred::InferForm,
            options::OptionList,
        },
    },
};

/// What has the keyboard instead of the list.
#[derive(Debug, Clone)]
pub enum SchemaPanel {
    /// A new key, or one of the import's changed.
    Key(KeyForm),
    /// Further options of an enum.
    Options(OptionsForm),
    /// Another name for a key that the config asks for.
    Rename(WordForm),
    /// Whether a key is to be deleted for ever: its name has to be typed.
    DeleteForEver(WordForm),
    /// Keys that the data at hand suggest.
    Infer(Box<InferForm>),
}

/// Further options of an enum.
#[derive(Debug, Clone)]
pub struct OptionsForm {
    /// The enum's key.
    pub key: String,
    /// The options that it has with what the import adds so far.
    pub present: Vec<String>,
    /// The further ones.
    pub options: OptionList,
    /// Why they cannot be added.
    pub problem: Option<String>,
}

/// A key and one field.
#[derive(Debug, Clone)]
pub struct WordForm {
    /// The key.
    pub key: String,
    /// What is typed.
    pub field: Field,
    /// Why that will not do.
    pub problem: Option<String>,
}

impl SchemaPanel {
    pub(super) fn edit(&mut self, edit: &Edit) {
        match self {
            SchemaPanel::Key(form) => form.edit(edit),
            SchemaPanel::Options(form) => {
                form.problem = None;
                form.options.edit(edit);
            }
            SchemaPanel::Rename(form) | SchemaPanel::DeleteForEver(form) => {
                form.problem = None;
                form.field.edit(edit);
            }
            SchemaPanel::Infer(form) => form.edit(edit),
        }
    }

    /// Whether a field of it has the keyboard.
    pub(super) fn takes_text(&self) -> bool {
        !matches!(self, SchemaPanel::Infer(form) if !form.takes_text())
    }

    pub(super) fn hints(&self) -> Vec<Hint> {
        let close = Hint::new(Action::Back, "close");
        match self {
            SchemaPanel::Key(form) => {
                let is_taking = form.focus() == FormFocus::Detail
                    && form.kind() == KeyKind::Enum
                    && !form.options().field().text().trim().is_empty();
                let label = if is_taking { "take the option" } else { "add the key" };
                vec![Hint::new(Action::Next, label), Hint::new(Action::FocusNext, "next field"), close]
            }
            SchemaPanel::Options(form) => {
                let is_taking = !form.options.field().text().trim().is_empty();
                vec![Hint::new(Action::Next, if is_taking { "take the option" } else { "add them" }), close]
            }
            SchemaPanel::Rename(_) => vec![Hint::new(Action::Next, "rename"), close],
            SchemaPanel::DeleteForEver(_) => vec![Hint::new(Action::Next, "delete for ever"), close],
            SchemaPanel::Infer(form) => form.hints(),
        }
    }

    /// Whether this is the same form for the same key.
    fn is_like(&self, other: &SchemaPanel) -> bool {
        match (self, other) {
            (SchemaPanel::Key(one), SchemaPanel::Key(other)) => one.original == other.original,
            (SchemaPanel::Options(one), SchemaPanel::Options(other)) => one.key == other.key,
            (SchemaPanel::Rename(one), SchemaPanel::Rename(other)) => one.key == other.key,
            (SchemaPanel::Infer(_), SchemaPanel::Infer(_)) => true,
            _ => false,
        }
    }

    /// Whether something in it is worth being kept. A confirmation is not: it has to be typed anew.
    fn is_worth_keeping(&self) -> bool {
        match self {
            // Of a key that is there, an emptied name was emptied on purpose.
            SchemaPanel::Key(form) => !form.is_untouched(),
            SchemaPanel::Options(form) => !form.options.is_empty(),
            SchemaPanel::Rename(form) => form.field.text() != form.key,
            SchemaPanel::DeleteForEver(_) => false,
            SchemaPanel::Infer(form) => form.is_worth_keeping(),
        }
    }
}

impl SchemaStep {
    /// Shows a panel, as it was left when it was closed unfinished.
    pub(super) fn show(&mut self, panel: SchemaPanel) {
        let draft = self.drafts.iter().position(|draft| draft.is_like(&panel));
        self.panel = Some(match draft.map(|place| self.drafts.remove(place)) {
            Some(SchemaPanel::Options(draft)) => match panel {
                // The enum may have other options by now.
                SchemaPanel::Options(fresh) => SchemaPanel::Options(OptionsForm { present: fresh.present, ..draft }),
                _ => SchemaPanel::Options(draft),
            },
            Some(SchemaPanel::Key(mut draft)) => {
                draft.problem = Some("The form is as you left it; Ctrl-U empties a field.".to_owned());
                SchemaPanel::Key(draft)
            }
            Some(draft) => draft,
            None => panel,
        });
    }

    /// Closes a panel; what is in it is there again when it is.
    fn close(&mut self, panel: SchemaPanel) {
        if panel.is_worth_keeping() {
            self.drafts.push(panel);
        }
        self.list.is_held = false;
    }

    pub(super) fn panel_action(
        &mut self,
        action: Action,
        config: &mut Config,
        access: AzureAccess,
        outbox: &mut Outbox,
    ) {
        let Some(mut panel) = self.panel.take() else { return };
        let is_done = match (action, &mut panel) {
            (_, SchemaPanel::Infer(form)) => {
                if !self.infer_action(form, action, config, access, outbox) {
                    return self.close(panel);
                }
                false
            }
            (Action::Back, _) => return self.close(panel),
            (Action::Next, SchemaPanel::Key(form)) => {
                let takes = form.focus == FormFocus::Detail && form.kind == KeyKind::Enum;
                !(takes && form.options.take()) && self.add(form, config)
            }
            (Action::Next, SchemaPanel::Options(form)) => !form.options.take() && self.widen(form, config),
            (Action::Next, SchemaPanel::Rename(form)) => self.rename(form, config),
            (Action::Next, SchemaPanel::DeleteForEver(form)) => self.delete_for_ever(form, config),
            (Action::FocusNext | Action::FocusPrevious | Action::Up | Action::Down, SchemaPanel::Key(form)) => {
                form.move_focus(action);
                false
            }
            _ => false,
        };
        if !is_done {
            self.panel = Some(panel);
        }
    }

    /// Opens the form of a new key, or of one that the import adds.
    pub(super) fn open_form(&mut self, of: Option<&str>, config: &Config) {
        let of = of.and_then(|key| config.schema.keys.get_key_value(key));
        self.show(SchemaPanel::Key(KeyForm::new(of.map(|(key, key_type)| (key.as_str(), key_type)))));
    }

    /// The key under the cursor and the options that it will have, if it is an enum to which options can be added.
    fn open_enum(&self) -> Option<(&str, Vec<String>)> {
        let key = self.list.current()?;
        let entry = match self.change(key) {
            Some(change) if matches!(change.kind, ChangeKind::Widen | ChangeKind::Restore) => &change.then,
            Some(_) => return None,
            None => self.now(key)?,
        };
        match KeyType::read(entry)? {
            KeyType::Enum(options) => Some((key, options)),
            _ => None,
        }
    }

    /// Whether Enter opens the row under the cursor instead of going on: only where the user went to an enum.
    pub fn opens_on_enter(&self) -> bool {
        matches!(self.view, SchemaView::Read(_)) && self.list.is_held && self.open_enum().is_some()
    }

    fn is_added(&self, key: &str) -> bool {
        self.change(key).is_some_and(|change| change.kind == ChangeKind::Add)
    }

    /// Opens what can be changed of the key under the cursor.
    pub(super) fn open_row(&mut self, config: &Config) {
        let Some(key) = self.list.current().map(str::to_owned) else { return };
        // What is not in Encord yet can still be changed in every way.
        if self.is_added(&key) {
            self.open_form(Some(&key), config);
        } else if let Some((_, present)) = self.open_enum() {
            let form = OptionsForm { key, present, options: OptionList::default(), problem: None };
            self.show(SchemaPanel::Options(form));
        } else {
            self.notice = Some(format!("'{key}' has nothing to change here: a key in Encord keeps its type."));
        }
    }

    pub(super) fn open_rename(&mut self, config: &Config) {
        let Some(key) = self.list.current().map(str::to_owned) else { return };
        match config.schema.keys.contains_key(&key) {
            true => {
                let field = Field::new(&key);
                self.show(SchemaPanel::Rename(WordForm { key, field, problem: None }));
            }
            false => self.notice = Some(format!("'{key}' is not a key of this import; only those can be renamed.")),
        }
    }

    /// The hints of the row under the cursor.
    pub(super) fn row_hints(&self) -> Vec<Hint> {
        let Some(key) = self.list.current() else { return Vec::new() };
        let kind = self.change(key).map(|change| &change.kind);
        let is_gone = self.now(key).is_some_and(|now| now["ty"] == "tombstone" && now["deleted_ty"].is_null());
        let is_deleted = self.is_deleted(key) && !is_gone && kind.is_none();
        let mut hints = Vec::new();
        if self.can_undo(key) {
            hints.push(Hint::new(Action::Undo, "undo"));
        } else if is_deleted {
            hints.push(Hint::new(Action::Undo, "restore"));
        }
        if self.open_enum().is_some() {
            hints.extend((!self.opens_on_enter()).then(|| Hint::new(Action::Toggle, "further options")));
        } else if kind == Some(&ChangeKind::Add) {
            hints.push(Hint::new(Action::Toggle, "edit"));
        }
        match kind {
            Some(ChangeKind::Conflict) => hints.push(Hint::new(Action::Rename, "rename ours")),
            Some(ChangeKind::Add) => hints.push(Hint::new(Action::Delete, "do not add")),
            Some(ChangeKind::Restore) => hints.push(Hint::new(Action::Delete, "do not restore")),
            Some(ChangeKind::Delete) => hints.push(Hint::new(Action::Delete, "delete for ever")),
            Some(ChangeKind::DeleteForEver) => {}
            None if is_deleted => hints.push(Hint::new(Action::Delete, "delete for ever")),
            None if is_gone || self.now(key).is_none() => {}
            None | Some(ChangeKind::Widen) => {
                hints.extend([Hint::new(Action::Delete, "delete"), Hint::new(Action::DeleteForEver, "for ever")]);
            }
        }
        hints
    }

    /// Adds a key to what the import asks for; false where that is refused.
    fn add(&mut self, form: &mut KeyForm, config: &mut Config) -> bool {
        let key = form.name.text().trim().to_owned();
        if key.is_empty() {
            form.focus = FormFocus::Name;
        }
        let key_type = match (key.is_empty(), form.key_type()) {
            (true, _) => Err("The key needs a name.".to_owned()),
            (false, Err(problem)) => Err(problem),
            (false, Ok(key_type)) => self.may_add(&key, key_type, form.original.as_deref(), config),
        };
        match key_type {
            Ok(key_type) => {
                let advice = KeyEdit::Add { key: key.clone(), key_type: key_type.clone() }.advice();
                self.notice = advice.map(str::to_owned).or(form.advice.map(|advice| format!("{advice}.")));
                self.put(form.original.as_deref(), &key, key_type, config);
                true
            }
            Err(problem) => {
                form.problem = Some(problem);
                false
            }
        }
    }

    /// Adds options to what the import asks for; false where that is refused.
    fn widen(&mut self, form: &mut OptionsForm, config: &mut Config) -> bool {
        let further: Vec<String> =
            form.options.taken().iter().filter(|option| !form.present.contains(option)).cloned().collect();
        let result = match (form.options.taken().is_empty(), further.is_empty()) {
            (true, _) => Err("Type at least one option.".to_owned()),
            (false, true) => Err("The key has these options already.".to_owned()),
            (false, false) => self.may_widen(&form.key, &further),
        };
        if let Err(problem) = result {
            form.problem = Some(problem);
            return false;
        }
        let mut options = match config.schema.keys.get(&form.key) {
            Some(KeyType::Enum(options)) => options.clone(),
            _ => Vec::new(),
        };
        options.extend(further);
        options.sort_unstable();
        options.dedup();
        let key = form.key.clone();
        self.put(Some(&key), &key, KeyType::Enum(options), config);
        true
    }
}
