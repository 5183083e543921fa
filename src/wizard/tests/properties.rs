//! What holds whatever is pressed and whatever services answer.

use proptest::prelude::*;

use crate::wizard::tests::*;

fn action() -> impl Strategy<Value = Action> {
    proptest::sample::select(vec![
        Action::Next,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::PageDown,
        Action::Top,
        Action::Bottom,
        Action::Left,
        Action::Right,
        Action::Toggle,
        Action::FocusNext,
        Action::FocusPrevious,
        Action::Refresh,
        Action::New,
        Action::Search,
        Action::SwitchList,
        Action::FilterKind,
        Action::FilterMarked,
        Action::EditRules,
        Action::KeepTheirs,
        Action::Delete,
        Action::DeleteForEver,
        Action::Undo,
        Action::Rename,
        Action::SkipSchema,
        Action::Cancel,
        Action::Help,
        Action::Quit,
        Action::No,
        Action::Yes,
        Action::Browse,
        Action::Fix,
        Action::Overrule,
        Action::MakeSas,
        Action::Copy,
        Action::Goto(Step::Integration),
        Action::Goto(Step::Upload),
    ])
}

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Type(char),
    Answer(usize),
    Fail(usize),
}

fn push() -> impl Strategy<Value = Push> {
    prop_oneof![
        4 => action().prop_map(Push::Act),
        1 => any::<char>().prop_map(Push::Type),
        3 => (0usize..4).prop_map(Push::Answer),
        1 => (0usize..4).prop_map(Push::Fail),
    ]
}

