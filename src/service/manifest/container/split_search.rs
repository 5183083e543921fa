//! Looks for names at which a long range may be cut, by asking the service for the first name behind a text.
//!
//! First the shallowest level at which the names ahead differ from the last one seen is found, then one name behind each of several
//! characters at that level: of `site-003/cam-7/x.jpg` that may be the last digit of the site, and one name of each further site.

use crate::service::manifest::container::names::{MOST_LEVELS, common, prefix_levels, sibling_probes, spread};

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The first name behind each of these texts is to be asked for.
    Ask(Vec<String>),
    /// The answers are not all there yet.
    Wait,
    /// These names, in order and each below the end, begin parts of the range; and nothing lies between the text and the end.
    Cut {
        /// Where to cut.
        names: Vec<String>,
        /// The text behind which there is nothing.
        nothing_behind: Option<String>,
    },
}

/// A search within a range.
#[derive(Debug)]
pub(super) struct SplitSearch {
    /// The last name that was seen.
    low: String,
    /// Where the range ends, or what is known to have nothing behind it.
    high: Option<String>,
    stage: Stage,
    waiting: usize,
    nothing_behind: Option<String>,
}

#[derive(Debug)]
enum Stage {
    Levels { open: Vec<(usize, String)>, best: Option<(usize, String)> },
    Fan { names: Vec<String> },
}

impl SplitSearch {
    /// Between the last name seen and the end; `floor` is the length of the prefix that all names have.
    pub(super) fn new(low: &str, high: Option<&str>, floor: usize) -> SplitSearch {
        let open = prefix_levels(low, high, floor);
        let stage = Stage::Levels { open, best: None };
        SplitSearch { low: low.to_owned(), high: high.map(str::to_owned), stage, waiting: 0, nothing_behind: None }
    }

    /// What to do first.
    pub(super) fn begin(&mut self) -> Next {
        self.next()
    }

    /// Takes the first name behind a text that was asked for, if there is one.
    pub(super) fn answered(&mut self, text: &str, first: Option<String>) -> Next {
        self.waiting = self.waiting.saturating_sub(1);
        let first = first.filter(|first| self.high.as_ref().is_none_or(|high| first < high));
        let is_nothing = first.is_none();
        // Ranges are cut at ASCII names only: the order of others differs from service to service.
        let first = first.filter(|first| first.is_ascii());
        if is_nothing && self.nothing_behind.as_deref().is_none_or(|known| text < known) {
            self.nothing_behind = Some(text.to_owned());
        }
        match &mut self.stage {
            Stage::Levels { open, best } => {
                let asked = open.iter().find(|(_, open)| open == text).map(|(level, _)| *level);
                match (first, asked) {
                    (Some(first), _) => {
                        let level = common(&self.low, &first);
                        // Deeper prefix_levels would lead to this name too, or to one before it.
                        open.retain(|(open, _)| *open < level);
                        if best.as_ref().is_none_or(|(best, _)| level < *best) {
                            *best = Some((level, first));
                        }
                    }
                    (None, Some(asked)) => open.retain(|(open, _)| *open > asked),
                    (None, None) => {}
                }
            }
            Stage::Fan { names } => names.extend(first),
        }
        self.next()
    }

    fn next(&mut self) -> Next {
        if self.waiting > 0 {
            return Next::Wait;
        }
        match &mut self.stage {
            Stage::Levels { open, .. } if !open.is_empty() => {
                let texts: Vec<String> = spread(open, MOST_LEVELS).into_iter().map(|(_, text)| text).collect();
                self.waiting = texts.len();
                Next::Ask(texts)
            }
            Stage::Levels { best, .. } => {
                let Some((level, first)) = best.take() else { return self.end(Vec::new()) };
                let high = [&self.high, &self.nothing_behind].into_iter().flatten().min();
                let texts = sibling_probes(&first, level, high.map(String::as_str));
                self.stage = Stage::Fan { names: vec![first] };
                self.waiting = texts.len();
                if texts.is_empty() { self.next() } else { Next::Ask(texts) }
            }
            Stage::Fan { names } => {
                let names = std::mem::take(names);
                self.end(names)
            }
        }
    }

