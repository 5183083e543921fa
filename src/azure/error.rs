//! What can go wrong between this program and a storage account, and what to do about it.

use time::OffsetDateTime;

use crate::azure::{
    Auth,
    hints::hint,
    sas::{Sas, SasFacts, redact},
    xml::{Handler, Tokenizer},
};

/// A failed request, without secrets: signatures are blanked out of every text in it.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{kind}{}", self.detail())]
pub struct Error {
    /// What happened.
    pub kind: ErrorKind,
    /// The service's own explanation, or what the network layer said; one line.
    pub message: Option<String>,
    /// The `x-ms-request-id` of the answer, which Microsoft's support asks for.
    pub request_id: Option<String>,
    hint: Option<String>,
}

/// The kinds of failure that call for different reactions.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ErrorKind {
    /// There is no such container, or the caller may not know that there is (404).
    #[error("container {container:?} was not found")]
    NotFound {
        /// The container's name.
        container: String,
    },
    /// The service knows the caller but refuses, or does not accept the credential (401 or 403, and 409 where anonymous
    /// access is switched off).
    #[error("Azure refused access ({code})")]
    Auth {
        /// The HTTP status.
        status: u16,
        /// Azure's error code, such as `AuthenticationFailed` or `AuthorizationPermissionMismatch`.
        code: String,
    },
    /// No answer came from the host.
    #[error("{host} cannot be reached")]
    Unreachable {
        /// Host, and port where it is not the scheme's own.
        host: String,
    },
    /// Another error of the service. The statuses 408, 429 and 5xx were tried again several times before.
    #[error("Azure answered with an error ({status} {code})")]
    Service {
        /// The HTTP status.
        status: u16,
        /// Azure's error code, or `Unknown` if the answer had none.
        code: String,
    },
    /// The answer could not be understood, or broke off each time it was asked for.
    #[error("the answer could not be understood")]
    BadResponse,
    /// The account URL or the container's name cannot be right; nothing was sent.
    #[error("not a usable address or name")]
    BadUrl,
    /// The token is not a shared access signature; nothing was sent.
    #[error("not a SAS token")]
    BadSas,
    /// The account key or connection string cannot be one; nothing was sent.
    #[error("not a usable account key")]
    BadKey,
    /// None of the ways to sign in with Entra ID gave a token; the storage account was asked nothing.
    #[error("signing in with Entra ID failed")]
    SignIn,
}

/// What the hints are drawn from.
pub(super) struct Situation<'a> {
    pub(super) container: &'a str,
    pub(super) host: &'a str,
    pub(super) secure: bool,
    pub(super) credential: Credential<'a>,
}

/// What a request was signed with.
#[derive(Debug, Clone, Copy)]
pub(super) enum Credential<'a> {
    Anonymous,
    Sas(&'a SasFacts),
    Key,
    Token,
}

