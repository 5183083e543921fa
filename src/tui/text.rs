//! Text for a grid of cells: its width, cutting and wrapping, what makes foreign text harmless, and numbers in words.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

pub(super) use crate::format::count;

/// How many columns a text takes.
pub(super) fn width(text: &str) -> usize {
    if is_plain(text) {
        return text.len();
    }
    text.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Whether each byte takes one column whatever stands beside it. Nearly all text is so, and each frame measures much of it.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Text from a server or a blob's name, made harmless: control characters, which could drive the terminal, are spelled as
/// `^[`; characters without a place of their own that reorder or hide others are spelled as `<U+202E>`. Joiners stay: emoji
/// and several scripts need them.
pub(super) fn clean(text: &str) -> Cow<'_, str> {
    let odd = |c: char| c.is_control() || is_invisible(c);
    if !text.contains(odd) {
        return Cow::Borrowed(text);
    }
    let mut clean = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        match c {
            '\u{7f}' => clean.push_str("^?"),
            c if c.is_ascii_control() => {
                clean.push('^');
                clean.push(char::from((c as u8) ^ 0x40));
            }
            c if odd(c) => clean.push_str(&format!("<U+{:04X}>", u32::from(c))),
            c => clean.push(c),
        }
    }
    Cow::Owned(clean)
}

/// Bidirectional marks, overrides and isolates, line separators, zero-width spaces, tags and the like.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// The text, or its start with `ellipsis` where it is wider than `most` columns.
pub(super) fn cut<'a>(text: &'a str, most: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(width(ellipsis)) else { return Cow::Owned(".".repeat(most)) };
    Cow::Owned(format!("{}{ellipsis}", fitting(text.graphemes(true), room).concat()))
}

/// The text, or its end with `ellipsis` in front where it is wider than `most` columns: for paths, whose end tells most.
pub(super) fn cut_start<'a>(text: &'a str, most: usize, ellipsis: &str) -> Cow<'a, str> {
    if width(text) <= most {
        return Cow::Borrowed(text);
    }
    let Some(room) = most.checked_sub(width(ellipsis)) else { return Cow::Owned(".".repeat(most)) };
    let mut kept = fitting(text.graphemes(true).rev(), room);
    kept.reverse();
    Cow::Owned(format!("{ellipsis}{}", kept.concat()))
}

/// A path, URL or name no wider than `most` columns: its end with `ellipsis` in front, so that its last name stays whole. Of the
/// name that is cut there, nothing stays if too little would to recognise it; where the last name alone is too wide, its middle
/// is left out.
pub(super) fn cut_path<'a>(text: &'a str, most: usize, ellipsis: &str) -> Cow<'a, str> {
    const LEAST: usize = 3;
    let is_between = |c| matches!(c, '/' | '\\');
    let room = most.saturating_sub(width(ellipsis));
    if width(text) <= most || room < LEAST {
        return cut_start(text, most, ellipsis);
    }
    let mut kept = fitting(text.graphemes(true).rev(), room);
    kept.reverse();
    let end = kept.concat();
    match end.find(is_between) {
        // A name that begins here is whole.
        Some(0) if end.chars().any(|c| !is_between(c)) => Cow::Owned(format!("{ellipsis}{end}")),
        Some(at) if end.get(at..).is_some_and(|rest| rest.chars().any(|c| !is_between(c))) => {
            let is_told = end.get(..at).is_some_and(|part| part.graphemes(true).count() >= LEAST);
            let from = if is_told { 0 } else { at };
            Cow::Owned(format!("{ellipsis}{}", end.get(from..).unwrap_or_default()))
        }
        _ => {
            let trimmed = text.trim_end_matches(is_between);
            let name = trimmed.rfind(is_between).and_then(|at| text.get(at + 1..)).unwrap_or(text);
            let mut end = fitting(name.graphemes(true).rev(), room / 2);
            end.reverse();
            let start = fitting(name.graphemes(true), room - room / 2).concat();
            Cow::Owned(format!("{start}{ellipsis}{}", end.concat()))
        }
    }
}

