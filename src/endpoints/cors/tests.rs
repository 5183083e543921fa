use proptest::prelude::*;

use crate::endpoints::{cors::*, region};

fn texts(parts: &[&str]) -> Vec<String> {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

fn rule(origins: &[&str], methods: &[&str], allowed: &[&str], exposed: &[&str]) -> Rule {
    Rule {
        origins: texts(origins),
        methods: texts(methods),
        allowed_headers: texts(allowed),
        exposed_headers: texts(exposed),
        max_age: 200,
    }
}

fn full(origins: &[&str]) -> Rule {
    rule(origins, &METHODS, &["*"], &["*"])
}

fn foreign(host: &str) -> Rule {
    rule(&[host], &["GET", "PUT"], &["x-ms-*", " range"], &[])
}

fn eu() -> Vec<String> {
    region::origins("https://api.encord.com")
}

const APP: &str = "https://app.encord.com";
const API: &str = "https://api.encord.com";

#[test]
fn the_first_rule_with_origin_and_method_answers() {
    let good = full(&[APP]);
    let narrow = |methods: &[&str]| rule(&["*"], methods, &["range"], &["*"]);
    for (rules, served, reads) in [
        (vec![], false, false),
        (vec![good.clone()], true, true),
        (vec![full(&["*"])], true, true),
        (vec![full(&[" https://app.encord.com "])], true, true),
        (vec![full(&[API])], false, false),
        // Microsoft's own example: a later rule that would allow the header is not looked at.
        (vec![narrow(&["PUT", "GET"]), good.clone()], false, false),
        (vec![narrow(&["PUT"]), good.clone()], false, true),
        (vec![narrow(&["DELETE"]), good.clone()], true, true),
        (vec![good.clone(), narrow(&["GET"])], true, true),
        (vec![rule(&[APP], &["GET"], &["*"], &["*"])], false, true),
        (vec![rule(&[APP], &METHODS, &["range"], &["*"])], false, false),
        (vec![rule(&[APP], &METHODS, &["*"], &["content-length"])], false, false),
        // Two rules may share the work.
        (vec![rule(&["*"], &["GET"], &["*"], &["*"]), good.clone()], true, true),
        // Azure compares exactly, Azurite does not: neither reading may spoil it.
        (vec![full(&["https://App.encord.com"])], false, false),
        (vec![rule(&["https://APP.encord.com"], &["GET"], &[], &[]), good.clone()], false, false),
        (vec![rule(&["https://*.encord.com"], &["GET"], &[], &[]), good], false, false),
    ] {
        assert_eq!((serves(&rules, APP), serves_reading(&rules, APP)), (served, reads), "{rules:#?}");
    }
}

#[test]
fn a_rule_is_added_at_the_end() {
    let before: Vec<Rule> = ["https://a.example", "https://b.example"].into_iter().map(foreign).collect();
    let plan = plan(&before, &eu()).expect("room");
    assert_eq!(plan.missing, [APP, API]);
    assert_eq!(plan.after[..2], before);
    let added = Rule { max_age: MAX_AGE, ..full(&[APP, API]) };
    assert_eq!(plan.after[2..], [added]);
    let lines = describe(&plan);
    assert_eq!(lines.iter().map(|line| line.sign).collect::<String>(), "  +");
    assert_eq!(
        lines[2].text,
        "GET, POST, OPTIONS, PUT from https://app.encord.com, https://api.encord.com; request headers *; response headers *; \
         3600 s"
    );
    assert_eq!(
        lines[0].text,
        "GET, PUT from https://a.example; request headers x-ms-*, range; response headers none; 200 s"
    );
}

#[test]
fn what_is_there_already_is_left_alone() {
    for before in [
        vec![full(&["*"])],
        vec![full(&[APP, API, "https://app.us.encord.com"])],
        vec![full(&[API]), foreign("https://a.example"), full(&[APP])],
    ] {
        let plan = plan(&before, &eu()).expect("room");
        assert!(plan.is_done());
        assert_eq!(plan.after, before);
        assert!(describe(&plan).iter().all(|line| line.sign == ' '));
    }
}

#[test]
fn encords_own_rule_is_extended_even_when_five_are_there() {
    let mut before: Vec<Rule> = (0..4).map(|at| foreign(&format!("https://{at}.example"))).collect();
    before.insert(2, rule(&["https://app.us.encord.com", APP], &["GET", "HEAD"], &["range"], &[]));
    let plan = plan(&before, &eu()).expect("a rule to extend");
    let expected =
        rule(&["https://app.us.encord.com", APP, API], &["GET", "HEAD", "POST", "OPTIONS", "PUT"], &["*"], &["*"]);
    assert_eq!(plan.after.len(), 5);
    assert_eq!(plan.after[2], expected);
    assert!(describe(&plan)[2].text.ends_with("(extended)"));
    assert_eq!(describe(&plan).iter().map(|line| line.sign).collect::<String>(), "  ~  ");
}

#[test]
fn a_rule_that_answers_first_with_too_little_is_overtaken_and_no_other() {
    let greedy = rule(&["*"], &["GET"], &["range"], &[]);
    let before = vec![foreign("https://a.example"), greedy.clone(), foreign("https://b.example")];
    let plan_new = plan(&before, &eu()).expect("room");
    assert_eq!(plan_new.after.iter().position(|rule| rule.origins == [APP, API]), Some(1));
    assert_eq!(describe(&plan_new).iter().map(|line| line.sign).collect::<String>(), " +  ");

    let before = vec![greedy.clone(), full(&[APP, API])];
    let moved = plan(&before, &eu()).expect("a rule to move");
    assert_eq!(moved.after, [full(&[APP, API]), greedy.clone()]);
    assert!(describe(&moved)[0].text.contains("(moved up"));
    assert_eq!(describe(&moved).iter().map(|line| line.sign).collect::<String>(), "~ ");

    let both = plan(&[greedy, full(&[APP])], &eu()).expect("a rule to extend");
    assert_eq!(both.after[0], full(&[APP, API]));
    assert!(describe(&both)[0].text.contains("(extended, and moved up"));
}

#[test]
fn no_room_is_said_in_so_many_words() {
    let five: Vec<Rule> = (0..5).map(|at| foreign(&format!("https://{at}.example"))).collect();
    assert_eq!(plan(&five, &eu()), Err(Full::Rules));
    assert!(Full::Rules.to_string().contains("5 CORS rules already"));
    let long: Vec<String> = (0..18).map(|at| format!("https://{}{at}.example", "x".repeat(80))).collect();
    let long = Rule { origins: long, ..foreign("") };
    assert_eq!(plan(std::slice::from_ref(&long), &eu()).map(|plan| plan.after.len()), Ok(2));
    let longer = Rule { exposed_headers: vec!["x-ms-meta-".repeat(30)], ..long };
    assert_eq!(plan(&[longer], &eu()), Err(Full::Size));
    let many: Vec<String> = (0..63).map(|at| format!("https://{at}.encord.com")).collect();
    assert_eq!(plan(&[Rule { origins: many, ..full(&[]) }], &eu()), Err(Full::Origins));
}

#[test]
fn origins_are_taken_as_browsers_send_them() {
    let plan = plan(&[], &texts(&["https://Encord.Acme.example:8443/", "https://encord.acme.example:8443", " "]));
    assert_eq!(plan.expect("room").after[0].origins, ["https://encord.acme.example:8443"]);
}

fn origin() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("*"),
        Just(APP),
        Just(API),
        Just("https://app.us.encord.com"),
        Just("https://APP.encord.com"),
        Just("https://*.encord.com"),
        Just("https://a.example"),
        Just(" https://b.example"),
        Just("https://encord.acme.example"),
    ]
    .prop_map(str::to_owned)
}

