"""Answers of each analysis, made by hand, with something that is hidden in most."""

import pyarrow as pa


def rows(name: str, columns: dict[str, str], cells: list[tuple[object, ...]]) -> pa.Table:
    """Give a table with a kind for each column."""
    arrays = [pa.array(cell) for cell in zip(*cells, strict=True)]
    fields = [
        pa.field(column, array.type, metadata={"sekisho.kind": kind})
        for (column, kind), array in zip(columns.items(), arrays, strict=True)
    ]
    return pa.table(arrays, pa.schema(fields, metadata={"sekisho.table": name} if name else None))


def figures(*names: str) -> dict[str, str]:
    return dict.fromkeys(names, "figure")


ESTIMATES = figures("coefficient", "standard_error", "odds_ratio", "lower", "upper", "z", "p")
NONE = (None,) * len(ESTIMATES)
QUANTILES = rows("quantiles", figures("expected", "observed"), [(0.5, 0.4), (1.0, 1.2)])


def association(key: str, names: list[str], tested: int = 1000) -> list[pa.Table]:
    """Answers of which the first is beyond every line, and the last suppressed."""
    sure = (0.9, 0.1, 2.5, 2.0, 3.0, 9.0, 1e-9)
    unsure = (0.1, 0.1, 1.1, 0.9, 1.3, 1.0, 0.3)
    cells = [sure, *[unsure] * (len(names) - 2), NONE]
    return [
        rows(
            "associations",
            {key: "key"} | ESTIMATES,
            [(name, *cell) for name, cell in zip(names, cells, strict=True)],
        ),
        rows(
            "summary",
            figures("individuals", "cases", "tests", "lambda_gc"),
            [(5000, 900, tested, 1.02)],
        ),
        QUANTILES,
    ]


VARIANTS = ["7:100:A:G", "X:50:C:T", "2:900:A:C", "10:7:G:T", "2:1000:A:T"]
QC = {"tissue": "key", "metric": "key"}
PARTS = [(0.0, 1.0, 10), (1.0, 2.0, 20), (2.0, 99.0, 10)]

