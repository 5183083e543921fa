//! Configs merged into texts.

mod generated;

use crate::config::edit::*;

const OLD: &str = r#"# The nightly import.
version = 1   # never another

[azure]
account = 'acme'           # ours
container = "media"
# A SAS from the vault.
sas_token_env = "SAS"

[schema.keys]
site = "string"   # old name
camera = { enum = ["b", "a"] }

[manifest]
prefixes = [
  "raw/", # this year
  # and the last
  "old/",
]
exclude = [ "*.tmp","*.bak" ]

# Sensors are time series.
[[manifest.types]]
match = "imu/**/*.csv"
type = "time-series"

# Rigs.
[[manifest.groups]]
type = "image-group"   # four cameras
match = "rigs/**"
by = "directory"

# Metadata from paths.
[manifest.metadata]
path = "site-{site}/{rest}"
constants = { project = "p", tags = [1, 2] }

[upload]
jobs_in_flight = 4
#: images_per_job = 500
"#;

fn edited(old: &str, change: impl FnOnce(&mut Config)) -> String {
    let mut config = parse(old).unwrap();
    change(&mut config);
    merge(old, &config, Path::new("/nowhere")).unwrap()
}

fn changes(old: &str, change: impl FnOnce(&mut Config)) -> Vec<String> {
    let new = edited(old, change);
    let diff = similar::TextDiff::from_lines(old, &new);
    let changed = diff.iter_all_changes().filter(|change| change.tag() != similar::ChangeTag::Equal);
    changed.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

#[test]
fn nothing_changes_where_nothing_is_changed() {
    assert_eq!(edited(OLD, |_| {}), OLD);
    let example = include_str!("../../../../config.example.toml");
    assert_eq!(edited(example, |_| {}), example);
    assert_eq!(edited("version=1", |_| {}), "version=1");
}

#[test]
fn values_change_in_their_places() {
    let changed = changes(OLD, |config| {
        config.azure.container = "media2".into();
        config.azure.sas_token_env = None;
        config.azure.sas_token_file = Some("/vault/sas".into());
        config.upload.jobs_in_flight = 2;
        config.manifest.exclude = vec!["*.tmp".into(), "*.old".into(), "*.bak".into()];
        config.manifest.prefixes.remove(0);
        config.schema.keys.insert("lux".into(), serde_json::from_value("number".into()).unwrap());
        config
            .schema
            .keys
            .insert("camera".into(), serde_json::from_value(serde_json::json!({"enum": ["a", "b", "c"]})).unwrap());
    });
    let wanted = [
        "-container = \"media\"",
        "+container = \"media2\"",
        "-sas_token_env = \"SAS\"",
        "+sas_token_file = \"/vault/sas\"",
        "-camera = { enum = [\"b\", \"a\"] }",
        "+camera = { enum = [\"b\", \"a\", \"c\"] }",
        "+lux = \"number\"",
        "-  \"raw/\", # this year",
        "+  # this year",
        "-exclude = [ \"*.tmp\",\"*.bak\" ]",
        "+exclude = [ \"*.tmp\", \"*.old\",\"*.bak\" ]",
        "-jobs_in_flight = 4",
        "+jobs_in_flight = 2",
    ];
    assert_eq!(changed, wanted);
}

#[test]
fn tables_of_an_array_change_one_by_one_and_their_comments_stay() {
    let rule = |text: &str| toml::from_str(text).unwrap();
    let changed = changes(OLD, |config| {
        config.manifest.types.push(rule("match = \"gps.csv\"\ntype = \"time-series\""));
        config.manifest.groups[0].by = "^(.*)/".into();
    });
    let wanted = [
        "+[[manifest.types]]",
        "+match = \"gps.csv\"",
        "+type = \"time-series\"",
        "+",
        "-by = \"directory\"",
        "+by = \"^(.*)/\"",
    ];
    assert_eq!(changed, wanted);
    let changed = changes(OLD, |config| {
        config.manifest.types.clear();
        config.manifest.groups.clear();
    });
    let wanted = [
        "-[[manifest.types]]",
        "-match = \"imu/**/*.csv\"",
        "-type = \"time-series\"",
        "-[[manifest.groups]]",
        "-type = \"image-group\"   # four cameras",
        "-match = \"rigs/**\"",
        "-by = \"directory\"",
        "+# four cameras",
    ];
    assert_eq!(changed, wanted);
}

#[test]
fn new_tables_go_where_a_reader_looks_for_them() {
    let changed = edited(
        "version = 1\n\n[manifest.metadata]\nindex_tags = true\n\n# Sent slowly.\n[upload]\njobs_in_flight = 1\n",
        |config| {
            config.azure.container = "media".into();
            config.manifest.include = vec!["*.jpg".into()];
            config.folder.path = Some("Raw".into());
            config.folder.metadata.insert("a b".into(), serde_json::json!({"n": [1, 2.0, true]}));
        },
    );
    assert_eq!(
        changed,
        "version = 1\n\n[azure]\ncontainer = \"media\"\n\n[manifest]\ninclude = [\"*.jpg\"]\n\n[manifest.metadata]\nindex_tags = true\n\n\
         [folder]\npath = \"Raw\"\nmetadata = { \"a b\" = { n = [1, 2.0, true] } }\n\n# Sent slowly.\n[upload]\njobs_in_flight = 1\n"
    );
}

#[test]
fn the_example_can_be_filled_in() {
    let example = include_str!("../../../../config.example.toml");
    let changed = changes(example, |config| {
        config.azure.account = Some("acme".into());
        config.azure.container = "media".into();
        config.manifest.types.push(toml::from_str("match = \"a.csv\"\ntype = \"time-series\"").unwrap());
        config.manifest.metadata.constants.insert("project".into(), "p".into());
        config.schema.keys.insert("site".into(), serde_json::from_value("varchar".into()).unwrap());
    });
    let wanted = [
        "-container = \"\"",
        "+container = \"media\"",
        "+account = \"acme\"",
        "+site = \"varchar\"",
        "+[[manifest.types]]",
        "+match = \"a.csv\"",
        "+type = \"time-series\"",
        "+",
        "-constants = {}",
        "+constants = { project = \"p\" }",
    ];
    assert_eq!(changed, wanted);
    let new = edited(example, |config| {
        config.manifest.types.push(toml::from_str("match = \"a.csv\"\ntype = \"time-series\"").unwrap());
    });
    assert!(new.contains("\ntype = \"time-series\"\n\n# Where several of these sources"), "{new}");
}

#[test]
fn other_ways_of_writing_tables_are_kept() {
    for (old, new) in [
        (
            "version = 1\nazure.container = \"a\" # c\n",
            "version = 1\nazure.container = \"b\" # c\nazure.account = \"acme\"\n",
        ),
        ("version = 1\nazure = {container=\"a\"}\n", "version = 1\nazure = {container=\"b\", account = \"acme\"}\n"),
        (
            "version = 1\r\n[azure]\r\ncontainer = 'a' # c\r\n",
            "version = 1\r\n[azure]\r\ncontainer = \"b\" # c\r\naccount = \"acme\"\r\n",
        ),
        (
            "version = 1\n  [azure] # c\n  container = \"a\"",
            "version = 1\n  [azure] # c\n  container = \"b\"\n  account = \"acme\"\n",
        ),
        (
            "\u{feff}version = 1\n[azure]\ncontainer = \"a\"\n",
            "\u{feff}version = 1\n[azure]\ncontainer = \"b\"\naccount = \"acme\"\n",
        ),
    ] {
        let changed = edited(old, |config| {
            config.azure.container = "b".into();
            config.azure.account = Some("acme".into());
        });
        assert_eq!(changed, new);
    }
}

#[test]
fn a_new_file_says_only_what_is_not_usual() {
    let mut config = Config::default();
    config.azure.account = Some("acme".into());
    config.schema.keys.insert("site".into(), serde_json::from_value("varchar".into()).unwrap());
    config.manifest.types.push(toml::from_str("match = \"a.csv\"\ntype = \"time-series\"").unwrap());
    let text = template(&config, Path::new("/nowhere")).unwrap();
    assert_eq!(parse(&text).unwrap(), config);
    let (_, below) = text.split_once("version = 1\n").unwrap();
    assert_eq!(
        below,
        "\n# The container, and how this program signs in to list it.\n[azure]\naccount = \"acme\"\n\n\
         # The metadata keys that this import needs.\n[schema.keys]\nsite = \"varchar\"\n\n\
         # What becomes an item.\n[[manifest.types]]\nmatch = \"a.csv\"\ntype = \"time-series\"\n"
    );
}

#[test]
fn files_are_named_as_before_or_from_the_config_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("site.toml");
    std::fs::write(dir.path().join("keys.json"), r#"{"n": {"ty": "variant", "hint": "number"}}"#).unwrap();
    let old = "version = 1\n[schema]\nfile = \"keys.json\"\n[manifest]\nsource = \"file\"\nfile = \"sub/../m.csv\"\n";
    std::fs::write(&path, old).unwrap();
    let mut config = crate::store::configs::load::load(&path).unwrap();
    assert_eq!(merge(old, &config, dir.path()).unwrap(), old);
    config.manifest.metadata.table = Some(dir.path().join("labels.csv").to_str().unwrap().to_owned());
    config.folder.path = Some("Raw".into());
    let new = merge(old, &config, dir.path()).unwrap();
    assert!(new.contains("table = \"labels.csv\"") && new.contains("\"sub/../m.csv\""), "{new}");
    std::fs::write(&path, &new).unwrap();
    assert_eq!(crate::store::configs::load::load(&path).unwrap(), config);
    // From another directory they have their whole paths.
    let other = tempfile::tempdir().unwrap();
    let moved = other.path().join("moved.toml");
    std::fs::write(&moved, merge(&new, &config, other.path()).unwrap()).unwrap();
    assert_eq!(crate::store::configs::load::load(&moved).unwrap(), config);
    // What the schema file would bring back cannot be taken out here.
    config.schema.keys.clear();
    assert!(merge(old, &config, dir.path()).unwrap_err().0.contains("'n' was taken out"));
}

#[test]
fn what_cannot_be_written_or_read_back_is_refused() {
    let mut config = Config::default();
    for secret in ["sv=2026&sig=SECRET", "DefaultEndpointsProtocol=https;AccountKey=SECRET"] {
        config.azure.sas_token_env = Some(secret.into());
        let told = template(&config, Path::new("")).unwrap_err().0;
        assert!(told.contains("sas_token_env holds a secret") && !told.contains("SECRET"), "{told}");
    }
    let mut config = Config::default();
    config.manifest.metadata.constants.insert("a".into(), serde_json::json!([null]));
    assert!(template(&config, Path::new("")).unwrap_err().0.contains("null, which TOML does not have"));
    config.manifest.metadata.constants.insert("a".into(), Value::Null);
    assert!(template(&config, Path::new("")).unwrap_err().0.contains("null, which TOML does not have"));
    let mut config = Config::default();
    config.upload.jobs_in_flight = 0;
    assert!(template(&config, Path::new("")).unwrap_err().0.contains("1 or more"));
    assert!(merge("version = 1\n[azur]\n", &Config::default(), Path::new("")).is_err());
}
