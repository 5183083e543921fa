//! Pairs of texts and configs that are made at random.

use proptest::{collection::vec, option, prelude::*};
use serde_json::{Map, json};

use crate::config::{
    edit::tests::*,
    encord::Encord,
    folder::Folder,
    manifest::{GroupRule, Manifest, Metadata, TypeRule},
    schema::Schema,
    upload::Upload,
};

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-z]{1,6}",
        1 => Just("it's \"quoted\"".to_owned()),
        1 => Just("a # b, [c] = {d}".to_owned()),
        1 => Just("数据\\ é".to_owned()),
        1 => Just("two\nlines".to_owned()),
    ]
}

fn constant() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        word().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(json!(2.5)),
        Just(json!(true))
    ];
    leaf.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(Value::Array),
            vec((word(), inner), 0..3).prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

fn constants() -> impl Strategy<Value = Map<String, Value>> {
    vec((word(), constant()), 0..3).prop_map(|pairs| pairs.into_iter().collect())
}

fn key_type() -> impl Strategy<Value = crate::schema::key_type::KeyType> {
    let written = prop_oneof![
        Just(json!("number")),
        Just(json!("varchar")),
        vec("[a-c]", 1..4).prop_map(|options| json!({ "enum": options })),
        (1..99u32).prop_map(|size| json!({ "embedding": size })),
    ];
    written.prop_map(|written| serde_json::from_value(written).unwrap())
}

fn manifest() -> impl Strategy<Value = Manifest> {
    let rule = ("[a-c]", any::<bool>()).prop_map(|(pattern, is_series)| TypeRule {
        pattern,
        kind: if is_series { crate::manifest::kind::Kind::TimeSeries } else { crate::manifest::kind::Kind::Text },
        settings: None,
    });
    let group = ("[a-c]{1,2}", "[a-b]").prop_map(|(pattern, by)| GroupRule {
        kind: crate::manifest::kind::Kind::ImageGroup,
        pattern,
        by: format!("({by})"),
        streams: Default::default(),
        timestamps: None,
        cameras: None,
    });
    let metadata = (option::of(Just("{a}/{rest}".to_owned())), any::<bool>(), constants())
        .prop_map(|(path, index_tags, constants)| Metadata { path, index_tags, constants, ..Metadata::default() });
    let lists = (vec("[a-d]/", 0..4), vec("[a-d]", 0..4), option::of(1..9u64));
    (lists, vec(rule, 0..4), vec(group, 0..4), metadata).prop_map(
        |((prefixes, exclude, min_size), types, groups, metadata)| Manifest {
            prefixes,
            exclude,
            min_size,
            types,
            groups,
            metadata,
            ..Manifest::default()
        },
    )
}

fn config() -> impl Strategy<Value = Config> {
    let azure = (option::of("[a-z]{3}"), "[a-z]{0,2}", option::of("[A-Z]{3}"));
    let keys = proptest::collection::btree_map("[a-z]{1,2}", key_type(), 0..4);
    let folder = (option::of("[a-z]/[a-z]"), option::of(word()), constants());
    (option::of(word()), azure, keys, manifest(), folder, 1..9usize).prop_map(
        |(integration, (account, container, sas), keys, manifest, (path, description, metadata), jobs)| {
            let mut config = Config {
                encord: Encord { integration, ..Encord::default() },
                schema: Schema { keys, ..Schema::default() },
                manifest,
                folder: Folder { path, description, metadata, ..Folder::default() },
                upload: Upload { jobs_in_flight: jobs, ..Upload::default() },
                ..Config::default()
            };
            (config.azure.account, config.azure.container, config.azure.sas_token_env) = (account, container, sas);
            config
        },
    )
}

/// Ways in which people write the same things.
const STYLES: [&str; 7] = [
    "version = 1\n",
    "version = 1\nazure = { container = \"x\", account = \"acc\" }\nmanifest.prefixes = [\"a/\"]\nfolder.metadata.a = { b = 1 }\n",
    "version = 1\nschema.keys.a = \"string\"\nmanifest = { types = [ { match = \"b\", type = \"text\" } ] }\n",
    "version = 1\n[manifest]\nprefixes = [\n  \"a/\",\n  \"b/\"\n  , \"c/\"]\n[manifest.metadata.constants]\na = 1\n[folder.metadata.b]\nc.d = [1,\n2]\n",
    "version = 1\n[schema.keys.a]\nenum = [ \"c\", \"a\" ]\n[[manifest.groups]]\nby = \"(a)\"\nmatch = \"a\"\ntype = \"image-group\"\n[upload]\n",
    "version = 1\r\n[azure]\r\ncontainer = 'x'\r\n\r\n[manifest.metadata]\r\nconstants = { a = 1, b = [ 1, 2 ] }\r\n",
    "version = 1\n[upload]\njobs_in_flight = 3\n[folder]\ndescription = \"\"\"\n# no comment\ntwo\"\"\"\n[azure]\n[[manifest.types]]\nmatch = \"b\"\ntype = \"text\"\n[manifest.metadata]\nconstants = {\n  a = 1,\n  b = 2\n}\n",
];

/// The text with comments wherever they change nothing.
fn commented(text: &str, places: &[usize]) -> (String, Vec<String>) {
    let meaning = parse(text).unwrap();
    let (mut text, mut comments) = (text.to_owned(), Vec::new());
    for (number, place) in places.iter().enumerate() {
        let comment = format!("# note {number}.");
        let ends: Vec<usize> = text.match_indices('\n').map(|(end, _)| end).collect();
        let end = ends[place % ends.len()];
        let (head, tail) = text.split_at(if text[..end].ends_with('\r') { end - 1 } else { end });
        let is_line = (place / ends.len()).is_multiple_of(2);
        let candidate = format!("{head}{}{comment}{tail}", if is_line { "\n" } else { " " });
        if parse(&candidate).is_ok_and(|config| config == meaning) {
            text = candidate;
            comments.push(comment);
        }
    }
    (text, comments)
}

proptest! {
    #![proptest_config(crate::seeds::cases(128))]

    #[test]
    fn any_config_goes_into_any_text_and_no_comment_is_lost(
        style in 0..STYLES.len(), first in config(), second in config(), places in vec(0..10_000usize, 0..12)
    ) {
        let here = Path::new("/nowhere");
        let text = merge(STYLES[style], &first, here).unwrap();
        prop_assert_eq!(&as_json(&parse(&text).unwrap()).unwrap(), &as_json(&first).unwrap());
        let (text, comments) = commented(&text, &places);
        prop_assert_eq!(&merge(&text, &first, here).unwrap(), &text);
        let new = merge(&text, &second, here).unwrap();
        prop_assert_eq!(&as_json(&parse(&new).unwrap()).unwrap(), &as_json(&second).unwrap());
        for comment in comments {
            prop_assert!(new.lines().any(|line| line.contains(&comment)), "{}: {}\n---\n{}", comment, text, new);
        }
        prop_assert_eq!(&merge(&new, &second, here).unwrap(), &new);
    }

    #[test]
    fn what_is_saved_is_what_is_loaded(config in config()) {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("site.toml");
        std::fs::write(&path, template(&config, dir.path()).unwrap()).unwrap();
        let loaded = crate::store::configs::load::load(&path).unwrap();
        prop_assert_eq!(Config { advice: Vec::new(), ..loaded }, config);
    }
}
