//! What a browser asks a storage account before it loads a file, and what else can be asked without a credential.

use reqwest::{Method, header};
use time::{OffsetDateTime, format_description::well_known::Rfc2822};
use url::Url;

use crate::{
    azure::{
        account::Account,
        error::{Error, ErrorKind},
        wire::network_cause,
    },
    endpoints::object_url::object_url,
};

/// The answer to a browser's question whether a page may make a request. Source: the Fetch standard, "CORS-preflight fetch".
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// The HTTP status.
    pub status: u16,
    /// Azure's error code, such as `CorsPreflightFailure`.
    pub code: Option<String>,
    /// `Access-Control-Allow-Origin`.
    pub allow_origin: Option<String>,
    /// `Access-Control-Allow-Methods`.
    pub allow_methods: Option<String>,
    /// `Access-Control-Allow-Headers`.
    pub allow_headers: Option<String>,
}

impl Preflight {
    /// Whether a browser would go on to make the request that it asked for.
    pub fn permits(&self, origin: &str, method: &str) -> bool {
        let lists = |field: &Option<String>, wanted: &str| {
            field.as_deref().is_some_and(|list| {
                list.split(',').map(str::trim).any(|part| part == "*" || part.eq_ignore_ascii_case(wanted))
            })
        };
        // Browsers need no permission for these.
        let is_simple = matches!(method, "GET" | "HEAD" | "POST");
        (200..300).contains(&self.status)
            && self.allow_origin.as_deref().is_some_and(|allowed| allowed == "*" || allowed == origin)
            && (is_simple || lists(&self.allow_methods, method))
            && request_headers(method).split(',').all(|wanted| lists(&self.allow_headers, wanted))
    }
}

/// The headers that a page sends and a browser must ask about: parts of a file when it reads, what it is when it writes.
fn request_headers(method: &str) -> &'static str {
    match method {
        "GET" | "HEAD" => "range",
        _ => "content-type,x-ms-blob-type",
    }
}

impl Account {
    /// Asks as a browser does on behalf of a page of this origin. Azure judges by the rules of the service alone, whether there
    /// is such a blob or not.
    ///
    /// # Errors
    /// [`ErrorKind::BadUrl`] for a name that no URL can carry, [`ErrorKind::Unreachable`]; a refusal is no error.
    pub async fn preflight(&self, container: &str, blob: &str, origin: &str, method: &str) -> Result<Preflight, Error> {
        let unusable = |message: String| Error::new(ErrorKind::BadUrl, message, None);
        let url = object_url(self.url.as_str(), container, blob).map_err(|error| unusable(error.to_string()))?;
        let url = Url::parse(&url).map_err(|error| unusable(error.to_string()))?;
        let request = self
            .http
            .request(Method::OPTIONS, url)
            .header(header::ORIGIN, origin)
            .header(header::ACCESS_CONTROL_REQUEST_METHOD, method)
            .header(header::ACCESS_CONTROL_REQUEST_HEADERS, request_headers(method));
        let response = self.send_plain(request).await?;
        let read = |name: &str| response.headers().get(name)?.to_str().ok().map(str::to_owned);
        Ok(Preflight {
            status: response.status().as_u16(),
            code: read("x-ms-error-code"),
            allow_origin: read("access-control-allow-origin"),
            allow_methods: read("access-control-allow-methods"),
            allow_headers: read("access-control-allow-headers"),
        })
    }

    /// What time the service says it is, to the second, by the `Date` of an answer to a request without credential.
    ///
    /// # Errors
    /// [`ErrorKind::Unreachable`]; [`ErrorKind::BadResponse`] where the answer has no date.
    pub async fn server_date(&self) -> Result<OffsetDateTime, Error> {
        let response = self.send_plain(self.http.head(self.url.clone())).await?;
        let date = response.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        date.and_then(|date| OffsetDateTime::parse(date, &Rfc2822).ok())
            .ok_or_else(|| Error::new(ErrorKind::BadResponse, "the answer has no date", None))
    }

    async fn send_plain(&self, request: reqwest::RequestBuilder) -> Result<reqwest::Response, Error> {
        request.send().await.map_err(|error| Error::unreachable(&self.situation(""), &network_cause(&error)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_goes_on_only_if_all_it_asked_for_is_allowed() {
        let origin = "https://app.encord.com";
        let good = Preflight {
            status: 200,
            code: None,
            allow_origin: Some(origin.to_owned()),
            allow_methods: Some("GET, PUT".to_owned()),
            allow_headers: Some("Range,content-type, x-ms-blob-type".to_owned()),
        };
        assert!(good.permits(origin, "GET") && good.permits(origin, "PUT") && good.permits(origin, "POST"));
        assert!(!good.permits(origin, "DELETE") && !good.permits("https://api.encord.com", "GET"));
        let any = |text: &str| Some(text.to_owned());
        let all =
            Preflight { allow_origin: any("*"), allow_methods: any("*"), allow_headers: any("*"), ..good.clone() };
        assert!(all.permits(origin, "PUT"));
        for bad in [
            Preflight { status: 403, ..good.clone() },
            Preflight { allow_origin: None, ..good.clone() },
            Preflight { allow_headers: any("content-type"), ..good.clone() },
            Preflight { allow_headers: None, ..good },
        ] {
            assert!(!bad.permits(origin, "GET"), "{bad:?}");
        }
    }
}
