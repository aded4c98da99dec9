"""Match by strata in a few lines of numpy, the propensity of statsmodels.

Run it in an environment with statsmodels; it prints `matching.json`, which the tests read.
"""

import json

import numpy as np
import statsmodels.api as sm

LEAST = 10


def matched(
    treated: np.ndarray, x: np.ndarray, classes: np.ndarray
) -> dict[str, object]:
    """Give propensity, strata and weights, as they are defined and without any speed."""
    fit = sm.Logit(treated, sm.add_constant(x)).fit(disp=0, tol=1e-12, maxiter=100)
    score = sm.add_constant(x) @ fit.params
    limits = {}
    for side in (False, True):
        of = np.sort(score[treated != side])
        limits[side] = of[LEAST - 1], of[-LEAST]
    inside = np.array(
        [limits[t][0] <= s <= limits[t][1] for t, s in zip(treated, score)]
    )
    of = np.sort(score[inside & treated])
    cuts = [of[-(-len(of) * part // 5) - 1] for part in range(1, 5)]
    part = np.array([sum(cut < s for cut in cuts) for s in score])
    strata, number = np.full(len(score), -1), 0
    for name in np.unique(classes):
        first, open_ = number, np.zeros(len(score), bool)
        for quintile in range(5):
            open_ |= inside & (classes == name) & (part == quintile)
            if min((open_ & treated).sum(), (open_ & ~treated).sum()) >= LEAST:
                strata[open_], number, open_ = (
                    number,
                    number + 1,
                    np.zeros(len(score), bool),
                )
        if number > first:
            strata[open_] = number - 1
    weights = np.where(strata >= 0, 1.0, 0.0)
    for stratum in range(number):
        of = strata == stratum
        weights[of & ~treated] = (of & treated).sum() / (of & ~treated).sum()
    controls = weights[~treated]
    weights[~treated] *= controls.sum() / (controls**2).sum()
    return {
        "score": score.tolist(),
        "strata": strata.tolist(),
        "weights": weights.tolist(),
    }


def main() -> None:
    """Print what the tests read."""
    rng = np.random.default_rng(7)
    n = 400
    x = np.column_stack([rng.normal(60, 10, n).round(1), rng.integers(0, 2, n)])
    classes = rng.choice(3, n, p=[0.55, 0.4, 0.05])
    odds = -1.0 + 0.06 * (x[:, 0] - 60) + 0.8 * x[:, 1]
    treated = rng.random(n) < 1 / (1 + np.exp(-odds))
    given = {"treated": treated.tolist(), "x": x.tolist(), "classes": classes.tolist()}
    print(json.dumps(given | matched(treated, x, classes)))


if __name__ == "__main__":
    main()
