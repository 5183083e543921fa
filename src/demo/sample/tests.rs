use std::collections::BTreeSet;

use crate::{
    azure::{
        Auth,
        container::{Container, ListQuery},
    },
    demo::{azure::Options, sample::*},
};

#[tokio::test]
async fn the_container_holds_what_is_expected() {
    let server = Server::start(Options::default()).await.expect("a service");
    fill(&server);
    let sas = server.account_sas("rl", "co", Duration::HOUR);
    let container = Container::open(server.account_url(), CONTAINER, &Auth::Sas(sas)).expect("an address");
    let mut listed = Vec::new();
    let end = container.list_page(&ListQuery::default(), |blob| listed.push(blob)).await.expect("a listing");
    assert_eq!(end, None);
    let mut made = blobs();
    made.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(listed.iter().map(|blob| &blob.name).eq(made.iter().map(|blob| &blob.name)));

    let ending = |endings: &[&str]| {
        listed
            .iter()
            .filter(|blob| {
                let name = blob.name.to_lowercase();
                endings.iter().any(|ending| name.ends_with(ending))
            })
            .count()
    };
    let expected = expected();
    assert_eq!(listed.len(), expected.blobs);
    assert_eq!(ending(&[".jpg", ".png", ".webp", ".bmp"]), expected.images);
    assert_eq!(ending(&[".mp4", ".webm"]), expected.videos);
    assert_eq!(ending(&[".wav", ".mp3", ".flac"]), expected.audio);
    assert_eq!(ending(&[".pdf"]), expected.documents);
    assert_eq!(ending(&[".txt", ".html", ".json", ".md"]), expected.texts);
    assert_eq!(ending(&[".dcm"]), expected.slices);
    assert_eq!(ending(&[".pcd", ".ply"]), expected.point_clouds);
    assert_eq!(ending(&[".nii"]), expected.volumes);
    let typed = expected.images
        + expected.videos
        + expected.audio
        + expected.documents
        + expected.texts
        + expected.slices
        + expected.point_clouds
        + expected.volumes;
    assert_eq!(typed + expected.left_out.len(), expected.blobs);

    let find = |name: &str| listed.iter().find(|blob| blob.name == name);
    for name in expected.left_out {
        assert!(find(name).is_some(), "{name}");
    }
    assert_eq!(listed.iter().filter(|blob| blob.is_folder).count(), 1);
    assert!(find("site-hull").is_some_and(|blob| blob.is_folder));
    let archived: Vec<_> = listed.iter().filter(|blob| blob.tier.as_deref() == Some("Archive")).collect();
    assert!(archived.len() == 1 && archived[0].name == ARCHIVED);
    let empty: Vec<_> = listed.iter().filter(|blob| blob.size == 0 && !blob.is_folder).collect();
    assert!(empty.len() == 1 && empty[0].name == EMPTY);
    assert!(expected.failing.iter().all(|failing| find(failing.name).is_some()));
    assert!(listed.iter().any(|blob| blob.name.chars().count() > 300));
}

#[test]
fn contents_are_what_their_names_say_and_no_two_are_alike() {
    let mut seen = BTreeSet::new();
    for blob in blobs() {
        if blob.content.is_empty() {
            continue;
        }
        assert!(seen.insert(blob.content.clone()), "{} is a copy", blob.name);
        let (_, ending) = blob.name.rsplit_once('.').unwrap_or_default();
        let magic: &[u8] = match ending.to_lowercase().as_str() {
            "jpg" => b"\xFF\xD8\xFF",
            "png" => b"\x89PNG\r\n\x1A\n",
            "webp" | "wav" => b"RIFF",
            "bmp" => b"BM",
            "webm" => b"\x1A\x45\xDF\xA3",
            "mp3" => b"ID3",
            "flac" => b"fLaC",
            "pdf" => b"%PDF-",
            "ply" => b"ply\n",
            _ => b"",
        };
        let there = blob.content.starts_with(magic);
        assert!(there, "{}", blob.name);
        let is_mp4 = blob.content.get(4..8) == Some(b"ftyp");
        assert_eq!(is_mp4, ending == "mp4" && blob.name != NO_VIDEO, "{}", blob.name);
    }
}

#[test]
fn every_start_makes_the_same_sample() {
    assert_eq!(blobs(), blobs());
}

#[test]
fn only_one_slice_is_of_another_study() {
    let study = |blob: &StoredBlob| {
        let tag = b"\x20\x00\x0D\x00UI";
        let at = blob.content.windows(6).position(|bytes| bytes == tag).expect("the tag");
        let length = usize::from(u16::from_le_bytes([blob.content[at + 6], blob.content[at + 7]]));
        blob.content[at + 8..at + 8 + length].to_vec()
    };
    let blobs = blobs();
    let of = |patient: &str| -> Vec<_> {
        let prefix = format!("ct/{patient}/");
        blobs.iter().filter(|blob| blob.name.starts_with(&prefix)).collect()
    };
    let whole = of("patient-007");
    assert!(whole.len() == 12 && whole.iter().all(|blob| study(blob) == study(whole[0])));
    let broken = of("patient-008");
    assert_eq!(broken.len(), 4);
    for blob in &broken {
        assert_eq!(study(blob) == study(broken[0]), blob.name != OTHER_STUDY);
    }
}
