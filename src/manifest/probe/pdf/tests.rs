use std::{fmt::Write as _, io::Cursor};

use lopdf::{Document, EncryptionState, EncryptionVersion, Permissions, SaveOptions, StringFormat, dictionary};

use super::*;

fn probe(bytes: &[u8]) -> Result<u64, String> {
    pages(bytes.len() as u64, Cursor::new(bytes)).map_err(|error| error.to_string())
}

/// A document of so many pages in parts of ten, as the library builds it.
fn document(count: usize) -> Document {
    let mut document = Document::with_version("1.5");
    let root = document.new_object_id();
    let mut parts = Vec::new();
    let numbers: Vec<usize> = (0..count).collect();
    for numbers in numbers.chunks(10) {
        let part = document.new_object_id();
        let page =
            |_: &usize| Object::Reference(document.add_object(dictionary! { "Type" => "Page", "Parent" => part }));
        let kids: Vec<Object> = numbers.iter().map(page).collect();
        let part_count = i64::try_from(numbers.len()).unwrap();
        let dictionary = dictionary! { "Type" => "Pages", "Parent" => root, "Kids" => kids, "Count" => part_count };
        document.objects.insert(part, dictionary.into());
        parts.push(Object::Reference(part));
    }
    let count = i64::try_from(count).unwrap();
    document.objects.insert(root, dictionary! { "Type" => "Pages", "Kids" => parts, "Count" => count }.into());
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => root });
    document.trailer.set("Root", catalog);
    document.trailer.set("ID", vec![Object::String(vec![7; 16], StringFormat::Hexadecimal); 2]);
    document
}

fn saved(mut document: Document, is_compressed: bool) -> Vec<u8> {
    let mut bytes = Vec::new();
    let options =
        SaveOptions { use_object_streams: is_compressed, use_xref_streams: is_compressed, ..SaveOptions::default() };
    document.save_with_options(&mut bytes, options).unwrap();
    bytes
}

