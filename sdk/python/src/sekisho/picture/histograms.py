"""Histograms of quality, a panel for each metric, with the limits that the holder declared."""

from dataclasses import dataclass
from itertools import groupby
from math import ceil
from typing import TYPE_CHECKING, Final

from sekisho.errors import InvalidRequest
from sekisho.listing import Listing
from sekisho.picture import DASHED, HIDDEN, Picture, Row
from sekisho.picture.reading import cohort, keys, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

    from sekisho.result import Result

_ACROSS: Final = 2
"""Panels side by side."""

_FILLED: Final = 2
"""So many groups have their areas filled."""

_COLORS: Final = [f"C{at}" for at in range(10)] + ["#1b1b6b", "#7a5c00", "#00695c", "#ad1457"]
"""The library's ten, and some more that can be told from them."""

_WIDEST: Final = 4
"""The outer parts reach to a metric's bounds, and are drawn no wider than so many others."""


@dataclass(frozen=True, slots=True)
class Panel:
    """One metric.

    Attributes
    ----------
    metric : str
        Its name.
    parts : list of Row
        ``group``, ``lower``, ``upper``, and ``density``: the share of the group's individuals
        for each unit of the metric, None if suppressed.
    limits : list of Row
        ``at`` and ``words``, of those within the parts.
    """

    metric: str
    parts: list[Row]
    limits: list[Row]


@dataclass(frozen=True, slots=True)
class Histograms(Picture):
    """A panel for each metric.

    Attributes
    ----------
    panels : list of Panel
        At least one.
    """

    panels: list[Panel]

    @classmethod
    def of(
        cls, result: "Result", metric: str | None = None, stage: str | None = None
    ) -> "Histograms":
        """Read the answer to `Visit.qc_report`, of one metric or stage if they are named."""
        names = [key for key in keys(result.to_arrow()) if key != "metric"]
        parts, title = list(result.tables["histogram"]), "Quality"
        if stage is not None:
            found = dict.fromkeys(part.get("stage") for part in parts)
            if stage not in found:
                raise InvalidRequest(
                    f"there is no stage `{stage}`",
                    help=f"the report has {', '.join(filter(None, found)) or 'none'}",
                )
            parts = [part for part in parts if part["stage"] == stage]
            names, title = [name for name in names if name != "stage"], f"Quality of {stage}"
        limits = list(result.tables["limits"])
        return cls._read(titled(title, result), parts, names, limits, metric)

    @classmethod
    def changes(cls, result: "Result") -> "Histograms":
        """Read how a person's quality changes from stage to stage, where it does."""
        parts = cls.changes_table(result)
        names = [key for key in keys(parts.to_arrow()) if key != "metric"]
        moved = {
            row["metric"]
            for row in result.tables["changes"]
            if any(row[name] for name in ("low", "median", "high"))
        }
        changed = [part for part in parts if part["metric"] in moved]
        if not changed:
            raise InvalidRequest(
                "no metric changes from stage to stage, as far as is shown",
                help="`tables['changes']` has how much each does",
            )
        return cls._read(titled("Changes of quality", result), changed, names, [], None)

    @staticmethod
    def changes_table(result: "Result") -> Listing:
        """Give the histograms of what changes from stage to stage."""
        if "change_histogram" not in result.tables:
            raise InvalidRequest(
                "the report tells no changes from stage to stage",
                help="ask it of a dataset with several stages of quality, as `tables` lists them",
            )
        return result.tables["change_histogram"]

    @classmethod
    def _read(
        cls, title: str, parts: list[Row], names: list[str], limits: list[Row], metric: str | None
    ) -> "Histograms":
        metrics = list(dict.fromkeys(part["metric"] for part in parts))
        if not metrics or (metric is not None and metric not in metrics):
            raise InvalidRequest(
                f"there is no histogram of `{metric}`" if metric else "there is no histogram",
                help=f"the report has {', '.join(metrics) or 'none'}",
            )
        panels = [
            _panel(of, [p for p in parts if p["metric"] == of], names, limits)
            for of in ([metric] if metric else metrics)
        ]
        return cls(title, panels)

    def draw(self, ax: "Axes") -> None:
        """Draw the first panel."""
        _draw(self.panels[0], ax, self._colors())
        ax.legend(fontsize="small")

    def axes(self) -> "Axes":
        """Draw a grid of all panels; the first of its axes is given."""
        import matplotlib.pyplot as plt

        if len(self.panels) == 1:
            return Picture.axes(self)
        down = ceil(len(self.panels) / _ACROSS)
        figure = plt.figure(figsize=(4.6 * _ACROSS, 3.1 * down), layout="constrained")
        colors = self._colors()
        marks: dict[str, Artist] = {}
        for at, panel in enumerate(self.panels):
            ax = figure.add_subplot(down, _ACROSS, at + 1)
            _draw(panel, ax, colors)
            drawn, labels = ax.get_legend_handles_labels()
            marks |= {str(label): mark for label, mark in zip(labels, drawn, strict=True)}
        # One legend for all.
        figure.legend(
            [marks[group] for group in colors],
            list(colors),
            fontsize="small",
            loc="outside lower center",
            ncols=4,
        )
        figure.suptitle(self.title)
        return figure.axes[0]

    def _colors(self) -> dict[str, str]:
        """Give each group one colour, whichever of the panels it is in."""
        parts = (part for panel in self.panels for part in panel.parts)
        groups = dict.fromkeys(str(part["group"]) for part in parts)
        return {group: _COLORS[at % len(_COLORS)] for at, group in enumerate(groups)}

    def chart(self) -> "ChartType":
        """Make the panels beside one another."""
        import altair as alt

        charts = [_chart(panel) for panel in self.panels]
        return charts[0] if len(charts) == 1 else alt.concat(*charts, columns=_ACROSS)


