"""What would happen to a question, judged without reading data."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import escape
from typing import Final

from sekisho._proto import visit_pb2
from sekisho.errors import QueryRefused
from sekisho.status import refusal_error

DELTA: Final = 1e-9
"""The δ for which an ε is told."""


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
    mechanism : str
        The mechanism that would be applied: `suppress`, `cell-key` or `dp`; empty of
        a server that does not say.
    rho : float
        What the query would take from the privacy budgets, ρ of zero-concentrated
        differential privacy; 0 unless the mechanism is `dp`.
    exposes_genomes : bool
        Whether figures tell of genomes, so that exposure would be charged.
    """

    dataset: str
    accepted: bool
    refusal: QueryRefused | None
    columns: tuple[ReleasedColumn, ...]
    rules: tuple[AppliedRule, ...]
    charge: int
    profile: str
    mechanism: str = ""
    rho: float = 0.0
    exposes_genomes: bool = False

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
            mechanism=message.mechanism,
            rho=message.rho_nano / 1e9,
            exposes_genomes=message.exposes_genomes,
        )

    @property
    def epsilon(self) -> float:
        """An upper bound on the ε that goes with `rho` at δ = 1e-9: ρ + 2·√(ρ·ln(1/δ)).

        Bun and Steinke 2016, proposition 1.3; the least ε is smaller.
        """
        return self.rho + 2 * math.sqrt(self.rho * math.log(1 / DELTA))

    def __bool__(self) -> bool:
        return self.accepted

    def __repr__(self) -> str:
        if self.refusal is not None:
            return f"refused at {self.dataset}: {self.refusal}"
        queries = "query" if self.charge == 1 else "queries"
        by = f", mechanism {self.mechanism}" if self.mechanism else ""
        lines = [
            f"accepted at {self.dataset}: charge {self.charge} {queries}, "
            f"profile {self.profile}{by}"
        ]
        if self.rho:
            lines.append(
                f"  privacy budget: ρ = {self.rho:.9g}, "
                f"that is ε ≤ {self.epsilon:.3g} at δ = {DELTA:g}"
            )
        if self.exposes_genomes:
            lines.append("  exposure: charged, since the figures tell of genomes")
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
