use crate::azure::page::*;

const HEAD: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults \
    ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\"><Prefix>x &amp; y</Prefix><Blobs>";
const TAIL: &str = "</Blobs><NextMarker /></EnumerationResults>";

fn read(page: &[u8], step: usize) -> Result<(Vec<Blob>, Option<String>), PageError> {
    let mut blobs = Vec::new();
    let mut parser = XmlReader::default();
    for chunk in page.chunks(step) {
        parser.feed(chunk, &mut |blob| blobs.push(blob))?;
    }
    let marker = parser.finish()?;
    Ok((blobs, marker))
}

/// Reads a page whole, byte by byte and in every pair of parts, and insists that all agree.
fn read_every_way(page: &str) -> (Vec<Blob>, Option<String>) {
    let page = page.as_bytes();
    let whole = read(page, page.len()).expect("a readable page");
    for step in [1, 2, 3, 7, 64] {
        assert_eq!(read(page, step).expect("a readable page"), whole, "{step} bytes at a time");
    }
    for cut in 1..page.len() {
        let mut blobs = Vec::new();
        let mut parser = XmlReader::default();
        for part in [&page[..cut], &page[cut..]] {
            parser.feed(part, &mut |blob| blobs.push(blob)).expect("a readable page");
        }
        let marker = parser.finish().expect("a whole page");
        assert_eq!((blobs, marker), whole, "cut at {cut}");
    }
    whole
}

fn only(blob: &str) -> Blob {
    let (mut blobs, marker) = read_every_way(&format!("{HEAD}{blob}{TAIL}"));
    assert_eq!(blobs.len(), 1);
    assert_eq!(marker, None);
    blobs.remove(0)
}

fn named(name_element: &str) -> String {
    let blob = only(&format!(
        "<Blob>{name_element}<Properties><Content-Length>5</Content-Length></Properties><OrMetadata /></Blob>"
    ));
    assert_eq!(blob.size, 5);
    blob.name
}

#[test]
fn names_come_out_exactly_as_stored() {
    for (element, name) in [
        ("<Name>dir/plain.jpg</Name>", "dir/plain.jpg"),
        ("<Name>a//b.jpg</Name>", "a//b.jpg"),
        ("<Name>a/./b.jpg</Name>", "a/./b.jpg"),
        ("<Name>a/../b.jpg</Name>", "a/../b.jpg"),
        ("<Name>folder/</Name>", "folder/"),
        ("<Name>/leading.jpg</Name>", "/leading.jpg"),
        ("<Name> leading.jpg</Name>", " leading.jpg"),
        ("<Name>trailing </Name>", "trailing "),
        ("<Name>a &amp; b &lt;c&gt; &quot;d&quot; &apos;e&apos;.jpg</Name>", "a & b <c> \"d\" 'e'.jpg"),
        ("<Name>a&#233;&#x1F600;&#x20;b.jpg</Name>", "aé😀 b.jpg"),
        ("<Name>100%25 %20 +.jpg</Name>", "100%25 %20 +.jpg"),
        ("<Name Encoded=\"true\">a%EF%BF%BEb%25.jpg</Name>", "a\u{fffe}b%.jpg"),
        ("<Name Encoded='true'>a%01.jpg</Name>", "a\u{1}.jpg"),
        ("<Name Encoded=\"false\">a%01.jpg</Name>", "a%01.jpg"),
        ("<Name>Ärger/日本語.jpg</Name>", "Ärger/日本語.jpg"),
        ("<Name>A\u{308}rger.jpg</Name>", "A\u{308}rger.jpg"),
        ("<Name>a\\b.jpg</Name>", "a\\b.jpg"),
        ("<Name>a*b?.jpg</Name>", "a*b?.jpg"),
        ("<Name>a<![CDATA[&amp;<b>]]>c</Name>", "a&amp;<b>c"),
        ("<Name>a<!-- > \" -->b</Name>", "ab"),
    ] {
        assert_eq!(named(element), name, "{element}");
    }
}

#[test]
fn a_metadata_key_may_have_any_name() {
    let blob = only(
        "<Blob><Name>right.jpg</Name><Properties><Content-Length>8</Content-Length></Properties><Metadata>\
         <Name>wrong</Name><Blob>x</Blob><Blobs><Blob><Name>worse</Name></Blob></Blobs><Content-Length>9</Content-Length>\
         <NextMarker>m</NextMarker></Metadata></Blob>",
    );
    assert_eq!((blob.name.as_str(), blob.size), ("right.jpg", 8));
}

#[test]
fn properties_are_read() {
    let blob = only(
        "<Blob><Name>a.mp4</Name><VersionId>1</VersionId><Properties><Creation-Time>t</Creation-Time>\
         <Last-Modified>Sun, 22 Nov 2026 10:00:00 GMT</Last-Modified><Etag>0x8D</Etag>\
         <Content-Length>18446744073709551615</Content-Length><Content-Type>video/mp4; a=&quot;b&quot;</Content-Type>\
         <Content-Encoding /><Content-MD5 /><BlobType>BlockBlob</BlobType><AccessTier>Archive</AccessTier>\
         <ArchiveStatus>rehydrate-pending-to-hot</ArchiveStatus></Properties><Metadata /><OrMetadata /></Blob>",
    );
    assert_eq!(
        blob,
        Blob {
            name: "a.mp4".into(),
            size: u64::MAX,
            content_type: Some("video/mp4; a=\"b\"".into()),
            tier: Some("Archive".into()),
            archive_status: Some("rehydrate-pending-to-hot".into()),
            is_folder: false,
            etag: Some("0x8D".into()),
            last_modified: Some("Sun, 22 Nov 2026 10:00:00 GMT".into()),
            metadata: Vec::new(),
            tags: Vec::new(),
        }
    );
}

