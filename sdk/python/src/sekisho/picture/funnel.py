"""A funnel: who is left after each criterion."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.doubt import Doubt
from sekisho.picture.reading import short, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result


@dataclass(frozen=True, slots=True)
class Funnel(Picture):
    """A bar for each step.

    Attributes
    ----------
    rows : list of Row
        ``criterion``, ``individuals`` (None if suppressed), ``half`` (of the error bar, or None).
    meaning : str
        Of the error bars.
    """

    rows: list[Row]
    meaning: str

    @classmethod
    def of(cls, result: "Result") -> "Funnel":
        """Read the answer to `Visit.funnel`."""
        doubt, steps = Doubt.of(result.release), result.to_arrow().to_pylist()
        halves = doubt.counts([step["individuals"] for step in steps])
        rows = [
            {
                "criterion": short(step["criterion"]),
                "individuals": step["individuals"],
                "half": half,
            }
            for step, half in zip(steps, halves, strict=True)
        ]
        return cls(titled("Funnel", result), rows, doubt.meaning)

    @property
    def _measure(self) -> str:
        return f"individuals ({self.meaning})" if self.meaning else "individuals"

    def draw(self, ax: "Axes") -> None:
        """Draw bars with their numbers; what is hidden is hatched."""
        for at, row in enumerate(self.rows):
            left = row["individuals"]
            if left is None:
                ax.barh(at, 1, transform=ax.get_yaxis_transform(), zorder=0, **HIDDEN)
                continue
            ax.barh(at, left, color="C0", alpha=0.8, xerr=row["half"], capsize=3)
            ax.text(left + (row["half"] or 0), at, f" {left}", va="center", fontsize="small")
        ax.set_yticks(range(len(self.rows)), [row["criterion"] for row in self.rows])
        ax.invert_yaxis()
        ax.margins(x=0.12)
        ax.set_xlabel(self._measure)

    def chart(self) -> "ChartType":
        """Make bars with their numbers; what is hidden is dashed."""
        import altair as alt

        # A criterion may stand twice: its step tells them apart.
        rows = [row | {"step": at} for at, row in enumerate(self.rows)]
        labels = [row["criterion"] for row in rows]
        y = alt.Y(
            "step:O",
            title=None,
            axis=alt.Axis(labelExpr=f"{labels!r}[datum.value]", labelLimit=300),
        )
        seen = [row for row in rows if row["individuals"] is not None]
        hidden = [row | {"is": "suppressed"} for row in rows if row["individuals"] is None]
        x = alt.X("individuals:Q", title=self._measure)
        base = alt.Chart(alt.InlineData(values=seen)).encode(y=y, x=x)
        doubted = [
            row
            | {"low": row["individuals"] - row["half"], "high": row["individuals"] + row["half"]}
            for row in seen
            if row["half"]
        ]
        doubts = alt.Chart(alt.InlineData(values=doubted)).mark_rule()
        dashed = alt.Chart(alt.InlineData(values=hidden)).mark_bar(**DASHED)
        return alt.layer(
            dashed.encode(
                y=y, x=alt.value(0), x2=alt.value("width"), tooltip=["criterion:N", "is:N"]
            ),
            base.mark_bar(opacity=0.8).encode(tooltip=["criterion:N", "individuals:Q"]),
            doubts.encode(y=y, x=alt.X("low:Q"), x2="high:Q"),
            base.mark_text(align="left", dx=6).encode(text="individuals:Q"),
        )
