//! The panel of what the data at hand suggest: first which data, then the list of keys. Only the rows in view are looked at.

use ratatui::{
    Frame,
    layout::Rect,
    style::Style,
    text::{Line, Span},
};

use crate::{
    config::manifest::Join,
    schema::{key_type::KeyType, merge::describe},
    tui::{
        keymap::Mode,
        screens::{
            overlay::boxed,
            render::{Align, Column, RenderContext, position, put, put_cursor, rest, take_bottom, take_top},
            schema::panels::FormLayout,
        },
        text,
    },
    wizard::{
        action::Action,
        schema::{
            inferred::{Found, FoundCounts, InferForm},
            proposal::{Fit, KeyPresence, Proposal},
        },
    },
};

pub(super) const TITLE: &str = "Keys from your data";

/// At least so many keys stay in sight above what is told of one of them.
const ROWS: usize = 4;

/// The form that asks for the data.
pub(super) fn form(form: &InferForm, look: &RenderContext<'_>, columns: usize) -> FormLayout {
    let mut drawn = FormLayout::new();
    drawn.text(
        "A table or schema file (CSV, JSON Lines, JSON, TOML), or nothing for what the config's sources and the container tell.",
        columns,
    );
    drawn.blank();
    drawn.field("File", form.field(), true, look, columns);
    drawn.note("~ is your home directory; a path can be pasted", look, columns);
    drawn.blank();
    let enter = look.key(Action::Next);
    if let Some(problem) = form.problem() {
        drawn.lines.extend(look.problem(problem, columns));
    }
    if form.is_reading() {
        let sign = Span::styled(format!("{} ", look.glyphs().working), look.theme.accent());
        let words = match form.field().text().trim() {
            "" => "Looking at the container and the sources that the config names…".to_owned(),
            path => format!("Reading {path}…"),
        };
        drawn.lines.extend(look.hanging(sign, &words, Style::new(), columns));
        drawn.next(&format!("{} stops it.", look.key(Action::Back)), look, columns);
        return drawn;
    }
    if let Some(found) = form.found() {
        let keys = crate::format::counted(found.proposals().len() as u64, "key that was", "keys that were");
        drawn.next(&format!("{} goes back to the {keys} found.", look.key(Action::FocusNext)), look, columns);
    }
    let sentence = format!("{enter} reads it and suggests keys with their types. Reading changes nothing anywhere.");
    drawn.next(&sentence, look, columns);
    drawn
}

/// Draws what was found over an area.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, form: &InferForm, found: &Found, look: &RenderContext<'_>) {
    let columns = usize::from(area.width.saturating_sub(4));
    let inside = boxed(frame, area, TITLE, columns, usize::from(area.height), look);
    let columns = usize::from(inside.width);
    let counts = found.counts();
    let head = head(found, counts, look, columns);
    let most = usize::from(inside.height).saturating_sub(head.len() + 1 + ROWS);
    let (foot, cursor) = foot(form, counts.accepted as u64, look, columns, most);
    let (top, below) = take_top(inside, head.len());
    put(frame, top, head);
    let (body, below) = take_bottom(below, foot.len());
    put(frame, below, foot);
    if let (Some((column, row)), Mode::Text) = (cursor, look.mode) {
        put_cursor(frame, below, column, row);
    }
    list(frame, body, found, look);
}

