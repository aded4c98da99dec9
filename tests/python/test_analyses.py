"""Typed analyses go over the wire as they are meant, and their tables come back."""

import json
from collections.abc import Callable
from typing import Any

import grpc
import pyarrow as pa
import pytest

import sekisho
from gateway import Gateway, Refusal, answer
from ledger import Ledger
from sekisho import Result

ANALYZE = "VisitService/Analyze"


def _table(name: str, column: str, values: list[int | None]) -> pa.Table:
    suppressed = str(values.count(None))
    metadata = {"sekisho.kind": "figure", "sekisho.suppressed": suppressed}
    schema = pa.schema(
        [pa.field(column, pa.int64(), metadata=metadata)], metadata={"sekisho.table": name}
    )
    return pa.table({column: values}, schema=schema)


def test_analyses_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    visit.survival(time="days", event="dead", by="sex", interval=3, datasets="demo-cancer")
    visit.cox(time="days", event="dead", covariates=["age", "sex"], datasets="demo-cancer")
    visit.logistic(outcome="dead", covariates="age", where="age > 40", datasets="demo-cancer")
    visit.linear(outcome="weight", covariates="age", datasets="demo-cancer")
    visit.qc_report(metrics="depth", by=["platform"], datasets="demo-cancer")
    survival, cox, logistic, linear, quality = (
        request.analysis for request in gateway.asked(ANALYZE)
    )
    follow_up = survival.survival.follow_up
    assert (follow_up.time, follow_up.event) == ("days", "dead")
    assert (list(survival.survival.by), survival.survival.interval) == (["sex"], 3)
    assert cox.model.follow_up.time == "days"
    assert list(cox.model.covariates) == ["age", "sex"]
    assert (logistic.model.condition, logistic.model.where) == ("dead", "age > 40")
    assert linear.model.WhichOneof("outcome") == "measure"
    assert (list(quality.qc_report.metrics), list(quality.qc_report.by)) == (
        ["depth"],
        ["platform"],
    )


def test_rates_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    asked = {"time": "days", "event": "dead", "datasets": "demo-cancer"}
    visit.rates(by="sex", where="age > 40", **asked)
    visit.rates(split=("registered_on", "2020-04-01"), **asked)
    grouped, split = (request.analysis.rates for request in gateway.asked(ANALYZE))
    assert (grouped.follow_up.time, grouped.follow_up.event) == ("days", "dead")
    assert (list(grouped.by), grouped.where) == (["sex"], "age > 40")
    assert not grouped.HasField("split")
    assert (split.split.began, split.split.day) == ("registered_on", "2020-04-01")


def test_matched_controls_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    visit.matched(
        treated="drug",
        time="days",
        event="dead",
        exact="stage",
        covariates=["age", "sex"],
        where="age > 40",
        datasets="demo-cancer",
    )
    (asked,) = (request.analysis.matched for request in gateway.asked(ANALYZE))
    assert (asked.treated, asked.where) == ("drug", "age > 40")
    assert (asked.follow_up.time, asked.follow_up.event) == ("days", "dead")
    assert (list(asked.exact), list(asked.covariates)) == (["stage"], ["age", "sex"])


def test_associations_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    asked = {"covariates": ["age", "sex"], "datasets": "demo-cancer"}
    visit.association(case="dead", components=3, stratum="sex", most=5, **asked)
    visit.association(measure="weight", variants="1:5:A:C", where="age > 40", **asked)
    burden = sekisho.Burden(consequences="stop_gained", max_frequency=0.01)
    visit.association(case="dead", burden=burden, **asked)
    all_of, named, genes = (request.analysis.association for request in gateway.asked(ANALYZE))
    assert (all_of.condition, all_of.components, all_of.stratum) == ("dead", 3, "sex")
    assert (all_of.WhichOneof("sites"), all_of.most) == (None, 5)
    assert list(all_of.covariates) == ["age", "sex"]
    assert (named.measure, list(named.variants.ids)) == ("weight", ["1:5:A:C"])
    assert named.where == "age > 40"
    assert (list(genes.burden.consequences), genes.burden.max_frequency) == (
        ["stop_gained"],
        0.01,
    )


