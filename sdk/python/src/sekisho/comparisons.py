"""How groups fare, one beside the other."""

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

    def matched(
        self,
        *,
        datasets: str | Sequence[str],
        treated: str,
        time: str,
        event: str,
        exact: str | Sequence[str] = (),
        covariates: str | Sequence[str] = (),
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how the treated fare beside controls that are weighted to be like them.

        Strata are combinations of `exact` columns by quintiles of the propensity to be treated,
        after a logistic model of `covariates`; controls of a stratum weigh as many as there are
        treated in it, so that the effect is that on the treated.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        treated
            Who is treated: a condition. The others are controls, for example historical ones.
        time, event
            As of `survival`.
        exact
            Columns of ``individuals`` with declared values in which the matched are equal.
        covariates
            Columns that may explain who is treated, as of `cox`; with `exact` 1 to 16.

        Returns
        -------
        Result or Results
            ``balance``, a row for each number and level: means or shares of the ``treated`` and
            of ``controls``, of the ``matched_treated`` and of the ``weighted_controls``, and the
            standardised mean ``difference`` before, ``weighted_difference`` after.
            ``survival``: curves as of `survival` of the matched ``treated`` and of the weighted
            ``controls``. ``effect``: the ``hazard_ratio`` of being treated, as of `cox`, each
            stratum with a hazard of its own. ``fit``: how many there are, how many are not
            matched, and ``effective_controls``, Kish's effective sample size. Each side of each
            stratum is a crowd; means and the coefficient carry a noise as of `cox`.

        Examples
        --------
        >>> visit.matched(
        ...     treated="registered_on >= '2020-04-01'", time="survival_days",
        ...     event="vital_status = 'dead'", exact="stage",
        ...     covariates=["age_at_diagnosis", "sex"], datasets="demo-cancer",
        ... )  # doctest: +SKIP
        """
        asked = analysis.matched(
            treated=treated, time=time, event=event, exact=exact, covariates=covariates, where=where
        )
        return self._analyze("matched", asked, datasets, idempotency_key)
