//! What can come in.

use crossterm::event::{KeyCode, KeyModifiers};
use proptest::{
    prelude::{Just, Strategy, any},
    prop_oneof,
};

#[derive(Debug, Clone)]
pub(super) enum Push {
    Key(KeyCode, KeyModifiers),
    Paste(String),
    Click(u16, u16),
    Wheel(bool),
    Resize(u16, u16),
    /// The keys were still for long enough.
    Still,
    Answer(usize, u8),
}

pub(super) fn push() -> impl Strategy<Value = Push> {
    use KeyCode::{
        BackTab, Backspace, Char, Delete, Down, End, Enter, Esc, F, Home, Left, PageDown, PageUp, Right, Tab, Up,
    };
    let letters: Vec<char> = "nvbmertcfisyxXuRwdaoMSEDp0123456/ kjhlgG?qyn".chars().collect();
    let plain = KeyModifiers::NONE;
    prop_oneof![
        30 => proptest::sample::select(letters).prop_map(move |c| Push::Key(Char(c), plain)),
        20 => proptest::sample::select(vec![
            Enter, Enter, Enter, Esc, Esc, Tab, BackTab, Down, Down, Up, Left, Right, PageUp, PageDown, Home, End, Backspace,
            Delete, F(1), F(2), Char(' '), Char('y'),
        ])
        .prop_map(move |code| Push::Key(code, plain)),
        4 => proptest::sample::select("pscuwh".chars().collect::<Vec<_>>())
            .prop_map(|c| Push::Key(Char(c), KeyModifiers::CONTROL)),
        3 => any::<char>().prop_map(move |c| Push::Key(Char(c), plain)),
        2 => "\\PC{0,12}".prop_map(Push::Paste),
        1 => proptest::collection::vec(any::<char>(), 0..6).prop_map(|text| Push::Paste(text.into_iter().collect())),
        1 => Just(Push::Paste("two\nlines\r\n\u{1b}[31m\u{7}\0\u{9b}2J".to_owned())),
        4 => (0_u16..120, 0_u16..40).prop_map(|(column, row)| Push::Click(column, row)),
        2 => any::<bool>().prop_map(Push::Wheel),
        1 => proptest::sample::select(vec![(80, 24), (60, 20), (120, 40), (59, 20), (1, 1)])
            .prop_map(|(columns, rows)| Push::Resize(columns, rows)),
        4 => Just(Push::Still),
        14 => (0_usize..6, any::<u8>()).prop_map(|(at, how)| Push::Answer(at, how)),
    ]
}
