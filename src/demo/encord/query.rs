//! Parameters of the query string and the path, read the way the real service's framework does.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::demo::encord::{
    error::ApiError,
    listing::{Order, PageRequest, Position},
};

/// The query's pairs in order; a name may come several times.
pub(super) struct Query(Vec<(String, String)>);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }
}

impl Query {
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Python clients write `True` and `False`, browsers `true` and `false`.
    pub(super) fn flag(&self, name: &str) -> Result<Option<bool>, ApiError> {
        match self.get(name).map(str::to_ascii_lowercase).as_deref() {
            None => Ok(None),
            Some("true" | "1" | "yes" | "on") => Ok(Some(true)),
            Some("false" | "0" | "no" | "off") => Ok(Some(false)),
            Some(_) => {
                let msg = "Input should be a valid boolean, unable to interpret input";
                Err(ApiError::parameter("query", name, msg, "bool_parsing"))
            }
        }
    }

    /// A whole number between `low` and `high`.
    pub(super) fn number(&self, name: &str, default: u64, low: u64, high: u64) -> Result<u64, ApiError> {
        let Some(text) = self.get(name) else {
            return Ok(default);
        };
        match text.parse::<u64>() {
            Ok(number) if (low..=high).contains(&number) => Ok(number),
            Ok(_) => {
                let msg = format!("Input should be between {low} and {high}");
                Err(ApiError::parameter("query", name, msg, "value_error"))
            }
            Err(_) => Err(ApiError::parameter("query", name, "Input should be a valid integer", "int_parsing")),
        }
    }

    pub(super) fn uuids(&self, name: &str) -> Result<Vec<Uuid>, ApiError> {
        self.all(name).map(|text| uuid("query", name, text)).collect()
    }

    /// `order`, `desc`, `pageToken` and `pageSize` (1 to 1000, 100 unless told).
    pub(super) fn page(&self) -> Result<PageRequest, ApiError> {
        let order = match self.get("order") {
            None | Some("name") => Order::Name,
            Some("createdAt") => Order::Created,
            Some(_) => {
                return Err(ApiError::parameter("query", "order", "Input should be 'name' or 'createdAt'", "enum"));
            }
        };
        let after = match self.get("pageToken") {
            None => None,
            Some(token) => Some(Position::from_token(token).ok_or_else(|| {
                ApiError::parameter("query", "pageToken", "The page token is not one of this service", "value_error")
            })?),
        };
        let size = usize::try_from(self.number("pageSize", 100, 1, 1000)?).unwrap_or(1000);
        Ok(PageRequest { order, descending: self.flag("desc")?.unwrap_or(false), after, size })
    }
}

/// A UUID out of the path.
pub(super) fn path_uuid(name: &str, text: &str) -> Result<Uuid, ApiError> {
    uuid("path", name, text)
}

fn uuid(place: &str, name: &str, text: &str) -> Result<Uuid, ApiError> {
    Uuid::parse_str(text).map_err(|_| ApiError::parameter(place, name, "Input should be a valid UUID", "uuid_parsing"))
}

/// A page as every list endpoint answers it.
pub(super) fn page_body(results: Vec<Value>, next: Option<&Position>) -> Value {
    let mut body = Map::new();
    body.insert("results".to_owned(), Value::Array(results));
    body.insert("nextPageToken".to_owned(), json!(next.map(Position::to_token)));
    Value::Object(body)
}
