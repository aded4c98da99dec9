"""The consortium's servers on loopback: keys, data, configurations, processes."""

import contextlib
import csv
import json
import os
import shutil
import signal
import socket
import subprocess
import time
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

DOMAIN: Final = "consortium.example"
DATASETS: Final = ("demo-cancer", "demo-control")
HOLDERS: Final = {"east": "east-cancer-centre", "west": "west-biobank"}
"""The enclaves, and whose data they hold."""

PEOPLE: Final = ("aiko-tanaka", "max-weber", "emma-clarke", "a-stranger")
"""Three of `policies/consortium/people.csv`, and one whom nobody knows."""

_MARK: Final = ".sekisho-demo"
"""Stands in a folder that this program made and may therefore delete."""

_SERVERS: Final = "servers.json"
"""The numbers of the processes that run."""

_READY_SECONDS: Final = 60
_STOP_SECONDS: Final = 25
_GATEWAY_PORT: Final = 7443


class DemoFailed(Exception):
    """Something that the demonstration needs did not come about."""


@dataclass
class Consortium:
    """What runs, and where."""

    run: Path
    programs: Path
    address: str
    own_dataset: str | None
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    stays: bool = False
    """Whether the servers are left running at the end."""

    @property
    def ca(self) -> Path:
        """The development authority."""
        return self.run / "ca.pem"

    def identity(self, person: str) -> Path:
        """Give a person's certificate and key."""
        return self.run / "people" / f"{person}.pem"

    def started(self, process: subprocess.Popen[bytes]) -> None:
        """Remember a server, on disk too, so that `--down` finds it whatever happens to us."""
        self.processes.append(process)
        pids = [process.pid for process in self.processes]
        (self.run / _SERVERS).write_text(json.dumps(pids), encoding="utf-8")


@contextlib.contextmanager
def start(
    root: Path, run: Path, programs: Path, data: Path | None, profile: Path | None = None
) -> Iterator[Consortium]:
    """Make everything anew in `run` and start the servers; stop them at the end.

    `data` is a dataset of your own, and `profile` a release profile for it in place of
    `standard`.
    """
    needed = ("sekisho", "sekisho-demo", "sekisho-enclave", "sekisho-gateway")
    if missing := [name for name in needed if not (programs / name).is_file()]:
        raise DemoFailed(f"{', '.join(missing)} not in {programs}; run `cargo build`")
    if _left_running(run):
        raise DemoFailed("servers are running already; stop them with `make down`")
    own = _own_dataset(data) if data else None
    _fresh(run)
    _step("making an authority, keys and certificates that nobody else trusts")
    _keys(programs, run)
    _step("drawing two synthetic datasets: 8 670 people with cancer, 2 000 without")
    _call(programs / "sekisho-demo", "generate", run / "data")
    holdings = {"east": [run / "data" / "demo-cancer"], "west": [run / "data" / "demo-control"]}
    if data and own:
        holdings["east"].append(data.resolve())
    for holder, directories in holdings.items():
        for directory in directories:
            _step(f"{holder} ingests {directory.name} into an immutable snapshot")
            store = run / holder / "store"
            _call(programs / "sekisho-enclave", "ingest", directory, "--store", store)
    _policies(root, run, own, profile)
    gateway = _free_port(_GATEWAY_PORT)
    ports = {holder: _free_port() for holder in holdings}
    consortium = Consortium(run, programs, f"localhost:{gateway}", own)
    for holder, port in ports.items():
        _enclave_config(run, holder, port)
    _step("east says what each of its people consented to")
    consent(consortium, "import", str(run / "data" / "demo-cancer" / "consents.csv"))
    datasets = {"east": ["demo-cancer", *([own] if own else [])], "west": ["demo-control"]}
    _gateway_config(run, gateway, {h: (ports[h], datasets[h]) for h in holdings})
    try:
        for holder, port in ports.items():
            _step(f"starting the enclave of {holder} on port {port}")
            _serve(consortium, "sekisho-enclave", run / holder / "enclave.toml", holder, port)
        _step(f"starting the gateway on port {gateway}")
        _serve(consortium, "sekisho-gateway", run / "gateway.toml", "gateway", gateway)
        yield consortium
    finally:
        if not consortium.stays:
            _stop(consortium.processes)
            (run / _SERVERS).unlink(missing_ok=True)


