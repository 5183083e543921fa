use proptest::prelude::*;
use serde_json::json;

use crate::schema::{
    coerce::{Coerced, coerce},
    infer::*,
    key_type::Scalar,
    merge::describe,
};

/// One line for a key: its type, the options, the values that fit, the examples that do not.
fn line(found: &Suggestion) -> String {
    let options = found.options.as_ref().map(|options| format!(" [{}]", options.join("|"))).unwrap_or_default();
    let misfits = if found.misfits.is_empty() { String::new() } else { format!(" not {}", found.misfits.join(", ")) };
    let error = found.key_error.as_ref().map(|error| format!(" ({error})")).unwrap_or_default();
    let Suggestion { key, fits, values, .. } = found;
    format!("{key}: {}{options} {fits}/{values}{misfits}{error}", describe(&found.key_type.wire()))
}

fn table(text: &str) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new().delimiter(b';').trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut inference = Inference::default();
    for row in reader.records() {
        for (key, cell) in header.iter().zip(&row.unwrap()) {
            inference.add(key, &cell.into());
        }
    }
    inference.finish().iter().map(line).collect()
}

fn values(values: impl IntoIterator<Item = Value>) -> Suggestion {
    let mut inference = Inference::default();
    values.into_iter().for_each(|value| inference.add("k", &value));
    inference.finish().remove(0)
}

#[test]
fn a_driving_fleet() {
    let found = table(
        "file; vehicle; captured_at; weather; night; speed; odometer; run; road/type; plate
        cam0/0001.jpg; V-017; 2024-03-05 10:15:00; rain;  no;  48.2; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; urban; 0412
        cam0/0002.jpg; V-017; 2024-03-05 10:15:01; rain;  no;  49.0; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; urban; 0412
        cam0/0003.jpg; V-017; 2024-03-05 10:15:02; rain;  no;  51.7; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; urban; 0412
        cam1/0001.jpg; V-017; 2024-03-05 10:15:00; sun;   no;  48.2; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; urban; 0412
        cam1/0002.jpg; V-017; 2024-03-05 10:15:01; sun;   no;  49.0; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; rural; 0412
        cam1/0003.jpg; V-017; 2024-03-05 10:15:02; sun;   no;  51.7; 120311; 3f2b7c1e-8f0e-4a54-9d0c-1b2f0a7c9e11; rural; 0412
        cam0/0001.jpg; V-021; 2024-03-06T22:01:00Z; fog;  yes; n/a;  88102;  a0e1f7d2-2a66-4c2c-8a51-77e5c4f0b3aa; rural; 9921
        cam0/0002.jpg; V-021; 2024-03-06T22:01:01Z; fog;  yes; 12;   88102;  a0e1f7d2-2a66-4c2c-8a51-77e5c4f0b3aa; rural; 9921
        cam0/0003.jpg; V-021; 2024-03-06T22:01:02Z; fog;  yes; 13;   88102;  a0e1f7d2-2a66-4c2c-8a51-77e5c4f0b3aa; rural; 9921
        cam0/0004.jpg; V-021; ;                     fog;  yes; 13.5; 88103;  a0e1f7d2-2a66-4c2c-8a51-77e5c4f0b3aa; rural; 9921",
    );
    assert_eq!(
        found,
        [
            "file: varchar 10/10",
            "vehicle: varchar [V-017|V-021] 10/10",
            "captured_at: datetime 9/9",
            "weather: varchar [fog|rain|sun] 10/10",
            "night: boolean 10/10",
            "speed: number 9/10 not \"n/a\"",
            "odometer: number 10/10",
            "run: uuid 10/10",
            "road/type: varchar [rural|urban] 10/10 ('/' is not allowed in a metadata key: use letters, digits, '-', '_', '.' \
             and spaces)",
            "plate: varchar [0412|9921] 10/10",
        ]
    );
}

