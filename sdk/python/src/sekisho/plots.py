"""Drawing what was released: ``result.plot()``, ``plot.altair()``, ``plot.data()``."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from sekisho.errors import InvalidRequest
from sekisho.listing import Listing, missing
from sekisho.picture import Picture
from sekisho.picture.balance import Balance
from sekisho.picture.bars import Bars
from sekisho.picture.curves import Curves
from sekisho.picture.forest import Forest
from sekisho.picture.frequencies import Frequencies
from sekisho.picture.funnel import Funnel
from sekisho.picture.heat import Heat
from sekisho.picture.histograms import Histograms
from sekisho.picture.manhattan import Manhattan
from sekisho.picture.quantiles import Quantiles
from sekisho.picture.reading import keys
from sekisho.picture.spectrum import Spectrum
from sekisho.picture.volcano import Volcano

if TYPE_CHECKING:
    from altair.typing import ChartType
    from matplotlib.axes import Axes

    from sekisho.result import Result


class Plot:
    """Draws one picture: call it, or take `altair` or `data`."""

    def __init__(self, picture: Callable[[], Picture], data: Callable[[], Listing]) -> None:
        self._picture = picture
        self._data = data

    def __call__(self, *, ax: "Axes | None" = None) -> "Axes":
        """Draw it with matplotlib, the extra ``plot``.

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
            If matplotlib is not installed, or there is nothing that can be drawn.
        """
        return _drawn(self._picture(), ax)

    def altair(self) -> "ChartType":
        """Give a chart for altair, the extra ``altair``; no network is needed to make it.

        Raises
        ------
        InvalidRequest
            If altair is not installed, or there is nothing that can be drawn.
        """
        return _chart(self._picture())

    def data(self) -> Listing:
        """Give the table that is drawn."""
        return self._data()


class ResultPlot(Plot):
    """Draws a result as its analysis is drawn; a query's as bars."""

    def __init__(self, result: "Result") -> None:
        self._result = result
        super().__init__(self._of, self._drawn_table)

    def __call__(
        self,
        *,
        ax: "Axes | None" = None,
        metric: str | None = None,
        stage: str | None = None,
    ) -> "Axes":
        """Draw the result with matplotlib, the extra ``plot``.

        Parameters
        ----------
        ax
            Where to draw; a new figure if not given.
        metric
            Which metric of a report on quality. If not given, `ax` gets the first, and a new
            figure all of them.
        stage
            Which stage of a report on quality; all if not given.

        Returns
        -------
        matplotlib.axes.Axes
            Where it was drawn; of several axes the first, ``.figure.axes`` has all.

        Raises
        ------
        InvalidRequest
            If matplotlib is not installed, or the result cannot be drawn.
        """
        return _drawn(self._of(metric, stage), ax)

    def altair(self, *, metric: str | None = None, stage: str | None = None) -> "ChartType":
        """Give a chart for altair, the extra ``altair``; no network is needed to make it.

        Parameters
        ----------
        metric, stage
            Which metric and which stage of a report on quality; all if not given.

        Raises
        ------
        InvalidRequest
            If altair is not installed, or the result cannot be drawn.
        """
        return _chart(self._of(metric, stage))

    @property
    def qq(self) -> Plot:
        """The quantiles of p of many tests: ``qq()``, ``qq.altair()``, ``qq.data()``."""
        return Plot(lambda: Quantiles.of(self._result), lambda: Quantiles.table(self._result))

    @property
    def changes(self) -> Plot:
        """How quality changes: ``changes()``, ``changes.altair()``, ``changes.data()``."""
        return Plot(
            lambda: Histograms.changes(self._result),
            lambda: Histograms.changes_table(self._result),
        )

    def _drawn_table(self) -> Listing:
        first = self._first()
        return self._result.tables["histogram" if first == "metrics" else first]

    def _first(self) -> str:
        return next(iter(self._result.tables))

    def _of(self, metric: str | None = None, stage: str | None = None) -> Picture:
        first = self._first()
        if first == "metrics":
            return Histograms.of(self._result, metric, stage)
        if metric is not None or stage is not None:
            raise InvalidRequest(
                "`metric` and `stage` choose among what a report on quality has",
                help="leave them out: this result is of another analysis",
            )
        table = self._result.to_arrow()
        if first == "counts":
            if len(keys(table)) == 2:
                return Heat.of(self._result, "Individuals", "individuals", nothing="missing")
            return Bars.of(self._result, counts=True)
        if not first and {"variant_id", "allele_frequency"} <= set(table.column_names):
            return Frequencies.of(self._result)
        return _DRAWN.get(first, Bars.of)(self._result)


def _drawn(picture: Picture, ax: "Axes | None") -> "Axes":
    try:
        import matplotlib  # noqa: F401 - whether it is there
    except ImportError as error:
        raise missing("matplotlib", "plot") from error
    if ax is None:
        return picture.axes()
    picture.draw(ax)
    ax.set_title(picture.title)
    return ax


def _chart(picture: Picture) -> "ChartType":
    try:
        import altair  # noqa: F401 - whether it is there
    except ImportError as error:
        raise missing("altair", "altair") from error
    return picture.chart().properties(title=picture.title)


_DRAWN: Final[dict[str, Callable[["Result"], Picture]]] = {
    "survival": Curves.of,
    "coefficients": Forest.of,
    "rates": Forest.rates,
    "balance": Balance.of,
    "funnel": Funnel.of,
    "associations": Manhattan.of,
    "differences": Volcano.of,
    "spectrum": Spectrum.of,
    "site_frequencies": Bars.sites,
    "pairs": lambda of: Heat.of(of, "Odds ratios", "odds_ratio", down="gene", across="other"),
    "prevalence": lambda of: Heat.of(of, "Prevalence", "share", down="gene"),
}
