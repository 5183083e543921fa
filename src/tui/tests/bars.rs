//! The row under the cursor: one even bar, in every list, with colour and without.

use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, Cell},
    style::{Color, Modifier},
};

use crate::{
    tui::{
        screens::{self, Labels},
        tests::{
            fixtures::{Stage, UTF8, lines},
            shown::PLAIN,
            stages,
        },
        theme::Theme,
    },
    wizard::action::Action,
};

fn drawn(stage: &Stage, theme: Theme, width: u16, height: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    // Not the terminal's: that never sees the second half of a wide character.
    let completed = terminal.draw(|frame| _ = screens::draw(frame, &stage.wizard, &theme, &Labels::default())).unwrap();
    completed.buffer.clone()
}

fn is_reversed(cell: &Cell) -> bool {
    cell.modifier.contains(Modifier::REVERSED)
}

/// The stretches of reversed cells.
fn bars(drawn: &Buffer) -> Vec<Vec<Cell>> {
    let mut bars: Vec<Vec<Cell>> = Vec::new();
    for row in drawn.content.chunks(usize::from(drawn.area.width)) {
        bars.extend(
            row.chunk_by(|a, b| is_reversed(a) == is_reversed(b))
                .filter(|part| is_reversed(&part[0]))
                .map(<[Cell]>::to_vec),
        );
    }
    bars
}

#[test]
fn a_selected_row_is_one_even_bar_in_every_list() {
    let mut seen = 0;
    let plain = stages().into_iter().map(|stage| stage());
    for stage in plain.chain(stages().into_iter().map(|stage| stage().press(Action::Palette))) {
        for (theme, width, height) in [(UTF8, 80, 24), (PLAIN, 60, 20), (Theme::new(false, true), 120, 40)] {
            let drawn = drawn(&stage, theme, width, height);
            let (bars, text) = (bars(&drawn), lines(&drawn));
            for bar in &bars {
                seen += 1;
                let words: String = bar.iter().map(Cell::symbol).collect();
                for cell in bar {
                    let style = (cell.fg, cell.bg, cell.modifier);
                    assert_eq!(style, (Color::Reset, Color::Reset, Modifier::REVERSED), "{words:?} in {text}");
                }
            }
            // What lies over a list can cut its bar in two.
            if !text.contains(['┌', '+']) {
                assert!(bars.len() <= 1, "{text}");
                for bar in bars {
                    assert_eq!(bar[0].symbol(), ">", "{text}");
                }
            }
        }
    }
    assert!(seen > 100, "only {seen} bars were drawn");
}
