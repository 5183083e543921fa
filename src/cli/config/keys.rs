//! `config keys`: prints all actions with their default keys, and the path of `keys.toml`.

use serde_json::json;

use crate::{store::paths::Home, tui::keymap::file::table as key_table, wizard::action::Action};

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
