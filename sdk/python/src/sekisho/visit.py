"""A visit: questions put to data that never leave their holder."""

from collections.abc import Sequence
from types import TracebackType

import pyarrow as pa

from sekisho._proto import budget_pb2, catalog_pb2, operation_pb2, receipt_pb2, visit_pb2
from sekisho.answering import Answering
from sekisho.asking import Request, datasets_of
from sekisho.budgets import Budgets
from sekisho.calls import Calls
from sekisho.check import Check, Checks
from sekisho.errors import InternalError
from sekisho.listing import Listing
from sekisho.operations import Operation, Submitting, found, listed
from sekisho.questions import Questions, question
from sekisho.receipt import Keyring, Receipt
from sekisho.release import Budget
from sekisho.result import Result, Results
from sekisho.tracing import span
from sekisho.twin import twin


class Visit(Questions[Result | Results]):
    """A connection to a gateway on behalf of a project; made by `connect`.

    Several threads may ask at once. `sekisho.aio` has the same for asyncio.
    """

    def __init__(self, calls: Calls, project: str, pinned: Keyring | None) -> None:
        self._calls = calls
        self._answering = Answering(calls, project, pinned)
        self.project = project

    def __enter__(self) -> "Visit":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the visit. Results stay usable, and their receipts can be verified."""
        self._calls.close()

    def datasets(self) -> Listing:
        """List the datasets that the project has been granted."""
        with span("sekisho.datasets") as metadata:
            response = self._calls.datasets(
                catalog_pb2.ListDatasetsRequest(project=self.project), metadata
            )
        names = ("id", "title", "holder", "assembly", "profile", "snapshot", "tier")
        columns = {
            name: pa.array([getattr(d, name) for d in response.datasets], pa.string())
            for name in names
        }
        columns["available"] = pa.array([d.available for d in response.datasets], pa.bool_())
        return Listing(pa.table(columns))

    def tables(self, dataset: str) -> Listing:
        """List the columns of a dataset's tables: meaning, unit, domain and bounds.

        Parameters
        ----------
        dataset
            One of `datasets`.

        Returns
        -------
        Listing
            A row for each column. A domain is the list of declared values, NULL if none
            are declared; bounds are NULL likewise.
        """
        with span("sekisho.tables", 1) as metadata:
            response = self._calls.tables(
                catalog_pb2.ListTablesRequest(project=self.project, dataset=dataset), metadata
            )
        rows = [
            {
                "table": table.name,
                "label": table.label,
                "rows": table.rows,
                "column": column.name,
                "type": column.type,
                "role": column.role,
                "meaning": column.meaning,
                "unit": column.unit,
                "domain": list(column.domain) or None,
                "lower": column.lower if column.HasField("lower") else None,
                "upper": column.upper if column.HasField("upper") else None,
                "required": column.required,
            }
            for table in response.tables
            for column in table.columns
        ]
        return Listing(pa.Table.from_pylist(rows, schema=_COLUMNS))

    def twin(self, dataset: str, table: str, *, rows: int = 1000, seed: int = 0) -> pa.Table:
        """Make synthetic rows with the columns of a table, to write code against.

        They are drawn from what `tables` says alone, each column by itself: no row is
        anybody's, and nothing that is computed from them means anything. Individuals have
        the same names in the twins of all tables of a seed, so that they can be joined.

        Parameters
        ----------
        dataset, table
            Of `tables`.
        rows
            How many.
        seed
            The same seed gives the same rows.

        Returns
        -------
        pyarrow.Table
            The rows. No visit is charged.
        """
        columns = [column for column in self.tables(dataset) if column["table"] == table]
        return twin(columns, rows, seed)

    def check(self, sql: str, *, datasets: str | Sequence[str]) -> Check | Checks:
        """Ask whether a query would be answered. No data are read, nothing is charged.

        Parameters
        ----------
        sql
            One query.
        datasets
            The datasets to ask, at most 16.

        Returns
        -------
        Check or Checks
            One judgement for one dataset, else a mapping of dataset to judgement.
        """
        asked = question(self.project, sql, datasets)
        with span("sekisho.check", len(asked.datasets)) as metadata:
            response = self._calls.check(visit_pb2.CheckRequest(question=asked), metadata)
        checks = {result.dataset: Check.of(result, sql) for result in response.results}
        if list(checks) != list(asked.datasets):
            raise InternalError("the server judged other datasets than were asked")
        return Checks(checks) if len(checks) > 1 else checks[asked.datasets[0]]

    @property
    def submit(self) -> Submitting:
        """The same questions, submitted: ``visit.submit.association(…)`` gives an `Operation`.

        It goes on at the gateway while nobody waits, and also after the visit.
        """
        return Submitting(self._answering)

    def operation(self, name: str) -> Operation:
        """Come back to an operation, also from another process.

        Parameters
        ----------
        name
            As of `Operation.name`, the idempotency key of its question.

        Raises
        ------
        NotAvailable
            If there is none, or the gateway has forgotten it: an hour after its end, or when
            it began anew.
        """
        with span("sekisho.operation") as metadata:
            return found(self._answering, name, metadata)

    def operations(self) -> Listing:
        """List the operations of this visitor in this project, the newest first."""
        with span("sekisho.operations") as metadata:
            response = self._calls.operations(
                operation_pb2.ListOperationsRequest(project=self.project), metadata
            )
        return listed(response.operations)

    def _ask(self, name: str, request: Request) -> Result | Results:
        with span(name, len(datasets_of(request))) as metadata:
            return self._answering.ask(request, metadata)

    def budget(self) -> Budgets:
        """List what the project may still ask of each dataset, in queries."""
        with span("sekisho.budget") as metadata:
            response = self._calls.budget(
                budget_pb2.GetBudgetRequest(project=self.project), metadata
            )
        return Budgets(self.project, [Budget.of(message) for message in response.budgets])

    def receipt(self, dataset: str, leaf_index: int) -> Receipt:
        """Fetch a receipt of this project, proved against the newest checkpoint."""
        with span("sekisho.receipt", 1) as metadata:
            response = self._calls.receipt(
                receipt_pb2.GetReceiptRequest(
                    project=self.project, dataset=dataset, leaf_index=leaf_index
                ),
                metadata,
            )
            return Receipt.of(response.receipt).with_context(
                self._answering.keyring(dataset, metadata), None
            )

    def ledger_keys(self) -> Listing:
        """List the verification keys that the server names, to look at before pinning them.

        Compare each with what the dataset's holder publishes elsewhere.
        """
        with span("sekisho.ledger_keys") as metadata:
            response = self._answering.ledger_keys(metadata)
        return Listing(
            pa.table(
                {
                    "dataset": pa.array([key.dataset for key in response.keys], pa.string()),
                    "vkey": pa.array([key.vkey for key in response.keys], pa.string()),
                }
            )
        )

    def __repr__(self) -> str:
        return f"Visit(project={self.project!r})"


_COLUMNS = pa.schema(
    [
        ("table", pa.string()),
        ("label", pa.string()),
        ("rows", pa.string()),
        ("column", pa.string()),
        ("type", pa.string()),
        ("role", pa.string()),
        ("meaning", pa.string()),
        ("unit", pa.string()),
        ("domain", pa.list_(pa.string())),
        ("lower", pa.float64()),
        ("upper", pa.float64()),
        ("required", pa.bool_()),
    ]
)
