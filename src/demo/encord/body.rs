//! Reading JSON bodies and collecting every fault in them, each with the place FastAPI would name.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::demo::encord::error::{ApiError, Complaint};

/// A JSON object and where in the body it stands.
pub(super) struct Object<'a> {
    pub(super) map: &'a Map<String, Value>,
    pub(super) loc: Vec<Value>,
}

/// Reads fields and remembers what was wrong with them; a value that was missing or wrong is replaced by an empty one.
pub(super) struct Reader {
    complaints: Vec<Complaint>,
    /// The raw upload file writes some keys in snake_case; with this set both spellings are read.
    snake_too: bool,
}

impl Reader {
    pub(super) fn new(snake_too: bool) -> Self {
        Self { complaints: Vec::new(), snake_too }
    }

    /// # Errors
    /// 422 with everything that was found wrong.
    pub(super) fn finish<T>(self, value: T) -> Result<T, ApiError> {
        if self.complaints.is_empty() { Ok(value) } else { Err(ApiError::invalid(self.complaints)) }
    }

    pub(super) fn complain(&mut self, loc: Vec<Value>, kind: &'static str, msg: impl Into<String>) {
        self.complaints.push(Complaint { loc, msg: msg.into(), kind });
    }

    pub(super) fn object<'a>(&mut self, value: &'a Value, loc: Vec<Value>) -> Option<Object<'a>> {
        if let Value::Object(map) = value {
            return Some(Object { map, loc });
        }
        self.complain(loc, "dict_type", "Input should be a valid dictionary");
        None
    }

    /// The field's value; `null` counts as absent.
    pub(super) fn find<'a>(&self, object: &Object<'a>, key: &str) -> Option<&'a Value> {
        let value =
            object.map.get(key).or_else(|| if self.snake_too { object.map.get(&snake_case(key)) } else { None });
        value.filter(|value| !value.is_null())
    }

    pub(super) fn string(&mut self, object: &Object<'_>, key: &str) -> String {
        if self.find(object, key).is_none() {
            self.missing(object, key);
        }
        self.opt_string(object, key).unwrap_or_default()
    }

    pub(super) fn opt_string(&mut self, object: &Object<'_>, key: &str) -> Option<String> {
        match self.find(object, key)? {
            Value::String(text) => Some(text.clone()),
            _ => {
                self.complain(object.at(key), "string_type", "Input should be a valid string");
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, object: &Object<'_>, key: &str, default: bool) -> bool {
        match self.find(object, key) {
            None => default,
            Some(Value::Bool(value)) => *value,
            Some(_) => {
                self.complain(object.at(key), "bool_type", "Input should be a valid boolean");
                default
            }
        }
    }

    pub(super) fn uuid(&mut self, object: &Object<'_>, key: &str) -> Uuid {
        if self.find(object, key).is_none() {
            self.missing(object, key);
        }
        self.opt_uuid(object, key).unwrap_or_default()
    }

    pub(super) fn opt_uuid(&mut self, object: &Object<'_>, key: &str) -> Option<Uuid> {
        let value = self.find(object, key)?;
        self.as_uuid(value, object.at(key))
    }

    pub(super) fn as_uuid(&mut self, value: &Value, loc: Vec<Value>) -> Option<Uuid> {
        let uuid = value.as_str().and_then(|text| Uuid::parse_str(text).ok());
        if uuid.is_none() {
            self.complain(loc, "uuid_parsing", "Input should be a valid UUID");
        }
        uuid
    }

    /// An object, empty when absent.
    pub(super) fn map(&mut self, object: &Object<'_>, key: &str) -> Map<String, Value> {
        self.opt_object(object, key).map(|found| found.map.clone()).unwrap_or_default()
    }

    pub(super) fn opt_object<'a>(&mut self, object: &Object<'a>, key: &str) -> Option<Object<'a>> {
        let value = self.find(object, key)?;
        self.object(value, object.at(key))
    }

    /// A list, empty when absent.
    pub(super) fn list<'a>(&mut self, object: &Object<'a>, key: &str) -> &'a [Value] {
        match self.find(object, key) {
            None => &[],
            Some(Value::Array(values)) => values,
            Some(_) => {
                self.complain(object.at(key), "list_type", "Input should be a valid list");
                &[]
            }
        }
    }

    pub(super) fn missing(&mut self, object: &Object<'_>, key: &str) {
        self.complain(object.at(key), "missing", "Field required");
    }
}

impl Object<'_> {
    pub(super) fn at(&self, key: impl Into<Value>) -> Vec<Value> {
        let mut loc = self.loc.clone();
        loc.push(key.into());
        loc
    }
}

/// The body as JSON.
///
/// # Errors
/// 422 when it is empty or no JSON.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, ApiError> {
    if bytes.is_empty() {
        let complaint = Complaint { loc: vec![json!("body")], msg: "Field required".to_owned(), kind: "missing" };
        return Err(ApiError::invalid(vec![complaint]));
    }
    serde_json::from_slice(bytes).map_err(|error| {
        let msg = format!("JSON decode error: {error}");
        ApiError::invalid(vec![Complaint { loc: vec![json!("body")], msg, kind: "json_invalid" }])
    })
}

fn snake_case(key: &str) -> String {
    let mut snake = String::with_capacity(key.len() + 4);
    for letter in key.chars() {
        if letter.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
