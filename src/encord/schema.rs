//! The organisation's metadata schema on the wire: a map from key to type. What is in it is not looked at here.

use bytes::Bytes;
use serde::de::IgnoredAny;
use serde_json::{Map, Value};

use crate::encord::{
    client::{Client, Request},
    error::{Error, Kind},
    retry::Call,
};

const PATH: &str = "organisation/client-metadata-schema-v2";

impl Client {
    /// The whole schema, key by key as Encord sends it; empty if the organisation has none.
    pub async fn schema(&self) -> Result<Map<String, Value>, Error> {
        let schema: Option<Map<String, Value>> =
            self.send(Request::get("read the metadata schema", PATH.to_owned())).await?;
        Ok(schema.unwrap_or_default())
    }

    /// Replaces the whole schema, so `schema` has to hold every key that is to stay.
    ///
    /// Doing this twice with the same map is the same as once, so the call is repeated like a read. Between reading and
    /// saving, somebody else's change can be lost: the API knows no versions.
    pub async fn save_schema(&self, schema: &Map<String, Value>) -> Result<(), Error> {
        const OPERATION: &str = "save the metadata schema";
        let body =
            serde_json::to_vec(schema).map_err(|error| Error::unsent(Kind::Invalid, OPERATION, error.to_string()))?;
        let request = Request::post(OPERATION, Call::Idempotent, PATH.to_owned(), Some(Bytes::from(body)));
        self.send::<IgnoredAny>(request).await.map(drop)
    }
}
