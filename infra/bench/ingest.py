"""Ingest of genomes, beside the tools that do the like, where they are.

Both sides are whole processes on the same file, in turn, in one run.
"""

import shutil
import subprocess
import sys
from pathlib import Path

from measure import ROOT, ROUNDS, Run, installed, row

ENCLAVE = ROOT / "target/release/sekisho-enclave"
PEERS = ROOT / "target/bench-peers/bin/python"
MOST_MIB = 512
POLARS = "polars-bio scan_vcf, sink_parquet"


def simulated(dataset: Path, people: int, bases: float) -> int:
    """Make a cohort, in a process of its own, and give the number of its variants.

    A process begins with the peak memory of the one that starts it, so this one stays small.
    """
    words = [sys.executable, str(ROOT / "infra/bench/cohort.py"), str(dataset)]
    made = subprocess.run(  # noqa: S603 - a program of this checkout
        [*words, str(people), str(bases)], check=True, stdout=subprocess.PIPE
    )
    return int(made.stdout)


def command(dataset: Path, store: Path) -> list[str]:
    """Give our command, into a store that is new each time."""
    shutil.rmtree(store, ignore_errors=True)
    return [str(ENCLAVE), "ingest", str(dataset), "--store", str(store)]


def beside_peers(folder: Path, dataset: Path, of: str, *, of_few: bool) -> list[dict[str, object]]:
    """Ingest one cohort, and let each peer read it; the slowest only if it is of few variants."""
    calls, out = str(dataset / "calls.vcf.gz"), str(folder / "peer")
    peers = {
        "plink2 --make-pgen": (["plink2", "--vcf", calls, "--make-pgen", "--out", out], 1.0),
        "bcftools view -Ob": (["bcftools", "view", "-Ob", "-o", out + ".bcf", calls], 0.3),
    }
    if of_few:
        script = str(ROOT / "infra/bench/polars_vcf.py")
        peers[POLARS] = ([str(PEERS), script, calls, out + ".parquet"], 1.0)
    peers = {name: peer for name, peer in peers.items() if installed(peer[0][0])}
    ours, theirs = Run(), {name: Run() for name in peers}
    for n in range(ROUNDS):
        ours.once(command(dataset, folder / "store"))
        for name, (words, _) in peers.items():
            # It takes a minute for what the others do in a second.
            if name != POLARS or n == 0:
                theirs[name].once(words)
    rows = [
        row(
            f"ingest, {name}",
            of,
            ours.median,
            name,
            run.median,
            peers[name][1],
            mib=(ours.mib, run.mib),
        )
        for name, run in theirs.items()
    ]
    rows.append(
        row("ingest, memory in MiB", of, ours.mib, "the limit", MOST_MIB, 1.0, mib=(ours.mib, 0.0))
    )
    if "plink2 --make-pgen" in theirs:
        snapshot = next((folder / "store/bench/snapshots").iterdir())
        files = [snapshot / "genotypes.parquet", snapshot / "tables/variants.parquet"]
        size = sum(file.stat().st_size for file in files) / 2**20
        peer = sum(Path(out + end).stat().st_size for end in (".pgen", ".pvar")) / 2**20
        rows.append(
            row("genotypes and variants, MiB on disk", of, size, ".pgen and .pvar", peer, 1.0)
        )
    if "bcftools view -Ob" in theirs and "plink2 --make-pgen" in theirs:
        rows.append(binary(folder, dataset, out + ".bcf", of))
    return rows


def binary(folder: Path, dataset: Path, bcf: str, of: str) -> dict[str, object]:
    """Ingest the same cohort from BCF."""
    other = folder / "binary"
    shutil.copytree(dataset, other, ignore=shutil.ignore_patterns("*.vcf.gz"))
    shutil.copy(bcf, other / "calls.bcf")
    manifest = other / "dataset.toml"
    manifest.write_text(manifest.read_text().replace("calls.vcf.gz", "calls.bcf"))
    ours, theirs = Run(), Run()
    for _ in range(ROUNDS):
        ours.once(command(other, folder / "store-binary"))
        theirs.once(["plink2", "--bcf", bcf, "--make-pgen", "--out", str(folder / "peer")])
    return row(
        "ingest of BCF, plink2",
        of,
        ours.median,
        "plink2 --bcf --make-pgen",
        theirs.median,
        1.2,
        mib=(ours.mib, theirs.mib),
    )
