//! Who the caller is, and which integrations there are.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::demo::encord::{
    error::ApiError,
    query::Query,
    shared::{Shared, locked},
    store::USER,
};

pub(super) async fn current_user() -> Json<Value> {
    Json(json!({ "userEmail": USER, "userHash": "demo-user" }))
}

/// Mints a token when none was configured.
pub(super) async fn bearer_token(State(shared): State<Arc<Shared>>) -> Json<Value> {
    let mut tokens = locked(&shared.tokens);
    if tokens.is_empty() {
        tokens.push(SecretString::from(Uuid::new_v4().simple().to_string()));
    }
    Json(json!({ "token": tokens.first().map(ExposeSecret::expose_secret) }))
}

/// Both filters must match where both are given.
pub(super) async fn integrations(State(shared): State<Arc<Shared>>, query: Query) -> Result<Json<Value>, ApiError> {
    let uuids = query.uuids("filterIntegrationUuids")?;
    let titles: Vec<&str> = query.all("filterIntegrationTitles").collect();
    query.flag("includeOrgAccess")?;
    let found: Vec<Value> = locked(&shared.integrations)
        .iter()
        .filter(|integration| uuids.is_empty() || uuids.contains(&integration.uuid))
        .filter(|integration| titles.is_empty() || titles.contains(&integration.title.as_str()))
        .map(|integration| json!({ "integrationUuid": integration.uuid, "title": integration.title }))
        .collect();
    Ok(Json(json!({ "result": found })))
}
