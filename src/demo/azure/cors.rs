//! The CORS rules of the account, and browsers' questions about them.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;

use super::fault::Fault;

/// The origins, methods and age of Encord's guide to its Azure integration; headers are all allowed and exposed.
const ORIGINS: [&str; 4] =
    ["https://app.encord.com", "https://api.encord.com", "https://app.us.encord.com", "https://api.us.encord.com"];
const METHODS: &str = "GET,POST,OPTIONS,PUT";
const MAX_AGE: &str = "3600";

/// The answer to Get Blob Service Properties.
pub(super) fn service_properties() -> String {
    let origins = ORIGINS.join(",");
    format!(
        "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Cors><CorsRule>\
         <AllowedMethods>{METHODS}</AllowedMethods><AllowedOrigins>{origins}</AllowedOrigins>\
         <AllowedHeaders>*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders>\
         <MaxAgeInSeconds>{MAX_AGE}</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>"
    )
}

/// Answers an OPTIONS request, which needs no credential.
pub(super) fn preflight(request: &HeaderMap) -> Result<Response, Fault> {
    let method = request
        .get(header::ACCESS_CONTROL_REQUEST_METHOD)
        .and_then(|method| method.to_str().ok())
        .filter(|method| METHODS.split(',').any(|allowed| allowed == *method));
    let (Some(origin), Some(method)) = (known_origin(request), method) else {
        return Err(Fault::preflight());
    };
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static(MAX_AGE));
    if let Ok(method) = HeaderValue::from_str(method) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, method);
    }
    if let Some(asked) = request.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, asked.clone());
    }
    Ok(response)
}

/// Adds what lets a page of a known origin read the answer.
pub(super) fn annotate(request: &HeaderMap, response: &mut HeaderMap) {
    let Some(origin) = known_origin(request) else {
        return;
    };
    response.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    response.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    response.insert(header::VARY, HeaderValue::from_static("Origin"));
    // Azure answers a rule of `*` with the names of the headers that it sends.
    let exposed =
        response.keys().map(header::HeaderName::as_str).chain(["content-length", "date"]).collect::<Vec<_>>().join(",");
    if let Ok(exposed) = HeaderValue::from_str(&exposed) {
        response.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
    }
}

fn known_origin(request: &HeaderMap) -> Option<&HeaderValue> {
    request.get(header::ORIGIN).filter(|origin| ORIGINS.iter().any(|known| known.as_bytes() == origin.as_bytes()))
}
