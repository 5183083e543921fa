//! What is printed, for made-up screens and for every state that the tests of the screens go through.

use crate::{
    plain::{
        describe::{
            describe,
            screen::{ChoiceTarget, Kind, PART, Question, Screen},
        },
        parse_answer::{PendingPrompt, taken},
        print::Printer,
    },
    tui::tests::fixtures::{self, Stage},
    wizard::{Wizard, action::Action, step::Step},
};

/// Checks what everybody must be able to rely on in every state: there is something to answer, everything that can be done is
/// offered under a name and number of its own, there is a way out, and no byte is anything but text.
pub(crate) fn speaks(wizard: &Wizard) {
    let screen = describe(wizard);
    let mut printer = Printer::new(Vec::new());
    printer.show(&screen);
    printer.open_list();
    printer.choices(&screen);
    let text = printer.printed();
    assert!(text.chars().all(|c| c == '\n' || !c.is_control()), "{text:?}");
    assert!(!text.chars().any(|c| ('\u{2500}'..='\u{259f}').contains(&c)), "lines and boxes are drawn: {text}");
    let is_said = |line: &str| line.chars().any(char::is_alphanumeric);
    assert!(screen.lines.iter().all(|line| is_said(line)), "{:?}", screen.lines);
    assert!(text.trim_end().ends_with(':') && text.contains("? help") && text.contains("q quit"), "{text}");
    assert!(screen.waits || !screen.questions.is_empty(), "nothing can be answered: {text}");
    let hints = wizard.hints();
    for hint in hints.iter().filter(|hint| !hint.action.is_movement()) {
        let ends = |asked: &Question| match &asked.kind {
            Kind::Choice(does) | Kind::Sure(does) => {
                does.last() == Some(&crate::plain::describe::screen::Command::Act(hint.action))
            }
            _ => false,
        };
        assert!(screen.questions.iter().any(ends), "{hint:?} is not offered: {text}");
    }
    let is_out = |action| matches!(action, Action::Back | Action::No | Action::Quit | Action::Cancel | Action::Next);
    // What is being saved is at its end in a moment.
    assert!(screen.waits || hints.iter().any(|hint| is_out(hint.action)), "no way out: {text}");
    for (place, asked) in screen.questions.iter().enumerate() {
        let others = || screen.questions.iter().skip(place + 1);
        assert!(!others().any(|other| (other.key, &other.name) == (asked.key, &asked.name)), "{asked:?} twice: {text}");
        assert!(
            !others().any(|other| other.key.is_some() && other.key == asked.key),
            "{asked:?} by one letter: {text}"
        );
    }
}

fn screen(lines: &[&str]) -> Screen {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Screen { heading: "Step".into(), lines, ..Screen::default() }
}

fn asked(name: &str, place: ChoiceTarget) -> Question {
    Question { place, ..Question::new(name, Kind::Choice(Vec::new())) }
}

#[test]
fn only_what_is_new_is_printed_and_nothing_that_a_terminal_obeys() {
    let mut printer = Printer::new(Vec::new());
    let first = screen(&["one", "two \u{1b}[2J\u{202e}"]);
    for screen in [&first, &first, &screen(&["one", "three"])] {
        printer.show(screen);
    }
    assert_eq!(printer.printed(), "\nStep\none\ntwo \u{fffd}[2J\u{fffd}\nthree\n");
}

#[test]
fn progress_is_told_at_every_tenth() {
    let mut printer = Printer::new(Vec::new());
    for percent in 0..=100 {
        let progress = Some(format!("{percent} percent"));
        printer.show(&Screen { progress, percent: Some(percent), ..screen(&[]) });
    }
    let told: Vec<String> = printer.printed().lines().skip(2).map(str::to_owned).collect();
    assert_eq!(told, (0..=10).map(|tens| format!("{} percent", tens * 10)).collect::<Vec<_>>());
}