ANALYSES: dict[str, tuple[list[pa.Table], int]] = {
    "survival": (
        [
            rows(
                "survival",
                {"arm": "key"}
                | figures("time", "at_risk", "events", "censored", "survival", "lower", "upper"),
                [
                    ("a", 30.0, 100, 10, 5, 0.9, 0.85, 0.95),
                    ("a", 60.0, 85, 10, 5, 0.8, 0.7, 0.9),
                ],
            ),
            rows("groups", {"arm": "key"} | figures("individuals"), [("a", 100), ("b", None)]),
            rows("tests", {"test": "key"} | figures("p"), [("log-rank", 0.01)]),
        ],
        0,
    ),
    "rates": (
        [
            rows(
                "rates",
                {"sex": "key", "period": "key"} | figures("rate", "lower", "upper"),
                [
                    ("female", "before", 7.5, 5.3, 10.2),
                    ("female", "after", 5.0, 3.1, 7.7),
                    ("male", "before", None, None, None),
                ],
            )
        ],
        1,
    ),
    "matched": (
        [
            rows(
                "balance",
                {"covariate": "key", "level": "key"}
                | figures("treated", "controls", "difference", "weighted_difference"),
                [
                    ("sex", "female", 0.5, 0.4, 0.2, 0.01),
                    ("sex", "male", 0.5, 0.6, -0.2, -0.01),
                    ("age", None, 61.2, 55.3, 0.55, 0.04),
                    ("stage", "IV", None, None, None, None),
                ],
            )
        ],
        1,
    ),
    "model": (
        [
            rows(
                "coefficients",
                {"term": "key", "level": "key"}
                | figures("coefficient", "odds_ratio", "lower", "upper"),
                [
                    ("intercept", None, 1.0, 2.7, 2.0, 3.0),
                    ("sex", "male", 0.1, 1.1, 0.9, 1.3),
                    ("stage", "IV", None, None, None, None),
                ],
            )
        ],
        1,
    ),
    "quality": (
        [
            rows("metrics", QC | figures("mean"), [("t", "x", 1.0), ("t", "y", 1.0)]),
            rows("limits", QC | {"limit": "key"} | figures("share"), [("t", "x", "below 2", 0.5)]),
            rows(
                "histogram",
                QC | figures("lower", "upper", "individuals"),
                [("t", metric, *part) for metric in ("x", "y") for part in PARTS],
            ),
        ],
        0,
    ),
    "funnel": (
        [
            rows(
                "funnel",
                {"step": "key", "criterion": "key"} | figures("individuals"),
                [("0", "everybody", 100), ("1", "rare", None)],
            )
        ],
        1,
    ),
    "crosstab": (
        [
            rows(
                "counts",
                {"sex": "key", "stage": "key"} | figures("individuals"),
                [("f", "I", 10), ("f", None, None), ("m", "I", 20), ("m", None, 30)],
            )
        ],
        1,
    ),
    "count": (
        [rows("counts", {"sex": "key"} | figures("individuals"), [("f", 10), ("m", None)])],
        1,
    ),
    "pairs": (
        [
            rows(
                "pairs",
                {"gene": "key", "other": "key"} | figures("odds_ratio"),
                [("A", "B", 2.0), ("A", "C", None), ("B", "C", 0.5)],
            )
        ],
        1,
    ),
    "prevalence": (
        [
            rows(
                "prevalence",
                {"gene": "key", "consequence": "key"} | figures("share"),
                [("A", None, 0.2), ("A", "stop_gained", None)],
            )
        ],
        1,
    ),
    "spectrum": (
        [
            rows(
                "spectrum",
                {"mutation_type": "key", "sex": "key"} | figures("mutations", "share"),
                [
                    ("T>C", "f", 900, 0.6),
                    ("C>A", "f", 600, 0.4),
                    ("C>A", "m", 500, 1.0),
                    ("T>C", "m", None, None),
                ],
            )
        ],
        0,
    ),
    "spectrum in context": (
        [
            rows(
                "spectrum",
                {"context": "key"} | figures("mutations", "share"),
                [("T[C>A]G", 90, 0.6), ("A[C>A]G", 60, 0.4), ("A[T>C]G", None, None)],
            )
        ],
        1,
    ),
    "spectrum of frequencies": (
        [
            rows(
                "site_frequencies",
                {"sex": "key", "lower": "key", "upper": "key"} | figures("variants"),
                [
                    ("f", 0.0, 0.001, None),
                    ("f", 0.001, 0.002, 120),
                    (None, 0.0, 0.001, None),
                    (None, 0.001, 0.002, 85),
                ],
            )
        ],
        2,
    ),
    "association": (association("variant_id", VARIANTS), 0),
    "burden": (association("gene", ["TP53", "EGFR", "KRAS"]), 1),
    "difference": (
        [
            rows(
                "differences",
                {"feature": "key"}
                | figures("difference", "standard_error", "lower", "upper", "z", "p", "q"),
                [
                    ("ALK", 2.0, 0.2, 1.6, 2.4, 10.0, 0.0, 0.0),
                    ("RET", -0.5, 0.3, -1.1, 0.1, -1.7, 0.089, 0.4),
                    ("MET", *(None,) * 7),
                ],
            ),
            rows(
                "summary",
                figures("individuals", "cases", "tests", "inflation"),
                [(5000, 900, 20000, 1.1)],
            ),
            QUANTILES,
        ],
        0,
    ),
    "few frequencies": (
        [
            rows(
                "",
                {"variant_id": "key", "sex": "key"} | figures("allele_frequency"),
                [("1:5:A:G", "f", 0.2), ("1:5:A:G", "m", 0.3), ("1:9:A:G", "f", None)],
            )
        ],
        1,
    ),
    "many frequencies": (
        [
            rows(
                "",
                {"variant_id": "key"} | figures("allele_frequency"),
                [(f"1:{at}:A:G", 0.1 if at else None) for at in range(30)],
            )
        ],
        0,
    ),
    "no frequencies": (
        [
            pa.table(
                {"variant_id": pa.array([], "string"), "allele_frequency": pa.array([], "double")}
            )
        ],
        0,
    ),
}
