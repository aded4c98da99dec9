"""A place in a query, shown with a caret."""

import unicodedata
from dataclasses import dataclass

_CONTEXT = 56
"""How many characters of a long line are shown on either side of the caret."""


def printable(text: str) -> str:
    r"""Escape what would steer a terminal: control and format characters.

    Examples
    --------
    >>> print(printable("red \x1b[31m"))
    red \x1b[31m
    """
    return "".join(_escaped(c) if unicodedata.category(c) in {"Cc", "Cf"} else c for c in text)


def cells_wide(text: str) -> int:
    """How many cells of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1
        for c in text
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A line and a column of a query, both from 1, in characters; 0 for the whole query."""

    line: int
    column: int

    def shown_in(self, sql: str) -> list[str]:
        r"""Show the line of the place with a caret under it.

        Parameters
        ----------
        sql
            The query.

        Returns
        -------
        list of str
            Lines to print; empty if the place is the whole query or not in it.

        Examples
        --------
        >>> print("\n".join(Place(2, 3).shown_in("SELECT\n  name")))
          line 2, column 3:
              name
              ^
        """
        lines = sql.split("\n")
        if not sql or not (1 <= self.line <= len(lines) and self.column >= 1):
            return []
        text = lines[self.line - 1].rstrip("\r").replace("\t", " ")
        at = min(self.column - 1, len(text))
        start, end = max(0, at - _CONTEXT), at + _CONTEXT
        before = ("… " if start else "") + printable(text[start:at])
        after = printable(text[at:end]) + (" …" if end < len(text) else "")
        return [
            f"  line {self.line}, column {self.column}:",
            f"    {before}{after}",
            f"    {' ' * cells_wide(before)}^",
        ]


def _escaped(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")
