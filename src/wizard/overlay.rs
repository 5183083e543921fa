//! What lies over the screen of a step.

/// What lies over the step's screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overlay {
    /// All keys of the step.
    Help,
    /// Whether to quit while something runs.
    Quit,
    /// All actions, to be searched.
    Palette,
    /// There is nothing to search; what is typed after the key that searches goes nowhere.
    NothingToSearch,
    /// What saving would change, and whether to.
    Save,
    /// Whether to save what was changed before it is left.
    Unsaved,
    /// Why the config's file cannot be edited, or read after it was edited.
    Editor,
}
