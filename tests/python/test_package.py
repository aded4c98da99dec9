"""The package is what the repository says it is."""

import doctest
import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import sekisho

SDK = Path(__file__).parents[2] / "sdk" / "python"


def test_the_generated_messages_are_those_of_the_protos(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location("generate", SDK / "generate.py")
    assert spec
    assert spec.loader
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    fresh = {path.name: path.read_text() for path in generate.generate(tmp_path)}
    checked_in = {
        path.name: path.read_text() for path in generate.TARGET.iterdir() if path.is_file()
    }
    assert fresh == checked_in, "run `python sdk/python/generate.py`"


@pytest.mark.parametrize(
    "name", [name for _, name, _ in pkgutil.iter_modules(sekisho.__path__) if name != "_proto"]
)
def test_the_examples_of_the_documentation_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(f"sekisho.{name}")).failed == 0


def test_the_extras_are_needed_only_where_they_are_used() -> None:
    extras = ("pandas", "polars", "matplotlib", "altair", "opentelemetry")
    program = f"""
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {extras!r}:
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Absent())
import pyarrow, sekisho
from sekisho.listing import Listing
from sekisho.tracing import span
listing = Listing(pyarrow.table({{"a": [1]}}))
with span("x") as metadata:
    assert metadata == ()
for convert, extra in ((listing.to_pandas, "pandas"), (listing.to_polars, "polars")):
    try:
        convert()
    except sekisho.InvalidRequest as error:
        assert f"pip install 'sekisho[{{extra}}]'" in error.help
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True)