/// A plausible answer to a request; `fails` makes it a refusal where it can be one.
pub(crate) fn answer_to(request: &Request, fails: bool) -> Option<Reply> {
    let problem = || UserError::other("no");
    Some(match request {
        Request::Integration(IntegrationRequest::Discover) => {
            Reply::Integration(IntegrationReply::Discovered(Discovery::default()))
        }
        Request::Integration(IntegrationRequest::WatchIntegrations) if fails => {
            Reply::Integration(IntegrationReply::Integrations(Err(problem())))
        }
        Request::Integration(IntegrationRequest::WatchIntegrations) => {
            Reply::Integration(IntegrationReply::Integrations(Ok(vec![integration(7, "New")])))
        }
        Request::Integration(IntegrationRequest::ListContainers { .. }) => {
            Reply::Integration(IntegrationReply::Containers(if fails { Err(problem()) } else { Ok(vec!["c".into()]) }))
        }
        Request::Integration(IntegrationRequest::ListPrefixes { prefix, .. }) => {
            Reply::Integration(IntegrationReply::Prefixes {
                prefix: prefix.clone(),
                result: match fails {
                    true => Err(problem()),
                    false => Ok(PrefixPage {
                        folders: vec![format!("{prefix}a/"), format!("{prefix}b/")],
                        ..PrefixPage::default()
                    }),
                },
            })
        }
        Request::Integration(IntegrationRequest::RepairCors { .. }) if fails => {
            Reply::Integration(IntegrationReply::CorsRepaired(Err(problem())))
        }
        Request::Integration(IntegrationRequest::RepairCors { .. }) => {
            Reply::Integration(IntegrationReply::CorsRepaired(Ok(CorsRepair::Done(Vec::new()))))
        }
        Request::Integration(IntegrationRequest::MakeSas { .. }) if fails => {
            Reply::Integration(IntegrationReply::SasMade(Err(problem())))
        }
        Request::Integration(IntegrationRequest::MakeSas { .. }) => {
            Reply::Integration(IntegrationReply::SasMade(Ok(SecretString::from("sig=x"))))
        }
        Request::Integration(IntegrationRequest::ConnectEncord { .. }) => {
            Reply::Integration(IntegrationReply::Encord(EncordReply {
                other_region: None,
                key: if fails {
                    Err(problem())
                } else {
                    Ok(KeyFacts { warning: None, source: "s".into(), fingerprint: "f".into() })
                },
                wants_passphrase: fails,
                login: (!fails).then(|| Ok(vec![integration(1, "Azure"), integration(2, "B")])),
            }))
        }
        Request::Integration(IntegrationRequest::CheckAzure { .. }) => {
            Reply::Integration(IntegrationReply::AzureChecked(if fails {
                Err(problem())
            } else {
                Ok(ContainerFacts { empty: false, account_url: "https://a".into() })
            }))
        }
        Request::Schema(SchemaRequest::Read) => {
            Reply::Schema(SchemaReply::Read(if fails { Err(problem()) } else { Ok(Map::new()) }))
        }
        Request::Schema(SchemaRequest::Infer { .. }) => {
            Reply::Schema(SchemaReply::Inferred(Err(UserError::other("Nothing here holds metadata."))))
        }
        Request::Manifest(ManifestRequest::Build { .. }) => Reply::Manifest(ManifestReply::Built(if fails {
            Err(problem())
        } else {
            let summary = summary(30, 1);
            let cut = cut_evenly(&summary.items, summary.bytes, Limits::default()).into();
            Ok(ManifestFacts { summary, blobs: 281, cut, file: PathBuf::new(), findings: PathBuf::new() })
        })),
        Request::Manifest(ManifestRequest::Search { .. }) => {
            Reply::Manifest(ManifestReply::Found { places: vec![1, 5, 9], seen: 30, is_done: !fails })
        }
        Request::Manifest(ManifestRequest::FindItem { .. }) => {
            Reply::Manifest(ManifestReply::ItemFound((!fails).then_some(7)))
        }
        Request::Manifest(ManifestRequest::ReadRows { list, first, .. }) => {
            Reply::Manifest(ManifestReply::Rows { list: *list, first: *first, rows: Vec::new() })
        }
        Request::Run(RunRequest::ReadFailed { first, .. }) => {
            Reply::Run(RunReply::Failed { first: *first, units: Vec::new() })
        }
        Request::Folder(FolderRequest::List { .. }) => {
            Reply::Folder(FolderReply::Listed(if fails { Err(problem()) } else { Ok(FolderPage::default()) }))
        }
        Request::Folder(FolderRequest::Resolve { .. }) => Reply::Folder(FolderReply::Resolved(Box::new(if fails {
            Err(problem())
        } else {
            Ok(Destination { existing: None, create: vec!["Raw".into()], ..Destination::default() })
        }))),
        Request::Folder(FolderRequest::ReadDetails { .. }) => {
            Reply::Folder(FolderReply::Details(Box::new(Err(problem()))))
        }
        Request::Folder(FolderRequest::CountPresent { .. }) => Reply::Folder(FolderReply::Present(if fails {
            Err(problem())
        } else {
            Ok(Present { looked_at: 3, present: 2, of: 30, is_done: true, is_cut: false })
        })),
        Request::Run(RunRequest::Start { .. }) if fails => Reply::Run(RunReply::Event(RunEvent::Refused(problem()))),
        Request::Run(RunRequest::Start { .. }) => Reply::Run(RunReply::Event(RunEvent::Finished {
            state: RunState::Done,
            snapshot: Box::new(Snapshot::default()),
            reports: None,
            problem: None,
        })),
        Request::Run(RunRequest::Resume { .. })
        | Request::Run(RunRequest::Watch { .. })
        | Request::Run(RunRequest::Retry { .. }) => Reply::Run(RunReply::Event(RunEvent::Refused(problem()))),
        Request::Run(RunRequest::Estimate { .. }) => {
            Reply::Run(RunReply::Estimate((!fails).then_some(Estimate { seconds: 90, runs: 3 })))
        }
        Request::Home(HomeRequest::Read) => Reply::Home(HomeReply::Read(Box::default())),
        Request::Home(HomeRequest::OpenConfig { .. }) => Reply::Home(HomeReply::ConfigOpened(Err(problem()))),
        Request::Home(HomeRequest::DuplicateConfig { .. })
        | Request::Home(HomeRequest::DeleteConfig { .. })
        | Request::Home(HomeRequest::ForgetRun { .. }) => {
            Reply::Home(HomeReply::Changed(if fails { Err(problem()) } else { Ok(Box::default()) }))
        }
        Request::Home(HomeRequest::PreviewSave { .. }) => Reply::Home(HomeReply::SavePreview(Err(problem()))),
        Request::Home(HomeRequest::SaveConfig { .. }) => Reply::Home(HomeReply::ConfigSaved(Err(problem()))),
        Request::Integration(IntegrationRequest::Remember { .. })
        | Request::Run(RunRequest::Stop { .. })
        | Request::Run(RunRequest::Pause { .. })
        | Request::Home(HomeRequest::NameRuns { .. }) => {
            return None;
        }
    })
}

