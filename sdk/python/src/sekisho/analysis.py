"""Analyses of a known shape, as the server is asked for them."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import wraps
from typing import ParamSpec

from google.protobuf.message import Message

from sekisho._proto import analysis_pb2
from sekisho.criteria import Burden, Carriers, Criterion, carries
from sekisho.criteria import message as criterion
from sekisho.errors import InvalidRequest


def written(asked: analysis_pb2.Analysis) -> str:
    """Give the condition that a refusal may show a place in; nothing if there are several.

    A refusal says where in a condition something is wrong, not in which.
    """
    conditions = list(_conditions(asked))
    return conditions[0] if len(conditions) == 1 else ""


def _conditions(of: Message) -> Iterator[str]:
    for field, value in of.ListFields():
        if field.name in ("where", "condition", "event", "treated"):
            yield value
        elif field.message_type:
            for inner in [value] if isinstance(value, Message) else value:
                yield from _conditions(inner)


_P = ParamSpec("_P")


def _checked(
    make: Callable[_P, analysis_pb2.Analysis],
) -> Callable[_P, analysis_pb2.Analysis]:
    """Say what is asked too much of, or of the wrong kind, as our own exception."""

    @wraps(make)
    def checked(*args: _P.args, **kwargs: _P.kwargs) -> analysis_pb2.Analysis:
        try:
            return make(*args, **kwargs)
        except (TypeError, ValueError, AttributeError) as error:
            given = ", ".join(f"{name}={value!r}" for name, value in kwargs.items())
            raise InvalidRequest(
                f"an argument is of another kind than is needed ({given})",
                help=f"{_helps(make.__name__)} says what each is",
            ) from error

    return checked


def _helps(name: str) -> str:
    methods = ("cox", "logistic", "linear") if name == "model" else (name,)
    return " or ".join(f"`help(visit.{method})`" for method in methods)


@_checked
def survival(
    *, time: str, event: str, where: str, by: str | Sequence[str], interval: int
) -> analysis_pb2.Analysis:
    """Ask for survival by group; see `Visit.survival`."""
    _at_least_one(interval=interval)
    return analysis_pb2.Analysis(
        survival=analysis_pb2.Survival(
            follow_up=analysis_pb2.FollowUp(time=time, event=event),
            where=where,
            by=_names(by),
            interval=interval,
        )
    )


@_checked
def rates(
    *,
    time: str,
    event: str,
    where: str,
    by: str | Sequence[str],
    split: tuple[str, str] | None,
) -> analysis_pb2.Analysis:
    """Ask how often an event happens over person-time; see `Visit.rates`."""
    asked = analysis_pb2.Rates(
        follow_up=analysis_pb2.FollowUp(time=time, event=event), where=where, by=_names(by)
    )
    if split is not None:
        asked.split.began, asked.split.day = split
    return analysis_pb2.Analysis(rates=asked)


@_checked
def matched(
    *,
    treated: str,
    time: str,
    event: str,
    exact: str | Sequence[str],
    covariates: str | Sequence[str],
    where: str,
) -> analysis_pb2.Analysis:
    """Ask how the treated fare beside controls that are like them; see `Visit.matched`."""
    return analysis_pb2.Analysis(
        matched=analysis_pb2.Matched(
            treated=treated,
            follow_up=analysis_pb2.FollowUp(time=time, event=event),
            exact=_names(exact),
            covariates=_names(covariates),
            where=where,
        )
    )


@_checked
def model(
    *,
    covariates: str | Sequence[str],
    where: str,
    follow_up: tuple[str, str] | None = None,
    condition: str | None = None,
    measure: str | None = None,
) -> analysis_pb2.Analysis:
    """Ask what an outcome hangs on; see `Visit.cox`, `Visit.logistic` and `Visit.linear`."""
    asked = analysis_pb2.Model(covariates=_names(covariates), where=where)
    if follow_up is not None:
        asked.follow_up.time, asked.follow_up.event = follow_up
    elif condition is not None:
        asked.condition = condition
    elif measure is not None:
        asked.measure = measure
    return analysis_pb2.Analysis(model=asked)


@_checked
def qc_report(
    *, metrics: str | Sequence[str], where: str, by: str | Sequence[str]
) -> analysis_pb2.Analysis:
    """Ask how samples fared in quality control; see `Visit.qc_report`."""
    asked = analysis_pb2.QcReport(metrics=_names(metrics), where=where, by=_names(by))
    return analysis_pb2.Analysis(qc_report=asked)


@_checked
def count(*, where: str, by: str | Sequence[str]) -> analysis_pb2.Analysis:
    """Ask how many individuals there are; see `Visit.count` and `Visit.crosstab`."""
    return analysis_pb2.Analysis(count=analysis_pb2.Count(where=where, by=_names(by)))


@_checked
def funnel(*, criteria: Sequence[Criterion], where: str) -> analysis_pb2.Analysis:
    """Ask how many individuals criteria leave; see `Visit.funnel`."""
    listed = criteria if isinstance(criteria, Sequence) else [criteria]
    listed = [criteria] if isinstance(criteria, str) else listed
    asked = analysis_pb2.Funnel(criteria=map(criterion, listed), where=where)
    return analysis_pb2.Analysis(funnel=asked)


@_checked
def cooccurrence(*, genes: Sequence[str | Carriers], where: str) -> analysis_pb2.Analysis:
    """Ask how many individuals carry variants of two genes; see `Visit.cooccurrence`."""
    listed = [genes] if isinstance(genes, str) else genes
    named = [carries(gene) if isinstance(gene, str) else gene for gene in listed]
    asked = analysis_pb2.Cooccurrence(genes=[gene.message() for gene in named], where=where)
    return analysis_pb2.Analysis(cooccurrence=asked)


@_checked
def prevalence(
    *,
    genes: str | Sequence[str],
    consequences: str | Sequence[str],
    by: str | Sequence[str],
    where: str,
) -> analysis_pb2.Analysis:
    """Ask how many individuals carry variants of genes; see `Visit.prevalence`."""
    asked = analysis_pb2.Prevalence(
        genes=_names(genes), consequences=_names(consequences), by=_names(by), where=where
    )
    return analysis_pb2.Analysis(prevalence=asked)


def _names(names: str | Sequence[str]) -> list[str]:
    given = [names] if isinstance(names, str) else names
    listed = list(given) if isinstance(given, Iterable) else [given]
    if not all(isinstance(name, str) for name in listed):
        raise InvalidRequest(
            f"{names!r} is neither a name nor a list of names",
            help="give a string, or a list of strings",
        )
    return listed


@_checked
def spectrum(
    *,
    frequencies: bool,
    contexts: bool,
    genes: str | Sequence[str],
    region: str | None,
    gene: str | None,
    by: str | Sequence[str],
    where: str,
) -> analysis_pb2.Analysis:
    """Ask how many mutations, or variants, there are of each kind; see `Visit.spectrum`."""
    of_others = {"contexts": contexts, "genes": _names(genes)}
    of_frequencies = {"region": region is not None, "gene": gene is not None}
    odd = [name for name, value in (of_others if frequencies else of_frequencies).items() if value]
    if odd:
        raise InvalidRequest(
            f"{' and '.join(odd)} does not go with a spectrum of "
            f"{'frequencies' if frequencies else 'mutations'}",
            help="`region=` and `gene=` go with `frequencies=True`, "
            "`contexts=` and `genes=` without it",
        )
    if frequencies:
        _one_of({"region": region, "gene": gene}, "the variants", none=True)
        sites = analysis_pb2.SiteFrequencies(region=region, gene=gene, where=where, by=_names(by))
        return analysis_pb2.Analysis(site_frequencies=sites)
    asked = analysis_pb2.Spectrum(
        contexts=contexts, genes=_names(genes), by=_names(by), where=where
    )
    return analysis_pb2.Analysis(spectrum=asked)


@_checked
def association(
    *,
    case: str | None,
    measure: str | None,
    covariates: str | Sequence[str],
    components: int,
    stratum: str,
    region: str | None,
    gene: str | None,
    variants: str | Sequence[str] | None,
    burden: Burden | None,
    where: str,
    most: int,
) -> analysis_pb2.Analysis:
    """Ask which markers an outcome hangs on; see `Visit.association`."""
    _at_least_one(most=most)
    _one_of({"case": case, "measure": measure}, "the outcome")
    _one_of(
        {"region": region, "gene": gene, "variants": variants, "burden": burden},
        "what is tested",
        none=True,
    )
    asked = analysis_pb2.Association(
        condition=case,
        measure=measure,
        covariates=_names(covariates),
        components=components,
        stratum=stratum,
        region=region,
        gene=gene,
        where=where,
        most=most,
    )
    if variants is not None:
        asked.variants.ids.extend(_names(variants))
    if burden is not None:
        asked.burden.CopyFrom(burden.message())
    return analysis_pb2.Analysis(association=asked)


@_checked
def difference(
    *,
    table: str,
    case: str,
    value: str,
    covariates: str | Sequence[str],
    tissue: str,
    features: str | Sequence[str],
    logarithm: bool,
    where: str,
    most: int,
) -> analysis_pb2.Analysis:
    """Ask which features differ between two groups; see `Visit.difference`."""
    _at_least_one(most=most)
    return analysis_pb2.Analysis(
        difference=analysis_pb2.Difference(
            table=table,
            value=value,
            condition=case,
            covariates=_names(covariates),
            tissue=tissue,
            features=_names(features),
            logarithm=logarithm,
            where=where,
            most=most,
        )
    )


def _at_least_one(**given: int) -> None:
    """Refuse 0, which says on the wire that nothing was given."""
    for name, value in given.items():
        if value == 0:
            raise InvalidRequest(f"`{name}=0` asks for nothing", help="give 1 or more")


def _one_of(given: dict[str, object], what: str, *, none: bool = False) -> None:
    """Refuse several that say the same, and none where one is needed."""
    names = [name for name, value in given.items() if value is not None]
    if len(names) > 1 or not (names or none):
        raise InvalidRequest(
            f"{what} is named by {' and '.join(names) or 'nothing'}",
            help=f"give one of {', '.join(f'{name}=' for name in given)}",
        )


@_checked
def frequencies(
    *,
    region: str | None,
    gene: str | None,
    variants: str | Sequence[str] | None,
    where: str,
    by: str | Sequence[str],
) -> analysis_pb2.Analysis:
    """Ask how frequent variants are; see `Visit.frequencies`."""
    _one_of({"region": region, "gene": gene, "variants": variants}, "the variants")
    asked = analysis_pb2.Frequencies(where=where, by=_names(by))
    if region is not None:
        asked.region = region
    elif gene is not None:
        asked.gene = gene
    elif variants is not None:
        asked.variants.ids.extend([variants] if isinstance(variants, str) else variants)
    return analysis_pb2.Analysis(frequencies=asked)
