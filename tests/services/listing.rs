//! The container as a source: whatever the service does, every blob is in the manifest once and in the service's order, and the
//! files are the same whether pages came one at a time or many at once.

use std::{collections::BTreeMap, path::Path, time::Duration};

use azure_to_encord::{
    azure::{Auth, Buffers, Container, ListQuery, PageParser as _},
    config::{self, Upload},
    error::UserError,
    manifest::{Kind, ValidationRules},
    service::{Runs, build_manifest},
    store::Home,
};

use crate::support::{
    azurite::Azurite,
    blob_pages::{Manners, Names, Service, made_up},
};

/// Long enough for the service to count as slow.
const LATENCY: Duration = Duration::from_millis(80);

fn manners() -> Manners {
    Manners { latency: LATENCY, short_pages: Some(200), ..Manners::default() }
}

/// All files of a manifest by name.
type Files = BTreeMap<String, Vec<u8>>;

struct Built {
    files: Files,
    blobs: u64,
}

impl Built {
    /// The titles, which are the blobs' names, in order.
    fn titles(&self) -> Vec<String> {
        let form: serde_json::Value = serde_json::from_slice(&self.files["manifest.json"]).unwrap();
        let lists = form.as_object().unwrap().values().filter_map(serde_json::Value::as_array);
        lists.flatten().map(|item| item["title"].as_str().unwrap().to_owned()).collect()
    }
}

fn rules() -> config::Manifest {
    let metadata = config::Metadata { path: Some("{site}/{camera}/{rest}".into()), ..config::Metadata::default() };
    config::Manifest { metadata, ..config::Manifest::default() }
}

async fn build_in(service: &Service, manifest: &config::Manifest, dir: &Path) -> Result<u64, UserError> {
    let azure = config::Azure {
        endpoint: Some(service.account_url().parse().unwrap()),
        // The port differs from service to service.
        object_url_base: Some("https://acme.blob.core.windows.net".parse().unwrap()),
        container: "media".into(),
        auth: Some(config::AuthKind::Anonymous),
        ..config::Azure::default()
    };
    let demands = ValidationRules { strict: true, ..ValidationRules::default() };
    let options = Upload::default().options();
    let home = Home::below(dir);
    // The service has names only.
    let manifest = &config::Manifest { probe_media: config::Probe::Never, ..manifest.clone() };
    let runs = Runs { home: &home, config: "listing" };
    build_manifest(&azure.into(), manifest, options, &demands, dir, runs, &mut |_| {}).await.map(|(_, blobs)| blobs)
}

async fn build_by(service: &Service, manifest: &config::Manifest) -> Built {
    let dir = tempfile::tempdir().unwrap();
    let blobs = build_in(service, manifest, dir.path()).await.unwrap_or_else(|problem| panic!("{problem:?}"));
    let files = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), std::fs::read(entry.path()).unwrap()))
        .collect();
    Built { files, blobs }
}

async fn build(service: &Service) -> Built {
    build_by(service, &rules()).await
}

