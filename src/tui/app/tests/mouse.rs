//! The mouse, the bell and the palette; and whatever comes, through the loop.

use crate::tui::app::tests::*;

fn mouse(kind: MouseEventKind, column: u16, row: u16) -> io::Result<Input> {
    Ok(Input::Mouse(MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE }))
}

#[test]
fn the_mouse_scrolls_and_a_second_click_counts_on_what_the_first_one_brought() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.press(KeyCode::Enter);
    run.press(KeyCode::Enter);
    run.send(mouse(MouseEventKind::ScrollDown, 10, 10));
    run.send(mouse(MouseEventKind::ScrollDown, 10, 10));
    run.send(mouse(MouseEventKind::ScrollUp, 10, 10));
    run.settle();
    assert!(run.screen().contains("4 of 11,395"), "{}", run.screen());
    let row = run.screen().lines().position(|line| line.contains("frame-000006")).unwrap();
    let frames = run.frames();
    for _ in 0..2 {
        run.send(mouse(MouseEventKind::Down(MouseButton::Left), 30, u16::try_from(row).unwrap()));
        run.send(mouse(MouseEventKind::Up(MouseButton::Left), 30, u16::try_from(row).unwrap()));
    }
    run.settle();
    // The list has moved under the mouse between the two.
    assert!(run.frames() >= frames + 2 && !run.screen().contains(" 4 of 11,395"), "{}", run.screen());
    run.send(mouse(MouseEventKind::Down(MouseButton::Left), 3, 0));
    run.settle();
    assert!(run.screen().contains("[1 Integration"), "{}", run.screen());
}

#[test]
fn the_palette_switches_the_mouse_and_the_bell_rings() {
    let mut run = Loop::new(future::pending());
    run.settle();
    run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL))));
    "mouse".chars().for_each(|c| run.send(Ok(Input::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)))));
    run.settle();
    assert!(run.screen().contains("Let the mouse scroll"), "{}", run.screen());
    run.press(KeyCode::Enter);
    assert!(run.painted.borrow().mouse && !run.screen().contains("Let the mouse scroll"));
    let (events, _) = unbounded_channel();
    let mut services = FakeServices { events, started: Rc::default() };
    let painted = Rc::new(RefCell::new(Painted::default()));
    let mut canvas =
        TestCanvas { terminal: Terminal::new(TestBackend::new(80, 24)).unwrap(), painted: painted.clone() };
    let pause = carry_out(vec![Effect::Bell, Effect::Editor("a.toml".into())], &mut services, &mut canvas).unwrap();
    assert_eq!((pause, painted.borrow().rings), (Some(Pause::Editor("a.toml".into())), 1));
    let pause = carry_out(vec![Effect::Editor("a.toml".into()), Effect::Exit], &mut services, &mut canvas).unwrap();
    assert_eq!(pause, Some(Pause::Exit(Exit::Quit)));
}

proptest! {
    #![proptest_config(crate::seeds::cases(24))]
    #[test]
    fn whatever_is_pressed_on_whatever_step_nothing_panics(
        step in 0_usize..6,
        inputs in prop::collection::vec((0_u8..12, any::<char>(), 0_u16..80, 0_u16..24), 1..80),
    ) {
        let mut run = Loop::new(future::pending());
        run.settle();
        (0..step.min(4)).for_each(|_| _ = run.press(KeyCode::Enter));
        for (what, c, column, row) in inputs {
            let plain = KeyModifiers::NONE;
            let input = match what {
                0 => Ok(Input::Key(KeyEvent::new(KeyCode::Char(c), plain))),
                1 => Ok(Input::Key(KeyEvent::new(KeyCode::Char('p'), KeyModifiers::CONTROL))),
                2 => Ok(Input::Key(KeyEvent::new(KeyCode::Esc, plain))),
                3 => Ok(Input::Key(KeyEvent::new(KeyCode::Tab, plain))),
                4 => Ok(Input::Key(KeyEvent::new(KeyCode::Down, plain))),
                5 => Ok(Input::Key(KeyEvent::new(KeyCode::PageUp, plain))),
                6 => mouse(MouseEventKind::Down(MouseButton::Left), column, row),
                7 => mouse(MouseEventKind::ScrollDown, column, row),
                8 => Ok(Input::Key(KeyEvent::new(KeyCode::Enter, plain))),
                9 => Ok(Input::Paste(c.to_string().repeat(3))),
                _ => {
                    let letters: Vec<char> = "nvbmertcfisyxXuRwdaoM?p0123456/ kjhlgG".chars().collect();
                    let letter = letters[usize::from(column) % letters.len()];
                    Ok(Input::Key(KeyEvent::new(KeyCode::Char(letter), plain)))
                }
            };
            run.send(input);
            if run.settle().is_some() {
                break;
            }
        }
    }
}
