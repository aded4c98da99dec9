"""A volcano: how much features differ between two groups, and how surely."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sekisho.picture import Picture, Row, name_above
from sekisho.picture.reading import finite, score, short, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_RATE: Final = 0.05
"""The rate of false discoveries below which a feature stands out."""

_NAMED: Final = 8

_COLOURS: Final = {True: "#b5442e", False: "#8fa3b5"}


@dataclass(frozen=True, slots=True)
class Volcano(Picture):
    """A point for each feature, with the limits of its difference.

    Attributes
    ----------
    rows : list of Row
        ``name``, ``value``, ``lower``, ``upper``, ``score`` (-log10 p), ``found`` (whether the
        rate of false discoveries is below 5 %), ``label`` (of the surest, else empty).
    hidden : str
        How many features are suppressed, in words; empty if none is.
    """

    rows: list[Row]
    hidden: str

    @classmethod
    def of(cls, result: "Result") -> "Volcano":
        """Read the answer to `Visit.difference`."""
        table = result.to_arrow().to_pylist()
        seen = [row for row in table if finite(row["difference"], row["lower"], row["upper"])]
        surest = sorted(seen, key=lambda row: -abs(row["z"]))[:_NAMED]
        rows = [
            {
                "name": row["feature"],
                "value": row["difference"],
                "lower": row["lower"],
                "upper": row["upper"],
                "score": score(row["p"], row["z"]) or 0.0,
                "found": row["q"] < _RATE,
                "label": short(row["feature"], 16) if row in surest and row["q"] < _RATE else "",
            }
            for row in seen
        ]
        missing = len(table) - len(seen)
        hidden = f"{missing} of {len(table)} suppressed" if missing else ""
        return cls(titled("Differences", result), rows, hidden)

    def draw(self, ax: "Axes") -> None:
        """Draw points with their limits; how many are hidden is said."""
        for found, color in _COLOURS.items():
            of = [row for row in self.rows if row["found"] == found]
            if not of:
                continue
            values, scores = ([row[name] for row in of] for name in ("value", "score"))
            below = [max(0.0, row["value"] - row["lower"]) for row in of]
            above = [max(0.0, row["upper"] - row["value"]) for row in of]
            label = "false discoveries < 5 %" if found else "others"
            ax.errorbar(
                values,
                scores,
                xerr=[below, above],
                fmt="o",
                markersize=4,
                elinewidth=0.8,
                color=color,
                label=label,
            )
        for row in self.rows:
            if row["label"]:
                name_above(ax, row["label"], row["value"], row["score"])
        if self.rows:
            ax.legend(fontsize="small", loc="best")
        ax.text(0.02, 0.98, self.hidden, transform=ax.transAxes, va="top", fontsize="small")
        ax.axvline(0.0, color="0.5", linestyle=":")
        ax.set_ylim(0, self._top())
        ax.set_xlabel("difference between groups, 95 % confidence")
        ax.set_ylabel("−log10 p")

    def _top(self) -> float:
        """Give how high the axis is: names stand above their points."""
        top = max((row["score"] for row in self.rows), default=0.0)
        return 1.12 * max(top, 1.0)

    def chart(self) -> "ChartType":
        """Make points with their limits; how many are hidden is said."""
        import altair as alt

        x = alt.X("value:Q", title="difference between groups, 95 % confidence")
        scale = alt.Scale(domain=[0.0, self._top()], nice=False)
        y = alt.Y("score:Q", title="−log10 p", scale=scale)
        color = alt.Color(
            "found:N",
            title="false discoveries < 5 %",
            scale=alt.Scale(domain=list(_COLOURS), range=list(_COLOURS.values())),
        )
        tooltip = ["name:N", "value:Q", "lower:Q", "upper:Q", "score:Q"]
        base = alt.Chart(alt.InlineData(values=self.rows)).encode(y=y)
        words = alt.Chart(alt.InlineData(values=[{"words": self.hidden}]))
        zero = alt.Chart(alt.InlineData(values=[{"at": 0.0}]))
        return alt.layer(
            zero.mark_rule(strokeDash=[2, 2], color="gray").encode(x="at:Q"),
            base.mark_rule().encode(x=alt.X("lower:Q"), x2="upper:Q", color=color),
            base.mark_point(filled=True, size=40).encode(x=x, color=color, tooltip=tooltip),
            base.mark_text(dy=-9, fontSize=9).encode(x=x, text="label:N"),
            words.mark_text(align="left", baseline="top").encode(
                x=alt.value(8), y=alt.value(8), text="words:N"
            ),
        )
