"""How the cost of ingest and of visits grows: with people, and with variants."""

from pathlib import Path

import ingest
import visits
from measure import ROUNDS, Run, row

TIMES = (1, 4, 16)
PEOPLE = 157


def measured(folder: Path, bases: float) -> list[dict[str, object]]:
    """Grow a cohort by people, and by variants."""
    rows = []
    for what in ("people", "variants"):
        found: list[tuple[int, Run, Run]] = []
        for times in TIMES:
            people = PEOPLE * times if what == "people" else 4 * PEOPLE
            length = bases / 4 if what == "people" else bases / 16 * times
            place = folder / f"{what}-{times}"
            genotypes = people * ingest.simulated(place / "cohort", people, length)
            found.append((genotypes, ingested(place), visited(place)))
        (base, read, asked), *more = found
        for times, (genotypes, *runs) in zip(TIMES[1:], more, strict=True):
            for name, run, least in zip(
                ("ingest", "frequencies"), runs, (read, asked), strict=True
            ):
                rows.append(
                    row(
                        f"{name}, {times} times the {what}",
                        f"{genotypes / base:.1f} times as many genotypes",
                        run.median,
                        "as many times the time",
                        least.median * genotypes / base,
                        1.0,
                        mib=(run.mib, least.mib),
                    )
                )
    return rows


def ingested(place: Path) -> Run:
    """Ingest a cohort."""
    run = Run()
    for _ in range(ROUNDS):
        run.once(ingest.command(place / "cohort", place / "store"))
    return run


def visited(place: Path) -> Run:
    """Count all its alleles, in everybody."""
    run = Run()
    with visits.visiting(place, place / "cohort") as (visit, enclave):
        for n in range(ROUNDS + 1):
            (run if n else Run()).call(lambda: visits.counted(visit, f"age <= {120 - n}"))  # noqa: B023
        run.mib = visits.peak_mib(enclave)
    return run
