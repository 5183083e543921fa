//! What is written to the terminal, byte by byte.

use crate::tui::app::tests::*;

pub(super) const ROWS: NonZeroU16 = NonZeroU16::new(24).unwrap();
pub(super) const COLUMNS: NonZeroU16 = NonZeroU16::new(80).unwrap();

/// What a real backend writes.
#[derive(Clone, Default)]
struct Written(Rc<RefCell<Vec<u8>>>);

impl Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

pub(super) fn painted(theme: Theme, wizard: &Wizard) -> Vec<u8> {
    let written = Written::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let backend = CrosstermBackend::new(written.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    terminal.paint(&mut |frame| _ = screens::draw(frame, wizard, &theme, &Labels::default())).unwrap();
    written.0.take()
}

/// The parameters of all SGR sequences in a stream.
pub(super) fn sgr(bytes: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(bytes);
    let sequences = text.split("\u{1b}[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        rest.get(..end).filter(|_| rest.as_bytes().get(end) == Some(&b'm'))
    });
    sequences.flat_map(|parameters| parameters.split(';').map(str::to_owned).collect::<Vec<_>>()).collect()
}

#[test]
fn without_colour_the_selection_stays_visible_and_no_colour_is_written() {
    let wizard = fixtures::Stage::at(Step::Manifest, well).wizard;
    crossterm::style::force_color_output(true);
    let coloured = painted(Theme::new(true, true), &wizard);
    assert!(
        sgr(&coloured).iter().any(|code| code.starts_with('3') && code.len() == 2),
        "colours are told apart at all"
    );
    // As crossterm itself does under NO_COLOR.
    crossterm::style::force_color_output(false);
    let plain = painted(Theme::new(false, true), &wizard);
    crossterm::style::force_color_output(true);
    let colours: Vec<String> = sgr(&plain)
        .into_iter()
        .filter(|code| code.parse::<u8>().is_ok_and(|code| matches!(code, 30..=38 | 40..=48 | 90..=107)))
        .collect();
    assert_eq!(colours, Vec::<String>::new());
    let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
    parser.process(&plain);
    let screen = parser.screen();
    let row = (0..24).find(|row| screen.cell(*row, 1).is_some_and(|cell| cell.contents() == ">")).unwrap();
    for column in 1..79 {
        assert!(screen.cell(row, column).unwrap().inverse(), "column {column} of the selected row");
        assert!(!screen.cell(row + 1, column).unwrap().inverse(), "column {column} of the next row");
    }
}

#[test]
fn copying_is_one_sequence_that_no_text_can_leave() {
    let written = Written::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, 80, 24));
    let options = TerminalOptions { viewport };
    let mut terminal = Terminal::with_options(CrosstermBackend::new(written.clone()), options).unwrap();
    terminal.copy(&SecretString::from("sig=a\u{7}\u{1b}]0;中")).unwrap();
    assert_eq!(String::from_utf8(written.0.take()).unwrap(), "\u{1b}]52;c;c2lnPWEHG10wO+S4rQ==\u{7}");
}

#[test]
fn a_frame_is_one_synchronized_update() {
    let wizard = fixtures::Stage::at(Step::Folder, well).wizard;
    let bytes = painted(Theme::new(true, true), &wizard);
    let text = String::from_utf8_lossy(&bytes);
    assert!(text.starts_with("\u{1b}[?2026h") && text.ends_with("\u{1b}[?2026l"), "{text:?}");
    assert_eq!((text.matches("\u{1b}[?2026h").count(), text.matches("\u{1b}[?2026l").count()), (1, 1));
    let mut parser = vt100::Parser::new(ROWS, COLUMNS, 0);
    parser.process(&bytes);
    assert!(parser.screen().contents().contains("Raw/2026/Berlin (2 folders will be created)"));
}

#[test]
fn names_from_outside_cannot_write_escapes() {
    let wizard = fixtures::running(5000).run(RunEvent::Refused(fixtures::refused())).wizard;
    let bytes = painted(Theme::new(false, true), &wizard);
    assert!(String::from_utf8_lossy(&bytes).contains("^[[31mred"));
    assert!(!sgr(&bytes).contains(&"31".to_owned()));
}
