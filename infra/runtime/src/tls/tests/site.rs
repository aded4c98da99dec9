//! A listening server, and clients that knock.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion, pki_types::ServerName};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::TlsConnector;

use super::{
    super::{
        Acceptor, ClientTls, Connection, Limits, ServerTls, incoming, provider, server_acceptor,
    },
    GATEWAY,
    authority::{Authority, Issued},
};

/// A listening server and all that its clients need.
pub(super) struct Site {
    pub(super) folder: tempfile::TempDir,
    pub(super) authority: Authority,
    pub(super) files: ServerTls,
    pub(super) acceptor: Acceptor,
    pub(super) address: SocketAddr,
    listener: Option<TcpListener>,
}

impl Site {
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let authority = Authority::new("consortium");
        let server = authority.server(GATEWAY);
        let file = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let files = ServerTls {
            certificate: file("server.pem", &server.certificate),
            key: file("server.key", &server.key),
            client_ca: file("ca.pem", &authority.pem()),
            client_crl: None,
        };
        let acceptor = server_acceptor(&files).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        Self {
            address: listener.local_addr().unwrap(),
            listener: Some(listener),
            folder,
            authority,
            files,
            acceptor,
        }
    }

    pub(super) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    }

    pub(super) fn incoming(
        &mut self,
        limits: Limits,
    ) -> impl tokio_stream::Stream<Item = std::io::Result<Connection>> + Unpin + use<> {
        incoming(self.listener.take().unwrap(), self.acceptor.clone(), limits)
    }

    pub(super) fn client(&self, person: &Issued) -> ClientTls {
        let both = format!("{}{}", person.certificate, person.key);
        ClientTls {
            endpoint: format!("https://localhost:{}", self.address.port()),
            ca: self.files.client_ca.clone(),
            certificate: self.write("person.pem", &both),
            key: None,
            server_name: None,
            server_uri: None,
            connect_timeout: Duration::from_secs(5),
        }
    }

    /// Shakes hands as a client and reads to the end: what goes wrong at the
    /// server reaches the client as an alert only then.
    pub(super) async fn knock(
        &self,
        person: Option<&Issued>,
        versions: &[&'static SupportedProtocolVersion],
    ) -> std::io::Result<()> {
        let mut roots = RootCertStore::empty();
        roots.add(self.authority.der()).unwrap();
        let config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots);
        let config = match person {
            Some(person) => config
                .with_client_auth_cert(person.chain(), person.key_der())
                .unwrap(),
            None => config.with_no_client_auth(),
        };
        let stream = TcpStream::connect(self.address).await?;
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await?;
        stream.write_all(b"x").await?;
        stream.read_u8().await?;
        Ok(())
    }
}
