//! Opening, using and closing the panels of step 1.

use crate::{
    config::{Config, azure::AuthKind},
    endpoints::region::REGIONS,
    error::UserError,
    wizard::{
        action::{Action, Hint},
        check::{CheckState, Repair},
        connections::{CorsRepair, Integration, PrefixPage},
        effect::{Effect, Request, RequestId},
        integration::{
            Focus, IntegrationStep, Side,
            fields::FieldName,
            folder_browser::FolderBrowser,
            form::WAYS,
            guide::Guide,
            messages::IntegrationRequest,
            panel::{CorsReview, CorsState, Details, Panel},
            picker::{Loading, Picker, PickerKind, PickerRow},
            sas_maker::{SasMaker, SasState},
            way_label,
        },
        outbox::Outbox,
        rows::moved_in,
    },
};
use secrecy::SecretString;

impl IntegrationStep {
    pub(super) fn panel_hints(&self, panel: &Panel, config: &Config) -> Vec<Hint> {
        let close = Hint::new(Action::Back, "close");
        match panel {
            Panel::Picker(picker) => {
                let choose = picker.current().filter(|row| row.is_usable).map(|_| Hint::new(Action::Next, "choose"));
                let mut hints: Vec<Hint> = choose.into_iter().collect();
                if picker.current().is_some() {
                    hints.push(Hint::new(Action::Down, "move"));
                }
                hints.push(close);
                hints
            }
            Panel::Folders(_) => vec![
                Hint::new(Action::Next, "take over"),
                Hint::new(Action::Toggle, "choose"),
                Hint::new(Action::Right, "open"),
                Hint::new(Action::Left, "up"),
                Hint::new(Action::Down, "move"),
                close,
            ],
            Panel::Guide(_) => vec![
                Hint::new(Action::Copy, "copy"),
                Hint::new(Action::Down, "move"),
                Hint::new(Action::Right, "other method"),
                Hint::new(Action::MakeSas, "make a SAS"),
                close,
            ],
            Panel::Sas(maker) => match maker.state() {
                SasState::Made(_) => vec![Hint::new(Action::Copy, "copy"), close],
                SasState::Running(_) => vec![close],
                SasState::Choosing | SasState::Failed(_) => vec![
                    Hint::new(Action::Next, "make it"),
                    Hint::new(Action::Right, "change"),
                    Hint::new(Action::Down, "move"),
                    close,
                ],
            },
            Panel::Cors(review) => match review.state {
                CorsState::Review | CorsState::ReviewAgain => {
                    vec![Hint::new(Action::Yes, "change the rules"), Hint::new(Action::No, "leave them")]
                }
                CorsState::Writing(_) => Vec::new(),
                CorsState::Done | CorsState::Failed(_) => vec![close],
            },
            Panel::Details(details) => {
                let checks = self.checks(config);
                let repair = checks.iter().find(|check| check.id == details.id).and_then(|check| check.repair.as_ref());
                let fix = repair.map(|_| Hint::new(Action::Fix, "fix"));
                fix.into_iter().chain([Hint::new(Action::Down, "scroll"), close]).collect()
            }
            Panel::Overrule(_) => vec![Hint::new(Action::Yes, "go on anyway"), Hint::new(Action::No, "stay")],
        }
    }

    /// Opens the list of a field.
    pub(super) fn browse(&mut self, name: FieldName, config: &Config, outbox: &mut Outbox) {
        self.panel = match name {
            FieldName::Domain => Some(Panel::Picker(self.regions())),
            FieldName::KeyFile => Some(Panel::Picker(self.keys())),
            FieldName::Integration => Some(Panel::Picker(self.integration_picker(config))),
            FieldName::SignIn => Some(Panel::Picker(self.ways())),
            FieldName::Container if config.azure.account_url().is_some() => {
                let id = outbox.start(IntegrationRequest::ListContainers { access: self.access(config) });
                let picker = Picker::new(PickerKind::Containers, Vec::new(), Loading::Running(id));
                Some(Panel::Picker(picker))
            }
            FieldName::Folders if config.azure.account_url().is_some() && !config.azure.container.is_empty() => {
                let browser = FolderBrowser::open(self.access(config), &config.manifest.prefixes, outbox);
                Some(Panel::Folders(browser))
            }
            _ => None,
        };
    }

