"""The SDK's tutorial notebooks, executed against the servers."""

import json
import os
import subprocess
import sys
from pathlib import Path

import sekisho
from servers import DATASETS, Consortium, DemoFailed


def execute(root: Path, consortium: Consortium) -> None:
    """Run every notebook, each in a kernel of its own, by the tests that look after them."""
    server = consortium.run / "server.json"
    description = {
        "address": consortium.address,
        "ca": consortium.ca.name,
        "identities": {"researcher": "people/researcher.pem"},
        "trust": _keys(consortium),
        "datasets": DATASETS,
        "project": "P-0001",
    }
    server.write_text(json.dumps(description), encoding="utf-8")
    pytest = (sys.executable, "-m", "pytest", "-q", "-c", "sdk/python/pyproject.toml")
    ran = subprocess.run(  # noqa: S603 - our own tests
        [*pytest, "--durations", "5", "tests/python/test_notebooks.py"],
        cwd=root,
        env=os.environ | {"SEKISHO_TEST_SERVER": str(server)},
        check=False,
    )
    if ran.returncode:
        raise DemoFailed("a notebook does not run from beginning to end; see above")


def _keys(consortium: Consortium) -> str:
    with sekisho.connect(
        consortium.address,
        identity=consortium.identity("researcher"),
        ca=consortium.ca,
        project="P-0001",
    ) as visit:
        return "\n".join(sorted(key["vkey"] for key in visit.ledger_keys()))
