"""One dataset's answer, and the answers of several."""

from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sekisho import crate, listing
from sekisho.errors import SekishoError
from sekisho.listing import Listing
from sekisho.plots import ResultPlot
from sekisho.receipt import Receipt
from sekisho.release import Release
from sekisho.rendering import HTML_ROWS, TEXT_ROWS, Cell, Grid

if TYPE_CHECKING:
    from os import PathLike

    import pandas
    import polars

SUPPRESSED: Final = b"sekisho.suppressed"
"""Metadata of a column that the guard released: how many of its cells are suppressed."""

TABLE: Final = b"sekisho.table"
"""Metadata of a table: its name among those of a result."""

KIND: Final = b"sekisho.kind"
"""Metadata of a column: `key`, `figure`, or `derived` from what the guard released."""


class Result:
    """The figures that one dataset released.

    A suppressed cell is NULL. It is no zero and no missing value: leave it out of a
    sum or a mean only if you say so.

    Attributes
    ----------
    release : Release
        What the dataset said of the release.
    receipt : Receipt
        Proof that the visit stands in the holder's ledger.
    question : str
        What was asked: the SQL, or an analysis and its parameters as JSON. Empty of an operation
        that another process submitted.
    ok : bool
        Always true, so that it can be told from a failure among `Results`.
    """

    ok: Final = True

    def __init__(
        self, table: pa.Table, release: Release, receipt: Receipt, *others: pa.Table
    ) -> None:
        self._table = table
        self._tables = {table_name(table): table for table in (table, *others)}
        self.release = release
        self.receipt = receipt
        self.question = ""

    @property
    def tables(self) -> dict[str, Listing]:
        """The tables of the result by name, of which the first is what the result itself shows.

        A query has one, without a name; a typed analysis says which it has.
        """
        return {
            name: Listing(table, [self._null(table, of) for of in table.column_names])
            for name, table in self._tables.items()
        }

    @property
    def figures(self) -> tuple[str, ...]:
        """The columns of figures and what is derived from them, in order; the others are keys."""
        return tuple(field.name for field in self._table.schema if _is_figure(field))

    @property
    def suppressed(self) -> dict[str, int]:
        """How many cells of each column that the guard released are suppressed."""
        return {
            field.name: int(field.metadata[SUPPRESSED])
            for field in self._table.schema
            if SUPPRESSED in (field.metadata or {})
        }

    def to_arrow(self) -> pa.Table:
        """Give an Arrow table; the release stands in its schema's metadata."""
        return self._table

    def to_pandas(self) -> "pandas.DataFrame":
        """Give a pandas data frame of nullable types; needs the extra ``pandas``.

        ``frame.attrs["sekisho"]`` names the release.
        """
        frame = listing.to_pandas(self._table)
        frame.attrs["sekisho"] = {
            "dataset": self.release.dataset,
            "snapshot": self.release.snapshot,
            "policy_digest": self.release.policy_digest,
            "profile": self.release.profile,
            "suppressed": self.suppressed,
        }
        return frame

    def to_polars(self) -> "polars.DataFrame":
        """Give a Polars data frame; needs the extra ``polars``."""
        return listing.to_polars(self._table)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """Export through the Arrow PyCapsule interface."""
        return self._table.__arrow_c_stream__(requested_schema)

    def save_crate(self, folder: "str | PathLike[str]") -> Path:
        """Write an RO-Crate into a new folder: the tables, the receipt, and what was done.

        Parameters
        ----------
        folder
            It must not exist yet.

        Returns
        -------
        pathlib.Path
            The folder.
        """
        return crate.save(self, folder)

    @property
    def plot(self) -> ResultPlot:
        """Draw it: ``result.plot()``, ``result.plot.altair()``, ``result.plot.data()``.

        A query with at most one key is drawn as bars, a typed analysis as its field does.
        Suppressed figures are hatched or dashed, without a height; counts have error bars as
        their release says. Needs the extra ``plot``, or ``altair``.
        """
        return ResultPlot(self)

    def __len__(self) -> int:
        return int(self._table.num_rows)

    def __repr__(self) -> str:
        shown = []
        for name, table in self._tables.items():
            shown += [f"-- {name}"] if len(self._tables) > 1 else []
            shown += [self._grid(table, TEXT_ROWS).text(), ""]
        return "\n".join([*shown, *self._notes()])

    def _repr_html_(self) -> str:
        notes = "<br>".join(escape(note) for note in self._notes())
        shown = "".join(
            (f"<h5>{escape(name)}</h5>" if len(self._tables) > 1 else "")
            + self._grid(table, HTML_ROWS).html()
            for name, table in self._tables.items()
        )
        return f'<div>{shown}<p style="color:#666">{notes}</p></div>'

    def _grid(self, table: pa.Table, limit: int) -> Grid:
        return Grid.of(table, [self._null(table, name) for name in table.column_names], limit)

    def _null(self, table: pa.Table, name: str) -> Cell:
        """Say what a NULL of a column means, as far as that is told."""
        field = table.schema.field(name)
        suppressed = int((field.metadata or {}).get(SUPPRESSED, -1))
        if suppressed < 0 and _is_figure(field) and self.release.figures_suppressed:
            # Derived: whether from a suppressed figure or from none is not told.
            return Cell("suppressed or null", hidden=True)
        if suppressed <= 0:
            return Cell("null")
        if suppressed < table.column(name).null_count:
            return Cell("suppressed or null", hidden=True)
        return Cell("suppressed", hidden=True)

    def _notes(self) -> tuple[str, ...]:
        return (
            *self.release.sentences(),
            f"receipt at position {self.receipt.leaf_index} of the ledger",
        )


class Results(Mapping[str, Result | SekishoError]):
    """The answers of several datasets, in the order in which they were asked.

    The value of a dataset is a `Result`, or the exception with which it failed: look
    at ``.ok`` of each, or take `results` and `failures`. Nothing is pooled.
    """

    def __init__(self, answers: Mapping[str, Result | SekishoError]) -> None:
        self._answers = dict(answers)

    def __getitem__(self, dataset: str) -> Result | SekishoError:
        return self._answers[dataset]

    def __iter__(self) -> Iterator[str]:
        return iter(self._answers)

    def __len__(self) -> int:
        return len(self._answers)

    @property
    def ok(self) -> bool:
        """Whether every dataset answered."""
        return not self.failures

    @property
    def results(self) -> dict[str, Result]:
        """The datasets that answered."""
        return {name: got for name, got in self._answers.items() if isinstance(got, Result)}

    @property
    def failures(self) -> dict[str, SekishoError]:
        """The datasets that did not."""
        return {name: got for name, got in self._answers.items() if isinstance(got, SekishoError)}

    def __repr__(self) -> str:
        return "\n\n".join(f"== {name}\n{_shown(got)}" for name, got in self._answers.items())

    def _repr_html_(self) -> str:
        return "".join(
            f"<h4>{escape(name)}</h4>"
            + (got._repr_html_() if isinstance(got, Result) else f"<pre>{escape(str(got))}</pre>")
            for name, got in self._answers.items()
        )


def table_name(table: pa.Table) -> str:
    """Give a table's name among those of its result; a query's has none."""
    name: bytes = (table.schema.metadata or {}).get(TABLE, b"")
    return name.decode()


def _is_figure(field: pa.Field) -> bool:
    metadata = field.metadata or {}
    return metadata.get(KIND) in (b"figure", b"derived") or SUPPRESSED in metadata


def _shown(answer: Any) -> str:
    return f"{type(answer).__name__}: {answer}" if not answer.ok else repr(answer)
