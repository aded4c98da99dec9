"""The tutorial notebooks run from beginning to end against a running server.

`SEKISHO_TEST_SERVER` is as of `test_visit`; the server holds the demonstration's datasets, and
`make notebooks` starts it. Together the notebooks fit into what one project may learn of genomes.
"""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

SERVER = os.environ.get("SEKISHO_TEST_SERVER")
FOLDER = Path(__file__).parents[2] / "sdk" / "python" / "notebooks"
NOTEBOOKS = sorted(FOLDER.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_nothing_that_was_shown_is_stored(path: Path) -> None:
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert code
    assert not any(cell["outputs"] or cell["execution_count"] for cell in code)


@pytest.mark.skipif(SERVER is None, reason="SEKISHO_TEST_SERVER names no server")
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_draws(path: Path, tmp_path: Path) -> None:
    import nbformat
    from nbclient import NotebookClient
    from traitlets.config import Config

    (tmp_path / "home").mkdir()
    notebook = nbformat.read(path, as_version=4)
    # Over sockets of the file system: nothing of a test listens on a port. Their names are
    # short, as the system wants them.
    with TemporaryDirectory(prefix="sekisho") as sockets:
        client = NotebookClient(
            notebook,
            config=Config({"KernelManager": {"transport": "ipc", "ip": f"{sockets}/kernel"}}),
            startup_timeout=30,
            timeout=300,
            resources={"metadata": {"path": str(path.parent)}},
        )
        client.execute(env=_environment())
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    said = [output["text"] for output in outputs if output.get("name") == "stderr"]
    assert not said
    drawn = sum("image/png" in output.get("data", {}) for output in outputs)
    asked = sum("plot" in cell["source"] for cell in notebook.cells if cell["cell_type"] == "code")
    assert drawn >= asked > 2


def _environment() -> dict[str, str]:
    """Say where the server is, as a researcher would."""
    path = Path(str(SERVER)).resolve()
    server: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    trust = server["trust"]
    return os.environ | {
        "SEKISHO_ADDRESS": server["address"],
        "SEKISHO_IDENTITY": str(path.parent / server["identities"]["researcher"]),
        "SEKISHO_CA": str(path.parent / server["ca"]),
        "SEKISHO_PROJECT": server.get("project", "P-0001"),
        "SEKISHO_TRUST": trust if "+" in trust else str(path.parent / trust),
    }
