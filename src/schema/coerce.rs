//! Turning values into what their key's type asks for, where they can only be meant that way.

use std::borrow::Cow;

use serde_json::{Map, Number, Value};
use uuid::Uuid;

use crate::schema::{
    datetime::{self, Reading},
    key_type::{KeyType, Scalar},
    value::{ValueFault, excerpt, fault, fits},
};

/// What became of a value.
#[derive(Debug, Clone, PartialEq)]
pub enum Coerced {
    /// It fits as it is.
    Kept,
    /// It stands for this one, which fits.
    Changed(Value),
    /// It does not fit, and what it stands for is not certain.
    Fault(ValueFault),
}

/// Makes a value fit its type where that is safe:
/// - number: texts that are a number in JSON, but no integer beyond 2⁵³; so neither `007` nor a phone number
/// - boolean: `true`, `false`, `yes`, `no`, `y`, `n`, `on`, `off` in any case, and 1 and 0
/// - varchar, text: numbers, true and false
/// - datetime: common ways to write a date, except those that begin with the day or month in digits
/// - uuid: other ways to write one
/// - enum: the one option that differs only in case or in surrounding spaces
/// - embedding: lists written as text, and numbers written as text in a list
/// - geospatial: short names of the two fields, numbers written as text
pub fn coerce(key_type: &KeyType, value: &Value) -> Coerced {
    if fits(key_type, value) {
        return Coerced::Kept;
    }
    match change(key_type, value) {
        Some(changed) if fits(key_type, &changed) => Coerced::Changed(changed),
        // A list that can be read is judged by what it says.
        Some(changed) => Coerced::Fault(fault(key_type, &changed)),
        None if *key_type == DATETIME && value.as_str().map(datetime::read) == Some(Reading::DayOrMonth) => {
            Coerced::Fault(ValueFault::DayOrMonth(excerpt(value)))
        }
        None => Coerced::Fault(fault(key_type, value)),
    }
}

/// Whether a value fits, as it is or coerced.
pub(super) fn reads_as(key_type: &KeyType, value: &Value) -> bool {
    fits(key_type, value) || change(key_type, value).is_some_and(|changed| fits(key_type, &changed))
}

const DATETIME: KeyType = KeyType::Scalar(Scalar::Datetime);

/// What a value can only stand for. It need not fit.
pub(super) fn change(key_type: &KeyType, value: &Value) -> Option<Value> {
    match key_type {
        KeyType::Scalar(Scalar::Number) => value.as_str().and_then(number),
        KeyType::Scalar(Scalar::Boolean) => boolean(value).map(Value::Bool),
        KeyType::Scalar(Scalar::Varchar | Scalar::Text) => text(value).map(|text| Value::String(text.into_owned())),
        KeyType::Scalar(Scalar::Datetime) => match datetime::read(value.as_str()?) {
            Reading::Point(point) => Some(point.into()),
            Reading::DayOrMonth | Reading::Unreadable => None,
        },
        KeyType::Scalar(Scalar::Uuid) => {
            value.as_str().and_then(|text| Uuid::try_parse(text.trim()).ok()).map(|uuid| uuid.to_string().into())
        }
        KeyType::Enum(options) => option(options, value),
        KeyType::Embedding(_) => embedding(value),
        KeyType::Geospatial => place(value),
    }
}

/// Integers beyond this are not kept exactly by everyone who reads JSON.
const EXACT: u64 = 1 << 53;

fn number(text: &str) -> Option<Value> {
    let number: Number = serde_json::from_str(text.trim()).ok()?;
    let digits_only = text.trim().trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    let exact = number.as_i64().is_some_and(|integer| integer.unsigned_abs() <= EXACT);
    (exact || !digits_only).then_some(Value::Number(number))
}

fn boolean(value: &Value) -> Option<bool> {
    let text = text(value)?;
    let is_one_of = |words: [&str; 5]| words.iter().any(|word| text.trim().eq_ignore_ascii_case(word));
    if is_one_of(["true", "yes", "y", "on", "1"]) {
        Some(true)
    } else {
        is_one_of(["false", "no", "n", "off", "0"]).then_some(false)
    }
}

/// A single value as text.
pub(super) fn text(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::String(text) => Some(text.into()),
        Value::Number(number) => Some(number.to_string().into()),
        Value::Bool(true) => Some("true".into()),
        Value::Bool(false) => Some("false".into()),
        _ => None,
    }
}

/// The option that a value can only mean.
pub(super) fn option(options: &[String], value: &Value) -> Option<Value> {
    let text = text(value)?;
    let text = text.trim();
    if let Some(option) = options.iter().find(|option| *option == text) {
        return Some(option.as_str().into());
    }
    let wanted = text.to_lowercase();
    let mut alike = options.iter().filter(|option| option.to_lowercase() == wanted);
    let option = alike.next()?;
    alike.next().is_none().then(|| option.as_str().into())
}

/// A list of numbers, the numbers or all of it written as text; of any size.
pub(super) fn embedding(value: &Value) -> Option<Value> {
    let read;
    let items = match value {
        Value::Array(items) => items,
        Value::String(text) if text.trim_start().starts_with('[') => {
            read = serde_json::from_str::<Vec<Value>>(text).ok()?;
            &read
        }
        _ => return None,
    };
    let numbers = items.iter().map(|item| match item {
        Value::Number(_) => Some(item.clone()),
        Value::String(text) => number(text),
        _ => None,
    });
    numbers.collect::<Option<Vec<Value>>>().map(Value::Array)
}

