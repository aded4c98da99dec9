"""Ask scipy for what our rates must give.

Run it in an environment with scipy; it prints `rates.json`, which the tests read.
"""

import json

import scipy
from scipy.stats import beta, binom, chi2

SEEN = [
    (0, 12.5),
    (1, 3.0),
    (5, 40.0),
    (10, 100.0),
    (35, 812.0),
    (250, 4210.0),
    (12345, 98765.0),
]


def rate(events: int, time: float) -> list[float]:
    """Give the rate and its limits after Garwood."""
    lower = chi2.ppf(0.025, 2 * events) / 2 if events else 0.0
    upper = chi2.ppf(0.975, 2 * events + 2) / 2
    return [events / time, float(lower) / time, float(upper) / time]


def ratio(one: tuple[int, float], other: tuple[int, float]) -> list[float]:
    """Give the ratio, its limits after Clopper and Pearson, and the central p."""
    (x, t), (y, s) = one, other
    odds = [
        share / (1 - share) * s / t
        for share in (beta.ppf(0.025, x, y + 1), beta.ppf(0.975, x + 1, y))
    ]
    share = t / (t + s)
    p = min(1.0, 2 * min(binom.cdf(x, x + y, share), binom.sf(x - 1, x + y, share)))
    return [(x / t) / (y / s), *map(float, odds), float(p)]


def main() -> None:
    """Print what the tests read."""
    pairs = [(one, other) for one in SEEN[1:] for other in SEEN[1:]]
    print(
        json.dumps(
            {
                "scipy": scipy.__version__,
                "rates": [[*seen, *rate(*seen)] for seen in SEEN],
                "ratios": [[*one, *other, *ratio(one, other)] for one, other in pairs],
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