def test_differences_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    told = visit.difference("expression", case="dead", covariates="age", datasets="demo-cancer")
    assert json.loads(told.question) == {
        "difference": {
            "table": "expression",
            "condition": "dead",
            "covariates": ["age"],
            "most": 5,
        }
    }
    visit.difference(
        "methylation",
        case="dead",
        value="beta",
        tissue="tumor",
        features=["cg1", "cg2"],
        logarithm=True,
        where="age > 40",
        most=50,
        datasets="demo-cancer",
    )
    all_of, named = (request.analysis.difference for request in gateway.asked(ANALYZE))
    assert (all_of.table, all_of.condition, all_of.most) == ("expression", "dead", 5)
    assert (list(all_of.covariates), list(all_of.features)) == (["age"], [])
    assert (named.value, named.tissue, named.most) == ("beta", "tumor", 50)
    assert (named.logarithm, list(named.features)) == (True, ["cg1", "cg2"])
    assert named.where == "age > 40"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"case": "dead", "measure": "weight"},
        {"case": "dead", "region": "1", "gene": "TP53"},
        {"case": "dead", "burden": "TP53"},
        {"case": "dead", "components": -1},
    ],
)
def test_an_association_of_too_little_or_too_much_is_refused_here(
    visit: sekisho.Visit, given: dict[str, object]
) -> None:
    with pytest.raises(sekisho.InvalidRequest):
        visit.association(datasets="demo-cancer", **given)  # type: ignore[arg-type]


