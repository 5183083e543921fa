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
        Request::Discover => Reply::Discovered(Discovery::default()),
        Request::WatchIntegrations if fails => Reply::Integrations(Err(problem())),
        Request::WatchIntegrations => Reply::Integrations(Ok(vec![integration(7, "New")])),
        Request::ListContainers { .. } => Reply::Containers(if fails { Err(problem()) } else { Ok(vec!["c".into()]) }),
        Request::ListPrefixes { prefix, .. } => Reply::Prefixes {
            prefix: prefix.clone(),
            result: match fails {
                true => Err(problem()),
                false => Ok(PrefixPage {
                    folders: vec![format!("{prefix}a/"), format!("{prefix}b/")],
                    ..PrefixPage::default()
                }),
            },
        },
        Request::RepairCors { .. } if fails => Reply::CorsRepaired(Err(problem())),
        Request::RepairCors { .. } => Reply::CorsRepaired(Ok(CorsRepair::Done(Vec::new()))),
        Request::MakeSas { .. } if fails => Reply::SasMade(Err(problem())),
        Request::MakeSas { .. } => Reply::SasMade(Ok(SecretString::from("sig=x"))),
        Request::ConnectEncord { .. } => Reply::Encord(EncordReply {
            other_region: None,
            key: if fails {
                Err(problem())
            } else {
                Ok(KeyFacts { warning: None, source: "s".into(), fingerprint: "f".into() })
            },
            wants_passphrase: fails,
            login: (!fails).then(|| Ok(vec![integration(1, "Azure"), integration(2, "B")])),
        }),
        Request::CheckAzure { .. } => Reply::Container(if fails {
            Err(problem())
        } else {
            Ok(ContainerFacts { empty: false, account_url: "https://a".into() })
        }),
        Request::ReadSchema => Reply::Schema(if fails { Err(problem()) } else { Ok(Map::new()) }),
        Request::InferSchema { .. } => Reply::Inferred(Err(UserError::other("Nothing here holds metadata."))),
        Request::BuildManifest { .. } => Reply::Manifest(if fails {
            Err(problem())
        } else {
            let summary = summary(30, 1);
            let cut = cut_evenly(&summary.items, summary.bytes, Limits::default()).into();
            Ok(ManifestFacts { summary, blobs: 281, cut, file: PathBuf::new(), findings: PathBuf::new() })
        }),
        Request::Search { .. } => Reply::Found { places: vec![1, 5, 9], seen: 30, is_done: !fails },
        Request::FindItem { .. } => Reply::ItemFound((!fails).then_some(7)),
        Request::ReadRows { list, first, .. } => Reply::Rows { list: *list, first: *first, rows: Vec::new() },
        Request::ListFolders { .. } => Reply::Folders(if fails { Err(problem()) } else { Ok(FolderPage::default()) }),
        Request::ResolveFolder { .. } => Reply::FolderResolved(Box::new(if fails {
            Err(problem())
        } else {
            Ok(Destination { existing: None, create: vec!["Raw".into()], ..Destination::default() })
        })),
        Request::FolderDetails { .. } => Reply::FolderDetails(Box::new(Err(problem()))),
        Request::CountPresent { .. } => Reply::Present(if fails {
            Err(problem())
        } else {
            Ok(Present { looked_at: 3, present: 2, of: 30, is_done: true, is_cut: false })
        }),
        Request::StartRun { .. } if fails => Reply::Run(RunReply::Refused(problem())),
        Request::StartRun { .. } => Reply::Run(RunReply::Finished {
            state: RunState::Done,
            snapshot: Box::new(Snapshot::default()),
            reports: None,
            problem: None,
        }),
        Request::ResumeRun { .. } | Request::WatchRun { .. } | Request::RetryRun { .. } => {
            Reply::Run(RunReply::Refused(problem()))
        }
        Request::EstimateRun { .. } => Reply::Estimate((!fails).then_some(Estimate { seconds: 90, runs: 3 })),
        Request::ReadHome => Reply::Home(Box::default()),
        Request::OpenConfig { .. } => Reply::ConfigOpened(Err(problem())),
        Request::DuplicateConfig { .. } | Request::DeleteConfig { .. } | Request::ForgetRun { .. } => {
            Reply::HomeChanged(if fails { Err(problem()) } else { Ok(Box::default()) })
        }
        Request::PreviewSave { .. } => Reply::SavePreview(Err(problem())),
        Request::SaveConfig { .. } => Reply::ConfigSaved(Err(problem())),
        Request::Remember { .. } | Request::StopRun { .. } | Request::PauseRun { .. } | Request::NameRuns { .. } => {
            return None;
        }
    })
}

fn cors_changes(harness: &Harness) -> usize {
    harness.open.iter().filter(|(_, request)| matches!(request, Request::RepairCors { .. })).count()
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
                    if matches!(request, Request::CheckAzure { .. }) {
                        let plan = Box::new(crate::endpoints::cors::Plan { before: vec![], after: vec![], missing: vec![] });
                        let check = Check::new("azure.cors", CheckState::Fail, "no").repair(Repair::Cors(plan));
                        harness.event(Event::Reply { id, reply: Reply::AzureCheck(Box::new(check)) });
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
