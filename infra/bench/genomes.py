"""Genomes: ingest and visits beside the tools that do the like, where they are installed.

SCALE is how many times as many bases there are as usual (1); 10 makes some 300 000 variants,
for which the bounds are meant: of fewer, what a visit and a process cost is most of it.
"""

import os
import sys
import tempfile
from pathlib import Path

import growth
import ingest
import visits
from measure import report

PEOPLE, BASES = 2504, 2_000_000
WHOLE = 10


def main() -> None:
    """Make the cohorts, run everything, and report."""
    scale = float(os.environ.get("SCALE", "1"))
    with tempfile.TemporaryDirectory(prefix="sekisho-bench-") as place:
        folder = Path(place)
        cohort = folder / "cohort"
        variants = ingest.simulated(cohort, PEOPLE, BASES * scale)
        of = f"{variants} variants of {PEOPLE} people"
        print(of, file=sys.stderr)
        if scale < WHOLE:
            print(f"the bounds are meant for SCALE={WHOLE}", file=sys.stderr)
        report(ingest.beside_peers(folder, cohort, of, of_few=scale <= 1))
        report(visits.beside_peers(folder, cohort, of))
        report(growth.measured(folder, BASES * scale))


if __name__ == "__main__":
    main()
