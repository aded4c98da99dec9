"""A quantile plot: whether p of many tests are spread as they would be of nothing."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sekisho.errors import InvalidRequest
from sekisho.listing import Listing
from sekisho.picture import Picture, Row
from sekisho.picture.reading import finite, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result


@dataclass(frozen=True, slots=True)
class Quantiles(Picture):
    """A point for each quantile that was released.

    Attributes
    ----------
    rows : list of Row
        ``expected`` and ``observed``, both −log10 p.
    inflation : str
        The genomic inflation factor in words, or nothing.
    """

    rows: list[Row]
    inflation: str

    @classmethod
    def of(cls, result: "Result") -> "Quantiles":
        """Read the answer to `Visit.association`."""
        rows = [row for row in cls.table(result) if finite(row["expected"], row["observed"])]
        factor = next((row["lambda_gc"] for row in result.tables["summary"]), None)
        inflation = "" if factor is None else f"λGC = {factor:.3f}"
        return cls(titled("Quantiles of p", result), rows, inflation)

    @staticmethod
    def table(result: "Result") -> Listing:
        """Give the quantiles of a result, or say that it has none."""
        if "quantiles" not in result.tables:
            raise InvalidRequest(
                "the result has no quantiles", help="`visit.association` gives some"
            )
        return result.tables["quantiles"]

    def draw(self, ax: "Axes") -> None:
        """Draw points about the diagonal."""
        expected, observed = ([row[of] for row in self.rows] for of in ("expected", "observed"))
        most = max(expected, default=1.0)
        ax.plot([0, most], [0, most], color="0.5", linestyle=":")
        ax.scatter(expected, observed, s=14, color="C0")
        ax.text(0.04, 0.94, self.inflation, transform=ax.transAxes, va="top")
        if not self.rows:
            ax.text(0.5, 0.5, "too few tests to show", ha="center", transform=ax.transAxes)
        ax.set_xlabel("expected −log10 p")
        ax.set_ylabel("observed −log10 p")

    def chart(self) -> "ChartType":
        """Make points about the diagonal."""
        import altair as alt

        most = max((row["expected"] for row in self.rows), default=1.0)
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
            words.mark_text(align="left", baseline="top").encode(
                x=alt.value(8), y=alt.value(8), text="words:N"
            ),
        )
