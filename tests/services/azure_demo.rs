//! The listing client against the embedded Blob service, and the embedded service against HTTP itself.

use azure_to_encord::azure::{Account, Auth, Blob, Container, Error, ErrorKind, ListQuery, MOST_CONTAINERS};
use azure_to_encord::demo::azure::{Options, Server, StoredBlob};
use azure_to_encord::endpoints::cors::Rule;
use azure_to_encord::tls;
use reqwest::{Method, Response};
use secrecy::{ExposeSecret, SecretString};
use time::Duration;

const NAMES: [&str; 12] = [
    " leading and trailing ",
    "a//b.jpg",
    "a/100%25 & <b> \"c\" 'd'.jpg",
    "a/b.jpg",
    "a/é+ü?#.jpg",
    "b\u{1}\u{fffe}%41.jpg",
    "b/1.mp4",
    "b/2.mp4",
    "c/",
    "c/数据/图像.png",
    "c/😀.png",
    "z\\z",
];

async fn server() -> Server {
    tls::install();
    let server = Server::start(Options::default()).await.expect("a service");
    for (at, name) in NAMES.iter().enumerate() {
        server.put_blob("media", StoredBlob::new(*name, vec![b'x'; at], "image/jpeg"));
    }
    let mut archived = StoredBlob::new("old.jpg", "0123456789", "image/jpeg");
    archived.tier = "Archive".into();
    archived.archive_status = Some("rehydrate-pending-to-hot".into());
    archived.metadata = vec![("site".into(), "leeds".into())];
    server.put_blob("archive", archived);
    let mut folder = StoredBlob::new("dir", "", "application/octet-stream");
    folder.metadata = vec![("hdi_isfolder".into(), "true".into())];
    server.put_blob("archive", folder);
    server.put_blob("archive", StoredBlob::new("ten.bin", "0123456789", "application/octet-stream"));
    server
}

fn container(server: &Server, name: &str, sas: SecretString) -> Container {
    Container::open(server.account_url(), name, &Auth::Sas(sas)).expect("an address")
}

fn reading(server: &Server) -> SecretString {
    server.account_sas("rl", "sco", Duration::HOUR)
}

async fn list(container: &Container, mut query: ListQuery) -> Result<(Vec<Blob>, usize), Error> {
    let (mut blobs, mut pages) = (Vec::new(), 0);
    loop {
        pages += 1;
        query.marker = container.list_page(&query, |blob| blobs.push(blob)).await?;
        if query.marker.is_none() {
            return Ok((blobs, pages));
        }
    }
}

#[tokio::test]
async fn every_name_is_listed_once_whatever_the_page_size() {
    let server = server().await;
    let media = container(&server, "media", reading(&server));
    for (max_results, expected_pages) in [(None, 1), (Some(1), 12), (Some(5), 3), (Some(12), 1), (Some(9999), 1)] {
        let query = ListQuery { max_results, ..ListQuery::default() };
        let (blobs, pages) = list(&media, query).await.expect("a listing");
        assert!(blobs.iter().map(|blob| blob.name.as_str()).eq(NAMES), "{max_results:?}");
        assert!(blobs.iter().map(|blob| blob.size).eq(0..12));
        assert_eq!(pages, expected_pages, "{max_results:?}");
    }
}

#[tokio::test]
async fn a_prefix_is_any_text() {
    let server = server().await;
    let media = container(&server, "media", reading(&server));
    for (prefix, count) in
        [("a/", 4), ("a//", 1), ("b/", 2), ("b", 3), ("c/数", 1), (" ", 1), ("a/100%25 &", 1), ("y", 0)]
    {
        let query = ListQuery { prefix: Some(prefix.into()), max_results: Some(2), ..ListQuery::default() };
        let (blobs, _) = list(&media, query).await.expect("a listing");
        assert_eq!(blobs.len(), count, "{prefix:?}");
        assert!(blobs.iter().all(|blob| blob.name.starts_with(prefix)));
    }
}

