//! The CORS rules of the account, and browsers' questions about them.
//!
//! The rules of judgement are those of "Cross-Origin Resource Sharing (CORS) support for Azure Storage": the first rule with
//! the origin, compared exactly, and the method is the one that counts, even if it then does not allow the headers.

use std::fmt::Write as _;
use std::sync::{PoisonError, RwLock};

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::Response;
use azure_core::xml::from_xml;
use serde::Deserialize;

use crate::{
    demo::azure::{fault::AzureFault, list::escape},
    endpoints::{
        cors::{MAX_AGE, METHODS, MOST_RULES, Rule},
        region::REGIONS,
    },
};

/// The rule of Encord's guide to its Azure integration.
pub(super) fn encords_rule() -> Rule {
    let all = || vec!["*".to_owned()];
    Rule {
        origins: REGIONS.iter().flat_map(|region| region.origins).map(str::to_owned).collect(),
        methods: METHODS.map(str::to_owned).to_vec(),
        allowed_headers: all(),
        exposed_headers: all(),
        max_age: MAX_AGE,
    }
}

/// The rules that are in force.
pub(super) struct Cors(RwLock<Vec<Rule>>);

#[derive(Deserialize)]
struct Properties {
    #[serde(rename = "Cors")]
    cors: Option<Rules>,
}

#[derive(Deserialize)]
struct Rules {
    #[serde(rename = "CorsRule", default)]
    rules: Vec<WireRule>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct WireRule {
    allowed_origins: String,
    allowed_methods: String,
    allowed_headers: String,
    exposed_headers: String,
    max_age_in_seconds: u32,
}

impl Cors {
    pub(super) fn new(rules: Vec<Rule>) -> Cors {
        Cors(RwLock::new(rules))
    }

    fn with<T>(&self, read: impl FnOnce(&[Rule]) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The answer to Get Blob Service Properties.
    pub(super) fn properties(&self) -> String {
        let mut out =
            String::from("\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Cors>");
        self.with(|rules| {
            for rule in rules {
                let list = |parts: &[String]| escape(&parts.join(",")).into_owned();
                let _ = write!(
                    out,
                    "<CorsRule><AllowedMethods>{}</AllowedMethods><AllowedOrigins>{}</AllowedOrigins>\
                     <AllowedHeaders>{}</AllowedHeaders><ExposedHeaders>{}</ExposedHeaders>\
                     <MaxAgeInSeconds>{}</MaxAgeInSeconds></CorsRule>",
                    list(&rule.methods),
                    list(&rule.origins),
                    list(&rule.allowed_headers),
                    list(&rule.exposed_headers),
                    rule.max_age,
                );
            }
        });
        out.push_str("</Cors></StorageServiceProperties>");
        out
    }

    /// Set Blob Service Properties, of which only the CORS rules exist here; without the element they stay as they are.
    pub(super) fn set_properties(&self, body: &[u8]) -> Result<Response, AzureFault> {
        let properties: Properties = from_xml(body).map_err(|_| AzureFault::document())?;
        if let Some(given) = properties.cors {
            let list = |text: String| match text.is_empty() {
                true => Vec::new(),
                false => text.split(',').map(str::to_owned).collect(),
            };
            let rule = |wire: WireRule| Rule {
                origins: list(wire.allowed_origins),
                methods: list(wire.allowed_methods),
                allowed_headers: list(wire.allowed_headers),
                exposed_headers: list(wire.exposed_headers),
                max_age: wire.max_age_in_seconds,
            };
            let rules: Vec<Rule> = given.rules.into_iter().map(rule).collect();
            if rules.len() > MOST_RULES || rules.iter().any(|rule| rule.origins.is_empty() || rule.methods.is_empty()) {
                return Err(AzureFault::document());
            }
            *self.0.write().unwrap_or_else(PoisonError::into_inner) = rules;
        }
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::ACCEPTED;
        Ok(response)
    }

    /// Answers an OPTIONS request, which needs no credential.
    pub(super) fn preflight(&self, request: &HeaderMap) -> Result<Response, AzureFault> {
        let text = |name| request.get(name).and_then(|value| value.to_str().ok());
        let (Some(origin), Some(method)) = (text(header::ORIGIN), text(header::ACCESS_CONTROL_REQUEST_METHOD)) else {
            return Err(AzureFault::preflight_header());
        };
        let asked = text(header::ACCESS_CONTROL_REQUEST_HEADERS);
        self.with(|rules| {
            let rule = responsible(rules, origin, method).ok_or_else(AzureFault::preflight)?;
            let names = asked.into_iter().flat_map(|asked| asked.split(',')).map(str::trim);
            if !names.filter(|name| !name.is_empty()).all(|name| covers(&rule.allowed_headers, name)) {
                return Err(AzureFault::preflight());
            }
            let mut response = Response::new(Body::empty());
            let headers = response.headers_mut();
            allow_origin(rule, origin, headers);
            put(headers, header::ACCESS_CONTROL_MAX_AGE, &rule.max_age.to_string());
            put(headers, header::ACCESS_CONTROL_ALLOW_METHODS, method);
            if let Some(asked) = asked {
                put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, asked);
            }
            Ok(response)
        })
    }

    /// Adds what lets a page of a known origin read the answer.
    pub(super) fn annotate(&self, method: &Method, request: &HeaderMap, response: &mut HeaderMap) {
        let Some(origin) = request.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()) else {
            return;
        };
        self.with(|rules| {
            let Some(rule) = responsible(rules, origin, method.as_str()) else {
                if !rules.is_empty() {
                    put(response, header::VARY, "Origin");
                }
                return;
            };
            allow_origin(rule, origin, response);
            // Azure answers with the names of the headers that it sends and the rule covers.
            let sent = response.keys().map(header::HeaderName::as_str).chain(["content-length", "date"]);
            let exposed = sent.filter(|name| covers(&rule.exposed_headers, name)).collect::<Vec<_>>().join(",");
            put(response, header::ACCESS_CONTROL_EXPOSE_HEADERS, &exposed);
        });
    }
}

fn responsible<'a>(rules: &'a [Rule], origin: &str, method: &str) -> Option<&'a Rule> {
    let has = |parts: &[String], wanted: &str| parts.iter().any(|part| matches!(part.trim(), p if p == wanted));
    rules.iter().find(|rule| (has(&rule.origins, "*") || has(&rule.origins, origin)) && has(&rule.methods, method))
}

fn covers(rule: &[String], name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    rule.iter().map(|part| part.trim().to_ascii_lowercase()).any(|part| match part.strip_suffix('*') {
        Some(start) => name.starts_with(start),
        None => name == part,
    })
}

fn allow_origin(rule: &Rule, origin: &str, headers: &mut HeaderMap) {
    if rule.origins.iter().any(|part| part.trim() == "*") {
        put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
        return;
    }
    put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    put(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, "true");
    put(headers, header::VARY, "Origin");
}

fn put(headers: &mut HeaderMap, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}
