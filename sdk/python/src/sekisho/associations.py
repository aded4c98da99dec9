"""Which variants and genes an outcome hangs on."""

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
            ``expected`` and ``observed``. Of a case and variants also ``tests`` and
            ``genotypes``.

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
        ...     case="diagnosis = 'lung'", covariates=["age", "sex"], datasets="demo-control"
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
