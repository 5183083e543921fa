//! A Blob service that only lists, as fast as the loopback interface carries it: for measuring, and for what no real service does
//! on demand.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

/// Azure's own choice.
const LARGEST_PAGE: usize = 5000;

/// The blobs that are listed, in the order of the service.
pub(crate) enum Names {
    /// So many, made up by their place: `site-003/cam-07/2026-04-09/run-04/frame_0003784.jpg`.
    MadeUp(usize),
    /// These.
    Given(Vec<String>),
}

/// How the service behaves.
#[derive(Clone, Default)]
pub(crate) struct Manners {
    /// Before the first byte of every answer.
    pub(crate) latency: Duration,
    /// As service versions before 2026-02-06 do.
    pub(crate) ignores_start: bool,
    /// Pages of so many blobs at most; every third page is empty although more follow.
    pub(crate) short_pages: Option<usize>,
    /// What stands in for the names where their order is decided; without it they are in the order of their bytes.
    pub(crate) order: Option<fn(&str) -> String>,
    /// The request of this number, from 1, is refused as Azure refuses a marker that it does not know any more.
    pub(crate) expires: Option<usize>,
    /// Every so many answers one breaks off in the middle.
    pub(crate) breaks: Option<usize>,
    /// Every so many requests one is refused because the service is busy.
    pub(crate) busy: Option<usize>,
    /// Answers before the last page hang from this request on.
    pub(crate) hangs: Option<usize>,
}

/// What was asked for.
#[derive(Default)]
pub(crate) struct Asked {
    /// All requests.
    pub(crate) requests: AtomicUsize,
    /// Those with `startFrom` and for a single blob.
    pub(crate) probes: AtomicUsize,
    /// Those that are under way.
    pub(crate) now: AtomicUsize,
    /// Most at the same time.
    pub(crate) most: AtomicUsize,
}

/// A running service; it ends with the value.
pub(crate) struct Service {
    address: SocketAddr,
    pub(crate) asked: Arc<Asked>,
    ended: Arc<AtomicBool>,
}

struct Shared {
    names: Names,
    manners: Manners,
    asked: Arc<Asked>,
}

impl Service {
    /// Serves any container of any account at `http://ADDRESS/ACCOUNT`.
    pub(crate) fn start(names: Names, manners: Manners) -> Service {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let (asked, ended) = (Arc::new(Asked::default()), Arc::new(AtomicBool::new(false)));
        let shared = Arc::new(Shared { names, manners, asked: Arc::clone(&asked) });
        let stop = Arc::clone(&ended);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if stop.load(Ordering::SeqCst) {
                    break;
                }
                let (Ok(stream), shared) = (stream, Arc::clone(&shared)) else { break };
                std::thread::spawn(move || shared.serve(stream));
            }
        });
        Service { address, asked, ended }
    }

    pub(crate) fn account_url(&self) -> String {
        format!("http://{}/benchaccount", self.address)
    }

    pub(crate) fn requests(&self) -> usize {
        self.asked.requests.load(Ordering::SeqCst)
    }

    pub(crate) fn probes(&self) -> usize {
        self.asked.probes.load(Ordering::SeqCst)
    }

    pub(crate) fn most_at_once(&self) -> usize {
        self.asked.most.load(Ordering::SeqCst)
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
    }
}

impl Names {
    fn len(&self) -> usize {
        match self {
            Names::MadeUp(count) => *count,
            Names::Given(names) => names.len(),
        }
    }

    fn write(&self, place: usize, out: &mut Vec<u8>) {
        match self {
            Names::MadeUp(_) => out.extend_from_slice(made_up(place).as_bytes()),
            Names::Given(names) => out.extend_from_slice(escape(&names[place]).as_bytes()),
        }
    }

    fn name(&self, place: usize) -> String {
        match self {
            Names::MadeUp(_) => made_up(place),
            Names::Given(names) => names[place].clone(),
        }
    }

    /// The place of the first name that is not below this one.
    fn from(&self, name: &str, order: Option<fn(&str) -> String>) -> usize {
        let key = |text: &str| order.map_or_else(|| text.to_owned(), |order| order(text));
        let wanted = key(name);
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = usize::midpoint(low, high);
            if key(&self.name(middle)) < wanted { low = middle + 1 } else { high = middle }
        }
        low
    }
}

