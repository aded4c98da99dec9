"""Ingest of genomes, beside the tools that do the like: plink2 and bcftools, where they are.

Both sides are whole processes on the same file, in turn, in one run. SCALE is how many
times as many bases there are as usual (1); 10 makes some 300 000 variants.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENCLAVE = ROOT / "target/release/sekisho-enclave"
PEOPLE, BASES = 2504, 2_000_000
ROUNDS = 3
MOST_MIB = 512


class Run:
    """What runs of one command took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.mib = 0.0

    def once(self, words: list[str]) -> None:
        """Run it to its end; errors are shown."""
        begun = time.perf_counter()
        quiet = os.open(os.devnull, os.O_WRONLY)
        actions = [(os.POSIX_SPAWN_DUP2, quiet, 1)]
        pid = os.posix_spawnp(words[0], words, os.environ, file_actions=actions)
        _, status, usage = os.wait4(pid, 0)
        os.close(quiet)
        if os.waitstatus_to_exitcode(status) != 0:
            raise SystemExit(f"`{' '.join(words)}` failed")
        self.seconds.append(time.perf_counter() - begun)
        self.mib = max(self.mib, usage.ru_maxrss / 1024)

    @property
    def median(self) -> float:
        """Seconds."""
        return statistics.median(self.seconds)


def row(
    name: str,
    work: str,
    ours: float,
    peer: str,
    theirs: float,
    bound: float,
    mib: tuple[float, float] = (0.0, 0.0),
) -> dict[str, object]:
    """Make a line of the report."""
    ratio = ours / theirs
    return {
        "name": name,
        "work": work,
        "ours_s": ours,
        "peer": peer,
        "peer_s": theirs,
        "ratio": ratio,
        "ours_rss_mb": mib[0],
        "peer_rss_mb": mib[1],
        "bound": bound,
        "holds": ratio <= bound,
    }


def simulated(dataset: Path, people: int, bases: float) -> int:
    """Make a cohort, in a process of its own, and give the number of its variants.

    A process begins with the peak memory of the one that starts it, so this one stays small.
    """
    words = [sys.executable, str(ROOT / "infra/bench/cohort.py"), str(dataset)]
    made = subprocess.run(  # noqa: S603 - a program of this checkout
        [*words, str(people), str(bases)], check=True, stdout=subprocess.PIPE
    )
    return int(made.stdout)


def ingest(dataset: Path, store: Path) -> list[str]:
    """Give our command, into a store that is new each time."""
    shutil.rmtree(store, ignore_errors=True)
    return [str(ENCLAVE), "ingest", str(dataset), "--store", str(store)]


def beside_peers(folder: Path, dataset: Path, of: str) -> list[dict[str, object]]:
    """Ingest one cohort, and let each peer read it."""
    calls, out = str(dataset / "calls.vcf.gz"), str(folder / "peer")
    peers = {
        "plink2 --make-pgen": (["plink2", "--vcf", calls, "--make-pgen", "--out", out], 1.0),
        "bcftools view -Ob": (["bcftools", "view", "-Ob", "-o", out + ".bcf", calls], 0.3),
    }
    peers = {name: peer for name, peer in peers.items() if shutil.which(peer[0][0])}
    ours, theirs = Run(), {name: Run() for name in peers}
    for _ in range(ROUNDS):
        ours.once(ingest(dataset, folder / "store"))
        for name, (words, _) in peers.items():
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
        ours.once(ingest(other, folder / "store-binary"))
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


def growth(folder: Path, scale: float) -> list[dict[str, object]]:
    """Measure how ingest grows with variants, and with people."""
    sizes = {"": (PEOPLE // 4, 1.0), "variants": (PEOPLE // 4, 4.0), "people": (PEOPLE, 1.0)}
    runs: dict[str, Run] = {}
    variants: dict[str, int] = {}
    for name, (people, more) in sizes.items():
        dataset = folder / f"growth-{name}"
        variants[name] = simulated(dataset, people, BASES * scale * more / 2)
        runs[name] = Run()
        for _ in range(ROUNDS):
            runs[name].once(ingest(dataset, folder / "store-growth"))
    base = runs[""]
    rows = []
    for name in ("variants", "people"):
        people = sizes[name][0] / sizes[""][0]
        times = people * variants[name] / variants[""]
        work = f"{times:.1f} times as many genotypes, by {name}"
        rows.append(
            row(
                f"ingest, growth by {name}",
                work,
                runs[name].median,
                "as many times the time",
                base.median * times,
                1.0,
                mib=(runs[name].mib, base.mib),
            )
        )
    return rows


def report(rows: list[dict[str, object]]) -> None:
    """Print rows, and write them in place of those that have their names."""
    path = ROOT / "target/reports/bench.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {row["name"] for row in rows}
    before = path.read_text().splitlines() if path.exists() else []
    kept = [line for line in before if json.loads(line).get("name") not in names]
    path.write_text("\n".join(kept + [json.dumps(row) for row in rows]) + "\n")
    print(f"{'':<36} {'ours':>10} {'peer':>10} {'ratio':>7} {'bound':>6}")
    for row in rows:
        held = "" if row["holds"] else "  exceeded"
        figures = (
            f"{row['ours_s']:>10.3f} {row['peer_s']:>10.3f} {row['ratio']:>7.3f} {row['bound']:>6}"
        )
        print(f"{row['name']:<36} {figures}{held}")


def main() -> None:
    """Make the cohorts, run everything, and report."""
    scale = float(os.environ.get("SCALE", "1"))
    with tempfile.TemporaryDirectory(prefix="sekisho-bench-") as place:
        folder = Path(place)
        variants = simulated(folder / "cohort", PEOPLE, BASES * scale)
        work = f"{variants} variants of {PEOPLE} people, from bgzipped VCF"
        print(work, file=sys.stderr)
        report(beside_peers(folder, folder / "cohort", work) + growth(folder, scale))


if __name__ == "__main__":
    main()
