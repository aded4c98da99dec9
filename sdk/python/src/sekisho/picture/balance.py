"""How alike the treated and their controls are, before and after weighting (a Love plot)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.reading import finite, titled, words

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_SMALL: Final = 0.1
"""Differences below are usually taken for balance."""

_LABEL: Final = "standardised mean difference"


@dataclass(frozen=True, slots=True)
class Balance(Picture):
    """Two points for each number and level.

    Attributes
    ----------
    rows : list of Row
        ``term``, ``before``, ``after``; the last two None if suppressed.
    """

    rows: list[Row]

    @classmethod
    def of(cls, result: "Result") -> "Balance":
        """Read the answer to `Visit.matched`."""
        rows = []
        for row in result.to_arrow().to_pylist():
            before, after = row["difference"], row["weighted_difference"]
            seen = finite(before, after)
            rows.append(
                {
                    "term": words(row, ("covariate", "level")),
                    "before": before if seen else None,
                    "after": after if seen else None,
                }
            )
        return cls(titled("Balance", result), rows)

    def draw(self, ax: "Axes") -> None:
        """Draw both points on a line for each; what is hidden is hatched."""
        for at, row in enumerate(self.rows):
            if row["before"] is None:
                ax.barh(at, 1, transform=ax.get_yaxis_transform(), zorder=0, **HIDDEN)
        seen = [(at, row) for at, row in enumerate(self.rows) if row["before"] is not None]
        for name, marker in (("before", "o"), ("after", "D")):
            ax.plot([row[name] for _, row in seen], [at for at, _ in seen], marker, label=name)
        ax.axvline(0.0, color="0.5", linestyle=":")
        for side in (-_SMALL, _SMALL):
            ax.axvline(side, color="0.8", linestyle="--")
        ax.set_yticks(range(len(self.rows)), [row["term"] for row in self.rows])
        ax.set_ylim(len(self.rows) - 0.5, -0.5)
        ax.set_xlabel(_LABEL)
        ax.legend(fontsize="small")

    def chart(self) -> "ChartType":
        """Make points; what is hidden is dashed."""
        import altair as alt

        y = alt.Y("term:N", title=None, sort=[row["term"] for row in self.rows])
        x = alt.X("value:Q", title=_LABEL)
        points = [
            {"term": row["term"], "value": row[name], "when": name}
            for row in self.rows
            if row["before"] is not None
            for name in ("before", "after")
        ]
        hidden = [
            {"term": row["term"], "is": "suppressed"} for row in self.rows if row["before"] is None
        ]
        lines = [{"at": at} for at in (-_SMALL, 0.0, _SMALL)]
        dashed = alt.Chart(alt.InlineData(values=hidden)).mark_bar(**DASHED)
        rules = alt.Chart(alt.InlineData(values=lines)).mark_rule(strokeDash=[2, 2], color="gray")
        base = alt.Chart(alt.InlineData(values=points)).mark_point(filled=True, size=60)
        return alt.layer(
            dashed.encode(y=y, x=alt.value(0), x2=alt.value("width"), tooltip=["term:N", "is:N"]),
            rules.encode(x="at:Q"),
            base.encode(
                x=x,
                y=y,
                color=alt.Color("when:N", title=None, sort=["before", "after"]),
                tooltip=["term:N", "when:N", "value:Q"],
            ),
        )
