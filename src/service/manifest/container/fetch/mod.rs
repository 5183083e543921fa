//! Fetches the pages of a container, several side by side where the service is slower than this machine.
//!
//! Every prefix is a range of names. A long range is cut into parts at names that the service itself told, and each part is listed
//! from its first name on (`startFrom`). That a part begins where the one before it ends is checked twice: here against the order
//! of names, and where the parts are put together, name against name. If in doubt, the whole listing begins anew, one page at a time.

mod range;
mod range_splits;

use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream::FuturesUnordered};
use tokio::sync::mpsc;

use crate::{
    azure::{
        self,
        buffers::{Buffer, Buffers},
        container::{Container, ListQuery},
        error::ErrorKind,
        scan::Edges,
    },
    error::UserError,
    service::manifest::container::{
        fetch::range::{Range, State},
        split_search::SplitSearch,
    },
};

/// Requests under way at the same time.
const MOST_REQUESTS: usize = 16;
/// Pages in memory, each of some 3.5 MB: being received, waiting for a worker, being worked on.
const MOST_PAGES: usize = 4;
/// A page that takes longer is waited for and not worked for.
const SLOW: Duration = Duration::from_millis(40);
/// And it has to take so many times as long as the work on it.
const WAITED_FOR: u32 = 3;
/// A service may answer a question with so many pages without any blob.
const MOST_EMPTY: usize = 50;

/// Why a listing ended early.
#[derive(Debug)]
pub(super) enum FetchError {
    /// It cannot be continued.
    Problem(UserError),
    /// The service refused or failed.
    Service(azure::error::Error),
    /// The parts may not fit together.
    Doubt,
}

impl From<azure::error::Error> for FetchError {
    fn from(error: azure::error::Error) -> FetchError {
        FetchError::Service(error)
    }
}

/// A page on its way to a worker.
#[derive(Debug)]
pub(super) struct Page {
    /// The range that it is of, by the place at which it was found.
    pub(super) range: usize,
    /// Its place in the range.
    pub(super) number: u64,
    /// As it came.
    pub(super) bytes: Buffer,
    /// Its first name is this one, which was seen before.
    pub(super) again: Option<String>,
    /// The first name at or behind this one, and all after it, are another range's.
    pub(super) end: Option<String>,
    /// Whether the range ends with it.
    pub(super) is_last: bool,
}

/// A range was cut: these follow it, in order.
#[derive(Debug)]
pub(super) struct RangeSplit {
    /// The range that is shorter now.
    pub(super) range: usize,
    /// The new ones.
    pub(super) parts: Vec<usize>,
}

/// What the fetching shares with those who work on the pages.
#[derive(Debug, Default)]
pub(super) struct Shared {
    /// Pages that were handed over and are not done.
    pub(super) waiting: AtomicUsize,
    /// Whether names have come out of order, so that nothing may be cut.
    pub(super) is_disordered: AtomicBool,
    /// The microseconds that the last page took a worker.
    pub(super) work: AtomicU64,
}

enum Answer {
    Page {
        range: usize,
        result: Result<(Edges, Buffer), azure::error::Error>,
        took: Duration,
    },
    /// The first name behind a text.
    Name {
        range: usize,
        text: String,
        result: Result<Option<String>, azure::error::Error>,
    },
}

/// Lists ranges and hands their pages over.
pub(super) struct Fetching {
    container: Container,
    like: ListQuery,
    ranges: Vec<Range>,
    under_way: FuturesUnordered<BoxFuture<'static, Answer>>,
    questions: VecDeque<(usize, String)>,
    buffers: Buffers,
    pages: mpsc::Sender<Page>,
    cuts: mpsc::UnboundedSender<RangeSplit>,
    shared: Arc<Shared>,
    may_cut: bool,
    /// Whether the service is slower than this machine.
    is_slow: bool,
    in_vain: usize,
}

impl Fetching {
    /// Prepares to list what begins with these prefixes, none of which begins with another one. `like` says what is to be told of
    /// each blob.
    pub(super) fn new(
        container: Container,
        like: ListQuery,
        prefixes: &[String],
        may_cut: bool,
        shared: Arc<Shared>,
        pages: mpsc::Sender<Page>,
        cuts: mpsc::UnboundedSender<RangeSplit>,
    ) -> Fetching {
        let ranges = prefixes.iter().map(|prefix| Range { prefix: prefix.clone(), ..Range::default() }).collect();
        Fetching {
            container,
            like,
            ranges,
            under_way: FuturesUnordered::new(),
            questions: VecDeque::new(),
            buffers: Buffers::new(MOST_PAGES),
            pages,
            cuts,
            shared,
            may_cut,
            is_slow: false,
            in_vain: 0,
        }
    }

    /// Lists everything.
    ///
    /// # Errors
    /// The service's, or a doubt.
    pub(super) async fn run(mut self) -> Result<(), FetchError> {
        loop {
            self.ask();
            let Some(answer) = self.under_way.next().await else { return Ok(()) };
            match answer {
                Answer::Page { range, result, took } => self.page(range, result, took).await?,
                Answer::Name { range, text, result } => self.name(range, &text, result),
            }
        }
    }

