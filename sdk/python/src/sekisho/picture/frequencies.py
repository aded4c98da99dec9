"""How frequent variants are: one beside another when few, else along the genome."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.genome import Genome
from sekisho.picture.reading import cohort, keys, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_FEW: Final = 20
"""So many variants have room for their names."""

_SPREAD: Final = 0.5
"""How far apart the groups of one variant are drawn, of the distance between two variants."""


@dataclass(frozen=True, slots=True)
class Frequencies(Picture):
    """A point for each variant and group.

    Attributes
    ----------
    rows : list of Row
        ``variant``, ``group``, ``place``, ``frequency`` (None if suppressed).
    groups : list of str
        In their order.
    labels : list of Row
        ``place`` and ``text`` of what the axis names: variants, or chromosomes.
    axis : str
        What lies along it.
    """

    rows: list[Row]
    groups: list[str]
    labels: list[Row]
    axis: str

    @classmethod
    def of(cls, result: "Result") -> "Frequencies":
        """Read the answer to `Visit.frequencies`."""
        table = result.to_arrow()
        names = [name for name in keys(table) if name != "variant_id"]
        found = table.to_pylist()
        variants = list(dict.fromkeys(row["variant_id"] for row in found))
        laid = Genome.lay(variants)
        few = len(variants) <= _FEW
        places = [float(at) for at in range(len(variants))] if few else laid.places
        at = dict(zip(variants, places, strict=True))
        rows = [
            {
                "variant": row["variant_id"],
                "group": cohort(row, names),
                "place": at[row["variant_id"]],
                "frequency": row["allele_frequency"],
            }
            for row in found
        ]
        groups = list(dict.fromkeys(row["group"] for row in rows))
        labels = [{"place": at[variant], "text": variant} for variant in variants]
        axis = "variant"
        if not few and len(laid.chromosomes) == 1:
            labels, axis = [], f"position in chromosome {laid.chromosomes[0]}"
        elif not few:
            labels = [
                {"place": place, "text": name}
                for place, name in zip(laid.middles, laid.chromosomes, strict=True)
            ]
            axis = "chromosome"
        return cls(titled("Allele frequency", result), rows, groups, labels, axis)

    def draw(self, ax: "Axes") -> None:
        """Draw points; what is hidden is hatched, or ticked below where many lie close."""
        few = self.axis == "variant"
        step = _SPREAD / len(self.groups) if few and self.groups else 0.0
        for at, group in enumerate(self.groups):
            shift = step * (at - (len(self.groups) - 1) / 2)
            of = [row for row in self.rows if row["group"] == group]
            seen = [row for row in of if row["frequency"] is not None]
            hidden = [row["place"] + shift for row in of if row["frequency"] is None]
            x, y = [row["place"] + shift for row in seen], [row["frequency"] for row in seen]
            ax.scatter(x, y, s=26 if few else 12, color=f"C{at}", label=group, zorder=3)
            if few:
                ax.vlines(x, 0, y, color=f"C{at}", linewidth=1)
                across = ax.get_xaxis_transform()
                ax.bar(hidden, 1, step * 0.9, transform=across, zorder=0, **HIDDEN)
            elif hidden:
                below = [0.015] * len(hidden)
                across = ax.get_xaxis_transform()
                ax.plot(hidden, below, "|", color="0.6", transform=across)
        if self.labels:
            places, texts = ([label[of] for label in self.labels] for of in ("place", "text"))
            rotation, side = (30, "right") if few else (0, "center")
            ax.set_xticks(places, texts, fontsize="small", rotation=rotation, ha=side)
        elif few:
            ax.set_xticks([])
        else:
            ax.ticklabel_format(axis="x", style="plain", useOffset=False)
            ax.locator_params(axis="x", nbins=5)
        if not self.rows:
            ax.text(0.5, 0.5, "no variant that may be shown", ha="center", transform=ax.transAxes)
        ax.set_ylim(bottom=0)
        ax.set_xlabel(self.axis)
        ax.set_ylabel("allele frequency")
        if len(self.groups) > 1:
            ax.legend(fontsize="small")

    def chart(self) -> "ChartType":
        """Make points; what is hidden is dashed, or ticked below where many lie close."""
        import altair as alt

        few = self.axis == "variant"
        seen = [row for row in self.rows if row["frequency"] is not None]
        hidden = [row | {"is": "suppressed"} for row in self.rows if row["frequency"] is None]
        points = alt.Chart(alt.InlineData(values=seen))
        behind = alt.Chart(alt.InlineData(values=hidden))
        y = alt.Y("frequency:Q", title="allele frequency")
        color = alt.Color(
            "group:N",
            title=None,
            sort=self.groups,
            legend=alt.Undefined if len(self.groups) > 1 else None,
        )
        tooltip = ["variant:N", "group:N"]
        if few:
            named = alt.X(
                "variant:N",
                title=self.axis,
                sort=[label["text"] for label in self.labels],
                axis=alt.Axis(labelAngle=-30),
            )
            beside = alt.XOffset("group:N", sort=self.groups)
            dashed = behind.mark_bar(**DASHED).encode(
                x=named,
                xOffset=beside,
                y=alt.value(0),
                y2=alt.value("height"),
                tooltip=[*tooltip, "is:N"],
            )
            base = points.encode(x=named, xOffset=beside, color=color)
            stems = base.mark_rule().encode(y=y, y2=alt.datum(0))
            heads = base.mark_circle(size=60, opacity=1).encode(
                y=y, tooltip=[*tooltip, "frequency:Q"]
            )
            return alt.layer(dashed, stems, heads)
        ticks, texts = ([label[of] for label in self.labels] for of in ("place", "text"))
        axis = (
            alt.Axis(values=ticks, labelExpr=f"{texts!r}[indexof({ticks!r}, datum.value)]")
            if self.labels
            else alt.Axis(format=",d")
        )
        x = alt.X("place:Q", title=self.axis, scale=alt.Scale(zero=False), axis=axis)
        return alt.layer(
            behind.mark_tick(orient="vertical", color="#999999").encode(
                x=x, y=alt.value("height"), tooltip=[*tooltip, "is:N"]
            ),
            points.mark_circle(size=30).encode(
                x=x, y=y, color=color, tooltip=[*tooltip, "frequency:Q"]
            ),
        )
