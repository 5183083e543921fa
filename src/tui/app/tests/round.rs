//! One round of the loop: keys in, frames out, and how it ends.

use crate::{tui::app::tests::*, wizard::progress::messages::RunReply};

#[test]
fn from_the_first_key_to_the_end_of_a_run() {
    let mut run = Loop::new(future::pending());
    assert_eq!(run.settle(), None);
    assert!(run.screen().contains("[1 Integration ✓]"), "{}", run.screen());
    for step in ["[2 Schema ✓]", "[3 Manifest ✓]", "[4 Folder ✓]", "[5 Upload]", "[6 Progress …]"] {
        assert_eq!(run.press(KeyCode::Enter), None);
        assert!(run.screen().contains(step), "{step} in {}", run.screen());
    }
    let id = run.started.borrow().first().copied().unwrap();
    let reply = |reply| Event::Reply { id, reply: Reply::Run(RunReply::Event(reply)) };
    run.events.send(reply(RunEvent::Started { run: "r-1".into(), folder: "Raw/2026/Berlin".into() })).unwrap();
    run.events.send(reply(RunEvent::Progress(Box::new(fixtures::snapshot(5000))))).unwrap();
    run.settle();
    assert!(run.screen().contains("5,000 of 11,395 registered"), "{}", run.screen());
    assert_eq!(run.press(KeyCode::Char('q')), None);
    assert!(run.screen().contains("runs resume r-1"), "{}", run.screen());
    assert_eq!(run.press(KeyCode::Char('n')), None);
    assert_eq!(run.press(KeyCode::Char('q')), None);
    assert_eq!(run.press(KeyCode::Char('y')), Some(Pause::Exit(Exit::Quit)));
}

#[test]
fn keys_that_were_pressed_before_the_plan_was_seen_do_not_send_it() {
    let enter = || Ok(Input::Key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE)));
    let mut run = Loop::of(Wizard::new(fixtures::config()).attended(), future::pending());
    run.settle();
    // All at once, and then one by one as a key that is held down.
    (0..20).for_each(|_| run.send(enter()));
    run.settle();
    (0..20).for_each(|_| assert_eq!(run.press(KeyCode::Enter), None));
    assert!(run.screen().contains("[5 Upload]") && run.screen().contains("look it over"), "{}", run.screen());
    assert!(!run.screen().contains("send it") && run.started.borrow().is_empty());
    // Stillness that is over when the next key comes does not count.
    run.is_still.set(true);
    run.press(KeyCode::Esc);
    assert!(run.screen().contains("[4 Folder"), "{}", run.screen());
    run.is_still.set(false);
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    assert!(run.screen().contains("[5 Upload]") && run.started.borrow().is_empty(), "{}", run.screen());
    run.is_still.set(true);
    // It wakes the loop up.
    run.send(Ok(Input::FocusGained));
    run.settle();
    assert!(run.screen().contains("send it"), "{}", run.screen());
    assert!(run.started.borrow().is_empty());
    // What a key changes is painted before the next key counts.
    let frames = run.frames();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char(' '), KeyModifiers::NONE))));
    run.send(enter());
    run.settle();
    assert!(run.frames() > frames + 1 && run.started.borrow().len() == 1, "{}", run.screen());
}

#[test]
fn the_palette_hides_the_plan_so_what_is_chosen_there_does_not_send_it() {
    let mut run = Loop::of(Wizard::new(fixtures::config()).attended(), future::pending());
    run.is_still.set(true);
    run.settle();
    (0..4).for_each(|_| _ = run.press(KeyCode::Enter));
    assert!(run.screen().contains("send it"), "{}", run.screen());
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL))));
    "send".chars().for_each(|c| _ = run.press(KeyCode::Char(c)));
    assert!(run.screen().contains("> Enter  send it"), "{}", run.screen());
    run.press(KeyCode::Enter);
    assert!(run.screen().contains("[5 Upload]") && run.started.borrow().is_empty(), "{}", run.screen());
    run.press(KeyCode::Enter);
    assert_eq!(run.started.borrow().len(), 1, "{}", run.screen());
}

