"""When there is no connection, one plain sentence says why, before anything is asked."""

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

import sekisho
from gateway import Gateway
from pki import Authority, key_pem
from sekisho import identity as identities
from sekisho._proto import catalog_pb2


@pytest.fixture
def stranger(tmp_path: Path) -> Authority:
    return Authority(tmp_path, "stranger")


def refused(address: str, **settings: Any) -> sekisho.ConnectionFailed:
    """Connect and ask, and give the failure: a server may refuse only what is asked."""
    with (
        pytest.raises(sekisho.ConnectionFailed) as raised,
        sekisho.connect(address, project="P-0001", timeout=10, **settings) as visit,
    ):
        visit.datasets()
    assert raised.value.reason == "CONNECTION_FAILED"
    return raised.value


@contextlib.contextmanager
def listening(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A server that talks to each that connects, one after another."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection, contextlib.suppress(OSError):
                    talk(connection)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"localhost:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_an_identity_is_one_file_or_two(
    gateway: Gateway, authority: Authority, researcher: Path, tmp_path: Path
) -> None:
    gateway.answers["CatalogService/ListDatasets"] = lambda *_: catalog_pb2.ListDatasetsResponse()
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    text = researcher.read_text()
    at = text.index("-----BEGIN PRIVATE")
    certificate.write_text(text[:at])
    key.write_text(text[at:])
    for identity in (researcher, str(researcher), (certificate, key)):
        with sekisho.connect(
            gateway.address, identity=identity, ca=authority.path, project="P-0001"
        ) as visit:
            assert len(visit.datasets()) == 0
    assert identities.load((certificate, key)).name == "spiffe://sekisho.test/people/researcher"
    # The probe that finds reasons reads both files too.
    error = refused("localhost:1", identity=(certificate, key), ca=authority.path)
    assert error.message == "nothing listens at `localhost:1`"


def test_an_address_may_be_written_as_a_url(
    gateway: Gateway, authority: Authority, researcher: Path
) -> None:
    sekisho.connect(
        f"https://{gateway.address}/", identity=researcher, ca=authority.path, project="P-0001"
    ).close()


def test_a_server_of_another_authority_is_not_trusted(
    gateway: Gateway, researcher: Path, stranger: Authority
) -> None:
    error = refused(gateway.address, identity=researcher, ca=stranger.path)
    assert "is not trusted" in error.message
    assert "certificate" in error.message
    assert not gateway.requests


def test_a_server_of_another_name_is_not_trusted(authority: Authority, researcher: Path) -> None:
    elsewhere = authority.issue("elsewhere", uri="spiffe://sekisho.test/gateways/elsewhere")
    gateway = Gateway(elsewhere, authority.path)
    try:
        error = refused(gateway.address, identity=researcher, ca=authority.path)
    finally:
        gateway.stop()
    assert "is not trusted" in error.message
    assert "localhost" in error.message


def test_a_server_whose_certificate_expired_is_not_trusted(
    authority: Authority, researcher: Path
) -> None:
    old = authority.issue("old-gateway", hosts=("localhost",), age=timedelta(days=2))
    gateway = Gateway(old, authority.path)
    try:
        error = refused(gateway.address, identity=researcher, ca=authority.path)
    finally:
        gateway.stop()
    assert "is not trusted: certificate has expired" in error.message


def test_a_visitor_of_another_authority_is_told_so(
    gateway: Gateway, authority: Authority, stranger: Authority
) -> None:
    error = refused(gateway.address, identity=stranger.issue("intruder"), ca=authority.path)
    assert "your certificate" in error.message
    assert "identity=" in error.help
    assert not gateway.requests


def test_what_a_server_says_of_a_certificate_is_told(
    authority: Authority, server_identity: Path, stranger: Authority
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(server_identity)
    context.load_verify_locations(authority.path)
    context.verify_mode = ssl.CERT_REQUIRED
    context.set_alpn_protocols(["h2"])

    def talk(connection: socket.socket) -> None:
        with (
            contextlib.suppress(ssl.SSLError, OSError),
            context.wrap_socket(connection, server_side=True) as secure,
        ):
            secure.recv(1)

    with listening(talk) as address:
        error = refused(address, identity=stranger.issue("intruder"), ca=authority.path)
    assert error.message == ("the server does not know the authority that issued your certificate")


def test_an_expired_identity_is_not_sent(gateway: Gateway, authority: Authority) -> None:
    old = authority.issue("old", age=timedelta(days=2))
    error = refused(gateway.address, identity=old, ca=authority.path)
    assert f"the certificate in `{old}` expired on" in error.message


def test_an_identity_that_is_not_valid_yet_speaks_of_the_clock(researcher: Path) -> None:
    with pytest.raises(sekisho.ConnectionFailed) as raised:
        identities.load(researcher, now=datetime.now(UTC) - timedelta(days=1))
    assert "is not valid before" in raised.value.message
    assert "clock" in raised.value.help


def test_what_is_wrong_with_identity_files_is_said(
    authority: Authority, researcher: Path, tmp_path: Path
) -> None:
    text = researcher.read_bytes()
    at = text.index(b"-----BEGIN PRIVATE")
    certificate, key = text[:at], text[at:]
    other = ec.generate_private_key(ec.SECP256R1())
    for content, message in [
        (key, "holds no certificate"),
        (certificate, "holds 0 private keys"),
        (certificate + key + key, "holds 2 private keys"),
        (certificate + key_pem(other), "does not belong to the certificate"),
        (certificate + key_pem(other, b"secret"), "is encrypted"),
        (certificate.replace(b"M", b"N") + key, "is damaged"),
        (b"", "holds no certificate"),
    ]:
        path = tmp_path / "identity.pem"
        path.write_bytes(content)
        with pytest.raises(sekisho.ConnectionFailed) as raised:
            identities.load(path)
        assert message in raised.value.message
        assert str(path) in raised.value.message
    missing = refused("localhost:1", identity=tmp_path / "absent", ca=authority.path)
    assert "No such file" in missing.message
    missing = refused("localhost:1", identity=researcher, ca=tmp_path / "absent")
    assert "`ca` cannot be read" in missing.message


def test_a_server_without_tls_is_named_as_none_of_ours(
    authority: Authority, researcher: Path
) -> None:
    def talk(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with listening(talk) as address:
        error = refused(address, identity=researcher, ca=authority.path)
    assert "handshake" in error.message


def test_a_host_that_is_not_there_is_named(authority: Authority, researcher: Path) -> None:
    error = refused("no-such-host.invalid:7443", identity=researcher, ca=authority.path)
    assert "no-such-host.invalid" in error.message


def test_a_server_that_went_away_is_told_from_one_that_refuses(
    gateway: Gateway, authority: Authority, researcher: Path
) -> None:
    with sekisho.connect(
        gateway.address, identity=researcher, ca=authority.path, project="P-0001", timeout=10
    ) as visit:
        gateway.stop()
        with pytest.raises(sekisho.ConnectionFailed, match="nothing listens"):
            visit.datasets()