#[tokio::test]
async fn properties_travel() {
    let server = server().await;
    let archive = container(&server, "archive", reading(&server));
    let (blobs, _) = list(&archive, ListQuery::default()).await.expect("a listing");
    assert_eq!(blobs.len(), 3);
    assert!(blobs[0].is_folder && !blobs[1].is_folder);
    assert_eq!(blobs[1].tier.as_deref(), Some("Archive"));
    assert_eq!(blobs[1].archive_status.as_deref(), Some("rehydrate-pending-to-hot"));
    assert_eq!(blobs[1].content_type.as_deref(), Some("image/jpeg"));
    assert_eq!((blobs[2].size, blobs[2].tier.as_deref()), (10, Some("Hot")));
    let probe = archive.probe().await.expect("an answer");
    assert_eq!(probe.first.as_ref(), Some(&blobs[0]));
    assert!(probe.more);
}

#[tokio::test]
async fn refusals_are_told_apart_and_explained() {
    let server = server().await;
    let forged = {
        let token = reading(&server);
        let (rest, _) = token.expose_secret().split_once("&sig=").expect("a signature");
        SecretString::from(format!("{rest}&sig=Zm9yZ2Vk"))
    };
    let widened = {
        let token = server.account_sas("r", "sco", Duration::HOUR);
        SecretString::from(token.expose_secret().replace("sp=r&", "sp=rl&"))
    };
    let sas = |token| Auth::Sas(token);
    for (auth, status, code, hint) in [
        (Auth::Anonymous, 409, "PublicAccessNotPermitted", "use a SAS token"),
        (sas(forged), 403, "AuthenticationFailed", "does not fit"),
        (sas(widened), 403, "AuthenticationFailed", "does not fit"),
        (sas(server.account_sas("rl", "sco", -Duration::HOUR)), 403, "AuthenticationFailed", "expired on"),
        (sas(server.account_sas("r", "sco", Duration::HOUR)), 403, "AuthorizationPermissionMismatch", "lacks the List"),
        (
            sas(server.account_sas("rl", "so", Duration::HOUR)),
            403,
            "AuthorizationResourceTypeMismatch",
            "does not cover",
        ),
    ] {
        let media = Container::open(server.account_url(), "media", &auth).expect("an address");
        let error = media.probe().await.expect_err("a refusal");
        assert_eq!(error.kind, ErrorKind::Auth { status, code: code.into() });
        assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
        assert!(error.request_id.is_some());
        let shown = format!("{error} {error:?} {media:?} {auth:?}");
        if let Auth::Sas(token) = &auth {
            let (_, signature) = token.expose_secret().split_once("sig=").expect("a signature");
            assert!(!shown.contains(signature), "{shown}");
        }
    }
    let error = container(&server, "nowhere", reading(&server)).probe().await.expect_err("no container");
    assert_eq!(error.kind, ErrorKind::NotFound { container: "nowhere".into() });
}

