//! What keys do in step 3.

use std::sync::Arc;

use crate::{
    config::Config,
    error::UserError,
    manifest::{finding::Code, kind::Kind},
    wizard::{
        action::{Action, Edit, Hint},
        connections::AzureAccess,
        field::Field,
        list::{List, Row},
        manifest::{
            Listing, ManifestStep,
            filter::{Filter, Scan},
            messages::ManifestRequest,
        },
        outbox::Outbox,
        rows::moved_in,
        step::Move,
    },
};

impl ManifestStep {
    pub(crate) fn hints(&self) -> Vec<Hint> {
        if self.rules.has_keyboard {
            return vec![
                Hint::new(Action::Next, "apply"),
                Hint::new(Action::Down, "other rule"),
                Hint::new(Action::Back, "leave"),
            ];
        }
        let rules = Hint::new(Action::EditRules, "rules");
        match &self.listing {
            Listing::Running(_) => {
                return vec![Hint::new(Action::Cancel, "stop listing"), Hint::new(Action::Back, "back"), rules];
            }
            Listing::Idle | Listing::Failed(_) => {
                return vec![Hint::new(Action::Refresh, "list again"), Hint::new(Action::Back, "back"), rules];
            }
            Listing::Built(_) => {}
        }
        if self.whole.is_some() {
            return vec![Hint::new(Action::Back, "close"), Hint::new(Action::Down, "scroll")];
        }
        if self.search.is_some() {
            return vec![
                Hint::new(Action::Next, "keep"),
                Hint::new(Action::Down, "scroll"),
                Hint::new(Action::Back, "end search"),
            ];
        }
        let in_findings = self.list == List::Findings;
        let (next, back) = match (in_findings, self.findings.open) {
            (true, None) if !self.findings.text.is_empty() => ("open", "end search"),
            (true, None) if self.has_findings() => ("open", "back"),
            (true, Some(_)) => ("show its item", "groups"),
            _ if !self.filter().text.is_empty() => ("continue", "end search"),
            _ if self.findings.from.is_some() => ("continue", "its finding"),
            _ => ("continue", "back"),
        };
        let mut hints = vec![Hint::new(Action::Next, next), Hint::new(Action::SwitchList, "other list")];
        let has_rows = self.unfiltered() > 0 && (!in_findings || self.findings.open.is_some());
        if has_rows {
            hints.extend([Hint::new(Action::Search, "search"), Hint::new(Action::Toggle, "in full")]);
        } else if self.in_groups() && self.has_findings() {
            hints.push(Hint::new(Action::Search, "search"));
        }
        hints.push(rules);
        if has_rows && self.list == List::Items {
            hints.extend([Hint::new(Action::FilterKind, "by type"), Hint::new(Action::FilterMarked, "with findings")]);
        }
        hints.extend([
            Hint::new(Action::Back, back),
            Hint::new(Action::Down, "scroll"),
            Hint::new(Action::Refresh, "list again"),
        ]);
        hints
    }

    fn has_findings(&self) -> bool {
        self.built().is_some_and(|facts| !facts.summary.findings.is_empty())
    }

    pub(crate) fn edit(&mut self, edit: &Edit, outbox: &mut Outbox) {
        if self.rules.has_keyboard {
            return self.rules.edit(edit);
        }
        if let Some(field) = &mut self.search {
            field.edit(edit);
            let text = field.text().to_owned();
            if self.in_groups() {
                (self.findings.text, self.findings.cursor) = (text, 0);
            } else if text != self.filter().text {
                self.filter_mut().text = text;
                self.show(outbox);
            }
        }
    }

    pub(crate) fn action(
        &mut self,
        action: Action,
        access: AzureAccess,
        config: &mut Config,
        outbox: &mut Outbox,
    ) -> Move {
        if self.rules.has_keyboard {
            self.rule_action(action, access, config, outbox);
            return Move::Stay;
        }
        if let Some(line) = self.whole {
            self.whole = match action {
                Action::Back | Action::Toggle | Action::Next => None,
                action => Some(moved_in(line, action, self.window.current().map_or(0, lines_of))),
            };
            return Move::Stay;
        }
        if self.search.is_some() && matches!(action, Action::Next | Action::Back | Action::FocusNext) {
            self.search = None;
            if action == Action::Back {
                self.end_search(outbox);
            }
            return Move::Stay;
        }
        match action {
            Action::Next => return self.enter(outbox),
            Action::Back => return self.back(outbox),
            Action::Refresh => {
                let demands = Arc::clone(&self.demands);
                self.reset(outbox);
                self.open(access, config, demands, outbox);
            }
            Action::Cancel if self.is_listing() => {
                self.reset(outbox);
                self.listing = Listing::Failed(
                    UserError::other("The listing was stopped before it was complete.").hint("List again, or go back."),
                );
            }
            Action::EditRules => {
                self.rules.fill(&config.manifest);
                self.rules.has_keyboard = true;
            }
            action if self.built().is_some() => self.list_action(action, outbox),
            _ => {}
        }
        Move::Stay
    }

    fn rule_action(&mut self, action: Action, access: AzureAccess, config: &mut Config, outbox: &mut Outbox) {
        match action {
            Action::Back => self.rules.has_keyboard = false,
            Action::Next => {
                if let Some(manifest) = self.rules.applied(&config.manifest) {
                    config.manifest = manifest;
                    self.rebuild(access, config, outbox);
                }
            }
            action => self.rules.move_focus(action),
        }
    }