/// Objects by number, and behind them what they are found by.
fn written(objects: &[(u32, &[u8])], trailer: &str) -> Vec<u8> {
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
    for (number, object) in objects {
        write!(table, "{number} 1\n{:010} 00000 n \n", bytes.len()).unwrap();
        bytes.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let begin = bytes.len();
    bytes.extend(format!("{table}trailer\n<< {trailer} >>\nstartxref\n{begin}\n%%EOF\n").bytes());
    bytes
}

#[test]
fn both_kinds_of_tables_lead_to_the_pages_as_the_library_counts_them() {
    for count in [1, 9, 10, 57, 1200] {
        for is_compressed in [false, true] {
            let bytes = saved(document(count), is_compressed);
            let expected = Document::load_metadata_mem(&bytes).unwrap().page_count;
            assert_eq!((probe(&bytes), expected as usize), (Ok(count as u64), count), "{is_compressed}");
            // With something in front, as mail programs leave it.
            assert_eq!(probe(&[b"\r\nX-Header: yes\r\n\r\n", &bytes[..]].concat()), Ok(count as u64));
        }
    }
}

#[test]
fn an_appended_change_counts_and_so_does_a_table_that_points_beside() {
    let mut bytes = saved(document(20), false);
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let number = |before: &str| text.rsplit_once(before).unwrap().1.split_whitespace().next().unwrap().to_owned();
    let (root, previous) = (number("/Root "), number("startxref\n"));
    let changed = bytes.len();
    let catalog = format!("{root} 0 obj\n<</Pages 900 0 R/Type/Catalog>>\nendobj\n");
    let tree = changed + catalog.len();
    let change = format!(
        "{catalog}900 0 obj % changed\n<</Type /P#61ges /Count 901 0 R /Note (a \\) b (c) \\101)>>\nendobj\n901 0 obj 31 endobj\n"
    );
    let third = changed + change.find("901 0 obj 31").unwrap();
    let begin = changed + change.len();
    let table = format!(
        "xref\n{root} 1\n{changed:010} 00000 n\n900 2\n{tree:010} 00000 n\n{third:010} 00000 n\ntrailer <</Size 902/Root {root} 0 R/Prev {previous}>>\nstartxref {begin}\n%%EOF"
    );
    bytes.extend([change, table].concat().bytes());
    assert_eq!(probe(&bytes), Ok(31));
    // Lines of the table that end in two bytes, shifted by some: objects are found by their numbers.
    let shifted = saved(document(12), false);
    let at = shifted.windows(7).position(|window| window == b"1 0 obj").unwrap();
    let mut shifted = [&shifted[..at], b"1 0 obj\n<<>>\nendobj\n", &shifted[at..]].concat();
    assert_eq!(probe(&shifted), Ok(12));
    let end = shifted.windows(9).rposition(|window| window == b"startxref").unwrap();
    shifted.truncate(end);
    assert_eq!(probe(&shifted), Ok(12));
}

#[test]
fn pages_are_counted_one_by_one_where_no_number_is_given() {
    let catalog: (u32, &[u8]) = (1, b"<</Type/Catalog/Pages 2 0 R>>");
    let objects: [(u32, &[u8]); 6] = [
        catalog,
        (2, b"<</Type/Pages/Kids[3 0 R 4 0 R]>>"),
        (3, b"<</Type/Page>>"),
        (4, b"<</Type/Pages/Kids 6 0 R>>"),
        (5, b"<</Type/Page>>"),
        (6, b"[5 0 R 3 0 R]"),
    ];
    assert_eq!(probe(&written(&objects, "/Root 1 0 R")), Ok(3));
    let none = written(&[catalog, (2, b"<</Type/Pages/Kids[]/Count 0>>")], "/Root 1 0 R");
    assert!(probe(&none).unwrap_err().contains("no pages"));
}

/// A document whose catalog and pages are in an encrypted stream of objects.
fn encrypted(user_password: &str) -> Vec<u8> {
    let mut document = document(1);
    let content = b"1 0 2 29 <</Type/Catalog/Pages 2 0 R>> <</Type/Pages/Count 44/Kids[]>>".to_vec();
    let stream = lopdf::Stream::new(dictionary! { "N" => 2, "First" => 9 }, content);
    document.objects.clear();
    document.objects.insert((9, 0), stream.into());
    let permissions = Permissions::PRINTABLE;
    let version = EncryptionVersion::V2 {
        document: &document,
        owner_password: "owner",
        user_password,
        key_length: 128,
        permissions,
    };
    let state = EncryptionState::try_from(version).unwrap();
    document.encrypt(&state).unwrap();
    let locked = document.trailer.get(b"Encrypt").and_then(Object::as_reference).unwrap();
    let lock = document.objects[&locked].as_dict().unwrap();
    let hexadecimal = |key: &[u8]| -> String {
        lock.get(key).and_then(Object::as_str).unwrap().iter().map(|byte| format!("{byte:02x}")).collect()
    };
    let number = |key: &[u8]| lock.get(key).and_then(Object::as_i64).unwrap();
    let lock = format!(
        "<</Filter/Standard/V {}/R {}/Length {}/P {}/O<{}>/U<{}>>>",
        number(b"V"),
        number(b"R"),
        number(b"Length"),
        number(b"P"),
        hexadecimal(b"O"),
        hexadecimal(b"U")
    );
    let content = &document.objects[&(9, 0)].as_stream().unwrap().content;
    let mut bytes = b"%PDF-1.7\n".to_vec();
    let mut places = Vec::new();
    let head = format!("<</Type/ObjStm/N 2/First 9/Length {}>>\nstream\n", content.len());
    for (number, object) in [(8, lock.as_bytes()), (9, &[head.as_bytes(), content, b"\nendstream"].concat())] {
        places.push(bytes.len());
        bytes.extend([format!("{number} 0 obj\n").as_bytes(), object, b"\nendobj\n"].concat());
    }
    let begin = bytes.len();
    let place = |at: usize| [1, (at >> 8) as u8, (at & 0xff) as u8, 0];
    let table = [[2, 0, 9, 0], [2, 0, 9, 1], place(places[0]), place(places[1])].concat();
    let id = "07".repeat(16);
    let head = format!(
        "10 0 obj\n<</Type/XRef/Size 11/W[1 2 1]/Index[1 2 8 2]/Root 1 0 R/Encrypt 8 0 R/ID[<{id}><{id}>]/Length 16>>stream\r\n"
    );
    bytes.extend(
        [head.as_bytes(), &table, format!("\nendstream endobj\nstartxref\n{begin}\n%%EOF").as_bytes()].concat(),
    );
    bytes
}

#[test]
fn what_is_encrypted_without_a_password_is_read_and_what_has_one_says_so() {
    let open = encrypted("");
    assert_eq!(Document::load_metadata_mem(&open).unwrap().page_count, 44);
    assert_eq!(probe(&open), Ok(44));
    assert!(probe(&encrypted("secret")).unwrap_err().contains("encrypted"));
}
