"""A project's budgets: what is spent and what is left at each dataset."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sekisho.picture import Picture, Row

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

_SPENT, _LEFT = "#c44e52", "#b7d3b0"


@dataclass(frozen=True, slots=True)
class Purse(Picture):
    """A bar for each dataset, as long as its limit.

    Attributes
    ----------
    rows : list of Row
        ``dataset``, ``limit``, ``spent``, ``left``, ``share`` (spent of the limit, 0 to 1).
    """

    rows: list[Row]

    @classmethod
    def of(cls, project: str, budgets: list[Row]) -> "Purse":
        """Read budgets as `Visit.budget` lists them."""
        rows = [
            row | {"share": min(1.0, row["spent"] / row["limit"]) if row["limit"] else 1.0}
            for row in budgets
        ]
        return cls(f"Queries of {project}", rows)

    def draw(self, ax: "Axes") -> None:
        """Draw shares, with numbers: limits of datasets may be far from one another."""
        for at, row in enumerate(self.rows):
            ax.barh(at, row["share"], color=_SPENT, label="spent" if at == 0 else None)
            ax.barh(
                at,
                1 - row["share"],
                left=row["share"],
                color=_LEFT,
                label="left" if at == 0 else None,
            )
            ax.text(0.5, at, _words(row), ha="center", va="center", fontsize="small")
        ax.set_yticks(range(len(self.rows)), [row["dataset"] for row in self.rows])
        ax.set_ylim(len(self.rows) - 0.4, -0.6)
        ax.set_xlim(0, 1)
        ax.xaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
        ax.set_xlabel("of the limit")
        if self.rows:
            ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.3), ncols=2, fontsize="small")

    def chart(self) -> "ChartType":
        """Make bars of shares, with numbers."""
        import altair as alt

        rows = [row | {"words": _words(row)} for row in self.rows]
        base = alt.Chart(alt.InlineData(values=rows)).encode(
            y=alt.Y("dataset:N", title=None, sort=None), tooltip=["dataset:N", "words:N"]
        )
        x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(format="%"))
        return alt.layer(
            base.mark_bar(color=_LEFT).encode(x=alt.value(0), x2=alt.value("width")),
            base.mark_bar(color=_SPENT).encode(x=x.title("spent of the limit")),
            base.mark_text(align="left").encode(x=alt.value(8), text="words:N"),
        )


def _words(row: Row) -> str:
    return f"{row['spent']} of {row['limit']} spent, {row['left']} left"
