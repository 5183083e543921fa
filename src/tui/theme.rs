//! Colours by role and glyphs, both as the terminal can take them.

use ratatui::{
    style::{Color, Modifier, Style},
    symbols::border,
};

use crate::{
    run::status::{JobStatus, RunStatus},
    wizard::check::CheckState,
};

/// The signs that are drawn; meaning is always told by a sign or a word, never by colour alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// As it should be.
    pub ok: &'static str,
    /// Failed.
    pub bad: &'static str,
    /// Worth a look.
    pub warn: &'static str,
    /// Under way.
    pub working: &'static str,
    /// Not begun.
    pub waiting: &'static str,
    /// Chosen among several.
    pub chosen: &'static str,
    /// Not chosen.
    pub unchosen: &'static str,
    /// In front of the row under the cursor.
    pub cursor: &'static str,
    /// Around a choice that can be switched.
    pub choice: [&'static str; 2],
    /// In place of each character of a secret.
    pub secret: &'static str,
    /// Text was cut here; one column wide.
    pub ellipsis: &'static str,
    /// From one thing to the next.
    pub arrow: &'static str,
    /// Between things in a line.
    pub dot: &'static str,
    /// In place of nothing.
    pub dash: &'static str,
    /// A horizontal line.
    pub rule: &'static str,
    /// The gauge: registered, failed, to come.
    pub gauge: [&'static str; 3],
    /// A box's border.
    pub border: border::Set<'static>,
}

const UTF8: Glyphs = Glyphs {
    ok: "✓",
    bad: "✗",
    warn: "!",
    working: "…",
    waiting: "○",
    chosen: "●",
    unchosen: "○",
    cursor: ">",
    choice: ["‹", "›"],
    secret: "•",
    ellipsis: "…",
    arrow: "→",
    dot: "·",
    dash: "–",
    rule: "─",
    gauge: ["█", "▒", "░"],
    border: border::PLAIN,
};

const ASCII: Glyphs = Glyphs {
    ok: "+",
    bad: "x",
    warn: "!",
    working: "~",
    waiting: ".",
    chosen: "*",
    unchosen: "o",
    cursor: ">",
    choice: ["<", ">"],
    secret: "*",
    ellipsis: "..",
    arrow: "->",
    dot: "|",
    dash: "-",
    rule: "-",
    gauge: ["#", "x", "."],
    border: border::Set {
        top_left: "+",
        top_right: "+",
        bottom_left: "+",
        bottom_right: "+",
        vertical_left: "|",
        vertical_right: "|",
        horizontal_top: "-",
        horizontal_bottom: "-",
    },
};

/// How things look. Without colour no foreground or background is ever set, only modifiers: crossterm 0.29 writes an empty
/// `ESC[m` for a colour under `NO_COLOR`, which also undoes the modifiers (crossterm#1069).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    colour: bool,
    utf8: bool,
}

impl Theme {
    /// A theme that uses the terminal's own 16 colours or none, and signs beyond ASCII or not.
    pub const fn new(colour: bool, utf8: bool) -> Theme {
        Theme { colour, utf8 }
    }

    /// What the environment asks for: `NO_COLOR` (no-color.org) wins over `CLICOLOR_FORCE`, that over `CLICOLOR=0` and
    /// `TERM=dumb`; the locale tells whether the terminal takes UTF-8.
    pub fn from_environment() -> Theme {
        Theme::from_lookup(|name| std::env::var(name).ok())
    }

    /// For the lines of a command: colours only go to a terminal, unless the environment asks for them anywhere.
    pub fn of_text(is_terminal: bool) -> Theme {
        Theme::text_from_lookup(is_terminal, |name| std::env::var(name).ok())
    }

    fn text_from_lookup(is_terminal: bool, get: impl Fn(&str) -> Option<String>) -> Theme {
        let forced = get("CLICOLOR_FORCE").is_some_and(|value| !value.is_empty() && value != "0");
        let theme = Theme::from_lookup(get);
        Theme { colour: theme.colour && (is_terminal || forced), ..theme }
    }

