"""Where to visit and as whom: arguments, then ``SEKISHO_*``, then a config file."""

import os
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sekisho.errors import ConnectionFailed

NAMES: Final = ("address", "identity", "ca", "project", "trust", "language")
"""The settings; each is also ``SEKISHO_<NAME>`` and a key of the config file."""

_PATHS: Final = frozenset({"identity", "ca"})

StrPath = str | os.PathLike[str]
IdentityPath = StrPath | tuple[StrPath, StrPath]
Trust = StrPath | Sequence[str]


@dataclass(frozen=True, slots=True)
class Settings:
    """What `connect` needs.

    Attributes
    ----------
    address : str
        ``host:port`` of the gateway.
    identity : path or (path, path)
        One PEM with certificate and key, or a certificate and a key.
    ca : path, optional
        PEM with the authorities of the consortium; without it those of the system.
    project : str
        The project on whose behalf the visit is made.
    trust : str, path or sequence of str, optional
        Verification keys of ledgers.
    language : str, optional
        In which reasons are told: ``en`` or ``ja``.
    """

    address: str
    identity: IdentityPath
    ca: StrPath | None
    project: str
    trust: Trust | None
    language: str | None


def resolve(
    *,
    address: str | None,
    identity: IdentityPath | None,
    ca: StrPath | None,
    project: str | None,
    trust: Trust | None,
    language: str | None,
) -> Settings:
    """Fill what is not given from the environment and the config file.

    Raises
    ------
    ConnectionFailed
        If the address, the identity or the project is nowhere to be found, the
        language is none, or the config file cannot be read.
    """
    written = _environment(_config_file())
    return Settings(
        address=_address(_required("address", address or written.get("address"))),
        identity=_required("identity", identity or written.get("identity")),
        ca=ca or written.get("ca"),
        project=_required("project", project or written.get("project")),
        trust=trust if trust is not None else written.get("trust"),
        language=_language(language or written.get("language")),
    )


def default_trust() -> str | None:
    """Give the keys that ``SEKISHO_TRUST`` or the config file pins, if any."""
    return _environment(_config_file()).get("trust")


def config_path() -> Path:
    """Where the config file is looked for."""
    return Path.home() / ".config" / "sekisho" / "config.toml"


def _config_file() -> dict[str, str]:
    path = config_path()
    try:
        read = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise ConnectionFailed(
            f"`{path}` cannot be read: {error}", help="correct or remove the file"
        ) from error
    for key, value in read.items():
        if key not in NAMES or not isinstance(value, str):
            raise ConnectionFailed(
                f"`{path}` has `{key}`, which is not a setting or not a string",
                help=f"the settings are {', '.join(NAMES)}",
            )
        if key in _PATHS or (key == "trust" and "+" not in value):
            read[key] = str(path.parent / Path(value).expanduser())
    return read


def _environment(defaults: dict[str, str]) -> dict[str, str]:
    found = {name: os.environ.get(f"SEKISHO_{name.upper()}", "") for name in NAMES}
    return defaults | {name: value for name, value in found.items() if value}


def _required(name: str, value: Any) -> Any:
    if not value:
        raise ConnectionFailed(
            f"no `{name}` is given",
            help=f"pass `{name}=`, set SEKISHO_{name.upper()} or write it to {config_path()}",
        )
    return value


def _language(language: str | None) -> str | None:
    if language and not (language.isascii() and language.isprintable()):
        raise ConnectionFailed(f"`{language}` is no language", help="write `en` or `ja`")
    return language


def _address(address: str) -> str:
    bare = address.removeprefix("https://").rstrip("/")
    host, separator, port = bare.rpartition(":")
    if not (separator and host and port.isascii() and port.isdigit() and "/" not in host):
        raise ConnectionFailed(
            f"`{address}` is no address", help="write host and port, for example `localhost:7443`"
        )
    return bare