#[test]
fn a_hospital_export() {
    let study = |number: u32, date: &str, sex: &str, extra: Value| {
        let uid = format!("1.2.840.113619.2.55.3.{number}");
        json!({
            "StudyInstanceUID": uid, "StudyDate": date, "PatientSex": sex, "PatientAge": "064Y",
            "SliceThickness": 0.5 + f64::from(number), "PixelSpacing": [0.5, 0.5], "Contrast": number > 5,
            "Referrer": null, "Findings": "No acute findings. ".repeat(60), "Site": extra,
        })
    };
    let place = |latitude: f64| json!({"latitude": latitude, "longitude": 13.4});
    let mut inference = Inference::default();
    for study in [
        study(1, "20190312", "M", place(52.5)),
        study(2, "20190313", "F", place(52.5)),
        study(3, "20190409", "F", json!({"lat": "48.1", "lng": "11.6"})),
        study(4, "20191231", "M", place(52.5)),
        study(5, "20200101", "F", place(52.5)),
        study(6, "20200229", "O", place(52.5)),
        study(7, "20200301", "M", place(52.5)),
        study(8, "20200302", "M", place(52.5)),
        study(9, "20200303", "F", place(52.5)),
        study(10, "20200304", "F", place(152.5)),
    ] {
        study.as_object().unwrap().iter().for_each(|(key, value)| inference.add(key, value));
    }
    let found: Vec<String> = inference.finish().iter().map(line).collect();
    assert_eq!(
        found,
        [
            "StudyInstanceUID: varchar 10/10",
            "StudyDate: datetime 10/10",
            "PatientSex: varchar [F|M|O] 10/10",
            "PatientAge: varchar 10/10",
            "SliceThickness: number 10/10",
            "PixelSpacing: embedding of 2 10/10",
            "Contrast: boolean 10/10",
            "Referrer: varchar 0/0",
            "Findings: text 10/10",
            "Site: geospatial 9/10 not {\"latitude\":152.5,\"longitude\":13.4}",
        ]
    );
}

#[test]
fn a_retail_catalogue() {
    let found = table(
        "sku; ean; price; currency; in_stock; listed; description; clip; stars; size
        SH-1001-B; 4006381333931; 19.99; EUR; TRUE;  05/03/2024; A blue shirt;  [0.1,0.2,0.3]; 5; S
        SH-1001-R; 4006381333948; 19.99; EUR; FALSE; 06/03/2024; A red shirt;   [0.1,0.2,0.4]; 4; M
        SH-1002-B; 4006381333955; 24.5;  GBP; TRUE;  07/03/2024; A long shirt;  [0.1,0.2,0.5]; 4; L
        HT-2001;   4006381333962; 9;     GBP; TRUE;  08/03/2024; A hat;         [0.1,0.2,0.6]; 3; 42
        HT-2002;   4006381333979; 9,50;  EUR; TRUE;  09/03/2024; A better hat;  [0.1,0.2,0.7]; 5; 43
        HT-2003;   4006381333986; 12;    EUR; TRUE;  10/03/2024; The best hat;  [0.1,0.2];     5; 44
        GL-3001;   4006381333993; 15;    EUR; FALSE; 11/03/2024; Gloves;        [0.1,0.2,0.8]; 1; S
        GL-3002;   4006381334006; 15.5;  EUR; FALSE; 12/03/2024; Mittens;       [0.1,0.2,0.9]; 2; M
        GL-3003;   4006381334013; 16;    EUR; FALSE; 13/03/2024; Long gloves;   [0.1,0.3,0.1]; 2; L
        GL-3004;   4006381334020; 17;    GBP; FALSE; 14/03/2024; Warm gloves;   [0.1,0.3,0.2]; 4; S",
    );
    assert_eq!(
        found,
        [
            "sku: varchar 10/10",
            "ean: number 10/10",
            "price: number 9/10 not \"9,50\"",
            "currency: varchar [EUR|GBP] 10/10",
            "in_stock: boolean 10/10",
            "listed: varchar 10/10",
            "description: varchar 10/10",
            "clip: embedding of 3 9/10 not a list of 2",
            "stars: number 10/10",
            "size: varchar 10/10",
        ]
    );
}

#[test]
fn a_type_needs_nine_of_ten() {
    let numbers = |count: u32| (0..count).map(|number| json!(format!("{number}.5")));
    let ten = values(numbers(9).chain([json!("none")]));
    assert_eq!((ten.key_type, ten.fits, ten.misfits), (KeyType::Scalar(Scalar::Number), 9, vec!["\"none\"".into()]));
    let nine = values(numbers(8).chain([json!("none")]));
    assert_eq!((nine.key_type, nine.fits), (KeyType::Scalar(Scalar::Varchar), 9));
}