    fn end(&mut self, mut names: Vec<String>) -> Next {
        names.sort_unstable();
        names.dedup();
        Next::Cut { names, nothing_behind: self.nothing_behind.take() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Hunts among names; tells where to cut, how many rounds of questions it took and how many questions.
    fn hunt(names: &[String], low: &str, high: Option<&str>) -> (Vec<String>, usize, usize) {
        let mut hunt = SplitSearch::new(low, high, 0);
        let (mut next, mut rounds, mut asked) = (hunt.begin(), 0, 0);
        loop {
            match next {
                Next::Ask(texts) => {
                    (rounds, asked) = (rounds + 1, asked + texts.len());
                    next = Next::Wait;
                    for text in texts {
                        next = hunt.answered(&text, names.iter().find(|name| **name >= text).cloned());
                    }
                }
                Next::Wait => panic!("nothing was asked for"),
                Next::Cut { names, nothing_behind } => {
                    if let (Some(nothing), None) = (nothing_behind, high) {
                        assert!(names.iter().all(|name| *name < nothing));
                    }
                    return (names, rounds, asked);
                }
            }
        }
    }

    #[test]
    fn a_level_is_found_and_fanned_out_in_few_rounds() {
        let names: Vec<String> = (0..8)
            .flat_map(|site| (0..500).map(move |n| format!("site-{site:03}/cam-{}/frame_{n:07}.jpg", n / 50)))
            .collect();
        let (cuts, rounds, asked) = hunt(&names, &names[20], None);
        assert_eq!(cuts, (1..8).map(|site| format!("site-{site:03}/cam-0/frame_0000000.jpg")).collect::<Vec<_>>());
        assert!(rounds <= 4 && asked <= 30, "{rounds} rounds, {asked} questions");
        let (cuts, ..) = hunt(&names, &names[20], Some(&cuts[0]));
        assert_eq!(cuts.len(), 9);
        assert!(cuts.iter().all(|cut| cut.starts_with("site-000/cam-")));
    }

    #[test]
    fn where_nothing_lies_ahead_there_is_no_cut() {
        let names: Vec<String> = (0..9).map(|n| format!("a/{n}.jpg")).collect();
        assert!(hunt(&names, "a/8.jpg", None).0.is_empty());
        assert!(hunt(&names, "a/3.jpg", Some("a/4.jpg")).0.is_empty());
        assert!(hunt(&["é".to_owned(), "日".to_owned()], "é", None).0.is_empty());
    }

    #[test]
    fn cuts_lie_before_the_high_end_among_letters_of_several_bytes() {
        let names = [
            "/", "/0", "/a", "//", "0a", "0é", "1", "1/", "10", "1a", "1é", "2", "2é", "a", "aa", "aé", "b", "bé", "c",
            "é", "é/", "é/é", "é0", "é0/", "é1", "éa", "éb", "éé", "ééé",
        ]
        .map(str::to_owned);
        for low in &names {
            for high in names.iter().filter(|high| *high > low).map(Some).chain([None]) {
                let (cuts, ..) = hunt(&names, low, high.map(String::as_str));
                assert!(cuts.iter().all(|cut| names.contains(cut) && cut > low), "{low} {high:?}: {cuts:?}");
                assert!(cuts.iter().all(|cut| high.is_none_or(|high| cut < high)), "{low} {high:?}: {cuts:?}");
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn cuts_are_names_between_both_ends(
            mut names in proptest::collection::vec("[a-c0-2/é]{1,6}", 2..60), at in 0usize..60, end in 0usize..60
        ) {
            names.sort();
            names.dedup();
            let low = names[at % names.len()].clone();
            let high = names.get(end).filter(|high| **high > low).cloned();
            let (cuts, ..) = hunt(&names, &low, high.as_deref());
            for cut in cuts {
                proptest::prop_assert!(names.contains(&cut) && cut > low && high.as_ref().is_none_or(|high| cut < *high));
            }
        }
    }
}
