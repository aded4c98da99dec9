"""Small tables that describe: datasets, columns, budgets."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from sekisho.errors import InvalidRequest
from sekisho.rendering import HTML_ROWS, Cell, Grid

if TYPE_CHECKING:
    import pandas
    import polars


class Listing(Sequence[dict[str, Any]]):
    """A table of descriptions; each row is also a dictionary.

    Examples
    --------
    >>> import pyarrow as pa
    >>> listing = Listing(pa.table({"id": ["demo-cancer"], "profile": ["standard"]}))
    >>> listing
    id           profile
    -----------  --------
    demo-cancer  standard
    >>> listing[0]["profile"]
    'standard'
    """

    def __init__(self, table: pa.Table, nulls: Sequence[Cell] | None = None) -> None:
        self._table = table
        self._nulls = nulls or [Cell("")] * table.num_columns

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __getitem__(self, index: Any) -> Any:
        rows = self._table.to_pylist()
        return rows[index]

    def __iter__(self) -> Iterator[dict[str, Any]]:
        return iter(self._table.to_pylist())

    def to_arrow(self) -> pa.Table:
        """Give an Arrow table."""
        return self._table

    def to_pandas(self) -> "pandas.DataFrame":
        """Give a pandas data frame; needs the extra ``pandas``."""
        return to_pandas(self._table)

    def to_polars(self) -> "polars.DataFrame":
        """Give a Polars data frame; needs the extra ``polars``."""
        return to_polars(self._table)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export through the Arrow PyCapsule interface."""
        return self._table.__arrow_c_stream__(requested_schema)

    def __repr__(self) -> str:
        return self._grid(len(self)).text()

    def _repr_html_(self) -> str:
        return self._grid(HTML_ROWS).html()

    def _grid(self, limit: int) -> Grid:
        return Grid.of(self._table, list(self._nulls), limit)


def to_pandas(table: pa.Table) -> "pandas.DataFrame":
    """Convert with nullable types, so that a count stays whole where another is NULL."""
    try:
        import pandas
    except ImportError as error:
        raise missing("pandas", "pandas") from error
    kinds = {
        pa.int8(): pandas.Int8Dtype(),
        pa.int16(): pandas.Int16Dtype(),
        pa.int32(): pandas.Int32Dtype(),
        pa.int64(): pandas.Int64Dtype(),
        pa.uint8(): pandas.UInt8Dtype(),
        pa.uint16(): pandas.UInt16Dtype(),
        pa.uint32(): pandas.UInt32Dtype(),
        pa.uint64(): pandas.UInt64Dtype(),
        pa.bool_(): pandas.BooleanDtype(),
        pa.float32(): pandas.Float32Dtype(),
        pa.float64(): pandas.Float64Dtype(),
    }
    frame: pandas.DataFrame = table.to_pandas(types_mapper=kinds.get)
    return frame


def to_polars(table: pa.Table) -> "polars.DataFrame":
    """Convert to a Polars data frame."""
    try:
        import polars
    except ImportError as error:
        raise missing("polars", "polars") from error
    frame = polars.from_arrow(table)
    assert isinstance(frame, polars.DataFrame)  # noqa: S101 - a table is never a series
    return frame


def missing(package: str, extra: str) -> InvalidRequest:
    """Give the exception for an extra that is not installed."""
    return InvalidRequest(
        f"`{package}` is not installed", help=f"run `pip install 'sekisho[{extra}]'`"
    )
