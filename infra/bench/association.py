"""Associations of all variants of a cohort, beside plink2, which tests them on its own files.

Ours is what a researcher waits for: a guarded visit of a warm server, which tests all variants
that enough people have, and fits those that lie farthest out. plink2 is told to leave out the
others, too, and writes what it found.
"""

import csv
from pathlib import Path

import sekisho
from measure import DATASET, Run, installed, quietly, row

VISITS = 7
COVARIATES = ("sex", "age", "weight", "smoked")
LEAST = 10
"""People who must have a variant, by the profile."""


def beside_plink2(
    folder: Path, dataset: Path, of: str, visit: sekisho.Visit
) -> list[dict[str, object]]:
    """Test all variants for a number and for a condition."""
    if not installed("plink2"):
        return []
    own = folder / "own"
    quietly("plink2", "--vcf", str(dataset / "calls.vcf.gz"), "--make-pgen", "--out", str(own))
    with (dataset / "people.csv").open() as file:
        people = list(csv.DictReader(file))
    outcomes = [f"{p['id']}\t{p['height']}\t{1 + (p['diagnosis'] == 'lung')}" for p in people]
    covariates = ["\t".join([p["id"], *(p[name] for name in COVARIATES)]) for p in people]
    for name, head, rows in [
        ("outcomes", ["height", "lung"], outcomes),
        ("covariates", COVARIATES, covariates),
    ]:
        (folder / name).write_text("\n".join(["\t".join(["#IID", *head]), *rows]) + "\n")
    rows = []
    for name, asked, tests in [
        ("height", {"measure": "height"}, VISITS),
        ("lung", {"case": "diagnosis = 'lung'"}, 3),
    ]:
        words = (
            f"plink2 --pfile {own} --mac {LEAST} --threads 2 --out {own} --glm hide-covar "
            f"--pheno {folder / 'outcomes'} --pheno-name {name} "
            f"--covar {folder / 'covariates'} --covar-variance-standardize"
        )
        ours, theirs = Run(), Run()
        for n in range(tests):
            # Each is a question of its own, of the same people.
            where = f"age <= {120 - n}"
            (ours if n else Run()).call(lambda: tested(visit, where, asked))  # noqa: B023
            theirs.once(words.split())
        work = f"{name} by {of}, {len(COVARIATES)} covariates"
        rows.append(
            row(f"association, {name}", work, ours.median, "plink2 --glm", theirs.median, 1.0)
        )
    return rows


def tested(visit: sekisho.Visit, where: str, asked: dict[str, str]) -> None:
    """Ask for the variants that lie farthest out."""
    visit.association(**asked, covariates=list(COVARIATES), where=where, datasets=DATASET)