def test_criteria_are_asked_as_they_are_meant(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    kras = sekisho.carries("KRAS", consequences="missense_variant")
    criteria = ["age > 18", kras, sekisho.excluding("smoker"), sekisho.excluding(kras)]
    visit.funnel(criteria, where="sex = 'female'", datasets="demo-cancer")
    visit.count(by="sex", datasets="demo-cancer")
    visit.crosstab("sex", "stage", where="age > 18", datasets="demo-cancer")
    visit.cooccurrence(["TP53", kras], datasets="demo-cancer")
    visit.prevalence("TP53", consequences="stop_gained", by="sex", datasets="demo-cancer")
    funnel, count, crosstab, pairs, prevalence = (
        request.analysis for request in gateway.asked(ANALYZE)
    )
    asked = [
        (of.WhichOneof("of"), of.condition, of.carriers.gene, of.excludes)
        for of in funnel.funnel.criteria
    ]
    assert asked == [
        ("condition", "age > 18", "", False),
        ("carriers", "", "KRAS", False),
        ("condition", "smoker", "", True),
        ("carriers", "", "KRAS", True),
    ]
    assert (list(count.count.by), list(crosstab.count.by)) == (["sex"], ["sex", "stage"])
    assert [list(of.consequences) for of in pairs.cooccurrence.genes] == [[], ["missense_variant"]]
    assert list(prevalence.prevalence.consequences) == ["stop_gained"]


@pytest.mark.parametrize(
    "ask",
    [
        lambda visit: visit.survival(time="a", event="b", interval=-1, datasets="d"),
        lambda visit: visit.survival(time="a", event="b", interval=1.5, datasets="d"),
        lambda visit: visit.survival(time="a", event="b", by=3, datasets="d"),
        lambda visit: visit.rates(time="a", event="b", split="2020-04-01", datasets="d"),
        lambda visit: visit.cox(time="a", event="b", covariates=None, datasets="d"),
        lambda visit: visit.crosstab(["a"], ["b"], datasets="d"),
        lambda visit: visit.cooccurrence([sekisho.carries(["a"]), "b"], datasets="d"),
        lambda visit: visit.funnel(
            [sekisho.excluding(sekisho.excluding("a"))],
            datasets="d",  # type: ignore[arg-type]
        ),
    ],
)
def test_arguments_of_another_kind_are_named_and_not_sent(
    gateway: Gateway, visit: sekisho.Visit, ask: Callable[[sekisho.Visit], object]
) -> None:
    with pytest.raises(sekisho.InvalidRequest):
        ask(visit)
    assert not gateway.asked(ANALYZE)


def test_one_criterion_and_one_gene_are_lists_of_one(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    visit.funnel("sex = 'male'", datasets="demo-cancer")
    visit.cooccurrence("TP53", datasets="demo-cancer")
    funnel, pairs = (request.analysis for request in gateway.asked(ANALYZE))
    assert [of.condition for of in funnel.funnel.criteria] == ["sex = 'male'"]
    assert [of.gene for of in pairs.cooccurrence.genes] == ["TP53"]


def test_a_spectrum_is_of_mutations_or_of_frequencies(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger)
    visit.spectrum(contexts=True, genes="TP53", by="sex", datasets="demo-cancer")
    visit.spectrum(frequencies=True, where="age > 18", datasets="demo-cancer")
    visit.spectrum(frequencies=True, region="22", by="sex", datasets="demo-cancer")
    visit.spectrum(frequencies=True, gene="TP53", datasets="demo-cancer")
    mutations, *sites = (request.analysis for request in gateway.asked(ANALYZE))
    assert (mutations.spectrum.contexts, list(mutations.spectrum.genes)) == (True, ["TP53"])
    of = [asked.site_frequencies for asked in sites]
    assert [asked.WhichOneof("sites") for asked in of] == [None, "region", "gene"]
    assert [asked.where for asked in of] == ["age > 18", "", ""]
    assert [list(asked.by) for asked in of] == [[], ["sex"], []]
    for given in [
        {"frequencies": True, "genes": "TP53"},
        {"frequencies": True, "contexts": True},
        {"frequencies": True, "region": "22", "gene": "TP53"},
        {"region": "22"},
        {"gene": "TP53"},
        {"frequencies": True, "region": 22},
    ]:
        with pytest.raises(sekisho.InvalidRequest):
            visit.spectrum(datasets="demo-cancer", **given)  # type: ignore[arg-type]
    assert len(gateway.asked(ANALYZE)) == 4


def test_an_answer_of_several_tables_is_shown_table_by_table(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    gateway.answers[ANALYZE] = lambda _request, _context: answer(
        ledger, _table("survival", "at_risk", [100, None]), _table("tests", "p", [0])
    )
    result = visit.survival(time="days", event="dead", datasets="demo-cancer")
    assert isinstance(result, Result)
    assert list(result.tables) == ["survival", "tests"]
    assert result.to_arrow().column_names == ["at_risk"]
    assert result.tables["tests"][0] == {"p": 0}
    assert "suppressed" in repr(result.tables["survival"])
    shown, markup = repr(result), result._repr_html_()
    for name in ("survival", "tests"):
        assert f"-- {name}" in shown
        assert f"<h5>{name}</h5>" in markup
    assert "suppressed" in shown


def test_two_tables_of_one_name_are_no_answer(
    gateway: Gateway, visit: sekisho.Visit, ledger: Ledger
) -> None:
    table = _table("survival", "at_risk", [1])
    gateway.answers[ANALYZE] = lambda _request, _context: answer(ledger, table, table)
    with pytest.raises(sekisho.InternalError):
        visit.survival(time="days", event="dead", datasets="demo-cancer")


@pytest.mark.parametrize(
    ("ask", "shown"),
    [
        (lambda visit, **to: visit.association(case="sexx = 'f'", **to), "sexx = 'f'"),
        (lambda visit, **to: visit.count(where="sexx = 'f'", **to), "sexx = 'f'"),
        (lambda visit, **to: visit.cox(time="t", event="sexx", covariates="a", **to), "sexx"),
        (lambda visit, **to: visit.funnel(["sexx", sekisho.carries("A")], **to), "sexx"),
        # In which of two it is wrong is not told.
        (lambda visit, **to: visit.association(case="sexx", where="age > 1", **to), None),
        (lambda visit, **to: visit.cooccurrence(["A", "B"], **to), None),
    ],
)
def test_a_refusal_shows_its_place_where_there_is_one_condition(
    gateway: Gateway, visit: sekisho.Visit, ask: Callable[..., object], shown: str | None
) -> None:
    def refuse(*_: object) -> object:
        where = {"rule": "statement.unknown-column", "line": "1", "column": "1"}
        raise Refusal(grpc.StatusCode.FAILED_PRECONDITION, "no `sexx`", "QUERY_REFUSED", where)

    gateway.answers[ANALYZE] = refuse
    with pytest.raises(sekisho.QueryRefused) as raised:
        ask(visit, datasets="demo-cancer")
    assert ("\n    ^" in str(raised.value)) is (shown is not None)
    assert (shown or "no `sexx`") in str(raised.value)


def test_nothing_is_not_asked_for(visit: sekisho.Visit) -> None:
    of: dict[str, Any] = {"datasets": "demo-cancer"}
    for ask in (
        lambda: visit.difference("expression", case="dead", most=0, **of),
        lambda: visit.association(case="dead", most=0, **of),
        lambda: visit.survival(time="days", event="dead", interval=0, **of),
    ):
        with pytest.raises(sekisho.InvalidRequest, match="asks for nothing"):
            ask()