#[test]
fn page_keys_move_by_what_is_in_view() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    let rows = |screen: &str| screen.lines().filter(|line| line.contains(" image ") && line.contains("frame-")).count();
    let (before, in_view) = (run.screen(), rows(&run.screen()));
    assert!(before.contains("1 of 11,395") && in_view > 3, "{before}");
    run.press(KeyCode::PageDown);
    run.press(KeyCode::PageDown);
    let place = |rows: usize| format!("{} of 11,395", rows + 1);
    assert!(run.screen().contains(&place(2 * in_view)), "{in_view} rows: {}", run.screen());
    run.press(KeyCode::PageUp);
    assert!(run.screen().contains(&place(in_view)), "{in_view} rows: {}", run.screen());
}

#[test]
fn nothing_is_drawn_and_nothing_wakes_up_while_nothing_happens() {
    let mut run = Loop::new(future::pending());
    run.settle();
    let (frames, wakes) = (run.frames(), run.wakes.0.load(Ordering::SeqCst));
    std::thread::sleep(std::time::Duration::from_millis(300));
    run.settle();
    assert_eq!((run.frames(), run.wakes.0.load(Ordering::SeqCst)), (frames, wakes));
    // A key without a meaning here wakes the loop, but nothing is drawn.
    run.press(KeyCode::F(7));
    run.send(Ok(Input::FocusGained));
    run.settle();
    assert_eq!(run.frames(), frames);
}

#[test]
fn the_first_frame_does_not_wait_and_bursts_become_one_frame() {
    let mut run = Loop::new(future::pending());
    run.settle();
    let frames = run.frames();
    for _ in 0..100 {
        run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Down, KeyModifiers::NONE))));
    }
    run.settle();
    assert_eq!(run.frames(), frames + 1);
    run.send(Ok(Input::Resize(80, 24)));
    run.settle();
    assert_eq!(run.frames(), frames + 2);
}

#[test]
fn pasted_text_goes_to_the_field_in_one_piece() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Tab);
    run.send(Ok(Input::Paste(".example\n/q?".into())));
    run.settle();
    assert!(run.screen().contains("https://api.encord.com.example/q?"), "{}", run.screen());
}

#[test]
fn signals_and_suspending_end_the_round() {
    let mut run = Loop::new(future::ready(15));
    assert_eq!(run.settle(), Some(Pause::Exit(Exit::Signal(15))));
    let mut run = Loop::new(future::pending());
    run.settle();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char('z'), KeyModifiers::CONTROL))));
    assert_eq!(run.settle(), if cfg!(unix) { Some(Pause::Suspend) } else { None });
}

#[test]
fn an_input_that_fails_ends_the_loop_with_its_error() {
    let mut run = Loop::new(future::pending());
    run.send(Err(io::Error::other("gone")));
    let waker = Waker::from(run.wakes.clone());
    let polled = run.future.as_mut().poll(&mut Context::from_waker(&waker));
    assert!(matches!(polled, Poll::Ready(Err(error)) if error.to_string() == "gone"));
}

#[test]
fn what_is_copied_goes_to_the_terminal_and_to_no_service() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Char('n'));
    assert!(run.screen().contains("y copies"), "{}", run.screen());
    run.press(KeyCode::Char('y'));
    assert_eq!(run.painted.borrow().copied, ["https://app.encord.com"]);
    assert!(run.screen().contains("✓ copied"), "{}", run.screen());
}

/// The line at the top of the help's box.
fn top_of_help(screen: &str) -> String {
    let mut lines = screen.lines().skip_while(|line| !line.contains("┌ Help "));
    lines.nth(1).and_then(|line| line.split('│').nth(1)).unwrap_or_default().trim().to_owned()
}

#[test]
fn the_help_opens_at_the_field_and_scrolls_from_there() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Tab);
    run.press(KeyCode::Tab);
    run.press(KeyCode::F(1));
    let top = top_of_help(&run.screen());
    assert!(top.starts_with("SSH key file  encord.ssh_key_file"), "{}", run.screen());
    run.press(KeyCode::Up);
    let above = top_of_help(&run.screen());
    assert_ne!(above, top);
    run.press(KeyCode::Down);
    assert_eq!(top_of_help(&run.screen()), top);
    run.press(KeyCode::Home);
    assert_eq!(top_of_help(&run.screen()), "Step 1: Integration");
    run.press(KeyCode::Esc);
    assert!(run.screen().contains("> SSH key file"), "{}", run.screen());
}
