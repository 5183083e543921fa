//! The CORS rules of a storage account's Blob service: what Encord's pages need, and how to add it without touching what
//! others put there.
//!
//! Source: Microsoft, "Cross-Origin Resource Sharing (CORS) support for Azure Storage" (five rules, evaluated in order, 64
//! origins a rule, 2 KiB in all); Encord's guide to its Azure integration (origins, methods, headers, age).

/// The most rules that a service holds.
pub const MOST_RULES: usize = 5;
/// What Encord's pages ask with.
pub const METHODS: [&str; 4] = ["GET", "POST", "OPTIONS", "PUT"];
/// How long a browser may remember an answer, in seconds.
pub const MAX_AGE: u32 = 3600;

/// One rule, as the service keeps it. `*` stands for everything in origins and headers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rule {
    /// Origins such as `https://app.encord.com`.
    pub origins: Vec<String>,
    /// Methods in capitals.
    pub methods: Vec<String>,
    /// Request headers; a trailing `*` makes a prefix.
    pub allowed_headers: Vec<String>,
    /// Response headers that a page may read.
    pub exposed_headers: Vec<String>,
    /// In seconds.
    pub max_age: u32,
}

/// What a repair would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The rules as they were read.
    pub before: Vec<Rule>,
    /// The rules as they would be; all of `before` that is not Encord's own is in it unchanged.
    pub after: Vec<Rule>,
    /// The origins that the present rules do not serve as needed.
    pub missing: Vec<String>,
}

impl Plan {
    /// Whether everything needed is there already.
    pub fn is_done(&self) -> bool {
        self.missing.is_empty()
    }
}
