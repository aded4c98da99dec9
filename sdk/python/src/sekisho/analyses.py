"""The typed analyses of a visit: each a question of a known shape, answered in tables."""

from collections.abc import Sequence

from sekisho import analysis
from sekisho.asking import Given
from sekisho.associations import Associations
from sekisho.comparisons import Comparisons
from sekisho.screening import Screening


class Analyses(Screening[Given], Associations[Given], Comparisons[Given]):
    """What can be asked of datasets beside SQL; a `Visit` has all of it.

    Of each, `datasets` are those to ask, at most 16; `where` says of whom: a condition on
    columns of ``individuals``, in SQL, everybody if empty; `by` are at most 4 columns of
    ``individuals`` with declared values, to group by; `idempotency_key` is as of `Visit.sql`.
    The answer has tables, in ``result.tables``, of which the first is what the result itself
    shows. A figure that is suppressed is NULL, and so is what would follow from it.
    """

    def frequencies(
        self,
        *,
        datasets: str | Sequence[str],
        region: str | None = None,
        gene: str | None = None,
        variants: str | Sequence[str] | None = None,
        where: str = "",
        by: str | Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how frequent variants are.

        Of a region or a gene only variants that may be shown have a row; of ``variants`` each
        has one, which is NULL where nothing may be shown, whether the variant is there or not.

        Parameters
        ----------
        datasets
            The datasets to ask, at most 16.
        region
            Variants that begin here, 1-based and inclusive: ``22:16050000-16060000``, ``22``.
        gene
            Variants that are annotated with this gene.
        variants
            At most 1000, as ``CHROM:POS:REF:ALT``.
        where
            Of whom: a condition on columns of ``individuals``, in SQL. Everybody if empty.
        by
            At most 4 columns of ``individuals`` with declared values, to group by.
        idempotency_key
            As of `sql`.

        Returns
        -------
        Result or Results
            As `sql`: a row for each variant and group, with ``variant_id``, the columns
            of `by`, ``allele_count``, ``allele_number``, ``carriers``, ``homozygotes``
            (individuals), ``allele_frequency`` and ``missing_rate`` (0 to 1), and ``hwe_p``.
            Where few or none have two copies, or one, ``homozygotes`` and ``hwe_p`` are
            NULL and all carriers count alike; outside of autosomes alleles have no number.

        Raises
        ------
        InvalidRequest
            If not one of `region`, `gene` and `variants` is given.
        SekishoError
            As `sql`.

        Examples
        --------
        >>> visit.frequencies(
        ...     region="22:17000000-17200000", by="sex", datasets="demo-control"
        ... )  # doctest: +SKIP
        """
        asked = analysis.frequencies(
            region=region, gene=gene, variants=variants, where=where, by=by
        )
        return self._analyze("frequencies", asked, datasets, idempotency_key)

    def survival(
        self,
        *,
        datasets: str | Sequence[str],
        time: str,
        event: str,
        where: str = "",
        by: str | Sequence[str] = (),
        interval: int = 1,
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask for survival by group, and whether groups differ.

        Parameters
        ----------
        datasets, where, by, idempotency_key
            As of `Analyses`.
        time
            A column of ``individuals``: the time to the event, or to the last contact, in
            days, weeks, months or years, as its unit says.
        event
            Who has the event: a condition, for example ``vital_status = 'dead'``. The others
            are censored.
        interval
            The least length of an interval, in units of about a month.

        Returns
        -------
        Result or Results
            ``survival``, a row for each group and interval: the columns of `by`, ``time`` (its
            end), ``at_risk`` (when it begins), ``events`` and ``censored`` (in it), and the
            life-table estimate of ``survival`` to its end with ``lower`` and ``upper`` limits
            of 95 % confidence. Intervals end where a crowd has had the event or was last seen;
            a curve ends where few are at risk.
            ``groups``: ``individuals``, ``events`` and ``median`` of each.
            ``tests``: the log-rank test of the groups that are shown.

        Examples
        --------
        >>> visit.survival(
        ...     time="survival_days", event="vital_status = 'dead'", by="stage",
        ...     where="diagnosis = 'lung'", datasets="demo-cancer",
        ... )  # doctest: +SKIP
        """
        asked = analysis.survival(time=time, event=event, where=where, by=by, interval=interval)
        return self._analyze("survival", asked, datasets, idempotency_key)

    def cox(
        self,
        *,
        datasets: str | Sequence[str],
        time: str,
        event: str,
        covariates: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask what a hazard hangs on: Cox's proportional hazards, ties after Efron.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        time, event
            As of `survival`.
        covariates
            1 to 16 columns of ``individuals``. Numbers count as they are; of declared words,
            and of true and false, each but a reference is a term.

        Returns
        -------
        Result or Results
            ``coefficients``: ``term``, ``level``, ``reference``, ``coefficient``,
            ``standard_error`` and what follows from these: ``hazard_ratio``, ``lower`` and
            ``upper`` limits of 95 % confidence, ``z``, ``p``. NULL where few have a level, and
            everywhere where few individuals determine a coefficient.
            Coefficients carry a noise that is as large as a rounding of counts would be, and
            their errors are wider by it. ``fit``: ``individuals``, ``events``, ``concordance``.
        """
        asked = analysis.model(follow_up=(time, event), covariates=covariates, where=where)
        return self._analyze("cox", asked, datasets, idempotency_key)

    def logistic(
        self,
        *,
        datasets: str | Sequence[str],
        outcome: str,
        covariates: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask what an outcome hangs on: logistic regression.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        outcome
            Who has it: a condition, for example ``vital_status = 'dead'``.
        covariates
            As of `cox`.

        Returns
        -------
        Result or Results
            As `cox`, with an ``intercept`` and ``odds_ratio``.
        """
        asked = analysis.model(condition=outcome, covariates=covariates, where=where)
        return self._analyze("logistic", asked, datasets, idempotency_key)

    def linear(
        self,
        *,
        datasets: str | Sequence[str],
        outcome: str,
        covariates: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask what a number hangs on: linear regression by least squares.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        outcome
            A column of ``individuals`` with numbers.
        covariates
            As of `cox`.

        Returns
        -------
        Result or Results
            As `cox`, with an ``intercept`` and without ratios; ``fit`` has
            ``explained_variance`` (R squared) and ``residual_deviation``.
        """
        asked = analysis.model(measure=outcome, covariates=covariates, where=where)
        return self._analyze("linear", asked, datasets, idempotency_key)

    def qc_report(
        self,
        *,
        datasets: str | Sequence[str],
        metrics: str | Sequence[str] = (),
        where: str = "",
        by: str | Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how samples fared in quality control, by stage and tissue.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        metrics
            Columns of ``qc_metrics`` with bounds; all technical ones if not given.
        by
            At most 4 further columns of ``qc_metrics`` or ``samples`` with declared values, for
            example ``sequencing_center``.

        Returns
        -------
        Result or Results
            ``metrics``, a row for each group and metric: ``individuals``, ``mean``,
            ``standard_deviation``, ``low``, ``median``, ``high``; low and high are the k-th
            smallest and largest, k being the profile's threshold.
            ``limits``: how many ``individuals`` are beyond each declared limit, and their
            ``share``. ``histogram``: ``individuals`` from ``lower`` to less than ``upper``.
            With several stages ``changes``, how much a person's metrics change ``from`` one
            ``to`` the next (``individuals``, ``low``, ``median``, ``high``), and
            ``change_histogram``.
        """
        asked = analysis.qc_report(metrics=metrics, where=where, by=by)
        return self._analyze("qc_report", asked, datasets, idempotency_key)
