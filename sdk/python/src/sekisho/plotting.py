"""Bars of a result."""

from typing import TYPE_CHECKING, Final

from sekisho.errors import InvalidRequest

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from sekisho.result import Result

_GROUP_WIDTH: Final = 0.8
"""Share of the distance between two keys that their bars fill."""


def bars(result: "Result", ax: "Axes") -> None:
    """Draw a result with at most one key as bars; see `Result.plot`."""
    table, figures = result.to_arrow(), result.figures
    keys = [name for name in table.column_names if name not in figures]
    if not figures or len(keys) > 1:
        raise InvalidRequest(
            f"the result has {len(keys)} keys and {len(figures)} columns of figures",
            help="group by one column, or take `to_pandas()` and draw it yourself",
        )
    labels = [str(v) for v in table.column(keys[0]).to_pylist()] if keys else [""] * len(result)
    width = _GROUP_WIDTH / len(figures)
    hidden: list[float] = []
    for at, name in enumerate(figures):
        values = table.column(name).to_pylist()
        places = [row - _GROUP_WIDTH / 2 + width * (at + 0.5) for row in range(len(values))]
        seen = [(x, v) for x, v in zip(places, values, strict=True) if v is not None]
        hidden += [x for x, v in zip(places, values, strict=True) if v is None]
        ax.bar([x for x, _ in seen], [v for _, v in seen], width, label=name)
    if hidden:
        # As high as the axes: a height of its own would look like a value.
        ax.bar(
            hidden,
            1,
            width,
            transform=ax.get_xaxis_transform(),
            color="none",
            edgecolor="0.75",
            hatch="///",
            linewidth=0,
            label="suppressed",
            zorder=0,
        )
    ax.set_xticks(range(len(labels)), labels)
    ax.set_xlabel(keys[0] if keys else "")
    ax.set_title(f"{result.release.dataset} ({result.release.profile})")
    ax.legend()