/// The name at a place; names ascend with their places.
pub(crate) fn made_up(place: usize) -> String {
    format!(
        "site-{:03}/cam-{:02}/2026-04-{:02}/run-{:02}/frame_{place:08}.jpg",
        place / 100_000,
        place / 10_000 % 10,
        place / 1000 % 10 + 1,
        place / 100 % 10
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

impl Shared {
    fn serve(&self, stream: TcpStream) {
        let _ = stream.set_nodelay(true);
        let Ok(reading) = stream.try_clone() else { return };
        let (mut reader, mut stream) = (BufReader::new(reading), stream);
        let (mut page, mut answer, mut ready) = (Vec::new(), Vec::new(), Ready::default());
        loop {
            let mut request = String::new();
            if reader.read_line(&mut request).unwrap_or(0) == 0 {
                return;
            }
            let mut header = String::new();
            while reader.read_line(&mut header).unwrap_or(0) > 2 {
                header.clear();
            }
            let number = self.asked.requests.fetch_add(1, Ordering::SeqCst) + 1;
            let now = self.asked.now.fetch_add(1, Ordering::SeqCst) + 1;
            self.asked.most.fetch_max(now, Ordering::SeqCst);
            if self.manners.hangs.is_some_and(|from| number >= from) {
                std::thread::sleep(Duration::from_secs(3600));
            }
            std::thread::sleep(self.manners.latency);
            let sent = match self.ready_place(&request) {
                Some(place) => stream.write_all(ready.at(place)).is_ok(),
                None => self.answer(number, &request, &mut page, &mut answer, &mut stream),
            };
            self.asked.now.fetch_sub(1, Ordering::SeqCst);
            if !sent {
                return;
            }
        }
    }

    /// The place from which a page is wanted that may be a ready one.
    fn ready_place(&self, request: &str) -> Option<usize> {
        let Names::MadeUp(count) = self.names else { return None };
        let Manners { ignores_start: _, latency: _, order: None, short_pages, expires, breaks, busy, hangs } =
            self.manners
        else {
            return None;
        };
        let is_well = [short_pages, expires, breaks, busy, hangs].iter().all(Option::is_none);
        let is_special = ["prefix", "startFrom", "maxresults"].iter().any(|key| field(request, key).is_some());
        let place = field(request, "marker").map_or(Some(0), |marker| place_of(&marker))?;
        (is_well && !is_special && place + LARGEST_PAGE < count && count <= MOST_READY).then_some(place)
    }

    fn answer(
        &self,
        number: usize,
        request: &str,
        page: &mut Vec<u8>,
        answer: &mut Vec<u8>,
        stream: &mut TcpStream,
    ) -> bool {
        let field = |key: &str| field(request, key);
        let every = |count: Option<usize>| count.is_some_and(|count| number.is_multiple_of(count));
        if every(self.manners.busy) {
            return stream
                .write_all(b"HTTP/1.1 503 Busy\r\nx-ms-error-code: ServerBusy\r\nContent-Length: 0\r\n\r\n")
                .is_ok();
        }
        if self.manners.expires == Some(number) && field("marker").is_some() {
            let body = "<?xml version=\"1.0\"?><Error><Code>InvalidQueryParameterValue</Code><Message>Value for one of the query \
                parameters specified in the request URI is invalid.</Message></Error>";
            let head = format!(
                "HTTP/1.1 400 Bad\r\nx-ms-error-code: InvalidQueryParameterValue\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            return stream.write_all(head.as_bytes()).is_ok();
        }
        self.page(number, &field, page);
        answer.clear();
        answer.extend_from_slice(HEAD);
        for chunk in page.chunks(CHUNK) {
            put_chunk(answer, chunk);
        }
        if every(self.manners.breaks) {
            let _ = stream.write_all(&answer[..answer.len() / 2]);
            return false;
        }
        answer.extend_from_slice(b"0\r\n\r\n");
        stream.write_all(answer).is_ok()
    }

    fn page(&self, number: usize, field: &impl Fn(&str) -> Option<String>, page: &mut Vec<u8>) {
        let prefix = field("prefix").unwrap_or_default();
        let start = field("startFrom").filter(|_| !self.manners.ignores_start);
        let most = field("maxresults").and_then(|most| most.parse().ok()).unwrap_or(LARGEST_PAGE).min(LARGEST_PAGE);
        if start.is_some() && most == 1 {
            self.asked.probes.fetch_add(1, Ordering::SeqCst);
        }
        let order = self.manners.order;
        let first = match field("marker").and_then(|marker| place_of(&marker)) {
            Some(place) => place,
            None => self.names.from(&prefix, order).max(start.map_or(0, |start| self.names.from(&start, order))),
        };
        let most = match self.manners.short_pages {
            Some(_) if number.is_multiple_of(3) && most > 1 => 0,
            Some(short) => most.min(short),
            None => most,
        };
        page.clear();
        page.extend_from_slice(BEGINNING);
        let mut place = first;
        while place < self.names.len() && place - first < most {
            let before = page.len();
            page.extend_from_slice(BEFORE_A_NAME);
            let name = page.len();
            self.names.write(place, page);
            if !page[name..].starts_with(prefix.as_bytes()) {
                page.truncate(before);
                place = self.names.len();
                break;
            }
            page.extend_from_slice(REST_OF_A_BLOB);
            place += 1;
        }
        page.extend_from_slice(b"</Blobs>");
        if place < self.names.len() {
            let _ = write!(page, "<NextMarker>2!92!{place}</NextMarker>");
        } else {
            page.extend_from_slice(b"<NextMarker />");
        }
        page.extend_from_slice(b"</EnumerationResults>");
    }
}

/// A parameter of a request's query.
fn field(request: &str, key: &str) -> Option<String> {
    let target = request.split(' ').nth(1).unwrap_or_default();
    let query = target.split_once('?').map_or("", |(_, query)| query);
    let found = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='))?;
    Some(percent_encoding::percent_decode_str(found).decode_utf8_lossy().into_owned())
}

/// The place that a marker leads to.
fn place_of(marker: &str) -> Option<usize> {
    marker.rsplit('!').next()?.parse().ok()
}

const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\nx-ms-version: 2026-04-06\r\n\
    Transfer-Encoding: chunked\r\n\r\n";
const CHUNK: usize = 64 * 1024;

/// The length of a chunk in five digits, and the end of its line.
const CHUNK_HEAD: usize = 7;

fn put_chunk(answer: &mut Vec<u8>, chunk: &[u8]) {
    let _ = write!(answer, "{:05x}\r\n", chunk.len());
    answer.extend_from_slice(chunk);
    answer.extend_from_slice(b"\r\n");
}

/// A whole answer with a full page, of which only the names and the marker are written anew for another page. So the service takes
/// next to no time on the processors that it shares with what is measured.
#[derive(Default)]
struct Ready {
    answer: Vec<u8>,
    /// Where each name stands.
    names: Vec<usize>,
    /// Where the marker's place stands.
    marker: usize,
}

/// Places have so many digits.
const DIGITS: usize = 8;
/// Places below this have names of the same length.
const MOST_READY: usize = 100_000_000;

impl Ready {
    /// The answer with the page from this place on, behind which there are more.
    fn at(&mut self, place: usize) -> &[u8] {
        if self.answer.is_empty() {
            self.prepare();
        }
        for (blob, at) in (place..).zip(&self.names) {
            let mut put = |from: usize, digits: usize, mut number: usize| {
                for byte in self.answer[at + from..at + from + digits].iter_mut().rev() {
                    *byte = b'0' + u8::try_from(number % 10).unwrap_or_default();
                    number /= 10;
                }
            };
            // As in `made_up`.
            put(5, 3, blob / 100_000);
            put(13, 2, blob / 10_000 % 10);
            put(24, 2, blob / 1000 % 10 + 1);
            put(31, 2, blob / 100 % 10);
            put(40, DIGITS, blob);
        }
        let marker = format!("{:0DIGITS$}", place + self.names.len());
        self.answer[self.marker..self.marker + DIGITS].copy_from_slice(marker.as_bytes());
        &self.answer
    }

    fn prepare(&mut self) {
        let mut page = Vec::from(BEGINNING);
        self.answer.extend_from_slice(HEAD);
        for place in 0..LARGEST_PAGE {
            page.extend_from_slice(BEFORE_A_NAME);
            self.names.push(self.answer.len() + CHUNK_HEAD + page.len());
            page.extend_from_slice(made_up(place).as_bytes());
            page.extend_from_slice(REST_OF_A_BLOB);
            if page.len() > CHUNK {
                put_chunk(&mut self.answer, &page);
                page.clear();
            }
        }
        page.extend_from_slice(b"</Blobs><NextMarker>2!92!");
        self.marker = self.answer.len() + CHUNK_HEAD + page.len();
        page.extend_from_slice(&[b'0'; DIGITS]);
        page.extend_from_slice(b"</NextMarker></EnumerationResults>");
        put_chunk(&mut self.answer, &page);
        self.answer.extend_from_slice(b"0\r\n\r\n");
    }
}

const BEFORE_A_NAME: &[u8] = b"<Blob><Name>";
const BEGINNING: &[u8] = b"\xef\xbb\xbf<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults \
    ServiceEndpoint=\"http://127.0.0.1/\" ContainerName=\"media\"><MaxResults>5000</MaxResults><Blobs>";

/// As Azure writes it for a block blob, with `include=metadata`.
const REST_OF_A_BLOB: &[u8] = b"</Name><Properties><Creation-Time>Wed, 01 Apr 2026 06:00:00 GMT</Creation-Time>\
    <Last-Modified>Wed, 01 Apr 2026 06:00:00 GMT</Last-Modified><Etag>0x8DEC0DE01234567</Etag>\
    <Content-Length>482133</Content-Length><Content-Type>image/jpeg</Content-Type><Content-Encoding /><Content-Language />\
    <Content-CRC64 /><Content-MD5>1B2M2Y8AsgTpgAmY7PhCfg==</Content-MD5><Cache-Control /><Content-Disposition />\
    <BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier><AccessTierInferred>true</AccessTierInferred>\
    <LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted></Properties>\
    <Metadata /><OrMetadata /></Blob>";
