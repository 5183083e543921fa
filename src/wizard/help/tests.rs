use std::collections::BTreeSet;

use crate::wizard::{
    check::CHECKS,
    folder::form::FolderField,
    help::*,
    integration::fields::FieldName,
    list::List,
    manifest::rule_form::RuleField,
    saved::CauseId,
    schema::form::{FormFocus, KeyKind},
    upload::option::UploadOption,
};

/// Every key that the example config shows, as `section.key`.
fn config_keys() -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut section = String::new();
    for line in include_str!("../../../config.example.toml").lines() {
        let line = line.strip_prefix("#: ").unwrap_or(line);
        if let Some(name) = line.strip_prefix('[').map(|line| line.trim_matches(['[', ']'])) {
            section = name.to_owned();
            if line.starts_with("[[") || section == "schema.keys" {
                keys.insert(section.clone());
            }
        } else if let Some((key, _)) = line.split_once(" = ")
            && key.chars().all(|c| c.is_ascii_lowercase() || c == '_')
            && section != "schema.keys"
        {
            keys.insert(format!("{section}.{key}").trim_start_matches('.').to_owned());
        }
    }
    keys
}

#[test]
fn every_page_says_what_it_is_for_and_every_entry_what_it_is_and_what_to_choose() {
    assert_eq!(pages().len(), Topic::ALL.len());
    for page in pages() {
        for text in [&page.title, &page.purpose, &page.ready] {
            assert!(!text.is_empty(), "{page:?}");
        }
        assert!(page.ready.starts_with("Ready when "), "{}", page.ready);
        for section in &page.sections {
            assert!(!section.entries.is_empty() || !section.points.is_empty(), "{section:?}");
        }
        let troubles =
            page.sections.iter().any(|section| section.title == "Typical troubles" && section.points.len() > 2);
        assert!(troubles || page.topic == Topic::Exit, "{:?} names no troubles", page.topic);
        for entry in page.entries() {
            let key = &entry.key;
            assert!(!entry.label.is_empty() && entry.label.chars().count() <= 24, "{key}: {}", entry.label);
            for sentence in [&entry.what, &entry.choose].into_iter().chain(&entry.more) {
                assert!(sentence.ends_with(['.', '?']) && !sentence.contains('!'), "{key}: {sentence:?}");
                assert!(sentence.matches('`').count() % 2 == 0, "{key}: {sentence:?}");
            }
            assert_eq!(find(key).map(|found| &found.both), Some(&entry.both), "{key} is said twice");
        }
    }
    for topic in Topic::ALL {
        assert_eq!(page(topic).map(|page| page.topic), Some(topic));
    }
}

#[test]
fn every_field_option_list_check_and_exit_code_is_explained() {
    let mut keys: Vec<String> = Vec::new();
    keys.extend(FieldName::ALL.map(|name| name.key().to_owned()));
    keys.extend(RuleField::ALL.map(|rule| rule.key().to_owned()));
    keys.extend(KeyKind::ALL.map(|kind| kind.key().to_owned()));
    keys.extend([FormFocus::Name, FormFocus::Kind, FormFocus::Detail].map(|focus| focus.key().to_owned()));
    let of_folders =
        [FolderField::Name, FolderField::Place, FolderField::Description, FolderField::Metadata, FolderField::Sidecar];
    keys.extend(of_folders.map(|field| field.key().to_owned()));
    keys.extend(UploadOption::ALL.map(|option| option.key().to_owned()));
    let lists = [List::Items, List::Skipped, List::Findings, List::Failed, List::FailedBy(CauseId(0))];
    keys.extend(lists.map(|list| list.key().to_owned()));
    keys.extend([0, 1, 2, 3, 4, 130].map(|code| format!("exit {code}")));
    for key in keys {
        assert!(find(&key).is_some(), "nothing is said of {key}");
    }
    for about in CHECKS {
        let entry = check(about.id).unwrap_or_else(|| panic!("nothing is said of the check {}", about.id));
        assert_eq!((entry.label.as_str(), entry.what.as_str()), (about.name, about.why));
    }
    for name in FieldName::ALL {
        assert_eq!(field(name.key()).label, name.label());
        // Two lines of 80 columns, three of 60.
        for (columns, rows) in [(75, 2), (55, 3)] {
            let lines = crate::tui::text::wrap(name.help(), columns);
            assert!(lines.len() <= rows, "{columns} columns: {lines:?}");
        }
    }
}

#[test]
fn every_key_of_a_config_has_an_entry_and_no_entry_is_of_a_key_that_is_none() {
    let keys = config_keys();
    assert!(keys.len() > 55, "{keys:?}");
    let entries = pages().iter().flat_map(Page::entries).filter(|entry| entry.kind() == EntryKind::Key);
    let explained: BTreeSet<String> = entries.map(|entry| entry.key.clone()).collect();
    assert_eq!(explained, keys);
}

#[test]
fn an_entry_without_a_text_of_its_own_shows_the_other_pages() {
    let texts = [
        (Topic::Home, "# A\n\nfor.\nReady.\n\n## S\n\n### a.b | Here\n"),
        (Topic::Exit, "# B\nfor.\nReady.\n## S\n### a.b | There\nIs `it`.\nDo.\nMore.\n- a point\n"),
    ];
    let pages = read::pages(texts);
    let [here, there] = [0, 1].map(|place: usize| pages[place].entries().next().unwrap().clone());
    assert_eq!(here.both, "Is it. Do.");
    assert_eq!(Entry { label: "There".into(), ..here }, there);
    assert_eq!((there.more, &pages[1].sections[0].points), (vec!["More.".to_owned()], &vec!["a point".to_owned()]));
}
