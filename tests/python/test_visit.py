"""Visits of a running server.

`SEKISHO_TEST_SERVER` names a JSON file::

    {
      "address": "localhost:7443",
      "ca": "dev/ca.pem",
      "identities": {"researcher": "dev/people/researcher.pem", …},
      "trust": "vkey lines, or a file of them",
      "datasets": ["demo-cancer", …],
      "project": "P-0001"
    }

The identity `researcher` may query every dataset on behalf of the project (`P-0001` if
not given). Each dataset has a table `individuals` with a unit `individual_id` and at
least one attribute with a declared domain. Paths are relative to the file.
"""

import asyncio
import json
import os
import uuid
from pathlib import Path
from typing import Any

import pytest

import sekisho
from sekisho.check import Check
from sekisho.result import Result, Results

SERVER = os.environ.get("SEKISHO_TEST_SERVER")

pytestmark = pytest.mark.skipif(SERVER is None, reason="SEKISHO_TEST_SERVER names no server")


@pytest.fixture(scope="module")
def server() -> dict[str, Any]:
    path = Path(str(SERVER))
    read: dict[str, Any] = json.loads(path.read_text())
    read["ca"] = path.parent / read["ca"]
    read["identities"] = {name: path.parent / file for name, file in read["identities"].items()}
    if "+" not in read["trust"]:
        read["trust"] = path.parent / read["trust"]
    return read


@pytest.fixture
def live(server: dict[str, Any]) -> Any:
    with sekisho.connect(
        server["address"],
        identity=server["identities"]["researcher"],
        ca=server["ca"],
        project=server.get("project", "P-0001"),
        trust=server["trust"],
    ) as visit:
        yield visit


@pytest.fixture
def dataset(server: dict[str, Any]) -> str:
    return str(server["datasets"][0])


@pytest.fixture
def question(live: sekisho.Visit, dataset: str) -> str:
    """A count of individuals by an attribute with a declared domain."""
    key = next(
        row["column"]
        for row in live.tables(dataset)
        if row["table"] == "individuals" and row["role"] == "attribute" and row["domain"]
    )
    return f"SELECT {key}, count(DISTINCT individual_id) AS n FROM individuals GROUP BY {key}"  # noqa: S608


def ask(live: sekisho.Visit, question: str, dataset: str, **more: Any) -> Result:
    result = live.sql(question, datasets=[dataset], **more)
    assert isinstance(result, Result)
    return result


def spent(live: sekisho.Visit, dataset: str) -> int:
    return next(int(row["spent"]) for row in live.budget() if row["dataset"] == dataset)


def test_the_catalogue_names_the_datasets_of_the_project(
    live: sekisho.Visit, server: dict[str, Any]
) -> None:
    assert set(server["datasets"]) <= {row["id"] for row in live.datasets()}


def test_a_check_charges_nothing(live: sekisho.Visit, dataset: str, question: str) -> None:
    before = spent(live, dataset)
    check = live.check(question, datasets=[dataset])
    assert isinstance(check, Check)
    assert check.accepted
    assert {column.kind for column in check.columns} == {"key", "figure"}
    assert spent(live, dataset) == before