#[tokio::test]
async fn every_blob_can_be_read_under_its_own_url_and_a_token_without_read_is_found_out() {
    let server = server().await;
    let media = container(&server, "media", reading(&server));
    for name in NAMES {
        media.probe_read(name).await.unwrap_or_else(|error| panic!("{name:?}: {error}"));
    }
    let missing = media.probe_read("not there").await.expect_err("no such blob");
    assert!(matches!(&missing.kind, ErrorKind::Service { status: 404, .. }), "{missing:?}");
    let list_only = container(&server, "media", server.account_sas("l", "sco", Duration::HOUR));
    let refused = list_only.probe_read("a/b.jpg").await.expect_err("no Read");
    assert!(matches!(&refused.kind, ErrorKind::Auth { status: 403, .. }), "{refused:?}");
    assert!(refused.hint().is_some_and(|hint| hint.contains("Read")), "{refused:?}");
    assert!(media.probe_read("a/../b.jpg").await.is_err());
}

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Response {
    let token = reading(server);
    let joint = if path.contains('?') { '&' } else { '?' };
    let url = format!("{}/{path}{joint}{}", server.account_url(), token.expose_secret());
    let mut request = reqwest::Client::new().request(method, url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.expect("an answer")
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map(|value| value.to_str().expect("text")).unwrap_or_default()
}

#[tokio::test]
async fn blobs_are_read_whole_and_in_ranges() {
    let server = server().await;
    let whole = ask(&server, Method::GET, "archive/ten.bin", &[]).await;
    assert_eq!((whole.status().as_u16(), header(&whole, "content-length")), (200, "10"));
    assert_eq!(whole.text().await.expect("text"), "0123456789");
    for (range, content, told) in [
        ("bytes=0-3", "0123", "bytes 0-3/10"),
        ("bytes=4-", "456789", "bytes 4-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
    ] {
        let part = ask(&server, Method::GET, "archive/ten.bin", &[("range", range)]).await;
        assert_eq!((part.status().as_u16(), header(&part, "content-range")), (206, told));
        assert_eq!(part.text().await.expect("text"), content);
    }
    let beyond = ask(&server, Method::GET, "archive/ten.bin", &[("range", "bytes=10-")]).await;
    assert_eq!((beyond.status().as_u16(), header(&beyond, "x-ms-error-code")), (416, "InvalidRange"));
    for name in NAMES.iter().filter(|name| !name.contains('\\')) {
        let path = percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC);
        let found = ask(&server, Method::HEAD, &format!("media/{path}"), &[]).await;
        assert_eq!(found.status().as_u16(), 200, "{name}");
    }
    let missing = ask(&server, Method::GET, "media/nothing.jpg", &[]).await;
    assert_eq!((missing.status().as_u16(), header(&missing, "x-ms-error-code")), (404, "BlobNotFound"));
    assert!(missing.text().await.expect("text").contains("<Code>BlobNotFound</Code><Message>"));
}

#[tokio::test]
async fn archived_blobs_are_described_but_not_read() {
    let server = server().await;
    let described = ask(&server, Method::HEAD, "archive/old.jpg", &[]).await;
    assert_eq!(described.status().as_u16(), 200);
    for (name, value) in [
        ("x-ms-access-tier", "Archive"),
        ("x-ms-archive-status", "rehydrate-pending-to-hot"),
        ("content-type", "image/jpeg"),
        ("content-length", "10"),
        ("x-ms-meta-site", "leeds"),
    ] {
        assert_eq!(header(&described, name), value);
    }
    assert!(header(&described, "etag").starts_with("\"0x8"));
    assert!(header(&described, "last-modified").ends_with(" GMT"));
    let refused = ask(&server, Method::GET, "archive/old.jpg", &[]).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "x-ms-error-code")), (409, "BlobArchived"));
}

#[tokio::test]
async fn folders_and_start_can_be_asked_for() {
    let server = server().await;
    let list = "media?restype=container&comp=list";
    let page = ask(&server, Method::GET, &format!("{list}&delimiter=/&maxresults=4"), &[]).await;
    let page = page.text().await.expect("text");
    assert_eq!(page.matches("<BlobPrefix>").count(), 2, "{page}");
    assert!(page.contains("</Blob><BlobPrefix><Name>b/</Name></BlobPrefix></Blobs>"));
    let (_, marker) = page.split_once("<NextMarker>").expect("a marker");
    let (marker, _) = marker.split_once('<').expect("its end");
    let page = ask(&server, Method::GET, &format!("{list}&delimiter=/&marker={marker}"), &[]).await;
    let page = page.text().await.expect("text");
    assert_eq!((page.matches("<BlobPrefix>").count(), page.matches("<Blob>").count()), (1, 1), "{page}");
    let page = ask(&server, Method::GET, &format!("{list}&startFrom=b/2"), &[]).await;
    assert!(page.text().await.expect("text").contains("<Blobs><Blob><Name>b/2.mp4</Name>"));
    for (query, code) in [
        ("maxresults=0", "OutOfRangeQueryParameterValue"),
        ("maxresults=x", "InvalidQueryParameterValue"),
        ("marker=x", "InvalidQueryParameterValue"),
    ] {
        let refused = ask(&server, Method::GET, &format!("{list}&{query}"), &[]).await;
        assert_eq!((refused.status().as_u16(), header(&refused, "x-ms-error-code")), (400, code));
    }
}