impl<'a> Credential<'a> {
    /// What a credential is, with its SAS where it was read as one.
    pub(super) fn of(auth: &Auth, sas: Option<&'a Sas>) -> Credential<'a> {
        match (auth, sas) {
            (Auth::AccountKey { .. }, _) => Credential::Key,
            (Auth::Token(_), _) => Credential::Token,
            (_, Some(sas)) => Credential::Sas(&sas.facts),
            (_, None) => Credential::Anonymous,
        }
    }
}

impl Error {
    /// The likely cause and what to do, where that can be told.
    pub fn hint(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Azure's error code, where there is one.
    pub fn code(&self) -> Option<&str> {
        match &self.kind {
            ErrorKind::Auth { code, .. } | ErrorKind::Service { code, .. } => Some(code),
            ErrorKind::NotFound { .. } => Some("ContainerNotFound"),
            _ => None,
        }
    }

    fn detail(&self) -> String {
        self.message.as_ref().map_or_else(String::new, |message| format!(": {message}"))
    }

    pub(super) fn new(kind: ErrorKind, message: impl AsRef<str>, hint: Option<&str>) -> Error {
        Error { kind, message: Some(redact(message.as_ref())), request_id: None, hint: hint.map(str::to_owned) }
    }

    pub(super) fn unreachable(situation: &Situation<'_>, cause: &str) -> Error {
        let hint = if cause.contains("lookup") || cause.contains("resolve") || cause.contains("name or service") {
            "Check the account name and the endpoint: no such host is known. A private endpoint is only known inside its network."
        } else if cause.contains("InvalidContentType") {
            "This port does not speak https. An emulator on this machine is reached with http://."
        } else {
            "Check the network, a proxy (HTTPS_PROXY) or a firewall in between, and that the endpoint is right."
        };
        let kind = ErrorKind::Unreachable { host: situation.host.to_owned() };
        Error::new(kind, cause, Some(hint))
    }

    /// A refusal to read a blob, although its container could be listed.
    pub(super) fn of_reading(mut self, situation: &Situation<'_>) -> Error {
        match (&self.kind, situation.credential) {
            (ErrorKind::Auth { .. }, Credential::Sas(_)) => {
                self.hint = Some(
                    "The SAS token does not allow reading: make one with Read (sp=…r…) that covers objects.".into(),
                );
            }
            (ErrorKind::Service { code, .. }, _) if code == "BlobArchived" => {
                self.hint = Some("It is in the Archive tier: rehydrate it to Hot or Cool first.".into());
            }
            _ => {}
        }
        self
    }

    pub(super) fn token_over_http() -> Error {
        Error::new(
            ErrorKind::BadUrl,
            "Entra ID tokens go over https only, and the account's address is http",
            Some(
                "Use an https address (Azurite: start it with --oauth basic, --cert and --key), or sign in with a SAS token or the account key.",
            ),
        )
    }

    /// A refusal by an account that trusts only this tenant.
    pub(super) fn of_tenant(mut self, situation: &Situation<'_>, tenant: &str) -> Error {
        if matches!(situation.credential, Credential::Token) {
            self.hint = Some(format!(
                "The account takes tokens of the tenant {tenant} only, and you may be signed in to another one: run az login \
                 --tenant {tenant} and try again."
            ));
        }
        self
    }

    /// Reads the error that a service answered with. `header_code` is `x-ms-error-code`; the body may be empty or of a proxy.
    pub(super) fn answered(
        situation: &Situation<'_>,
        status: u16,
        header_code: Option<&str>,
        request_id: Option<&str>,
        body: &[u8],
    ) -> Error {
        let parsed = ErrorBody::read(body);
        let code = header_code.map(str::to_owned).or(parsed.code).unwrap_or_else(|| "Unknown".to_owned());
        let mut message = parsed.message.as_deref().and_then(|message| message.lines().next()).map(str::to_owned);
        if let (Some(message), Some(detail)) = (&mut message, &parsed.detail) {
            message.push_str(&format!(" ({})", detail.split_whitespace().collect::<Vec<_>>().join(" ")));
        }
        let kind = match (status, code.as_str()) {
            // This is how a container that may not be read anonymously looks to everybody without a credential.
            (404, "ResourceNotFound") if matches!(situation.credential, Credential::Anonymous) => {
                ErrorKind::Auth { status, code: code.clone() }
            }
            (404, "ContainerNotFound" | "ContainerBeingDeleted" | "ResourceNotFound") => {
                ErrorKind::NotFound { container: situation.container.to_owned() }
            }
            (401 | 403, _) | (409, "PublicAccessNotPermitted") => ErrorKind::Auth { status, code: code.clone() },
            _ => ErrorKind::Service { status, code: code.clone() },
        };
        let hint = hint(&kind, &code, situation, OffsetDateTime::now_utc());
        Error {
            kind,
            message: message.map(|message| redact(&message)),
            request_id: request_id.map(str::to_owned),
            hint,
        }
    }
}

/// The elements of Azure's error answer.
#[derive(Default)]
struct ErrorBody {
    open: Vec<Vec<u8>>,
    code: Option<String>,
    message: Option<String>,
    detail: Option<String>,
}

impl ErrorBody {
    fn read(body: &[u8]) -> ErrorBody {
        let mut found = ErrorBody::default();
        // A proxy's page is no reason to fail; the status says enough.
        let _ = Tokenizer::default().feed(body, &mut found);
        found
    }
}

impl Handler for ErrorBody {
    fn open(&mut self, name: &[u8], _attributes: &[u8]) -> Result<bool, &'static str> {
        if self.open.is_empty() && name != b"Error" {
            return Err("not an error of Azure Storage");
        }
        self.open.push(name.to_owned());
        Ok(self.open.len() == 2)
    }

