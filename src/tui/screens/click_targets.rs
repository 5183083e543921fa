//! What a click means: recorded while a frame is drawn, looked up when the mouse is used.

use std::cell::RefCell;

use ratatui::layout::{Position, Rect};

use crate::wizard::{action::Action, effect::Event};

/// What a click on a place does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Click {
    /// This.
    Do(Action),
    /// Moves the focus so many fields on, or back where it is negative.
    Fields(i32),
}

impl Click {
    /// What the wizard is told.
    pub(crate) fn events(self) -> Vec<Event> {
        match self {
            Click::Do(action) => vec![Event::Action(action)],
            Click::Fields(count) => {
                let action = if count < 0 { Action::FocusPrevious } else { Action::FocusNext };
                (0..count.unsigned_abs()).map(|_| Event::Action(action)).collect()
            }
        }
    }
}

/// The places of a frame that can be clicked.
#[derive(Debug, Default)]
pub(crate) struct Hits(RefCell<Vec<(Rect, Click)>>);

impl Hits {
    pub(super) fn add(&self, area: Rect, click: Click) {
        self.0.borrow_mut().push((area, click));
    }

    /// Something was drawn over all of it.
    pub(super) fn cover(&self) {
        self.0.borrow_mut().clear();
    }

    /// Something was drawn over a part of it.
    pub(super) fn cover_part(&self, area: Rect) {
        self.0.borrow_mut().retain(|(place, _)| !place.intersects(area));
    }

    /// What a click there does; what was drawn last lies on top.
    pub(crate) fn at(&self, column: u16, row: u16) -> Option<Click> {
        let places = self.0.borrow();
        let hit = places.iter().rev().find(|(area, _)| area.contains(Position::new(column, row)));
        hit.map(|(_, click)| *click)
    }
}