fn fitting<'a>(graphemes: impl Iterator<Item = &'a str>, most: usize) -> Vec<&'a str> {
    let mut used = 0;
    graphemes
        .take_while(|grapheme| {
            used += grapheme.width();
            used <= most
        })
        .collect()
}

/// The text filled with spaces at its end up to `columns`, or cut.
pub(super) fn left(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = cut(text, columns, ellipsis);
    format!("{text}{}", " ".repeat(columns.saturating_sub(width(&text))))
}

/// The text filled with spaces at its start up to `columns`, or cut.
pub(super) fn right(text: &str, columns: usize, ellipsis: &str) -> String {
    let text = cut(text, columns, ellipsis);
    format!("{}{text}", " ".repeat(columns.saturating_sub(width(&text))))
}

/// Foreign or own text in lines of at most `columns`, broken between words, and inside a word only where it is longer than a
/// line. Line breaks in the text are kept; everything else is made harmless as by [`clean`].
pub(crate) fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let paragraph = clean(paragraph);
        let (mut line, mut used) = (String::new(), 0);
        for word in paragraph.split(' ').filter(|word| !word.is_empty()) {
            let size = width(word);
            if used > 0 && used + 1 + size > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            if used > 0 {
                line.push(' ');
                used += 1;
            }
            // A blank or nothing stands before it, so nothing joins with it.
            if used + size <= columns && is_plain(word) {
                line.push_str(word);
                used += size;
                continue;
            }
            for grapheme in word.graphemes(true) {
                // Marks that take columns of their own can make one character wider than a whole line.
                let grapheme = if grapheme.width() > columns { "\u{fffd}" } else { grapheme };
                // Neighbours can be wider together than apart, so the line is measured as a whole.
                let before = line.len();
                line.push_str(grapheme);
                used = width(&line);
                if used > columns && before > 0 {
                    let rest = line.split_off(before);
                    lines.push(std::mem::replace(&mut line, rest));
                    used = width(&line);
                }
            }
        }
        lines.push(line);
    }
    lines
}

/// Seconds: `45s`, `2m 05s`, `3h 02m`, `2d 04h`.
pub(super) fn duration(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds}s"),
        60..3600 => format!("{}m {:02}s", seconds / 60, seconds % 60),
        3600..86400 => format!("{}h {:02}m", seconds / 3600, seconds % 3600 / 60),
        _ => format!("{}d {:02}h", seconds / 86400, seconds % 86400 / 3600),
    }
}

