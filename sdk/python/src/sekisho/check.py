"""What would happen to a question, judged without reading data."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape

from sekisho._proto import visit_pb2
from sekisho.errors import QueryRefused
from sekisho.status import refusal_error


@dataclass(frozen=True, slots=True)
class ReleasedColumn:
    """A column that would be released: its name, and `key`, `figure` or `derived`."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True)
class AppliedRule:
    """A rule that would protect the release, and what it does."""

    rule: str
    effect: str


@dataclass(frozen=True, slots=True, repr=False)
class Check:
    """The judgement of one dataset.

    Attributes
    ----------
    dataset : str
        The dataset.
    accepted : bool
        Whether policy and guard would let the query run.
    refusal : QueryRefused or None
        Why not; it is an exception that can be raised.
    columns : tuple of ReleasedColumn
        What would be released.
    rules : tuple of AppliedRule
        What would protect it.
    charge : int
        What the query would take from the budget, in queries.
    profile : str
        The release profile that would be applied.
    """

    dataset: str
    accepted: bool
    refusal: QueryRefused | None
    columns: tuple[ReleasedColumn, ...]
    rules: tuple[AppliedRule, ...]
    charge: int
    profile: str

    @classmethod
    def of(cls, message: visit_pb2.CheckResult, sql: str) -> "Check":
        """Read the wire form."""
        return cls(
            dataset=message.dataset,
            accepted=message.accepted,
            refusal=None if message.accepted else refusal_error(message.refusal, sql),
            columns=tuple(ReleasedColumn(c.name, c.kind) for c in message.columns),
            rules=tuple(AppliedRule(r.rule, r.effect) for r in message.rules),
            charge=message.charge,
            profile=message.profile,
        )

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        if self.refusal is not None:
            return f"refused at {self.dataset}: {self.refusal}"
        queries = "query" if self.charge == 1 else "queries"
        lines = [
            f"accepted at {self.dataset}: charge {self.charge} {queries}, profile {self.profile}"
        ]
        if self.columns:
            columns = ", ".join(f"{column.name} ({column.kind})" for column in self.columns)
            lines.append(f"  columns: {columns}")
        return "\n".join(lines + [f"  {rule.rule}: {rule.effect}" for rule in self.rules])

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"


class Checks(Mapping[str, Check]):
    """The judgements of several datasets, in the order in which they were asked."""

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = dict(checks)

    def __getitem__(self, dataset: str) -> Check:
        return self._checks[dataset]

    def __iter__(self) -> Iterator[str]:
        return iter(self._checks)

    def __len__(self) -> int:
        return len(self._checks)

    @property
    def accepted(self) -> bool:
        """Whether every dataset would answer."""
        return all(check.accepted for check in self._checks.values())

    def __repr__(self) -> str:
        return "\n".join(repr(check) for check in self._checks.values())

    def _repr_html_(self) -> str:
        return f"<pre>{escape(repr(self))}</pre>"
