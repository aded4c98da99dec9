"""Each analysis is drawn by both libraries; what is hidden never looks like a value."""

import subprocess
import sys
from dataclasses import replace
from math import log10
from typing import Any

import matplotlib.pyplot as plt
import pyarrow as pa
import pytest

import sekisho
from answers import ANALYSES, VARIANTS, association
from pictures import layers, made, values
from sekisho.budgets import Budgets
from sekisho.picture.curves import Curves, _step
from sekisho.picture.doubt import Doubt
from sekisho.picture.frequencies import Frequencies
from sekisho.picture.genome import Genome
from sekisho.picture.manhattan import Manhattan
from sekisho.picture.volcano import Volcano
from sekisho.release import Budget, Release
from sekisho.result import Result

pytestmark = pytest.mark.usefixtures("nothing_on_the_screen")


@pytest.mark.parametrize("name", ANALYSES)
def test_each_analysis_is_drawn_and_what_is_hidden_is_hatched(result: Result, name: str) -> None:
    drawn = made(result, name)
    ax = drawn.plot()
    ax.figure.canvas.draw()
    assert sum(bool(patch.get_hatch()) for patch in ax.patches) == ANALYSES[name][1]
    assert len(drawn.plot.data()) or name == "no frequencies"
    _, given = plt.subplots()
    assert drawn.plot(ax=given) is given
    assert "demo-cancer (standard)" in given.get_title()


@pytest.mark.parametrize("name", ANALYSES)
def test_each_analysis_is_a_valid_chart_and_what_is_hidden_is_dashed(
    result: Result, name: str
) -> None:
    chart = made(result, name).plot.altair()
    written = chart.to_dict()
    assert "demo-cancer (standard)" in written["title"]
    dashed = [
        row
        for layer in layers(written)
        if "strokeDash" in layer["mark"] and layer["mark"].get("fill")
        for row in values(written, layer)
    ]
    hidden = sum(row["is"] == "suppressed" for row in dashed)
    # Of a gene the chart has a tick in place of a bar; of a spectrum it has every panel.
    assert hidden == ANALYSES[name][1] - (name == "burden") + (name == "spectrum")


def test_a_query_is_bars_for_altair_too(result: Result) -> None:
    chart = result.plot.altair().to_dict()
    dashed, bars, doubts = (values(chart, layer) for layer in layers(chart))
    assert [row["value"] for row in bars] == [120, 85, 40]
    assert [row["label"] for row in dashed] == ["skin"]
    assert [row["high"] for row in doubts] == [122.5, 87.5, 42.5]


def test_a_spectrum_has_a_panel_for_each_group_and_types_in_their_order(result: Result) -> None:
    by_sex = made(result, "spectrum")
    women, men = by_sex.plot().figure.axes
    assert [women.get_xlabel(), men.get_xlabel()] == ["f", "m"]
    assert [label.get_text() for label in women.get_xticklabels()] == ["C>A", "T>C"]
    assert [patch.get_height() for patch in women.patches] == [0.4, 0.6]
    assert [bool(patch.get_hatch()) for patch in men.patches] == [False, True]
    chart = by_sex.plot.altair().to_dict()
    panels = [layers(panel) for panel in chart["concat"]]
    assert [sum(len(values(chart, of)) for of in panel) for panel in panels] == [2, 2]
    # Panels are alike high, and groups lie in the order in which they came.
    assert women.get_ylim() == men.get_ylim() == (0, 1.15)
    in_context = made(result, "spectrum in context").plot()
    names = [label.get_text() for label in in_context.get_xticklabels()]
    assert names == ["ACG", "TCG", "ATG"]
    assert [text.get_text() for text in in_context.texts] == ["C>A", "T>C"]


def test_chromosomes_lie_side_by_side_in_their_order() -> None:
    laid = Genome.lay(VARIANTS)
    assert laid.chromosomes == ["2", "7", "10", "X"]
    assert laid.middles == sorted(laid.middles)
    place = dict(zip(VARIANTS, laid.places, strict=True))
    assert sorted(place, key=lambda variant: place[variant]) == [
        "2:900:A:C",
        "2:1000:A:T",
        "7:100:A:G",
        "10:7:G:T",
        "X:50:C:T",
    ]
    assert Genome.lay(["chr1:7:A:G"]).places == [7.0]