    fn close(&mut self, text: &str) -> Result<(), &'static str> {
        let name = self.open.pop().unwrap_or_default();
        if self.open.len() == 1 {
            let field = match name.as_slice() {
                b"Code" => &mut self.code,
                b"Message" => &mut self.message,
                b"AuthenticationErrorDetail" => &mut self.detail,
                _ => return Ok(()),
            };
            *field = Some(text.to_owned());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;

    const NOT_FITTING: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>AuthenticationFailed</Code>\
        <Message>Server failed to authenticate the request.\nRequestId:1\nTime:2</Message>\
        <AuthenticationErrorDetail>Signature did not match. String to sign was\na\nhttp://h?sig=hidden</AuthenticationErrorDetail></Error>";

    fn refused(token: Option<&str>, status: u16, code: Option<&str>, body: &str) -> Error {
        let sas = token.and_then(|token| Sas::read(&SecretString::from(token.to_owned())));
        let situation = Situation {
            container: "media",
            host: "a.blob.core.windows.net",
            secure: true,
            credential: sas.as_ref().map_or(Credential::Anonymous, |sas| Credential::Sas(&sas.facts)),
        };
        Error::answered(&situation, status, code, Some("req-1"), body.as_bytes())
    }

    #[test]
    fn an_answer_is_told_in_full_but_for_secrets() {
        let error = refused(Some("sp=rl&sig=x"), 403, None, NOT_FITTING);
        assert_eq!(error.code(), Some("AuthenticationFailed"));
        assert_eq!(error.request_id.as_deref(), Some("req-1"));
        assert_eq!(
            error.to_string(),
            "Azure refused access (AuthenticationFailed): Server failed to authenticate the request. \
             (Signature did not match. String to sign was a http://h?sig=REDACTED)"
        );
    }

    #[test]
    fn the_tokens_own_words_explain_a_refusal_best() {
        for (token, word) in [
            ("se=2020-01-01&sp=rl&sig=x", "expired on 2020-01-01"),
            ("st=2990-01-01&sp=rl&sig=x", "valid only from 2990-01-01"),
            ("sp=r&sig=x", "List permission"),
            ("sp=rl&srt=o&sig=x", "does not cover containers"),
            ("sp=rl&srt=co&ss=fq&sig=x", "Blob service"),
            ("sp=rl&sr=b&sig=x", "single blob"),
            ("sp=rl&sr=c&sig=x", "does not fit"),
        ] {
            let error = refused(Some(token), 403, Some("AuthenticationFailed"), "");
            let hint = error.hint().expect("a hint");
            assert!(hint.contains(word), "{token}: {hint}");
        }
    }

    #[test]
    fn every_way_to_sign_in_has_hints_of_its_own() {
        for (credential, status, code, word) in [
            (Credential::Key, 403, "AuthenticationFailed", "another account"),
            (Credential::Key, 403, "AuthorizationFailure", "firewall"),
            (Credential::Key, 403, "KeyBasedAuthenticationNotPermitted", "Entra ID"),
            (Credential::Token, 403, "AuthorizationPermissionMismatch", "Storage Blob Data Reader"),
            (Credential::Token, 403, "AuthorizationFailure", "firewall"),
            (Credential::Token, 401, "InvalidAuthenticationInfo", "another tenant"),
            (Credential::Anonymous, 403, "AuthenticationFailed", "anonymously"),
        ] {
            let situation = Situation { container: "media", host: "a.blob.core.windows.net", secure: true, credential };
            let error = Error::answered(&situation, status, Some(code), None, b"");
            let hint = error.hint().expect("a hint");
            assert!(hint.contains(word), "{code}: {hint}");
        }
        let situation = Situation { container: "media", host: "h", secure: true, credential: Credential::Token };
        let error =
            Error::answered(&situation, 401, Some("InvalidAuthenticationInfo"), None, b"").of_tenant(&situation, "t-1");
        assert!(error.hint().expect("a hint").contains("az login --tenant t-1"));
    }

    #[test]
    fn kinds_follow_from_status_and_code() {
        let kind = |token, status, code| refused(token, status, Some(code), "").kind;
        let container = "media".to_owned();
        assert_eq!(kind(Some("sp=rl&sig=x"), 404, "ContainerNotFound"), ErrorKind::NotFound { container });
        assert!(matches!(kind(None, 404, "ResourceNotFound"), ErrorKind::Auth { status: 404, .. }));
        assert!(matches!(kind(None, 409, "PublicAccessNotPermitted"), ErrorKind::Auth { status: 409, .. }));
        assert!(matches!(kind(None, 503, "ServerBusy"), ErrorKind::Service { status: 503, .. }));
        let proxy = refused(None, 502, None, "<html><body>Bad gateway</body></html>");
        assert_eq!(proxy.kind, ErrorKind::Service { status: 502, code: "Unknown".into() });
    }
}
