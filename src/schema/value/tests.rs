use serde_json::json;

use crate::schema::value::*;

fn scalar(scalar: Scalar) -> KeyType {
    KeyType::Scalar(scalar)
}

fn weather() -> KeyType {
    KeyType::Enum(vec!["fog".into(), "rain".into(), "sunshine".into()])
}

#[test]
fn what_fits() {
    for (key_type, values) in [
        (scalar(Scalar::Number), vec![json!(0), json!(-1.5e300), json!(u64::MAX), json!(i64::MIN)]),
        (scalar(Scalar::Boolean), vec![json!(true), json!(false)]),
        (scalar(Scalar::Varchar), vec![json!(""), json!("x".repeat(8192)), json!("é".repeat(8192))]),
        (scalar(Scalar::Text), vec![json!(""), json!("x".repeat(8193))]),
        (scalar(Scalar::Datetime), vec![json!("2024-03-05"), json!("2024-03-05T10:15:59.5+05:30")]),
        (
            scalar(Scalar::Uuid),
            vec![json!("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0b"), json!("6EC0BD7F-11C0-43DA-975E-2A8AD9EBAE0B")],
        ),
        (weather(), vec![json!("rain")]),
        (KeyType::Embedding(3), vec![json!([0, -1.5, 1e-9])]),
        (
            KeyType::Geospatial,
            vec![json!({"latitude": -90, "longitude": 180}), json!({"longitude": -180.0, "latitude": 51.5})],
        ),
    ] {
        for value in values.into_iter().chain([Value::Null]) {
            assert_eq!(check_value(&key_type, &value), Ok(()), "{key_type:?}");
        }
    }
}

#[test]
fn what_does_not_fit_and_what_is_said_about_it() {
    let place = |latitude: Value, longitude: Value| json!({"latitude": latitude, "longitude": longitude});
    for (key_type, value, expected) in [
        (scalar(Scalar::Number), json!("12"), "\"12\" is not a number"),
        (scalar(Scalar::Number), json!(true), "true is not a number"),
        (scalar(Scalar::Boolean), json!("yes"), "\"yes\" is not true or false"),
        (scalar(Scalar::Boolean), json!(1), "1 is not true or false"),
        (scalar(Scalar::Varchar), json!(12), "12 is not a text"),
        (scalar(Scalar::Varchar), json!("é".repeat(8193)), "the text has 8193 characters, 8192 are allowed"),
        (scalar(Scalar::Text), json!(["a"]), "[\"a\"] is not a text"),
        (scalar(Scalar::Datetime), json!("05/03/2024"), "\"05/03/2024\" is not a date and time in ISO 8601"),
        (scalar(Scalar::Datetime), json!(1_709_633_759), "1709633759 is not a date and time in ISO 8601"),
        (
            scalar(Scalar::Uuid),
            json!("6ec0bd7f11c043da975e2a8ad9ebae0b"),
            "\"6ec0bd7f11c043da975e2a8ad9ebae0b\" is not a UUID",
        ),
        (scalar(Scalar::Uuid), json!("6ec0bd7f-11c0-43da-975e-2a8ad9ebae0g"), "is not a UUID"),
        (weather(), json!("Rain"), "\"Rain\" is not an option of the enum; did you mean \"rain\"?"),
        (weather(), json!("hail storm"), "\"hail storm\" is not an option of the enum"),
        (weather(), json!(3), "3 is not an option of the enum"),
        (KeyType::Embedding(3), json!([1, 2]), "the embedding is 2 long instead of 3"),
        (KeyType::Embedding(3), json!([1, "NaN", 2]), "number 2 of the embedding is \"NaN\""),
        (KeyType::Embedding(3), json!([1, 2, null]), "number 3 of the embedding is null"),
        (KeyType::Embedding(1), json!(1), "1 is not a list of numbers"),
        (KeyType::Geospatial, place(json!(90.1), json!(0)), "the latitude 90.1 is not between -90 and 90"),
        (KeyType::Geospatial, place(json!(0), json!(-180.5)), "the longitude -180.5 is not between -180 and 180"),
        (KeyType::Geospatial, place(json!("51"), json!(0)), "is not a place"),
        (KeyType::Geospatial, json!({"latitude": 1}), "is not a place"),
        (KeyType::Geospatial, json!({"latitude": 1, "longitude": 1, "height": 1}), "is not a place"),
        (KeyType::Geospatial, json!([51.5, -0.1]), "[51.5,-0.1] is not a place"),
    ] {
        let told = check_value(&key_type, &value).unwrap_err().to_string();
        assert!(told.contains(expected), "{key_type:?}: {told}");
        assert!(told.chars().count() < 200, "{told}");
    }
}

#[test]
fn long_values_are_quoted_in_short() {
    assert_eq!(excerpt(&json!("é".repeat(61))), format!("\"{}…\"", "é".repeat(60)));
    assert_eq!(excerpt(&json!([1, 2, 3, 4, 5])), "a list of 5");
    assert!(excerpt(&json!({"a": "x".repeat(100)})).ends_with('…'));
}
