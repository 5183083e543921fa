//! What a user can do, whatever key it is bound to: the one table from which keys, footer, help and palette are made.

use crate::wizard::step::Step;

/// Where an action's keys hold. A key that types or changes text never is an action while a field takes what is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// Wherever the keyboard is.
    Anywhere,
    /// On a step's screen, while no field takes what is typed.
    Screen,
    /// While a question waits for its answer.
    Question,
}

/// A screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Screen {
    /// Home.
    Home,
    /// Step 1.
    Integration,
    /// Step 2.
    Schema,
    /// Step 3.
    Manifest,
    /// Step 4.
    Folder,
    /// Step 5.
    Upload,
    /// Step 6.
    Progress,
}

impl Screen {
    /// In order.
    pub const ALL: [Screen; 7] = [
        Screen::Home,
        Screen::Integration,
        Screen::Schema,
        Screen::Manifest,
        Screen::Folder,
        Screen::Upload,
        Screen::Progress,
    ];

    /// The screen of a step.
    pub fn of(step: Step) -> Screen {
        match step {
            Step::Integration => Screen::Integration,
            Step::Schema => Screen::Schema,
            Step::Manifest => Screen::Manifest,
            Step::Folder => Screen::Folder,
            Step::Upload => Screen::Upload,
            Step::Progress => Screen::Progress,
        }
    }

    /// The step whose screen it is.
    pub fn step(self) -> Option<Step> {
        Step::ALL.into_iter().find(|step| Screen::of(*step) == self)
    }
}

/// What is known of an action besides what it does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActionInfo {
    /// The action.
    pub action: Action,
    /// Its name in `keys.toml`; never changes.
    pub name: &'static str,
    /// What it does in general, as one sentence.
    pub about: &'static str,
    /// The keys that it is bound to by default, as `keys.toml` writes them; the first one is named on screens.
    pub keys: &'static [&'static str],
    /// Where its keys hold.
    pub scope: Scope,
    /// The screens on which it does something; none where that does not depend on the screen.
    pub places: &'static [Screen],
}

impl ActionInfo {
    /// Whether it may do something on a screen.
    pub fn is_at(&self, place: Screen) -> bool {
        self.places.is_empty() || self.places.contains(&place)
    }
}

/// Writes the enum and the table from the same rows, so that no action can be without a row. A row's comment is its sentence.
macro_rules! actions {
    ($(#[doc = $about:literal] $action:ident = $name:literal, $scope:ident, [$($key:literal),*], [$($place:ident)*];)*) => {
        /// One thing to do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = $about] $action,)*
            /// So many rows down, or up where it is negative: what a page key becomes where it is known how many rows are in
            /// view, and a click on a row.
            Skip(i32),
            /// Straight to a step.
            Goto(Step),
        }

        const TABLE: &[ActionInfo] = &[
            $(ActionInfo {
                action: Action::$action,
                name: $name,
                about: $about.trim_ascii(),
                keys: &[$($key),*],
                scope: Scope::$scope,
                places: &[$(Screen::$place),*],
            },)*
            goto(Step::Integration, "step-1", "To step 1, Integration.", &["1"]),
            goto(Step::Schema, "step-2", "To step 2, Schema.", &["2"]),
            goto(Step::Manifest, "step-3", "To step 3, Manifest.", &["3"]),
            goto(Step::Folder, "step-4", "To step 4, Folder.", &["4"]),
            goto(Step::Upload, "step-5", "To step 5, Upload.", &["5"]),
            goto(Step::Progress, "step-6", "To step 6, Progress.", &["6"]),
        ];
    };
}

const fn goto(step: Step, name: &'static str, about: &'static str, keys: &'static [&'static str]) -> ActionInfo {
    ActionInfo { action: Action::Goto(step), name, about, keys, scope: Scope::Anywhere, places: &[] }
}

