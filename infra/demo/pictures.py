"""The pictures of the SDK's documentation, of real answers of servers that run (`make up`).

python infra/demo/pictures.py                     # sdk/python/docs/*.png
python infra/demo/pictures.py --altair FOLDER     # the same as charts, in HTML
python infra/demo/pictures.py manhattan volcano   # these alone

All of them tell more of genomes than one project may be told. Of those that are refused name
some, after `make down` and `make up`.
"""

import argparse
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
    # Those of a new treatment's days beside those before it.
    "matched": lambda visit: visit.matched(
        treated="registered_on >= '2021-04-01'",
        exact="stage",
        covariates=["age_at_diagnosis", "sex", "smoking"],
        where=LUNG,
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
    "spectrum": lambda visit: visit.spectrum(by="sex", **CANCER),
    "site-frequencies": lambda visit: visit.spectrum(frequencies=True, datasets="demo-control"),
    "frequencies": lambda visit: visit.frequencies(
        region="22:17000000-17200000", datasets="demo-control"
    ),
    "quality": lambda visit: visit.qc_report(**CANCER),
    "changes": lambda visit: visit.qc_report(metrics=["depth", "insert_size"], **CANCER),
    "manhattan": lambda visit: visit.association(
        case="diagnosis = 'stomach'", covariates=["age_at_diagnosis", "sex"], most=15, **CANCER
    ),
    "qq": lambda visit: visit.association(
        measure="systolic_pressure", covariates=["bmi", "sex"], most=15, datasets="demo-control"
    ),
    "volcano": lambda visit: visit.difference(
        "expression",
        case="stage = 'IV'",
        logarithm=True,
        covariates=["sex", "diagnosis"],
        most=15,
        **CANCER,
    ),
}


def main() -> int:
    """Ask, and draw each answer; fail if one is refused."""
    names = [*ASKED, "budget"]
    parser = argparse.ArgumentParser(description="The pictures of the SDK's documentation.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(names))
    parser.add_argument("--altair", type=Path, metavar="FOLDER", help="charts in HTML instead")
    arguments = parser.parse_args()
    if odd := set(arguments.names) - set(names):
        parser.error(f"there is no picture {', '.join(sorted(odd))}; there are {', '.join(names)}")
    if arguments.altair is not None:
        arguments.altair.mkdir(parents=True, exist_ok=True)
    refused = 0
    with sekisho.connect() as visit:
        for name in arguments.names or names:
            try:
                _draw(_plot(visit, name), name, arguments.altair)
            except sekisho.SekishoError as error:
                print(f"{name}: {error}", file=sys.stderr)
                refused += 1
    return 1 if refused else 0


def _draw(plot: Any, name: str, charts: Path | None) -> None:
    if charts is not None:
        plot.altair().save(charts / f"{name}.html")
        return
    plot().figure.savefig(ROOT / "sdk/python/docs" / f"{name}.png", dpi=72)
    plt.close("all")


def _plot(visit: sekisho.Visit, name: str) -> Any:
    if name == "budget":
        return visit.budget().plot
    plot = ASKED[name](visit).plot
    return getattr(plot, name) if name in ("changes", "qq") else plot


if __name__ == "__main__":
    sys.exit(main())
