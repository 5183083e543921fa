//! The layers around the routes: authentication of each known one, and the trace header of every answer.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use secrecy::ExposeSecret as _;
use time::OffsetDateTime;

use crate::demo::encord::{
    error::ApiError,
    faults::ClockAhead,
    shared::{Shared, locked},
    signature::{self, Signed},
};

/// The largest body taken, in bytes. Registrations are the only large ones.
const LARGEST_BODY: usize = 256 * 1024 * 1024;
const TRACE: &str = "x-cloud-trace-context";

pub(super) async fn authenticate(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST_BODY).await else {
        let message = format!("The request body is larger than {LARGEST_BODY} bytes");
        return ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, message).into_response();
    };
    let verdict = match parts.headers.get(AUTHORIZATION) {
        Some(value) => {
            let token = value.to_str().ok().and_then(|value| value.strip_prefix("Bearer "));
            let known =
                token.is_some_and(|token| locked(&shared.tokens).iter().any(|one| one.expose_secret() == token));
            if known { Ok(()) } else { Err("The bearer token is not known to this service.".to_owned()) }
        }
        None if parts.headers.contains_key("signature") || parts.headers.contains_key("signature-input") => {
            let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
            let signed = Signed { method: parts.method.as_str(), target, headers: &parts.headers, body: &bytes };
            let ahead = parts.extensions.get::<ClockAhead>().map_or(0, |clock| clock.0);
            signature::verify(&signed, &shared.keys, OffsetDateTime::now_utc().unix_timestamp() + ahead)
        }
        None => Err("The request is neither signed nor does it carry a bearer token.".to_owned()),
    };
    match verdict {
        Ok(()) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(reason) => ApiError::unauthorized(reason).into_response(),
    }
}

/// Sends the trace context of the request back, so that both sides log the same id.
pub(super) async fn trace(request: Request, next: Next) -> Response {
    let context = request.headers().get(TRACE).cloned();
    let mut response = next.run(request).await;
    if let Some(context) = context {
        response.headers_mut().insert(TRACE, context);
    }
    response
}
