"""A forest: a model's estimates with their limits."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.reading import cohort, finite, keys, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes
    from matplotlib.ticker import Locator

    from sekisho.result import Result

_FEWEST: Final = 3
"""So many ticks a scale of ratios has at least."""


@dataclass(frozen=True, slots=True)
class Forest(Picture):
    """A line for each term but the intercept, or for each group.

    Attributes
    ----------
    rows : list of Row
        ``term``, ``value``, ``lower``, ``upper``; the last three None if suppressed.
    measure : str
        What is estimated, for example ``hazard ratio``.
    ratio : bool
        Whether 1 says that nothing hangs on it, on a logarithmic scale; else 0.
    """

    rows: list[Row]
    measure: str
    ratio: bool

    @classmethod
    def of(cls, result: "Result") -> "Forest":
        """Read the answer to `Visit.cox`, `Visit.logistic` or `Visit.linear`."""
        names = result.to_arrow().column_names
        ratio = next((name for name in ("hazard_ratio", "odds_ratio") if name in names), None)
        rows = [
            _row(_term(row), row[ratio or "coefficient"], row)
            for row in result.to_arrow().to_pylist()
            if row["term"] != "intercept"
        ]
        measure = (ratio or "coefficient").replace("_", " ")
        return cls(titled("Model", result), rows, measure, ratio is not None)

    @classmethod
    def rates(cls, result: "Result") -> "Forest":
        """Read the answer to `Visit.rates`."""
        table = result.to_arrow()
        names = keys(table)
        rows = [_row(cohort(row, names), row["rate"], row) for row in table.to_pylist()]
        return cls(titled("Rates", result), rows, "events per 100 person-years", ratio=False)

    def draw(self, ax: "Axes") -> None:
        """Draw estimates with their limits; what is hidden is hatched."""
        for at, row in enumerate(self.rows):
            if row["value"] is None:
                ax.barh(at, 1, transform=ax.get_yaxis_transform(), zorder=0, **HIDDEN)
                continue
            ax.plot([row["lower"], row["upper"]], [at, at], color="C0")
            ax.plot(row["value"], at, "o", color="C0")
        if self.ratio:
            from matplotlib.ticker import NullFormatter

            ax.set_xscale("log")
            ax.xaxis.set_major_locator(_ratios())
            ax.xaxis.set_major_formatter(lambda ratio, _: f"{ratio:g}")
            ax.xaxis.set_minor_formatter(NullFormatter())
        ax.axvline(1.0 if self.ratio else 0.0, color="0.5", linestyle=":")
        ax.set_yticks(range(len(self.rows)), [row["term"] for row in self.rows])
        ax.set_ylim(len(self.rows) - 0.5, -0.5)
        ax.set_xlabel(f"{self.measure}, 95 % confidence")

    def chart(self) -> "ChartType":
        """Make points with lines; what is hidden is dashed."""
        import altair as alt

        y = alt.Y("term:N", title=None, sort=[row["term"] for row in self.rows])
        scale = alt.Scale(
            type="log" if self.ratio else "linear", zero=False, nice=False, padding=10
        )
        x = alt.X("value:Q", title=f"{self.measure}, 95 % confidence", scale=scale)
        seen = [row for row in self.rows if row["value"] is not None]
        hidden = [row | {"is": "suppressed"} for row in self.rows if row["value"] is None]
        base = alt.Chart(alt.InlineData(values=seen)).encode(
            y=y, tooltip=["term:N", "value:Q", "lower:Q", "upper:Q"]
        )
        nothing = alt.Chart(alt.InlineData(values=[{"at": 1.0 if self.ratio else 0.0}]))
        dashed = alt.Chart(alt.InlineData(values=hidden)).mark_bar(**DASHED)
        return alt.layer(
            dashed.encode(y=y, x=alt.value(0), x2=alt.value("width"), tooltip=["term:N", "is:N"]),
            nothing.mark_rule(strokeDash=[2, 2], color="gray").encode(x="at:Q"),
            base.mark_rule().encode(x=alt.X("lower:Q", scale=scale), x2="upper:Q"),
            base.mark_point(filled=True, size=60).encode(x=x),
        )


def _ratios() -> "Locator":
    """Mark 1, 2, 5, 10, or where so few lie within the limits, every simple number there."""
    from matplotlib.ticker import LogLocator, MaxNLocator

    class Ratios(LogLocator):
        def tick_values(self, vmin: float, vmax: float) -> Any:
            ticks = super().tick_values(vmin, vmax)
            within = [tick for tick in ticks if vmin <= tick <= vmax]
            few = MaxNLocator(nbins=6, steps=[1, 2, 5, 10])
            return ticks if len(within) >= _FEWEST else few.tick_values(vmin, vmax)

    return Ratios(subs=(1, 2, 5))


def _row(term: str, value: float | None, of: Row) -> Row:
    estimate = {"value": value, "lower": of["lower"], "upper": of["upper"]}
    seen = finite(*estimate.values())
    return {"term": term} | (estimate if seen else dict.fromkeys(estimate))


def _term(row: Row) -> str:
    return str(row["term"]) if row["level"] is None else f"{row['term']}: {row['level']}"