fn any_rule() -> impl Strategy<Value = Rule> {
    let method = prop::sample::select(vec!["GET", "PUT", "POST", "OPTIONS", "HEAD", "DELETE", "MERGE"]);
    let header = prop::sample::select(vec!["*", "range", " x-ms-*", "content-type"]);
    (
        prop::collection::vec(origin(), 0..4),
        prop::collection::vec(method.prop_map(str::to_owned), 0..7),
        prop::collection::vec(header.clone().prop_map(str::to_owned), 0..3),
        prop::collection::vec(header.prop_map(str::to_owned), 0..3),
        0..4000_u32,
    )
        .prop_map(|(origins, methods, allowed_headers, exposed_headers, max_age)| Rule {
            origins,
            methods,
            allowed_headers,
            exposed_headers,
            max_age,
        })
}

proptest! {
    #![proptest_config(crate::seeds::cases(2000))]
    #[test]
    fn a_plan_serves_keeps_foreign_rules_and_comes_to_rest(
        before in prop::collection::vec(any_rule(), 0..=MOST_RULES),
        domain in prop::sample::select(vec![API, "https://api.us.encord.com", "https://api.in.encord.com", "https://encord.acme.example"]),
    ) {
        let origins = region::origins(domain);
        let wanted: Vec<String> = origins.iter().map(|origin| as_sent(origin)).collect();
        let foreign = |rules: &[Rule]| -> Vec<Rule> {
            rules.iter().filter(|rule| !is_encords(rule, &wanted)).cloned().collect()
        };
        match plan(&before, &origins) {
            Err(reason) => {
                prop_assert_eq!(reason, Full::Rules);
                prop_assert_eq!(foreign(&before).len(), MOST_RULES);
                prop_assert!(!origins.iter().all(|origin| serves(&before, origin)));
            }
            Ok(plan_made) => {
                let after = &plan_made.after;
                prop_assert!(after.len() <= MOST_RULES && after.len() <= before.len() + 1);
                prop_assert_eq!(foreign(&before), foreign(after));
                for origin in &origins {
                    prop_assert!(serves(after, origin), "{} in {:#?}", origin, after);
                }
                // No Encord origin that was served stops to be.
                for origin in [APP, API, "https://app.us.encord.com"] {
                    prop_assert!(!serves(&before, origin) || serves(after, origin));
                }
                let again = plan(after, &origins).expect("it is done");
                prop_assert!(again.is_done());
                prop_assert_eq!(&again.after, after);
                let touched = describe(&plan_made).iter().filter(|line| line.sign != ' ').count();
                prop_assert_eq!(touched, usize::from(!plan_made.is_done()));
            }
        }
    }
}
