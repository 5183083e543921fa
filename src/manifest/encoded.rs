//! An item as JSON in the form in which it is kept: the element of Encord's file form, and where that does not say everything of it
//! but its size, also whole.

use serde::Serialize;
use serde_json::{Map, Value};

use crate::manifest::{data_items, file_form, item::Item, kind::Kind, simple_item::SimpleItem};

/// Adds the item as [`file_form::element`], and to `whole` as `serde_json` writes it; nothing there if the element says
/// everything but the size.
///
/// # Errors
/// None in practice: everything in an item can be written as JSON.
pub(crate) fn put_item(item: &Item, whole: &mut Vec<u8>, element: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    // Every field is named, so that none that is added later is forgotten here.
    let Item { kind, title, urls, client_metadata, media, frames, scene, settings, bytes: _, etag, provenance } = item;
    let is_plain = !kind.is_group()
        && *kind != Kind::Scene
        && media.is_none()
        && frames.is_empty()
        && scene.is_none()
        && settings.is_none()
        && etag.is_none()
        && provenance.is_none();
    let ([url], true) = (urls.as_slice(), is_plain) else {
        serde_json::to_writer(whole, item)?;
        return serde_json::to_writer(element, &file_form::element(item));
    };
    put_beginning(title, url, element);
    if !client_metadata.is_empty() {
        element.extend_from_slice(METADATA);
        put_object(element, client_metadata);
    }
    element.push(b'}');
    Ok(())
}

/// By no more than this is an element of a job's request longer than the same item in the file form, with the comma: the type that
/// Encord is told, and metadata even where there is none.
const JOB_EXTRA: usize = 64;

/// How long an item is in the request of a job, with the comma, where it takes so many bytes in the file form; a little too much
/// rather than too little.
pub(crate) fn job_bytes(item: &Item, element: usize) -> u64 {
    // The frames of a group are said quite differently, and only there with what is known of them.
    let length = match item.kind.is_group() {
        true => written_length(&data_items::element(item)),
        false => element,
    };
    (length + JOB_EXTRA) as u64
}

/// The same for an item that was not made whole.
pub(crate) fn plain_job_bytes(element: usize) -> u64 {
    (element + JOB_EXTRA) as u64
}

fn written_length(value: &Value) -> usize {
    struct Count(usize);
    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let mut count = Count(0);
    // Counting never fails, and any value can be written.
    let _ = serde_json::to_writer(&mut count, value);
    count.0
}

/// Adds an item that was not made whole.
pub(crate) fn put_plain(plain: &SimpleItem<'_>, element: &mut Vec<u8>) {
    put_beginning(plain.title, plain.url, element);
    element.extend_from_slice(METADATA);
    let before = element.len();
    plain.put_metadata(element);
    if element.len() == before {
        element.truncate(before - METADATA.len());
    }
    element.push(b'}');
}

fn put_beginning(title: &str, url: &str, element: &mut Vec<u8>) {
    element.extend_from_slice(b"{\"objectUrl\":");
    put_text(element, url);
    if !title.is_empty() {
        element.extend_from_slice(b",\"title\":");
        put_text(element, title);
    }
}

/// What stands before an item's metadata.
const METADATA: &[u8] = b",\"clientMetadata\":";

/// Adds a text in quotation marks.
pub(super) fn put_text(out: &mut Vec<u8>, text: &str) {
    if is_verbatim(text.as_bytes()) {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        put_json(out, text);
    }
}

/// Adds any value.
pub(super) fn put_value(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => put_text(out, text),
        other => put_json(out, other),
    }
}

fn put_json<T: Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    // Texts, numbers and what is made of them can always be written, and memory takes what is written.
    let _ = serde_json::to_writer(out, value);
}

/// Whether JSON writes a text as it is. Looks at all bytes of a block without a branch, which compilers turn into wide instructions.
fn is_verbatim(bytes: &[u8]) -> bool {
    let is_plain = |byte: u8| (byte >= 0x20) & (byte != b'"') & (byte != b'\\');
    let are_plain = |block: &[u8]| block.iter().fold(true, |plain, byte| plain & is_plain(*byte));
    let (blocks, rest) = bytes.as_chunks::<16>();
    blocks.iter().all(|block| are_plain(block)) && are_plain(rest)
}

fn put_object(out: &mut Vec<u8>, object: &Map<String, Value>) {
    let mut before = b'{';
    for (key, value) in object {
        out.push(before);
        before = b',';
        put_text(out, key);
        out.push(b':');
        put_value(out, value);
    }
    if before == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::media::Media;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(item: &Item) {
        let (mut line, mut element) = (b"before".to_vec(), b"before".to_vec());
        put_item(item, &mut line, &mut element).unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        if line.len() > 6 {
            assert_eq!(text(&line[6..]), serde_json::to_string(item).unwrap());
        }
        assert_eq!(text(&element[6..]), file_form::element(item).to_string());
        let (sent, told) = (data_items::element(item).to_string().len() as u64 + 1, job_bytes(item, element.len() - 6));
        assert!((sent..=sent + JOB_EXTRA as u64).contains(&told), "{told} for {sent}: {item:?}");
    }

    #[test]
    fn every_kind_is_written_as_serde_writes_it() {
        for kind in Kind::ALL {
            for urls in [vec!["https://u/a.pcd".to_owned()], vec!["https://u/1".into(), "https://u/2".into()]] {
                let mut item = Item::new(kind, "t", urls);
                check(&item);
                item.client_metadata = json!({"a": {}, "b": [1, null], "": "x"}).as_object().unwrap().clone();
                item.media = Some(Media::Pdf { file_size: 7, num_pages: 1 });
                check(&item);
                item.title.clear();
                item.settings = Some(json!({"channels": {}}));
                item.scene = Some(json!("https://u/a.pcd"));
                check(&item);
            }
        }
    }

    proptest! {
        #![proptest_config(crate::seeds::cases(256))]

        #[test]
        fn any_text_is_written_as_serde_writes_it(title in "\\PC{0,50}|.{0,50}", key in ".{0,5}", text in "[a\"\\\\\u{0}-\u{20}é]{0,70}") {
            let mut item = Item::new(Kind::Image, title, vec![text.clone()]);
            item.client_metadata.insert(key, text.into());
            item.client_metadata.insert("number".into(), json!(1.5));
            check(&item);
        }
    }
}