    fn regions(&self) -> Picker {
        let rows = REGIONS.iter().map(|region| PickerRow {
            value: region.api.to_owned(),
            label: region.name.to_owned(),
            note: region.api.to_owned(),
            is_usable: true,
        });
        Picker::new(PickerKind::Regions, rows.collect(), Loading::Done).at(self.form.text(FieldName::Domain))
    }

    fn keys(&self) -> Picker {
        let rows = self.discovery.keys.iter().map(|key| {
            let named = key.named_by.map(|name| format!("{name}: ")).unwrap_or_default();
            let parts = [key.kind.as_str(), &key.comment, &key.fingerprint, key.note.as_deref().unwrap_or_default()];
            PickerRow {
                // A key that the environment names is used while the field is empty.
                value: if key.named_by.is_some() { String::new() } else { key.path.clone() },
                label: format!("{named}{}", key.path),
                note: parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("  "),
                is_usable: key.is_usable,
            }
        });
        Picker::new(PickerKind::Keys, rows.collect(), Loading::Done).at(self.form.text(FieldName::KeyFile))
    }

    fn integration_picker(&self, config: &Config) -> Picker {
        let chosen = self.chosen(config).map(|chosen| chosen.uuid.to_string()).unwrap_or_default();
        let rows = self.integrations().iter().map(|integration| PickerRow {
            value: integration.uuid.to_string(),
            label: integration.title.clone(),
            note: integration.uuid.to_string(),
            is_usable: true,
        });
        Picker::new(PickerKind::Integrations, rows.collect(), Loading::Done).at(&chosen)
    }

    /// What was found here first, then all ways there are.
    fn ways(&self) -> Picker {
        let found = self.discovery.ways.iter().enumerate().map(|(place, way)| PickerRow {
            value: format!("found {place}"),
            label: way_label(way.kind).to_owned(),
            note: way.what.clone(),
            is_usable: true,
        });
        let others = WAYS.iter().filter(|kind| !self.discovery.ways.iter().any(|way| way.kind == **kind));
        let others = others.map(|kind| PickerRow {
            value: way_label(*kind).to_owned(),
            label: way_label(*kind).to_owned(),
            note: match *kind {
                AuthKind::Anonymous => "",
                kind if kind == self.form.sign_in && !self.form.text(FieldName::Credential).is_empty() => {
                    "as filled in"
                }
                _ => "not found on this machine",
            }
            .to_owned(),
            is_usable: true,
        });
        let current = self.discovery.ways.iter().position(|way| way.kind == self.form.sign_in);
        let current = current.map_or_else(|| way_label(self.form.sign_in).to_owned(), |place| format!("found {place}"));
        Picker::new(PickerKind::SignIn, found.chain(others).collect(), Loading::Done).at(&current)
    }

    pub(super) fn open_guide(&mut self, outbox: &mut Outbox) {
        let watch = matches!(self.encord, Side::Up(_)).then(|| outbox.start(IntegrationRequest::WatchIntegrations));
        self.panel = Some(Panel::Guide(Guide::new(self.integrations(), watch)));
    }

    pub(super) fn show_details(&mut self, config: &Config) {
        if let Some(check) = self.checks(config).get(self.check_cursor) {
            self.panel = Some(Panel::Details(Details { id: check.id, scroll: 0 }));
        }
    }

    /// Does what can be done about the check under the cursor.
    pub(super) fn fix(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let Some(check) = self.checks(config).into_iter().nth(self.check_cursor) else { return };
        match check.repair {
            Some(Repair::SwitchRegion(api)) => {
                self.panel = None;
                self.form.set(FieldName::Domain, &api);
                self.commit(config, outbox);
            }
            Some(Repair::NewIntegration) if !self.integrations().is_empty() => {
                self.browse(FieldName::Integration, config, outbox);
            }
            Some(Repair::NewIntegration) => self.open_guide(outbox),
            Some(Repair::Cors(plan)) => {
                self.panel = Some(Panel::Cors(CorsReview { plan, state: CorsState::Review }));
            }
            None if check.state == CheckState::Fail
                && check.id == "azure.container"
                && check.detail.contains("not found") =>
            {
                self.focus = Focus::Field(FieldName::Container);
                self.browse(FieldName::Container, config, outbox);
            }
            None => self.show_details(config),
        }
    }

    /// About how many lines a check takes on the smallest screen; there is nothing to scroll to beyond them.
    fn lines_of(&self, id: &str, config: &Config) -> usize {
        const COLUMNS: usize = 40;
        let Some(check) = self.checks(config).into_iter().find(|check| check.id == id) else { return 0 };
        let texts = [check.detail.as_str(), check.about().why, check.fix.as_deref().unwrap_or_default()];
        texts.iter().flat_map(|text| text.lines()).map(|line| line.chars().count() / COLUMNS + 2).sum()
    }