actions! {
    /// On to what comes next: the next field, the next step, the end.
    Next = "next", Anywhere, ["enter"], [];
    /// Back to what came before; nothing is lost by it.
    Back = "back", Anywhere, ["esc"], [];
    /// One row up.
    Up = "up", Anywhere, ["up", "k"], [];
    /// One row down.
    Down = "down", Anywhere, ["down", "j"], [];
    /// A page up.
    PageUp = "page-up", Anywhere, ["pgup"], [];
    /// A page down.
    PageDown = "page-down", Anywhere, ["pgdn"], [];
    /// To the first row.
    Top = "top", Anywhere, ["home", "g"], [];
    /// To the last row.
    Bottom = "bottom", Anywhere, ["end", "G"], [];
    /// Out of a folder; a smaller number; the choice before.
    Left = "left", Anywhere, ["left", "h"], [];
    /// Into a folder; a larger number; the choice after.
    Right = "right", Anywhere, ["right", "l"], [];
    /// Choose or switch what is under the cursor.
    Toggle = "toggle", Anywhere, ["space"], [];
    /// To the next field.
    FocusNext = "next-field", Anywhere, ["tab"], [];
    /// To the field before.
    FocusPrevious = "previous-field", Anywhere, ["shift-tab"], [];
    /// Do the step's work again: check, read or list again.
    Refresh = "refresh", Anywhere, ["r"], [Home Integration Schema Manifest Folder Progress];
    /// Make something new: an integration, a key, a folder, a config, another import.
    New = "new", Screen, ["n"], [Home Integration Schema Folder Progress];
    /// Search.
    Search = "search", Anywhere, ["/"], [Home Schema Manifest Folder];
    /// Show the step's next list.
    SwitchList = "switch-list", Anywhere, ["v"], [Home Manifest Upload Progress];
    /// Show only items of the next type.
    FilterKind = "filter-type", Anywhere, ["b"], [Manifest];
    /// Show only items about which something was found, or all again.
    FilterMarked = "filter-findings", Anywhere, ["m"], [Manifest Folder];
    /// Change the rules by which files become items.
    EditRules = "rules", Anywhere, ["e"], [Manifest];
    /// Keep Encord's type where the config asks for another.
    KeepTheirs = "keep-theirs", Anywhere, ["t"], [Schema];
    /// Delete what is under the cursor; it can be restored.
    Delete = "delete", Screen, ["x"], [Home Schema];
    /// Delete what is under the cursor for ever.
    DeleteForEver = "delete-for-ever", Screen, ["X"], [Schema];
    /// Take back what was done to what is under the cursor.
    Undo = "undo", Screen, ["u"], [Schema];
    /// Give what is under the cursor another name.
    Rename = "rename", Screen, ["R"], [Schema];
    /// Find out what the data at hand suggest for the schema.
    Infer = "infer", Screen, ["d"], [Schema];
    /// Choose all, or none.
    ToggleAll = "toggle-all", Screen, ["a"], [Schema];
    /// Make an enum of the key, or no longer.
    SwitchEnum = "switch-enum", Screen, ["o"], [Schema];
    /// Take a table as the items' metadata table, or not.
    TakeTable = "take-table", Screen, ["M"], [Schema];
    /// Leave the metadata schema alone, or no longer.
    SkipSchema = "skip-schema", Screen, ["w"], [Schema];
    /// Show what there is to choose from.
    Browse = "browse", Anywhere, ["f2"], [Integration];
    /// Do what can be done about a failed check.
    Fix = "fix", Screen, ["f"], [Integration];
    /// Go on although checks failed.
    Overrule = "overrule", Screen, ["i"], [Integration];
    /// Make a SAS for Encord.
    MakeSas = "make-sas", Screen, ["s"], [Integration];
    /// Put what is under the cursor into the clipboard.
    Copy = "copy", Screen, ["y"], [Integration Upload Progress];
    /// Stop the work.
    Cancel = "cancel", Anywhere, ["c"], [Manifest Folder Progress];
    /// Hold the work, or go on with it.
    Pause = "pause", Anywhere, ["p"], [Progress];
    /// Save the config, after its difference was seen.
    Save = "save", Anywhere, ["ctrl-s", "S"], [];
    /// Open the config in the editor that $VISUAL or $EDITOR names.
    OpenEditor = "editor", Screen, ["E"], [];
    /// Make a copy.
    Duplicate = "duplicate", Screen, ["D"], [Home];
    /// To the saved configs and past runs.
    GoHome = "home", Anywhere, ["0"], [];
    /// All actions, to be searched and chosen from.
    Palette = "palette", Anywhere, ["ctrl-p"], [];
    /// Let the mouse scroll and choose, or leave it to the terminal.
    Mouse = "mouse", Anywhere, [], [];
    /// What the step is about, and all its keys.
    Help = "help", Anywhere, ["?", "f1"], [];
    /// Leave the program.
    Quit = "quit", Anywhere, ["q", "ctrl-c"], [];
    /// Yes to a question.
    Yes = "yes", Question, ["y"], [];
    /// No to a question.
    No = "no", Question, ["n"], [];
}

impl Action {
    /// All actions that can be bound to keys, in the order in which they are listed.
    pub fn all() -> &'static [ActionInfo] {
        TABLE
    }

    /// What is known of an action; nothing of [`Action::Skip`], which no key can be bound to.
    pub fn info(self) -> Option<&'static ActionInfo> {
        TABLE.iter().find(|info| info.action == self)
    }

    /// Whether it only moves the cursor or the focus.
    pub fn is_movement(self) -> bool {
        use Action::{Bottom, Down, FocusNext, FocusPrevious, PageDown, PageUp, Skip, Top, Up};
        matches!(self, Up | Down | PageUp | PageDown | Skip(_) | Top | Bottom | FocusNext | FocusPrevious)
    }
}

/// A change to the text of the focused field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// A typed character.
    Insert(char),
    /// Pasted text; line breaks are dropped.
    Paste(String),
    /// Delete the character before the cursor.
    Backspace,
    /// Delete the character under the cursor.
    Delete,
    /// Delete the word before the cursor.
    DeleteWord,
    /// Delete everything.
    Clear,
    /// Move one character.
    Left,
    /// Move one character.
    Right,
    /// To the start.
    Home,
    /// To the end.
    End,
}

/// An action that does something now, and the word for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hint {
    /// The action.
    pub action: Action,
    /// What it does here.
    pub label: &'static str,
}

impl Hint {
    pub(super) fn new(action: Action, label: &'static str) -> Hint {
        Hint { action, label }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_sentences_are_sentences() {
        for (place, info) in TABLE.iter().enumerate() {
            assert!(TABLE.iter().skip(place + 1).all(|other| other.name != info.name), "{}", info.name);
            assert!(
                info.name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-'),
                "{}",
                info.name
            );
            assert!(info.about.ends_with('.') && info.about.starts_with(char::is_uppercase), "{}", info.about);
            assert_eq!(info.action.info().map(|info| info.name), Some(info.name));
        }
        assert_eq!(Action::Skip(1).info(), None);
    }
}
