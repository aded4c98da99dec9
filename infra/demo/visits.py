"""The visits: what four people ask, and what they are told."""

import contextlib
import textwrap
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Final, TypeVar

import sekisho
from servers import Consortium, consent

_T = TypeVar("_T")

DIAGNOSES: Final = """
    SELECT diagnosis, count(DISTINCT individual_id) AS people, avg(age_at_diagnosis) AS mean_age
    FROM individuals GROUP BY diagnosis"""
RARE: Final = """
    SELECT smoking, count(DISTINCT individual_id) AS people
    FROM individuals WHERE diagnosis = 'melanoma' GROUP BY smoking"""
CARRIERS: Final = """
    SELECT i.diagnosis, count(DISTINCT i.individual_id) AS egfr_mutated
    FROM individuals i
    JOIN genotypes g ON g.individual_id = i.individual_id
    JOIN variants v ON v.variant_id = g.variant_id
    WHERE v.gene = 'EGFR' AND g.dosage >= 1 GROUP BY i.diagnosis"""
QUALITY: Final = """
    SELECT tissue, avg(mapped_rate) AS mapped, avg(duplicate_rate) AS duplicates,
           avg(depth) AS depth
    FROM qc_metrics WHERE stage = 'qc2' GROUP BY tissue"""
SEXES: Final = """
    SELECT sex, count(DISTINCT individual_id) AS people FROM individuals GROUP BY sex"""


MEAN_AGE: Final = "SELECT sex, avg(age_at_diagnosis) AS mean_age FROM individuals GROUP BY sex"


class Surprise(Exception):
    """The consortium did something that it should not have done."""


def all_visitors(consortium: Consortium) -> None:
    """Visit as each of the four and print what happens."""
    saved = _researcher(consortium)
    _company(consortium)
    _expired(consortium)
    _stranger(consortium)
    _withdrawal(consortium)
    _receipts(consortium, saved)
    print("\nThat is all. The servers are being stopped; what was made is in dev/.")


def say_what_to_type(consortium: Consortium) -> None:
    """Print addresses and identities, and what to do with them."""
    people = ", ".join(path.stem for path in sorted((consortium.run / "people").glob("*.pem")))
    with _visit(consortium, "aiko-tanaka", "P-0001") as visit:
        _pin(consortium, visit)
    print(
        f"""
The servers run until `make down`. Gateway: {consortium.address}
Identities in {consortium.run}/people: {people}

In a shell:
  export SEKISHO_ADDRESS={consortium.address} SEKISHO_PROJECT=P-0001
  export SEKISHO_IDENTITY={consortium.identity("researcher")}
  export SEKISHO_CA={consortium.ca} SEKISHO_TRUST={consortium.run / "ledger-keys.txt"}
  {consortium.programs}/sekisho doctor
  {consortium.programs}/sekisho query "{_one_line(SEXES)}" --dataset demo-cancer

In Python, with the same variables:
  import sekisho
  visit = sekisho.connect()
  visit.sql("{_one_line(SEXES)}", datasets=["demo-cancer", "demo-control"])"""
    )


def _researcher(consortium: Consortium) -> Path:
    _heading(
        "Aiko Tanaka, Midori Institute of Genomics (JP, academia), project P-0001",
        "An approved project: both datasets are hers to ask, and neither to see.",
    )
    with _visit(consortium, "aiko-tanaka", "P-0001") as visit:
        trust = _pin(consortium, visit)
        _ask("visit.datasets()", visit.datasets)
        _say("Before asking: would this be answered? No data are read, nothing is charged.")
        _query(DIAGNOSES)
        check = visit.check(DIAGNOSES, datasets="demo-cancer")
        print(check, "\n")
        if not check:
            raise Surprise("a count by diagnosis was refused")
        _say("Asked. Counts are rounded, and no figure describes fewer people than the threshold.")
        result = _one(visit, DIAGNOSES, "demo-cancer")
        print(result, "\n")
        saved = consortium.run / "receipt.json"
        result.receipt.save(saved)
        _say("A rare cancer, divided further: small cells are suppressed, and enough others that")
        _say("no sum gives them away.")
        _query(RARE)
        rare = _one(visit, RARE, "demo-cancer")
        print(rare, "\n")
        if not (rare.release.figures_suppressed and rare.release.figures_released):
            raise Surprise("not the small cells were suppressed, or not they alone")
        _say("Whose tumours carry a mutation of EGFR? The genomes are joined where they lie.")
        _query(CARRIERS)
        print(_one(visit, CARRIERS, "demo-cancer"), "\n")
        _say("The quality of the sequencing.")
        _query(QUALITY)
        print(_one(visit, QUALITY, "demo-cancer"), "\n")
        _say("One question to two holders: each answers for itself, nothing is pooled by accident.")
        _query(SEXES)
        both = visit.sql(SEXES, datasets=["demo-cancer", "demo-control"])
        print(both, "\n")
        if not (isinstance(both, sekisho.Results) and both.ok):
            raise Surprise("one of two granted datasets did not answer")
        _say("What the guard refuses, it refuses for the query's text alone, with a way out.")
        for refused in (
            "SELECT * FROM individuals",
            "SELECT diagnosis, max(birth_year) FROM individuals GROUP BY diagnosis",
            "SELECT count(*) FROM individuals WHERE individual_id = 'JC000001'",
        ):
            _refused(sekisho.QueryRefused, refused, partial(_one, visit, refused, "demo-cancer"))
        if consortium.own_dataset:
            own = consortium.own_dataset
            _say(f"Your own dataset, {own}, is granted to this project.")
            print(visit.tables(own), "\n")
            count = "SELECT count(DISTINCT individual_id) AS people FROM individuals"
            _query(count)
            print(_one(visit, count, own), "\n")
        _ask("visit.budget()", visit.budget)
    print(f"(the ledgers' keys were pinned in {trust.name})")
    return saved


