//! The order of a list on Home, the search in it and its cursor.

use crate::wizard::{
    action::Action,
    matching::gaps,
    rows::moved_in,
    saved::{PastRun, SavedConfig},
};

/// A list of Home.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum HomeList {
    /// The saved configs.
    #[default]
    Configs,
    /// The runs on record.
    Runs,
}

/// How well a row answers a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Its first field holds the words.
    Name,
    /// Its fields hold them.
    Whole,
    /// They hold the words' letters in order, with others between them.
    Scattered,
}

/// The rows of a list by their places, as they are to be shown.
#[derive(Debug, Default)]
pub(super) struct Ordered {
    /// The fields of each row in lower case, a line each.
    texts: Vec<String>,
    /// All rows in order.
    order: Vec<usize>,
    /// Those of them that pass the search.
    matching: Vec<usize>,
    cursor: usize,
}

impl Ordered {
    pub(super) fn of_configs(configs: &[SavedConfig]) -> Ordered {
        let fields = |config: &SavedConfig| {
            let more = [&config.account, &config.container, &config.folder].map(|field| field.as_deref().unwrap_or(""));
            lines(&[&config.name, more[0], more[1], more[2]])
        };
        Ordered::new(configs.iter().map(fields).collect(), |_| 0)
    }

    /// What is in progress comes first, then what was broken off, then the rest, each newest first as it came.
    pub(super) fn of_runs(runs: &[PastRun]) -> Ordered {
        let texts = runs.iter().map(|run| lines(&[&run.config, &run.folder, &run.run])).collect();
        Ordered::new(texts, |place| match runs.get(place) {
            Some(run) if run.is_live => 0,
            Some(run) if run.is_open => 1,
            _ => 2,
        })
    }

    fn new(texts: Vec<String>, rank: impl Fn(usize) -> u8) -> Ordered {
        let mut order: Vec<usize> = (0..texts.len()).collect();
        order.sort_by_key(|place| rank(*place));
        Ordered { texts, matching: order.clone(), order, cursor: 0 }
    }

    /// Keeps the rows that hold every word, or its letters in order, in one of their fields; the best ones first.
    pub(super) fn search(&mut self, text: &str) {
        let text = text.to_lowercase();
        let words: Vec<&str> = text.split_whitespace().collect();
        if words.is_empty() {
            self.matching.clone_from(&self.order);
        } else {
            let fit = |place: &usize| Some((fit(&words, self.texts.get(*place)?)?, *place));
            let mut found: Vec<(Fit, usize)> = self.order.iter().filter_map(fit).collect();
            found.sort_by_key(|(fit, _)| *fit);
            self.matching = found.into_iter().map(|(_, place)| place).collect();
        }
        self.cursor = self.cursor.min(self.matching.len().saturating_sub(1));
    }

    pub(super) fn moved(&mut self, action: Action) {
        self.cursor = moved_in(self.cursor, action, self.matching.len());
    }

    pub(super) fn rewind(&mut self) {
        self.cursor = 0;
    }

    /// Puts the cursor on a row, if it is shown.
    pub(super) fn go_to(&mut self, row: usize) {
        if let Some(place) = self.matching.iter().position(|shown| *shown == row) {
            self.cursor = place;
        }
    }

    pub(super) fn cursor(&self) -> usize {
        self.cursor
    }

    pub(super) fn set_cursor(&mut self, cursor: usize) {
        self.cursor = cursor.min(self.matching.len().saturating_sub(1));
    }

    pub(super) fn found(&self) -> usize {
        self.matching.len()
    }

    /// Which row is shown at a place.
    pub(super) fn row(&self, place: usize) -> Option<usize> {
        self.matching.get(place).copied()
    }
}

fn lines(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| field.replace('\n', " ").to_lowercase()).collect();
    fields.join("\n")
}

fn fit(words: &[&str], text: &str) -> Option<Fit> {
    let mut worst = Fit::Name;
    for word in words {
        let of_word = text.lines().enumerate().filter_map(|(place, field)| match field.contains(word) {
            true if place == 0 => Some(Fit::Name),
            true => Some(Fit::Whole),
            false => gaps(word, field).map(|_| Fit::Scattered),
        });
        worst = worst.max(of_word.min()?);
    }
    Some(worst)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_before_scattered_and_names_before_all() {
        let texts = ["nightly", "berlin\nacme\nstreets", "north\nnightly-data", "n-i-g-h-t-l-y", "夜间\n街景"];
        for (search, expected) in [
            ("", &[0, 1, 2, 3, 4][..]),
            ("nightly", &[0, 2, 3]),
            ("NIGHT", &[0, 2, 3]),
            ("acme str", &[1]),
            ("brl", &[1]),
            ("街", &[4]),
            ("berlinacme", &[]),
            ("   ", &[0, 1, 2, 3, 4]),
        ] {
            let mut list = Ordered::new(texts.iter().map(|text| (*text).to_owned()).collect(), |_| 0);
            list.search(search);
            let found: Vec<usize> = (0..list.found()).filter_map(|place| list.row(place)).collect();
            assert_eq!(found, expected, "{search}");
        }
    }

    #[test]
    fn the_cursor_stays_in_the_list() {
        let mut list = Ordered::new((0..50).map(|n| format!("config-{n}")).collect(), |_| 0);
        list.moved(Action::Bottom);
        assert_eq!(list.cursor(), 49);
        list.search("config-1");
        assert!(list.cursor() < list.found());
        list.search("nothing of the kind");
        assert_eq!((list.cursor(), list.found(), list.row(0)), (0, 0, None));
    }
}
