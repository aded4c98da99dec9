"""Operations go on while nobody waits, and whoever waits gets what the question would give."""

import inspect
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import grpc
import pytest

import sekisho
from gateway import Gateway
from ledger import Ledger
from operating import CANCELLED, FAILED, SUCCEEDED, Operating
from pki import Authority
from sekisho import Operation, Result, Results, State, watching
from sekisho.operations import Submitting
from sekisho.questions import Questions

SQL = "SELECT count(DISTINCT individual_id) AS n FROM individuals"
WATCH, SUBMIT = "OperationService/Watch", "OperationService/Submit"


@pytest.fixture
def operating(gateway: Gateway, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> Operating:
    monkeypatch.setattr(watching, "_PAUSES", (0.01, 0.05))
    return Operating(gateway, ledger)


@pytest.fixture
def operation(visit: sekisho.Visit, operating: Operating) -> Operation:
    return visit.submit.count(by="sex", datasets="demo-cancer", idempotency_key="one")


@pytest.fixture
def later() -> Any:
    """Do something in a moment, on another thread."""
    timers: list[threading.Timer] = []

    def do(what: Callable[[], object], seconds: float = 0.2) -> None:
        timers.append(threading.Timer(seconds, what))
        timers[-1].start()

    yield do
    for timer in timers:
        timer.join()


def questions(of: type) -> dict[str, Any]:
    asked = {name for name in dir(Questions) if not name.startswith("_")}
    return {name: getattr(of, name) for name in asked}


def test_what_can_be_asked_can_be_submitted_and_is_one_definition() -> None:
    assert {"sql", "association", "count"} <= questions(Questions).keys()
    assert questions(Submitting) == questions(sekisho.Visit)
    names = {name for name in dir(Submitting) if not name.startswith("_")}
    assert names == questions(Submitting).keys()


def test_a_question_is_submitted_as_it_would_be_asked(
    gateway: Gateway, visit: sekisho.Visit, operation: Operation
) -> None:
    asked = visit.submit.sql(SQL, datasets=["demo-cancer", "b"])
    analysis, query = gateway.asked(SUBMIT)
    assert analysis.analysis.idempotency_key == operation.name == "one"
    assert list(analysis.analysis.analysis.count.by) == ["sex"]
    assert query.query.question.sql == SQL
    assert query.query.question.project == analysis.analysis.project == "P-0001"
    assert query.query.idempotency_key == asked.name
    assert len(asked.name) == 32
    assert (asked.datasets, asked.state) == (("demo-cancer", "b"), State.RUNNING)
    assert repr(operation) == "Operation('one', running, datasets=['demo-cancer'])"


def test_a_result_is_waited_for_and_its_receipt_verifies(
    gateway: Gateway, operation: Operation, operating: Operating, later: Any
) -> None:
    later(lambda: operating.end("one"))
    result = operation.result()
    assert isinstance(result, Result)
    assert result.receipt.verify().leaf["dataset"] == "demo-cancer"
    assert operation.state is State.SUCCEEDED
    assert operation.submitted_at == datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
    assert operation.ended_at == datetime(1970, 1, 1, 0, 0, 2, tzinfo=UTC)
    # Kept, so that it does not matter whether the gateway keeps it.
    operating.forget()
    assert operation.result() is result
    assert len(gateway.asked("OperationService/Fetch")) == 1


def test_several_datasets_answer_each_for_itself(
    visit: sekisho.Visit, operating: Operating
) -> None:
    operation = visit.submit.sql(SQL, datasets=["demo-cancer", "b"], idempotency_key="two")
    operating.end("two")
    results = operation.result()
    assert isinstance(results, Results)
    assert list(results) == ["demo-cancer", "b"]


def test_states_are_told_as_they_change(
    operation: Operation, operating: Operating, later: Any
) -> None:
    operating.lost = [grpc.StatusCode.UNAVAILABLE]
    later(lambda: operating.end("one"))
    assert list(operation.watch()) == [State.RUNNING, State.SUCCEEDED]
    assert list(operation.watch()) == [State.SUCCEEDED]


@pytest.mark.parametrize(
    "code",
    [
        None,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
        grpc.StatusCode.RESOURCE_EXHAUSTED,
        grpc.StatusCode.CANCELLED,
    ],
)
def test_a_stream_that_ends_too_early_is_begun_again(
    gateway: Gateway,
    operation: Operation,
    operating: Operating,
    later: Any,
    code: grpc.StatusCode | None,
) -> None:
    operating.lost = [code, code]
    later(lambda: operating.end("one"))
    assert operation.wait() is State.SUCCEEDED
    assert len(gateway.asked(WATCH)) == 3


def test_whoever_waits_a_while_is_told_that_it_goes_on(
    gateway: Gateway,
    operation: Operation,
    operating: Operating,
) -> None:
    began = time.monotonic()
    for timeout in (0.5, 0):
        with pytest.raises(sekisho.StillRunning, match="`one` still goes on") as raised:
            operation.wait(timeout)
        assert isinstance(raised.value, TimeoutError)
        assert "wait for it again" in str(raised.value)
    assert time.monotonic() - began < 2
    operating.end("one")
    assert operation.wait(0) is State.SUCCEEDED
    assert len(gateway.asked(SUBMIT)) == 1


def test_a_gateway_that_forgot_it_is_told_the_question_again(
    gateway: Gateway, operation: Operation, operating: Operating, later: Any
) -> None:
    later(operating.forget)
    later(lambda: operating.end("one"), 0.6)
    assert isinstance(operation.result(), Result)
    first, second = gateway.asked(SUBMIT)
    assert first == second


def test_a_result_that_was_forgotten_is_asked_for_again(
    gateway: Gateway, operation: Operation, operating: Operating, later: Any
) -> None:
    operating.end("one")
    assert operation.wait() is State.SUCCEEDED
    operating.forget()
    later(lambda: operating.end("one"))
    assert isinstance(operation.result(), Result)
    assert len(gateway.asked(SUBMIT)) == 2


def test_a_gateway_that_keeps_nothing_is_not_asked_for_ever(
    gateway: Gateway, operation: Operation, operating: Operating
) -> None:
    operating.forget()
    gateway.answers[SUBMIT] = lambda *_: operation._told
    with pytest.raises(sekisho.NotAvailable):
        operation.wait()
    assert len(gateway.asked(SUBMIT)) == 2


def test_another_process_needs_the_name_alone(
    visit: sekisho.Visit, operation: Operation, operating: Operating
) -> None:
    operating.end("one")
    again = visit.operation("one")
    assert (again.datasets, again.state) == (operation.datasets, State.SUCCEEDED)
    result = again.result()
    assert isinstance(result, Result)
    assert result.receipt.verify()
    with pytest.raises(sekisho.NotAvailable, match="no such operation"):
        visit.operation("other")


def test_another_process_is_told_that_the_question_is_not_known(
    gateway: Gateway, visit: sekisho.Visit, operation: Operation, operating: Operating
) -> None:
    again = visit.operation(operation.name)
    operating.forget()
    for ask in (again.result, again.wait, again.refresh):
        with pytest.raises(sekisho.NotAvailable, match="forgotten") as raised:
            ask()
        assert "idempotency_key='one'" in str(raised.value)
    assert len(gateway.asked(SUBMIT)) == 1


def test_a_failure_is_the_same_exception(operation: Operation, operating: Operating) -> None:
    operating.end("one", FAILED, reason="BUDGET_EXHAUSTED", message="all is spent", help="wait")
    assert operation.wait() is State.FAILED
    assert isinstance(operation.failure, sekisho.BudgetExhausted)
    with pytest.raises(sekisho.BudgetExhausted, match="all is spent"):
        operation.result()


def test_what_is_cancelled_has_no_result(operation: Operation, operating: Operating) -> None:
    assert operation.cancel() is State.CANCELLED
    assert operation.failure is None
    with pytest.raises(sekisho.Cancelled, match="`one` was cancelled"):
        operation.result()
    assert operating.held["one"].state == CANCELLED


def test_what_has_ended_is_not_cancelled(operation: Operation, operating: Operating) -> None:
    operating.end("one")
    assert operation.cancel() is State.SUCCEEDED
    assert operation.result()


def test_what_is_refused_is_no_operation(
    gateway: Gateway, visit: sekisho.Visit, operating: Operating
) -> None:
    from gateway import Refusal

    def refuse(*_: object) -> Any:
        raise Refusal(grpc.StatusCode.PERMISSION_DENIED, "the project ended", "POLICY_DENIED")

    gateway.answers[SUBMIT] = refuse
    with pytest.raises(sekisho.PolicyDenied):
        visit.submit.sql(SQL, datasets="demo-cancer")
    assert not operating.held


def test_they_are_listed(visit: sekisho.Visit, operation: Operation, operating: Operating) -> None:
    visit.submit.sql(SQL, datasets="demo-cancer", idempotency_key="two")
    operating.end(operation.name, FAILED, reason="EXECUTION_FAILED", message="no")
    one, two = visit.operations()
    assert (one["name"], one["state"], one["reason"]) == ("one", "failed", "EXECUTION_FAILED")
    assert (two["name"], two["state"], two["ended_at"]) == ("two", "running", None)
    assert two["datasets"] == ["demo-cancer"]
    assert operation.refresh() is State.FAILED


def test_a_gateway_that_is_silent_for_long_is_given_up(
    gateway: Gateway, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "PATIENCE_SECONDS", 0.3)
    gateway.stop()
    with pytest.raises(sekisho.ConnectionFailed):
        operation.wait()


def test_a_wait_survives_a_gateway_that_begins_anew(
    gateway: Gateway,
    ledger: Ledger,
    operation: Operation,
    operating: Operating,
    server_identity: Path,
    authority: Authority,
    later: Any,
) -> None:
    begun: list[Gateway] = []

    def restart() -> None:
        operating.watched.wait(5)
        gateway.stop()
        time.sleep(0.3)
        port = int(gateway.address.rpartition(":")[2])
        begun.append(Gateway(server_identity, authority.path, port))
        begun[0].answers |= gateway.answers
        Operating(begun[0], ledger).held["one"] = operating.held["one"]
        operating.held["one"].state = SUCCEEDED

    later(restart, 0)
    try:
        assert operation.wait(15) is State.SUCCEEDED
    finally:
        for again in begun:
            again.stop()


def test_a_closed_visit_says_so(visit: sekisho.Visit, operation: Operation) -> None:
    visit.close()
    for ask in (operation.wait, operation.result, operation.cancel):
        with pytest.raises(sekisho.InvalidRequest, match="closed"):
            ask()


def test_submitting_says_whose_it_is(visit: sekisho.Visit) -> None:
    assert repr(visit.submit) == "Submitting(project='P-0001')"
    assert inspect.signature(visit.submit.sql) == inspect.signature(visit.sql)
