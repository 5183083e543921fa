//! Blobs that are read whole over a connection that breaks in the middle.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::TcpListener,
    sync::{Arc, Mutex},
};

use azure_to_encord::azure::{Account, Auth};
use url::Url;

const ETAG: &str = "\"0x8DE1\"";

/// How each request is answered, in turn; the last way goes on.
#[derive(Clone, Copy)]
enum Answer {
    /// What is asked for, but only so many bytes of it, then the connection ends.
    Broken(usize),
    /// What is asked for.
    Whole,
    /// All of the blob, whatever range is asked for, as proxies do.
    FromTheStart,
    /// The blob has changed.
    Changed,
}

/// A blob, and every request for it.
struct Blob {
    account: Account,
    asked: Arc<Mutex<Vec<Asked>>>,
}

/// A request's first byte, and the state of the blob that it insists on.
type Asked = (Option<usize>, Option<String>);

fn serve(content: Vec<u8>, answers: &'static [Answer]) -> Blob {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = Url::parse(&format!("http://{}/acme", listener.local_addr().unwrap())).unwrap();
    let asked = Arc::new(Mutex::new(Vec::new()));
    let noted = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { break };
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
            let head: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let header = |name: &str| {
                let found = head.iter().filter_map(|line| line.split_once(": "));
                found.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
            };
            let range = header("range")
                .map(|range| range.trim_start_matches("bytes=").trim_end_matches('-').parse::<usize>().unwrap());
            let mut noted = noted.lock().unwrap();
            let answer = answers[noted.len().min(answers.len() - 1)];
            noted.push((range, header("if-match")));
            drop(noted);
            let (from, most) = match answer {
                Answer::Broken(most) => (range.unwrap_or(0), most),
                Answer::Whole => (range.unwrap_or(0), usize::MAX),
                Answer::FromTheStart => (0, usize::MAX),
                Answer::Changed => {
                    let _ = stream.write_all(
                        b"HTTP/1.1 412 The condition specified using HTTP conditional header(s) is not met.\r\n\
                          x-ms-error-code: ConditionNotMet\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
                    );
                    continue;
                }
            };
            let part = &content[from..];
            let status = if range.is_some() && from > 0 { "206 Partial Content" } else { "200 OK" };
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\netag: {ETAG}\r\nconnection: close\r\n\r\n",
                part.len()
            );
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&part[..most.min(part.len())]));
        }
    });
    Blob { account: Account::open(&url, &Auth::Anonymous).unwrap(), asked }
}

fn content() -> Vec<u8> {
    (0..700_000_u32).flat_map(u32::to_le_bytes).collect()
}

async fn read(blob: &Blob) -> Result<Vec<u8>, String> {
    let mut read = Vec::new();
    let count = blob.account.download("raw", "a.bin", |bytes| {
        read.extend_from_slice(bytes);
        Ok(())
    });
    let count = count.await.map_err(|error| format!("{error:?}"))?;
    assert_eq!(count, read.len() as u64);
    Ok(read)
}

#[tokio::test]
async fn a_broken_connection_is_taken_up_from_the_last_byte() {
    let blob =
        serve(content(), &[Answer::Broken(300_000), Answer::Broken(0), Answer::Broken(1_000_000), Answer::Whole]);
    assert!(read(&blob).await.unwrap() == content());
    let asked = blob.asked.lock().unwrap();
    let ranges: Vec<_> = asked.iter().map(|(range, _)| *range).collect();
    assert_eq!(ranges, [None, Some(300_000), Some(300_000), Some(1_300_000)]);
    // Never the rest of another blob.
    let conditions: Vec<_> = asked.iter().map(|(_, condition)| condition.as_deref()).collect();
    assert_eq!(conditions, [None, Some(ETAG), Some(ETAG), Some(ETAG)]);
}

#[tokio::test]
async fn what_was_read_already_is_not_read_twice_where_ranges_are_ignored() {
    let blob = serve(content(), &[Answer::Broken(300_000), Answer::FromTheStart]);
    assert!(read(&blob).await.unwrap() == content());
}

#[tokio::test]
async fn a_blob_that_changes_meanwhile_is_an_error() {
    let blob = serve(content(), &[Answer::Broken(300_000), Answer::Changed]);
    let error = read(&blob).await.unwrap_err();
    assert!(error.contains("overwritten while it was being read"), "{error}");
    assert_eq!(blob.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_connection_that_breaks_every_time_ends_in_an_error() {
    let blob = serve(content(), &[Answer::Broken(0)]);
    read(&blob).await.unwrap_err();
    assert_eq!(blob.asked.lock().unwrap().len(), 5);
}
