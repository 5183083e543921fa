//! Some names of a container, and how far they were listed.

use crate::{
    azure::container::ListQuery,
    service::manifest::container::{names::progress, split_search::SplitSearch},
};

/// Some names of the container that are listed one page after the other.
#[derive(Debug, Default)]
pub(super) struct Range {
    pub(super) prefix: String,
    /// The name at which it begins, if it was cut off another one.
    pub(super) start: Option<String>,
    /// The name that begins the next one.
    pub(super) end: Option<String>,
    /// Behind this there is nothing more of it.
    pub(super) nothing_behind: Option<String>,
    pub(super) marker: Option<String>,
    /// Its first name.
    pub(super) first: Option<String>,
    /// The last name that was fetched.
    pub(super) last: Option<String>,
    /// Whether it goes on from its last name because its marker is no longer known.
    pub(super) resumes: bool,
    pub(super) pages: u64,
    pub(super) state: State,
    pub(super) hunt: Option<SplitSearch>,
    /// Whether a search found nothing.
    pub(super) in_vain: bool,
}

#[derive(Debug, Default, PartialEq, Eq, Clone, Copy)]
pub(super) enum State {
    #[default]
    Ready,
    Asked,
    Ended,
}

impl Range {
    pub(super) fn query(&self, like: &ListQuery) -> ListQuery {
        let start_from = match (&self.marker, self.resumes) {
            (Some(_), _) => None,
            (None, true) => self.last.clone(),
            (None, false) => self.start.clone(),
        };
        let prefix = (!self.prefix.is_empty()).then(|| self.prefix.clone());
        ListQuery { prefix, marker: self.marker.clone(), start_from, ..like.clone() }
    }

    /// A guess at how many pages are ahead.
    #[expect(clippy::cast_precision_loss, reason = "a guess")]
    pub(super) fn ahead(&self) -> f64 {
        let end = self.nothing_behind.as_ref().or(self.end.as_ref());
        match (&self.first, &self.last, end) {
            (Some(first), Some(last), Some(end)) => {
                let done = progress(first, last, end).max(0.01);
                self.pages as f64 * (1.0 - done) / done
            }
            (_, Some(_), None) => f64::INFINITY,
            _ => 0.0,
        }
    }
}
