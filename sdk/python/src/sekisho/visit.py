"""A visit: questions put to data that never leave their holder."""

import threading
import uuid
from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType

import pyarrow as pa

from sekisho._proto import analysis_pb2, budget_pb2, catalog_pb2, receipt_pb2, visit_pb2
from sekisho.analyses import Analyses
from sekisho.analysis import written
from sekisho.budgets import Budgets
from sekisho.calls import Calls
from sekisho.check import Check, Checks
from sekisho.errors import InternalError, InvalidRequest, SekishoError
from sekisho.listing import Listing
from sekisho.receipt import Keyring, Receipt
from sekisho.release import Budget
from sekisho.result import Result, Results
from sekisho.stream import read_answers
from sekisho.tracing import Metadata, span
from sekisho.transparency import LedgerKey
from sekisho.twin import twin

MAX_SQL_BYTES = 64 * 1024
MAX_DATASETS = 16


class Visit(Analyses):
    """A connection to a gateway on behalf of a project; made by `connect`.

    Several threads may ask at once. `sekisho.aio` has the same for asyncio.
    """

    def __init__(self, calls: Calls, project: str, pinned: Keyring | None) -> None:
        self._calls = calls
        self._pinned = pinned
        self._fetched: dict[str, Keyring] | None = None
        self._fetching = threading.Lock()
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
        question = self._question(sql, datasets)
        with span("sekisho.check", len(question.datasets)) as metadata:
            response = self._calls.check(visit_pb2.CheckRequest(question=question), metadata)
        checks = {result.dataset: Check.of(result, sql) for result in response.results}
        if list(checks) != list(question.datasets):
            raise InternalError("the server judged other datasets than were asked")
        return Checks(checks) if len(checks) > 1 else checks[question.datasets[0]]

    def sql(
        self,
        sql: str,
        *,
        datasets: str | Sequence[str],
        idempotency_key: str | None = None,
    ) -> Result | Results:
        """Ask a question.

        Parameters
        ----------
        sql
            One query. Within it, only aggregates of private tables leave a dataset.
        datasets
            The datasets to ask, at most 16. Each answers for itself; nothing is pooled.
        idempotency_key
            At most 64 characters of ``[A-Za-z0-9_-]``: with the same key the earlier answer is
            sent again, free. If not given, one is made for this call and its retries.

        Returns
        -------
        Result or Results
            One result for one dataset; for several a mapping of dataset to `Result`, or to the
            exception with which that dataset failed: see ``.ok`` of either.

        Raises
        ------
        QueryRefused
            If the guard refuses the query. The message shows the place in it.
        PolicyDenied, PolicyReferred, NotAvailable, BudgetExhausted, SekishoError
            If the one dataset asked does not answer; with several, only what concerns all.
        """
        request = visit_pb2.QueryRequest(
            question=self._question(sql, datasets),
            idempotency_key=idempotency_key or uuid.uuid4().hex,
        )
        return self._ask("sekisho.sql", request, list(request.question.datasets), sql)

    def _analyze(
        self,
        name: str,
        asked: analysis_pb2.Analysis,
        datasets: str | Sequence[str],
        idempotency_key: str | None,
    ) -> Result | Results:
        request = visit_pb2.AnalyzeRequest(
            project=self.project,
            datasets=_datasets(datasets),
            analysis=asked,
            idempotency_key=idempotency_key or uuid.uuid4().hex,
        )
        return self._ask(f"sekisho.{name}", request, list(request.datasets), written(asked))

    def _ask(
        self,
        name: str,
        request: visit_pb2.QueryRequest | visit_pb2.AnalyzeRequest,
        asked: list[str],
        sql: str,
    ) -> Result | Results:
        with span(name, len(asked)) as metadata:
            answers = self._calls.query(
                request, metadata, lambda parts: read_answers(parts, asked, sql)
            )
            for answer in answers.values():
                if isinstance(answer, Result):
                    keyring = self._keyring(answer.release.dataset, metadata)
                    # The receipt must be this visit's, whatever the server says beside it.
                    budget = replace(answer.release.budget, project=self.project)
                    answer.receipt = answer.receipt.with_context(
                        keyring, replace(answer.release, budget=budget), answer.to_arrow()
                    )
            if len(asked) > 1:
                return Results(answers)
            only = answers[asked[0]]
            if isinstance(only, SekishoError):
                raise only
            return only

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
            return Receipt.of(response.receipt).with_context(self._keyring(dataset, metadata), None)

    def ledger_keys(self) -> Listing:
        """List the verification keys that the server names, to look at before pinning them.

        Compare each with what the dataset's holder publishes elsewhere.
        """
        with span("sekisho.ledger_keys") as metadata:
            response = self._ledger_keys(metadata)
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

    def _question(self, sql: str, datasets: str | Sequence[str]) -> visit_pb2.Question:
        names = _datasets(datasets)
        if len(sql.encode("utf-8", "surrogatepass")) > MAX_SQL_BYTES:
            raise InvalidRequest(
                "the query is longer than 64 KiB", help="split it into several queries"
            )
        return visit_pb2.Question(project=self.project, datasets=names, sql=sql)

    def _ledger_keys(self, metadata: Metadata) -> receipt_pb2.ListLedgerKeysResponse:
        return self._calls.ledger_keys(
            receipt_pb2.ListLedgerKeysRequest(project=self.project), metadata
        )

    def _keyring(self, dataset: str, metadata: Metadata) -> Keyring | None:
        """Give the pinned keys, else what the server names, asked once a visit."""
        if self._pinned is not None:
            return self._pinned
        with self._fetching:
            if self._fetched is None:
                try:
                    self._fetched = {
                        key.dataset: Keyring((LedgerKey.parse(key.vkey),), pinned=False)
                        for key in self._ledger_keys(metadata).keys
                    }
                except SekishoError:
                    # A result is worth having without: `verify` then asks for `trust=`.
                    return None
            return self._fetched.get(dataset)


def _datasets(datasets: str | Sequence[str]) -> list[str]:
    names = [datasets] if isinstance(datasets, str) else list(datasets)
    if not 1 <= len(names) <= MAX_DATASETS or len(set(names)) != len(names):
        raise InvalidRequest(
            f"{len(names)} datasets are named, of which {len(set(names))} are different",
            help=f"name 1 to {MAX_DATASETS}, each once; `visit.datasets()` lists them",
        )
    return names


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