fn head(found: &Found, counts: FoundCounts, look: &RenderContext<'_>, columns: usize) -> Vec<Line<'static>> {
    let mut parts = vec![
        crate::format::counted(counts.all as u64, "key", "keys"),
        format!("{} to take", crate::format::count(counts.accepted as u64)),
    ];
    for (number, words) in [(counts.settled, "there already"), (counts.refused, "that cannot be taken")] {
        if number > 0 {
            parts.push(format!("{} {words}", crate::format::count(number as u64)));
        }
    }
    let title = look.cut(&parts.join(&format!(" {} ", look.glyphs().dot)), columns);
    let part = if found.is_part() { "; only the beginning was looked at" } else { "" };
    let sources = format!("from {}{part}", found.sources().join(", "));
    vec![look.title(title), Line::styled(look.cut(&sources, columns), look.theme.dim())]
}

fn list(frame: &mut Frame<'_>, area: Rect, found: &Found, look: &RenderContext<'_>) {
    if found.proposals().is_empty() {
        put(frame, area, vec![Line::from("There are no keys in it.")]);
        return;
    }
    let wide = usize::from(area.width);
    let is_stated = found.current().is_some_and(|one| one.fit() == Fit::Stated);
    let (key, key_type) = match (wide, is_stated) {
        (..70, _) => (12, 9),
        (_, true) => (wide / 4, wide / 5),
        (_, false) => (wide / 4, wide / 4),
    };
    let (key, key_type) = (key.min(36), key_type.min(30));
    let fits = if is_stated && wide >= 70 { 16 } else { 7 };
    let columns = [
        Column::new("", 3, Align::Left),
        Column::new("Key", key, Align::Left),
        Column::new("Type", key_type, Align::Left),
        Column::new("Fits", fits, if is_stated { Align::Left } else { Align::Right }),
        Column::new("In Encord now", rest(wide, &[3, key, key_type, fits]), Align::Left),
    ];
    let mut lines = vec![look.header(&columns)];
    let height = usize::from(area.height).saturating_sub(lines.len());
    let (at, total) = (found.cursor() as u64, found.proposals().len() as u64);
    let first = look.first_row(at, total, height);
    look.click_rows(take_top(area, 1).1, first, at, total);
    let first = usize::try_from(first).unwrap_or_default();
    for (place, proposal) in found.proposals().iter().enumerate().skip(first).take(height) {
        lines.push(look.row(&columns, &cells(proposal, fits, look), place == found.cursor()));
    }
    put(frame, area, lines);
}

fn cells(proposal: &Proposal, fits: usize, look: &RenderContext<'_>) -> [(String, Style); 5] {
    let standing = proposal.standing();
    let (mark, style) = match (standing.is_open(), proposal.is_accepted()) {
        (true, true) => ("[x]", look.theme.ok()),
        (true, false) => ("[ ]", look.theme.dim()),
        (false, _) if standing.is_settled() => (" = ", look.theme.dim()),
        (false, _) => (" ! ", look.theme.warn()),
    };
    let plain = if proposal.is_accepted() { Style::new() } else { look.theme.dim() };
    let fit = match proposal.fit() {
        Fit::Stated if fits > 7 => "as the file says".to_owned(),
        Fit::Stated => "as file".to_owned(),
        Fit::Share(share) => percent(share),
    };
    let fit_style = if proposal.refused() > 0 { look.theme.warn() } else { plain };
    [
        (mark.to_owned(), style),
        (proposal.name().to_owned(), plain),
        (describe(&proposal.key_type().wire()), plain),
        (fit, fit_style),
        (words(standing), if standing.is_open() || standing.is_settled() { plain } else { look.theme.warn() }),
    ]
}

/// Rounded down, so that only all of them are 100 %.
fn percent(share: f64) -> String {
    match share {
        1.0 => "100 %".to_owned(),
        share => format!("{:.1} %", (share * 1000.0).floor() / 10.0),
    }
}

fn words(standing: &KeyPresence) -> String {
    match standing {
        KeyPresence::New => "new".to_owned(),
        KeyPresence::There => "there already".to_owned(),
        KeyPresence::Asked => "added already".to_owned(),
        KeyPresence::Widens(_) => "gets options".to_owned(),
        KeyPresence::Returns(_) => "comes back".to_owned(),
        KeyPresence::Replaces(asked) => format!("added as {asked}"),
        KeyPresence::Conflict(now) => format!("conflict: {now}"),
        KeyPresence::Deleted(was) => format!("deleted: {was}"),
        KeyPresence::DeletedForEver => "deleted for ever".to_owned(),
        KeyPresence::Leaves => "being deleted".to_owned(),
        KeyPresence::BadName(_) => "not a valid key".to_owned(),
    }
}

/// The key under the cursor in full and what to do, in no more lines than `most`; and where the cursor
/// stands. `number` is how many keys are accepted.
fn foot(
    form: &InferForm,
    number: u64,
    look: &RenderContext<'_>,
    columns: usize,
    most: usize,
) -> (Vec<Line<'static>>, Option<(usize, usize)>) {
    let Some(found) = form.list() else { return (Vec::new(), None) };
    if let Some(renaming) = found.renaming() {
        let mut drawn = FormLayout::new();
        drawn.text(&format!("'{}' gets another name.", text::clean(&renaming.key)), columns);
        drawn.field("New name", &renaming.field, true, look, columns);
        drawn.problem(renaming.problem.as_deref(), look, columns);
        let is_columns = |current: &&Proposal| !current.is_named() && current.fit() != Fit::Stated;
        if let Some(current) = found.current().filter(is_columns).filter(|_| renaming.problem.is_none()) {
            let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
            let note = format!("Only the key: {}.", rename_too(&current.suggestion().key));
            drawn.lines.extend(look.hanging(sign, &note, Style::new(), columns));
        }
        drawn.next(&format!("{} renames it.", look.key(Action::Next)), look, columns);
        return (look.fit(drawn.lines, most), drawn.cursor);
    }
    let mut below = Vec::new();
    if let Some((table, join, is_taken)) = found.table() {
        let by = match join {
            Join::Name => "name",
            Join::Title => "title",
            Join::Url => "URL",
        };
        let mark = if is_taken { "[x]" } else { "[ ]" };
        let key = look.key(Action::TakeTable);
        let (before, after) = (format!("{mark} ({key}) metadata table of the items: "), format!(", joined by {by}"));
        let room = columns.saturating_sub(text::width(&before) + text::width(&after));
        below.push(Line::from(format!("{before}{}{after}", look.cut_path(table, room))));
    }
    if let Some(notice) = form.notice() {
        let sign = Span::styled(format!("{} ", look.glyphs().warn), look.theme.warn());
        below.extend(look.fit(look.hanging(sign, notice, Style::new(), columns), 3));
    }
    let (enter, space) = (look.key(Action::Next), look.key(Action::Toggle));
    let sentence = match number {
        0 => format!("{space} accepts a key; {enter} closes the list."),
        _ => format!(
            "{enter} takes {} into this import; nothing is saved before step 5.",
            crate::format::counted(number, "key", "keys")
        ),
    };
    below.extend(look.next(&sentence, columns));
    let below = match below.len().checked_sub(most) {
        Some(over @ 1..) => below.split_off(over),
        _ => below,
    };
    let Some(current) = found.current() else { return (below, None) };
    let place = position(found.cursor() as u64, found.proposals().len() as u64);
    let place = Span::styled(format!("{place}  "), look.theme.dim());
    let mut lines = look.hanging(place, &detail(current), Style::new(), columns);
    if form.notice().is_none() && !current.standing().is_open() {
        let sign = if current.standing().is_settled() { look.glyphs().dash } else { look.glyphs().warn };
        let sign = Span::styled(format!("{sign} "), look.theme.warn());
        let room = most.saturating_sub(below.len());
        let why = look.hanging(sign, &current.standing().reason(current.name()), Style::new(), columns);
        lines = look.fit(lines, room.saturating_sub(why.len()).max(1));
        lines.extend(why);
    }
    let mut lines = look.fit(lines, most.saturating_sub(below.len()).min(6));
    lines.extend(below);
    (lines, None)
}

/// What the values of a key are like.
fn detail(proposal: &Proposal) -> String {
    let suggestion = proposal.suggestion();
    let mut words = vec![match suggestion.values {
        0 => format!("{}: as the file says, {}", proposal.name(), describe(&proposal.key_type().wire())),
        values => {
            let values = crate::format::counted(values, "value", "values");
            let different = match suggestion.distinct {
                Some(distinct) => crate::format::count(distinct as u64),
                None => "many".to_owned(),
            };
            format!("{}: {values}, {different} different", proposal.name())
        }
    }];
    if proposal.name() != suggestion.key {
        words.push(match proposal.is_named() || suggestion.values == 0 {
            true => format!("found as '{}'", suggestion.key),
            false => rename_too(&suggestion.key),
        });
    }
    match proposal.refused() {
        0 => {}
        refused => {
            let of = describe(&proposal.key_type().wire());
            let (verb, items) = if refused == 1 { ("does", "its item") } else { ("do", "their items") };
            let like = match *proposal.key_type() == suggestion.key_type && !suggestion.misfits.is_empty() {
                true => format!(", such as {}", suggestion.misfits.join(", ")),
                false => String::new(),
            };
            words.push(format!(
                "{} {verb} not fit {of}{like}: {items} would be refused in step 3",
                crate::format::count(refused)
            ));
        }
    }
    match (&suggestion.options, proposal.key_type()) {
        (_, KeyType::Enum(options)) if suggestion.values > 0 => words.push(format!("options: {}", options.join(", "))),
        (Some(options), _) => words.push(format!("as an enum: {}", options.join(", "))),
        _ => {}
    }
    match proposal.standing() {
        KeyPresence::Widens(then) => words.push(format!("would become {then}")),
        KeyPresence::Returns(then) => words.push(format!("deleted in Encord, would come back as {then}")),
        KeyPresence::Replaces(asked) => words.push(format!("would replace {asked}, which this import asks for")),
        _ => {}
    }
    words.join("; ")
}

/// That a column has to follow its key.
fn rename_too(column: &str) -> String {
    format!("rename the column '{column}' in your data too, or its values are sent as '{column}'")
}
