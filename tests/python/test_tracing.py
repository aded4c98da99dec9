"""A trace goes along where there is one, and never says what was asked."""

from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

import sekisho
from gateway import Gateway, Refusal

SQL = "SELECT 'secret literal', count(*) FROM individuals"


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", lambda name: provider.get_tracer(name))
    yield exporter
    provider.shutdown()


def sent(gateway: Gateway) -> list[dict[str, Any]]:
    return [metadata for _, _, metadata in gateway.requests]


def test_without_a_provider_nothing_is_sent(gateway: Gateway, visit: sekisho.Visit) -> None:
    visit.sql(SQL, datasets="demo-cancer")
    assert sent(gateway)
    for metadata in sent(gateway):
        assert not {"traceparent", "tracestate", "baggage"} & set(metadata)


def test_a_span_counts_the_datasets_and_its_parent_goes_along(
    gateway: Gateway, visit: sekisho.Visit, spans: InMemorySpanExporter
) -> None:
    visit.sql(SQL, datasets=["demo-cancer", "b"])
    (span,) = spans.get_finished_spans()
    context = span.get_span_context()
    assert context is not None
    assert span.name == "sekisho.sql"
    assert dict(span.attributes or {}) == {"sekisho.datasets": 2}
    expected = f"00-{context.trace_id:032x}-{context.span_id:016x}-"
    assert {str(m["traceparent"])[:-2] for m in sent(gateway)} == {expected}


def test_a_failed_span_says_the_reason_and_nothing_of_the_query(
    gateway: Gateway, visit: sekisho.Visit, spans: InMemorySpanExporter
) -> None:
    def refuse(*_: object) -> Any:
        raise Refusal(
            grpc.StatusCode.FAILED_PRECONDITION,
            "no",
            "QUERY_REFUSED",
            {"line": "1", "column": "8", "rewrite": SQL},
        )

    gateway.answers["VisitService/Query"] = refuse
    with pytest.raises(sekisho.QueryRefused):
        visit.sql(SQL, datasets="demo-cancer")
    (span,) = spans.get_finished_spans()
    assert dict(span.attributes or {}) == {"sekisho.datasets": 1, "error.type": "QUERY_REFUSED"}
    assert not span.events
    assert "secret" not in span.to_json()
    assert "demo-cancer" not in span.to_json()
