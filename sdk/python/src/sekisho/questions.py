"""Everything that can be asked of datasets: SQL, and the typed analyses."""

import uuid
from abc import abstractmethod
from collections.abc import Sequence

from sekisho._proto import analysis_pb2, visit_pb2
from sekisho.analyses import Analyses
from sekisho.asking import Given, Request
from sekisho.errors import InvalidRequest

MAX_SQL_BYTES = 64 * 1024
MAX_DATASETS = 16


class Questions(Analyses[Given]):
    """What can be asked of datasets on behalf of a project."""

    project: str

    @abstractmethod
    def _ask(self, name: str, request: Request) -> Given: ...

    def sql(
        self,
        sql: str,
        *,
        datasets: str | Sequence[str],
        idempotency_key: str | None = None,
    ) -> Given:
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
            question=question(self.project, sql, datasets),
            idempotency_key=idempotency_key or uuid.uuid4().hex,
        )
        return self._ask("sekisho.sql", request)

    def _analyze(
        self,
        name: str,
        asked: analysis_pb2.Analysis,
        datasets: str | Sequence[str],
        idempotency_key: str | None,
    ) -> Given:
        request = visit_pb2.AnalyzeRequest(
            project=self.project,
            datasets=_datasets(datasets),
            analysis=asked,
            idempotency_key=idempotency_key or uuid.uuid4().hex,
        )
        return self._ask(f"sekisho.{name}", request)


def question(project: str, sql: str, datasets: str | Sequence[str]) -> visit_pb2.Question:
    """Give a query as the server reads it."""
    names = _datasets(datasets)
    if len(sql.encode("utf-8", "surrogatepass")) > MAX_SQL_BYTES:
        raise InvalidRequest(
            "the query is longer than 64 KiB", help="split it into several queries"
        )
    return visit_pb2.Question(project=project, datasets=names, sql=sql)


def _datasets(datasets: str | Sequence[str]) -> list[str]:
    names = [datasets] if isinstance(datasets, str) else list(datasets)
    if not 1 <= len(names) <= MAX_DATASETS or len(set(names)) != len(names):
        raise InvalidRequest(
            f"{len(names)} datasets are named, of which {len(set(names))} are different",
            help=f"name 1 to {MAX_DATASETS}, each once; `visit.datasets()` lists them",
        )
    return names
