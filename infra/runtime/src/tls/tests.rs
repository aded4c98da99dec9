//! Handshakes over real sockets, with certificates made on the spot.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod authority;
mod site;

use std::{
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use rustls::SupportedProtocolVersion;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use tokio_stream::StreamExt as _;
use tonic::{Request, Status, service::InterceptorLayer, transport::Server};
use tonic_health::pb::{HealthCheckRequest, health_client::HealthClient};

use super::*;
use authority::{Authority, Issued, Names};
use site::Site;

const RESEARCHER: &str = "spiffe://consortium.example/people/researcher";
const GATEWAY: &str = "spiffe://consortium.example/gateway";

/// Expects that a client is turned away, by the server and not by the clock.
async fn is_refused(
    site: &mut Site,
    person: Option<Issued>,
    versions: &[&'static SupportedProtocolVersion],
) {
    let mut incoming = site.incoming(Limits::default());
    let knocked = site.knock(person.as_ref(), versions).await;
    assert!(knocked.is_err());
    let waited = Instant::now();
    while site.acceptor.failed_handshakes() == 0 {
        assert!(waited.elapsed() < Duration::from_secs(5));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(site.acceptor.failed_handshakes(), 1);
    let none = tokio::time::timeout(Duration::from_millis(50), incoming.next()).await;
    assert!(
        none.is_err(),
        "a refused client must not become a connection"
    );
}

const TLS13: &[&SupportedProtocolVersion] = &[&rustls::version::TLS13];
const TLS12: &[&SupportedProtocolVersion] = &[&rustls::version::TLS12];

#[tokio::test]
async fn a_verified_client_is_known_by_its_uri() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    let mut incoming = site.incoming(Limits::default());
    let (connection, knocked) = tokio::join!(
        async {
            let mut connection = incoming.next().await.unwrap().unwrap();
            connection.write_u8(1).await.unwrap();
            connection.flush().await.unwrap();
            connection
        },
        site.knock(Some(&person), TLS13)
    );
    knocked.unwrap();
    let peer = tonic::transport::server::Connected::connect_info(&connection);
    assert_eq!(peer.uri(), Some(RESEARCHER));
    assert!(peer.address().unwrap().ip().is_loopback());
    assert_eq!(uri_san(peer.certificate()).as_deref(), Some(RESEARCHER));
    let now = crate::clock::Clock::now_ms(&crate::clock::SystemClock);
    assert!(!peer.expired(now));
    assert!(peer.expired(now + 40 * 86_400_000));
    assert_eq!(site.acceptor.failed_handshakes(), 0);
}

#[tokio::test]
async fn a_client_without_a_certificate_is_refused() {
    let mut site = Site::open().await;
    is_refused(&mut site, None, TLS13).await;
}

#[tokio::test]
async fn a_client_of_another_authority_is_refused() {
    let mut site = Site::open().await;
    // The same name, so that only the signature tells them apart.
    let person = Authority::new("consortium").person(RESEARCHER);
    is_refused(&mut site, Some(person), TLS13).await;
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let mut site = Site::open().await;
    let person = site
        .authority
        .issue(Names::person(RESEARCHER).days(-10, -1));
    is_refused(&mut site, Some(person), TLS13).await;
}

#[tokio::test]
async fn a_certificate_that_is_not_yet_valid_is_refused() {
    let mut site = Site::open().await;
    let person = site.authority.issue(Names::person(RESEARCHER).days(1, 10));
    is_refused(&mut site, Some(person), TLS13).await;
}

#[tokio::test]
async fn a_server_certificate_is_no_identity_of_a_client() {
    let mut site = Site::open().await;
    let server = site.authority.server(RESEARCHER);
    is_refused(&mut site, Some(server), TLS13).await;
}

#[tokio::test]
async fn tls_1_2_is_refused() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    is_refused(&mut site, Some(person), TLS12).await;
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_after_a_reload() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    let other = site
        .authority
        .person("spiffe://consortium.example/people/other");
    let crl = site.write("crl.pem", &site.authority.revoke(&[]));
    site.files.client_crl = Some(crl);
    site.acceptor = server_acceptor(&site.files).unwrap();
    let mut incoming = site.incoming(Limits::default());
    let serve = tokio::spawn(async move {
        while let Some(Ok(mut connection)) = incoming.next().await {
            let _ = connection.write_u8(1).await;
            let _ = connection.flush().await;
        }
    });
    site.knock(Some(&person), TLS13).await.unwrap();
    site.write("crl.pem", &site.authority.revoke(&[&person]));
    site.acceptor.reload().unwrap();
    assert!(site.knock(Some(&person), TLS13).await.is_err());
    site.knock(Some(&other), TLS13).await.unwrap();
    serve.abort();
}

#[tokio::test]
async fn a_failed_reload_keeps_what_was_loaded() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    let stranger = Authority::new("consortium").server(GATEWAY);
    site.write("server.key", &stranger.key);
    assert!(matches!(
        site.acceptor.reload(),
        Err(TlsError::Mismatched { .. })
    ));
    let mut incoming = site.incoming(Limits::default());
    let (_, knocked) = tokio::join!(
        async {
            let mut connection = incoming.next().await.unwrap().unwrap();
            connection.write_u8(1).await.unwrap();
            connection.flush().await.unwrap();
        },
        site.knock(Some(&person), TLS13)
    );
    knocked.unwrap();
}

