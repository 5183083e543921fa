//! Finding names by some of their letters.

/// How many characters lie between those that are looked for, if all are there in their order; `None` where they are not. Blanks
/// need not be there, and what lies before the first one is no gap. Both texts are taken as they are: in lower case, usually.
pub(super) fn gaps(wanted: &str, text: &str) -> Option<u32> {
    let mut rest = text.chars();
    let mut gaps: Option<u32> = None;
    for wanted in wanted.chars().filter(|c| !c.is_whitespace()) {
        let skipped = u32::try_from(rest.position(|c| c == wanted)?).unwrap_or(u32::MAX);
        gaps = Some(gaps.map_or(0, |gaps| gaps.saturating_add(skipped)));
    }
    Some(gaps.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::gaps;

    #[test]
    fn letters_are_found_in_their_order() {
        for (wanted, text, expected) in [
            ("", "anything", Some(0)),
            ("brl", "berlin", Some(1)),
            ("berlin", "in berlin", Some(0)),
            ("oth lst", "other list", Some(4)),
            ("nb", "berlin", None),
            ("街景", "街の景", Some(1)),
            ("aa", "a", None),
        ] {
            assert_eq!(gaps(wanted, text), expected, "{wanted} in {text}");
        }
    }
}
