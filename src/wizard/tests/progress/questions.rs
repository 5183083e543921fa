//! What is asked during a run and at its end, and what each answer does.

use crate::wizard::{step::Move, tests::progress::*};

#[test]
fn a_question_that_the_run_outlived_does_nothing() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.all(&[Action::Cancel, Action::Cancel]);
    follow.finish(RunState::Done, snapshot(vec![job(1, BatchState::Done, 0)], Vec::new()));
    assert_eq!(follow.step.ask(), Some(Ask::Cancel));
    assert_eq!(follow.act(Action::Next), Move::Stay, "the yes is not taken for leaving");
    assert_eq!((follow.asked(), follow.step.ask()), (vec!["stop false".to_owned()], None));
    assert_eq!(follow.act(Action::Next), Move::Next);
}

#[test]
fn a_retry_is_sent_by_a_yes_only_and_with_one_change() {
    use Action::{Back, Down, Next, No, Refresh, Up, Yes};
    for (ignores, skips, actions, asked) in [
        (true, true, &[Refresh][..], None),
        (true, true, &[Refresh, Back, Down, Up], None),
        (true, true, &[Refresh, No], None),
        (true, true, &[Refresh, Next], Some("retry r1 ---")),
        (true, true, &[Refresh, Down, Yes], Some("retry r1 -11")),
        (true, true, &[Refresh, Down, Down, Down, Next], Some("retry r1 -11")),
        (false, false, &[Refresh, Down, Next], Some("retry r1 1--")),
        (false, false, &[Refresh, Down, Down, Next], Some("retry r1 -1-")),
        (false, true, &[Refresh, Down, Down, Next], Some("retry r1 -11")),
    ] {
        let mut follow = Follow::planned(ignores, skips);
        follow.finish(RunState::DoneWithErrors, with_errors());
        follow.all(actions);
        assert_eq!(follow.asked(), asked.into_iter().collect::<Vec<_>>(), "{actions:?}");
        assert_eq!(follow.step.retry_of(), asked.map(|_| "r1"));
    }
    // Where nothing failed, there is nothing to send.
    let mut follow = Follow::planned(true, true);
    follow.finish(RunState::Done, snapshot(vec![job(1, BatchState::Done, 0)], Vec::new()));
    follow.all(&[Refresh, Yes]);
    assert!(follow.asked().is_empty());
}

#[test]
fn a_retry_begins_anew_and_its_refusal_leads_back() {
    let mut follow = Follow::planned(true, true);
    follow.finish(RunState::DoneWithErrors, with_errors());
    follow.all(&[Action::Refresh, Action::Next]);
    assert!(follow.step.is_running() && follow.step.run().is_none());
    assert_eq!((follow.step.snapshot().total, follow.step.destination()), (0, Some(("Raw/2026", false))));
    follow.tell(RunEvent::Refused(UserError::other("no")));
    assert_eq!(follow.act(Action::Back), Move::Stay);
    assert_eq!((follow.step.outcome(), follow.step.run()), (Some(RunState::DoneWithErrors), Some("r1")));
    follow.all(&[Action::Refresh, Action::Next]);
    follow.tell(RunEvent::Started { run: "r2".into(), folder: "Raw/2026".into() });
    follow.finish(RunState::DoneWithErrors, with_errors());
    assert_eq!((follow.step.run(), follow.step.retry_of()), (Some("r2"), Some("r1")));
    follow.all(&[Action::Refresh, Action::Next]);
    assert_eq!(follow.asked(), ["retry r1 ---", "retry r1 ---", "retry r2 ---"]);
}

#[test]
fn a_run_that_stopped_goes_on_after_a_yes_with_a_decision_for_jobs_in_doubt() {
    use Action::{Back, Down, Next, Refresh};
    for (skips, actions, asked) in [
        (true, &[Refresh, Back][..], None),
        (true, &[Refresh, Next], Some("resume r1 false []")),
        // Where duplicates are skipped there is no doubt.
        (true, &[Refresh, Down, Next], Some("resume r1 false []")),
        (false, &[Refresh, Next], Some("resume r1 false []")),
        (false, &[Refresh, Down, Next], Some("resume r1 true []")),
        (false, &[Refresh, Down, Down, Next], Some("resume r1 false [2]")),
    ] {
        let mut follow = Follow::planned(true, skips);
        follow.finish(RunState::Failed, broken_off());
        follow.all(actions);
        assert_eq!(follow.asked(), asked.into_iter().collect::<Vec<_>>(), "{actions:?}");
        if asked.is_some() {
            assert_eq!((follow.step.run(), follow.step.is_running()), (Some("r1"), true));
        }
    }
}

#[test]
fn the_footer_says_what_the_keys_do_now_also_when_the_jobs_ended_before_the_answer() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.all(&[Action::Cancel, Action::Cancel]);
    assert_eq!(follow.labels(), ["cancel them", "keep them"]);
    follow.progress(snapshot(vec![job(1, BatchState::Done, 3), job(3, BatchState::Waiting, 0)], vec![]));
    assert!(!follow.step.may_cancel());
    assert_eq!(follow.labels(), ["close"]);
    follow.act(Action::Next);
    assert_eq!((follow.step.ask(), follow.asked()), (None, vec!["stop false".to_owned()]));
}

#[test]
fn what_cannot_be_chosen_is_not_offered_to_be() {
    let mut plan = Harness::ready_to_send().wizard.plan().unwrap();
    for upserts in [true, false] {
        plan.upload.upsert_metadata = upserts;
        let mut follow = Follow::new(|outbox| {
            let mut step = ProgressStep::default();
            step.start(plan.clone(), outbox);
            step
        });
        follow.started();
        follow.finish(RunState::DoneWithErrors, with_errors());
        follow.act(Action::Refresh);
        assert_eq!(follow.step.changes().len(), if upserts { 1 } else { 2 });
        let expected: &[&str] =
            if upserts { &["send them", "send nothing"] } else { &["send them", "send nothing", "choose"] };
        assert_eq!(follow.labels(), expected);
    }
}

#[test]
fn what_was_given_to_the_clipboard_is_told_word_for_word() {
    let mut follow = Follow::planned(true, true);
    follow.progress(at_work());
    follow.act(Action::Copy);
    let id = Uuid::from_u128(follow.step.job_cursor() as u128 + 1).to_string();
    assert_eq!(follow.step.copied(), Some((Copied::Job, id.as_str())));
    assert_eq!(follow.copied, [id]);
    follow.act(Action::Down);
    assert_eq!(follow.step.copied(), None);
}