#[test]
fn a_choice_keeps_its_number_whatever_comes_and_goes() {
    let mut printer = Printer::new(Vec::new());
    let with = |questions: Vec<Question>| Screen { questions, ..screen(&[]) };
    let [new, search, undo] = ["New", "Search", "Undo"].map(|name| asked(name, ChoiceTarget::Choice));
    printer.show(&with(vec![]));
    printer.choices(&with(vec![new.clone(), search.clone()]));
    printer.choices(&with(vec![asked("Go on", ChoiceTarget::On), undo.clone(), search.clone()]));
    printer.choices(&with(vec![asked("Key 7", ChoiceTarget::Row(6)), undo, new, search]));
    let told: Vec<String> =
        printer.printed().lines().filter(|line| line.starts_with(char::is_numeric)).map(str::to_owned).collect();
    assert_eq!(told, ["2: New", "3: Search", "1: Go on", "4: Undo", "2: New", "107: Key 7"]);
}

#[test]
fn a_long_text_is_told_in_parts() {
    let mut printer = Printer::new(Vec::new());
    let body: Vec<String> = (1..=PART + 2).map(|line| format!("line {line}.")).collect();
    let screen = Screen { body, ..screen(&[]) };
    printer.show(&screen);
    printer.show(&screen);
    assert_eq!(printer.printed().matches("line 1.").count(), 1);
    assert!(printer.printed().ends_with("line 30.\nThat was line 30 of 32.\n"), "{}", printer.printed());
    printer.read_on();
    assert!(printer.printed().ends_with("line 32.\nThat was all of it. Reading on begins again.\n"));
}

/// What is printed in answer to these lines.
fn answers(stage: &mut Stage, lines: &[&str]) -> String {
    let mut printer = Printer::new(Vec::new());
    let mut due = PendingPrompt::Choice;
    for line in lines {
        printer.show(&describe(&stage.wizard));
        printer.choices(&describe(&stage.wizard));
        let (_, next) =
            taken(line, std::mem::replace(&mut due, PendingPrompt::Choice), &mut stage.wizard, &mut printer);
        if let Some((_, asked, prompt)) = next {
            printer.say(&prompt);
            due = asked;
        }
    }
    printer.show(&describe(&stage.wizard));
    printer.printed()
}

#[test]
fn choices_are_made_by_number_by_words_and_by_the_name_of_the_action() {
    for (answer, heading) in [
        ("new key", "Step 2 of 6: Schema: A metadata key"),
        ("new", "Step 2 of 6: Schema: A metadata key"),
        ("From", "Step 2 of 6: Schema: Keys that your data suggest"),
        ("infer", "Step 2 of 6: Schema: Keys that your data suggest"),
        ("1", "Step 3 of 6: Manifest"),
        ("continue", "Step 3 of 6: Manifest"),
        ("step 1", "Step 1 of 6: Integration"),
        ("b", "Step 1 of 6: Integration"),
    ] {
        let text = answers(&mut Stage::at(Step::Schema, fixtures::well), &[answer]);
        assert!(text.contains(&format!("\n{heading}")), "{answer}: {text}");
    }
    let text =
        answers(&mut Stage::at(Step::Schema, fixtures::well), &["nonsense", "? 1", "? azure.cors", "? nonsense", "?"]);
    for told in
        ["There is no choice nonsense here.", "CORS rules, check: ", "Nothing is known of 'nonsense'.", "Help: Schema"]
    {
        assert!(text.contains(told), "{told}: {text}");
    }
}

#[test]
fn the_first_step_tells_its_result_first_and_its_checks_when_asked() {
    let mut stage = Stage::at(Step::Integration, fixtures::well);
    let text = answers(&mut stage, &[""]);
    let first = text.lines().nth(2).unwrap_or_default();
    assert!(first.contains(" checks pass"), "{text}");
    assert!(!text.contains("\n101: "), "{text}");
    let text = answers(&mut stage, &["check by", "105"]);
    assert!(text.contains("\n101: Check 1: ") && text.contains("Selected: Check 5 of "), "{text}");
}

#[test]
fn sending_takes_a_yes_and_a_field_says_what_it_holds_and_explains_itself() {
    let mut stage = Stage::at(Step::Upload, fixtures::well);
    let text = answers(&mut stage, &["1", "no"]);
    assert!(text.contains("Type yes to do it") && text.contains("Not done: the answer was not yes."), "{text}");
    assert_eq!(stage.wizard.step(), Step::Upload);
    let mut stage = Stage::at(Step::Integration, fixtures::well);
    let text = answers(&mut stage, &["container", "?", ""]);
    assert!(text.contains("New text for Container, now "), "{text}");
    assert!(text.contains("Left as it was."), "{text}");
}