    fn ask(&mut self) {
        let most = if self.is_slow { MOST_REQUESTS } else { 1 };
        while self.under_way.len() < most {
            if let Some((range, text)) = self.questions.pop_front() {
                self.ask_name(range, text);
            } else if let Some(range) = self.ranges.iter().position(|range| range.state == State::Ready) {
                self.ask_page(range);
            } else if let Some(range) = self.worth_cutting() {
                let Range { last, end, nothing_behind, prefix, .. } = &self.ranges[range];
                let high = nothing_behind.as_ref().or(end.as_ref());
                let mut hunt =
                    SplitSearch::new(last.as_deref().unwrap_or_default(), high.map(String::as_str), prefix.len());
                let next = hunt.begin();
                self.ranges[range].hunt = Some(hunt);
                self.hunted(range, next);
            } else {
                break;
            }
        }
    }

    fn ask_page(&mut self, place: usize) {
        let range = &mut self.ranges[place];
        range.state = State::Asked;
        let query = range.query(&self.like);
        let (container, buffers) = (self.container.clone(), self.buffers.clone());
        let asking = async move {
            let began = Instant::now();
            let result = container.fetch_page(&query, &buffers).await;
            Answer::Page { range: place, result, took: began.elapsed() }
        };
        self.under_way.push(asking.boxed());
    }

    fn ask_name(&mut self, range: usize, text: String) {
        let container = self.container.clone();
        let prefix = &self.ranges[range].prefix;
        let mut query = ListQuery {
            prefix: (!prefix.is_empty()).then(|| prefix.clone()),
            start_from: Some(text.clone()),
            max_results: Some(1),
            ..ListQuery::default()
        };
        let asking = async move {
            let buffers = Buffers::new(1);
            let mut result = Ok(None);
            for _ in 0..MOST_EMPTY {
                match container.fetch_page(&query, &buffers).await {
                    Ok((Edges { first: None, marker: Some(marker), .. }, _)) => {
                        query = ListQuery { marker: Some(marker), start_from: None, ..query };
                    }
                    Ok((Edges { first, .. }, _)) => {
                        result = Ok(first);
                        break;
                    }
                    Err(error) => {
                        result = Err(error);
                        break;
                    }
                }
            }
            Answer::Name { range, text, result }
        };
        self.under_way.push(asking.boxed());
    }

    async fn page(
        &mut self,
        place: usize,
        result: Result<(Edges, Buffer), azure::error::Error>,
        took: Duration,
    ) -> Result<(), FetchError> {
        let is_disordered = self.shared.is_disordered.load(Ordering::Relaxed);
        let range = &mut self.ranges[place];
        let (edges, bytes) = match result {
            Ok(found) => found,
            // A marker that is no longer known; the last name is as good where names are in order.
            Err(error)
                if is_unknown_marker(&error) && range.marker.is_some() && range.last.is_some() && !is_disordered =>
            {
                (range.marker, range.resumes, range.state) = (None, true, State::Ready);
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        };
        let begins_at = match (&range.marker, range.resumes) {
            (Some(_), _) => None,
            (None, true) => range.last.as_deref(),
            (None, false) => range.start.as_deref(),
        };
        if let (Some(start), Some(first)) = (begins_at, edges.first.as_deref())
            && first < start
        {
            // The service ignores where it was to begin.
            return Err(FetchError::Doubt);
        }
        let again = range.last.clone().filter(|last| range.marker.is_none() && edges.first.as_ref() == Some(last));
        if again.is_none()
            && let (Some(first), Some(last)) = (&edges.first, &range.last)
            && first <= last
        {
            self.shared.is_disordered.store(true, Ordering::Relaxed);
        }
        let is_last =
            edges.marker.is_none() || matches!((&range.end, &edges.last), (Some(end), Some(last)) if last >= end);
        let page = Page {
            range: place,
            number: range.pages,
            bytes,
            again,
            end: range.end.clone().filter(|_| is_last),
            is_last,
        };
        range.pages += 1;
        range.resumes = false;
        range.marker = edges.marker;
        range.state = if is_last { State::Ended } else { State::Ready };
        if range.first.is_none() {
            range.first = edges.first;
        }
        range.last = edges.last.or(range.last.take());
        let idle = self.shared.waiting.fetch_add(1, Ordering::Relaxed) == 0;
        let work = Duration::from_micros(self.shared.work.load(Ordering::Relaxed));
        self.is_slow |= idle && took >= SLOW && took >= work * WAITED_FOR;
        // The next page is asked for before this one is handed over, which may take until a worker has time.
        self.ask();
        self.pages.send(page).await.map_err(|_| FetchError::Problem(UserError::other("The listing broke off.")))
    }
}

fn is_unknown_marker(error: &azure::error::Error) -> bool {
    matches!(&error.kind, ErrorKind::Service { status: 400, .. })
}
