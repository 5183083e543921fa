use std::fmt::Write as _;

use secrecy::SecretString;
use serde_json::json;

use crate::{
    demo::azure::{Options, Server, store::StoredBlob},
    schema::{
        infer::Suggestion,
        key_type::{KeyType, Scalar},
    },
    service::schema::infer::*,
};

const NUMBER: KeyType = KeyType::Scalar(Scalar::Number);
const VARCHAR: KeyType = KeyType::Scalar(Scalar::Varchar);
const BOOLEAN: KeyType = KeyType::Scalar(Scalar::Boolean);
const DATETIME: KeyType = KeyType::Scalar(Scalar::Datetime);
const UUID: KeyType = KeyType::Scalar(Scalar::Uuid);

/// A key, its type, how many values there are, how many fit, and the options of an enum.
type Line<'a> = (&'a str, KeyType, u64, u64, Option<Vec<&'a str>>);

fn lines(suggestions: &[Suggestion]) -> Vec<Line<'_>> {
    suggestions
        .iter()
        .map(|one| {
            let options = one.options.as_ref().map(|options| options.iter().map(String::as_str).collect());
            (one.key.as_str(), one.key_type.clone(), one.values, one.fits, options)
        })
        .collect()
}

async fn infer_file(name: &str, content: impl AsRef<[u8]>) -> Result<Inferred, UserError> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(name);
    std::fs::write(&path, content).unwrap();
    let nowhere = AzureAccess::from(config::Azure::default());
    infer(&nowhere, &config::Manifest::default(), path.to_str()).await
}

#[tokio::test]
async fn street_scenes_in_a_csv() {
    let mut csv = String::from(
        "\u{feff}File_Name,site,captured_at,lux,indoor,weather,speed kmh,note,vector,plate_code,run,imageMetadata.width,empty\n",
    );
    for number in 0..60 {
        let lux = if number == 17 { "dark".into() } else { format!("{}.5", number * 3) };
        let indoor = if number == 40 { "maybe" } else { ["yes", "no"][number % 2] };
        let captured =
            if number == 3 { "05/03/2024".into() } else { format!("2024-03-{:02} 10:{number:02}", number % 28 + 1) };
        let weather = ["rain", "sun", "fog"][number % 3];
        let speed = if number % 4 == 0 { String::new() } else { number.to_string() };
        let _ = writeln!(
            csv,
            "cam/{number}.jpg,leeds {},{captured},{lux},{indoor},{weather},{speed},\"note {number}, free\",\"[0.{number}, 1, 2]\",{:05},\
             6ec0bd7f-11c0-43da-975e-2a8ad9eba{:03},1920,",
            number % 50,
            number * 1000,
            number + 100,
        );
    }
    csv.push_str("torn,row\n");
    let found = infer_file("labels.csv", csv).await.unwrap();
    assert_eq!(
        lines(&found.suggestions),
        [
            ("site", VARCHAR, 60, 60, None),
            ("captured_at", DATETIME, 60, 59, None),
            ("lux", NUMBER, 60, 59, None),
            ("indoor", BOOLEAN, 60, 59, None),
            ("weather", VARCHAR, 60, 60, Some(vec!["fog", "rain", "sun"])),
            ("speed kmh", NUMBER, 45, 45, None),
            ("note", VARCHAR, 60, 60, None),
            ("vector", KeyType::Embedding(3), 60, 60, None),
            ("plate_code", VARCHAR, 60, 60, None),
            ("run", UUID, 60, 60, None),
        ]
    );
    assert_eq!(found.suggestions[2].misfits, ["\"dark\""]);
    assert_eq!(found.suggestions[1].misfits, ["\"05/03/2024\""]);
    assert_eq!(found.sources, ["labels.csv (60 rows, besides 1 that cannot be read)"]);
    let (path, join) = found.table.unwrap();
    assert!(path.ends_with("labels.csv") && join == config::Join::Name && !found.is_part);
}

#[tokio::test]
async fn studies_of_a_clinic_in_json_lines() {
    let mut text = String::new();
    for number in 0..30u32 {
        let row = json!({
            "Title": format!("study {number}"), "PatientID": format!("{:05}", 123 + number),
            "StudyDate": format!("202403{:02}", number % 28 + 1), "Modality": if number % 2 == 0 { "CT" } else { "MR" },
            "SliceThickness": 0.5 + f64::from(number), "Contrast": number % 3 == 0,
            "Age": if number == 5 { json!("064Y") } else { json!(40 + number) },
            "Comment": if number % 2 == 0 { json!(null) } else { json!("") },
            "dicomMetadata": {"tags": {}}, "$encord": {"frames": {}},
        });
        let _ = writeln!(text, "{row}");
    }
    let found = infer_file("studies.jsonl", text).await.unwrap();
    assert_eq!(
        lines(&found.suggestions),
        [
            ("PatientID", VARCHAR, 30, 30, None),
            ("StudyDate", DATETIME, 30, 30, None),
            ("Modality", VARCHAR, 30, 30, Some(vec!["CT", "MR"])),
            ("SliceThickness", NUMBER, 30, 30, None),
            ("Contrast", BOOLEAN, 30, 30, None),
            ("Age", NUMBER, 30, 29, None),
        ]
    );
    assert_eq!(found.suggestions[5].misfits, ["\"064Y\""]);
    assert_eq!(found.table.unwrap().1, config::Join::Title);
}

