"""How results look, to the letter: a suppressed cell never looks like a number."""

from dataclasses import replace

import pyarrow as pa
import pytest

import sekisho
from sekisho import Result
from sekisho._proto import release_pb2, visit_pb2
from sekisho.check import Check, Checks
from sekisho.listing import Listing
from sekisho.release import Release
from sekisho.result import Results

NOTES = """\
dataset demo-cancer, snapshot 444444444444
profile standard: at least 10 individuals a figure, counts in multiples of 5
1 of 4 figures suppressed; 12 of 200 queries spent
receipt at position 0 of the ledger"""


def with_table(result: Result, table: pa.Table) -> Result:
    return Result(table, result.release, result.receipt)


def figures(values: list[int | None], suppressed: int | None) -> pa.Table:
    metadata = None if suppressed is None else {"sekisho.suppressed": str(suppressed)}
    return pa.table(
        [pa.array(values, pa.int64())], pa.schema([pa.field("n", pa.int64(), metadata=metadata)])
    )


def test_a_result_prints_as_a_table_with_its_release(result: Result) -> None:
    assert repr(result) == (
        "diagnosis           n\n"
        "---------  ----------\n"
        "breast            120\n"
        "colon              85\n"
        "lung               40\n"
        "skin       suppressed\n"
        "\n" + NOTES
    )


def test_a_result_shows_in_a_notebook_with_suppressed_cells_hatched(result: Result) -> None:
    html = result._repr_html_()
    hidden = (
        '<td style="text-align:right;color:#666;font-style:italic;'
        'background:repeating-linear-gradient(45deg,#0000 0 4px,#8883 4px 6px)">suppressed</td>'
    )
    assert html.startswith(
        '<div><table><thead><tr><th style="text-align:left">diagnosis</th>'
        '<th style="text-align:right">n</th></tr></thead><tbody>'
        '<tr><td style="text-align:left">breast</td><td style="text-align:right">120</td></tr>'
    )
    assert html.count(hidden) == 1
    assert html.endswith('<p style="color:#666">' + NOTES.replace("\n", "<br>") + "</p></div>")


def test_a_null_is_called_what_is_known_of_it(result: Result) -> None:
    for values, suppressed, shown in [
        ([1, None], 1, "suppressed"),
        ([1, None], 4, "suppressed"),
        ([1, None], 0, "null"),
        ([1, None], None, "null"),
        ([None, None], 1, "suppressed or null"),
    ]:
        table = figures(values, suppressed)
        lines = repr(with_table(result, table)).split("\n")
        assert lines[3].strip() == shown


def test_a_derived_null_is_not_taken_for_a_value_that_was_never_there(result: Result) -> None:
    fields = [
        pa.field(name, pa.float64(), metadata={"sekisho.kind": kind})
        for name, kind in (("decade", "key"), ("share", "derived"))
    ]
    table = pa.table([[None], [None]], pa.schema(fields))
    assert with_table(result, table).figures == ("share",)
    assert repr(with_table(result, table)).split("\n")[2] == "  null  suppressed or null"
    whole = Result(table, replace(result.release, figures_suppressed=0), result.receipt)
    assert repr(whole).split("\n")[2] == "  null   null"


def test_what_a_server_names_can_neither_steer_a_terminal_nor_a_page(result: Result) -> None:
    hostile = with_table(result, pa.table({"<b>k\x1b[2J": ["<script>\x07\u202e"]}))
    assert not {"\x1b", "\x07", "\u202e"} & set(repr(hostile))
    html = hostile._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html


def test_long_results_say_how_many_rows_follow(result: Result) -> None:
    long = with_table(result, pa.table({"n": list(range(1000))}))
    assert "… and 980 rows more" in repr(long)
    assert "… and 900 rows more" in long._repr_html_()
    assert len(repr(long).split("\n")) == 28


def test_an_empty_result_prints_its_columns(result: Result) -> None:
    empty = with_table(result, result.to_arrow().slice(0, 0))
    assert repr(empty).startswith("diagnosis  n\n---------  -\n\ndataset")
    assert "<tbody></tbody>" in empty._repr_html_()


def test_a_repeated_answer_says_that_it_was_free(result: Result) -> None:
    repeated = Result(result.to_arrow(), replace(result.release, repeated=True), result.receipt)
    assert "12 of 200 queries spent, none for this repeated answer" in repr(repeated)


def test_the_caveat_is_the_first_line_under_the_table(result: Result) -> None:
    said = replace(result.release, mechanism="cell-key", caveat="figures are perturbed")
    shown = repr(Result(result.to_arrow(), said, result.receipt))
    table, notes = shown.split("\n\n")
    assert table == repr(result).split("\n\n")[0]
    assert notes.split("\n")[:3] == [
        "figures are perturbed",
        "dataset demo-cancer, snapshot 444444444444",
        "profile standard, mechanism cell-key: at least 10 individuals a figure, "
        "counts in multiples of 5",
    ]


