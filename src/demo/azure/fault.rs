//! Errors in Azure Storage's words.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::demo::azure::list::escape;

/// An answer that is an error: status, code and message of "Status and error codes" in Azure's REST reference.
#[derive(Debug)]
pub(super) struct AzureFault {
    status: StatusCode,
    pub(super) code: &'static str,
    message: &'static str,
    detail: Option<String>,
}

macro_rules! faults {
    ($($name:ident = $status:ident, $code:literal, $message:literal;)*) => {
        impl AzureFault {
            $(pub(super) fn $name() -> AzureFault {
                AzureFault { status: StatusCode::$status, code: $code, message: $message, detail: None }
            })*
        }
    };
}

faults! {
    anonymous = CONFLICT, "PublicAccessNotPermitted", "Public access is not permitted on this storage account.";
    unauthenticated = FORBIDDEN, "AuthenticationFailed",
        "Server failed to authenticate the request. Make sure the value of Authorization header is formed correctly including the signature.";
    permission = FORBIDDEN, "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.";
    resource_type = FORBIDDEN, "AuthorizationResourceTypeMismatch",
        "This request is not authorized to perform this operation using this resource type.";
    service = FORBIDDEN, "AuthorizationServiceMismatch",
        "This request is not authorized to perform this operation using this service.";
    protocol = FORBIDDEN, "AuthorizationProtocolMismatch",
        "This request is not authorized to perform this operation using this protocol.";
    resource_not_found = NOT_FOUND, "ResourceNotFound", "The specified resource does not exist.";
    container_not_found = NOT_FOUND, "ContainerNotFound", "The specified container does not exist.";
    blob_not_found = NOT_FOUND, "BlobNotFound", "The specified blob does not exist.";
    archived = CONFLICT, "BlobArchived", "This operation is not permitted on an archived blob.";
    range = RANGE_NOT_SATISFIABLE, "InvalidRange", "The range specified is invalid for the current size of the resource.";
    query_value = BAD_REQUEST, "InvalidQueryParameterValue",
        "Value for one of the query parameters specified in the request URI is invalid.";
    query_range = BAD_REQUEST, "OutOfRangeQueryParameterValue",
        "One of the query parameters specified in the request URI is outside the permissible range.";
    document = BAD_REQUEST, "InvalidXmlDocument", "XML specified is not syntactically valid.";
    preflight_header = BAD_REQUEST, "InvalidHeaderValue", "A required CORS header is not present.";
    uri = BAD_REQUEST, "InvalidUri", "The requested URI does not represent any resource on the server.";
    verb = METHOD_NOT_ALLOWED, "UnsupportedHttpVerb", "The resource doesn't support the specified HTTP verb.";
    preflight = FORBIDDEN, "CorsPreflightFailure",
        "CORS not enabled or no matching rule found for this request.";
}

impl AzureFault {
    /// Adds the `AuthenticationErrorDetail`.
    pub(super) fn because(mut self, detail: String) -> AzureFault {
        self.detail = Some(detail);
        self
    }

    /// A HEAD request gets the code in the header only.
    pub(super) fn into_response(self, request_id: &str, with_body: bool) -> Response {
        let body = if with_body {
            let detail = self.detail.map_or_else(String::new, |detail| {
                format!("<AuthenticationErrorDetail>{}</AuthenticationErrorDetail>", escape(&detail))
            });
            let (code, message) = (self.code, escape(self.message));
            Body::from(format!(
                "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code><Message>{message}\n\
                 RequestId:{request_id}</Message>{detail}</Error>"
            ))
        } else {
            Body::empty()
        };
        let mut response = Response::new(body);
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert("x-ms-error-code", HeaderValue::from_static(self.code));
        if with_body {
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        }
        response
    }
}