async fn container() -> (Server, AzureAccess) {
    let server = Server::start(Options::default()).await.unwrap();
    for number in 0..6 {
        let name = format!("site-leeds/cam {number}/{number}.jpg");
        let mut blob = StoredBlob::new(&*name, "x", "image/jpeg");
        blob.metadata = vec![("operator".into(), "ann".into()), ("gain".into(), format!("{number}.25"))];
        server.put_blob("media", blob);
        let sidecar = json!({
            "gps": {"lat": 53.8, "lng": -1.5}, "camera": {"model": "x1", "lens": {"mm": 35}}, "boxes": [0.1, 0.2, 0.3, 0.4],
            "tags": ["day", "wet"], "count": number,
        });
        // One of them holds a list.
        let content = if number == 5 { "[]".to_owned() } else { sidecar.to_string() };
        server.put_blob("media", StoredBlob::new(format!("{name}.metadata.json"), content, "application/json"));
    }
    let mut marker = StoredBlob::new("site-leeds", "", "");
    marker.metadata = vec![("hdi_isfolder".into(), "true".into()), ("made_by".into(), "x".into())];
    server.put_blob("media", marker);
    let azure = config::Azure {
        endpoint: Some(server.account_url().clone()),
        container: "media".into(),
        ..config::Azure::default()
    };
    let sas = server.account_sas("rl", "sco", time::Duration::HOUR);
    (server, AzureAccess { azure, typed: Some(sas) })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_container_with_sidecars_and_headers() {
    let (_server, access) = container().await;
    let plain = infer(&access, &config::Manifest::default(), None).await.unwrap();
    assert_eq!(
        lines(&plain.suggestions),
        [
            ("operator", VARCHAR, 6, 6, None),
            ("gain", NUMBER, 6, 6, None),
            ("gps", KeyType::Geospatial, 5, 5, None),
            ("camera", VARCHAR, 5, 0, None),
            ("boxes", KeyType::Embedding(4), 5, 5, None),
            ("tags", VARCHAR, 5, 0, None),
            ("count", NUMBER, 5, 5, None),
        ]
    );
    assert_eq!(plain.sources, ["metadata of blobs (6 blobs)", "5 sidecar files, besides 1 that cannot be used"]);
    assert_eq!((plain.is_part, plain.table), (false, None));

    // What the config names, and nothing else.
    let metadata = config::Metadata {
        path: Some("site-{site}/{camera}/{rest}".into()),
        constants: serde_json::from_value(json!({"project": "p"})).unwrap(),
        ..config::Metadata::default()
    };
    let named = infer(&access, &config::Manifest { metadata, ..config::Manifest::default() }, None).await.unwrap();
    let keys: Vec<_> = named.suggestions.iter().map(|one| (one.key.as_str(), one.values)).collect();
    // The sidecars are blobs like any other there.
    assert_eq!(keys, [("project", 1), ("site", 12), ("camera", 12)]);
    assert_eq!(named.sources, ["constants (1 key)", "paths of blobs (12 blobs)"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_nothing_is_the_sources_are_named() {
    let (server, access) = container().await;
    server.put_blob("bare", StoredBlob::new("a.jpg", "x", "image/jpeg"));
    let azure = config::Azure { container: "bare".into(), ..access.azure.clone() };
    let bare = AzureAccess { azure, typed: access.typed.clone() };
    let problem = infer(&bare, &config::Manifest::default(), None).await.unwrap_err();
    assert!(problem.summary.contains("1 blob "), "{problem}");
    assert!(problem.hint.unwrap().contains("x.jpg.metadata.json"));

    let refused = AzureAccess { typed: Some(SecretString::from("sv=1&sig=x&sp=rl")), ..bare };
    assert!(infer(&refused, &config::Manifest::default(), None).await.is_err());
}

#[tokio::test]
async fn schemas_have_keys_without_values_and_other_files_say_what_they_lack() {
    let json = r#"{"lux": {"ty": "variant", "hint": "number"}, "gone": {"ty": "tombstone"}, "w": {"ty": "enum", "values": ["a"]}}"#;
    let found = infer_file("schema.json", json).await.unwrap();
    assert_eq!(
        lines(&found.suggestions),
        [("lux", NUMBER, 0, 0, None), ("w", KeyType::Enum(vec!["a".into()]), 0, 0, None)]
    );
    assert_eq!(found.table, None);
    for toml in ["site = \"varchar\"\n", "version = 1\n[schema.keys]\nsite = \"varchar\"\n"] {
        assert_eq!(lines(&infer_file("s.toml", toml).await.unwrap().suggestions), [("site", VARCHAR, 0, 0, None)]);
    }
    let array = infer_file("t.json", r#"[{"url": "u", "a": 1}, {"url": "v", "a": 2}]"#).await.unwrap();
    assert_eq!((array.suggestions.len(), array.table.unwrap().1), (1, config::Join::Url));
    let lines_as_json = infer_file("t.json", "{\"a\": 1}\n{\"a\": 2}\n").await.unwrap();
    assert_eq!((lines_as_json.suggestions[0].values, lines_as_json.table), (2, None));

    for (name, content, words) in [
        ("x.png", "x", "no file that keys can be found in"),
        ("x.csv", "", "is no table"),
        ("x.csv", "a,b\n", "No row of"),
        ("x.jsonl", "{\n", "No row of"),
        ("x.json", "{\"images\": []}", "an entry is an object with \"ty\""),
        ("x.json", "{\"a\": ", "line 1"),
        ("x.toml", "a = \"numbr\"", "line 1"),
    ] {
        let problem = infer_file(name, content).await.unwrap_err();
        assert!(problem.summary.contains(words), "{name} {content}: {problem}");
    }
    let nowhere = AzureAccess::from(config::Azure::default());
    let problem = infer(&nowhere, &config::Manifest::default(), Some("no such.csv")).await.unwrap_err();
    assert!(problem.to_string().contains("No such file"), "{problem}");
}