#[test]
fn options_repeat_and_are_few() {
    let repeated =
        |different: u32, times: u32| values((0..different * times).map(|n| json!(format!("v{}", n % different))));
    assert_eq!(repeated(255, 3).options.unwrap().len(), 255);
    assert_eq!(repeated(256, 3).options, None);
    assert_eq!(repeated(256, 3).distinct, None);
    assert_eq!(repeated(2, 2).options, None);
    assert_eq!(repeated(1, 100).options, None);
    assert_eq!(values((0..30).map(|n| json!("x".repeat(201 + n % 2)))).options, None);
}

#[test]
fn examples_are_few_short_and_different() {
    let odd = (0..100).map(|n| json!(format!("{}-{}", "odd".repeat(50), n % 7)));
    let found = values((0..1000).map(Value::from).chain(odd));
    assert_eq!((found.fits, found.values, found.misfits.len()), (1000, 1100, 1));
    let odd = (0..10).map(|n| json!(format!("odd {n}")));
    let found = values((0..1000).map(Value::from).chain(odd));
    assert_eq!(found.misfits, ["\"odd 0\"", "\"odd 1\"", "\"odd 2\"", "\"odd 3\"", "\"odd 4\""]);
    assert!(found.share() > 0.99 && found.share() < 1.0);
}

#[test]
fn what_is_no_single_value_fits_no_type() {
    let found = values([json!({"a": 1}), json!(["x"]), json!("text")]);
    assert_eq!((found.fits, found.values, found.distinct), (1, 3, None));
    assert_eq!(found.misfits, ["{\"a\":1}", "[\"x\"]"]);
}

#[test]
fn memory_is_bounded_and_keys_are_too() {
    let mut inference = Inference { memory: 100, ..Inference::default() };
    for n in 0..60 {
        inference.add("a", &json!(format!("{:050}x", n % 2)));
        inference.add("b", &json!(format!("b{}", n % 2)));
    }
    assert_eq!(inference.memory, 96, "what was given up is free again");
    let found = inference.finish();
    assert_eq!((found[0].distinct, found[1].distinct), (None, Some(2)));

    let mut inference = Inference::default();
    (0..10_005).for_each(|n| inference.add(&format!("k{n}"), &json!(1)));
    inference.add("k0", &json!(2));
    assert_eq!(inference.beyond(), 5);
    let found = inference.finish();
    assert_eq!((found.len(), found[0].values, found[9_999].key.as_str()), (10_000, 2, "k9999"));
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        "[0-9]{1,4}[-/.: ][0-9]{1,2}[-/.: ][0-9]{1,4}[ T]?[0-9:.]{0,8}[Z+-]?".prop_map(Value::from),
        "-?[0-9]{1,20}(\\.[0-9]{1,5})?(e[0-9]{1,3})?".prop_map(Value::from),
        proptest::sample::select(vec!["yes", "No", "[1,2]", "{\"lat\":1,\"lng\":2}", "0"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((proptest::sample::select(vec!["latitude", "longitude", "lat", "x"]), inner), 0..3)
                .prop_map(|fields| Value::Object(
                    fields.into_iter().map(|(name, value)| (name.into(), value)).collect()
                )),
        ]
    })
}

proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn what_is_suggested_fits_as_often_as_it_says(all in prop::collection::vec(any_value(), 1..30)) {
        let found = values(all.clone());
        prop_assert_eq!(&values(all.clone()), &found);
        let there = |value: &&Value| !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty());
        let fitting = all.iter().filter(there).filter(|value| !matches!(coerce(&found.key_type, value), Coerced::Fault(_)));
        prop_assert!(fitting.count() as u64 >= found.fits);
        prop_assert!(found.fits <= found.values && found.misfits.len() <= 5);
    }

    #[test]
    fn what_was_coerced_fits_and_stays(value in any_value()) {
        let types = [Scalar::Number, Scalar::Varchar, Scalar::Text, Scalar::Boolean, Scalar::Datetime, Scalar::Uuid];
        let others = [KeyType::Enum(vec!["yes".into(), "0".into()]), KeyType::Embedding(2), KeyType::Geospatial];
        for key_type in types.into_iter().map(KeyType::Scalar).chain(others) {
            if let Coerced::Changed(changed) = coerce(&key_type, &value) {
                prop_assert_eq!(coerce(&key_type, &changed), Coerced::Kept);
            }
        }
    }
}
