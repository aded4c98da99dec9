"""What is said of a release beside its figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sekisho._proto import release_pb2


@dataclass(frozen=True, slots=True)
class Budget:
    """A project's budget at one dataset, in queries.

    Examples
    --------
    >>> Budget(dataset="demo-cancer", project="P-0001", limit=200, spent=12).left
    188
    """

    dataset: str
    project: str
    limit: int
    spent: int

    @property
    def left(self) -> int:
        """How many queries may still be asked."""
        return max(0, self.limit - self.spent)

    @classmethod
    def of(cls, message: release_pb2.Budget) -> "Budget":
        """Read the wire form."""
        return cls(message.dataset, message.project, message.limit, message.spent)


@dataclass(frozen=True, slots=True)
class Release:
    """What a dataset said of what it released.

    Attributes
    ----------
    dataset : str
        The dataset that answered.
    snapshot : str
        The snapshot, 64 hexadecimal digits.
    policy_digest : str
        SHA-256 of the policy files that decided, 64 hexadecimal digits.
    profile : str
        The release profile in force.
    threshold : int
        The smallest number of individuals that a figure may describe.
    rounding_base : int
        Counts are multiples of this; 1 means unrounded.
    figures_released, figures_suppressed : int
        How many figures the guard released and withheld.
    budget : Budget
        The budget after this visit.
    repeated : bool
        Whether an earlier answer was sent again, free.
    mechanism : str
        What was done to the figures: `suppress`, `cell-key` or `dp`; empty of a
        server that does not say.
    parameters : mapping of str to str
        The mechanism's parameters by name, read-only.
    caveat : str
        What may be said of the figures whatever the data: one sentence, or nothing.
    """

    dataset: str
    snapshot: str
    policy_digest: str
    profile: str
    threshold: int
    rounding_base: int
    figures_released: int
    figures_suppressed: int
    budget: Budget
    repeated: bool
    mechanism: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict, hash=False)
    caveat: str = ""

    @classmethod
    def of(cls, message: release_pb2.Release) -> "Release":
        """Read the wire form."""
        return cls(
            dataset=message.dataset,
            snapshot=message.snapshot,
            policy_digest=message.policy_digest,
            profile=message.profile,
            threshold=message.threshold,
            rounding_base=message.rounding_base,
            figures_released=message.figures_released,
            figures_suppressed=message.figures_suppressed,
            budget=Budget.of(message.budget),
            repeated=message.repeated,
            mechanism=message.mechanism,
            parameters=MappingProxyType(dict(message.parameters)),
            caveat=message.caveat,
        )

    def sentences(self) -> tuple[str, ...]:
        """Say it to people, in a few short lines; the caveat comes first."""
        figures = self.figures_released + self.figures_suppressed
        rounding = (
            f"counts in multiples of {self.rounding_base}"
            if self.rounding_base > 1
            else "counts not rounded"
        )
        by = f", mechanism {self.mechanism}" if self.mechanism else ""
        return (
            *([self.caveat] if self.caveat else []),
            f"dataset {self.dataset}, snapshot {self.snapshot[:12]}",
            f"profile {self.profile}{by}: at least {self.threshold} individuals a figure, "
            f"{rounding}",
            f"{self.figures_suppressed} of {figures} figures suppressed; "
            f"{self.budget.spent} of {self.budget.limit} queries spent"
            + (", none for this repeated answer" if self.repeated else ""),
        )