def consent(consortium: Consortium, *words: str) -> str:
    """Say something of the consent of people in demo-cancer, as its holder; give the answer."""
    config = consortium.run / "east" / "enclave.toml"
    enclave = (consortium.programs / "sekisho-enclave", "consent")
    return _call(*enclave, *words, "--dataset", "demo-cancer", "--config", config)


def stop_left_running(run: Path) -> bool:
    """Stop the servers that an earlier call left running; say whether there were any."""
    pids = _left_running(run)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)
        end = time.monotonic() + _STOP_SECONDS
        while (still := _left_running(run)) and time.monotonic() < end:
            time.sleep(0.1)
        if not still:
            break
    (run / _SERVERS).unlink(missing_ok=True)
    return bool(pids)


def _left_running(run: Path) -> list[int]:
    """Give the servers that are still those that were left running, not others by their number."""
    try:
        pids = json.loads((run / _SERVERS).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return [pid for pid in pids if _is_ours(pid)]


def _is_ours(pid: int) -> bool:
    """Tell our servers from other processes that have got their number since."""
    process = Path("/proc") / str(pid)
    if Path("/proc/self").exists():
        try:
            ended = process.joinpath("stat").read_text().rpartition(")")[2].split()[0] == "Z"
            return b"sekisho-" in process.joinpath("cmdline").read_bytes() and not ended
        except OSError:
            return False
    command = ["ps", "-p", str(pid), "-o", "stat=,command="]
    shown = subprocess.run(  # noqa: S603 - a number is all that varies
        command, capture_output=True, text=True, check=False
    ).stdout.strip()
    return "sekisho-" in shown and not shown.startswith("Z")


def _fresh(run: Path) -> None:
    if run.exists():
        if not (run / _MARK).exists() and any(run.iterdir()):
            raise DemoFailed(f"{run} holds files that are not the demonstration's; move them away")
        shutil.rmtree(run)
    (run / "logs").mkdir(parents=True)
    (run / _MARK).touch()


def _keys(programs: Path, run: Path) -> None:
    pki = (programs / "sekisho-gateway", "pki")
    _call(*pki, "init", run)
    for holder in ("east", "west"):
        _call(*pki, "issue", run, "enclave", holder)
    for person in PEOPLE:
        _call(*pki, "issue", run, "person", person)
    # The name that the documentation uses for whoever tries it out.
    shutil.copy2(run / "people" / "aiko-tanaka.pem", run / "people" / "researcher.pem")


def _own_dataset(data: Path) -> str:
    try:
        manifest = tomllib.loads((data / "dataset.toml").read_text(encoding="utf-8"))
        own = str(manifest["id"])
    except (OSError, ValueError, KeyError) as error:
        raise DemoFailed(f"{data / 'dataset.toml'} is no manifest with an `id`: {error}") from error
    if own in DATASETS:
        raise DemoFailed(f"`{own}` is the demonstration's own dataset; give yours another id")
    return own


def _policies(root: Path, run: Path, own: str | None, profile: Path | None) -> None:
    shipped = root / "policies"
    shutil.copytree(shipped / "consortium", run / "policies")
    for enclave, holder in HOLDERS.items():
        shutil.copytree(shipped / "holders" / holder, run / enclave / "policies")
    if own is None:
        return
    if profile:
        shutil.copy2(profile, run / "policies" / "profiles")
    # Your own dataset: of the east centre, for everything, granted to project P-0001.
    dataset = {
        "dataset": own,
        "holder": HOLDERS["east"],
        "profile": profile.stem if profile else "standard",
        "tier_rule": "detailed",
        "embargo_months": "0",
        "consent_codes": "GRU",
    }
    grant = {
        "project": "P-0001",
        "dataset": own,
        "tier": "detailed",
        "operations": "*",
        "columns": "*",
        "profile": "",
        "effect": "allow",
        "since": "2026-04-01",
        "until": "2035-12-31",
    }
    held = dataset | {"industry": "no", "countries": "*", "without_record": "counted"}
    rule = dict.fromkeys(("project", "organisation", "country", "sector"), "*")
    rule |= {key: grant[key] for key in ("dataset", "effect", "since", "until")}
    for file, row in (
        (run / "policies" / "datasets.csv", dataset),
        (run / "policies" / "grants.csv", grant),
        (run / "east" / "policies" / "datasets.csv", held),
        (run / "east" / "policies" / "rules.csv", rule),
    ):
        _append(file, row)


def _append(path: Path, row: dict[str, str]) -> None:
    with path.open("r+", encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        columns = next(csv.reader(lines))
        file.seek(0, os.SEEK_END)
        csv.writer(file, lineterminator="\n").writerow(row[column] for column in columns)


def _enclave_config(run: Path, holder: str, port: int) -> None:
    (run / holder / "enclave.toml").write_text(
        f"""\
id = "spiffe://{DOMAIN}/enclaves/{holder}"
store = "store"
profiles = "../policies/profiles"
policies = "policies"

[listen]
address = "127.0.0.1:{port}"
certificate = "../enclaves/{holder}.pem"
key = "../enclaves/{holder}.key"
client_ca = "../ca.pem"

[gateway]
id = "spiffe://{DOMAIN}/gateway"
permit_key = "../permit.pub"

[ledger]
dir = "ledger"
origin = "sekisho/{holder}"
keys = "keys"

[workers]
waiting = 2
""",
        encoding="utf-8",
    )


def _gateway_config(run: Path, port: int, enclaves: dict[str, tuple[int, list[str]]]) -> None:
    tables = "".join(
        f"""
[[enclave]]
id = "spiffe://{DOMAIN}/enclaves/{holder}"
address = "https://localhost:{enclave}"
datasets = {json.dumps(datasets)}
"""
        for holder, (enclave, datasets) in enclaves.items()
    )
    (run / "gateway.toml").write_text(
        f"""\
policies = "policies"
decisions = "decisions"

[listen]
address = "127.0.0.1:{port}"
certificate = "gateway.pem"
key = "gateway.key"
client_ca = "ca.pem"
client_crl = "crl.pem"

[permit]
key = "permit.key"

[upstream]
ca = "ca.pem"
certificate = "gateway.pem"
key = "gateway.key"
{tables}""",
        encoding="utf-8",
    )


def _serve(consortium: Consortium, program: str, config: Path, name: str, port: int) -> None:
    log = consortium.run / "logs" / f"{name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - programs of this checkout
            [consortium.programs / program, "serve", "--config", config],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            # Ctrl-C is for this program, which then stops the servers in order.
            start_new_session=True,
        )
    consortium.started(process)
    end = time.monotonic() + _READY_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        # By its own word: on a port that was taken meanwhile, somebody else answers.
        if b"listening" in log.read_bytes():
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                return
        time.sleep(0.05)
    said = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-5:])
    raise DemoFailed(f"{name} does not serve; {log} ends with\n{said}")


def _stop(processes: Sequence[subprocess.Popen[bytes]]) -> None:
    # The gateway first: then nobody asks an enclave that has gone.
    for process in reversed(processes):
        if process.poll() is None:
            process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _call(*command: str | Path) -> str:
    done = subprocess.run(  # noqa: S603 - programs of this checkout
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        words = " ".join(str(word) for word in command)
        raise DemoFailed(f"`{words}` failed:\n{done.stderr.strip() or done.stdout.strip()}")
    return done.stdout


def _free_port(wanted: int = 0) -> int:
    """Give the wanted port if nobody has it, else any that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _step(text: str) -> None:
    print(f"… {text}", flush=True)
