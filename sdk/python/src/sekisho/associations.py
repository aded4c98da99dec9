"""Which variants and genes an outcome hangs on, and which features differ between groups."""

from collections.abc import Sequence

from sekisho import analysis
from sekisho.asking import Asking, Given
from sekisho.criteria import Burden


class Associations(Asking[Given]):
    """The part of `Analyses` that tests markers."""

    def association(
        self,
        *,
        datasets: str | Sequence[str],
        case: str | None = None,
        measure: str | None = None,
        covariates: str | Sequence[str] = (),
        components: int = 0,
        stratum: str = "",
        region: str | None = None,
        gene: str | None = None,
        variants: str | Sequence[str] | None = None,
        burden: Burden | None = None,
        where: str = "",
        most: int = 10,
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask which variants, or genes, an outcome hangs on.

        Each is tested beside the same covariates, inside; of those that lie farthest out a
        model is fitted, and its coefficient is shown as that of `logistic` or `linear`.
        Without `region`, `gene`, `variants` and `burden`, all variants are tested.

        Parameters
        ----------
        datasets, where, idempotency_key
            As of `Analyses`.
        case
            Who has the outcome: a condition, for example ``diagnosis = 'lung'``. The others
            are controls.
        measure
            Instead: a column of numbers.
        covariates
            At most 16 columns of ``individuals``.
        components
            How many principal components of the common variants are covariates, too, at most
            10. They are never shown.
        stratum
            One of the covariates, of declared words: strata for the test of Cochran, Mantel
            and Haenszel.
        region, gene, variants
            As of `frequencies`; of at most 100 variants each has a row.
        burden
            Genes as markers: who carries any of a gene's variants, see `sekisho.Burden`.
        most
            Rows at most, up to 10 000. Each counts as exposure, to cases and to controls,
            whether it is shown or not: it takes a cap that the committee raised to be told of
            many. Of more than 100, cases and controls must be 1 000 each, or all individuals of
            a `measure`.

        Returns
        -------
        Result or Results
            ``associations``, the largest z first, or those named by name: ``variant_id`` or
            ``gene``, ``coefficient`` of a copy and ``standard_error``, ``odds_ratio`` of a case,
            ``lower`` and ``upper`` limits of 95 % confidence, ``z``, ``p``. ``summary``:
            ``individuals``, ``cases``, ``tests`` and ``lambda_gc``. ``quantiles``: of -log₁₀ p,
            ``expected`` and ``observed``; both are of 1 000 tests or more, else suppressed. Of a
            case and variants also ``tests`` and ``genotypes``.

        Raises
        ------
        InvalidRequest
            If not one of `case` and `measure` is given, or several of `region`, `gene`,
            `variants` and `burden`.
        SekishoError
            As `sql`.

        Examples
        --------
        >>> visit.association(
        ...     measure="systolic_pressure", covariates=["bmi", "sex"], datasets="demo-control"
        ... )  # doctest: +SKIP
        """
        asked = analysis.association(
            case=case,
            measure=measure,
            covariates=covariates,
            components=components,
            stratum=stratum,
            region=region,
            gene=gene,
            variants=variants,
            burden=burden,
            where=where,
            most=most,
        )
        return self._analyze("association", asked, datasets, idempotency_key)

    def difference(
        self,
        table: str,
        *,
        case: str,
        datasets: str | Sequence[str],
        value: str = "",
        covariates: str | Sequence[str] = (),
        tissue: str = "",
        features: str | Sequence[str] = (),
        logarithm: bool = False,
        where: str = "",
        most: int = 5,
        idempotency_key: str | None = None,
    ) -> Given:
        """Ask which features of a matrix differ between two groups.

        Expression of genes, methylation of sites, concentrations of metabolites: each is
        tested in a linear model of its value, of the group beside the covariates, inside; of
        those that lie farthest out the difference is shown, as a coefficient of `linear`.

        Parameters
        ----------
        table
            A table with a column of role ``feature``; see `Visit.tables`.
        case
            Who is of the one group: a condition, for example ``diagnosis = 'lung'``. The
            others are of the other.
        datasets, where, idempotency_key
            As of `Analyses`.
        value
            The table's column of numbers, if it has several.
        covariates
            At most 16 columns of ``individuals``.
        tissue
            Of samples of this tissue alone. Of somebody with several the mean counts.
        features
            These alone, at most 100: each has a row.
        logarithm
            Whether log₂(value + 1) is tested: the difference is that of logarithms, and 1
            means twice as much.
        most
            Rows at most, up to 10 000. Each counts as exposure, to both groups, whether it is
            shown or not.

        Returns
        -------
        Result or Results
            ``differences``, the largest z first, or those named as they were named:
            ``feature``, ``difference`` of the cases' mean from the others', ``standard_error``,
            ``lower`` and ``upper`` limits of 95 % confidence, ``z``, ``p``, and ``q``, the rate
            of false discoveries after Benjamini and Hochberg, among those that are named, or
            all that the table has, rounded up to hundreds. ``summary``: ``individuals``,
            ``cases``, ``tests`` and ``inflation``. ``quantiles``: of -log₁₀ p, ``expected``
            and ``observed``. The last four are of 1 000 tests or more, else suppressed.

        Raises
        ------
        SekishoError
            As `sql`.

        Examples
        --------
        >>> visit.difference(
        ...     "expression", case="stage = 'IV'", logarithm=True, datasets="demo-cancer"
        ... )  # doctest: +SKIP
        """
        asked = analysis.difference(
            table=table,
            case=case,
            value=value,
            covariates=covariates,
            tissue=tissue,
            features=features,
            logarithm=logarithm,
            where=where,
            most=most,
        )
        return self._analyze("difference", asked, datasets, idempotency_key)