#[test]
fn metadata_headers_are_read_where_they_are_asked_for_and_tags_where_they_are_told() {
    let page = format!(
        "{HEAD}<Blob><Name>a.jpg</Name><Properties/><Metadata><Site>Leeds &amp; York</Site><camera />\
         <Note Encoded=\"true\">caf%C3%A9</Note><Name>n</Name><Hdi_isfolder>false</Hdi_isfolder><AzCopyTime>9</AzCopyTime>\
         <x-ms-invalid-name>b c</x-ms-invalid-name></Metadata><Tags><TagSet><Tag><Key>split</Key><Value>train</Value></Tag>\
         <Tag><Key>a b</Key><Value></Value></Tag></TagSet></Tags><OrMetadata /></Blob><Blob><Name>b.jpg</Name></Blob>{TAIL}"
    );
    let texts = |pairs: &[(&str, &str)]| {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect::<Vec<_>>()
    };
    let tags = texts(&[("split", "train"), ("a b", "")]);
    let (plain, _) = read_every_way(&page);
    assert_eq!((plain[0].metadata.len(), &plain[0].tags), (0, &tags));
    for step in [1, 5, page.len()] {
        let mut blobs = Vec::new();
        let mut parser = XmlReader::with_metadata();
        for chunk in page.as_bytes().chunks(step) {
            parser.feed(chunk, &mut |blob| blobs.push(blob)).expect("a readable page");
        }
        parser.finish().expect("a whole page");
        let metadata = texts(&[("Site", "Leeds & York"), ("camera", ""), ("Note", "café"), ("Name", "n")]);
        assert_eq!((&blobs[0].metadata, &blobs[0].tags, blobs[0].is_folder), (&metadata, &tags, false));
        assert_eq!(blobs[1], Blob { name: "b.jpg".into(), ..Blob::default() });
    }
}

#[test]
fn an_empty_blob_without_checksum_is_a_blob() {
    let blob =
        only("<Blob><Name>e</Name><Properties><Content-Length>0</Content-Length><Content-MD5/></Properties></Blob>");
    assert_eq!((blob.name.as_str(), blob.size, blob.content_type), ("e", 0, None));
}

#[test]
fn both_kinds_of_folder_are_told_from_files() {
    let directory = "<Blob><Name>d</Name><Properties><ResourceType>directory</ResourceType>\
        <Content-Length>0</Content-Length></Properties></Blob>";
    assert!(only(directory).is_folder);
    let marker = "<Blob><Name>d/</Name><Properties/><Metadata><Hdi_isfolder>true</Hdi_isfolder></Metadata></Blob>";
    assert!(only(marker).is_folder);
    let file = "<Blob><Name>f</Name><Properties><ResourceType>file</ResourceType></Properties><Metadata>\
        <hdi_isfolder>false</hdi_isfolder></Metadata></Blob>";
    assert!(!only(file).is_folder);
}

#[test]
fn the_marker_and_the_order_of_the_blobs_are_kept() {
    let (blobs, marker) = read_every_way(
        "<EnumerationResults><Blobs><BlobPrefix><Name>sub/</Name></BlobPrefix><Blob><Name>b</Name></Blob>\
         <Blob><Name>a</Name></Blob></Blobs><NextMarker>2!68!a&amp;b</NextMarker></EnumerationResults>\n",
    );
    let names: Vec<_> = blobs.iter().map(|blob| blob.name.as_str()).collect();
    assert_eq!(names, ["b", "a"]);
    assert_eq!(marker.as_deref(), Some("2!68!a&b"));
}

#[test]
fn a_page_cut_anywhere_is_truncated() {
    let page = format!("{HEAD}<Blob><Name>a&amp;b</Name></Blob>{TAIL}");
    for cut in 0..page.len() {
        let found = read(&page.as_bytes()[..cut], 4096);
        assert_eq!(found, Err(PageError::Truncated), "cut at {cut}");
    }
}

#[test]
fn what_is_no_list_of_blobs_is_refused() {
    for page in [
        "<html><body>proxy</body></html>",
        "<!DOCTYPE html><html></html>",
        "</EnumerationResults>",
        "<EnumerationResults></EnumerationResults><EnumerationResults/>",
        "<EnumerationResults><Blobs><Blob></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name>a&nbsp;</Name></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name>a&amp</Name></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name Encoded=\"true\">%FF</Name></Blob></Blobs></EnumerationResults>",
        "<EnumerationResults><Blobs><Blob><Name>a</Name><Properties><Content-Length>-1</Content-Length>",
    ] {
        let found = read(page.as_bytes(), 5);
        assert!(matches!(found, Err(PageError::Malformed(_))), "{page}: {found:?}");
    }
    let not_text = b"<EnumerationResults><Blobs><Blob><Name>\xff</Name>";
    assert!(matches!(read(not_text, 5), Err(PageError::Malformed(_))));
}

#[test]
fn memory_is_bounded() {
    let mut parser = XmlReader::default();
    let mut sink = |_| {};
    parser.feed(b"<EnumerationResults><Blobs><Blob><Name>", &mut sink).expect("a fine beginning");
    let chunk = vec![b'a'; 64 * 1024];
    let failed = (0..64).any(|_| parser.feed(&chunk, &mut sink).is_err());
    assert!(failed, "four million bytes of name were kept");
}

proptest::proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn any_name_survives(name in "\\PC{1,40}", step in 1usize..50) {
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let page = format!("{HEAD}<Blob><Name>{escaped}</Name></Blob>{TAIL}");
        let (blobs, _) = read(page.as_bytes(), step).expect("a readable page");
        proptest::prop_assert_eq!(&blobs[0].name, &name);
    }
}