def _company(consortium: Consortium) -> None:
    _heading(
        "Max Weber, Rheinwerk Therapeutics GmbH (DE, industry), project P-0002",
        "A commercial project, approved for an overview of demo-cancer alone.",
    )
    with _visit(consortium, "max-weber", "P-0002") as visit:
        _say("He counts the three in four who consented to industry.")
        _query(SEXES)
        print(_one(visit, SEXES, "demo-cancer"), "\n")
        _say("An overview has counts by two columns at most, and no genotypes.")
        _refused(sekisho.SekishoError, MEAN_AGE, partial(_one, visit, MEAN_AGE, "demo-cancer"))
        _say("A dataset that was not granted and one that does not exist look the same to him.")
        for dataset in ("demo-control", "no-such-dataset"):
            _refused(
                sekisho.NotAvailable,
                f"datasets={dataset!r}",
                partial(_one, visit, SEXES, dataset),
            )


def _expired(consortium: Consortium) -> None:
    _heading(
        "Emma Clarke, University of Avonbridge (GB, academia), project P-0003",
        "Her project ended in September 2026.",
    )
    with _visit(consortium, "emma-clarke", "P-0003") as visit:
        _refused(
            sekisho.PolicyDenied,
            _one_line(SEXES),
            partial(_one, visit, SEXES, "demo-cancer"),
        )


def _stranger(consortium: Consortium) -> None:
    _heading(
        "Somebody with a certificate of the right authority, whom the consortium does not know",
        "Who they are is not enough: the committee's files must name them.",
    )
    with _visit(consortium, "a-stranger", "P-0001") as visit:
        _refused(
            sekisho.Unauthenticated,
            _one_line(SEXES),
            partial(_one, visit, SEXES, "demo-cancer"),
        )


def _withdrawal(consortium: Consortium) -> None:
    _heading(
        "East Cancer Centre, holder of demo-cancer",
        "A patient withdraws. No later answer counts them, in any snapshot.",
    )
    for words in (("withdraw", "JC000004"), ("show",)):
        print(f"$ sekisho-enclave consent {' '.join(words)} --dataset demo-cancer")
        print(consent(consortium, *words))
    _say("Counts stay rounded: nobody learns from them who left.")
    with _visit(consortium, "aiko-tanaka", "P-0001") as visit:
        _query(SEXES)
        print(_one(visit, SEXES, "demo-cancer"), "\n")


def _receipts(consortium: Consortium, saved: Path) -> None:
    _heading(
        "Receipts",
        "Each release is a leaf of its holder's ledger. Anybody can check its receipt, offline.",
    )
    trust = consortium.run / "ledger-keys.txt"
    receipt = sekisho.Receipt.load(saved)
    print(receipt.verify(trust=trust), "\n")
    _say("The same receipt, with one figure of it altered:")
    tampered = receipt.to_json().replace('\\"cells_suppressed\\":', '\\"cells_suppressed\\":1', 1)
    if tampered == receipt.to_json():
        raise Surprise("the receipt has no figure to alter")
    _refused(
        sekisho.ReceiptInvalid,
        "Receipt.from_json(tampered).verify()",
        lambda: sekisho.Receipt.from_json(tampered).verify(trust=trust),
    )


def _visit(
    consortium: Consortium, person: str, project: str
) -> contextlib.AbstractContextManager[sekisho.Visit]:
    trust = consortium.run / "ledger-keys.txt"
    return sekisho.connect(
        consortium.address,
        identity=consortium.identity(person),
        ca=consortium.ca,
        project=project,
        trust=trust if trust.exists() else None,
    )


def _one(visit: sekisho.Visit, sql: str, dataset: str) -> sekisho.Result:
    """Ask one dataset."""
    result = visit.sql(sql, datasets=dataset)
    if not isinstance(result, sekisho.Result):
        raise Surprise("one dataset was asked, and several answered")
    return result


def _pin(consortium: Consortium, visit: sekisho.Visit) -> Path:
    """Keep the ledgers' keys. Elsewhere they come from the holders, not from the gateway."""
    trust = consortium.run / "ledger-keys.txt"
    keys = {f"{key['vkey']}\n" for key in visit.ledger_keys()}
    trust.write_text("".join(sorted(keys)), encoding="utf-8")
    return trust


def _refused(kind: type[sekisho.SekishoError], text: str, ask: Callable[[], object]) -> None:
    """Ask what must be refused, and print how it is."""
    print(f">>> {text}")
    try:
        answer = ask()
    except kind as refusal:
        print(textwrap.indent(f"{kind.__name__}: {refusal}", "    "), "\n")
        return
    except sekisho.SekishoError as other:
        raise Surprise(
            f"{kind.__name__} was expected, not {type(other).__name__}: {other}"
        ) from other
    raise Surprise(f"{kind.__name__} was expected, not an answer:\n{answer}")


def _ask(call: str, ask: Callable[[], _T]) -> _T:
    print(f">>> {call}")
    answer = ask()
    print(answer, "\n")
    return answer


def _query(sql: str) -> None:
    print(textwrap.indent(textwrap.dedent(sql).strip(), ">>> "))


def _one_line(sql: str) -> str:
    return " ".join(sql.split())


def _heading(title: str, subtitle: str) -> None:
    print(f"\n{'─' * 90}\n{title}\n{subtitle}\n{'─' * 90}")


def _say(text: str) -> None:
    print(f"# {text}")
