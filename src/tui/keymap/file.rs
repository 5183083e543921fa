//! The user's own keys: taken from `keys.toml`, and the whole table written as one.

use std::fmt;

use crate::{
    config::keys::{KeysFile, Written},
    tui::keymap::{
        Binding, FIXED, Keymap, Mode, SUSPEND,
        key::{Key, NoKey},
    },
    wizard::action::{Action, ActionInfo, Scope, Screen},
};

/// Something in `keys.toml` that cannot be: where it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongKey {
    line: usize,
    column: usize,
    why: String,
}

impl fmt::Display for WrongKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.why)
    }
}

impl WrongKey {
    fn new(at: &Written, why: String) -> WrongKey {
        WrongKey { line: at.line, column: at.column, why }
    }
}

/// A binding and where it was written; nowhere if it is one of the defaults.
struct Claim<'a> {
    binding: Binding,
    info: &'static ActionInfo,
    at: Option<&'a Written>,
}

impl Keymap {
    /// The default keys with the user's own in place of those of the same actions. Enter, Esc and Ctrl-C stay what they are.
    ///
    /// # Errors
    /// All that is wrong: an action or a key that there is not, a key that another action has where both could be meant.
    pub fn new(file: &KeysFile) -> Result<Keymap, Vec<WrongKey>> {
        let mut wrong = Vec::new();
        let mut own: Vec<(&'static ActionInfo, &[Written])> = Vec::new();
        for bound in &file.bindings {
            match Action::all().iter().find(|info| info.name == bound.action.text) {
                Some(info) => own.push((info, &bound.keys)),
                None => wrong.push(WrongKey::new(&bound.action, no_action(&bound.action.text))),
            }
        }
        let mut claims: Vec<Claim<'_>> = Vec::new();
        for info in Action::all() {
            let binding = |key| Binding { key, scope: info.scope, action: info.action };
            let Some((_, keys)) = own.iter().find(|(other, _)| other.name == info.name) else {
                let keys = info.keys.iter().filter_map(|name| Key::parse(name).ok());
                claims.extend(keys.map(|key| Claim { binding: binding(key), info, at: None }));
                continue;
            };
            for written in *keys {
                match own_key(written, info.action) {
                    Ok(key) => claims.push(Claim { binding: binding(key), info, at: Some(written) }),
                    Err(why) => wrong.push(WrongKey::new(written, why)),
                }
            }
            let fixed = FIXED.into_iter().filter(|(key, action)| {
                *action == info.action && claims.iter().all(|claim| claim.binding != binding(*key))
            });
            let fixed: Vec<Claim<'_>> = fixed.map(|(key, _)| Claim { binding: binding(key), info, at: None }).collect();
            claims.extend(fixed);
        }
        wrong.extend(conflicts(&claims));
        wrong.sort_by_key(|wrong| (wrong.line, wrong.column));
        match wrong.is_empty() {
            true => Ok(Keymap { bindings: claims.into_iter().map(|claim| claim.binding).collect() }),
            false => Err(wrong),
        }
    }
}

fn no_action(name: &str) -> String {
    let near = Action::all().iter().map(|info| (strsim::damerau_levenshtein(info.name, name), info.name)).min();
    let hint = match near {
        Some((distance, near)) if distance <= 1 + name.len() / 4 => format!("Did you mean '{near}'?"),
        _ => "azure-to-encord config keys lists them.".to_owned(),
    };
    format!("There is no action '{name}'. {hint}")
}

fn own_key(written: &Written, action: Action) -> Result<Key, String> {
    let text = &written.text;
    let key = Key::parse(text).map_err(|none| match none {
        NoKey::Unknown(Some(near)) => format!("There is no key '{text}'. Did you mean '{near}'?"),
        NoKey::Unknown(None) => {
            format!("There is no key '{text}'. Keys are written like v, G, ?, space, pgdn, shift-tab, f5, ctrl-l.")
        }
        NoKey::SameAs(other) => format!("Terminals send the same for '{text}' as for '{other}'. Choose another key."),
    })?;
    if key == SUSPEND {
        return Err(format!("'{text}' always puts the program into the background. Choose another key."));
    }
    match FIXED.iter().find(|(fixed, _)| *fixed == key).and_then(|(_, fixed)| fixed.info()) {
        Some(info) if info.action != action => {
            Err(format!("'{text}' always is {}. Choose another key, or none: [].", info.name))
        }
        _ => Ok(key),
    }
}

/// Keys that two actions have where both could be meant. What the defaults alone would bring is left out: they have none.
fn conflicts(claims: &[Claim<'_>]) -> Vec<WrongKey> {
    let mut wrong = Vec::new();
    for (place, claim) in claims.iter().enumerate() {
        for other in claims.iter().skip(place + 1) {
            let both = |mode| claim.binding.holds(mode) && other.binding.holds(mode);
            if claim.binding.key != other.binding.key
                || ![Mode::Screen, Mode::Text, Mode::Overlay].into_iter().any(both)
            {
                continue;
            }
            let Some(shared) = shared(claim, other) else { continue };
            // The one that stands further down is told.
            let line = |claim: &Claim<'_>| claim.at.map(|at| (at.line, at.column));
            let (earlier, later) = if line(claim) > line(other) { (other, claim) } else { (claim, other) };
            let Some(at) = later.at else { continue };
            let why = match earlier.at {
                _ if earlier.info.name == later.info.name => format!("'{}' stands here twice.", at.text),
                Some(first) => format!(
                    "'{}' is bound to {} here, and to {} in line {}; {shared}. Choose another key for one of them.",
                    at.text, later.info.name, earlier.info.name, first.line
                ),
                None => format!(
                    "'{}' is bound to {} here, and to {} by default; {shared}. Choose another key, or give {} one of its own.",
                    at.text, later.info.name, earlier.info.name, earlier.info.name
                ),
            };
            wrong.push(WrongKey::new(at, why));
        }
    }
    wrong
}

/// Where two actions could both be meant, in words; nowhere if no screen has both of them.
fn shared(one: &Claim<'_>, other: &Claim<'_>) -> Option<String> {
    let is_question = |claim: &Claim<'_>| claim.binding.scope == Scope::Question;
    match (is_question(one), is_question(other)) {
        (true, true) => return Some("both answer questions".to_owned()),
        (true, false) | (false, true) => {
            // What belongs to a screen waits until the question is answered.
            let is_everywhere = one.info.places.is_empty() && other.info.places.is_empty();
            return is_everywhere.then(|| "both are meant while a question waits".to_owned());
        }
        (false, false) => {}
    }
    let places: Vec<Screen> =
        Screen::ALL.into_iter().filter(|place| one.info.is_at(*place) && other.info.is_at(*place)).collect();
    let name = |place: Screen| match place.step() {
        Some(step) => format!("step {}, {}", step.number(), step.title()),
        None => "Home".to_owned(),
    };
    match places.as_slice() {
        [] => None,
        all if all.len() == Screen::ALL.len() => Some("both do something on every screen".to_owned()),
        [first, rest @ ..] => {
            let more = if rest.is_empty() { "" } else { " and on others" };
            Some(format!("both do something on {}{more}", name(*first)))
        }
    }
}

/// The whole table as a `keys.toml` that changes nothing.
pub fn table() -> String {
    let mut text = "\
# The keys of azure-to-encord, as they are without a keys.toml.
# Keep the lines that you change; all others can go. An empty list leaves an action without a key:
# the palette still reaches it. Enter, Esc and Ctrl-C keep what they do whatever is written here.
# Keys: one character, enter, esc, tab, shift-tab, space, up, down, left, right, home, end, pgup,
# pgdn, insert, delete, backspace, f1 to f12, ctrl-a to ctrl-y. In a field, what prints is text.

# Whether the mouse scrolls and chooses. Terminals then select text while Shift is held down.
mouse = false

[keys]
"
    .to_owned();
    for info in Action::all() {
        let keys: Vec<String> = info.keys.iter().map(|key| format!("\"{key}\"")).collect();
        text.push_str(&format!("# {}\n{} = [{}]\n", info.about, info.name, keys.join(", ")));
    }
    text
}
