"""Failures of gRPC become exceptions that say what to do next."""

import grpc
import pytest
from google.rpc import error_details_pb2

import sekisho
from gateway import details_metadata
from sekisho._proto import error_reason_pb2, visit_pb2
from sekisho.errors import SERVER_REASONS
from sekisho.status import error_of, failure_error


class Failed(grpc.RpcError):
    """A failed call as gRPC raises it."""

    def __init__(self, code: grpc.StatusCode, details: str, trailing: object = ()) -> None:
        self._code, self._details = code, details
        self._trailing = tuple(_Entry(*pair) for pair in trailing)

    def code(self) -> grpc.StatusCode:
        return self._code

    def details(self) -> str:
        return self._details

    def trailing_metadata(self) -> object:
        return self._trailing


class _Entry(tuple):
    key = property(lambda self: self[0])
    value = property(lambda self: self[1])

    def __new__(cls, key: str, value: bytes) -> "_Entry":
        return super().__new__(cls, (key, value))


def failed(reason: str, metadata: dict[str, str] | None = None, *details: object) -> Failed:
    trailing = details_metadata("what happened", reason, metadata or {}, *details)
    return Failed(grpc.StatusCode.FAILED_PRECONDITION, "what happened", trailing)


def test_every_reason_of_the_proto_has_a_class_of_its_own() -> None:
    names = {
        name.removeprefix("ERROR_REASON_")
        for name in error_reason_pb2.ErrorReason.DESCRIPTOR.values_by_name
        if not name.endswith("UNSPECIFIED")
    }
    assert names == set(SERVER_REASONS)
    assert len(set(SERVER_REASONS.values())) == len(names)
    for name in names:
        error = error_of(failed(name, {"help": "do this"}))
        assert type(error) is SERVER_REASONS[name]
        assert (error.reason, error.message, error.help) == (name, "what happened", "do this")
        assert not error.ok


def test_a_refusal_shows_its_place_and_a_rewrite() -> None:
    sql = "SELECT name,\n\tcount(*)\nFROM individuals GROUP BY name"
    error = error_of(
        failed(
            "QUERY_REFUSED",
            {
                "help": "group by a column with a declared domain",
                "rule": "keys.domain",
                "line": "3",
                "column": "27",
                "rewrite": "SELECT sex,\n\tcount(*)\nFROM individuals GROUP BY sex",
            },
        ),
        sql,
    )
    assert isinstance(error, sekisho.QueryRefused)
    assert (error.rule, error.line, error.column) == ("keys.domain", 3, 27)
    assert str(error) == (
        "what happened (keys.domain)\n"
        "  line 3, column 27:\n"
        "    FROM individuals GROUP BY name\n"
        "                              ^\n"
        "  help: group by a column with a declared domain\n"
        "  instead: SELECT sex,\n"
        "           \tcount(*)\n"
        "           FROM individuals GROUP BY sex"
    )


def test_a_refusal_of_the_whole_query_shows_no_place() -> None:
    error = error_of(failed("QUERY_REFUSED", {"rule": "r", "line": "0", "column": "x"}), "SELECT 1")
    assert str(error) == "what happened (r)"


def test_the_caret_stands_under_its_place_in_long_wide_and_hostile_lines() -> None:
    long = "SELECT " + "a, " * 60 + "name FROM t"
    for sql, line, column, at in [
        (long, 1, long.index("name") + 1, "name"),
        ("SELECT 診断, name", 1, 12, "name"),
        ("SELECT\tname", 1, 8, "name"),
        ("SELECT\r\n  name\r\n", 2, 3, "name"),
        ("SELECT \x1b[31m, name", 1, 15, "name"),
    ]:
        refused = sekisho.QueryRefused("no", line=line, column=column, sql=sql)
        _, _, shown, caret = str(refused).split("\n")
        assert "\x1b" not in shown
        assert len(shown) < 130
        before = shown[: shown.index(at)]
        wide = sum(character in "診断" for character in before)
        assert caret == " " * (len(before) + wide) + "^"


@pytest.mark.parametrize(("line", "column"), [(0, 0), (3, 1), (1, 0)])
def test_a_place_outside_the_query_is_not_shown(line: int, column: int) -> None:
    refused = sekisho.QueryRefused("no", line=line, column=column, sql="SELECT\n1")
    assert str(refused) == "no"


def test_a_bad_request_names_its_fields_and_a_help_its_links() -> None:
    violation = error_details_pb2.BadRequest.FieldViolation(
        field="question.datasets", description="too many"
    )
    same = error_details_pb2.BadRequest.FieldViolation(
        field="idempotency_key", description="what happened"
    )
    link = error_details_pb2.Help.Link(description="see", url="https://example.org/limits")
    error = error_of(
        failed(
            "INVALID_REQUEST",
            {},
            error_details_pb2.BadRequest(field_violations=[same, violation]),
            error_details_pb2.Help(links=[link]),
        )
    )
    assert error.message == "what happened (`idempotency_key`); `question.datasets`: too many"
    assert error.help == "see https://example.org/limits"


def test_a_reason_of_a_newer_server_is_kept() -> None:
    error = error_of(failed("SOMETHING_NEW"))
    assert type(error) is sekisho.SekishoError
    assert error.reason == "SOMETHING_NEW"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.DEADLINE_EXCEEDED, sekisho.LimitExceeded),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, sekisho.LimitExceeded),
        (grpc.StatusCode.UNAUTHENTICATED, sekisho.Unauthenticated),
        (grpc.StatusCode.UNIMPLEMENTED, sekisho.InternalError),
        (grpc.StatusCode.UNKNOWN, sekisho.InternalError),
        (grpc.StatusCode.DATA_LOSS, sekisho.InternalError),
    ],
)
def test_a_status_without_details_of_ours_shows_no_foreign_text(
    code: grpc.StatusCode, kind: type[sekisho.SekishoError]
) -> None:
    foreign = details_metadata("text", "", {}, error_details_pb2.ErrorInfo(reason="X", domain="y"))
    for trailing in ((), (("grpc-status-details-bin", b"\xff"),), foreign):
        error = error_of(Failed(code, "python traceback", trailing))
        assert type(error) is kind
        assert "traceback" not in str(error)
        assert code.name in str(error)


def test_a_dataset_that_fails_among_several_keeps_its_reason() -> None:
    failure = visit_pb2.ResultFailure(
        dataset="b", reason="BUDGET_EXHAUSTED", message="spent", help="wait"
    )
    error = failure_error(failure, "SELECT 1")
    assert isinstance(error, sekisho.BudgetExhausted)
    refusal = visit_pb2.Refusal(rule="r", message="no", line=1, column=8)
    refused = failure_error(
        visit_pb2.ResultFailure(dataset="b", reason="QUERY_REFUSED", refusal=refusal), "SELECT 1"
    )
    assert isinstance(refused, sekisho.QueryRefused)
    assert str(refused).endswith("SELECT 1\n           ^")
