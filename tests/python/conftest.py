"""What several test modules share."""

from collections.abc import Iterator
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

import sekisho
from gateway import Gateway, answer, diagnoses
from ledger import Ledger
from pki import Authority
from sekisho._proto import receipt_pb2, release_pb2
from sekisho.receipt import Receipt
from sekisho.release import Budget, Release
from sekisho.result import Result


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("ADDRESS", "IDENTITY", "CA", "PROJECT", "TRUST"):
        monkeypatch.delenv(f"SEKISHO_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("pki"))


@pytest.fixture(scope="session")
def researcher(authority: Authority) -> Path:
    return authority.issue("researcher", uri="spiffe://sekisho.test/people/researcher")


@pytest.fixture(scope="session")
def server_identity(authority: Authority) -> Path:
    return authority.issue("gateway", hosts=("localhost",))


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def gateway(authority: Authority, server_identity: Path, ledger: Ledger) -> Iterator[Gateway]:
    """A gateway that answers one query and names its ledger's key."""
    gateway = Gateway(server_identity, authority.path)
    gateway.answers = {
        "VisitService/Query": lambda request, _: (
            part
            for dataset in request.question.datasets
            for part in answer(ledger, dataset=dataset)
        ),
        "ReceiptService/ListLedgerKeys": lambda *_: receipt_pb2.ListLedgerKeysResponse(
            keys=[receipt_pb2.LedgerKey(dataset="demo-cancer", vkey=ledger.vkey)]
        ),
    }
    yield gateway
    gateway.stop()


@pytest.fixture
def visit(gateway: Gateway, authority: Authority, researcher: Path) -> Iterator[sekisho.Visit]:
    with sekisho.connect(
        gateway.address, identity=researcher, ca=authority.path, project="P-0001", timeout=20
    ) as visit:
        yield visit


@pytest.fixture
def result(ledger: Ledger) -> Result:
    """A result without a server."""
    index = ledger.append()
    release = Release(
        dataset="demo-cancer",
        snapshot="4" * 64,
        policy_digest="5" * 64,
        profile="standard",
        threshold=10,
        rounding_base=5,
        figures_released=3,
        figures_suppressed=1,
        budget=Budget("demo-cancer", "P-0001", limit=200, spent=12),
        repeated=False,
    )
    receipt = Receipt.of(release_pb2.Receipt(**ledger.receipt(index)))
    return Result(diagnoses(), release, receipt)


@pytest.fixture
def nothing_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Draw in memory alone."""
    monkeypatch.setenv("MPLBACKEND", "agg")
    yield
    plt.close("all")
