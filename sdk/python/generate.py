"""Write ``src/sekisho/_proto`` from the protos of the repository.

Run it after a change of ``proto/sekisho/v1``::

    pip install './sdk/python[dev]'
    python sdk/python/generate.py

Only messages are generated: the client names its methods itself, so that it
does not depend on the version of the gRPC plugin.
"""

import importlib.resources
import re
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
PROTOS = HERE.parent.parent / "proto"
TARGET = HERE / "src" / "sekisho" / "_proto"
PACKAGE = "sekisho/v1"

_INIT = '"""Generated messages of `sekisho.v1`; written by `generate.py`, never by hand."""\n'


def generate(target: Path) -> list[Path]:
    """Generate the messages of ``sekisho.v1`` into a folder.

    Parameters
    ----------
    target
        An existing folder; files of the same names are overwritten.

    Returns
    -------
    list of Path
        The files written.
    """
    from grpc_tools import protoc

    sources = sorted(path.name for path in (PROTOS / PACKAGE).glob("*.proto"))
    well_known = importlib.resources.files("grpc_tools") / "_proto"
    with tempfile.TemporaryDirectory() as scratch:
        status = protoc.main(
            [
                "protoc",
                f"-I{PROTOS}",
                f"-I{well_known}",
                f"--python_out={scratch}",
                f"--pyi_out={scratch}",
                *(f"{PACKAGE}/{name}" for name in sources),
            ]
        )
        if status != 0:
            raise SystemExit(status)
        written = [target / "__init__.py"]
        written[0].write_text(_INIT, encoding="utf-8")
        for path in sorted((Path(scratch) / PACKAGE).iterdir()):
            written.append(target / path.name)
            written[-1].write_text(_relative(path.read_text(encoding="utf-8")), encoding="utf-8")
    return written


def _relative(text: str) -> str:
    """Let generated modules import each other within ``sekisho._proto``."""
    text = re.sub(r"^from sekisho\.v1 import ", "from . import ", text, flags=re.MULTILINE)
    return re.sub(r"'sekisho\.v1\.(\w+_pb2)'", r"'sekisho._proto.\1'", text)


if __name__ == "__main__":
    for stale in TARGET.glob("*_pb2.py*"):
        stale.unlink()
    for file in generate(TARGET):
        sys.stdout.write(f"{file.relative_to(HERE)}\n")
