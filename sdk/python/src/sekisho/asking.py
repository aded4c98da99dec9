"""Who is asked gives something for a question: a result, an operation, or either later."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Generic, TypeVar

from google.protobuf import json_format

from sekisho._proto import analysis_pb2, visit_pb2
from sekisho.analysis import written

Given = TypeVar("Given", covariant=True)
"""What is given for a question."""

Request = visit_pb2.QueryRequest | visit_pb2.AnalyzeRequest


class Asking(ABC, Generic[Given]):
    """Whoever can be asked; the methods of `Analyses` and `Questions` build on it."""

    @abstractmethod
    def _analyze(
        self,
        name: str,
        asked: analysis_pb2.Analysis,
        datasets: str | Sequence[str],
        idempotency_key: str | None,
    ) -> Given: ...


def datasets_of(request: Request) -> list[str]:
    """Give the datasets that a request asks, in order."""
    of = request.question if isinstance(request, visit_pb2.QueryRequest) else request
    return list(of.datasets)


def words_of(request: Request) -> str:
    """Give what a refusal's place is a place in: a query, or an analysis as it is written."""
    if isinstance(request, visit_pb2.QueryRequest):
        return request.question.sql
    return written(request.analysis)


def question_of(request: Request) -> str:
    """Give a question as it was asked: the SQL, or an analysis and its parameters as JSON."""
    if isinstance(request, visit_pb2.QueryRequest):
        return request.question.sql
    return json_format.MessageToJson(
        request.analysis, preserving_proto_field_name=True, indent=None
    )
