"""A result is written as an RO-Crate, whole or not at all."""

import json
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as parquet
import pytest

import sekisho
from sekisho import Receipt, Result


def test_a_crate_has_tables_receipt_and_what_was_done(result: Result, tmp_path: Path) -> None:
    result.question = "SELECT 1"
    folder = result.save_crate(tmp_path / "crate")
    assert parquet.read_table(folder / "result.parquet").equals(result.to_arrow())
    assert Receipt.load(folder / "receipt.json").leaf_index == result.receipt.leaf_index
    described = json.loads((folder / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    graph = {entity["@id"]: entity for entity in described["@graph"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"}
    parts = {part["@id"] for part in graph["./"]["hasPart"]}
    assert parts == {"result.parquet", "receipt.json"}
    assert {file.name for file in folder.iterdir()} == parts | {"ro-crate-metadata.json"}
    assert graph["#snapshot"]["value"] == result.release.snapshot
    assert graph["#project"]["value"] == result.receipt.leaf["project"]
    assert graph["#visit"]["description"] == "SELECT 1"
    assert graph["#visit"]["endTime"] == graph["./"]["datePublished"]
    assert graph["./"]["datePublished"].endswith("+00:00")
    for entity in described["@graph"]:
        for value in entity.values():
            for link in value if isinstance(value, list) else [value]:
                if isinstance(link, dict) and not link["@id"].startswith("https:"):
                    assert link["@id"] in graph


def test_a_folder_that_is_there_stays_as_it_is(result: Result, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("keep")
    with pytest.raises(sekisho.InvalidRequest, match="exists"):
        result.save_crate(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["mine"]


def test_a_receipt_of_no_release_writes_nothing(result: Result, tmp_path: Path) -> None:
    leaf = b'{"kind":"abandon","sequence":7,"charge_sequence":6,"project":"P","dataset":"d"}'
    result.receipt = replace(result.receipt, raw_leaf=leaf)
    with pytest.raises(sekisho.ReceiptInvalid, match="of no release"):
        result.save_crate(tmp_path / "crate")
    assert not (tmp_path / "crate").exists()
