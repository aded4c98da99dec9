"""Synthetic rows with the columns of a table, made from its description alone."""

import random
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import Any, Final

import pyarrow as pa

from sekisho.errors import InvalidRequest

_TYPES: Final[dict[str, pa.DataType]] = {
    "text": pa.string(),
    "int": pa.int64(),
    "float": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
}

_UNBOUNDED: Final = (0.0, 100.0)
"""Bounds of a number that has none declared."""

_MISSING: Final = 0.05
"""How often a column that is not required has no value."""

_FIRST_DAY: Final = date(2015, 1, 1)
_DAYS: Final = 3650
_ROWS_EACH: Final = 2
"""Rows of an individual in a table that has many."""


def twin(columns: Sequence[dict[str, Any]], rows: int, seed: int) -> pa.Table:
    """Make rows of a table that `Visit.tables` describes; see `Visit.twin`."""
    if not columns:
        raise InvalidRequest("there is no such table", help="`visit.tables(…)` lists them")
    if not 0 <= rows <= 1_000_000:
        raise InvalidRequest(f"{rows} rows are asked for", help="ask for 0 to 1 000 000")
    name, many = columns[0]["table"], columns[0]["rows"] != "one per individual"
    drawn = random.Random(f"{seed} {name}")  # noqa: S311 - no secret is drawn
    made = {}
    for column in columns:
        value = _value(column, drawn, _ROWS_EACH if many else 1)
        kind = _TYPES.get(column["type"], pa.string())
        made[column["column"]] = pa.array([value(row) for row in range(rows)], kind)
    note = "synthetic: made from the description of the table alone"
    return pa.table(made).replace_schema_metadata({"sekisho.twin": note})


def _value(column: dict[str, Any], drawn: random.Random, rows_each: int) -> Callable[[int], Any]:
    """Give what makes a row's value."""
    if column["role"] == "unit":
        return lambda row: f"T{row // rows_each:06}"
    if column["role"] == "feature":
        return lambda row: f"F{row % rows_each:06}"
    if column["role"] == "identifier":
        return lambda row: f"T{row:06}-{column['column']}"
    draw = _draw(column, drawn)
    if column["required"]:
        return lambda _row: draw()
    return lambda _row: None if drawn.random() < _MISSING else draw()


def _draw(column: dict[str, Any], drawn: random.Random) -> Callable[[], Any]:
    lower, upper = (
        bound if declared is None else declared
        for declared, bound in zip((column["lower"], column["upper"]), _UNBOUNDED, strict=True)
    )
    match column["type"]:
        case "int":
            return lambda: drawn.randint(int(lower), int(upper))
        case "float":
            return lambda: drawn.uniform(lower, upper)
        case "bool":
            return lambda: drawn.random() < 0.5
        case "date":
            return lambda: _FIRST_DAY + timedelta(days=drawn.randrange(_DAYS))
        case _:
            domain = column["domain"] or [""]
            return lambda: drawn.choice(domain)
