"""The pictures of the SDK's documentation, of real answers of servers that run (`make up`).

python infra/demo/pictures.py            # sdk/python/docs/*.png
python infra/demo/pictures.py --altair FOLDER   # the same as charts, in HTML
"""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import matplotlib.pyplot as plt

import sekisho

ROOT: Final = Path(__file__).resolve().parents[2]
CANCER: Final = {"datasets": "demo-cancer"}
SURVIVAL: Final = {"time": "survival_days", "event": "vital_status = 'dead'", **CANCER}
LUNG: Final = "diagnosis = 'lung'"

ASKED: Final[dict[str, Callable[[sekisho.Visit], Any]]] = {
    "bars": lambda visit: visit.sql(
        "SELECT stage, count(DISTINCT individual_id) AS people FROM individuals "
        "WHERE diagnosis = 'melanoma' GROUP BY stage",
        **CANCER,
    ),
    "survival": lambda visit: visit.survival(by="stage", where=LUNG, **SURVIVAL),
    "rates": lambda visit: visit.rates(
        by="stage", where=LUNG, split=("registered_on", "2021-04-01"), **SURVIVAL
    ),
    "matched": lambda visit: visit.matched(
        treated="smoking = 'never'",
        exact="stage",
        covariates=["age_at_diagnosis", "sex"],
        where=f"{LUNG} AND smoking <> 'unknown'",
        **SURVIVAL,
    ),
    "cox": lambda visit: visit.cox(
        covariates=["age_at_diagnosis", "sex", "stage"], where=LUNG, **SURVIVAL
    ),
    "logistic": lambda visit: visit.logistic(
        outcome="vital_status = 'dead'", covariates=["smoking", "sex"], **CANCER
    ),
    "linear": lambda visit: visit.linear(
        outcome="age_at_diagnosis", covariates=["sex", "smoking"], **CANCER
    ),
    "funnel": lambda visit: visit.funnel(
        [
            "age_at_diagnosis >= 18",
            sekisho.carries("EGFR"),
            sekisho.excluding("stage = 'IV'"),
        ],
        where=LUNG,
        **CANCER,
    ),
    "crosstab": lambda visit: visit.crosstab("diagnosis", "stage", **CANCER),
    "count": lambda visit: visit.count(by="smoking", **CANCER),
    "cooccurrence": lambda visit: visit.cooccurrence(["TP53", "KRAS", "EGFR", "APC"], **CANCER),
    "prevalence": lambda visit: visit.prevalence(
        ["TP53", "KRAS", "EGFR", "APC"], by="diagnosis", **CANCER
    ),
    "spectrum": lambda visit: visit.spectrum(where=LUNG, **CANCER),
    "site-frequencies": lambda visit: visit.spectrum(frequencies=True, datasets="demo-control"),
    "frequencies": lambda visit: visit.frequencies(gene="TP53", **CANCER),
    "quality": lambda visit: visit.qc_report(**CANCER),
    "manhattan": lambda visit: visit.association(
        case="diagnosis = 'stomach'", covariates=["age_at_diagnosis", "sex"], most=25, **CANCER
    ),
    "volcano": lambda visit: visit.difference(
        "expression", case=LUNG, logarithm=True, covariates=["sex"], most=20, **CANCER
    ),
}


def main(arguments: list[str]) -> None:
    """Ask, and draw each answer."""
    charts = Path(arguments[1]) if arguments[:1] == ["--altair"] else None
    with sekisho.connect() as visit:
        plots: dict[str, Any] = {}
        for name, ask in ASKED.items():
            try:
                result = ask(visit)
            except sekisho.SekishoError as error:
                print(f"{name}: {error}", file=sys.stderr)
                continue
            plots[name] = result.plot
            if name == "manhattan":
                plots["qq"] = result.plot.qq
        plots["budget"] = visit.budget().plot
        for name, plot in plots.items():
            if charts is not None:
                charts.mkdir(exist_ok=True)
                plot.altair().save(charts / f"{name}.html")
                continue
            plot().figure.savefig(ROOT / "sdk/python/docs" / f"{name}.png", dpi=72)
            plt.close("all")


if __name__ == "__main__":
    main(sys.argv[1:])
