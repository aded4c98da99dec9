"""Curves of survival, with bands and numbers at risk."""

from dataclasses import dataclass
from itertools import groupby
from math import floor, log10
from typing import TYPE_CHECKING, Any, Final

from sekisho.picture import Picture, Row
from sekisho.picture.reading import cohort, keys, titled

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result

_TICKS: Final = 5
"""So many ticks stand along the time at most, after 0."""

_LINE: Final = 1.2
"""From one line of small letters to the next, as a share of their height."""


@dataclass(frozen=True, slots=True)
class Curves(Picture):
    """A step for each interval of each group.

    Attributes
    ----------
    groups : dict of str to list of Row
        Of each that is shown ``time``, ``survival``, ``lower``, ``upper``, ``at_risk``; from 0.
    hidden : list of str
        The groups that are not.
    at_risk : list of Row
        ``time`` of a tick, and by group how many are at risk then, or ``-``.
    test : str
        Whether the groups differ, or nothing.
    """

    groups: dict[str, list[Row]]
    hidden: list[str]
    at_risk: list[Row]
    test: str

    @classmethod
    def of(cls, result: "Result") -> "Curves":
        """Read the answer to `Visit.survival`."""
        rows, names = list(result.tables["survival"]), keys(result.to_arrow())
        groups = {}
        for group, of in groupby(rows, lambda row: cohort(row, names)):
            inner = list(of)
            first = {"time": 0.0, "survival": 1.0, "lower": 1.0, "upper": 1.0}
            groups[group] = [first | {"at_risk": inner[0]["at_risk"]}, *inner]
        last = max((row["time"] for row in rows), default=1.0)
        step = _step(last)
        # Rounded, since a step of 0.1 has no exact multiples.
        ticks = [round(step * n, 12) for n in range(floor(last / step + 1e-9) + 1)]
        at_risk = [
            {"time": tick} | {group: _at_risk(of, tick) for group, of in groups.items()}
            for tick in ticks
        ]
        listed = [cohort(row, names) for row in result.tables["groups"]]
        tests = [
            f"{test['test']} p = {test['p']:.2g}" if test["p"] else f"{test['test']} p < 1e-300"
            for test in result.tables["tests"]
            if test["p"] is not None
        ]
        hidden = [group for group in listed if group not in groups]
        return cls(titled("Survival", result), groups, hidden, at_risk, "; ".join(tests))

    def draw(self, ax: "Axes") -> None:
        """Draw curves with bands, and numbers at risk below."""
        colors: dict[str, Any] = {"time": "black"}
        for group, of in self.groups.items():
            times = [row["time"] for row in of]
            (line,) = ax.step(times, [row["survival"] for row in of], where="post", label=group)
            colors[group] = line.get_color()
            lower, upper = ([row[side] for row in of] for side in ("lower", "upper"))
            ax.fill_between(times, lower, upper, step="post", alpha=0.15, color=line.get_color())
        # In the labels of the axis, so that every layout leaves room for them.
        labels = [
            "\n".join([f"{tick['time']:g}", *(str(tick[group]) for group in self.groups)])
            for tick in self.at_risk
        ]
        ticks = [tick["time"] for tick in self.at_risk]
        ax.set_xticks(ticks, labels, fontsize="small", linespacing=_LINE)
        _names_below(ax, colors)
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("time, and below it how many are at risk", fontsize="small")
        ax.set_ylabel("survival")
        for group in self.hidden:
            ax.plot([], [], color="0.75", linestyle=":", label=f"{group} (suppressed)")
        ax.text(0.98, 0.95, self.test, ha="right", transform=ax.transAxes)
        ax.legend(loc="lower left", fontsize="small")

    def chart(self) -> "ChartType":
        """Make steps with bands; who is at risk stands in the tooltips."""
        import altair as alt

        rows = [
            {name: row[name] for name in ("time", "survival", "lower", "upper", "at_risk")}
            | {"group": group}
            for group, of in self.groups.items()
            for row in of
        ]
        # Of a hidden group only the name, in the legend.
        domain = [*self.groups, *(f"{group} (suppressed)" for group in self.hidden)]
        base = alt.Chart(alt.InlineData(values=rows)).encode(
            x=alt.X("time:Q", title="time"),
            color=alt.Color(
                "group:N",
                title=None,
                scale=alt.Scale(domain=domain),
                legend=alt.Legend(symbolOpacity=1),
            ),
        )
        band = base.mark_area(interpolate="step-after", opacity=0.15).encode(
            y=alt.Y("lower:Q", title="survival", scale=alt.Scale(domain=[0, 1])), y2="upper:Q"
        )
        line = base.mark_line(interpolate="step-after").encode(
            y="survival:Q", tooltip=["group:N", "time:Q", "survival:Q", "at_risk:Q"]
        )
        test = (
            alt.Chart(alt.InlineData(values=[{"test": self.test}]))
            .mark_text(align="right", baseline="top")
            .encode(x=alt.value("width"), y=alt.value(4), text="test:N")
        )
        return alt.layer(band, line, test)


def _names_below(ax: "Axes", colors: dict[str, Any]) -> None:
    """Name the lines of the axis's labels, left of them, each in its colour."""
    import matplotlib

    below = ax.xaxis.get_tick_padding() + matplotlib.rcParams["xtick.major.pad"]
    size = ax.get_xticklabels()[0].get_fontsize()
    for at, (name, color) in enumerate(colors.items()):
        # Lines above make the place of this one, whatever the letters are.
        ax.annotate(
            "\n" * at + name,
            (0, 0),
            xycoords="axes fraction",
            xytext=(-14, -below),
            textcoords="offset points",
            ha="right",
            va="top",
            color=color,
            fontsize=size,
            linespacing=_LINE,
        )


def _step(last: float) -> float:
    """Give 1, 2 or 5 of a power of ten, from tick to tick."""
    wanted = last / _TICKS
    size = 10.0 ** floor(log10(wanted))
    return size * next(by for by in (1, 2, 5, 10) if size * by >= wanted)


def _at_risk(of: list[Row], time: float) -> str:
    """Say how many are at risk at a time: of its interval, when that begins."""
    within = (row["at_risk"] for row in of[1:] if time < row["time"])
    return str(next(within, "-"))