    pub(super) fn close_panel(&mut self, outbox: &mut Outbox) {
        match self.panel.take() {
            // What is being written is not given up, and its answer is waited for.
            Some(panel @ Panel::Cors(CorsReview { state: CorsState::Writing(_), .. })) => self.panel = Some(panel),
            Some(Panel::Guide(guide)) => outbox.cancel(guide.watch),
            Some(Panel::Sas(maker)) if maker.is_for_guide => self.open_guide(outbox),
            Some(Panel::Folders(browser)) => browser.cancel(outbox),
            Some(Panel::Picker(picker)) => {
                if let Loading::Running(id) = picker.state() {
                    outbox.cancel(Some(*id));
                }
            }
            _ => {}
        }
    }

    pub(super) fn panel_action(&mut self, action: Action, config: &mut Config, outbox: &mut Outbox) {
        let is_guide = matches!(self.panel, Some(Panel::Guide(_)));
        let longest = match &self.panel {
            Some(Panel::Details(details)) => self.lines_of(details.id, config),
            _ => 0,
        };
        match (action, &mut self.panel) {
            (Action::Back | Action::No, _) | (Action::Next, Some(Panel::Details(_) | Panel::Guide(_))) => {
                self.close_panel(outbox);
            }
            (Action::Next, Some(Panel::Picker(_))) => self.pick(config, outbox),
            (Action::Next, Some(Panel::Folders(browser))) => {
                config.manifest.prefixes = browser.chosen().to_vec();
                self.has_input = true;
                self.close_panel(outbox);
                self.focus = self.next_needed(Some(FieldName::Folders), config);
            }
            (Action::Next, Some(Panel::Sas(maker))) => match maker.state {
                SasState::Choosing | SasState::Failed(_) => {
                    let wish = maker.wish();
                    let id = outbox.start(IntegrationRequest::MakeSas { access: self.access(config), wish });
                    if let Some(Panel::Sas(maker)) = &mut self.panel {
                        maker.state = SasState::Running(id);
                    }
                }
                SasState::Made(_) | SasState::Running(_) => {}
            },
            (Action::Yes | Action::Next, Some(Panel::Cors(review))) => match review.state {
                CorsState::Review | CorsState::ReviewAgain => {
                    let plan = review.plan.clone();
                    let request = Request::Integration(IntegrationRequest::RepairCors {
                        access: self.access(config),
                        plan,
                        origins: config.encord.origins(),
                    });
                    let id = outbox.start(request);
                    if let Some(Panel::Cors(review)) = &mut self.panel {
                        review.state = CorsState::Writing(id);
                    }
                }
                CorsState::Writing(_) => {}
                CorsState::Done | CorsState::Failed(_) => self.close_panel(outbox),
            },
            (Action::Yes | Action::Next, Some(Panel::Overrule(ids))) => {
                let ids = std::mem::take(ids);
                self.overrule(ids);
                self.panel = None;
            }
            (Action::Copy, Some(Panel::Guide(guide))) => {
                if let Some(text) = guide.copy(config) {
                    outbox.effects.push(Effect::Copy(SecretString::from(text)));
                }
            }
            (Action::Copy, Some(Panel::Sas(maker))) => {
                if let SasState::Made(token) = &maker.state {
                    outbox.effects.push(Effect::Copy(token.clone()));
                    maker.is_copied = true;
                }
            }
            (Action::MakeSas, _) if is_guide => {
                self.close_panel(outbox);
                self.panel = Some(Panel::Sas(SasMaker::for_guide()));
            }
            (Action::Fix, Some(Panel::Details(_))) => {
                self.panel = None;
                self.fix(config, outbox);
            }
            (action, Some(Panel::Picker(picker))) => picker.action(action),
            (action, Some(Panel::Folders(browser))) => browser.action(action, outbox),
            (action, Some(Panel::Guide(guide))) => guide.action(action, config),
            (action, Some(Panel::Sas(maker))) => maker.action(action),
            (action, Some(Panel::Details(details))) => details.scroll = moved_in(details.scroll, action, longest + 1),
            _ => {}
        }
    }

