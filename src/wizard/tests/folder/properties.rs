//! What holds in step 4 whatever is pressed and in whatever order the answers come.

use proptest::prelude::*;

use crate::wizard::tests::folder::*;

#[derive(Debug, Clone)]
enum Push {
    Act(Action),
    Type(&'static str),
    Answer(usize),
    Fail(usize),
    Late(usize),
}

fn push() -> impl Strategy<Value = Push> {
    let actions = [
        Action::Next,
        Action::Back,
        Action::Up,
        Action::Down,
        Action::PageDown,
        Action::Top,
        Action::Bottom,
        Action::Left,
        Action::Right,
        Action::Right,
        Action::Toggle,
        Action::FocusNext,
        Action::FocusPrevious,
        Action::Refresh,
        Action::New,
        Action::Search,
        Action::FilterMarked,
        Action::Cancel,
    ];
    prop_oneof![
        5 => proptest::sample::select(actions.to_vec()).prop_map(Push::Act),
        2 => proptest::sample::select(vec!["R", "a", "w", "/", " ", "Twin", "New", "Mirror", "=1"]).prop_map(Push::Type),
        4 => (0usize..6).prop_map(Push::Answer),
        1 => (0usize..6).prop_map(Push::Fail),
        1 => (0usize..9).prop_map(Push::Late),
    ]
}

proptest! {
    #![proptest_config(crate::seeds::cases(200))]

    #[test]
    fn in_any_order_the_cursor_is_on_a_row_and_old_answers_count_for_nothing(pushes in prop::collection::vec(push(), 1..120)) {
        let model = Model::new(&[
            "A", "Raw/2025/x", "Raw/2026/April", "Twin/a", "Twin", "Mirror", "Raw/2027", "Raw/2028", "Raw/2029", "Z/Z/Z/Z",
        ]);
        let mut harness = Harness::at_folders(Some("Raw/2026"));
        let mut answered: Vec<(RequestId, Request)> = Vec::new();
        let mut done = false;
        for push in pushes {
            if done {
                break;
            }
            match push {
                Push::Act(action) => harness.act(action),
                Push::Type(text) => text.chars().for_each(|c| harness.event(Event::Edit(Edit::Insert(c)))),
                Push::Answer(at) | Push::Fail(at) if at < harness.open.len() => {
                    let (id, request) = harness.open.remove(at);
                    let reply = match (&request, matches!(push, Push::Fail(_))) {
                        (Request::Folder(FolderRequest::List { .. }), true) => Some(Reply::Folder(FolderReply::Listed(Err(UserError::other("no"))))),
                        (Request::Folder(FolderRequest::ReadDetails { .. }), true) => {
                            Some(Reply::Folder(FolderReply::Details(Box::new(Err(UserError::other("no"))))))
                        }
                        (Request::Folder(FolderRequest::Resolve { .. }), _) => {
                            Some(Reply::Folder(FolderReply::Resolved(Box::new(Err(UserError::config("twins"))))))
                        }
                        (Request::Folder(FolderRequest::CountPresent { .. }), fails) => {
                            Some(Reply::Folder(FolderReply::Present(Ok(Present { is_done: !fails, ..Present::default() }))))
                        }
                        (request, _) => model.answer(request),
                    };
                    if let Some(reply) = reply {
                        harness.event(Event::Reply { id, reply });
                        answered.push((id, request));
                    }
                }
                Push::Late(at) if at < answered.len() => {
                    // An answer that comes a second time.
                    let (id, request) = &answered[at];
                    let before = format!("{:?}", harness.wizard.folder());
                    if let Some(reply) = model.answer(request) {
                        harness.event(Event::Reply { id: *id, reply });
                        prop_assert_eq!(before, format!("{:?}", harness.wizard.folder()));
                    }
                }
                _ => {}
            }
            let step = harness.wizard.folder();
            let tree = step.tree();
            prop_assert!(tree.is_empty() || tree.row(tree.cursor()).is_some());
            if let Some(search) = step.search() {
                prop_assert!(search.rows().is_empty() || search.current().is_some());
            }
            for place in 0..tree.len() {
                let folder = tree.reference(place).unwrap();
                prop_assert_eq!(folder.path, model.path(folder.uuid.as_u128()), "every row is where it belongs");
            }
            if let Some(choice) = step.form().and_then(FolderForm::choice) {
                prop_assert!(choice.cursor() <= choice.rows().len() && !choice.rows().is_empty());
            }
            if let Some(destination) = step.destination() {
                let folder = &harness.wizard.config().folder;
                prop_assert_eq!(folder.cloud_synced, destination.mirror.is_some());
                prop_assert_eq!(folder.path.is_none(), destination.create.is_empty());
            }
            let lists = harness.open.iter().filter(|(id, request)| {
                matches!(request, Request::Folder(FolderRequest::ReadDetails { .. })) && !harness.cancelled.contains(id)
            });
            prop_assert!(lists.count() <= 1, "one closer look at a time");
            prop_assert_eq!(harness.writes(), 0);
            done = harness.wizard.step() != Step::Folder;
        }
    }
}