#[tokio::test]
async fn a_client_that_says_nothing_keeps_nobody_waiting() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    let limits = Limits {
        handshake: Duration::from_millis(300),
        ..Limits::default()
    };
    let mut incoming = site.incoming(limits);
    let mut silent = TcpStream::connect(site.address).await.unwrap();
    let started = Instant::now();
    let (_, knocked) = tokio::join!(
        async {
            let mut connection = incoming.next().await.unwrap().unwrap();
            connection.write_u8(1).await.unwrap();
            connection.flush().await.unwrap();
        },
        site.knock(Some(&person), TLS13)
    );
    knocked.unwrap();
    assert_eq!(
        site.acceptor.failed_handshakes(),
        0,
        "the silent one still waits"
    );
    // The server hangs up on the silent one when its time is over.
    assert_eq!(silent.read(&mut [0; 1]).await.unwrap(), 0);
    assert!(started.elapsed() >= Duration::from_millis(300));
    assert_eq!(site.acceptor.failed_handshakes(), 1);
}

#[tokio::test]
async fn connections_over_the_limit_are_closed() {
    let mut site = Site::open().await;
    let person = site.authority.person(RESEARCHER);
    let limits = Limits {
        connections: 1,
        ..Limits::default()
    };
    let mut incoming = site.incoming(limits);
    let (first, knocked) = tokio::join!(
        async {
            let mut connection = incoming.next().await.unwrap().unwrap();
            connection.write_u8(1).await.unwrap();
            connection.flush().await.unwrap();
            connection
        },
        site.knock(Some(&person), TLS13)
    );
    knocked.unwrap();
    assert!(site.knock(Some(&person), TLS13).await.is_err());
    assert_eq!(site.acceptor.failed_handshakes(), 1);
    drop(first);
    let (_, knocked) = tokio::join!(
        async {
            let mut connection = incoming.next().await.unwrap().unwrap();
            connection.write_u8(1).await.unwrap();
            connection.flush().await.unwrap();
        },
        site.knock(Some(&person), TLS13)
    );
    knocked.unwrap();
}

/// A health service behind `incoming`, and the names of those who called it.
fn serve(site: &mut Site) -> Arc<Mutex<Vec<Option<String>>>> {
    let callers = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&callers);
    let note = move |request: Request<()>| -> Result<Request<()>, Status> {
        seen.lock().unwrap().push(peer_uri(&request));
        Ok(request)
    };
    let incoming = site.incoming(Limits::default());
    let (_, health) = tonic_health::server::health_reporter();
    tokio::spawn(
        Server::builder()
            .layer(InterceptorLayer::new(note))
            .add_service(health)
            .serve_with_incoming(incoming),
    );
    callers
}

#[tokio::test]
async fn a_channel_calls_and_is_recognised() {
    let mut site = Site::open().await;
    let callers = serve(&mut site);
    let mut client = site.client(&site.authority.person(RESEARCHER));
    client.server_uri = Some(GATEWAY.to_owned());
    HealthClient::new(client_channel(&client).unwrap())
        .check(HealthCheckRequest::default())
        .await
        .unwrap();
    let callers = callers.lock().unwrap().clone();
    assert_eq!(callers, [Some(RESEARCHER.to_owned())]);
}

#[tokio::test]
async fn a_server_with_another_uri_is_not_spoken_to() {
    let mut site = Site::open().await;
    let callers = serve(&mut site);
    let mut client = site.client(&site.authority.person(RESEARCHER));
    client.server_uri = Some("spiffe://consortium.example/enclaves/west".to_owned());
    let connected = client_endpoint(&client).unwrap().connect().await;
    assert!(connected.is_err());
    assert!(callers.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_certificate_with_two_uris_or_none_has_no_name() {
    let mut site = Site::open().await;
    let callers = serve(&mut site);
    let two = Names::person(RESEARCHER).and("spiffe://consortium.example/people/other");
    let none = Names::client("researcher");
    for names in [two, none] {
        let client = site.client(&site.authority.issue(names));
        HealthClient::new(client_channel(&client).unwrap())
            .check(HealthCheckRequest::default())
            .await
            .unwrap();
    }
    assert_eq!(*callers.lock().unwrap(), [None, None]);
}

#[tokio::test]
async fn files_that_do_not_fit_are_refused_by_name() {
    let site = Site::open().await;
    let stranger = Authority::new("consortium").server(GATEWAY);
    let mut files = site.files.clone();
    files.key = site.write("stranger.key", &stranger.key);
    let error = server_acceptor(&files).unwrap_err().to_string();
    assert!(
        error.contains("stranger.key") && error.contains("server.pem"),
        "{error}"
    );
    files = site.files.clone();
    files.client_ca = site.write("empty.pem", "");
    let error = server_acceptor(&files).unwrap_err().to_string();
    assert!(
        error.ends_with("empty.pem` holds no CA certificate in PEM form"),
        "{error}"
    );
    files.client_ca = site.folder.path().join("absent.pem");
    assert!(matches!(
        server_acceptor(&files),
        Err(TlsError::Unreadable { .. })
    ));
    let mut client = site.client(&site.authority.person(RESEARCHER));
    client.endpoint = "http://localhost:1".to_owned();
    assert!(matches!(
        client_endpoint(&client),
        Err(TlsError::Address { .. })
    ));
}