def test_human_chromosomes_are_as_long_as_they_are_and_others_as_they_seem() -> None:
    laid = Genome.lay(["1:248000000:A:G", "chr8:5:A:G", "17:1:A:G", "scaffold7:30:A:G"])
    assert laid.middles[:2] == [124.5e6, pytest.approx(249e6 + 73e6, rel=0.05)]
    # Not one of ours: beyond the end of what has that number.
    other = Genome.lay(["2:900000000:A:G", "2:900000100:A:G", "3:1:A:G"])
    assert other.middles[0] == 50.0


def test_an_association_is_a_manhattan_plot_with_its_line(result: Result) -> None:
    drawn = Manhattan.of(made(result, "association"))
    assert drawn.line == pytest.approx(7.30103)
    assert [row["label"] for row in drawn.rows] == ["7:100:A:G", "", "", "", ""]
    assert [row["score"] for row in drawn.rows][:2] == [
        pytest.approx(9.0),
        pytest.approx(0.5229, abs=1e-4),
    ]
    assert drawn.rows[-1]["score"] is None
    assert drawn.axis == "chromosome (5 of 1000 tested are shown)"
    # Genes have no place, and a line for as many as were tested.
    genes = Manhattan.of(made(result, "burden"))
    assert [label["text"] for label in genes.labels] == ["TP53", "EGFR", "KRAS"]
    assert genes.line == pytest.approx(-log10(0.05 / 1050))


def test_differences_are_a_volcano_that_says_how_many_are_hidden(result: Result) -> None:
    drawn = Volcano.of(made(result, "difference"))
    assert drawn.hidden == "1 of 3 suppressed"
    assert [row["label"] for row in drawn.rows] == ["ALK", ""]
    assert [row["found"] for row in drawn.rows] == [True, False]
    # Its p is too small for a number: by z it has a place.
    assert drawn.rows[0]["score"] == pytest.approx(22.8, abs=0.1)
    qq = made(result, "difference").plot.qq
    assert [text.get_text() for text in qq().texts] == ["inflation = 1.100"]


def test_a_p_too_small_for_a_number_has_its_place_by_z(result: Result) -> None:
    first, *others = association("variant_id", VARIANTS)
    at = first.column_names.index("p")
    ps = pa.array([0.0, *first.column("p").to_pylist()[1:]])
    zs = pa.array([-40.0, *first.column("z").to_pylist()[1:]])
    first = first.set_column(at, first.schema.field("p"), ps)
    first = first.set_column(at - 1, first.schema.field("z"), zs)
    drawn = Manhattan.of(Result(first, result.release, result.receipt, *others))
    assert drawn.rows[0]["score"] == pytest.approx(349.136, abs=0.01)


def test_an_association_has_a_quantile_plot(result: Result) -> None:
    qq = made(result, "association").plot.qq
    ax = qq()
    assert [text.get_text() for text in ax.texts] == ["λGC = 1.020"]
    assert len(qq.data()) == 2
    points, rings = (collection.get_offsets().tolist() for collection in ax.collections)
    assert points == [[0.5, 0.4], [1.0, 1.2]]
    # The first of a thousand, and no ring for what is suppressed.
    assert len(rings) == len(VARIANTS) - 1
    assert rings[0] == [pytest.approx(-log10(0.0005)), pytest.approx(9.0)]
    assert "λGC = 1.020" in str(qq.altair().to_dict())
    for ask in (result.plot.qq, result.plot.qq.altair, result.plot.qq.data):
        with pytest.raises(sekisho.InvalidRequest, match="quantiles"):
            ask()


