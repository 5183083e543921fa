//! Reads the pages. Each line is a paragraph: `# title`, then what the step is for and when it is ready; `## section`;
//! `### key | label`, then what it is, what to choose, and anything more; `- point`. An entry without a text of its own shows what
//! another page says of the same key.

use crate::wizard::help::{Entry, Page, Section, Topic};

/// All pages, each entry with its text.
pub(super) fn pages(texts: impl IntoIterator<Item = (Topic, &'static str)>) -> Vec<Page> {
    let mut pages: Vec<Page> = texts.into_iter().map(|(topic, text)| page(topic, text)).collect();
    let has_text = |entry: &&Entry| !entry.what.is_empty();
    let whole: Vec<Entry> = pages.iter().flat_map(Page::entries).filter(has_text).cloned().collect();
    for entry in pages.iter_mut().flat_map(|page| &mut page.sections).flat_map(|section| &mut section.entries) {
        if let Some(other) = whole.iter().find(|other| other.key == entry.key && entry.what.is_empty()) {
            *entry = Entry { label: std::mem::take(&mut entry.label), ..other.clone() };
        }
        entry.both = format!("{} {}", entry.what, entry.choose).replace('`', "");
    }
    pages
}

fn page(topic: Topic, text: &str) -> Page {
    let mut page =
        Page { topic, title: String::new(), purpose: String::new(), ready: String::new(), sections: Vec::new() };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(title) = line.strip_prefix("# ") {
            page.title = title.to_owned();
        } else if let Some(title) = line.strip_prefix("## ") {
            page.sections.push(Section { title: title.to_owned(), ..Section::default() });
        } else {
            match page.sections.last_mut() {
                Some(section) => add(section, line),
                None if page.purpose.is_empty() => page.purpose = line.to_owned(),
                None => page.ready = line.to_owned(),
            }
        }
    }
    page
}

/// Adds a line to the section that it stands in.
fn add(section: &mut Section, line: &str) {
    if let Some(heading) = line.strip_prefix("### ") {
        let (key, label) = heading.split_once('|').unwrap_or((heading, ""));
        let (key, label) = (key.trim().to_owned(), label.trim().to_owned());
        section.entries.push(Entry { key, label, ..Entry::default() });
    } else if let Some(point) = line.strip_prefix("- ") {
        section.points.push(point.to_owned());
    } else if let Some(entry) = section.entries.last_mut() {
        match (entry.what.is_empty(), entry.choose.is_empty()) {
            (true, _) => entry.what = line.to_owned(),
            (false, true) => entry.choose = line.to_owned(),
            (false, false) => entry.more.push(line.to_owned()),
        }
    }
}
