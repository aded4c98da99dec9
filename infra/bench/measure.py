"""What a benchmark measures: runs of whole commands or of calls, and what it reports of them."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROUNDS = 3
DATASET = "bench"
SETTLES = 0.1
"""Seconds before each run: what one side leaves behind, such as a worker that is replaced,
is not to slow the other."""


class Run:
    """What runs of one command took."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self.mib = 0.0

    def once(self, words: list[str]) -> None:
        """Run it to its end; errors are shown."""
        time.sleep(SETTLES)
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

    def call(self, work: Callable[[], object]) -> None:
        """Do it once, in this process."""
        time.sleep(SETTLES)
        begun = time.perf_counter()
        work()
        self.seconds.append(time.perf_counter() - begun)

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


def quietly(*words: str) -> None:
    """Call a program that must succeed."""
    subprocess.run(words, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603


def installed(program: str) -> bool:
    """Whether a peer is there; else say that its rows are left out."""
    if shutil.which(program):
        return True
    print(f"{program} is not installed: nothing is compared with it", file=sys.stderr)
    return False


def report(rows: list[dict[str, object]]) -> None:
    """Print rows, and write them in place of those that have their names."""
    path = ROOT / "target/reports/bench.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    names = {row["name"] for row in rows}
    before = path.read_text().splitlines() if path.exists() else []
    kept = [line for line in before if json.loads(line).get("name") not in names]
    path.write_text("\n".join(kept + [json.dumps(row) for row in rows]) + "\n")
    width = max(len(str(row["name"])) for row in rows)
    print(f"{'':<{width}} {'ours':>10} {'peer':>10} {'ratio':>7} {'bound':>6}")
    for row in rows:
        held = "" if row["holds"] else "  exceeded"
        figures = (
            f"{row['ours_s']:>10.3f} {row['peer_s']:>10.3f} {row['ratio']:>7.3f} {row['bound']:>6}"
        )
        print(f"{row['name']:<{width}} {figures}{held}")
