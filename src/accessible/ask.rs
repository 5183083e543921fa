//! Help and other texts that are printed on demand.

use crate::{
    help::{self, Topic},
    wizard::Wizard,
};

/// The page of help of what is on the screen, a line for each thing.
pub(super) fn help_lines(wizard: &Wizard) -> Vec<String> {
    let page = if wizard.is_at_home() { help::page(Topic::Home) } else { help::page(wizard.step()) };
    let Some(page) = page else { return Vec::new() };
    let mut lines = vec![format!("Help: {}", page.title), page.purpose.clone(), page.ready.clone()];
    for section in &page.sections {
        lines.push(format!("{}:", section.title));
        for entry in &section.entries {
            lines.push(format!("{}: {} {}", entry.label, entry.what, entry.choose));
            lines.extend(entry.more.iter().cloned());
        }
        lines.extend(section.points.iter().cloned());
    }
    lines.push("End of the help.".to_owned());
    lines.iter().map(|line| line.replace('`', "")).filter(|line| !line.trim().is_empty()).collect()
}
