use crate::azure::{page::Blob, scan::*};

/// What the reader of any XML makes of a page.
fn read_slowly(page: &[u8]) -> Result<(Vec<Blob>, Option<String>), PageError> {
    let mut blobs = Vec::new();
    let mut reader = XmlReader::with_metadata();
    reader.feed(page, &mut |blob| blobs.push(blob))?;
    Ok((blobs, reader.finish()?))
}

fn read(page: &[u8]) -> Result<(Vec<Blob>, Option<String>), PageError> {
    let mut blobs = Vec::new();
    let marker = XmlPage { metadata: true }.read(page, &mut |listed| blobs.push(Blob::from(listed)))?;
    Ok((blobs, marker))
}

fn scanned(page: &[u8]) -> bool {
    Scanner::new(page, 0, true).page(&mut |_| {}).is_some()
}

/// Insists that both readers agree, and tells whether the scanner could read it alone.
fn both(page: &[u8]) -> bool {
    let slow = read_slowly(page);
    assert_eq!(read(page), slow, "{}", String::from_utf8_lossy(page));
    if let Ok((blobs, marker)) = slow {
        let edges = XmlPage::default().edges(page).expect("a readable page");
        assert_eq!(edges.first.as_ref(), blobs.first().map(|blob| &blob.name));
        assert_eq!(edges.last.as_ref(), blobs.last().map(|blob| &blob.name));
        assert_eq!(edges.marker, marker);
    }
    scanned(page)
}

const PAGE: &str = "\u{feff}<?xml version=\"1.0\" encoding=\"utf-8\"?><EnumerationResults \
    ServiceEndpoint=\"https://a.blob.core.windows.net/\" ContainerName=\"c\"><Prefix>x &amp; y</Prefix><Blobs>\
    <Blob><Name>a &amp; é.jpg</Name><VersionId>1</VersionId><Properties><Creation-Time>t</Creation-Time>\
    <Last-Modified>Sun, 22 Nov 2026 10:00:00 GMT</Last-Modified><Etag>0x8D</Etag><Content-Length>7</Content-Length>\
    <Content-Type>video/mp4; a=&quot;b&quot;</Content-Type><Content-Encoding /><Content-MD5/><AccessTier>Hot</AccessTier>\
    </Properties><Metadata><Name>wrong</Name><hdi_isfolder>true</hdi_isfolder></Metadata>\
    <Tags><TagSet><Tag><Key>k</Key><Value>v &lt; w</Value></Tag></TagSet></Tags><OrMetadata /></Blob>\
    <Blob><Name Encoded=\"true\">a%EF%BF%BEb%25.jpg</Name><Properties><ResourceType>directory</ResourceType>\
    </Properties></Blob></Blobs><NextMarker>2!68!a&amp;b</NextMarker></EnumerationResults>";

#[test]
fn azures_own_shape_is_scanned_and_means_what_it_means_as_xml() {
    assert!(both(PAGE.as_bytes()));
    assert!(both(b"<EnumerationResults><Blobs></Blobs><NextMarker /></EnumerationResults>"));
    let edges = XmlPage::default().edges(PAGE.as_bytes()).unwrap();
    assert_eq!(edges.last.as_deref(), Some("a\u{fffe}b%.jpg"));
}

#[test]
fn other_shapes_are_left_to_the_reader_of_any_xml() {
    let blob = |inside: &str| {
        format!("<EnumerationResults><Blobs><Blob>{inside}</Blob></Blobs><NextMarker/></EnumerationResults>")
    };
    for inside in [
        "<Name>a<!-- > --></Name>",
        "<Name>a<![CDATA[<Blob><Name>]]></Name>",
        "<Name Encoded='true'>a%20b</Name>",
        "<Properties><Content-Length>5</Content-Length></Properties><Name>late</Name>",
        "<Name>a</Name><Metadata><Blobs><Blob>x</Blob></Blobs></Metadata>",
        "<Name>a</Name><Tags><TagSet><Tag><Value>v</Value><Key>k</Key></Tag></TagSet></Tags>",
        "<Name>a</Name><Properties><Content-Length note=\"x\">5</Content-Length></Properties>",
    ] {
        assert!(!both(blob(inside).as_bytes()), "{inside}");
    }
    assert!(!both(b"<EnumerationResults><NextMarker>m</NextMarker><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>"));
}

#[test]
fn blobs_that_are_alike_and_blobs_that_are_not_are_told_apart() {
    let like = |name: &str, size: &str, tier: &str, more: &str| {
        format!(
            "<Blob><Name>{name}</Name><Properties><Creation-Time>t{size}</Creation-Time><Etag>{name}</Etag>\
             <Content-Length>{size}</Content-Length><Content-Type>image/{size}</Content-Type><Content-MD5>m{name}</Content-MD5>\
             <AccessTier>{tier}</AccessTier>{more}</Properties><Metadata /><OrMetadata /></Blob>"
        )
    };
    let odd = [
        "<Blob><Name Encoded=\"true\">x%01</Name><Properties><Etag>1</Etag></Properties></Blob>".to_owned(),
        "<Blob><Name>m</Name><Properties><Etag>1</Etag></Properties><Metadata><a>b</a></Metadata></Blob>".to_owned(),
        like("", "1", "Hot", "").replace("<Name></Name>", "<Name>e</Name>"),
        like("a &lt; b", "2", "Hot", ""),
        like("f", "0", "Hot", "<ResourceType>directory</ResourceType>"),
        like("g", "3", "Archive", "<ArchiveStatus>rehydrate-pending-to-hot</ArchiveStatus>"),
        like("h", "4", "Cool", ""),
    ];
    let mut blobs = String::new();
    for round in 0..60usize {
        blobs.push_str(&like(&format!("n{round}"), &(round * 7).to_string(), "Hot", ""));
        blobs.push_str(&like(&format!("n{round}b"), "5", "Hot", ""));
        blobs.push_str(&odd[round % odd.len()]);
        blobs.push_str(&odd[(round / odd.len()) % odd.len()]);
    }
    let page = format!("<EnumerationResults><Blobs>{blobs}</Blobs><NextMarker /></EnumerationResults>");
    assert!(both(page.as_bytes()));
    for wrong in ["x", "-1", "18446744073709551616"] {
        let page = page.replace("<Content-Length>5<", &format!("<Content-Length>{wrong}<"));
        assert!(!both(page.as_bytes()), "{wrong}");
    }
}

#[test]
fn a_page_cut_or_damaged_anywhere_is_judged_alike() {
    for cut in 0..PAGE.len() {
        both(&PAGE.as_bytes()[..cut]);
        for wrong in [b'<', b'>', b'&', b'/', b'x', 0xff] {
            let mut damaged = PAGE.as_bytes().to_vec();
            damaged[cut] = wrong;
            let slow = read_slowly(&damaged);
            // What nobody asks for is not looked at as closely.
            if slow.is_ok() {
                assert_eq!(read(&damaged), slow, "{wrong} at {cut}");
            }
        }
    }
}

proptest::proptest! {
    #![proptest_config(crate::seeds::cases(256))]

    #[test]
    fn any_name_survives(name in "\\PC{1,40}") {
        let escaped = name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        let page = PAGE.replace("a &amp; é.jpg", &escaped);
        proptest::prop_assert!(both(page.as_bytes()));
        proptest::prop_assert_eq!(&read(page.as_bytes()).unwrap().0[0].name, &name);
    }
}
