//! Whether browsers on Encord's pages may load files from the account: by its rules, and by what it answers.

use crate::{
    azure::preflight::Preflight,
    endpoints::cors::{Full, Plan, Rule, plan, serves_reading},
    error::ErrorKind,
    service::integration::{
        checks::fault::{Cause, CheckFailure, skipped},
        cors::no_room,
    },
    wizard::check::{Check, CheckState, Repair},
};

const RULES: &str = "azure.cors";
const ANSWER: &str = "azure.cors.preflight";
/// What a page does to show a file.
pub(super) const METHOD: &str = "GET";

/// `manual` is how to set the rules without this program, line by line.
pub(super) fn judge_rules(outcome: &Result<Vec<Rule>, CheckFailure>, origins: &[String], manual: &[String]) -> Check {
    let rules = match outcome {
        Ok(rules) => rules,
        Err(fault) => return unread(fault, manual),
    };
    if origins.is_empty() {
        return no_origins(RULES);
    }
    match plan(rules, origins) {
        Ok(plan) if plan.is_done() => {
            Check::new(RULES, CheckState::Pass, format!("the account's rules serve {}", origins.join(", ")))
        }
        Ok(plan) => lacking(rules, plan),
        Err(full) => unrepairable(rules, origins, full),
    }
}

fn lacking(rules: &[Rule], plan: Plan) -> Check {
    let missing = plan.missing.join(", ");
    let reads = plan.missing.iter().all(|origin| serves_reading(rules, origin));
    let (state, detail) = match (reads, rules.is_empty()) {
        (true, _) => (
            CheckState::Warn,
            format!("files open from {missing}, but the rules allow less than Encord's guide asks for"),
        ),
        (false, true) => (CheckState::Fail, format!("the account has no CORS rules: nothing serves {missing}")),
        (false, false) => (CheckState::Fail, format!("no rule of the account serves {missing}")),
    };
    Check::new(RULES, state, detail)
        .fix("f in the wizard, or `azure-to-encord check CONFIG --fix`, adds what is missing and leaves every other rule as it is.")
        .repair(Repair::Cors(Box::new(plan)))
}

fn unrepairable(rules: &[Rule], origins: &[String], full: Full) -> Check {
    let problem = no_room(full, rules);
    match origins.iter().all(|origin| serves_reading(rules, origin)) {
        true => Check { state: CheckState::Warn, ..Check::failed(RULES, &problem) },
        false => Check::failed(RULES, &problem),
    }
}

fn unread(fault: &CheckFailure, manual: &[String]) -> Check {
    match &fault.cause {
        Cause::Refused(_) => {
            let mut check = skipped(RULES, format!("the rules may not be read: {}", fault.problem.in_one_line()));
            let lines = fault.problem.hint.iter().chain(manual).map(String::as_str);
            check.fix = Some(lines.collect::<Vec<_>>().join("\n"));
            check
        }
        _ => Check::failed(RULES, &fault.problem),
    }
}

fn no_origins(id: &'static str) -> Check {
    skipped(id, "the address of Encord's pages is not known: set [encord] browser_origins")
}

