//! What every item is checked for, wherever it comes from. Each check sees one item and nothing else.

mod url;

pub(super) use url::shown as shown_url;
