//! The JSON lines that the program prints, held to the fields that others may rely on.

use serde_json::Value;

use super::program::Ended;

/// The documented events with their fields and the types that these may have.
const DOCUMENTED: [(&str, &[(&str, &str)]); 10] = [
    (
        "check",
        &[("id", "string"), ("state", "string"), ("detail", "string"), ("fix", "string null"), ("why", "string")],
    ),
    ("fix", &[("id", "string"), ("changed", "array")]),
    ("listing", &[("blobs", "number"), ("items", "number"), ("skipped", "number")]),
    ("manifest", &[("path", "string"), ("items", "number"), ("errors", "number"), ("warnings", "number")]),
    ("issue", &[("severity", "string"), ("code", "string"), ("item", "string"), ("message", "string")]),
    (
        "plan",
        &[
            ("domain", "string"),
            ("integration", "string"),
            ("integration_uuid", "string"),
            ("folder", "string"),
            ("creates", "array"),
            ("destination", "object"),
            ("present", "object null"),
            ("items", "number"),
            ("jobs", "number"),
            ("bytes", "number"),
            ("types", "array"),
            ("limits", "object"),
            ("schema", "array"),
            ("options", "object"),
            ("jobs_in_flight", "number"),
            ("despite", "array"),
            ("estimate", "object null"),
            ("mirror", "object null"),
            ("command", "string null"),
            ("config", "string"),
        ],
    ),
    ("folder", &[("uuid", "string"), ("path", "string"), ("created", "bool")]),
    (
        "job",
        &[
            ("batch", "number"),
            ("job", "string null"),
            ("state", "string"),
            ("done", "number"),
            ("errors", "number"),
            ("pending", "number"),
        ],
    ),
    (
        "sync",
        &[
            ("state", "string"),
            ("job", "string null"),
            ("pages", "object"),
            ("jobs", "object"),
            ("units", "object"),
            ("held", "object null"),
        ],
    ),
    (
        "finished",
        &[
            ("run", "string"),
            ("state", "string"),
            ("registered", "number"),
            ("failed", "number"),
            ("already_there", "number missing"),
            ("report", "string"),
        ],
    ),
];

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Every line of the program's output, each of which must be an event with the documented fields.
pub(crate) fn events(ended: &Ended) -> Vec<Value> {
    let read = |line: &str| -> Value {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
        let name = event["event"].as_str().unwrap_or_else(|| panic!("no event: {line}"));
        let fields = DOCUMENTED.iter().find(|(known, _)| *known == name).map_or(&[][..], |(_, fields)| fields);
        for (field, types) in fields {
            let found = event.get(field).map_or("missing", type_of);
            assert!(types.split(' ').any(|kind| kind == found), "{field} is {found}: {line}");
        }
        event
    };
    ended.stdout.lines().map(read).collect()
}

/// The only event of a name.
pub(crate) fn only<'a>(events: &'a [Value], name: &str) -> &'a Value {
    let found: Vec<_> = events.iter().filter(|event| event["event"] == name).collect();
    assert_eq!(found.len(), 1, "{name}: {events:#?}");
    found[0]
}