def _panel(metric: str, parts: list[Row], names: list[str], limits: list[Row]) -> Panel:
    drawn: list[Row] = []
    for group, of in groupby(parts, lambda row: cohort(row, names)):
        inner = _wide(list(of))
        all_of = sum(part["individuals"] or 0 for part in inner) or 1
        width = min(part["upper"] - part["lower"] for part in inner)
        ends = [(part["lower"], part["upper"]) for part in inner]
        ends[0] = (max(ends[0][0], ends[0][1] - _WIDEST * width), ends[0][1])
        ends[-1] = (ends[-1][0], min(ends[-1][1], ends[-1][0] + _WIDEST * width))
        drawn += [
            {
                "group": group,
                "lower": low,
                "upper": high,
                "density": None
                if part["individuals"] is None
                else part["individuals"] / all_of / (high - low),
            }
            for part, (low, high) in zip(inner, ends, strict=True)
        ]
    least, most = min(part["lower"] for part in drawn), max(part["upper"] for part in drawn)
    declared = dict.fromkeys(of["limit"] for of in limits if of["metric"] == metric)
    at = [{"at": float(limit.split()[-1]), "words": limit} for limit in declared]
    return Panel(metric, drawn, [limit for limit in at if least <= limit["at"] <= most])


def _wide(parts: list[Row]) -> list[Row]:
    """Add each part that is one value, of which many have just that, to one beside it."""
    wide = [part for part in parts if part["lower"] < part["upper"]]
    for part in parts:
        if part["lower"] < part["upper"]:
            continue
        beside = next((of for of in wide if of["lower"] == part["upper"]), wide[-1])
        both = (part["individuals"], beside["individuals"])
        total = None if None in both else sum(both)
        wide[wide.index(beside)] = beside | {"individuals": total}
    return wide


def _draw(panel: Panel, ax: "Axes", colors: dict[str, str]) -> None:
    # Of many groups the outlines alone: their areas would mix to one colour.
    filled = len({part["group"] for part in panel.parts}) <= _FILLED
    for group, of in groupby(panel.parts, lambda part: str(part["group"])):
        parts = list(of)
        edges = [part["lower"] for part in parts] + [parts[-1]["upper"]]
        heights = [part["density"] or 0.0 for part in parts]
        ax.stairs(heights, edges, color=colors[group], linewidth=1, label=group)
        if filled:
            ax.stairs(heights, edges, fill=True, alpha=0.25, color=colors[group])
        for part in parts:
            if part["density"] is None:
                across, width = ax.get_xaxis_transform(), part["upper"] - part["lower"]
                ax.bar(part["lower"], 1, width, align="edge", transform=across, zorder=0, **HIDDEN)
    for limit in panel.limits:
        ax.axvline(limit["at"], color="0.4", linestyle="--", linewidth=1)
        ax.annotate(
            limit["words"],
            (limit["at"], 1.0),
            xycoords=ax.get_xaxis_transform(),
            xytext=(-2, -3),
            textcoords="offset points",
            va="top",
            ha="right",
            rotation=90,
            fontsize="x-small",
        )
    ax.set_xlabel(panel.metric)
    ax.set_ylabel("density")


def _chart(panel: Panel) -> "ChartType":
    import altair as alt

    seen = [part for part in panel.parts if part["density"] is not None]
    hidden = [part | {"is": "suppressed"} for part in panel.parts if part["density"] is None]
    dashed = (
        alt.Chart(alt.InlineData(values=hidden))
        .mark_bar(**DASHED)
        .encode(
            x="lower:Q",
            x2="upper:Q",
            y=alt.value(0),
            y2=alt.value("height"),
            tooltip=["group:N", "is:N"],
        )
    )
    # Of many groups the outlines alone, as in the other library.
    filled = len({part["group"] for part in panel.parts}) <= _FILLED
    drawn = seen if filled else _corners(panel.parts)
    base = alt.Chart(alt.InlineData(values=drawn), width=260, height=170).encode(
        x=alt.X("lower:Q", title=panel.metric, scale=alt.Scale(zero=False)),
        y=alt.Y("density:Q"),
        color=alt.Color("group:N", title=None, sort=None),
        tooltip=["group:N", "lower:Q", "upper:Q", "density:Q"],
    )
    bars = (
        base.mark_rect(opacity=0.5).encode(x2="upper:Q", y2=alt.datum(0))
        if filled
        else base.mark_line(strokeWidth=1).encode(order="at:O")
    )
    limits = alt.Chart(alt.InlineData(values=panel.limits))
    words = limits.mark_text(angle=270, align="right", dy=-6, fontSize=9)
    return alt.layer(
        dashed,
        bars,
        limits.mark_rule(strokeDash=[4, 3], color="gray").encode(x="at:Q", tooltip="words:N"),
        words.encode(x="at:Q", y=alt.value(2), text="words:N"),
    )


def _corners(parts: list[Row]) -> list[Row]:
    """Give the points of the outlines; a part that is hidden is a gap."""
    at = [
        part if side == "lower" else part | {"lower": part["upper"]}
        for part in parts
        for side in (["lower"] if part["density"] is None else ["lower", "upper"])
    ]
    return [corner | {"at": place} for place, corner in enumerate(at)]