    fn from_lookup(get: impl Fn(&str) -> Option<String>) -> Theme {
        let set = |name| get(name).filter(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        let refused = set("TERM").is_some_and(|term| term == "dumb") || set("CLICOLOR").is_some_and(|on| on == "0");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set);
        let utf8 = match locale {
            Some(locale) => {
                let locale = locale.to_ascii_lowercase();
                locale.contains("utf-8") || locale.contains("utf8")
            }
            None => cfg!(windows),
        };
        Theme::new(set("NO_COLOR").is_none() && (forced || !refused), utf8)
    }

    /// Whether colours are used.
    pub fn has_colour(self) -> bool {
        self.colour
    }

    /// Whether signs beyond ASCII are used.
    pub fn is_utf8(self) -> bool {
        self.utf8
    }

    /// The signs.
    pub fn glyphs(self) -> &'static Glyphs {
        if self.utf8 { &UTF8 } else { &ASCII }
    }

    fn role(self, colour: Color, modifier: Modifier) -> Style {
        let style = Style::new().add_modifier(modifier);
        if self.colour { style.fg(colour) } else { style }
    }

    /// Headings.
    pub fn title(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// Good news.
    pub fn ok(self) -> Style {
        self.role(Color::Green, Modifier::empty())
    }

    /// Worth a look.
    pub fn warn(self) -> Style {
        self.role(Color::Yellow, Modifier::BOLD)
    }

    /// Bad news.
    pub fn bad(self) -> Style {
        self.role(Color::Red, Modifier::BOLD)
    }

    /// Of less interest.
    pub fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// The row under the cursor.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// What the eye should find first.
    pub fn accent(self) -> Style {
        self.role(Color::Cyan, Modifier::BOLD)
    }

    /// A key in the footer.
    pub fn key(self) -> Style {
        self.role(Color::Cyan, Modifier::BOLD)
    }

    /// A check's sign, word and style.
    pub fn check(self, state: CheckState) -> (&'static str, &'static str, Style) {
        let glyphs = self.glyphs();
        match state {
            CheckState::Waiting => (glyphs.waiting, "waiting", self.dim()),
            CheckState::Running => (glyphs.working, "checking", self.accent()),
            CheckState::Pass => (glyphs.ok, "ok", self.ok()),
            CheckState::Warn => (glyphs.warn, "look", self.warn()),
            CheckState::Fail => (glyphs.bad, "failed", self.bad()),
            CheckState::Skipped => (glyphs.waiting, "skipped", self.dim()),
        }
    }

    /// A job's sign and style; the word is its own.
    pub fn job(self, standing: JobStatus) -> (&'static str, Style) {
        let glyphs = self.glyphs();
        match standing {
            JobStatus::Waiting => (glyphs.waiting, self.dim()),
            JobStatus::Sending | JobStatus::InEncord => (glyphs.working, self.accent()),
            JobStatus::InDoubt | JobStatus::DoneWithErrors => (glyphs.warn, self.warn()),
            JobStatus::Done => (glyphs.ok, self.ok()),
            JobStatus::Failed => (glyphs.bad, self.bad()),
            JobStatus::Cancelled => (glyphs.bad, self.warn()),
        }
    }

    /// Colours the text between leading and trailing spaces, so that padded columns stay aligned.
    pub(crate) fn paint(&self, style: Style, text: &str) -> String {
        let word = text.trim();
        if !self.has_colour() || word.is_empty() {
            return text.to_owned();
        }
        let colour = match style.fg {
            Some(Color::Red) => Some("31"),
            Some(Color::Green) => Some("32"),
            Some(Color::Yellow) => Some("33"),
            Some(Color::Cyan) => Some("36"),
            _ => None,
        };
        let bold = style.add_modifier.contains(Modifier::BOLD).then_some("1");
        let dim = style.add_modifier.contains(Modifier::DIM).then_some("2");
        let codes: Vec<&str> = [bold, dim, colour].into_iter().flatten().collect();
        text.replacen(word, &format!("\x1b[{}m{word}\x1b[0m", codes.join(";")), 1)
    }

    /// A run's sign and style; the word is its own.
    pub fn run(self, standing: RunStatus) -> (&'static str, Style) {
        let glyphs = self.glyphs();
        match standing {
            RunStatus::UnderWay => (glyphs.working, self.accent()),
            RunStatus::Done => (glyphs.ok, self.ok()),
            RunStatus::Interrupted | RunStatus::DoneWithErrors | RunStatus::Cancelled => (glyphs.warn, self.warn()),
            RunStatus::Failed => (glyphs.bad, self.bad()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_decides() {
        for (variables, colour, utf8) in [
            (&[("LANG", "en_GB.UTF-8")][..], true, true),
            (&[("LANG", "C"), ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false, false),
            (&[("NO_COLOR", ""), ("LC_ALL", "C"), ("LANG", "en_GB.UTF-8")], true, false),
            (&[("LC_ALL", ""), ("LC_CTYPE", "de_DE.utf8")], true, true),
            (&[("TERM", "dumb"), ("LANG", "C.UTF-8")], false, true),
            (&[("TERM", "dumb"), ("CLICOLOR_FORCE", "1"), ("LANG", "C.UTF-8")], true, true),
            (&[("CLICOLOR", "0"), ("LANG", "C.UTF-8")], false, true),
        ] {
            let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Theme::from_lookup(get), Theme::new(colour, utf8), "{variables:?}");
        }
    }

    #[test]
    fn commands_colour_what_goes_to_a_terminal_or_what_they_are_told_to() {
        for (variables, at_terminal, in_pipe) in [
            (&[][..], true, false),
            (&[("CLICOLOR_FORCE", "1")], true, true),
            (&[("CLICOLOR_FORCE", "0")], true, false),
            (&[("CLICOLOR_FORCE", "")], true, false),
            (&[("CLICOLOR", "0")], false, false),
            (&[("CLICOLOR", "0"), ("CLICOLOR_FORCE", "1")], true, true),
            (&[("TERM", "dumb")], false, false),
            (&[("NO_COLOR", "1")], false, false),
            (&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")], false, false),
        ] {
            let get = |name: &str| variables.iter().find(|(n, _)| *n == name).map(|(_, value)| (*value).to_owned());
            let told = [true, false].map(|is_terminal| Theme::text_from_lookup(is_terminal, get).has_colour());
            assert_eq!(told, [at_terminal, in_pipe], "{variables:?}");
        }
    }

    #[test]
    fn without_colour_no_role_sets_one() {
        let theme = Theme::new(false, true);
        let styles = [theme.title(), theme.ok(), theme.warn(), theme.bad(), theme.dim(), theme.selected()]
            .into_iter()
            .chain([theme.accent(), theme.key()])
            .chain(JobStatus::ALL.map(|standing| theme.job(standing).1))
            .chain(RunStatus::ALL.map(|standing| theme.run(standing).1));
        for style in styles {
            assert_eq!((style.fg, style.bg), (None, None));
        }
    }

    #[test]
    fn every_sign_is_as_wide_as_its_place() {
        for glyphs in [&UTF8, &ASCII] {
            for sign in [glyphs.ok, glyphs.bad, glyphs.warn, glyphs.working, glyphs.waiting, glyphs.chosen]
                .into_iter()
                .chain([glyphs.unchosen, glyphs.cursor, glyphs.rule, glyphs.secret])
                .chain(glyphs.choice)
                .chain(glyphs.gauge)
            {
                assert_eq!(unicode_width::UnicodeWidthStr::width(sign), 1, "{sign}");
            }
        }
    }
}