/// What each origin was answered.
pub(super) fn judge_answers(answers: &[(String, Result<Preflight, CheckFailure>)]) -> Check {
    if answers.is_empty() {
        return no_origins(ANSWER);
    }
    let silent = answers.iter().find_map(|(_, answer)| answer.as_ref().err());
    if let Some(fault) = silent {
        return Check::failed(ANSWER, &fault.problem);
    }
    let refused: Vec<String> = answers
        .iter()
        .filter_map(|(origin, answer)| {
            let answer = answer.as_ref().ok().filter(|answer| !answer.permits(origin, METHOD))?;
            let code = answer.code.as_ref().map(|code| format!(" {code}")).unwrap_or_default();
            Some(format!("{origin} ({}{code})", answer.status))
        })
        .collect();
    if refused.is_empty() {
        let origins: Vec<&str> = answers.iter().map(|(origin, _)| origin.as_str()).collect();
        return Check::new(ANSWER, CheckState::Pass, format!("a browser may load files from {}", origins.join(", ")));
    }
    Check::new(ANSWER, CheckState::Fail, format!("a browser may not load files from {}", refused.join(", ")))
        .class(ErrorKind::Other)
        .fix("Set the CORS rules (see azure.cors). New rules take up to a minute to work.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::UserError;
    use CheckState::{Fail, Pass, Skipped, Warn};

    fn origins() -> Vec<String> {
        vec!["https://app.encord.com".into(), "https://api.encord.com".into()]
    }

    fn rule(origins: &[&str], methods: &[&str]) -> Rule {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        Rule {
            origins: owned(origins),
            methods: owned(methods),
            allowed_headers: owned(&["*"]),
            exposed_headers: owned(&["*"]),
            max_age: 60,
        }
    }

    fn judge(rules: Vec<Rule>) -> Check {
        judge_rules(&Ok(rules), &origins(), &[])
    }

    #[test]
    fn rules_are_judged_by_what_pages_need() {
        let all = ["GET", "POST", "OPTIONS", "PUT"];
        let foreign = |name: &str| rule(&[&format!("https://{name}.example")], &["DELETE"]);
        let five: Vec<Rule> = ["a", "b", "c", "d", "e"].map(foreign).to_vec();
        for (rules, state, repairable, words) in [
            (vec![], Fail, true, "no CORS rules"),
            (vec![foreign("a")], Fail, true, "https://app.encord.com, https://api.encord.com"),
            (vec![rule(&["https://app.encord.com"], &all)], Fail, true, "serves https://api.encord.com"),
            (vec![rule(&["https://app.encord.com", "https://api.encord.com"], &all)], Pass, false, "serve"),
            (vec![rule(&["*"], &all)], Pass, false, "serve"),
            (vec![rule(&["*"], &["GET"])], Warn, true, "less than"),
            (five, Fail, false, "5 CORS rules"),
        ] {
            let check = judge(rules);
            assert_eq!((check.state, check.repair.is_some()), (state, repairable), "{check:?}");
            assert!(check.detail.contains(words), "{check:?}");
            assert!(state == Pass || check.fix.is_some());
        }
    }

    #[test]
    fn where_rules_may_not_be_read_the_way_by_hand_is_shown() {
        let problem = UserError::other("Refused.").hint("The role is missing.");
        let refused = CheckFailure { cause: Cause::Refused("AuthorizationFailure".into()), problem: problem.clone() };
        let check = judge_rules(&Err(refused), &origins(), &["az storage cors add …".into()]);
        assert_eq!(check.state, Skipped);
        assert_eq!(check.fix.as_deref(), Some("The role is missing.\naz storage cors add …"));
        let down = CheckFailure { cause: Cause::Unreachable, problem };
        assert_eq!(judge_rules(&Err(down), &origins(), &[]).state, Fail);
    }

    #[test]
    fn every_origin_must_be_answered() {
        let good = |origin: &str| Preflight {
            status: 200,
            allow_origin: Some(origin.to_owned()),
            allow_methods: Some("GET".into()),
            allow_headers: Some("range".into()),
            ..Preflight::default()
        };
        let bad = Preflight { status: 403, code: Some("CorsPreflightFailure".into()), ..Preflight::default() };
        let [app, api] = ["https://app.encord.com", "https://api.encord.com"];
        let answers = |second: Preflight| vec![(app.to_owned(), Ok(good(app))), (api.to_owned(), Ok(second))];
        assert_eq!(judge_answers(&answers(good(api))).state, Pass);
        let check = judge_answers(&answers(bad));
        assert_eq!(check.state, Fail);
        assert!(check.detail.ends_with("from https://api.encord.com (403 CorsPreflightFailure)"), "{check:?}");
        assert_eq!(judge_answers(&[]).state, Skipped);
    }
}
