"""A connection over mutual TLS, and plain words when there is none."""

import ipaddress
import socket
import ssl
import threading
from typing import Any, Final

import grpc

from sekisho.errors import ConnectionFailed
from sekisho.identity import Identity

_OPTIONS: Final[tuple[tuple[str, Any], ...]] = (
    ("grpc.primary_user_agent", "sekisho-python/0.1.0"),
    # A chunk is at most 1 MiB; the rest of a message is small.
    ("grpc.max_receive_message_length", 4 << 20),
    ("grpc.max_send_message_length", 1 << 20),
    ("grpc.keepalive_time_ms", 60_000),
    # Smaller frames wake the reader for each of them.
    ("grpc.http2.max_frame_size", 256 << 10),
)

_PROBE_SECONDS: Final = 5.0

_OTHER_IDENTITY: Final = "check `identity=`, or ask your consortium for a new certificate"

_CERTIFICATE_ALERTS: Final = {
    "CERTIFICATE_REQUIRED": "the server wants a certificate and got none",
    "UNKNOWN_CA": "the server does not know the authority that issued your certificate",
    "CERTIFICATE_EXPIRED": "the server finds your certificate expired",
    "CERTIFICATE_REVOKED": "your certificate is revoked",
    "BAD_CERTIFICATE": "the server does not accept your certificate",
    "CERTIFICATE_UNKNOWN": "the server does not accept your certificate",
    "ACCESS_DENIED": "the server does not accept your certificate",
    "DECRYPT_ERROR": "the server does not accept your certificate",
}


class _ClosedAfterHandshakeError(ConnectionError):
    """The server knows its own certificate to be good, and ours not."""


def open_channel(
    address: str, identity: Identity, ca: bytes | None, timeout: float
) -> grpc.Channel:
    """Connect to a gateway.

    Parameters
    ----------
    address
        ``host:port``.
    identity
        Whom to visit as.
    ca
        PEM of the authorities that may have issued the server's certificate.
    timeout
        Seconds to wait for the handshake.

    Raises
    ------
    ConnectionFailed
        If the server cannot be reached or is not the consortium's.
    """
    credentials = grpc.ssl_channel_credentials(
        root_certificates=ca, private_key=identity.key, certificate_chain=identity.chain
    )
    # A proxy from the environment cannot reach this machine's own loopback.
    options = (*_OPTIONS, ("grpc.enable_http_proxy", 0 if _loopback(_split(address)[0]) else 1))
    channel = grpc.secure_channel(address, credentials, options=options)
    settled = threading.Event()
    states: list[grpc.ChannelConnectivity] = []

    def watch(state: grpc.ChannelConnectivity) -> None:
        states.append(state)
        if state in (
            grpc.ChannelConnectivity.READY,
            grpc.ChannelConnectivity.TRANSIENT_FAILURE,
        ):
            settled.set()

    channel.subscribe(watch, try_to_connect=True)
    settled.wait(timeout)
    channel.unsubscribe(watch)
    if grpc.ChannelConnectivity.READY in states:
        return channel
    channel.close()
    raise diagnose(address, identity, ca)


def diagnose(address: str, identity: Identity, ca: bytes | None) -> ConnectionFailed:
    """Say in one sentence why there is no connection, by making one with the same means."""
    host, port = _split(address)
    try:
        _probe(host, port, _context(identity, ca))
    except ssl.SSLCertVerificationError as error:
        return _refused_by_us(address, error)
    except ssl.SSLError as error:
        return _refused_by_server(address, error)
    except TimeoutError:
        return ConnectionFailed(
            f"`{address}` does not answer",
            help="check the address, and that no firewall stands between",
        )
    except socket.gaierror:
        return ConnectionFailed(f"there is no host `{host}`", help="check the address")
    except _ClosedAfterHandshakeError:
        return ConnectionFailed(
            f"`{address}` shook hands and hung up: it does not accept your certificate",
            help=_OTHER_IDENTITY,
        )
    except ConnectionRefusedError:
        return ConnectionFailed(
            f"nothing listens at `{address}`", help="check the address, and that the gateway runs"
        )
    except ConnectionError:
        return ConnectionFailed(
            f"`{address}` closed the connection during the handshake",
            help="check that the address is a Sekisho gateway's, and your certificate",
        )
    except OSError as error:
        return ConnectionFailed(f"`{address}` cannot be reached: {error.strerror}")
    return ConnectionFailed(
        f"`{address}` lost the connection", help="the handshake succeeds now: try again"
    )


def _refused_by_us(address: str, error: ssl.SSLCertVerificationError) -> ConnectionFailed:
    return ConnectionFailed(
        f"the server at `{address}` is not trusted: {error.verify_message.rstrip('.')}",
        help="check `address=` and `ca=`; ask your consortium before you go on",
    )


def _refused_by_server(address: str, error: ssl.SSLError) -> ConnectionFailed:
    reason = error.reason or str(error)
    for alert, sentence in _CERTIFICATE_ALERTS.items():
        if reason.endswith(alert):
            return ConnectionFailed(sentence, help=_OTHER_IDENTITY)
    return ConnectionFailed(
        f"the TLS 1.3 handshake with `{address}` failed ({reason})",
        help="check that the address is a Sekisho gateway's",
    )


def _context(identity: Identity, ca: bytes | None) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=ca.decode("ascii", "replace") if ca else None)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.set_alpn_protocols(["h2"])
    certificate, key = identity.paths[0], identity.paths[-1]
    context.load_cert_chain(certificate, key)
    return context


def _probe(host: str, port: int, context: ssl.SSLContext) -> None:
    """Shake hands, then read: a server refuses a TLS 1.3 client only after the handshake."""
    with (
        socket.create_connection((host, port), timeout=_PROBE_SECONDS) as plain,
        context.wrap_socket(plain, server_hostname=host) as secure,
    ):
        try:
            # An HTTP/2 server that accepts us begins with its settings.
            replied = secure.recv(1)
        except (ConnectionError, ssl.SSLEOFError):
            replied = b""
        if not replied:
            raise _ClosedAfterHandshakeError


def _split(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