def test_what_the_wire_says_of_release_and_check_is_kept() -> None:
    sent = release_pb2.Release(
        mechanism="dp", parameters={"rho_statistic": "0.005"}, caveat="noisy", padding=bytes(9)
    )
    release = Release.of(sent)
    assert (release.mechanism, release.caveat) == ("dp", "noisy")
    assert release.parameters == {"rho_statistic": "0.005"}
    judged = visit_pb2.CheckResult(
        accepted=True, mechanism="dp", rho_nano=5_000_000, exposes_genomes=True
    )
    check = Check.of(judged, "SELECT 1")
    assert (check.mechanism, check.rho, check.exposes_genomes) == ("dp", 0.005, True)


def test_counts_stay_whole_and_suppressed_cells_stay_absent(result: Result) -> None:
    frame = result.to_pandas()
    assert str(frame["n"].dtype) == "Int64"
    assert frame["n"].isna().tolist() == [False, False, False, True]
    assert frame.attrs["sekisho"]["suppressed"] == {"n": 1}
    polars = result.to_polars()
    assert polars["n"].to_list() == [120, 85, 40, None]
    assert pa.table(result).equals(result.to_arrow())
    assert result.figures == ("n",)
    assert len(result) == 4


def test_several_answers_are_told_apart(result: Result) -> None:
    refused = sekisho.BudgetExhausted("all 200 queries are spent", help="ask for more")
    results = Results({"demo-cancer": result, "b<": refused})
    assert list(results) == ["demo-cancer", "b<"]
    assert [answer.ok for answer in results.values()] == [True, False]
    assert not results.ok
    assert results.results == {"demo-cancer": result}
    assert results.failures == {"b<": refused}
    assert repr(results).endswith(
        "== b<\nBudgetExhausted: all 200 queries are spent\n  help: ask for more"
    )
    assert "<h4>b&lt;</h4><pre>all 200" in results._repr_html_()


def test_a_listing_is_a_table_and_a_sequence_of_rows() -> None:
    listing = Listing(
        pa.table({"column": ["sex", "age"], "domain": [["F", "M"], None], "upper": [None, 89.5]})
    )
    assert repr(listing) == (
        "column  domain  upper\n------  ------  -----\nsex     F, M\nage              89.5"
    )
    assert [row["column"] for row in listing] == ["sex", "age"]
    assert listing[-1]["upper"] == 89.5
    assert [row["column"] for row in listing[:1]] == ["sex"]
    assert "<td" in listing._repr_html_()
    assert listing.to_pandas().shape == (2, 3)
    assert listing.to_polars().shape == (2, 3)
    assert pa.table(listing).num_rows == 2


def test_a_check_says_what_would_happen() -> None:
    accepted = Check(
        dataset="a",
        accepted=True,
        refusal=None,
        columns=(sekisho.ReleasedColumn("sex", "key"), sekisho.ReleasedColumn("n", "figure")),
        rules=(sekisho.AppliedRule("threshold", "figures of fewer than 10 are suppressed"),),
        charge=1,
        profile="standard",
    )
    assert repr(accepted) == (
        "accepted at a: charge 1 query, profile standard\n"
        "  columns: sex (key), n (figure)\n"
        "  threshold: figures of fewer than 10 are suppressed"
    )
    private = replace(accepted, mechanism="dp", rho=0.005, exposes_genomes=True)
    assert repr(private).split("\n")[:3] == [
        "accepted at a: charge 1 query, profile standard, mechanism dp",
        "  privacy budget: ρ = 0.005, that is ε ≤ 0.649 at δ = 1e-09",
        "  exposure: charged, since the figures tell of genomes",
    ]
    assert accepted.epsilon == 0
    refusal = sekisho.QueryRefused("no rows", rule="release.rows", line=1, column=8, sql="SELECT *")
    refused = replace(accepted, dataset="b", accepted=False, refusal=refusal)
    assert repr(refused) == (
        "refused at b: no rows (release.rows)\n  line 1, column 8:\n    SELECT *\n           ^"
    )
    assert accepted
    assert not refused
    both = Checks({"a": accepted, "b": refused})
    assert not both.accepted
    assert repr(both) == f"{accepted!r}\n{refused!r}"
    assert "&#x27;" not in both._repr_html_()


def test_bars_leave_suppressed_figures_without_a_height(
    result: Result, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MPLBACKEND", "agg")
    axes = result.plot()
    seen, doubts, hidden = axes.containers
    assert [bar.get_height() for bar in seen] == [120, 85, 40]
    assert axes.get_ylabel() == "± 2.5, half the rounding base"
    (lines,) = doubts.lines[2]
    assert [tuple(end[1] for end in line) for line in lines.get_segments()] == [
        (117.5, 122.5),
        (82.5, 87.5),
        (37.5, 42.5),
    ]
    assert [bar.get_x() + bar.get_width() / 2 for bar in hidden] == [3]
    assert hidden.patches[0].get_hatch() == "///"
    # In the axes' own coordinates: it says nothing about the value.
    assert hidden.patches[0].get_transform() != seen.patches[0].get_transform()
    assert [label.get_text() for label in axes.get_xticklabels()] == [
        "breast",
        "colon",
        "lung",
        "skin",
    ]
    axes.figure.canvas.draw()
    assert axes.get_ylim()[1] < 200


def test_bars_are_refused_where_they_would_mislead(result: Result) -> None:
    table = result.to_arrow()
    for refused in (table.append_column("sex", [["F"] * 4]), table.select(["diagnosis"])):
        with pytest.raises(sekisho.InvalidRequest):
            with_table(result, refused).plot()