/// A rate in things a second: `1,234`, `3.4`.
pub(super) fn rate(per_second: f64) -> String {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a rate, rounded to a whole number")]
    let whole = per_second.max(0.0).round() as u64;
    if per_second < 10.0 { format!("{:.1}", per_second.max(0.0)) } else { count(whole) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{bytes, counted};
    use proptest::prelude::*;

    #[test]
    fn foreign_text_cannot_drive_the_terminal_or_hide() {
        for (text, expected) in [
            ("plain/é 中.png", "plain/é 中.png"),
            ("a\u{1b}[31mb", "a^[[31mb"),
            ("tab\there\r\n\0", "tab^Ihere^M^J^@"),
            ("del\u{7f} c1\u{9b}", "del^? c1<U+009B>"),
            ("gpj\u{202e}exe", "gpj<U+202E>exe"),
            ("a\u{200b}b\u{feff}", "a<U+200B>b<U+FEFF>"),
            ("👩\u{200d}🔬", "👩\u{200d}🔬"),
        ] {
            assert_eq!(clean(text), expected);
        }
    }

    #[test]
    fn cutting_respects_graphemes_and_columns() {
        assert_eq!(cut("abcdef", 6, "…"), "abcdef");
        assert_eq!(cut("abcdef", 4, "…"), "abc…");
        assert_eq!(cut("中文字", 4, "…"), "中…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2, "…"), "e\u{301}…");
        assert_eq!(cut_start("a/b/文件.png", 7, "…"), "…件.png");
        assert_eq!((cut("ab", 0, "…"), cut_start("ab", 1, "…")), ("".into(), "…".into()));
        assert_eq!(left("中", 4, "…"), "中  ");
        assert_eq!(right("12", 4, "…"), "  12");
    }

    #[test]
    fn the_names_at_the_end_of_a_path_stay_whole_or_recognisable() {
        for (path, columns, expected) in [
            ("Raw/2026/Berlin", 15, "Raw/2026/Berlin"),
            ("Raw/2026/Berlin", 14, "…/2026/Berlin"),
            ("Raw/2026/Berlin", 13, "…/2026/Berlin"),
            ("Raw/2026/Berlin", 12, "…2026/Berlin"),
            ("Raw/2026/Berlin", 10, "…/Berlin"),
            ("Raw/2026/Berlin/", 11, "…/Berlin/"),
            ("Raw/2026/Berlin streets by night", 16, "Berlin s…y night"),
            ("cam-07/2026-03-01/frame-000001.jpg", 33, "…m-07/2026-03-01/frame-000001.jpg"),
            ("街景/东京/夜间/第三组", 13, "…/夜间/第三组"),
            ("C:\\Users\\ada\\nightly.toml", 16, "…\\nightly.toml"),
            ("a-very-long-name-0001.jpg", 16, "a-very-l…001.jpg"),
            ("Raw/2026/Berlin", 3, "…in"),
            ("//", 1, "…"),
            ("ab", 0, ""),
        ] {
            assert_eq!(cut_path(path, columns, "…"), expected, "{path} in {columns}");
        }
    }

    #[test]
    fn wrapping_breaks_between_words_and_long_ones_inside() {
        assert_eq!(wrap("one two  three", 8), ["one two", "three"]);
        assert_eq!(wrap("see https://example.org/x", 10), ["see", "https://ex", "ample.org/", "x"]);
        assert_eq!(wrap("a\n\nb\tc", 10), ["a", "", "b^Ic"]);
        assert_eq!(wrap("", 10), Vec::<String>::new());
        assert_eq!(wrap("a \u{1f6f4}\u{1930}", 2), ["a", "\u{fffd}"]);
    }

    #[test]
    fn numbers_read_well() {
        assert_eq!([0, 999, 1000, 1_234_567].map(count), ["0", "999", "1,000", "1,234,567"]);
        let sizes = [0, 999, 1000, 1_249, 999_949, 999_960, 1_200_000_000, 123_456_789_012, u64::MAX];
        let expected = ["0 B", "999 B", "1.0 kB", "1.2 kB", "1.0 MB", "1.0 MB", "1.2 GB", "123 GB", "18.4 EB"];
        assert_eq!(sizes.map(bytes), expected);
        assert_eq!([0, 59, 125, 3725, 187_200].map(duration), ["0s", "59s", "2m 05s", "1h 02m", "2d 04h"]);
        assert_eq!([0.0, 3.44, 1234.5].map(rate), ["0.0", "3.4", "1,235"]);
        assert_eq!((counted(1, "item", "items"), counted(0, "item", "items")), ("1 item".into(), "0 items".into()));
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn nothing_is_ever_wider_than_asked(text in "\\PC{0,40}", columns in 2_usize..30) {
            prop_assert!(width(&cut(&text, columns, "…")) <= columns);
            prop_assert!(width(&cut_start(&text, columns, "…")) <= columns);
            prop_assert!(width(&cut_path(&text, columns, "…")) <= columns);
            prop_assert!(width(&cut_path(&text.replace(' ', "/"), columns, "…")) <= columns);
            prop_assert_eq!(width(&left(&text, columns, "…")), columns);
            for line in wrap(&text, columns) {
                prop_assert!(width(&line) <= columns, "{}", line);
            }
        }
    }
}