fn cors_changes(harness: &Harness) -> usize {
    harness
        .open
        .iter()
        .filter(|(_, request)| matches!(request, Request::Integration(IntegrationRequest::RepairCors { .. })))
        .count()
}

proptest! {
    #![proptest_config(crate::seeds::cases(200))]

    #[test]
    fn whatever_is_pressed_nothing_is_written_before_the_review_says_yes(pushes in prop::collection::vec(push(), 1..150)) {
        let mut harness = Harness::new(config());
        let mut typed = config().azure.container;
        for push in pushes {
            let (step, writes) = (harness.wizard.step(), harness.writes());
            let was_yes = matches!(push, Push::Act(Action::Next));
            let was_asked = harness.wizard.asks() && matches!(push, Push::Act(Action::Next | Action::Yes));
            let changes = cors_changes(&harness);
            match push {
                // The list of containers is the one thing that replaces what was typed, on purpose.
                Push::Act(Action::Browse)
                    if harness.wizard.integration().focus() == Focus::Field(FieldName::Container) => {}
                Push::Act(action) => harness.act(action),
                Push::Type(c) => {
                    let container = harness.wizard.integration().focus() == Focus::Field(FieldName::Container);
                    let is_free = harness.wizard.overlay().is_none() && harness.wizard.integration().panel().is_none();
                    if step == Step::Integration && container && is_free && !c.is_control() {
                        typed.push(c);
                    }
                    harness.event(Event::Edit(Edit::Insert(c)));
                }
                Push::Answer(at) | Push::Fail(at) if at < harness.open.len() => {
                    let fails = matches!(push, Push::Fail(_));
                    let (id, request) = harness.open.remove(at);
                    if matches!(request, Request::Integration(IntegrationRequest::CheckAzure { .. })) {
                        let plan = Box::new(crate::endpoints::cors::Plan { before: vec![], after: vec![], missing: vec![] });
                        let check = Check::new("azure.cors", CheckState::Fail, "no").repair(Repair::Cors(plan));
                        harness.event(Event::Reply { id, reply: Reply::Integration(IntegrationReply::AzureCheck(Box::new(check))) });
                    }
                    if let Some(reply) = answer_to(&request, fails) {
                        harness.event(Event::Reply { id, reply });
                    }
                }
                Push::Answer(_) | Push::Fail(_) => {}
            }
            prop_assert!(was_asked || cors_changes(&harness) <= changes, "the account is changed without a yes");
            if harness.writes() > writes {
                prop_assert!(step == Step::Upload && was_yes);
            }
            // What was typed is never lost, whichever way the user went.
            let container = harness.wizard.integration().field(FieldName::Container);
            prop_assert_eq!(container.map(Field::text), Some(typed.as_str()));
            prop_assert!(!harness.wizard.hints().is_empty());
        }
    }

    #[test]
    fn counts_never_exceed_the_whole(done in 0u64..100, errors in 0u64..100, cancelled in 0u64..100) {
        let total = done + errors + cancelled + 5;
        let snapshot = Snapshot { total, done, errors, cancelled, per_second: 2.0, elapsed: 10, ..Snapshot::default() };
        prop_assert!(snapshot.finished() <= snapshot.total);
        prop_assert_eq!(snapshot.eta(), Some(3));
    }
}
