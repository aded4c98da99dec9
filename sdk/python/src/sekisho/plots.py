"""Pictures of typed analyses: what is hidden is hatched, and never looks like a value."""

from collections.abc import Callable
from itertools import groupby
from math import isfinite
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa

from sekisho.listing import Listing, missing

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sekisho.result import Result

Row = dict[str, Any]

_DARK: Final = 0.6
"""From this share of the colours on, letters are white."""

_HIDDEN: Final[dict[str, Any]] = {
    "color": "none",
    "edgecolor": "0.75",
    "hatch": "///",
    "linewidth": 0,
}


class Plot:
    """Draws a result: ``result.plot()``; ``result.plot.data()`` gives what is drawn."""

    def __init__(self, result: "Result") -> None:
        self._result = result

    def __call__(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw the result as its analysis is drawn; a query's as bars.

        Parameters
        ----------
        ax
            Where to draw; a new figure if not given.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn.

        Raises
        ------
        InvalidRequest
            If matplotlib is not installed, or the result cannot be drawn.
        """
        try:
            import matplotlib.pyplot as plt
        except ImportError as error:
            raise missing("matplotlib", "plot") from error
        name, draw = self._kind()
        if ax is None:
            ax = plt.figure(layout="constrained").add_subplot()
        draw(self._result, ax)
        if name:
            release = self._result.release
            ax.set_title(f"{name} at {release.dataset} ({release.profile})")
        return ax

    def data(self) -> Listing:
        """Give the table that is drawn."""
        drawn = {"metrics": "histogram"}
        first = next(iter(self._result.tables))
        return self._result.tables[drawn.get(first, first)]

    def _kind(self) -> tuple[str, Callable[["Result", "Axes"], None]]:
        from sekisho.plotting import bars

        first = next(iter(self._result.tables))
        found = _DRAWN.get(first)
        if found and not (first == "counts" and len(_keys(self._result.to_arrow())) != 2):
            return found
        return "", bars


def _survival(result: "Result", ax: "Axes") -> None:
    """Draw curves with bands, and numbers at risk below."""
    rows = list(result.tables["survival"])
    keys = _keys(result.to_arrow())
    curves = [(group, list(of)) for group, of in groupby(rows, lambda row: _words(row, keys))]
    last = max((row["time"] for row in rows), default=1.0)
    ticks = [last * n / 5 for n in range(6)]
    for group, of in curves:
        times = [0.0, *(row["time"] for row in of)]
        (line,) = ax.step(times, [1.0, *(row["survival"] for row in of)], where="post", label=group)
        lower, upper = ([1.0, *(row[side] for row in of)] for side in ("lower", "upper"))
        ax.fill_between(times, lower, upper, step="post", alpha=0.15, color=line.get_color())
    # In the labels of the axis, so that every layout leaves room for them.
    at_risk = [
        "\n".join([f"{tick:.0f}", *(_at_risk(of, tick) for _, of in curves)]) for tick in ticks
    ]
    ax.set_xticks(ticks, at_risk)
    ax.set_ylim(0, 1.02)
    groups = ", ".join(group for group, _ in curves)
    ax.set_xlabel(f"time, and below it how many are at risk: {groups}", fontsize="small")
    ax.set_ylabel("survival")
    hidden = [_words(row, keys) for row in result.tables["groups"]]
    shown = {group for group, _ in curves}
    for group in hidden:
        if group not in shown:
            ax.plot([], [], color="0.75", linestyle=":", label=f"{group} (suppressed)")
    for test in result.tables["tests"]:
        if test["p"] is not None:
            ax.text(
                0.98,
                0.95,
                f"{test['test']} p = {test['p']:.2g}",
                ha="right",
                transform=ax.transAxes,
            )
    ax.legend(loc="lower left", fontsize="small")


def _coefficients(result: "Result", ax: "Axes") -> None:
    """Draw a forest: estimates with their limits; what is hidden is hatched."""
    rows = list(result.to_arrow().to_pylist())
    names = result.to_arrow().column_names
    ratio = next((name for name in ("hazard_ratio", "odds_ratio") if name in names), None)
    rows = [row for row in rows if row["term"] != "intercept"]
    for at, row in enumerate(rows):
        value = row[ratio or "coefficient"]
        if value is None or not _finite(row["lower"], row["upper"]):
            ax.barh(at, 1, transform=ax.get_yaxis_transform(), zorder=0, **_HIDDEN)
            continue
        ax.plot([row["lower"], row["upper"]], [at, at], color="C0")
        ax.plot(value, at, "o", color="C0")
    if ratio:
        ax.set_xscale("log")
    ax.axvline(1.0 if ratio else 0.0, color="0.5", linestyle=":")
    ax.set_yticks(range(len(rows)), [_term(row) for row in rows])
    ax.invert_yaxis()
    ax.set_xlabel((ratio or "coefficient").replace("_", " "))


def _quality(result: "Result", ax: "Axes") -> None:
    """Draw the histogram of the first metric as densities, with its limits."""
    parts = list(result.tables["histogram"])
    keys = [key for key in _keys(result.to_arrow()) if key != "metric"]
    metric = parts[0]["metric"] if parts else ""
    of = [part for part in parts if part["metric"] == metric]
    ends: list[float] = []
    for at, (group, drawn) in enumerate(groupby(of, lambda row: _words(row, keys))):
        inner = list(drawn)
        all_of = sum(part["individuals"] or 0 for part in inner) or 1
        # The outer parts reach to the bounds, and are drawn no wider than four others.
        width = min(part["upper"] - part["lower"] for part in inner)
        lower, upper = ([part[side] for part in inner] for side in ("lower", "upper"))
        lower[0] = max(lower[0], upper[0] - 4 * width)
        upper[-1] = min(upper[-1], lower[-1] + 4 * width)
        density = [
            (part["individuals"] or 0) / all_of / max(high - low, width)
            for part, low, high in zip(inner, lower, upper, strict=True)
        ]
        ends += lower + upper
        widths = [max(high - low, width) for low, high in zip(lower, upper, strict=True)]
        ax.bar(lower, density, widths, align="edge", alpha=0.5, color=f"C{at}", label=group)
    for limit in result.tables["limits"]:
        at_limit = float(limit["limit"].split()[-1])
        if limit["metric"] == metric and ends and min(ends) <= at_limit <= max(ends):
            ax.axvline(at_limit, color="0.4", linestyle="--")
            ax.text(
                at_limit,
                1.0,
                limit["limit"],
                transform=ax.get_xaxis_transform(),
                va="top",
                ha="right",
                rotation=90,
                fontsize="x-small",
            )
    ax.set_xlabel(metric)
    ax.set_ylabel("density")
    ax.legend(fontsize="small")


def _funnel(result: "Result", ax: "Axes") -> None:
    """Draw who is left, step by step."""
    rows = result.to_arrow().to_pylist()
    for at, row in enumerate(rows):
        if row["individuals"] is None:
            ax.barh(at, 1, transform=ax.get_yaxis_transform(), zorder=0, **_HIDDEN)
            continue
        ax.barh(at, row["individuals"], color="C0", alpha=0.8)
        ax.text(row["individuals"], at, f" {row['individuals']}", va="center", fontsize="small")
    ax.set_yticks(range(len(rows)), [_short(row["criterion"]) for row in rows])
    ax.invert_yaxis()
    ax.set_xlabel("individuals")


def _grid(rows: str, columns: str, value: str) -> Callable[["Result", "Axes"], None]:
    """Draw a heat map; hidden cells are hatched."""

    def draw(result: "Result", ax: "Axes") -> None:
        table = result.to_arrow()
        keys = _keys(table)
        row_name = rows or keys[0]
        column_names = [columns] if columns else [key for key in keys if key != row_name]
        cells = {
            (str(of[row_name]), _words(of, column_names)): of[value] for of in table.to_pylist()
        }
        down = list(dict.fromkeys(row for row, _ in cells))
        across = list(dict.fromkeys(column for _, column in cells))
        nothing = float("nan")
        shown = [[_number(cells.get((row, column)), nothing) for column in across] for row in down]
        numbers = [float(cell) for cell in cells.values() if cell is not None] or [0.0]
        least, most = min(numbers), max(numbers)
        image = ax.imshow(shown, aspect="auto", cmap="Blues")
        for y, row in enumerate(down):
            for x, column in enumerate(across):
                cell = cells.get((row, column))
                if cell is None and (row, column) in cells:
                    ax.bar(x, 1, 1, bottom=y - 0.5, zorder=2, **_HIDDEN)
                elif cell is not None:
                    color = "white" if cell - least > _DARK * (most - least) else "black"
                    text = f"{cell:.3g}"
                    ax.text(x, y, text, ha="center", va="center", color=color, fontsize="small")
        ax.set_xticks(range(len(across)), across, rotation=30, ha="right")
        ax.set_yticks(range(len(down)), down)
        ax.figure.colorbar(image, ax=ax, label=value)

    return draw


_DRAWN: Final[dict[str, tuple[str, Callable[["Result", "Axes"], None]]]] = {
    "survival": ("Survival", _survival),
    "coefficients": ("Model", _coefficients),
    "metrics": ("Quality", _quality),
    "funnel": ("Funnel", _funnel),
    "pairs": ("Odds ratios of pairs", _grid("gene", "other", "odds_ratio")),
    "prevalence": ("Prevalence", _grid("gene", "", "share")),
    "counts": ("Individuals", _grid("", "", "individuals")),
}


def _keys(table: pa.Table) -> list[str]:
    """Name the columns that are keys."""
    keys = (
        field for field in table.schema if (field.metadata or {}).get(b"sekisho.kind") == b"key"
    )
    return [field.name for field in keys]


def _at_risk(of: list[Row], time: float) -> str:
    """Say how many are at risk at a time: of its interval, when that begins."""
    within = (row["at_risk"] for row in of if time < row["time"])
    return str(next(within, "-"))


def _words(row: Row, keys: list[str]) -> str:
    return " ".join(str(row[key]) for key in keys if row[key] is not None) or "all"


def _term(row: Row) -> str:
    return row["term"] if row["level"] is None else f"{row['term']}: {row['level']}"


def _short(text: str, most: int = 40) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 1] + "…"


def _number(value: Any, otherwise: float) -> float:
    return otherwise if value is None else float(value)


def _finite(*values: float | None) -> bool:
    return all(value is not None and isfinite(value) for value in values)
