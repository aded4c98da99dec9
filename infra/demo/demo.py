"""Try the whole thing on one machine: two data holders, a gateway, four visitors.

Everything is made in `dev/` of the checkout (for the notebooks in `target/notebooks/`)
and may be deleted; nothing listens outside loopback. Needs the Rust programs built and the
Python package installed:

    python infra/demo/demo.py              # visit, show, stop
    python infra/demo/demo.py --up         # leave the servers running
    python infra/demo/demo.py --down       # stop them
    python infra/demo/demo.py --notebooks  # execute the SDK's notebooks, stop
    python infra/demo/demo.py --data DIR   # with a dataset directory of your own
"""

import argparse
import os
import signal
import sys
from pathlib import Path

import notebooks
import servers
import visits

ROOT = Path(__file__).resolve().parents[2]


def main() -> int:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(
        prog="demo.py", description="Two data holders, a gateway and four visitors on one machine."
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--up", action="store_true", help="start the servers and leave them running")
    mode.add_argument("--down", action="store_true", help="stop the servers that --up started")
    mode.add_argument(
        "--notebooks",
        action="store_true",
        help="execute the SDK's notebooks, beside servers that --up started",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="a dataset directory (dataset.toml and files) to ingest and grant to project P-0001",
    )
    parser.add_argument(
        "--programs",
        type=Path,
        metavar="DIR",
        default=ROOT / "target" / "debug",
        help="where the Rust programs are (default: target/debug)",
    )
    arguments = parser.parse_args()
    # Settings for a real consortium, or of an earlier run, are not for this one.
    for name in [name for name in os.environ if name.startswith("SEKISHO_")]:
        del os.environ[name]
    # Whatever ends us, the servers are stopped on the way out.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    run = ROOT / "target" / "notebooks" if arguments.notebooks else ROOT / "dev"
    try:
        if arguments.down:
            print("stopped" if servers.stop_left_running(run) else "nothing was running")
            return 0
        with servers.start(ROOT, run, arguments.programs, arguments.data) as consortium:
            if arguments.notebooks:
                notebooks.execute(ROOT, consortium)
                return 0
            if arguments.up:
                visits.say_what_to_type(consortium)
                consortium.stays = True
                return 0
            visits.all_visitors(consortium)
    except (servers.DemoFailed, visits.Surprise) as failure:
        print(f"\nthe demonstration failed: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
