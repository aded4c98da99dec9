"""Pictures of what was released: what each shows, and how two libraries draw it.

A picture is made of plain rows, so that matplotlib and altair draw the same. What is hidden is
hatched in the one and dashed in the other, and never looks like a value.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

Row = dict[str, Any]

HIDDEN: Final[dict[str, Any]] = {
    "color": "none",
    "edgecolor": "0.75",
    "hatch": "///",
    "linewidth": 0,
}
"""How matplotlib draws the place of a figure that is suppressed."""

DASHED: Final[dict[str, Any]] = {
    "fill": "#f4f4f4",
    "stroke": "#999999",
    "strokeDash": [3, 3],
    "strokeWidth": 1,
}
"""How altair draws it."""


@dataclass(frozen=True, slots=True)
class Picture(ABC):
    """What is drawn of a result.

    Attributes
    ----------
    title : str
        What it is, of which dataset, under which profile.
    """

    title: str

    @abstractmethod
    def draw(self, ax: "Axes") -> None:
        """Draw it with matplotlib, without its title."""

    @abstractmethod
    def chart(self) -> "ChartType":
        """Make an altair chart of it, without its title."""

    def axes(self) -> "Axes":
        """Draw it into a figure of its own."""
        import matplotlib.pyplot as plt

        ax = plt.figure(layout="constrained").add_subplot()
        self.draw(ax)
        ax.set_title(self.title)
        return ax


def name_above(ax: "Axes", label: str, place: float, height: float) -> None:
    """Name a point, in small letters above it."""
    ax.annotate(
        label,
        (place, height),
        xytext=(0, 5),
        textcoords="offset points",
        ha="center",
        fontsize="x-small",
    )