def test_of_too_few_tests_there_is_nothing_to_plot_and_it_says_so(result: Result) -> None:
    first, summary, quantiles = association("variant_id", VARIANTS)
    few = Result(first, result.release, result.receipt, summary, quantiles.slice(0, 0))
    assert [text.get_text() for text in few.plot.qq().texts][-1] == "too few tests for quantiles"
    hidden = summary.set_column(2, "tests", pa.array([None], "int64"))
    unknown = Manhattan.of(Result(first, result.release, result.receipt, hidden, quantiles))
    assert unknown.axis == "chromosome"


def test_few_variants_are_named_and_many_have_positions(result: Result) -> None:
    assert Frequencies.of(made(result, "few frequencies")).axis == "variant"
    assert Frequencies.of(made(result, "many frequencies")).axis == "position in chromosome 1"


@pytest.mark.parametrize(
    ("stated", "meaning", "half"),
    [
        ({"mechanism": "suppress", "rounding_base": 5}, "± 2.5, half the rounding base", 2.5),
        ({"mechanism": "suppress", "rounding_base": 1}, "", None),
        (
            {"mechanism": "cell-key", "parameters": {"cell_key.variance": "4"}},
            "± 2, the noise's standard deviation",
            2.0,
        ),
        (
            {
                "mechanism": "dp",
                "parameters": {"noise.01": "of individuals: standard deviation 10.02"},
            },
            "± 10, the noise's standard deviation",
            10.02,
        ),
        (
            {"mechanism": "dp", "parameters": {"noise.01": "of the sum: standard deviation 9"}},
            "",
            None,
        ),
        ({"mechanism": "dp"}, "", None),
    ],
)
def test_error_bars_are_what_the_release_states(
    result: Result, stated: dict[str, Any], meaning: str, half: float | None
) -> None:
    release: Release = replace(result.release, **stated)
    doubt = Doubt.of(release)
    assert doubt.meaning == meaning
    assert doubt.counts([100, None]) == [half, None]


def test_of_a_query_whole_numbers_alone_have_error_bars(result: Result) -> None:
    rounded = Doubt.of(replace(result.release, mechanism="suppress"))
    assert rounded.figures(pa.chunked_array([[40, None]])) == [2.5, None]
    assert rounded.figures(pa.chunked_array([[1.5]])) == [None]
    # A sum is moved by more than a count, and which of them it is is not told.
    stated = {"cell_key.variance": "4"}
    moved = Doubt.of(replace(result.release, mechanism="cell-key", parameters=stated))
    assert moved.figures(pa.chunked_array([[40]])) == [None]


def test_who_lacks_a_key_is_a_group_and_not_everybody(result: Result) -> None:
    (curves, *others), _ = ANALYSES["survival"]
    missing = pa.array([None, None], pa.string())
    of_none = curves.set_column(0, curves.schema.field("arm"), missing)
    survival = Result(of_none, result.release, result.receipt, *others)
    assert list(Curves.of(survival).groups) == ["missing"]


def test_ticks_of_time_are_round_and_told_apart() -> None:
    assert [_step(last) for last in (2160.0, 2.0, 0.3)] == [500.0, 0.5, 0.1]


def test_budgets_are_bars_of_what_is_spent(result: Result) -> None:
    budgets = Budgets("P-0001", [result.release.budget, Budget("empty", "P-0001", 0, 0)])
    assert isinstance(budgets, sekisho.Listing)
    ax = budgets.plot()
    assert ax.texts[0].get_text() == "12 of 200 spent, 188 left"
    assert ax.patches[0].get_width() == pytest.approx(0.06)
    assert "12 of 200 spent, 188 left" in str(budgets.plot.altair().to_dict())
    assert budgets.plot.data() is budgets


def test_each_library_is_needed_only_where_it_draws() -> None:
    program = """
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("matplotlib", "altair"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import sekisho
from sekisho.budgets import Budgets
plot = Budgets("P", []).plot
for draw, extra in ((plot, "plot"), (plot.altair, "altair")):
    try:
        draw()
    except sekisho.InvalidRequest as error:
        assert f"pip install 'sekisho[{extra}]'" in error.help
    else:
        raise AssertionError
"""
    subprocess.run([sys.executable, "-c", program], check=True)
