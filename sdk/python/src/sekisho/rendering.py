"""Tables as text and as HTML, with suppressed cells that look like what they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

import pyarrow as pa

from sekisho.place import cells_wide, printable

TEXT_ROWS: Final = 20
HTML_ROWS: Final = 100

_WIDEST: Final = 48

_HIDDEN_STYLE: Final = (
    "color:#666;font-style:italic;background:repeating-linear-gradient("
    "45deg,#0000 0 4px,#8883 4px 6px)"
)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as it is shown.

    Attributes
    ----------
    text : str
        What to print.
    hidden : bool
        Whether a value is withheld here.
    """

    text: str
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """The part of a table that is shown.

    Attributes
    ----------
    names : tuple of str
        The columns.
    numeric : tuple of bool
        Which of them are aligned to the right.
    rows : tuple of tuple of Cell
        The first rows.
    left_out : int
        How many rows follow.
    """

    names: tuple[str, ...]
    numeric: tuple[bool, ...]
    rows: tuple[tuple[Cell, ...], ...]
    left_out: int

    @classmethod
    def of(cls, table: pa.Table, null: Sequence[Cell], limit: int) -> "Grid":
        """Take the first rows of a table.

        Parameters
        ----------
        table
            Any table.
        null
            For each column what a NULL is shown as.
        limit
            How many rows.
        """
        head = table.slice(0, limit)
        columns = [
            [missing if value is None else Cell(_text(value)) for value in column.to_pylist()]
            for column, missing in zip(head.columns, null, strict=True)
        ]
        return cls(
            names=tuple(table.column_names),
            numeric=tuple(is_numeric(kind) for kind in table.schema.types),
            rows=tuple(zip(*columns, strict=True)),
            left_out=table.num_rows - head.num_rows,
        )

    def text(self) -> str:
        """Print with one line a row."""
        names = [printable(name) for name in self.names]
        rows = [[_short(printable(cell.text)) for cell in row] for row in self.rows]
        widths = [max(cells_wide(line[at]) for line in [names, *rows]) for at in range(len(names))]
        lines = [names, ["-" * width for width in widths], *rows]
        printed = [
            "  ".join(
                _padded(text, width, right)
                for text, width, right in zip(line, widths, self.numeric, strict=True)
            ).rstrip()
            for line in lines
        ]
        if self.left_out:
            printed.append(f"… and {self.left_out} rows more")
        return "\n".join(printed)

    def html(self) -> str:
        """Print as a ``<table>``. Everything that came from the server is escaped."""
        head = "".join(
            f'<th style="text-align:{_side(right)}">{escape(name)}</th>'
            for name, right in zip(self.names, self.numeric, strict=True)
        )
        body = "".join(f"<tr>{self._html_row(row)}</tr>" for row in self.rows)
        more = (
            f'<tr><td colspan="{len(self.names)}">… and {self.left_out} rows more</td></tr>'
            if self.left_out
            else ""
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}{more}</tbody></table>"

    def _html_row(self, row: tuple[Cell, ...]) -> str:
        return "".join(
            f'<td style="text-align:{_side(right)}{";" + _HIDDEN_STYLE if cell.hidden else ""}">'
            f"{escape(cell.text)}</td>"
            for cell, right in zip(row, self.numeric, strict=True)
        )


def is_numeric(kind: pa.DataType) -> bool:
    """Whether values of a type are numbers."""
    return bool(
        pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    )


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.6g}" if abs(value) < 1e6 else f"{value:.10g}"
    if isinstance(value, list):
        return ", ".join(_text(part) for part in value)
    return str(value)


def _short(text: str) -> str:
    return text if len(text) <= _WIDEST else text[: _WIDEST - 1] + "…"


def _padded(text: str, width: int, right: bool) -> str:
    gap = " " * (width - cells_wide(text))
    return gap + text if right else text + gap


def _side(right: bool) -> str:
    return "right" if right else "left"