    /// What Enter does in a list.
    fn enter(&mut self, outbox: &mut Outbox) -> Move {
        if self.list != List::Findings || !self.has_findings() {
            return Move::Next;
        }
        match (self.findings.open, self.window.current()) {
            (None, _) => {
                let group = self.groups().and_then(|groups| groups.get(self.findings.cursor).map(|group| group.code));
                self.open_findings(group, outbox);
            }
            (Some(_), Some(Row::Finding(finding))) => {
                outbox.cancel(self.findings.jump.take());
                self.findings.is_lost = false;
                self.findings.jump = Some(outbox.start(ManifestRequest::FindItem { name: finding.item.clone() }));
            }
            _ => {}
        }
        Move::Stay
    }

    fn open_findings(&mut self, code: Option<Code>, outbox: &mut Outbox) {
        self.list = List::Findings;
        self.findings.open = code;
        self.filters[2] = Filter { code, ..Filter::default() };
        self.show(outbox);
    }

    fn back(&mut self, outbox: &mut Outbox) -> Move {
        if !self.filter().text.is_empty() || (self.in_groups() && !self.findings.text.is_empty()) {
            self.end_search(outbox);
        } else if self.list == List::Findings && self.findings.open.is_some() {
            self.open_findings(None, outbox);
        } else if let Some((code, place)) = self.findings.from.take() {
            self.open_findings(Some(code), outbox);
            self.window.wish(place);
        } else {
            return Move::Back;
        }
        Move::Stay
    }

    fn end_search(&mut self, outbox: &mut Outbox) {
        if self.in_groups() {
            (self.findings.text, self.findings.cursor) = (String::new(), 0);
        } else if !std::mem::take(&mut self.filter_mut().text).is_empty() {
            self.show(outbox);
        }
    }

    fn list_action(&mut self, action: Action, outbox: &mut Outbox) {
        match action {
            Action::SwitchList | Action::Left | Action::Right => {
                self.list = match (self.list, action) {
                    (List::Items, Action::Left) | (List::Skipped, Action::SwitchList | Action::Right) => List::Findings,
                    (List::Findings, Action::Left) | (List::Items, _) => List::Skipped,
                    _ => List::Items,
                };
                self.search = None;
                self.findings.from = None;
                self.findings.open = None;
                self.findings.text.clear();
                self.filters[2] = Filter::default();
                self.show(outbox);
            }
            Action::Search if self.in_groups() => self.search = Some(Field::new(&self.findings.text)),
            _ if self.in_groups() => {
                let groups = self.groups().map_or(0, |groups| groups.len());
                self.findings.cursor = moved_in(self.findings.cursor, action, groups);
            }
            Action::Search => self.search = Some(Field::new(&self.filter().text)),
            Action::FilterKind if self.list == List::Items => {
                let kinds = self.built().map(|facts| facts.summary.items.keys().copied().collect::<Vec<_>>());
                let next = following(self.filter().kind, &kinds.unwrap_or_default());
                self.filter_mut().kind = next;
                self.show(outbox);
            }
            Action::FilterMarked if self.list == List::Items => {
                self.filter_mut().marked = !self.filter().marked;
                self.show(outbox);
            }
            Action::Toggle if self.window.total() > 0 || self.is_searching() => self.whole = Some(0),
            action => {
                self.findings.is_lost = false;
                self.window.action(action, self.list, outbox);
            }
        }
    }

    /// Shows the list from its start, searched anew if it is filtered.
    pub(super) fn show(&mut self, outbox: &mut Outbox) {
        outbox.cancel(self.scan.take().and_then(|scan| scan.id));
        outbox.cancel(self.findings.jump.take());
        self.findings.is_lost = false;
        self.whole = None;
        let total = self.unfiltered();
        if self.in_groups() || total == 0 {
            self.window.reset(self.list, 0, outbox);
        } else if self.filter().is_empty() {
            self.window.reset(self.list, total, outbox);
        } else {
            self.window.narrow(outbox);
            let id = outbox.start(ManifestRequest::Search { list: self.list, filter: self.filter().clone() });
            self.scan = Some(Scan { id: Some(id), seen: 0 });
        }
    }
}

/// About how many lines a row takes on the smallest screen; there is nothing to scroll to beyond them.
fn lines_of(row: &Row) -> usize {
    const COLUMNS: usize = 50;
    match row {
        Row::Item(item, _) => {
            let urls: usize = item.urls.iter().map(|url| url.len() / COLUMNS + 2).sum();
            let values = item.client_metadata.iter();
            urls + 8 + values.map(|(key, value)| (key.len() + value.to_string().len()) / COLUMNS + 2).sum::<usize>()
        }
        Row::Skipped(skipped) => skipped.name.len() / COLUMNS + 8,
        Row::Finding(finding) => (finding.item.len() + finding.message.len()) / COLUMNS + 12,
        Row::Failed(_) => 0,
    }
}

/// The one after this; none after the last, the first after none.
fn following(kind: Option<Kind>, kinds: &[Kind]) -> Option<Kind> {
    match kind {
        None => kinds.first().copied(),
        Some(kind) => {
            let place = kinds.iter().position(|other| *other == kind)?;
            kinds.get(place + 1).copied()
        }
    }
}
