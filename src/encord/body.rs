//! Finding the words for a person in the body of an error answer.
//!
//! Encord answers `{"message": …}` or, from its web framework, `{"detail": …}` with a text or a list of what is wrong
//! where; a proxy in between answers with a page.

use serde_json::Value;

/// Entries of a validation list that are told; a bad manifest can have thousands.
const MOST_ENTRIES: usize = 5;
/// Characters of a message that are told.
const MOST_CHARACTERS: usize = 600;
/// Bytes of a body that are looked at when it is no JSON.
const MOST_TEXT: usize = 4096;

/// The one-line message of an error body; empty if it holds none.
pub(super) fn words(body: &[u8]) -> String {
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(Value::Object(map)) => match (map.get("message"), map.get("detail")) {
            (Some(message), _) if !is_empty(message) => one(message),
            (_, Some(Value::Array(list))) => entries(list),
            (_, Some(detail)) => one(detail),
            _ => one(&Value::Object(map)),
        },
        Ok(other) => one(&other),
        Err(_) => plain(&String::from_utf8_lossy(body.get(..MOST_TEXT).unwrap_or(body))),
    };
    tidy(&text)
}

/// One line without control characters, so that a server's words can never drive the terminal.
pub(super) fn tidy(text: &str) -> String {
    let spaced: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MOST_CHARACTERS) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}

fn one(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn entries(list: &[Value]) -> String {
    let mut told: Vec<String> = list.iter().take(MOST_ENTRIES).map(entry).collect();
    if list.len() > MOST_ENTRIES {
        told.push(format!("and {} more", list.len() - MOST_ENTRIES));
    }
    told.join("; ")
}

fn entry(value: &Value) -> String {
    let Some(message) = value.get("msg") else {
        return one(value);
    };
    let place: Vec<String> = value.get("loc").and_then(Value::as_array).into_iter().flatten().map(one).collect();
    if place.is_empty() { one(message) } else { format!("{}: {}", place.join("."), one(message)) }
}

/// A page is told by its title; other text as it is.
fn plain(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    if !lower.trim_start().starts_with('<') {
        return text.to_owned();
    }
    let title = lower.find("<title").and_then(|open| {
        let start = open + lower.get(open..)?.find('>')? + 1;
        let end = start + lower.get(start..)?.find("</title")?;
        text.get(start..end)
    });
    match title {
        Some(title) => format!("a web page titled \"{}\"", tidy(title)),
        None => "a web page instead of an answer".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_words_in_every_form() {
        for (body, want) in [
            (r#"{"message":"No such folder","detail":"other"}"#, "No such folder"),
            (r#"{"message":null,"detail":"Not authenticated"}"#, "Not authenticated"),
            (r#"{"message":"","detail":"Not authenticated"}"#, "Not authenticated"),
            (r#"{"message":{"code":7}}"#, r#"{"code":7}"#),
            (
                r#"{"detail":[{"loc":["body","dataItems","videos",0,"objectUrl"],"msg":"Field required","type":"missing"},{"loc":[],"msg":"bad"}]}"#,
                "body.dataItems.videos.0.objectUrl: Field required; bad",
            ),
            (r#"{"error":"odd"}"#, r#"{"error":"odd"}"#),
            ("upstream connect error\r\n", "upstream connect error"),
            (
                "<!DOCTYPE html>\n<HTML><head><Title>502\n Bad Gateway</Title></head>x",
                "a web page titled \"502 Bad Gateway\"",
            ),
            ("<html><title>cut", "a web page instead of an answer"),
            ("", ""),
            ("null", ""),
            ("{\"message\":\"a\\u001b[31mred\"}", "a [31mred"),
        ] {
            assert_eq!(words(body.as_bytes()), want, "{body}");
        }
    }

    #[test]
    fn tells_a_long_list_by_its_beginning() {
        let list: Vec<Value> = (0..1000).map(|n| serde_json::json!({"loc": ["body", n], "msg": "bad"})).collect();
        let text = words(serde_json::json!({ "detail": list }).to_string().as_bytes());
        assert!(text.starts_with("body.0: bad; body.1: bad") && text.ends_with("and 995 more"), "{text}");
        assert!(words("é".repeat(9000).as_bytes()).chars().count() <= 601);
    }
}
