//! `config keys`: the table of actions, and where the user's own keys belong.

use serde_json::json;

use crate::{store::paths::Home, tui::keymap::file::table as key_table, wizard::action::Action};

/// Prints the keys as they are by default.
pub(super) fn keys(home: &Home, json: bool) {
    let path = home.keys();
    if !json {
        let there = if path.exists() { "is there and goes before what follows" } else { "is not there yet" };
        return say!("# Your own keys lie in {},\n# which {there}.\n#\n{}", path.display(), key_table().trim_end());
    }
    say!("{}", json!({ "file": path, "exists": path.exists() }));
    for info in Action::all() {
        say!("{}", json!({ "action": info.name, "about": info.about, "keys": info.keys }));
    }
}
