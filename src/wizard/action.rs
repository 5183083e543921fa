//! What a user can do, whatever key it is bound to.

use super::Step;

/// One thing to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// On to what comes next: the next field, the next step, the end.
    Next,
    /// Back to what came before; never validates, never loses anything.
    Back,
    /// One row up.
    Up,
    /// One row down.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// So many rows down, or up where it is negative: what a page key becomes where it is known how many rows are in view.
    Skip(i32),
    /// To the first row.
    Top,
    /// To the last row.
    Bottom,
    /// Out of a folder; a smaller number.
    Left,
    /// Into a folder; a larger number.
    Right,
    /// Choose or switch what is under the cursor.
    Toggle,
    /// To the next field.
    FocusNext,
    /// To the field before.
    FocusPrevious,
    /// Do the step's work again.
    Refresh,
    /// Make something new.
    New,
    /// Search.
    Search,
    /// Show the step's next list.
    SwitchList,
    /// Show only items of the next type.
    FilterKind,
    /// Show only items about which something was found, or all again.
    FilterMarked,
    /// Change the rules.
    EditRules,
    /// Keep Encord's type where the config asks for another.
    KeepTheirs,
    /// Delete what is under the cursor; it can be restored.
    Delete,
    /// Delete it for ever.
    DeleteForEver,
    /// Take back what was done to what is under the cursor.
    Undo,
    /// Give it another name.
    Rename,
    /// Find out what the data at hand suggest.
    Infer,
    /// Choose all, or none.
    ToggleAll,
    /// Make an enum of it, or no longer.
    SwitchEnum,
    /// Take a table as the items' metadata table, or not.
    TakeTable,
    /// Leave the metadata schema alone, or no longer.
    SkipSchema,
    /// Show what there is to choose from.
    Browse,
    /// Do what can be done about a failed check.
    Fix,
    /// Go on although checks failed.
    Overrule,
    /// Make a SAS for Encord.
    MakeSas,
    /// Put what is under the cursor into the clipboard.
    Copy,
    /// Stop the work.
    Cancel,
    /// Hold the work, or go on with it.
    Pause,
    /// Save the config, after its difference was seen.
    Save,
    /// Open the config in the user's editor.
    OpenEditor,
    /// Make a copy.
    Duplicate,
    /// To the saved configs and past runs.
    GoHome,
    /// All actions, to be searched and chosen from.
    Palette,
    /// All keys.
    Help,
    /// Leave the program.
    Quit,
    /// Yes to a question.
    Yes,
    /// No to a question.
    No,
    /// Straight to a step.
    Goto(Step),
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