#[tokio::test]
async fn browsers_are_held_to_the_cors_rules() {
    let server = server().await;
    let rules = ask(&server, Method::GET, "?restype=service&comp=properties", &[]).await;
    let rules = rules.text().await.expect("text");
    assert!(rules.contains("https://app.us.encord.com") && rules.contains("<AllowedMethods>GET,POST,OPTIONS,PUT<"));
    let preflight = |origin: &'static str, method: &'static str| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", method),
            ("access-control-request-headers", "range"),
        ];
        let server = &server;
        async move { ask(server, Method::OPTIONS, "archive/ten.bin", &headers).await }
    };
    let good = preflight("https://app.encord.com", "GET").await;
    assert_eq!(good.status().as_u16(), 200);
    assert_eq!(header(&good, "access-control-allow-origin"), "https://app.encord.com");
    assert_eq!(header(&good, "access-control-allow-headers"), "range");
    for bad in [preflight("https://example.com", "GET").await, preflight("https://app.encord.com", "DELETE").await] {
        assert_eq!((bad.status().as_u16(), header(&bad, "x-ms-error-code")), (403, "CorsPreflightFailure"));
    }
    let read = ask(&server, Method::GET, "archive/ten.bin", &[("origin", "https://api.encord.com")]).await;
    assert_eq!(header(&read, "access-control-allow-origin"), "https://api.encord.com");
    assert!(header(&read, "access-control-expose-headers").contains("content-length"));
    let foreign = ask(&server, Method::GET, "archive/ten.bin", &[("origin", "https://example.com")]).await;
    assert_eq!(header(&foreign, "access-control-allow-origin"), "");
}

#[tokio::test]
async fn the_first_rule_with_origin_and_method_decides_alone() {
    let rule = |origins: &str, methods: &str, allowed: &str, exposed: &str| {
        let list = |text: &str| text.split(',').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        Rule {
            origins: list(origins),
            methods: list(methods),
            allowed_headers: list(allowed),
            exposed_headers: list(exposed),
            max_age: 5,
        }
    };
    // The example of Microsoft's documentation.
    let headers = "x-ms-blob-content-type, x-ms-blob-content-disposition";
    let rules = vec![
        rule("http://www.contoso.com", "PUT,HEAD", headers, "x-ms-*"),
        rule("*", "PUT,GET", headers, "x-ms-*"),
        rule("http://www.contoso.com", "GET", "x-ms-client-request-id", "x-ms-*"),
    ];
    tls::install();
    let server = Server::start(Options { cors: rules, ..Options::default() }).await.expect("a service");
    server.put_blob("media", StoredBlob::new("a.jpg", "x", "image/jpeg"));
    for (origin, method, asked, status, allowed) in [
        ("http://www.contoso.com", "PUT", "x-ms-blob-content-type", 200, "http://www.contoso.com"),
        ("http://www.contoso.com", "GET", "x-ms-blob-content-type", 200, "*"),
        ("http://www.contoso.com", "GET", "x-ms-client-request-id", 403, ""),
        ("http://WWW.contoso.com", "HEAD", "", 403, ""),
        ("http://www.contoso.com", "HEAD", "", 200, "http://www.contoso.com"),
        ("http://www.contoso.com", "DELETE", "", 403, ""),
    ] {
        let headers =
            [("origin", origin), ("access-control-request-method", method), ("access-control-request-headers", asked)];
        let answer = ask(&server, Method::OPTIONS, "media/a.jpg", &headers).await;
        let shown = (answer.status().as_u16(), header(&answer, "access-control-allow-origin"));
        assert_eq!(shown, (status, allowed), "{method} {asked}");
    }
    let nameless = ask(&server, Method::OPTIONS, "media/a.jpg", &[("origin", "http://www.contoso.com")]).await;
    assert_eq!((nameless.status().as_u16(), header(&nameless, "x-ms-error-code")), (400, "InvalidHeaderValue"));
    let read = ask(&server, Method::GET, "media/a.jpg", &[("origin", "http://www.contoso.com")]).await;
    assert_eq!(header(&read, "access-control-allow-origin"), "*");
    let exposed = header(&read, "access-control-expose-headers");
    assert!(exposed.contains("x-ms-blob-type") && !exposed.contains("content-type"), "{exposed}");
    server.stop().await;
}

