"""A Manhattan plot: how surely each variant or gene goes with an outcome, along the genome."""

from dataclasses import dataclass
from math import log10
from typing import TYPE_CHECKING, Final

from sekisho.picture import HIDDEN, Picture, Row, name_above
from sekisho.picture.genome import Genome
from sekisho.picture.reading import score, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

GENOME_WIDE: Final = 5e-8
"""What a p of a single variant must fall short of: 0.05 for a million independent tests."""

_FAMILY: Final = 0.05

_HALF_OF_TESTS: Final = 50

_NAMED: Final = 3
"""So many of the surest have their name beside them."""

_APART: Final = 0.18
"""Two names are so far apart at least, as a share of the axis."""

_COLOURS: Final = ("#2c5f8a", "#8fb4d6")


@dataclass(frozen=True, slots=True)
class Manhattan(Picture):
    """A point for each variant, or for each gene of a burden test.

    Attributes
    ----------
    rows : list of Row
        ``name``, ``chromosome`` (of a gene empty), ``place``, ``score`` (−log10 p, None if
        suppressed), ``shade`` (0 and 1 by turns), ``label`` (of the surest, else empty).
    labels : list of Row
        ``place`` and ``text`` of what the axis names: chromosomes, or genes.
    line : float
        −log10 of what p must fall short of.
    ends : tuple of float
        Where the axis begins and ends.
    by_gene : bool
        Whether they are genes.
    axis : str
        What lies along it, and how much of what was tested.
    """

    rows: list[Row]
    labels: list[Row]
    line: float
    ends: tuple[float, float]
    by_gene: bool
    axis: str

    @classmethod
    def of(cls, result: "Result") -> "Manhattan":
        """Read the answer to `Visit.association`."""
        table = result.to_arrow()
        by_gene = "variant_id" not in table.column_names
        found = table.to_pylist()
        tested = _tested(result)
        names = [str(row["gene" if by_gene else "variant_id"]) for row in found]
        if by_gene:
            places, of = [float(at) for at in range(len(names))], [""] * len(names)
            shades = [at % 2 for at in range(len(names))]
            ends = (0.0, max(0.0, len(names) - 1.0))
            labels = [{"place": p, "text": n} for p, n in zip(places, names, strict=True)]
        else:
            laid = Genome.lay(names)
            places, of = laid.places, laid.of
            shades = [laid.chromosomes.index(chromosome) % 2 for chromosome in of]
            ends = (min(places) if len(laid.chromosomes) == 1 else 0.0, laid.end)
            labels = [
                {"place": place, "text": name}
                for place, name in zip(laid.middles, laid.chromosomes, strict=True)
            ]
        scores = [score(row["p"], row["z"]) for row in found]
        line = -log10(_of_genes(tested) if by_gene else GENOME_WIDE)
        surest = _surest(places, scores, line, ends)
        rows = [
            {
                "name": name,
                "chromosome": chromosome,
                "place": place,
                "score": score,
                "shade": shade,
                "label": name if at in surest else "",
            }
            for at, (name, chromosome, place, score, shade) in enumerate(
                zip(names, of, places, scores, shades, strict=True)
            )
        ]
        axis = "gene" if by_gene else "chromosome"
        if tested is not None and tested > len(rows):
            axis += f" ({len(rows)} of {tested} tested are shown)"
        return cls(titled("Association", result), rows, labels, line, ends, by_gene, axis)

    def draw(self, ax: "Axes") -> None:
        """Draw points in two colours by turns, and the line; what is hidden is ticked below."""
        for shade, color in enumerate(_COLOURS):
            seen = [r for r in self.rows if r["shade"] == shade and r["score"] is not None]
            places = [row["place"] for row in seen]
            ax.scatter(places, [row["score"] for row in seen], s=14, color=color)
        hidden = [row["place"] for row in self.rows if row["score"] is None]
        if hidden and self.by_gene:
            across = ax.get_xaxis_transform()
            ax.bar(hidden, 1, 0.8, transform=across, zorder=0, label="suppressed", **HIDDEN)
        elif hidden:
            below = [0.015] * len(hidden)
            ax.plot(
                hidden,
                below,
                linestyle="none",
                marker="|",
                color="0.6",
                label="suppressed",
                transform=ax.get_xaxis_transform(),
            )
        if hidden:
            ax.legend(fontsize="small", loc="upper right")
        ax.axhline(self.line, color="0.4", linestyle="--", linewidth=1)
        for row in self.rows:
            if row["label"]:
                name_above(ax, row["label"], row["place"], row["score"])
        places, texts = ([label[of] for label in self.labels] for of in ("place", "text"))
        ax.set_xticks(places, texts, rotation=90 if self.by_gene else 0, fontsize="small")
        ax.set_ylim(0, self._top())
        margin = 0.08 * (self.ends[1] - self.ends[0]) or 1.0
        ax.set_xlim(self.ends[0] - margin, self.ends[1] + margin)
        ax.set_xlabel(self.axis)
        ax.set_ylabel("−log10 p")

    def _top(self) -> float:
        """Give how high the axis is: names stand above their points."""
        top = max((row["score"] or 0.0 for row in self.rows), default=0.0)
        return 1.12 * max(top, self.line)

    def chart(self) -> "ChartType":
        """Make points in two colours by turns, and the line; what is hidden is ticked below."""
        import altair as alt

        texts = [label["text"] for label in self.labels]
        ticks = [label["place"] for label in self.labels]
        # Vega writes numbers; the names are looked up by where they stand.
        named = f"{texts!r}[indexof({ticks!r}, datum.value)]"
        x = alt.X(
            "place:Q",
            title=self.axis,
            scale=alt.Scale(domain=list(self.ends), nice=False, padding=24),
            axis=alt.Axis(
                values=ticks,
                labelExpr=named,
                grid=False,
                labelAngle=-90 if self.by_gene else 0,
                labelOverlap=not self.by_gene,
            ),
        )
        seen = [row for row in self.rows if row["score"] is not None]
        hidden = [row | {"is": "suppressed"} for row in self.rows if row["score"] is None]
        points = alt.Chart(alt.InlineData(values=seen)).encode(x=x)
        scale = alt.Scale(domain=[0.0, self._top()], nice=False)
        y = alt.Y("score:Q", title="−log10 p", scale=scale)
        line = alt.Chart(alt.InlineData(values=[{"line": self.line}]))
        return alt.layer(
            line.mark_rule(strokeDash=[4, 3], color="gray").encode(y="line:Q"),
            points.mark_circle(size=30, opacity=1).encode(
                y=y,
                color=alt.Color(
                    "shade:O", scale=alt.Scale(domain=[0, 1], range=list(_COLOURS)), legend=None
                ),
                tooltip=["name:N", "score:Q"],
            ),
            points.mark_text(dy=-9, fontSize=9).encode(y=y, text="label:N"),
            alt.Chart(alt.InlineData(values=hidden))
            .mark_tick(orient="vertical", color="#999999")
            .encode(x=x, y=alt.value("height"), tooltip=["name:N", "is:N"]),
        )


def _tested(result: "Result") -> int | None:
    """Say how many tests there were; None if that is hidden."""
    (summary,) = result.tables["summary"]
    tests: int | None = summary["tests"]
    return tests


def _of_genes(tested: int | None) -> float:
    """Give what a p of one of so many genes must fall short of."""
    # Tests are told to the next hundred, so that there may be half of that more.
    return GENOME_WIDE if tested is None else _FAMILY / (tested + _HALF_OF_TESTS)


def _surest(
    places: list[float], scores: list[float | None], line: float, ends: tuple[float, float]
) -> set[int]:
    """Choose what has its name beside it: the best of each place, of those over the line."""
    over = [(score, at) for at, score in enumerate(scores) if score is not None and score > line]
    apart = _APART * (ends[1] - ends[0])
    named: list[int] = []
    for _, at in sorted(over, reverse=True):
        if len(named) < _NAMED and all(abs(places[at] - places[n]) >= apart for n in named):
            named.append(at)
    return set(named)
