//! What is typed into the form that has the keyboard.

use crate::wizard::{
    Wizard, folder::form::FolderField, home::panel::HomePanel, integration::fields::FieldName,
    manifest::rule_form::RuleField, overlay::Overlay, save::SaveStage, schema::panels::SchemaPanel, step::Step,
};

/// The form that has the keyboard: which one, and what is typed into it.
pub(super) fn form(wizard: &Wizard) -> Option<(String, Vec<String>)> {
    let own = |text: &str| text.to_owned();
    match wizard.overlay() {
        Some(Overlay::Save) => {
            let dialog = wizard.save_dialog()?;
            return matches!(dialog.stage(), SaveStage::Naming { .. })
                .then(|| (own("save"), vec![own(dialog.name().text())]));
        }
        Some(_) => return None,
        None => {}
    }
    if wizard.is_at_home() {
        let Some(HomePanel::Duplicate(form)) = wizard.home().panel() else { return None };
        return Some((format!("copy of {}", form.of()), vec![own(form.name().text())]));
    }
    match wizard.step() {
        Step::Integration if wizard.integration().panel().is_none() => {
            const ALL: [FieldName; 6] = [
                FieldName::Domain,
                FieldName::KeyFile,
                FieldName::Integration,
                FieldName::Account,
                FieldName::Credential,
                FieldName::Container,
            ];
            let text = |name| wizard.integration().field(name).map(|field| own(field.text()));
            Some((own("step 1"), ALL.into_iter().filter_map(text).collect()))
        }
        Step::Schema => match wizard.schema().panel()? {
            SchemaPanel::Key(form) => Some((
                format!("key {:?}", form.original()),
                vec![
                    own(form.name().text()),
                    own(form.size().text()),
                    own(form.options().field().text()),
                    form.options().taken().join("\n"),
                ],
            )),
            SchemaPanel::Options(form) => Some((
                format!("options of {}", form.key),
                vec![own(form.options.field().text()), form.options.taken().join("\n")],
            )),
            SchemaPanel::Rename(form) => Some((format!("rename {}", form.key), vec![own(form.field.text())])),
            SchemaPanel::DeleteForEver(_) | SchemaPanel::Infer(_) => None,
        },
        Step::Manifest if wizard.manifest().rules().has_keyboard() => {
            let rules = wizard.manifest().rules();
            let text = |rule| rules.field(rule).map(|field| own(field.text()));
            Some((own("rules"), RuleField::ALL.into_iter().filter_map(text).collect()))
        }
        Step::Folder => {
            let form = wizard.folder().form()?;
            let fields = [FolderField::Name, FolderField::Description, FolderField::Metadata, FolderField::Sidecar];
            let text = |field| form.field(field).map(|field| own(field.text()));
            let which = if form.mirror_part().is_some() { "mirror" } else { "folder" };
            Some((own(which), fields.into_iter().filter_map(text).collect()))
        }
        _ => None,
    }
}
