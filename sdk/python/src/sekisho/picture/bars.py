"""Bars of a result with at most one key, and of how many variants are how frequent."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sekisho.errors import InvalidRequest
from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.doubt import Doubt
from sekisho.picture.reading import keys, titled, words

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_GROUP_WIDTH: Final = 0.8
"""Share of the distance between two keys that their bars fill."""

_SLANTED: Final = 24
"""So many letters of labels fit under the axis side by side, and no more."""


@dataclass(frozen=True, slots=True)
class Bars(Picture):
    """A bar for each key and column of figures.

    Attributes
    ----------
    key : str
        The key's name, empty if there is none.
    labels, columns : list of str
        Its values, and the figures' names.
    rows : list of Row
        ``label``, ``figure``, ``value`` (None if suppressed), ``half`` (of the error bar, or None).
    meaning : str
        Of the error bars.
    """

    key: str
    labels: list[str]
    columns: list[str]
    rows: list[Row]
    meaning: str

    @classmethod
    def of(cls, result: "Result", *, counts: bool = False) -> "Bars":
        """Read a result; `counts` says that its figures are known to count individuals."""
        table, figures = result.to_arrow(), list(result.figures)
        named = [name for name in table.column_names if name not in figures]
        if not figures or len(named) > 1:
            raise InvalidRequest(
                f"the result has {len(named)} keys and {len(figures)} columns of figures",
                help="group by one column, or take `to_pandas()` and draw it yourself",
            )
        labels = [words(row, named, "missing") if named else "" for row in table.to_pylist()]
        doubt, rows = Doubt.of(result.release), []
        for name in figures:
            column = table.column(name)
            values = column.to_pylist()
            halves = doubt.counts(values) if counts else doubt.figures(column)
            rows += [
                {"label": label, "figure": name, "value": value, "half": half}
                for label, value, half in zip(labels, values, halves, strict=True)
            ]
        meaning = doubt.meaning if any(row["half"] for row in rows) else ""
        if counts:
            meaning = f"individuals ({meaning})" if meaning else "individuals"
        title = titled("Individuals" if counts else "", result)
        return cls(title, named[0] if named else "", labels, figures, rows, meaning)

    @classmethod
    def sites(cls, result: "Result") -> "Bars":
        """Read the answer to `Visit.spectrum` of frequencies: classes, each as wide as the others.

        They are about as far apart as their logarithms, so that rare ones can be told apart.
        """
        table = result.to_arrow()
        groups = [name for name in keys(table) if name not in ("lower", "upper")]
        listed = table.to_pylist()
        labels = [f"{row['lower']:g}–{row['upper']:g}" for row in listed]  # noqa: RUF001 - a range
        doubt = Doubt.of(result.release)
        halves = doubt.counts([row["variants"] for row in listed])
        rows = [
            {
                "label": label,
                "figure": words(row, groups, "missing" if groups else "variants"),
                "value": row["variants"],
                "half": half,
            }
            for row, label, half in zip(listed, labels, halves, strict=True)
        ]
        meaning = f"variants ({doubt.meaning})" if doubt.meaning else "variants"
        columns = list(dict.fromkeys(str(row["figure"]) for row in rows))
        title = titled("Site frequencies", result)
        key = "frequency of the rarer allele"
        return cls(title, key, list(dict.fromkeys(labels)), columns, rows, meaning)

    def draw(self, ax: "Axes") -> None:
        """Draw them beside one another; what is hidden is hatched."""
        width = _GROUP_WIDTH / len(self.columns)
        hidden: list[float] = []
        for at, name in enumerate(self.columns):
            of = [row for row in self.rows if row["figure"] == name]
            places = [n - _GROUP_WIDTH / 2 + width * (at + 0.5) for n in range(len(of))]
            seen = [
                (x, r["value"], r["half"] or 0.0)
                for x, r in zip(places, of, strict=True)
                if r["value"] is not None
            ]
            hidden += [x for x, row in zip(places, of, strict=True) if row["value"] is None]
            x, values, halves = (
                (list(part) for part in zip(*seen, strict=True)) if seen else [[]] * 3
            )
            ax.bar(x, values, width, label=name)
            if any(halves):
                ax.errorbar(x, values, halves, fmt="none", ecolor="0.2", elinewidth=1, capsize=3)
        if hidden:
            # As high as the axes: a height of its own would look like a value.
            ax.bar(
                hidden,
                1,
                width,
                transform=ax.get_xaxis_transform(),
                label="suppressed",
                zorder=0,
                **HIDDEN,
            )
        slanted = sum(map(len, self.labels)) > 2 * _SLANTED
        ax.set_xticks(
            range(len(self.labels)),
            self.labels,
            rotation=30 if slanted else 0,
            ha="right" if slanted else "center",
        )
        ax.set_xlabel(self.key)
        ax.set_ylabel(self.meaning, fontsize="small")
        ax.legend()

    def chart(self) -> "ChartType":
        """Make a bar chart; what is hidden is dashed."""
        import altair as alt

        seen = [
            row
            | {"low": row["value"] - (row["half"] or 0), "high": row["value"] + (row["half"] or 0)}
            for row in self.rows
            if row["value"] is not None
        ]
        x = alt.X("label:N", title=self.key or None, sort=self.labels)
        beside = alt.XOffset("figure:N", sort=self.columns)
        bars = (
            alt.Chart(alt.InlineData(values=seen))
            .mark_bar()
            .encode(
                x=x,
                xOffset=beside,
                y=alt.Y("value:Q", title=self.meaning or None),
                color=alt.Color("figure:N", title=None, sort=self.columns),
                tooltip=["label:N", "figure:N", "value:Q"],
            )
        )
        doubts = (
            alt.Chart(alt.InlineData(values=[row for row in seen if row["half"]]))
            .mark_rule()
            .encode(x=x, xOffset=beside, y=alt.Y("low:Q"), y2="high:Q")
        )
        hidden = [row | {"is": "suppressed"} for row in self.rows if row["value"] is None]
        dashed = (
            alt.Chart(alt.InlineData(values=hidden))
            .mark_bar(**DASHED)
            .encode(
                x=x,
                xOffset=beside,
                y=alt.value(0),
                y2=alt.value("height"),
                tooltip=["label:N", "figure:N", "is:N"],
            )
        )
        return alt.layer(dashed, bars, doubts)
