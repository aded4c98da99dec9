"""What screening and design ask for: counts, funnels, pairs of genes, prevalence."""

from collections.abc import Sequence

from sekisho import analysis
from sekisho.asking import Asking, Given
from sekisho.criteria import Carriers, Criterion


class Screening(Asking[Given]):
    """The part of `Analyses` that counts individuals."""

    def count(
        self,
        *,
        datasets: str | Sequence[str],
        where: str = "",
        by: str | Sequence[str] = (),
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many individuals there are, by group.

        Parameters
        ----------
        datasets, where, by, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            ``counts``: the columns of `by`, and ``individuals``.
        """
        asked = analysis.count(where=where, by=by)
        return self._analyze("count", asked, datasets, idempotency_key)

    def crosstab(
        self,
        rows: str,
        columns: str,
        *,
        datasets: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many individuals there are, by two columns of ``individuals``.

        Parameters
        ----------
        rows, columns
            Two columns with declared values.
        datasets, where, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            As `count`, a row for each cell; ``to_pandas().pivot(index=rows, columns=columns)``
            lays it out.
        """
        asked = analysis.count(where=where, by=[rows, columns])
        return self._analyze("crosstab", asked, datasets, idempotency_key)

    def funnel(
        self,
        criteria: Sequence[Criterion],
        *,
        datasets: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many individuals are left after each criterion, as of a trial's protocol.

        Parameters
        ----------
        criteria
            1 to 20: conditions, or what `sekisho.carries` and `sekisho.excluding` give.
        datasets, where, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            ``funnel``: ``step``, ``criterion``, ``individuals``, ``excluded``, ``share``.

        Examples
        --------
        >>> visit.funnel(
        ...     [
        ...         "age_at_diagnosis >= 18",
        ...         sekisho.carries("EGFR"),
        ...         sekisho.excluding("stage = 'IV'"),
        ...     ],
        ...     where="diagnosis = 'lung'", datasets="demo-cancer",
        ... )  # doctest: +SKIP
        """
        asked = analysis.funnel(criteria=criteria, where=where)
        return self._analyze("funnel", asked, datasets, idempotency_key)

    def cooccurrence(
        self,
        genes: Sequence[str | Carriers],
        *,
        datasets: str | Sequence[str],
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many individuals carry variants of two genes, for each pair.

        Parameters
        ----------
        genes
            2 to 8 symbols, or what `sekisho.carries` gives.
        datasets, where, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            ``pairs``: ``gene``, ``other``, ``individuals``, ``carriers``, ``other_carriers``,
            ``both``; and, of what is shown, ``odds_ratio`` and Fisher's exact ``p``.
        """
        asked = analysis.cooccurrence(genes=genes, where=where)
        return self._analyze("cooccurrence", asked, datasets, idempotency_key)

    def prevalence(
        self,
        genes: str | Sequence[str],
        *,
        datasets: str | Sequence[str],
        consequences: str | Sequence[str] = (),
        by: str | Sequence[str] = (),
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many individuals carry variants of genes, by consequence and group.

        Parameters
        ----------
        genes
            Symbols.
        consequences
            Values of ``variants.consequence`` that are told apart, beside all together. Genes
            times one more than these are at most 40.
        by
            At most 2 columns of ``individuals`` with declared values, for example
            ``diagnosis``.
        datasets, where, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            ``prevalence``, a row for each gene, consequence (NULL for any) and group: ``gene``,
            ``consequence``, the columns of `by`, ``carriers``, ``individuals``, ``share``.
        """
        asked = analysis.prevalence(genes=genes, consequences=consequences, by=by, where=where)
        return self._analyze("prevalence", asked, datasets, idempotency_key)

    def spectrum(
        self,
        *,
        datasets: str | Sequence[str],
        frequencies: bool = False,
        contexts: bool = False,
        genes: str | Sequence[str] = (),
        region: str | None = None,
        gene: str | None = None,
        by: str | Sequence[str] = (),
        where: str = "",
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask how many mutations of each type there are, or how many variants are how frequent.

        Parameters
        ----------
        frequencies
            Whether it is the site frequency spectrum: variants by the frequency of their rarer
            allele.
        contexts
            Of mutations: whether the bases beside one tell it from others, 96 types and not 6.
        genes
            Of mutations: whose count, at most 40; all if none are given.
        region, gene
            Of frequencies: which variants count, as of `Visit.frequencies`; all if neither is
            given.
        by
            At most one column of ``individuals`` with declared values.
        datasets, where, idempotency_key
            As of `Analyses`.

        Returns
        -------
        Result or Results
            ``spectrum``, a row for each type and group that enough people have:
            ``mutation_type`` (``C>T``) or ``context`` (``A[C>T]G``), the columns of `by`,
            ``mutations``, of each carrier one, ``individuals``, and ``share`` of those of the
            group that are shown. The rarest type is not: it would tell how many there are of
            none.

            Of frequencies ``site_frequencies``, a row for each group and class: the columns of
            `by`, ``lower`` and ``upper``, the class from the one to less than the other (the last
            has 0.5, too), ``variants`` on autosomes that `frequencies` would show of it,
            and their ``share``. Where few are in a class, or none, nothing is shown. Each group
            counts as exposure as 11 variants do.

        Raises
        ------
        InvalidRequest
            If what goes with one spectrum is given for the other, or `region` and `gene` both.
        SekishoError
            As `sql`.

        Examples
        --------
        >>> visit.spectrum(
        ...     frequencies=True, region="22", by="sex", datasets="demo-control"
        ... )  # doctest: +SKIP
        """
        asked = analysis.spectrum(
            frequencies=frequencies,
            contexts=contexts,
            genes=genes,
            region=region,
            gene=gene,
            by=by,
            where=where,
        )
        return self._analyze("spectrum", asked, datasets, idempotency_key)
