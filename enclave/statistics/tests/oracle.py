"""Ask the packages that the field uses for what our estimators must give.

Run it with a folder of survival tables (`lung.csv`, `gbsg2.csv`, `tcga_laml_annot.tsv`,
`LIHC.clinical.tsv`) in an environment with lifelines, statsmodels and pandas; it prints
`oracle.json`, which the tests read.
"""

import json
import sys
from pathlib import Path

import lifelines
import numpy as np
import pandas as pd
import statsmodels.api as sm
from lifelines.statistics import multivariate_logrank_test


def times(frame: pd.DataFrame, by: str | None = None) -> dict[str, object]:
    """Give curve, median and, between groups, the log-rank test."""
    fit = lifelines.KaplanMeierFitter().fit(frame.time, frame.event)
    curve = fit.survival_function_.join(fit.confidence_interval_)
    seen = curve.loc[curve.index.isin(frame.time)]
    median = float(fit.median_survival_time_)
    found: dict[str, object] = {
        "curve": [
            [float(t), *map(float, row)] for t, row in zip(seen.index, seen.to_numpy())
        ],
        "median": None if np.isinf(median) else median,
    }
    if by:
        test = multivariate_logrank_test(frame.time, frame[by], frame.event)
        found |= {
            "by": by,
            "log_rank": [float(test.test_statistic), float(test.p_value)],
        }
    return found


def cox(
    frame: pd.DataFrame, covariates: list[str], strata: list[str] | None = None
) -> dict[str, object]:
    """Fit Cox's model, ties after Efron."""
    whole = frame[["time", "event", *covariates, *(strata or [])]].dropna()
    fitter = lifelines.CoxPHFitter()
    fit = fitter.fit(
        whole,
        "time",
        "event",
        strata=strata,
        fit_options={"precision": 1e-12, "r_precision": 1e-15},
    )
    return {
        "covariates": covariates,
        "coefficients": [float(fit.params_[name]) for name in covariates],
        "errors": [float(fit.standard_errors_[name]) for name in covariates],
        "likelihood": float(fit.log_likelihood_),
        "likelihood_ratio": float(fit.log_likelihood_ratio_test().test_statistic),
        "concordance": float(fit.concordance_index_),
    }


def regression(
    frame: pd.DataFrame, outcome: str, covariates: list[str]
) -> dict[str, object]:
    """Fit a linear model, or a logistic one if the outcome is 0 or 1."""
    whole = frame[[outcome, *covariates]].dropna().astype(float)
    design = sm.add_constant(whole[covariates])
    is_binary = set(whole[outcome]) == {0.0, 1.0}
    if is_binary:
        fit = sm.Logit(whole[outcome], design).fit(disp=0, tol=1e-12, maxiter=100)
        more = {"likelihood": float(fit.llf), "null_likelihood": float(fit.llnull)}
    else:
        fit = sm.OLS(whole[outcome], design).fit()
        more = {
            "explained": float(fit.rsquared),
            "residual": float(np.sqrt(fit.mse_resid)),
        }
    return {
        "outcome": outcome,
        "covariates": covariates,
        "coefficients": [float(value) for value in fit.params],
        "errors": [float(value) for value in fit.bse],
        **more,
    }


def main(folder: Path) -> None:
    """Print what the tests read."""
    lung = pd.read_csv(folder / "lung.csv").rename(columns={"status": "event"})
    gbsg2 = pd.read_csv(folder / "gbsg2.csv").rename(columns={"cens": "event"})
    gbsg2["grade"] = gbsg2.tgrade.str.len()
    gbsg2["hormones"] = (gbsg2.horTh == "yes").astype(int)
    laml = pd.read_csv(folder / "tcga_laml_annot.tsv", sep="\t")
    laml = laml.rename(
        columns={"days_to_last_followup": "time", "Overall_Survival_Status": "event"}
    )
    days = pd.to_numeric(laml.time, errors="coerce")
    laml = laml.assign(time=days)[np.isfinite(days) & laml.event.notna()]
    lihc = pd.read_csv(folder / "LIHC.clinical.tsv", sep="\t")
    lihc = lihc.rename(columns={"CDR_OS.time": "time", "CDR_OS": "event"})
    lihc = lihc.rename(columns={"CDR_age_at_initial_pathologic_diagnosis": "age"})
    lihc = lihc.drop_duplicates("Tumor_Sample_Barcode_min").dropna(
        subset=["time", "event"]
    )
    print(
        json.dumps(
            {
                "versions": {
                    "lifelines": lifelines.__version__,
                    "statsmodels": sm.__version__,
                },
                "lung": times(lung, "sex"),
                "lung_cox": cox(lung, ["age", "sex", "ph.ecog"]),
                "lung_stratified": cox(lung, ["age", "ph.ecog"], ["sex"]),
                "lung_linear": regression(lung, "wt.loss", ["age", "sex", "ph.karno"]),
                "lung_logistic": regression(lung, "event", ["age", "sex", "ph.ecog"]),
                "gbsg2": times(gbsg2, "hormones"),
                "gbsg2_cox": cox(
                    gbsg2, ["hormones", "age", "tsize", "pnodes", "progrec"]
                ),
                "gbsg2_stratified": cox(
                    gbsg2.assign(post=(gbsg2.menostat == "Post").astype(int)),
                    ["hormones", "age", "pnodes"],
                    ["post", "grade"],
                ),
                "laml": times(laml),
                "lihc": times(lihc),
                "lihc_cox": cox(lihc, ["age"]),
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