    /// Takes what is under the picker's cursor.
    fn pick(&mut self, config: &mut Config, outbox: &mut Outbox) {
        let Some(Panel::Picker(picker)) = &self.panel else { return };
        let Some(row) = picker.current().filter(|row| row.is_usable) else { return };
        let (kind, value) = (picker.kind(), row.value.clone());
        self.has_input = true;
        self.panel = None;
        match kind {
            PickerKind::Regions => self.form.set(FieldName::Domain, &value),
            PickerKind::Keys => {
                self.form.set(FieldName::KeyFile, &value);
                // An empty field means the environment's key, which may not have been tried yet.
                if value.is_empty() && self.encord == Side::Unset {
                    self.connect(config, outbox);
                }
            }
            PickerKind::Integrations => self.choose(&value, config),
            PickerKind::SignIn => match value.strip_prefix("found ").and_then(|place| place.parse::<usize>().ok()) {
                Some(place) => {
                    if let Some(way) = self.discovery.ways.get(place).cloned() {
                        self.form.take_way(&way);
                    }
                }
                None => {
                    let kind = WAYS.iter().find(|kind| way_label(**kind) == value);
                    self.form.sign_in = kind.copied().unwrap_or_default();
                }
            },
            PickerKind::Containers => self.form.set(FieldName::Container, &value),
        }
        self.commit(config, outbox);
        if let Focus::Field(name) = self.focus {
            self.focus = self.next_needed(Some(name), config);
        }
        self.look(config);
    }

    /// Writes an integration into the config; by its UUID where its title is not unique.
    fn choose(&mut self, uuid: &str, config: &mut Config) {
        let Some(wanted) = self.integrations().iter().find(|integration| integration.uuid.to_string() == uuid) else {
            return;
        };
        if self.chosen(config).is_none_or(|chosen| chosen.uuid != wanted.uuid) {
            let twins = self.integrations().iter().filter(|other| other.title == wanted.title).count() > 1;
            config.encord.integration = Some(if twins { uuid.to_owned() } else { wanted.title.clone() });
        }
    }

    pub(crate) fn integrations_reply(
        &mut self,
        id: RequestId,
        result: Result<Vec<Integration>, UserError>,
        config: &mut Config,
        outbox: &mut Outbox,
    ) {
        let Some(Panel::Guide(guide)) = &mut self.panel else { return };
        if guide.watch != Some(id) {
            return;
        }
        let appeared = guide.appeared(&result);
        if let (Ok(list), Side::Up(known)) = (result, &mut self.encord) {
            *known = list;
        }
        if let Some(new) = appeared {
            self.choose(&new.uuid.to_string(), config);
            self.close_panel(outbox);
            self.look(config);
        }
    }

    pub(crate) fn containers_reply(&mut self, id: RequestId, result: Result<Vec<String>, UserError>) {
        let row = |name: String| PickerRow { label: name.clone(), value: name, note: String::new(), is_usable: true };
        let wanted = self.form.text(FieldName::Container).to_owned();
        if let Some(Panel::Picker(picker)) = &mut self.panel
            && picker.is_waiting_for(id)
        {
            picker.fill(result.map(|names| names.into_iter().map(row).collect()));
            *picker = picker.clone().at(&wanted);
        }
    }

    pub(crate) fn prefixes_reply(&mut self, id: RequestId, result: Result<PrefixPage, UserError>) {
        if let Some(Panel::Folders(browser)) = &mut self.panel {
            browser.reply(id, result);
        }
    }

    pub(crate) fn sas_reply(&mut self, id: RequestId, result: Result<SecretString, UserError>) {
        if let Some(Panel::Sas(maker)) = &mut self.panel
            && matches!(maker.state, SasState::Running(running) if running == id)
        {
            maker.state = match result {
                Ok(token) => SasState::Made(token),
                Err(problem) => SasState::Failed(problem),
            };
        }
    }

    pub(crate) fn cors_reply(
        &mut self,
        id: RequestId,
        result: Result<CorsRepair, UserError>,
        config: &Config,
        outbox: &mut Outbox,
    ) {
        let Some(Panel::Cors(review)) = &mut self.panel else { return };
        if review.state != CorsState::Writing(id) {
            return;
        }
        review.state = match result {
            Ok(CorsRepair::Done(_)) => CorsState::Done,
            Ok(CorsRepair::Changed(plan)) => {
                review.plan = plan;
                CorsState::ReviewAgain
            }
            Err(problem) => CorsState::Failed(problem),
        };
        if review.state == CorsState::Done {
            self.check_azure(config, outbox);
        }
    }
}
