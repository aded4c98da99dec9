"""How often groups have an event, one beside the other."""

from collections.abc import Sequence

from sekisho import analysis
from sekisho.asking import Asking, Given


class Comparisons(Asking[Given]):
    """The part of `Analyses` that compares groups."""

    def rates(
        self,
        *,
        datasets: str | Sequence[str],
        time: str,
        event: str,
        where: str = "",
        by: str | Sequence[str] = (),
        split: tuple[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how often an event happens over person-time, by group or period.

        Parameters
        ----------
        datasets, where, by, idempotency_key
            As of `Analyses`.
        time, event
            As of `survival`.
        split
            A column of dates and a day, ``("registered_on", "2020-04-01")``: the periods
            ``before`` it and ``after``, that day included. The column says when the follow-up
            began: all of somebody's person-time belongs to that period, and none is parted.
            Who has no date is left out.

        Returns
        -------
        Result or Results
            ``rates``, a row for each group: the columns of `by` and the ``period`` of a split,
            ``individuals``, ``events``, ``person_time`` (years), the ``rate`` per 100
            person-years and its exact ``lower`` and ``upper`` limits of 95 % confidence
            (Garwood). ``ratios``: of each group to the first, or of ``after`` to ``before``,
            with ``reference``, ``ratio``, ``lower``, ``upper`` and ``p``. All of it follows from
            the rounded figures that are shown; where few have the event there is no rate.

        Examples
        --------
        >>> visit.rates(
        ...     time="survival_days", event="vital_status = 'dead'",
        ...     split=("registered_on", "2020-04-01"), datasets="demo-cancer",
        ... )  # doctest: +SKIP
        """
        asked = analysis.rates(time=time, event=event, where=where, by=by, split=split)
        return self._analyze("rates", asked, datasets, idempotency_key)
