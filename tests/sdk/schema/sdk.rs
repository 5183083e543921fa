//! The same sequences of edits for this program and for the SDK's `MetadataSchema`, which one Python process runs.

use std::{
    collections::{BTreeMap, HashSet},
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use azure_to_encord::schema::{Refusal, check_key};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use serde_json::{Map, Value, json};

use crate::{
    schema::edits::{asked, start},
    support::{installed, seeds},
};

const SEQUENCES: usize = 400;

struct Sdk(Child);

impl Drop for Sdk {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Sdk {
    fn start() -> Sdk {
        let mut command = Command::new(installed("ENCORD_TEST_PYTHON"));
        command.args(["-X", "utf8", concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sdk/schema/drive.py")]);
        Sdk(command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap())
    }

    /// Asks everything at once; the answers come in order.
    fn ask(mut self, requests: &[Value]) -> Vec<Value> {
        let mut stdin = self.0.stdin.take().unwrap();
        let stdout = BufReader::new(self.0.stdout.take().unwrap());
        std::thread::scope(|scope| {
            scope.spawn(move || requests.iter().for_each(|request| writeln!(stdin, "{request}").unwrap()));
            stdout.lines().map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect()
        })
    }
}

/// The name that the driver gives to the SDK's message of the same meaning.
fn reason(refusal: &Refusal) -> &'static str {
    match refusal {
        Refusal::Key(_) => "key",
        Refusal::Exists(_) => "exists",
        Refusal::Deleted(_) => "deleted",
        Refusal::DeletedForEver => "deleted for ever",
        Refusal::Missing => "missing",
        Refusal::NotAnEnum(_) => "not an enum",
        Refusal::NoOptions => "no options",
        Refusal::TooManyOptions(_) => "too many options",
        Refusal::EmbeddingSize(_) => "size",
        Refusal::AlreadyDeleted => "already deleted",
        Refusal::NotDeleted => "not deleted",
        Refusal::NotUnderstood => "not understood",
    }
}

/// The SDK keeps a repeated option twice.
fn without_repetition(mut schema: Value) -> Value {
    for entry in schema.as_object_mut().unwrap().values_mut() {
        for pointer in ["/values", "/deleted_ty/values"] {
            if let Some(values) = entry.pointer_mut(pointer).and_then(Value::as_array_mut) {
                let mut seen = HashSet::new();
                values.retain(|value| seen.insert(value.clone()));
            }
        }
    }
    schema
}

#[test]
fn edits_end_as_in_the_sdk_or_are_refused_at_the_same_step_for_the_same_reason() {
    let mut runner = TestRunner::new(seeds::cases(1));
    let sequence = prop::collection::vec(asked(), 1..40);
    let sequences: Vec<_> =
        (0..SEQUENCES * seeds::factor() as usize).map(|_| sequence.new_tree(&mut runner).unwrap().current()).collect();
    let requests: Vec<Value> = sequences
        .iter()
        .map(|edits| {
            let edits: Vec<Value> = edits.iter().map(super::edits::Asked::call).collect();
            json!({"start": start(), "edits": edits})
        })
        .collect();
    let answers = Sdk::start().ask(&requests);
    assert_eq!(answers.len(), sequences.len());

    let mut outcomes: BTreeMap<&str, usize> = BTreeMap::new();
    for (edits, answer) in sequences.iter().zip(&answers) {
        // The SDK fills in what may be left out.
        let mut schema: Map<String, Value> = answer["start"].as_object().unwrap().clone();
        for (edit, theirs) in edits.iter().zip(answer["steps"].as_array().unwrap()) {
            let before = schema.clone();
            let ours = match edit.edit() {
                None => Err("unknown type"),
                Some(edit) => edit.apply(&mut schema).map_err(|error| reason(&error.why)),
            };
            *outcomes.entry(ours.err().unwrap_or("allowed")).or_default() += 1;
            let told = format!("{edit:?} on {}", Value::Object(before));
            match (ours, theirs["refused"].as_str()) {
                (Ok(()), None) => {
                    let ours = without_repetition(Value::Object(std::mem::take(&mut schema)));
                    assert_eq!(ours, without_repetition(theirs["schema"].clone()), "{told}");
                    // Repetitions included, because the SDK counts them in later steps.
                    schema.clone_from(theirs["schema"].as_object().unwrap());
                }
                (Err(ours), Some(theirs)) => assert!(same(ours, theirs), "{told}: {ours}, in the SDK {theirs}"),
                (ours, theirs) => panic!("{told}: {ours:?}, in the SDK {theirs:?}"),
            }
        }
    }
    println!("{outcomes:?}");
    let missing: Vec<_> = ["allowed", "key", "exists", "deleted", "deleted for ever", "missing", "not an enum"]
        .into_iter()
        .chain(["no options", "too many options", "size", "already deleted", "not deleted", "unknown type"])
        .filter(|outcome| !outcomes.contains_key(outcome))
        .collect();
    assert!(missing.is_empty(), "no sequence came to {missing:?}");
}

fn same(ours: &str, theirs: &str) -> bool {
    match ours {
        // Ours is found out before anything else is looked at.
        "unknown type" => ["unknown type", "exists", "key", "deleted", "deleted for ever"].contains(&theirs),
        // The SDK says no more than that there is such a key, unless a scalar is added.
        "deleted" | "deleted for ever" => theirs == ours || theirs == "exists",
        _ => ours == theirs,
    }
}

#[test]
fn every_character_is_allowed_in_a_key_as_in_the_sdk() {
    let answer = Sdk::start().ask(&[json!({"characters": true})]).remove(0);
    let codes = |name: &str| -> HashSet<char> {
        let codes = answer[name].as_array().unwrap().iter();
        codes.filter_map(|code| char::from_u32(u32::try_from(code.as_u64()?).ok()?)).collect()
    };
    let (alphanumeric, assigned) = (codes("alphanumeric"), codes("assigned"));
    // What Python's older tables do not know yet is not compared.
    let differing: Vec<char> = assigned
        .into_iter()
        .filter(|c| !matches!(c, '-' | '_' | '.' | ' '))
        .filter(|c| check_key(&format!("a{c}")).is_ok() != alphanumeric.contains(c))
        .collect();
    assert!(differing.is_empty(), "{differing:?}");
}