#[tokio::test]
async fn rules_that_are_none_are_refused_and_change_nothing() {
    let server = server().await;
    let account = Account::open(server.account_url(), &Auth::Sas(server.account_sas("rw", "s", Duration::HOUR)))
        .expect("an address");
    let before = account.cors_rules().await.expect("rules");
    let other = Rule { origins: vec!["https://a.example".into()], methods: vec!["GET".into()], ..Rule::default() };
    for rules in [vec![other.clone(); 6], vec![Rule::default()]] {
        let error = account.set_cors_rules(&rules).await.expect_err("no rules");
        assert_eq!(error.code(), Some("InvalidXmlDocument"));
        assert_eq!(account.cors_rules().await.expect("rules"), before);
    }
    account.set_cors_rules(std::slice::from_ref(&other)).await.expect("a rule");
    assert_eq!(account.cors_rules().await.expect("rules"), [other]);
    account.set_cors_rules(&[]).await.expect("no rule");
    assert_eq!(account.cors_rules().await.expect("rules"), []);
}

#[tokio::test]
async fn many_containers_and_folders_are_read_page_by_page_up_to_a_limit() {
    let server = server().await;
    let account = Account::open(server.account_url(), &Auth::Sas(reading(&server))).expect("an address");
    assert_eq!(account.containers().await.expect("containers"), ["archive", "media"]);
    for at in 0..MOST_CONTAINERS {
        server.create_container(&format!("more-{at:05}"));
    }
    let names = account.containers().await.expect("containers");
    assert_eq!((names.len(), names[0].as_str()), (MOST_CONTAINERS, "archive"));
    for at in 0..7000 {
        server.put_blob("wide", StoredBlob::new(format!("x/{at:05}/y"), "", "image/jpeg"));
    }
    let found = account.prefixes("wide", "x/").await.expect("folders");
    assert_eq!((found.prefixes.len(), found.blobs, found.more), (7000, 0, false));
    assert_eq!(found.prefixes[6999], "x/06999/");
    for at in 0..20_000 {
        server.put_blob("wide", StoredBlob::new(format!("z{at:05}"), "", "image/jpeg"));
    }
    let found = account.prefixes("wide", "").await.expect("folders");
    assert_eq!((found.prefixes.as_slice(), found.blobs, found.more), (["x/".to_owned()].as_slice(), 19_999, true));
    let odd = account.prefixes("media", "c/").await.expect("folders");
    assert_eq!((odd.prefixes.as_slice(), odd.blobs), (["c/数据/".to_owned()].as_slice(), 1));
}

#[tokio::test]
async fn a_stopped_service_frees_its_port_at_once() {
    let server = server().await;
    let media = container(&server, "media", reading(&server));
    media.probe().await.expect("an answer");
    let port = server.account_url().port().expect("a port");
    let begun = std::time::Instant::now();
    server.stop().await;
    assert!(begun.elapsed() < std::time::Duration::from_secs(30));
    let again = Server::start(Options { port, ..Options::default() }).await.expect("the same port");
    again.stop().await;
}
