//! Who does not get past the handshake, or not beyond it.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    path::Path,
    sync::Arc,
    time::Duration,
};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, Stream, SupportedProtocolVersion,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _},
};
use sekisho::{Connection, Error, Reason, Visit};
use sekisho_proto::enclave::v1::{DescribeRequest, enclave_service_client::EnclaveServiceClient};
use sekisho_runtime::status::Failure;
use sekisho_tests::{Consortium, Pki, failure};

/// Shakes hands by hand, begins to speak HTTP/2, and says what came back.
fn handshake(
    consortium: &Consortium,
    port: u16,
    versions: &[&'static SupportedProtocolVersion],
    identity: Option<&Path>,
) -> Result<(), String> {
    let mut roots = RootCertStore::empty();
    let ca = fs::read(consortium.pki.file("ca.pem")).unwrap();
    roots
        .add(CertificateDer::from_pem_slice(&ca).unwrap())
        .unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(versions)
        .unwrap()
        .with_root_certificates(roots);
    let mut config = match identity {
        None => config.with_no_client_auth(),
        Some(file) => {
            let pem = fs::read(file).unwrap();
            let chain = CertificateDer::pem_slice_iter(&pem)
                .map(Result::unwrap)
                .collect();
            let key = PrivateKeyDer::from_pem_slice(&pem).unwrap();
            config.with_client_auth_cert(chain, key).unwrap()
        }
    };
    config.alpn_protocols = vec![b"h2".to_vec()];
    let name = "localhost".try_into().unwrap();
    let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut socket = TcpStream::connect(("127.0.0.1", port)).unwrap();
    socket
        .set_read_timeout(Some(Duration::from_secs(60)))
        .unwrap();
    let mut stream = Stream::new(&mut connection, &mut socket);
    let spoken = stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0")
        .and_then(|()| stream.read(&mut [0; 9]));
    match spoken {
        Ok(0) => Err("closed".to_owned()),
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

#[test]
fn a_visitor_with_a_certificate_shakes_hands() {
    let consortium = Consortium::shared();
    let identity = consortium.pki.person("aiko-tanaka");
    let port = consortium.gateway.port();
    handshake(
        consortium,
        port,
        &[&rustls::version::TLS13],
        Some(&identity),
    )
    .unwrap();
}

#[test]
fn without_a_certificate_there_is_no_connection() {
    let consortium = Consortium::shared();
    for port in [consortium.gateway.port(), consortium.east.port()] {
        let said = handshake(consortium, port, &[&rustls::version::TLS13], None).unwrap_err();
        assert!(said.contains("CertificateRequired"), "{said}");
    }
}

#[test]
fn an_older_protocol_is_not_spoken() {
    let consortium = Consortium::shared();
    let identity = consortium.pki.person("aiko-tanaka");
    for port in [consortium.gateway.port(), consortium.east.port()] {
        let said = handshake(
            consortium,
            port,
            &[&rustls::version::TLS12],
            Some(&identity),
        );
        let said = said.unwrap_err();
        assert!(said.contains("ProtocolVersion"), "{said}");
    }
}

/// What a call with such a connection ends in.
async fn call(connection: Connection) -> Result<(), Error> {
    Visit::connect(connection).await?.datasets().await.map(drop)
}

async fn is_cut_off(connection: Connection) -> bool {
    matches!(call(connection).await, Err(Error::Unreachable { .. }))
}

#[tokio::test]
async fn a_certificate_of_another_authority_is_refused() {
    let consortium = Consortium::shared();
    let other = Pki::init(&consortium.folder().join("other"));
    let mut connection = consortium.connection("aiko-tanaka", "P-0001");
    connection.identity = other.person("aiko-tanaka");
    for _ in 0..20 {
        assert!(is_cut_off(connection.clone()).await);
    }
    // And its holder would not speak to us either.
    connection.ca = other.file("ca.pem");
    assert!(is_cut_off(connection).await);
}

#[tokio::test]
async fn an_expired_certificate_is_refused() {
    let consortium = Consortium::shared();
    consortium.pki.person_with("too-late", &["--expired"]);
    assert!(is_cut_off(consortium.connection("too-late", "P-0001")).await);
}

#[tokio::test]
async fn a_certificate_that_is_not_valid_yet_is_refused() {
    let consortium = Consortium::shared();
    consortium
        .pki
        .person_with("too-early", &["--not-before", "3"]);
    assert!(is_cut_off(consortium.connection("too-early", "P-0001")).await);
}

#[tokio::test]
async fn a_revoked_certificate_is_refused_from_the_next_reload_on() {
    let consortium = Consortium::shared();
    let connection = consortium.connection("soon-revoked", "P-0001");
    // Nobody knows this person, but the certificate is good.
    let unknown = failure(call(connection.clone()).await);
    assert_eq!(unknown.reason, Reason::Unauthenticated);
    consortium.pki.revoke("soon-revoked");
    consortium.gateway.signal("HUP");
    while !is_cut_off(connection.clone()).await {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // Everybody else goes on visiting.
    call(consortium.connection("aiko-tanaka", "P-0001"))
        .await
        .unwrap();
}

#[tokio::test]
async fn an_enclave_answers_its_gateway_only() {
    let consortium = Consortium::shared();
    let person = consortium.pki.person("aiko-tanaka");
    let channel = consortium.channel_to(consortium.east.port(), &person, None);
    let mut client = EnclaveServiceClient::new(channel);
    let status = client.describe(DescribeRequest {}).await.unwrap_err();
    let refused = Failure::from_status(&status).unwrap();
    assert_eq!(refused.reason, Reason::Unauthenticated);
    assert!(!refused.message.contains("demo-cancer"));
    // Nor is another enclave's certificate one to call with.
    let west = consortium.pki.file("enclaves/west.pem");
    let key = Some(consortium.pki.file("enclaves/west.key"));
    let channel = consortium.channel_to(consortium.east.port(), &west, key);
    let outcome = EnclaveServiceClient::new(channel)
        .describe(DescribeRequest {})
        .await;
    assert!(outcome.is_err());
}
