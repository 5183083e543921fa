//! The error bodies of the service: `{"message": …}` for most, FastAPI's `{"detail": …}` for what its framework refuses.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// A refused request: the status and the JSON body that says why.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    body: Value,
}

/// One entry of a 422 answer: where in the request the fault is, and what it is.
#[derive(Debug)]
pub(super) struct Complaint {
    pub(super) loc: Vec<Value>,
    pub(super) msg: String,
    pub(super) kind: &'static str,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self { status, body: json!({ "message": message.into() }) }
    }

    pub(super) fn bad_request(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn unauthorized(message: impl Into<String>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, message)
    }

    /// Encord answers 403 for what does not exist too, so that ids cannot be probed.
    pub(super) fn forbidden(what: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, format!("You are not authorised to access this {what}, or it does not exist."))
    }

    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    pub(super) fn invalid(complaints: Vec<Complaint>) -> Self {
        let detail: Vec<Value> =
            complaints.into_iter().map(|c| json!({ "loc": c.loc, "msg": c.msg, "type": c.kind })).collect();
        Self { status: StatusCode::UNPROCESSABLE_ENTITY, body: json!({ "detail": detail }) }
    }

    /// A fault in one parameter of the path or the query (`place` is `path` or `query`).
    pub(super) fn parameter(place: &str, name: &str, msg: impl Into<String>, kind: &'static str) -> Self {
        Self::invalid(vec![Complaint { loc: vec![json!(place), json!(name)], msg: msg.into(), kind }])
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

/// The answer to an unknown path, as the framework of the real service words it.
pub(super) async fn unknown_route() -> Response {
    (StatusCode::NOT_FOUND, Json(json!({ "detail": "Not Found" }))).into_response()
}

/// The answer to a known path with the wrong method.
pub(super) async fn wrong_method() -> Response {
    (StatusCode::METHOD_NOT_ALLOWED, Json(json!({ "detail": "Method Not Allowed" }))).into_response()
}
