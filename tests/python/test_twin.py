"""A twin has a table's columns and nobody's values."""

from datetime import date
from typing import Any

import pytest

import sekisho
from sekisho.twin import twin


def column(name: str, kind: str, role: str = "attribute", **more: Any) -> dict[str, Any]:
    described = {"domain": None, "lower": None, "upper": None, "required": True}
    table = {"table": "individuals", "rows": "one per individual"}
    return table | {"column": name, "type": kind, "role": role} | described | more


COLUMNS = [
    column("individual_id", "text", "unit"),
    column("sex", "text", domain=["female", "male"]),
    column("age", "int", "measure", lower=18, upper=20),
    column("weight", "float", "measure"),
    column("smoker", "bool", required=False),
    column("registered_on", "date"),
    column("note", "text"),
]


def test_each_column_has_values_of_its_kind() -> None:
    table = twin(COLUMNS, 500, 0)
    rows = table.to_pylist()
    assert len({row["individual_id"] for row in rows}) == 500
    assert {row["sex"] for row in rows} == {"female", "male"}
    assert {row["age"] for row in rows} == {18, 19, 20}
    assert all(0 <= row["weight"] <= 100 for row in rows)
    assert {row["smoker"] for row in rows} == {True, False, None}
    assert all(isinstance(row["registered_on"], date) for row in rows)
    assert b"sekisho.twin" in table.schema.metadata


def test_a_seed_gives_the_same_rows_and_the_same_people_in_every_table() -> None:
    assert twin(COLUMNS, 50, 7).equals(twin(COLUMNS, 50, 7))
    assert not twin(COLUMNS, 50, 7).equals(twin(COLUMNS, 50, 8))
    samples = [of | {"table": "samples", "rows": "many per individual"} for of in COLUMNS]
    people = twin(samples, 100, 7)["individual_id"].to_pylist()
    assert set(people) == set(twin(COLUMNS, 50, 7)["individual_id"].to_pylist())


def test_what_is_no_table_has_no_twin() -> None:
    with pytest.raises(sekisho.InvalidRequest, match="no such table"):
        twin([], 10, 0)
    with pytest.raises(sekisho.InvalidRequest, match="rows"):
        twin(COLUMNS, -1, 0)
