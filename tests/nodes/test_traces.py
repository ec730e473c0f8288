"""Traces: one from the caller's request to what goes out, kept whole over threads; and to a real OTLP receiver."""

import asyncio
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import SimpleNamespace

import httpx
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from alihdaya.channels.webhook import Webhook
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.node.dispatch import Answer, Letter
from alihdaya.operations.node.visible.traces import Tracing, provider_to, trace_headers
from alihdaya.work.outbox import Send

CALLER = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


def memory():
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return exporter, Tracing(provider)


def by_name(exporter):
    return {span.name: span for span in exporter.get_finished_spans()}


def send(item=7):
    return Send(item=item, token=1, node="n", name="book", key="", payload={}, queued_at=0)


class Outside:
    """A service on loopback; keeps what it is sent."""

    def __init__(self):
        kept = self.kept = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                kept.append((self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self):
        Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


class Command:
    """A command about an item."""

    item = 7


def group(tracing, refusal=None):
    """Post a command within a span, and let it be committed with one send."""
    shard = tracing.shard("inst-1")
    wish = SimpleNamespace(command=Command(), parent=shard.here())
    desk = SimpleNamespace(unposted=[(12, 0)], outbox={(12, 0): send()})
    shard.committed(desk, [wish], [(None, refusal)], 0.01)


def test_a_trace_goes_from_the_request_over_the_commit_to_what_goes_out():
    exporter, tracing = memory()

    async def take_in(_):
        group(tracing)
        return Response(status_code=201)

    app = tracing.answering(Starlette(routes=[Route("/api/items", take_in, methods=["POST"])]))

    async def ask():
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://a") as client:
            return await client.post("/api/items", headers={"traceparent": CALLER})

    assert asyncio.run(ask()).status_code == 201
    with Outside() as outside, Webhook(headers=trace_headers) as webhook:
        tracing.posting(webhook)(Letter(outside.url, "inst-1-12-0", send()))
    spans = by_name(exporter)
    request, command, out = spans["POST take_in"], spans["Command"], spans["send book"]
    assert format(request.context.trace_id, "032x") == CALLER.split("-")[1]
    assert format(request.parent.span_id, "016x") == CALLER.split("-")[2]
    assert command.parent.span_id == request.context.span_id
    assert out.parent.span_id == command.context.span_id
    assert [link.context.span_id for link in spans["commit"].links] == [command.context.span_id]
    assert request.attributes["http.response.status_code"] == 201
    carried = {name.lower(): value for name, value in outside.kept[0][1].items()}
    assert carried["traceparent"] == f"00-{out.context.trace_id:032x}-{out.context.span_id:016x}-01"


def test_what_is_refused_or_fails_says_so_and_a_send_of_unknown_origin_begins_a_trace():
    exporter, tracing = memory()
    group(tracing, Refused(Problem("gate", "may not")))
    tracing.posting(lambda _: Answer(503, {}, "HTTP 503", again=True))(Letter("x", "inst-9-1-0", send()))
    spans = by_name(exporter)
    assert (spans["Command"].status.is_ok, spans["Command"].status.description) == (False, "gate")
    assert (spans["send book"].parent, spans["send book"].status.description) == (None, "HTTP 503")


def test_without_traces_no_header_is_added():
    with Outside() as outside, Webhook() as webhook:
        webhook(Letter(outside.url, "k", send()))
    assert "traceparent" not in {name.lower() for name in outside.kept[0][1]}


def test_spans_reach_an_otlp_receiver():
    with Outside() as collector:
        provider = provider_to(collector.url, "http://a")
        group(Tracing(provider))
        provider.shutdown()
    assert {path for path, _, _ in collector.kept} == {"/v1/traces"}
    request = ExportTraceServiceRequest.FromString(collector.kept[0][2])
    (resource,) = request.resource_spans
    facts = {one.key: one.value.string_value for one in resource.resource.attributes}
    assert facts["service.name"] == "alihdaya"
    assert {span.name for scope in resource.scope_spans for span in scope.spans} == {"Command", "commit"}