def test_a_query_gives_figures_and_a_receipt_that_verifies(
    live: sekisho.Visit, dataset: str, question: str
) -> None:
    result = ask(live, question, dataset)
    assert result.release.dataset == dataset
    assert result.figures == ("n",)
    figures = [n for n in result.to_arrow().column("n").to_pylist() if n is not None]
    assert all(n == 0 or n >= result.release.threshold // 2 for n in figures)
    assert all(n % result.release.rounding_base == 0 for n in figures)
    assert sum(result.suppressed.values()) == result.release.figures_suppressed
    verified = result.receipt.verify()
    assert verified.pinned
    assert verified.leaf["dataset"] == dataset
    assert live.receipt(dataset, result.receipt.leaf_index).verify().leaf == verified.leaf


def test_the_same_question_is_charged_once_and_answered_alike(
    live: sekisho.Visit, dataset: str, question: str
) -> None:
    first = ask(live, question, dataset, idempotency_key="test-visit-once")
    before = spent(live, dataset)
    for more in ({"idempotency_key": "test-visit-once"}, {}):
        again = ask(live, question, dataset, **more)
        assert again.to_arrow().equals(first.to_arrow())
    assert spent(live, dataset) == before


def test_rows_are_refused_with_the_place_in_the_query(live: sekisho.Visit, dataset: str) -> None:
    before = spent(live, dataset)
    with pytest.raises(sekisho.QueryRefused) as raised:
        live.sql("SELECT individual_id FROM individuals", datasets=[dataset])
    assert raised.value.rule
    assert raised.value.help
    assert spent(live, dataset) == before


def test_a_dataset_that_is_not_there_is_not_available(live: sekisho.Visit, question: str) -> None:
    with pytest.raises(sekisho.NotAvailable):
        live.sql(question, datasets=["no-such-dataset"])


def test_several_datasets_answer_each_for_itself(
    live: sekisho.Visit, server: dict[str, Any], question: str
) -> None:
    if len(server["datasets"]) < 2:
        pytest.skip("the server has one dataset")
    results = live.sql(question, datasets=server["datasets"])
    assert isinstance(results, Results)
    assert list(results) == server["datasets"]
    for name, result in results.results.items():
        assert result.receipt.verify().leaf["dataset"] == name


def test_an_operation_gives_what_the_question_would_and_is_charged_once(
    live: sekisho.Visit, dataset: str, question: str
) -> None:
    asked = ask(live, question, dataset)
    before = spent(live, dataset)
    operation = live.submit.sql(question, datasets=dataset)
    assert operation.wait(60) is sekisho.State.SUCCEEDED
    result = live.operation(operation.name).result()
    assert isinstance(result, Result)
    assert result.to_arrow().equals(asked.to_arrow())
    own = operation.result()
    assert isinstance(own, Result)
    # Who comes back to it by its name alone does not know what was asked.
    assert (asked.question, own.question, result.question) == (question, question, "")
    assert result.receipt.verify().pinned
    assert spent(live, dataset) == before
    newest = live.operations()[0]
    assert (newest["name"], newest["state"]) == (operation.name, "succeeded")


def test_an_operation_that_fails_or_is_cancelled_says_so(
    live: sekisho.Visit, dataset: str, question: str
) -> None:
    refused = live.submit.sql("SELECT individual_id FROM individuals", datasets=dataset)
    with pytest.raises(sekisho.QueryRefused) as raised:
        refused.result(60)
    assert raised.value.rule
    operation = live.submit.sql(question, datasets=dataset, idempotency_key=uuid.uuid4().hex)
    if operation.cancel() is sekisho.State.CANCELLED:
        with pytest.raises(sekisho.Cancelled):
            operation.result()
    with pytest.raises(sekisho.NotAvailable):
        live.operation("no-such-operation")


def test_questions_of_asyncio_are_answered_at_once(
    server: dict[str, Any], dataset: str, question: str
) -> None:
    async def ask() -> list[Any]:
        async with await sekisho.aio.connect(
            server["address"],
            identity=server["identities"]["researcher"],
            ca=server["ca"],
            project=server.get("project", "P-0001"),
            trust=server["trust"],
        ) as visit:
            return await asyncio.gather(
                visit.sql(question, datasets=dataset),
                visit.count(datasets=dataset),
                visit.budget(),
            )

    asked, counted, budgets = asyncio.run(ask())
    assert asked.receipt.verify().leaf["dataset"] == dataset
    assert counted.receipt.verify().leaf["dataset"] == dataset
    assert dataset in {row["dataset"] for row in budgets}


def test_a_server_of_another_authority_is_not_visited(
    server: dict[str, Any], tmp_path: Path
) -> None:
    from pki import Authority

    with pytest.raises(sekisho.ConnectionFailed, match="not trusted"):
        sekisho.connect(
            server["address"],
            identity=server["identities"]["researcher"],
            ca=Authority(tmp_path).path,
            project="P-0001",
        )


def test_a_visitor_of_another_authority_is_not_let_in(
    server: dict[str, Any], tmp_path: Path
) -> None:
    from pki import Authority

    with (
        pytest.raises(sekisho.ConnectionFailed),
        sekisho.connect(
            server["address"],
            identity=Authority(tmp_path).issue("intruder"),
            ca=server["ca"],
            project="P-0001",
        ) as visit,
    ):
        visit.datasets()
