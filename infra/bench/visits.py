"""Visits to a cohort's genomes over TLS, beside tools that read the genomes themselves.

Ours is what a researcher waits for, with the Python client: a guarded visit of a warm
server, its receipt in the ledger. A tool's is a whole process on its own files; DuckDB's
is a query in this process, on Parquet files in the order that it likes best.
"""

import csv
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import association
import duck
import sekisho
import servers
from measure import DATASET, ROOT, ROUNDS, Run, installed, quietly, row
from sekisho.visit import Visit

VISITS = 13
MOST_MIB = 512
COHORTS = {"a sixteenth": 24, "a quarter": 37, "all": 120}
"""About so much of the cohort is younger than this; ages are even from 20 to 90."""

PROFILE = """
name = "bench"
source = "the benchmark's own: a panel of frequencies that a committee decided to publish"

[exposure]
cap = 1e6
project_share = 1.0
approved_by = "the benchmark"

[channel]
tick_ms = 0
"""


@contextmanager
def visiting(folder: Path, dataset: Path) -> Iterator[tuple[Visit, int]]:
    """Serve a dataset, and visit it; give the number of the enclave's process too."""
    standard = (ROOT / "policies/consortium/profiles/standard.toml").read_text()
    kept = [line for line in standard.splitlines() if not line.startswith(("name", "source"))]
    head, _, tables = PROFILE.partition("\n[")
    profile = folder / "bench.toml"
    profile.write_text("\n".join([head, *kept, f"\n[{tables}"]))
    programs = ROOT / "target/release"
    with (
        servers.start(ROOT, folder / "run", programs, dataset, profile) as consortium,
        sekisho.connect(
            consortium.address,
            identity=consortium.identity("aiko-tanaka"),
            ca=consortium.ca,
            project="P-0001",
        ) as visit,
    ):
        yield visit, consortium.processes[0].pid


def beside_peers(folder: Path, dataset: Path, of: str) -> list[dict[str, object]]:
    """Ask for frequencies, carriers and means, and let each peer find the same."""
    with visiting(folder, dataset) as (visit, enclave):
        rows = frequencies(folder, dataset, of, visit)
        rows += duck.beside(folder, dataset, of, visit) + by_cohort(visit)
        rows += association.beside_plink2(folder, dataset, of, visit)
        rows.append(row("visits, memory in MiB", of, peak_mib(enclave), "the limit", MOST_MIB, 1.0))
        return rows


def frequencies(folder: Path, dataset: Path, of: str, visit: Visit) -> list[dict[str, object]]:
    """Count the alleles of all variants over half of the cohort."""
    half = folder / "half.txt"
    with (dataset / "people.csv").open() as file:
        half.write_text("".join(f"{p['id']}\n" for p in csv.DictReader(file) if p["sex"] == "0"))
    peers = peers_of(folder, dataset, half)
    ours, theirs = Run(), {name: Run() for name in peers}
    for n in range(VISITS):
        # Each is a question of its own, of the same people.
        where = f"sex = '0' AND age <= {120 - n}"
        (ours if n else Run()).call(lambda: counted(visit, where))  # noqa: B023
        for name, (words, _) in peers.items():
            if name.startswith("plink2") or n <= 2:
                theirs[name].once(words)
    work = f"allele counts over half of {of}"
    rows = [
        row(f"frequencies, {name}", work, ours.median, name, run.median, peers[name][1])
        for name, run in theirs.items()
    ]
    if plink := next((run for name, run in theirs.items() if name.startswith("plink2")), None):
        scan = scanned(folder)
        rows.append(row("frequencies, scan alone", work, scan, "plink2", plink.median, 0.5))
    return rows


def by_cohort(visit: Visit) -> list[dict[str, object]]:
    """Count all alleles in a part of the cohort, and in all of it."""
    runs = {name: Run() for name in COHORTS}
    for n in range(ROUNDS):
        for name, age in COHORTS.items():
            where = f"age <= {age} AND age >= {n}"
            runs[name].call(lambda: counted(visit, where))  # noqa: B023
    least, *more = runs
    return [
        row(
            f"frequencies, {name} of the cohort",
            "allele counts of all variants",
            runs[name].median,
            f"{least} of it",
            runs[least].median,
            16.0,
        )
        for name in more
    ]


def counted(visit: Visit, where: str) -> None:
    """Ask for the frequencies of all variants in some of the people."""
    visit.frequencies(region="1", where=where, datasets=DATASET)


def peak_mib(process: int) -> float:
    """Give the most memory that a process had."""
    status = Path(f"/proc/{process}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def peers_of(folder: Path, dataset: Path, half: Path) -> dict[str, tuple[list[str], float]]:
    """Give what each peer is called with, on files in its own format."""
    calls, own = str(dataset / "calls.vcf.gz"), str(folder / "own")
    peers = {}
    if installed("plink2"):
        quietly("plink2", "--vcf", calls, "--make-pgen", "--out", own)
        words = f"plink2 --pfile {own} --freq counts --keep {half} --threads 2 --out {own}"
        peers["plink2 --freq counts --keep"] = (words.split(), 1.0)
    if installed("bcftools"):
        quietly("bcftools", "view", "-Ob", "-o", f"{own}.bcf", calls)
        query = f"bcftools query -f '%CHROM %POS %REF %ALT %AC %AN\\n' > {own}.counts"
        words = ["sh", "-c", f"bcftools view -S {half} {own}.bcf -Ou | {query}"]
        peers["bcftools view -S | query"] = (words, 0.02)
    return peers


def scanned(folder: Path) -> float:
    """Count in memory, without a visit; give the median of the seconds."""
    snapshot = next((folder / f"run/east/store/{DATASET}/snapshots").iterdir())
    words = ["cargo", "bench", "-q", "-p", "sekisho-bench", "--bench", "scan", "--", str(snapshot)]
    done = subprocess.run(words, cwd=ROOT, check=True, stdout=subprocess.PIPE)  # noqa: S603
    return statistics.median(float(line) for line in done.stdout.split())
