"""Why a call fails: one class for each reason, and what to do next."""

from typing import ClassVar, Final

from sekisho.place import Place


class SekishoError(Exception):
    """A call failed.

    Attributes
    ----------
    reason : str
        A stable name, for example ``BUDGET_EXHAUSTED``.
    message : str
        What happened.
    help : str
        What to do next. May be empty.
    ok : bool
        Always false, so that a failure among `Results` can be told from a `Result`.

    Examples
    --------
    >>> error = BudgetExhausted("all 200 queries are spent", help="ask the committee for more")
    >>> error.reason, error.message, error.help
    ('BUDGET_EXHAUSTED', 'all 200 queries are spent', 'ask the committee for more')
    >>> print(error)
    all 200 queries are spent
      help: ask the committee for more
    """

    REASON: ClassVar[str] = "UNKNOWN"
    ok: Final = False

    def __init__(self, message: str, *, help: str = "", reason: str | None = None) -> None:
        super().__init__(message)
        self.reason = reason or self.REASON
        self.message = message
        self.help = help

    def __str__(self) -> str:
        return f"{self.message}\n  help: {self.help}" if self.help else self.message


class Unauthenticated(SekishoError):
    """The certificate names nobody whom the consortium knows at present."""

    REASON = "UNAUTHENTICATED"


class PolicyDenied(SekishoError):
    """The policies deny the visit."""

    REASON = "POLICY_DENIED"


class PolicyReferred(SekishoError):
    """A person of the committee must decide first."""

    REASON = "POLICY_REFERRED"


class NotAvailable(SekishoError):
    """No such project or dataset, or none that this visitor may see."""

    REASON = "NOT_AVAILABLE"


class QueryRefused(SekishoError):
    """The guard refuses the query, for what its text says, never for what the data hold.

    Attributes
    ----------
    rule : str
        The stable identifier of the rule, for example ``release.rows``.
    line, column : int
        The place in the query, both from 1; 0 if the whole query is meant.
    rewrite : str
        A query that would be accepted in its stead. Empty if none is known.

    Examples
    --------
    >>> print(
    ...     QueryRefused(
    ...         "rows cannot be released",
    ...         help="group and count",
    ...         rule="release.rows",
    ...         line=1,
    ...         column=8,
    ...         rewrite="SELECT sex, count(*) FROM individuals GROUP BY sex",
    ...         sql="SELECT name FROM individuals",
    ...     )
    ... )
    rows cannot be released (release.rows)
      line 1, column 8:
        SELECT name FROM individuals
               ^
      help: group and count
      instead: SELECT sex, count(*) FROM individuals GROUP BY sex
    """

    REASON = "QUERY_REFUSED"

    def __init__(
        self,
        message: str,
        *,
        help: str = "",
        reason: str | None = None,
        rule: str = "",
        line: int = 0,
        column: int = 0,
        rewrite: str = "",
        sql: str = "",
    ) -> None:
        super().__init__(message, help=help, reason=reason)
        self.rule = rule
        self.line = line
        self.column = column
        self.rewrite = rewrite
        self.sql = sql

    def __str__(self) -> str:
        lines = [f"{self.message} ({self.rule})" if self.rule else self.message]
        lines += Place(self.line, self.column).shown_in(self.sql)
        if self.help:
            lines.append(f"  help: {self.help}")
        if self.rewrite:
            lines.append("  instead: " + self.rewrite.replace("\n", "\n           "))
        return "\n".join(lines)


class BudgetExhausted(SekishoError):
    """The project's budget at the dataset is spent."""

    REASON = "BUDGET_EXHAUSTED"


class InvalidRequest(SekishoError):
    """The request is malformed."""

    REASON = "INVALID_REQUEST"


class LimitExceeded(SekishoError):
    """A limit was met: size, time or concurrency."""

    REASON = "LIMIT_EXCEEDED"


class ExecutionFailed(SekishoError):
    """The query was charged and could not be completed. Nothing more is said."""

    REASON = "EXECUTION_FAILED"


class SiteUnavailable(SekishoError):
    """The enclave that holds the dataset does not answer at present."""

    REASON = "SITE_UNAVAILABLE"


class InternalError(SekishoError):
    """The server failed, or answered what cannot be understood."""

    REASON = "INTERNAL"


class ConnectionFailed(SekishoError):
    """No connection: wrong address, no or a wrong certificate, a wrong authority."""

    REASON = "CONNECTION_FAILED"


class Cancelled(SekishoError):
    """An operation was cancelled, and has no result."""

    REASON = "CANCELLED"


class StillRunning(SekishoError, TimeoutError):
    """An operation still goes on after the time that it was to be waited for."""

    REASON = "STILL_RUNNING"


class ReceiptInvalid(SekishoError):
    """A receipt does not prove what it says."""

    REASON = "RECEIPT_INVALID"


SERVER_REASONS: Final[dict[str, type[SekishoError]]] = {
    kind.REASON: kind
    for kind in (
        Unauthenticated,
        PolicyDenied,
        PolicyReferred,
        NotAvailable,
        QueryRefused,
        BudgetExhausted,
        InvalidRequest,
        LimitExceeded,
        ExecutionFailed,
        SiteUnavailable,
        InternalError,
    )
}
"""The class of each reason that a server sends, by the reason's name."""
