"""Beginning a visit."""

from sekisho import identity as identities
from sekisho import settings
from sekisho.calls import Calls
from sekisho.receipt import Keyring
from sekisho.settings import IdentityPath, StrPath, Trust
from sekisho.transparency import load_trust
from sekisho.visit import Visit


def connect(
    address: str | None = None,
    *,
    identity: IdentityPath | None = None,
    ca: StrPath | None = None,
    project: str | None = None,
    trust: Trust | None = None,
    language: str | None = None,
    timeout: float | None = 120.0,
) -> Visit:
    """Begin a visit.

    What is not given is taken from ``SEKISHO_ADDRESS``, ``SEKISHO_IDENTITY``,
    ``SEKISHO_CA``, ``SEKISHO_PROJECT``, ``SEKISHO_TRUST`` and ``SEKISHO_LANGUAGE``,
    else from ``~/.config/sekisho/config.toml``.

    Parameters
    ----------
    address
        ``host:port`` of the gateway.
    identity
        One PEM with certificate and key, or ``(certificate, key)``.
    ca
        PEM with the consortium's authorities; without it those of the system.
    project
        The project on whose behalf the visit is made, for example ``P-0001``.
    trust
        Verification keys of the ledgers: C2SP vkey lines, or a file of them. Without
        them receipts are verified against keys that the server itself names.
    language
        In which the consortium tells reasons: ``en``, or ``ja`` for Japanese.
    timeout
        Seconds that a call may take; None for no limit.

    Returns
    -------
    Visit
        Also a context manager.

    Raises
    ------
    ConnectionFailed
        If something is missing or there is no connection.
    ReceiptInvalid
        If `trust` holds no keys.

    Examples
    --------
    >>> import sekisho
    >>> visit = sekisho.connect(
    ...     "localhost:7443",
    ...     identity="dev/people/researcher.pem",
    ...     ca="dev/ca.pem",
    ...     project="P-0001",
    ... )  # doctest: +SKIP
    """
    resolved = settings.resolve(
        address=address,
        identity=identity,
        ca=ca,
        project=project,
        trust=trust,
        language=language,
    )
    keys = load_trust(resolved.trust) if resolved.trust else None
    return Visit(
        Calls(
            resolved.address,
            identities.load(resolved.identity),
            identities.read(resolved.ca, "ca") if resolved.ca else None,
            timeout,
            resolved.language,
        ),
        resolved.project,
        Keyring(keys, pinned=True) if keys else None,
    )