/// Insists on the same files from a service where parts are listed side by side and one where that is impossible.
async fn same_as_serial(names: fn() -> Names, manners: Manners, manifest: &config::Manifest) -> (Built, Service) {
    let serial = Service::start(names(), Manners { ignores_start: true, latency: Duration::ZERO, ..manners.clone() });
    let expected = build_by(&serial, manifest).await;
    let service = Service::start(names(), manners);
    let built = build_by(&service, manifest).await;
    assert_eq!(built.blobs, expected.blobs);
    assert!(built.files.keys().eq(expected.files.keys()), "{:?}", built.files.keys());
    for (name, content) in &built.files {
        assert!(*content == expected.files[name], "{name} differs");
    }
    (built, service)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_long_listing_is_cut_and_put_together_again() {
    let (built, service) = same_as_serial(|| Names::MadeUp(30_000), manners(), &rules()).await;
    assert_eq!(built.titles(), (0..30_000).map(made_up).collect::<Vec<_>>());
    assert!(service.most_at_once() > 8, "{} requests at once", service.most_at_once());
    // The service counts an answer until it has hung up, a moment after the next question may have come.
    assert!(service.most_at_once() <= 20, "{} requests at once", service.most_at_once());
    assert!(service.probes() < service.requests() / 2, "{} of {}", service.probes(), service.requests());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn groups_findings_and_omissions_come_out_as_from_one_listing() {
    let mut manifest = rules();
    manifest.exclude = vec!["**/frame_*7.jpg".into()];
    manifest.metadata.path = Some("site-{site}/cam-00/{rest}".into());
    manifest.groups = vec![config::GroupRule {
        kind: Kind::ImageGroup,
        pattern: "**/run-03/*".into(),
        by: "directory".into(),
        streams: BTreeMap::new(),
        timestamps: None,
        cameras: None,
    }];
    let (built, service) = same_as_serial(|| Names::MadeUp(20_000), manners(), &manifest).await;
    assert!(service.most_at_once() > 4);
    assert!(!built.files["findings.jsonl"].is_empty() && !built.files["skipped.jsonl"].is_empty());
}

fn mixed_names() -> Names {
    let mut names: Vec<String> = (0..9_000)
        .map(|n: u32| {
            let word = ["alpha", "Beta", "gamma & co", "日本語", "über", "x<y>", "🎉", "~tilde"][n as usize % 8];
            format!("{word}/{:x}/{n}.jpg", n.wrapping_mul(2_654_435_761) >> 20)
        })
        .collect();
    names.sort();
    Names::Given(names)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn names_of_any_shape_are_listed_once() {
    let (built, _) = same_as_serial(mixed_names, manners(), &rules()).await;
    let Names::Given(names) = mixed_names() else { unreachable!() };
    assert_eq!(built.titles(), names);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_that_ignores_where_to_begin_is_listed_one_page_at_a_time() {
    let service =
        Service::start(Names::MadeUp(3_000), Manners { ignores_start: true, latency: LATENCY * 3, ..manners() });
    let built = build(&service).await;
    assert_eq!(built.titles(), (0..3_000).map(made_up).collect::<Vec<_>>());
    assert!(service.probes() <= 16, "{} probes", service.probes());
}

/// The order of accounts with a hierarchical namespace: folder by folder.
fn by_folder(name: &str) -> String {
    name.replace('/', "\0")
}

fn folders() -> Names {
    let mut names: Vec<String> = (0..20)
        .flat_map(|folder| (0..100).map(move |n| (folder, n)))
        .flat_map(|(folder, n)| {
            // A folder and one whose name goes on with a character below the slash.
            [format!("data-{folder:02}/{n:04}.jpg"), format!("data-{folder:02} b/{n:04}.jpg")]
        })
        .collect();
    names.sort_by_key(|name| by_folder(name));
    Names::Given(names)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_order_of_names_loses_and_doubles_nothing() {
    for short in [60, 200, 1000] {
        let manners = Manners { order: Some(by_folder), short_pages: Some(short), ..manners() };
        let (built, _) = same_as_serial(folders, manners, &rules()).await;
        let Names::Given(names) = folders() else { unreachable!() };
        assert_eq!(built.titles(), names, "pages of {short}");
    }
}

/// In order for a long time, so that ranges are cut before the disorder comes to light.
fn late_disorder() -> Names {
    let mut names: Vec<String> = (0..8).flat_map(|d| (0..600).map(move |n| format!("d{d}/{n:05}.jpg"))).collect();
    names.extend((0..300).map(|n| format!("d6 x/{n:05}.jpg")));
    names.sort_by_key(|name| by_folder(name));
    Names::Given(names)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn disorder_that_comes_to_light_late_begins_the_listing_anew() {
    let manners = Manners { order: Some(by_folder), ..manners() };
    let (built, _) = same_as_serial(late_disorder, manners, &rules()).await;
    let Names::Given(names) = late_disorder() else { unreachable!() };
    assert_eq!(built.titles(), names);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_that_expires_is_replaced_by_the_last_name() {
    for number in [2, 9, 30] {
        let service = Service::start(Names::MadeUp(6_000), Manners { expires: Some(number), ..manners() });
        assert_eq!(build(&service).await.titles(), (0..6_000).map(made_up).collect::<Vec<_>>(), "request {number}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_marker_that_expires_at_a_service_that_cannot_begin_elsewhere_ends_the_listing() {
    let manners = Manners { expires: Some(4), ignores_start: true, latency: Duration::ZERO, ..manners() };
    let service = Service::start(Names::MadeUp(6_000), manners);
    let dir = tempfile::tempdir().unwrap();
    // Begun anew it succeeds, since the service forgets a marker only once; nothing is doubled.
    let listed = build_in(&service, &rules(), dir.path()).await;
    assert!(listed.is_err() || listed.is_ok_and(|blobs| blobs == 6_000));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn broken_and_refused_answers_are_asked_for_again() {
    let manners = Manners { breaks: Some(11), busy: Some(17), ..manners() };
    let service = Service::start(Names::MadeUp(8_000), manners);
    assert_eq!(build(&service).await.titles(), (0..8_000).map(made_up).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn prefixes_are_listed_side_by_side_and_in_order() {
    let mut manifest = rules();
    manifest.prefixes = (0..4).rev().map(|cam| format!("site-000/cam-{cam:02}/")).collect();
    manifest.prefixes.push("nothing/here/".into());
    let (built, service) =
        same_as_serial(|| Names::MadeUp(100_000), Manners { short_pages: Some(900), ..manners() }, &manifest).await;
    assert_eq!(built.titles(), (0..40_000).map(made_up).collect::<Vec<_>>());
    assert!(service.most_at_once() > 4);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_empty_container_is_an_empty_manifest() {
    let service = Service::start(Names::Given(Vec::new()), Manners::default());
    assert_eq!(build(&service).await.blobs, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_listing_asks_for_nothing_more() {
    let service = Service::start(Names::MadeUp(1_000_000), manners());
    let dir = tempfile::tempdir().unwrap();
    let manifest = rules();
    let well_begun = async {
        while service.requests() <= 10 {
            tokio::time::sleep(LATENCY).await;
        }
    };
    tokio::select! {
        _ = build_in(&service, &manifest, dir.path()) => panic!("it ended by itself"),
        () = well_begun => {}
    }
    // What was on its way arrives meanwhile; all pages would take far longer.
    tokio::time::sleep(LATENCY * 25).await;
    let asked = service.requests();
    tokio::time::sleep(LATENCY * 10).await;
    assert_eq!(service.requests(), asked);
    dir.close().unwrap();
}

#[tokio::test]
async fn one_thread_is_enough() {
    let service = Service::start(Names::MadeUp(3_000), manners());
    assert_eq!(build(&service).await.titles(), (0..3_000).map(made_up).collect::<Vec<_>>());
}

/// What the cutting of a listing rests on, in Microsoft's own emulator.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn azurite_begins_at_the_first_name_that_is_not_below_the_text() {
    let azurite = Azurite::shared();
    let names: Vec<String> = (0..30)
        .flat_map(|n| [format!("site-{:02}/{n}.jpg", n / 7), format!("Site {n}/ä & b.jpg"), format!("site-{n}.jpg")])
        .collect();
    let blobs: Vec<_> = names.iter().map(|name| crate::support::azurite::Blob::new(name.as_str(), b"x")).collect();
    let mut listed = azurite.fill("listing-start", false, &blobs);
    listed.sort();
    let auth = Auth::AccountKey { account: azurite.account().into(), key: azurite.key().to_owned().into() };
    let container = Container::open(azurite.account_url(), "listing-start", &auth).unwrap();
    let buffers = Buffers::new(1);
    for (start, prefix) in [
        ("site-0", None),
        ("site-01/", None),
        ("site-02/15.jpg", Some("site-")),
        ("site-1", Some("site-")),
        ("Site 4", Some("Site ")),
        ("T", None),
        ("a", Some("site-")),
        ("site-9", Some("site-")),
        ("t", None),
        ("site-:", None),
    ] {
        let mut query = ListQuery {
            prefix: prefix.map(str::to_owned),
            start_from: Some(start.into()),
            max_results: Some(4),
            ..ListQuery::default()
        };
        let mut found = Vec::new();
        loop {
            let (edges, page) = container.fetch_page(&query, &buffers).await.unwrap();
            query.parser().read(&page, &mut |listed| found.push(listed.name.clone().into_owned())).unwrap();
            // Pages after the first are named by their marker alone.
            (query.marker, query.start_from) = (edges.marker, None);
            if query.marker.is_none() {
                break;
            }
        }
        let wanted = |name: &&String| name.as_str() >= start && prefix.is_none_or(|prefix| name.starts_with(prefix));
        assert_eq!(found, listed.iter().filter(wanted).cloned().collect::<Vec<_>>(), "{start}");
    }
}
