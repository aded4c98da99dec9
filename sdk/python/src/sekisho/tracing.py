"""Spans for OpenTelemetry, where it is installed; never with a query in them."""

from collections.abc import Iterator
from contextlib import contextmanager

from sekisho.errors import SekishoError

Metadata = tuple[tuple[str, str], ...]


@contextmanager
def span(name: str, datasets: int = 0) -> Iterator[Metadata]:
    """Open a span around a call.

    Parameters
    ----------
    name
        The span's name, for example ``sekisho.sql``.
    datasets
        How many datasets are asked; their names stay out.

    Yields
    ------
    tuple of (str, str)
        gRPC metadata: a W3C ``traceparent`` if there is a trace to take part in, else nothing.
    """
    try:
        from opentelemetry import trace
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
    except ImportError:
        yield ()
        return
    # An exception's text shows the query: it is not recorded, its reason is.
    with trace.get_tracer("sekisho").start_as_current_span(
        name,
        kind=trace.SpanKind.CLIENT,
        attributes={"sekisho.datasets": datasets} if datasets else None,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        carrier: dict[str, str] = {}
        TraceContextTextMapPropagator().inject(carrier)
        parent = carrier.get("traceparent")
        try:
            yield (("traceparent", parent),) if parent else ()
        except SekishoError as error:
            current.set_attribute("error.type", error.reason)
            current.set_status(trace.StatusCode.ERROR)
            raise
