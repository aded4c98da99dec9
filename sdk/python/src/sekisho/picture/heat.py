"""A heat map of two keys."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.reading import keys, titled, words

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_DARK: Final = 0.6
"""From this share of the colours on, letters are white."""


_CELL: Final = 56
"""How wide altair draws a cell, in pixels."""


@dataclass(frozen=True, slots=True)
class Heat(Picture):
    """A cell for each row and column that the result has.

    Attributes
    ----------
    rows : list of Row
        ``down``, ``across``, ``value`` (None if suppressed).
    measure : str
        What the values are.
    """

    rows: list[Row]
    measure: str

    @classmethod
    def of(
        cls,
        result: "Result",
        name: str,
        value: str,
        *,
        down: str = "",
        across: str = "",
        nothing: str = "all",
    ) -> "Heat":
        """Read a result; without `down` its first key, without `across` all the others.

        `nothing` says what it means that a key is NULL.
        """
        names = keys(result.to_arrow())
        down = down or names[0]
        columns = [across] if across else [key for key in names if key != down]
        rows = [
            {
                "down": words(of, [down], nothing),
                "across": words(of, columns, nothing),
                "value": of[value],
            }
            for of in result.to_arrow().to_pylist()
        ]
        return cls(titled(name, result), rows, value.replace("_", " "))

    def draw(self, ax: "Axes") -> None:
        """Draw cells with their values; what is hidden is hatched."""
        down = list(dict.fromkeys(row["down"] for row in self.rows))
        across = list(dict.fromkeys(row["across"] for row in self.rows))
        shown = [[float("nan")] * len(across) for _ in down]
        dark = self._dark()
        for row in self.rows:
            y, x, cell = down.index(row["down"]), across.index(row["across"]), row["value"]
            if cell is None:
                ax.bar(x, 1, 1, bottom=y - 0.5, zorder=2, **HIDDEN)
                continue
            shown[y][x] = float(cell)
            color = "white" if cell > dark else "black"
            ax.text(x, y, _written(cell), ha="center", va="center", color=color, fontsize="small")
        image = ax.imshow(shown, aspect="auto", cmap="Blues")
        ax.set_xticks(range(len(across)), across, rotation=30, ha="right")
        ax.set_yticks(range(len(down)), down)
        ax.figure.colorbar(image, ax=ax, label=self.measure)

    def chart(self) -> "ChartType":
        """Make cells with their values; what is hidden is dashed."""
        import altair as alt

        seen = [
            row | {"words": _written(row["value"])} for row in self.rows if row["value"] is not None
        ]
        hidden = [row | {"is": "suppressed"} for row in self.rows if row["value"] is None]
        # In our order: each layer would else begin with what it has itself.
        across, down = (
            list(dict.fromkeys(row[of] for row in self.rows)) for of in ("across", "down")
        )
        x = alt.X("across:N", title=None, sort=across, axis=alt.Axis(labelAngle=-30))
        y = alt.Y("down:N", title=None, sort=down)
        base = alt.Chart(alt.InlineData(values=seen)).encode(x=x, y=y)
        return alt.layer(
            base.mark_rect().encode(
                color=alt.Color("value:Q", title=self.measure, scale=alt.Scale(scheme="blues")),
                tooltip=["down:N", "across:N", "value:Q"],
            ),
            alt.Chart(alt.InlineData(values=hidden))
            .mark_rect(**DASHED)
            .encode(x=x, y=y, tooltip=["down:N", "across:N", "is:N"]),
            base.mark_text().encode(
                text="words:N",
                color=alt.when(f"datum.value > {self._dark()}")
                .then(alt.value("white"))
                .otherwise(alt.value("black")),
            ),
        ).properties(width=alt.Step(_CELL), height=alt.Step(_CELL / 2))

    def _dark(self) -> float:
        numbers = [float(row["value"]) for row in self.rows if row["value"] is not None] or [0.0]
        return min(numbers) + _DARK * (max(numbers) - min(numbers))


def _written(value: float) -> str:
    """Write a count whole, another number with three digits."""
    return str(value) if isinstance(value, int) else f"{value:.3g}"
