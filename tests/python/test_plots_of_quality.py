"""Reports on quality are drawn with a panel for each metric, and so is what changes."""

import matplotlib.pyplot as plt
import pyarrow as pa
import pytest

import sekisho
from answers import ANALYSES, figures, rows
from pictures import layers, made, values
from sekisho.picture.histograms import Histograms
from sekisho.result import Result

pytestmark = pytest.mark.usefixtures("nothing_on_the_screen")


def test_a_report_on_quality_has_a_panel_for_each_metric(result: Result) -> None:
    quality = made(result, "quality")
    assert [ax.get_xlabel() for ax in quality.plot().figure.axes] == ["x", "y"]
    assert quality.plot(metric="y").get_xlabel() == "y"
    _, given = plt.subplots()
    assert quality.plot(ax=given).get_xlabel() == "x"
    assert len(quality.plot.altair().to_dict()["concat"]) == 2
    assert "concat" not in quality.plot.altair(metric="y").to_dict()
    with pytest.raises(sekisho.InvalidRequest, match="`z`") as raised:
        quality.plot(metric="z")
    assert "x, y" in raised.value.help


def test_of_many_groups_the_outlines_are_drawn_with_gaps_where_parts_are_hidden(
    result: Result,
) -> None:
    table = ANALYSES["quality"][0][2].slice(0, 3)
    groups = [
        table.set_column(0, table.schema.field("tissue"), pa.array([name] * 3)) for name in "abc"
    ]
    hidden = pa.array([10, None, 10] + [10, 20, 10] * 2)
    all_of = pa.concat_tables(groups)
    all_of = all_of.set_column(4, all_of.schema.field("individuals"), hidden)
    metrics, limits, _ = ANALYSES["quality"][0]
    quality = Result(metrics, result.release, result.receipt, limits, all_of)
    chart = quality.plot.altair().to_dict()
    dashed, outlines, *_ = (values(chart, layer) for layer in layers(chart))
    assert len(dashed) == 1
    corners = [(row["lower"], row["density"]) for row in outlines if row["group"] == "a"]
    assert corners == [(0.0, 0.5), (1.0, 0.5), (1.0, None), (2.0, 0.125), (6.0, 0.125)]
    assert [row["at"] for row in outlines] == list(range(len(outlines)))


def test_a_part_that_is_one_value_is_drawn_with_the_part_beside_it(result: Result) -> None:
    metrics, limits, _ = ANALYSES["quality"][0]
    cells = [(0.0, 1.0, 10), (1.0, 1.0, 20), (1.0, 2.0, 10), (2.0, 3.0, 20), (3.0, 3.0, 40)]
    table = rows(
        "histogram",
        {"tissue": "key", "metric": "key"} | figures("lower", "upper", "individuals"),
        [("t", "x", *part) for part in cells],
    )
    quality = Result(metrics, result.release, result.receipt, limits, table)
    assert len(quality.plot.data()) == 5
    panel = Histograms.of(quality).panels[0]
    assert [part["density"] for part in panel.parts] == [0.1, 0.3, 0.6]


def test_one_stage_of_quality_can_be_drawn_alone(result: Result) -> None:
    metrics, limits, parts = ANALYSES["quality"][0]
    staged = [
        pa.concat_tables(
            table.add_column(
                0,
                pa.field("stage", pa.string(), metadata={"sekisho.kind": "key"}),
                pa.array([stage] * len(table)),
            )
            for stage in ("qc1", "qc2")
        )
        for table in (metrics, limits, parts)
    ]
    first, *others = (
        table.replace_schema_metadata(of.schema.metadata)
        for table, of in zip(staged, (metrics, limits, parts), strict=True)
    )
    quality = Result(first, result.release, result.receipt, *others)
    ax = quality.plot(metric="x", stage="qc2")
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["t"]
    assert ax.get_title() == "Quality of qc2 at demo-cancer (standard)"
    both = quality.plot(metric="x")
    assert [text.get_text() for text in both.get_legend().get_texts()] == ["qc1 t", "qc2 t"]
    with pytest.raises(sekisho.InvalidRequest, match="`qc3`") as raised:
        quality.plot.altair(stage="qc3")
    assert "qc1, qc2" in raised.value.help
    with pytest.raises(sekisho.InvalidRequest, match="`qc1`"):
        made(result, "quality").plot(stage="qc1")


def test_metric_and_stage_are_for_reports_on_quality_alone(result: Result) -> None:
    for given in ({"metric": "x"}, {"stage": "qc1"}):
        with pytest.raises(sekisho.InvalidRequest, match="another analysis"):
            made(result, "survival").plot(**given)


def test_changes_of_quality_are_histograms_of_the_metrics_that_change(result: Result) -> None:
    quality = made(result, "quality")
    with pytest.raises(sekisho.InvalidRequest, match="no changes"):
        quality.plot.changes()
    of = {"tissue": "key", "from": "key", "to": "key", "metric": "key"}
    table = rows(
        "change_histogram",
        of | figures("lower", "upper", "individuals"),
        [("t", "qc1", "qc2", "x", -9.0, 9.0, 50), ("t", "qc1", "qc2", "z", -9.0, 9.0, 50)]
        + [("t", "qc1", "qc2", "y", low, low + 1, n) for low, n in [(-1.0, 30), (0.0, None)]],
    )
    changes = [
        rows(
            "changes",
            of | figures("low", "median", "high"),
            [("t", "qc1", "qc2", name, 0.0, median, 0.0) for name, median in medians],
        )
        for medians in ([("x", 0.0), ("y", -0.5), ("z", None)], [("x", 0.0)])
    ]
    changed, same = (
        Result(
            ANALYSES["quality"][0][0],
            result.release,
            result.receipt,
            *ANALYSES["quality"][0][1:],
            of_changes,
            table,
        )
        for of_changes in changes
    )
    with pytest.raises(sekisho.InvalidRequest, match="no metric changes"):
        same.plot.changes()
    ax = changed.plot.changes()
    assert ax.get_xlabel() == "y"
    assert sum(bool(patch.get_hatch()) for patch in ax.patches) == 1
    assert "Changes" in ax.get_title()
    assert len(changed.plot.changes.data()) == 4
    _, bars, *_ = layers(changed.plot.changes.altair().to_dict())
    assert bars["mark"]["type"] == "rect"
