"""A quantile plot: whether p of many tests are spread as they would be of nothing."""

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING

from sekisho.errors import InvalidRequest
from sekisho.listing import Listing
from sekisho.picture import Picture, Row
from sekisho.picture.reading import finite, score, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result


@dataclass(frozen=True, slots=True)
class Quantiles(Picture):
    """A point for each quantile that was released, and a ring for each test shown.

    Attributes
    ----------
    rows : list of Row
        ``expected`` and ``observed``, both −log10 p.
    shown : list of Row
        ``name``, ``expected`` of its rank, and ``observed``.
    inflation : str
        The genomic inflation factor in words, or nothing.
    """

    rows: list[Row]
    shown: list[Row]
    inflation: str

    @classmethod
    def of(cls, result: "Result") -> "Quantiles":
        """Read the answer to `Visit.association` or `Visit.difference`."""
        rows = [row for row in cls.table(result) if finite(row["expected"], row["observed"])]
        (summary,) = result.tables["summary"]
        name = "lambda_gc" if "lambda_gc" in summary else "inflation"
        factor, called = summary[name], {"lambda_gc": "λGC"}.get(name, name)
        inflation = "" if factor is None else f"{called} = {factor:.3f}"
        shown = _shown(result.to_arrow().to_pylist(), summary["tests"] or 0)
        return cls(titled("Quantiles of p", result), rows, shown, inflation)

    @staticmethod
    def table(result: "Result") -> Listing:
        """Give the quantiles of a result, or say that it has none."""
        if "quantiles" not in result.tables:
            raise InvalidRequest(
                "the result has no quantiles",
                help="`visit.association` and `visit.difference` give some",
            )
        return result.tables["quantiles"]

    def draw(self, ax: "Axes") -> None:
        """Draw points and rings about the diagonal."""
        most = self._most()
        ax.plot([0, most], [0, most], color="0.5", linestyle=":")
        for rows, face, label in (
            (self.rows, "C0", "quantiles"),
            (self.shown, "none", "shown"),
        ):
            expected, observed = ([row[of] for row in rows] for of in ("expected", "observed"))
            if rows:
                ax.scatter(expected, observed, s=18, facecolor=face, edgecolor="C0", label=label)
        if self.shown:
            ax.legend(fontsize="small", loc="lower right")
        ax.text(0.04, 0.94, self.inflation, transform=ax.transAxes, va="top")
        if not self.rows:
            ax.text(0.04, 0.94, "too few tests for quantiles", transform=ax.transAxes, va="top")
        ax.set_xlabel("expected −log10 p")
        ax.set_ylabel("observed −log10 p")

    def chart(self) -> "ChartType":
        """Make points and rings about the diagonal."""
        import altair as alt

        most = self._most()
        ends = [{"expected": end, "observed": end} for end in (0.0, most)]
        x = alt.X("expected:Q", title="expected −log10 p")
        y = alt.Y("observed:Q", title="observed −log10 p")
        words = alt.Chart(alt.InlineData(values=[{"words": self.inflation}]))
        return alt.layer(
            alt.Chart(alt.InlineData(values=ends))
            .mark_line(strokeDash=[2, 2], color="gray")
            .encode(x=x, y=y),
            alt.Chart(alt.InlineData(values=self.rows))
            .mark_circle(size=30, opacity=1)
            .encode(x=x, y=y, tooltip=["expected:Q", "observed:Q"]),
            alt.Chart(alt.InlineData(values=self.shown))
            .mark_point(size=30)
            .encode(x=x, y=y, tooltip=["name:N", "expected:Q", "observed:Q"]),
            words.mark_text(align="left", baseline="top").encode(
                x=alt.value(8), y=alt.value(8), text="words:N"
            ),
        )

    def _most(self) -> float:
        return max((row["expected"] for row in [*self.rows, *self.shown]), default=1.0)


def _shown(found: list[Row], tests: int) -> list[Row]:
    """Give those that are shown their place: they are the first of so many tests, in order."""
    if tests < len(found):
        return []
    return [
        {
            "name": next(iter(row.values())),
            "expected": -log10((rank + 0.5) / tests),
            "observed": score(row["p"], row["z"]),
        }
        for rank, row in enumerate(found)
        if row["p"] is not None
    ]
