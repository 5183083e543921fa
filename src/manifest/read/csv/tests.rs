use crate::manifest::read::{csv::*, kind_by_extension, tests::Collected};

fn collect(text: &str) -> Collected {
    let mut collected = Collected::default();
    read(text.as_bytes(), &kind_by_extension, &mut collected).unwrap();
    collected
}

/// Type, title, URLs.
fn items(collected: &Collected) -> Vec<(Kind, &str, Vec<&str>)> {
    let items = collected.items.iter();
    items.map(|(_, item)| (item.kind, &*item.title, item.urls.iter().map(String::as_str).collect())).collect()
}

#[test]
fn every_type_stands_below_a_header_of_its_own() {
    let collected = collect(
        "\u{feff}objecturl,VIDEO TITLE,create video\r\nhttps://u/a.mp4,\"run \"\"1\"\"\r\nof 2\",false\r\n\
         https://u/b.mp4,,FALSE\r\nObjectURL,Image title,Create video\r\nhttps://u/c.png,c,\r\n,,\r\n\r\n\
         Image group title,ObjectURL,Create video\r\ng,https://u/1.png,false\r\nh,https://u/3.png,TRUE\r\n\
         g,https://u/2.png,false\r\nh,https://u/4.png,\r\nObject_URL,Series title\r\nhttps://u/1.dcm,ct 1\r\n",
    );
    assert_eq!(collected.findings, []);
    assert_eq!(
        items(&collected),
        [
            (Kind::Video, "run \"1\"\r\nof 2", vec!["https://u/a.mp4"]),
            (Kind::Video, "", vec!["https://u/b.mp4"]),
            (Kind::Image, "c", vec!["https://u/c.png"]),
            (Kind::ImageGroup, "g", vec!["https://u/1.png", "https://u/2.png"]),
            (Kind::ImageSequence, "h", vec!["https://u/3.png", "https://u/4.png"]),
            (Kind::DicomSeries, "ct 1", vec!["https://u/1.dcm"]),
        ]
    );
    let places: Vec<_> = collected.origins.iter().map(|(name, place)| (&**name, place.line, place.column)).collect();
    assert_eq!(places[1], ("https://u/b.mp4", 4, 1));
    assert_eq!(places[3], ("g", 10, 3));
}

#[test]
fn mistakes_are_found_where_they_stand() {
    use Code::{
        CsvCreateVideo, CsvHeader, CsvHeaderOnly, CsvQuote, CsvRagged, CsvSeparator, CsvSingleColumn, CsvValue,
        Encoding, TypeUnknown,
    };
    let series = "ObjectURL,Series title\n";
    let groups = "ObjectURL,Image group title,Create video\n";
    for (text, expected) in [
        ("ObjectURL\nhttps://u/a\n", vec![(CsvSingleColumn, 1, 1)]),
        ("ObjectURL,Vidéo title\nhttps://u/a,b\n", vec![(CsvHeader, 1, 11)]),
        ("ObjectURL,site\nhttps://u/a.mp4,b\n", vec![(CsvHeader, 1, 11), (CsvHeader, 1, 1)]),
        ("ObjectURL;Video title\nhttps://u/a.mp4;b\n", vec![(CsvSeparator, 1, 1)]),
        ("ObjectURL|Video title\nhttps://u/a.mp4|b\n", vec![(CsvSeparator, 1, 1)]),
        ("url,Video title\nhttps://u/a.mp4,b\n", vec![(CsvHeader, 1, 1)]),
        ("ObjectURL,Video title,Image title\nhttps://u/a,b,c\n", vec![(CsvHeader, 1, 23)]),
        ("ObjectURL,Video title,OBJECTURL\nhttps://u/a,b,c\n", vec![(CsvHeader, 1, 23)]),
        ("https://u/a.mp4,b\n", vec![(CsvHeader, 1, 1)]),
        ("https://u/a.xyz,b\n", vec![(CsvHeader, 1, 1), (TypeUnknown, 1, 1)]),
        ("ObjectURL,Video title\n\n,\n", vec![(CsvHeaderOnly, 1, 1)]),
        ("ObjectURL,Video title\nObjectURL,Image title\nhttps://u/a,b\n", vec![(CsvHeaderOnly, 1, 1)]),
        (
            "ObjectURL,Video title\nhttps://u/a\nhttps://u/b,one, two\nhttps://u/c,d,,\n",
            vec![(CsvRagged, 2, 1), (CsvRagged, 3, 17)],
        ),
        ("ObjectURL,Video title,Create video\nhttps://u/a,b,true\n", vec![(CsvValue, 2, 15)]),
        (&format!("{groups}https://u/a,g,yes\n"), vec![(CsvValue, 2, 15)]),
        (&format!("{groups}https://u/a,g,true\nhttps://u/b,g,false\n"), vec![(CsvValue, 3, 15)]),
        (&format!("{groups}https://u/a,g,\nhttps://u/b,g,\n"), vec![(CsvCreateVideo, 2, 1)]),
        (&format!("{series}\"https://u/a\"x,b\n"), vec![(CsvQuote, 2, 14)]),
        (&format!("{series}https://u/a,\"b\nhttps://u/c,d\n"), vec![(CsvQuote, 2, 13)]),
    ] {
        let collected = collect(text);
        let found: Vec<_> =
            collected.findings.iter().map(|one| (one.code, one.line.unwrap(), one.column.unwrap())).collect();
        assert_eq!(found, expected, "{text}: {:?}", collected.findings);
    }
    let mut collected = Collected::default();
    read(&b"ObjectURL,Video title\nhttps://u/a,b\xFF\n"[..], &kind_by_extension, &mut collected).unwrap();
    assert_eq!(collected.told(), [(Encoding, 2, 14, "")]);
}

#[test]
fn messages_name_what_was_meant_and_repeat_no_secret() {
    let collected =
        collect("ObjectUrls,Vido title,Image titel\nhttps://u/a?sv=1&sig=SECRET,,\nhttps://u/b?sig=SECRET\n");
    let messages: Vec<_> = collected.findings.iter().map(|finding| finding.message.as_str()).collect();
    assert!(messages[0].contains("'ObjectURL'") && messages[1].contains("'Video title'"), "{messages:?}");
    assert!(!format!("{:?}{:?}", collected.findings, collected.origins).contains("SECRET"));
    assert_eq!(collected.items.len(), 2);
}

#[test]
fn errors_of_a_group_come_right_before_it() {
    let collected = collect(
        "ObjectURL,Image group title,Create video\nhttps://u/1,g,false\nhttps://u/2,h,false\nhttps://u/3,g,maybe\n\
         ObjectURL,Video title\nhttps://u/v,v\n",
    );
    let items: Vec<_> = collected.items.iter().map(|(codes, item)| (codes.len(), &*item.title)).collect();
    assert_eq!(items, [(0, "v"), (1, "g"), (0, "h")]);
}

#[test]
fn more_rows_than_encord_takes_are_found_once_and_read() {
    let mut text = "ObjectURL,Video title\n".to_owned();
    text.extend((0..MOST_ROWS + 5).map(|row| format!("https://u/{row},\n")));
    let collected = collect(&text);
    assert_eq!(collected.items.len(), 10_005);
    assert_eq!(collected.told(), [(Code::CsvTooManyRows, 10_002, 1, "https://u/10000")]);
}