fn place(value: &Value) -> Option<Value> {
    let read: Map<String, Value>;
    let fields = match value {
        Value::Object(fields) => fields,
        Value::String(text) if text.trim_start().starts_with('{') => {
            read = serde_json::from_str(text).ok()?;
            &read
        }
        _ => return None,
    };
    let (mut latitude, mut longitude) = (None, None);
    for (name, value) in fields {
        let number = match value {
            Value::Number(_) => value.clone(),
            other => number(other.as_str()?)?,
        };
        let field = match name.to_lowercase().as_str() {
            "latitude" | "lat" => &mut latitude,
            "longitude" | "lng" | "lon" | "long" => &mut longitude,
            _ => return None,
        };
        // Given twice, and who knows which one is meant.
        if field.replace(number).is_some() {
            return None;
        }
    }
    Some(serde_json::json!({ "latitude": latitude?, "longitude": longitude? }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NUMBER: KeyType = KeyType::Scalar(Scalar::Number);
    const BOOLEAN: KeyType = KeyType::Scalar(Scalar::Boolean);
    const VARCHAR: KeyType = KeyType::Scalar(Scalar::Varchar);
    const UUID: KeyType = KeyType::Scalar(Scalar::Uuid);

    fn choice() -> KeyType {
        KeyType::Enum(vec!["Rain".into(), "fog".into(), "FOG".into(), "3".into(), "true".into()])
    }

    #[test]
    fn what_can_only_be_meant_one_way_is_changed() {
        let here = json!({"latitude": 51.5, "longitude": -0.1});
        for (key_type, value, expected) in [
            (NUMBER, json!("12"), json!(12)),
            (NUMBER, json!(" -1.50 "), json!(-1.5)),
            (NUMBER, json!("1e3"), json!(1000.0)),
            (NUMBER, json!("9007199254740992"), json!(9_007_199_254_740_992_i64)),
            (BOOLEAN, json!("Yes"), json!(true)),
            (BOOLEAN, json!("OFF "), json!(false)),
            (BOOLEAN, json!(0), json!(false)),
            (BOOLEAN, json!("1"), json!(true)),
            (VARCHAR, json!(12), json!("12")),
            (VARCHAR, json!(false), json!("false")),
            (DATETIME, json!("2024-03-05 10:15"), json!("2024-03-05T10:15:00")),
            (DATETIME, json!("20240305"), json!("2024-03-05")),
            (UUID, json!("{6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B}"), json!("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")),
            (UUID, json!("6ec0bd7f11c043da975e2a8ad9ebae0b"), json!("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b")),
            (choice(), json!("rain"), json!("Rain")),
            (choice(), json!(" fog "), json!("fog")),
            (choice(), json!(3), json!("3")),
            (choice(), json!(true), json!("true")),
            (KeyType::Embedding(2), json!("[0.5, -1]"), json!([0.5, -1])),
            (KeyType::Embedding(2), json!(["0.5", -1]), json!([0.5, -1])),
            (KeyType::Geospatial, json!({"Lat": "51.5", "lng": -0.1}), here.clone()),
            (KeyType::Geospatial, json!("{\"latitude\": 51.5, \"longitude\": -0.1}"), here),
        ] {
            assert_eq!(coerce(&key_type, &value), Coerced::Changed(expected.clone()), "{key_type:?} {value}");
            assert_eq!(coerce(&key_type, &expected), Coerced::Kept, "{key_type:?} {expected}");
        }
    }

    #[test]
    fn what_may_mean_something_else_is_not() {
        for (key_type, value) in [
            (NUMBER, json!("007")),
            (NUMBER, json!("+44")),
            (NUMBER, json!("1,5")),
            (NUMBER, json!("NaN")),
            (NUMBER, json!("1e999")),
            (NUMBER, json!("9007199254740993")),
            (NUMBER, json!("12345678901234567890123")),
            (NUMBER, json!("")),
            (NUMBER, json!(true)),
            (BOOLEAN, json!(2)),
            (BOOLEAN, json!("maybe")),
            (VARCHAR, json!(["a"])),
            (DATETIME, json!("05/03/2024")),
            (DATETIME, json!("25/03/2024")),
            (DATETIME, json!(20_240_305)),
            (UUID, json!("6ec0bd7f")),
            (choice(), json!("Fog")),
            (choice(), json!("drizzle")),
            (KeyType::Embedding(2), json!("[1, 2, 3]")),
            (KeyType::Embedding(2), json!("1, 2")),
            (KeyType::Embedding(2), json!([1, "NaN"])),
            (KeyType::Geospatial, json!("51.5, -0.1")),
            (KeyType::Geospatial, json!([51.5, -0.1])),
            (KeyType::Geospatial, json!({"lat": 91, "lon": 0})),
            (KeyType::Geospatial, json!({"lat": 1, "latitude": 2, "lon": 0})),
            (KeyType::Geospatial, json!({"lat": 1, "lon": 0, "height": 3})),
        ] {
            assert!(matches!(coerce(&key_type, &value), Coerced::Fault(_)), "{key_type:?} {value}");
        }
    }

    #[test]
    fn a_fault_is_that_of_what_was_read() {
        let told = |key_type: KeyType, value: Value| match coerce(&key_type, &value) {
            Coerced::Fault(fault) => fault.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(told(DATETIME, json!("05/03/2024")).contains("the day or the month"));
        assert!(told(KeyType::Embedding(2), json!("[1, 2, 3]")).contains("3 long instead of 2"));
        assert!(told(KeyType::Geospatial, json!({"lat": 91, "lon": 0})).contains("latitude 91"));
    }
}
