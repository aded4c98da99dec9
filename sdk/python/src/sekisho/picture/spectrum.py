"""A spectrum of mutations: the share of each type, or of each in its context."""

import re
from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Any, Final

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.reading import keys, titled, words

if TYPE_CHECKING:
    from altair import Y
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_COLOURS: Final = {
    "C>A": "#1ebff0",
    "C>G": "#050708",
    "C>T": "#e62725",
    "T>A": "#b9b6b7",
    "T>C": "#a1cf64",
    "T>G": "#edc8c5",
}
"""Of the six substitutions, as the field draws them."""

_CONTEXT: Final = re.compile(r"([ACGT])\[([CT]>[ACGT])\]([ACGT])")

_ACROSS: Final = 2
"""Panels of few types side by side; those of contexts are below one another."""


@dataclass(frozen=True, slots=True)
class Spectrum(Picture):
    """A panel for each group, with a bar for each type.

    Attributes
    ----------
    panels : dict of str to list of Row
        Of each group ``type``, ``substitution``, ``label`` and ``share``, None if suppressed.
    in_context : bool
        Whether the bases beside a mutation tell its type from others.
    """

    panels: dict[str, list[Row]]
    in_context: bool

    @classmethod
    def of(cls, result: "Result") -> "Spectrum":
        """Read the answer to `Visit.spectrum` of mutations."""
        table = result.to_arrow()
        of_type, *names = keys(table)
        listed = table.to_pylist()
        groups = [words(row, names, "missing" if names else "") for row in listed]
        rows = [
            {
                "group": group,
                "type": row[of_type],
                "share": row["share"],
            }
            | _read(row[of_type])
            for group, row in zip(groups, listed, strict=True)
        ]
        # Types by substitution, then by context; groups as they were declared.
        rows.sort(key=lambda row: (row["substitution"], row["type"]))
        panels: dict[str, list[Row]] = {group: [] for group in groups}
        for row in rows:
            panels[row["group"]].append(row)
        return cls(titled("Spectrum", result), panels, of_type == "context")

    def draw(self, ax: "Axes") -> None:
        """Draw the first group."""
        self._panel(next(iter(self.panels), ""), ax)

    def axes(self) -> "Axes":
        """Draw all groups, alike high; the first of the axes is given."""
        import matplotlib.pyplot as plt

        across = 1 if self.in_context else min(_ACROSS, len(self.panels)) or 1
        down = ceil(len(self.panels) / across) or 1
        size = (14.0, 2.6 * down) if self.in_context else (4.6 * across, 3.4 * down)
        figure = plt.figure(figsize=size, layout="constrained")
        first = figure.add_subplot(down, across, 1)
        self.draw(first)
        for at, group in list(enumerate(self.panels, 1))[1:]:
            self._panel(group, figure.add_subplot(down, across, at, sharey=first))
        figure.suptitle(self.title)
        return first

    def chart(self) -> "ChartType":
        """Make the panels below one another; what is hidden is dashed."""
        import altair as alt

        y = alt.Y("share:Q", scale=alt.Scale(domain=[0.0, self._top()]))
        charts = [_chart(group, rows, y) for group, rows in self.panels.items()]
        return alt.concat(*charts, columns=1)

    def _top(self) -> float:
        """Give the largest share: panels are alike high, so that they can be compared."""
        shares = (row["share"] for rows in self.panels.values() for row in rows)
        return max(filter(None, shares), default=1.0)

    def _panel(self, group: str, ax: "Axes") -> None:
        rows = self.panels.get(group, [])
        seen = [(at, row) for at, row in enumerate(rows) if row["share"] is not None]
        hidden = [at for at, row in enumerate(rows) if row["share"] is None]
        colors = [_COLOURS.get(row["substitution"], "0.5") for _, row in seen]
        ax.bar([at for at, _ in seen], [row["share"] for _, row in seen], 0.8, color=colors)
        # As high as the axes: a height of its own would look like a value.
        across = ax.get_xaxis_transform()
        ax.bar(hidden, 1, 0.8, transform=across, zorder=0, **HIDDEN)
        turned: dict[str, Any] = {"rotation": 90, "fontsize": "x-small", "family": "monospace"}
        labels = [row["label"] for row in rows]
        ax.set_xticks(range(len(rows)), labels, **(turned if self.in_context else {}))
        ax.set_xlim(-0.6, max(len(rows), 1) - 0.4)
        ax.set_xlabel(group)
        ax.set_ylabel("share")
        ax.set_ylim(0, 1.15 * self._top())
        if not self.in_context:
            return
        for substitution, of in groupby(enumerate(rows), lambda row: row[1]["substitution"]):
            places = [at for at, _ in of]
            middle = (places[0] + places[-1]) / 2
            ax.text(middle, 0.97, substitution, transform=across, ha="center", va="top")


def _read(of_type: str) -> Row:
    """Tell a type's substitution, and what names it under its bar."""
    found = _CONTEXT.fullmatch(of_type)
    if found is None:
        return {"substitution": of_type, "label": of_type}
    before, substitution, after = found.groups()
    return {"substitution": substitution, "label": f"{before}{substitution[0]}{after}"}


def _chart(group: str, rows: list[Row], y: "Y") -> "ChartType":
    import altair as alt

    x = alt.X("type:N", title=None, sort=[row["type"] for row in rows])
    seen = [row for row in rows if row["share"] is not None]
    hidden = [row | {"is": "suppressed"} for row in rows if row["share"] is None]
    color = alt.Color(
        "substitution:N",
        title=None,
        scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
    )
    dashed = alt.Chart(alt.InlineData(values=hidden)).mark_bar(**DASHED)
    bars = alt.Chart(alt.InlineData(values=seen), title=group).mark_bar()
    return alt.layer(
        dashed.encode(x=x, y=alt.value(0), y2=alt.value("height"), tooltip=["type:N", "is:N"]),
        bars.encode(x=x, y=y, color=color, tooltip=["type:N", "share:Q"]),
    )
