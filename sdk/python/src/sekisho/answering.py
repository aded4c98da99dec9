"""From the stream that answers a question to a result whose receipt can be verified."""

import threading
from collections.abc import Sequence
from dataclasses import replace

from sekisho._proto import operation_pb2, receipt_pb2
from sekisho.asking import Request, datasets_of, question_of, words_of
from sekisho.calls import Calls
from sekisho.errors import SekishoError
from sekisho.receipt import Keyring
from sekisho.result import Result, Results
from sekisho.stream import read_answers
from sekisho.tracing import Metadata
from sekisho.transparency import LedgerKey

Answers = dict[str, Result | SekishoError]


class Answering:
    """The answers to a project's questions, and the keys that their receipts are held against."""

    def __init__(self, calls: Calls, project: str, pinned: Keyring | None) -> None:
        self.calls = calls
        self.project = project
        self._pinned = pinned
        self._fetched: dict[str, Keyring] | None = None
        self._fetching = threading.Lock()

    def ask(self, request: Request, metadata: Metadata) -> Result | Results:
        """Ask a question and wait for its answer."""
        asked, words = datasets_of(request), words_of(request)
        answers = self.calls.query(
            request, metadata, lambda parts: read_answers(parts, asked, words)
        )
        return self._given(answers, metadata, question_of(request))

    def fetch(
        self,
        name: str,
        datasets: Sequence[str],
        asked: Request | None,
        metadata: Metadata,
    ) -> Result | Results:
        """Fetch the answer of an operation that succeeded; what was asked may not be known."""
        words = words_of(asked) if asked else ""
        request = operation_pb2.FetchRequest(project=self.project, name=name)
        answers = self.calls.fetch(
            request, metadata, lambda parts: read_answers(parts, datasets, words)
        )
        return self._given(answers, metadata, question_of(asked) if asked else "")

    def ledger_keys(self, metadata: Metadata) -> receipt_pb2.ListLedgerKeysResponse:
        """List the keys that the server names."""
        return self.calls.ledger_keys(
            receipt_pb2.ListLedgerKeysRequest(project=self.project), metadata
        )

    def keyring(self, dataset: str, metadata: Metadata) -> Keyring | None:
        """Give the pinned keys, else what the server names, asked once a visit."""
        if self._pinned is not None:
            return self._pinned
        with self._fetching:
            if self._fetched is None:
                try:
                    self._fetched = {
                        key.dataset: Keyring((LedgerKey.parse(key.vkey),), pinned=False)
                        for key in self.ledger_keys(metadata).keys
                    }
                except SekishoError:
                    # A result is worth having without: `verify` then asks for `trust=`.
                    return None
            return self._fetched.get(dataset)

    def _given(self, answers: Answers, metadata: Metadata, question: str) -> Result | Results:
        for answer in answers.values():
            if isinstance(answer, Result):
                answer.question = question
                keyring = self.keyring(answer.release.dataset, metadata)
                # The receipt must be this visit's, whatever the server says beside it.
                budget = replace(answer.release.budget, project=self.project)
                answer.receipt = answer.receipt.with_context(
                    keyring, replace(answer.release, budget=budget), answer.to_arrow()
                )
        if len(answers) > 1:
            return Results(answers)
        (only,) = answers.values()
        if isinstance(only, SekishoError):
            raise only
        return only
