"""Traces of a node (OpenTelemetry): request → command → commit → what goes out, joined by W3C trace context.

This module is imported only where traces are wanted; everything else takes a `Tracing` or None. Where a send came from
is remembered by this process alone: after a takeover it begins a trace of its own.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from threading import Lock
from time import time_ns
from typing import Any, NamedTuple

from opentelemetry import trace
from opentelemetry.context import Context, get_current
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Link, Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from alihdaya import __version__
from alihdaya.operations.desk import Desk
from alihdaya.operations.node.dispatch import Answer, Letter
from alihdaya.operations.node.letters import Letter as Wish
from alihdaya.operations.node.letters import Outcome, Parent

MOST = 10_000
"""So many sends are remembered with what they came from."""

_MOST_LINKS = 100

_W3C = TraceContextTextMapPropagator()

App = Callable[[Any, Any, Callable[[Any], Awaitable[None]]], Awaitable[None]]


def provider_to(url: str, node: str) -> TracerProvider:
    """Make a provider that sends spans in batches to an OTLP/HTTP collector; shut it down at the end."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    facts = {"service.name": "alihdaya", "service.version": __version__, "service.instance.id": node}
    provider = TracerProvider(resource=Resource.create(facts))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(f"{url.rstrip('/')}/v1/traces")))
    return provider


class Tracing:
    """Makes the spans of one node; for many threads at once."""

    def __init__(self, provider: TracerProvider) -> None:
        self._tracer = provider.get_tracer("alihdaya", __version__)
        self._lock = Lock()
        self._sends: OrderedDict[str, Context] = OrderedDict()

    def shard(self, name: str) -> "ShardTracing":
        """Give what follows the commands of one shard; `name` begins the keys of what it sends."""
        return ShardTracing(self, name)

    def committed(
        self, name: str, desk: Desk, wishes: Sequence[Wish], outcomes: Sequence[Outcome], seconds: float
    ) -> None:
        """Tell of a group of the shard `name` that is durable, before its sends go out."""
        end = time_ns()
        begun = end - int(seconds * 1e9)
        came: dict[int, Span] = {}
        for wish, (value, refusal) in zip(wishes, outcomes, strict=True):
            span = self._command(wish, name, end, refusal)
            item = getattr(wish.command, "item", value)
            if refusal is None and isinstance(item, int):
                came[item] = span
        links = [Link(span.get_span_context()) for span in list(came.values())[:_MOST_LINKS]]
        commit = self._tracer.start_span("commit", Context(), links=links, start_time=begun)
        commit.set_attributes({"alihdaya.shard": name, "alihdaya.commands": len(wishes)})
        commit.end(end)
        with self._lock:
            for seq, number in desk.unposted:
                send = desk.outbox.get((seq, number))
                parent = commit if send is None else came.get(send.item, commit)
                self._sends[f"{name}-{seq}-{number}"] = trace.set_span_in_context(parent, Context())
            while len(self._sends) > MOST:
                self._sends.popitem(last=False)

    def _command(self, wish: Wish, name: str, end: int, refusal: Any) -> Span:
        parent, posted = wish.parent or (Context(), end)
        span = self._tracer.start_span(type(wish.command).__name__, parent, start_time=posted)
        span.set_attribute("alihdaya.shard", name)
        if refusal is not None:
            span.set_status(Status(StatusCode.ERROR, refusal.problems[0].code))
        span.end(end)
        return span

    def posting(self, post: Callable[[Letter], Answer]) -> Callable[[Letter], Answer]:
        """Wrap what posts letters, so that each attempt is a span of what it came from."""

        def posted(letter: Letter) -> Answer:
            with self._lock:
                parent = self._sends.get(letter.idempotency_key, Context())
            name = f"send {letter.send.name}"
            with self._tracer.start_as_current_span(name, parent, kind=SpanKind.CLIENT) as span:
                answer = post(letter)
                span.set_attribute("http.response.status_code", answer.status)
                if not 200 <= answer.status < 300:
                    span.set_status(Status(StatusCode.ERROR, answer.reason))
            return answer

        return posted

    def answering(self, app: App) -> App:
        """Wrap an ASGI application, so that each request is a span, of the caller's trace where one is named."""

        async def answered(scope: Any, receive: Any, send: Callable[[Any], Awaitable[None]]) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            given = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
            parent, method = _W3C.extract(given, Context()), scope["method"]
            with self._tracer.start_as_current_span(method, parent, kind=SpanKind.SERVER) as span:
                span.set_attribute("http.request.method", method)

                async def told(message: Any) -> None:
                    if message["type"] == "http.response.start":
                        span.set_attribute("http.response.status_code", message["status"])
                    await send(message)

                try:
                    await app(scope, receive, told)
                finally:
                    with suppress(KeyError, AttributeError):
                        span.update_name(f"{method} {scope['endpoint'].__name__}")

        return answered


class ShardTracing(NamedTuple):
    """Follows the commands of one shard's writer (see mailroom.Watcher)."""

    tracing: Tracing
    name: str

    def here(self) -> Parent:
        """Give what a command that is posted now comes from, and when."""
        return get_current(), time_ns()

    def committed(self, desk: Desk, letters: Sequence[Wish], outcomes: Sequence[Outcome], seconds: float) -> None:
        """Tell of a group that is durable, before its sends go out."""
        self.tracing.committed(self.name, desk, letters, outcomes, seconds)


def trace_headers() -> Mapping[str, str]:
    """Give the headers that carry the present trace on to another service."""
    headers: dict[str, str] = {}
    _W3C.inject(headers)
    return headers
