"""The visitor's certificate and key, checked before anything is sent."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from sekisho.errors import ConnectionFailed
from sekisho.settings import IdentityPath, StrPath

_BLOCK: Final = re.compile(
    rb"-----BEGIN ([A-Z0-9 ]+)-----\r?\n.+?-----END \1-----\r?\n?", re.DOTALL
)
_ISSUE: Final = "ask your consortium for a new certificate"


@dataclass(frozen=True, slots=True)
class Identity:
    """A certificate chain and its private key, as PEM.

    Attributes
    ----------
    name : str
        The URI subject alternative name, by which the consortium knows the visitor.
    paths : tuple of Path
        The file or files it was read from.
    """

    chain: bytes
    key: bytes
    name: str
    paths: tuple[Path, ...]

    def __repr__(self) -> str:
        return f"Identity({self.name!r})"


def load(identity: IdentityPath, *, now: datetime | None = None) -> Identity:
    """Read and check an identity.

    Parameters
    ----------
    identity
        One PEM with certificate and key, or a certificate and a key.
    now
        The time to judge validity by; the clock's if not given.

    Raises
    ------
    ConnectionFailed
        If a file is missing, holds no certificate or no plain key, the key is not the
        certificate's, or the certificate is not valid now.
    """
    paths = identity if isinstance(identity, tuple) else (identity,)
    blocks = [
        (found.group(1), found.group(0))
        for path in paths
        for found in _BLOCK.finditer(read(path, "identity"))
    ]
    certificates = [block for kind, block in blocks if kind == b"CERTIFICATE"]
    keys = [block for kind, block in blocks if kind.endswith(b"PRIVATE KEY")]
    where = " and ".join(f"`{path}`" for path in paths)
    if not certificates:
        raise ConnectionFailed(
            f"{where} holds no certificate",
            help="give one PEM with certificate and key, or `(certificate, key)`",
        )
    if len(keys) != 1:
        raise ConnectionFailed(
            f"{where} holds {len(keys)} private keys",
            help="give one PEM with certificate and key, or `(certificate, key)`",
        )
    try:
        certificate = x509.load_pem_x509_certificate(certificates[0])
        key = serialization.load_pem_private_key(keys[0], password=None)
    except TypeError as error:
        raise ConnectionFailed(
            f"the private key in {where} is encrypted",
            help="decrypt it with `openssl pkey` into a file that only you can read",
        ) from error
    except ValueError as error:
        raise ConnectionFailed(f"{where} is damaged: {error}", help=_ISSUE) from error
    if certificate.public_key() != key.public_key():
        raise ConnectionFailed(
            f"the private key in {where} does not belong to the certificate",
            help="give the certificate and the key that were issued together",
        )
    _in_time(certificate, where, now or datetime.now(UTC))
    return Identity(
        chain=b"".join(certificates),
        key=keys[0],
        name=_name(certificate),
        paths=tuple(Path(path).expanduser() for path in paths),
    )


def read(path: StrPath, what: str) -> bytes:
    """Read a file that a setting names."""
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise ConnectionFailed(
            f"`{what}` cannot be read: {error.strerror} (`{path}`)",
            help=f"give the path of an existing file as `{what}=`",
        ) from error


def _in_time(certificate: x509.Certificate, where: str, now: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now > end:
        raise ConnectionFailed(
            f"the certificate in {where} expired on {end:%Y-%m-%d %H:%M} UTC", help=_ISSUE
        )
    if now < start:
        raise ConnectionFailed(
            f"the certificate in {where} is not valid before {start:%Y-%m-%d %H:%M} UTC",
            help="check the clock of this machine",
        )


def _name(certificate: x509.Certificate) -> str:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ""
    uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    return uris[0] if uris else ""
