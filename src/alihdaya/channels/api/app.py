"""The routes: each finds its shard, asks the shard's one writer, and answers once that is durable.

A node that does not hold the shard names the one that does (307), or says when to ask again (503) while nobody does.
Asking again is safe: an external id is taken once, and a task is completed once.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from alihdaya.channels.api import versions, wire
from alihdaya.channels.api.answers import HANDLERS, Elsewhere
from alihdaya.channels.api.answers import as_json as _json
from alihdaya.channels.api.answers import read_body as _body
from alihdaya.channels.api.answers import refusal as _refusal
from alihdaya.channels.api.books import routes as book_routes
from alihdaya.channels.api.floor import routes as floor_routes
from alihdaya.channels.api.instances import routes as instance_routes
from alihdaya.channels.api.jobs import JobRoutes
from alihdaya.channels.api.login import Door, Login
from alihdaya.channels.api.months import routes as month_routes
from alihdaya.channels.api.openapi import description
from alihdaya.channels.api.people import routes as people_routes
from alihdaya.channels.api.programs import ProgramRoutes
from alihdaya.channels.api.reviews import routes as review_routes
from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.time import iso
from alihdaya.notation.bpmn.iso8601 import parse_duration
from alihdaya.operations.commands import Assign, Command, Complete, Deliver, Retry
from alihdaya.operations.exchange.commands import Broadcast
from alihdaya.operations.node.node import Node
from alihdaya.operations.node.visible.metrics import CONTENT_TYPE, exposition
from alihdaya.packs.intake import external_id
from alihdaya.packs.samples import read_input
from alihdaya.store.lease.reader import Shards
from alihdaya.store.resume import sends
from alihdaya.store.views.items import item_story
from alihdaya.work.place import place

PATIENCE = 15.0
"""Seconds after which a command that was not answered is to be asked again."""

FULL = 5_000
"""So many commands may wait for one writer; more are sent away for a second."""

_PASSED_OVER = ("nobody-waits", "suspended")
"""Why a shard does not take a message that another one may take."""


class Api:
    """What the routes call. `shards` reads; the node writes."""

    def __init__(self, node: Node, shards: Shards) -> None:
        self.node = node
        self.shards = shards

    async def take_in(self, request: Request) -> Response:
        """POST /api/items."""
        wanted = await _body(request, wire.Item)
        offer = self.node.offers.get((wanted.engagement, wanted.service))
        if offer is None:
            raise _refusal("no-service", f"{wanted.engagement} has no service {wanted.service!r} here", 404)
        intake = offer.service.pack.intake
        place = Source(element="data")
        values, faults = read_input(wanted.data, intake, place)
        unknown = wanted.data.keys() - set(intake.names)
        faults += [Problem("bad-value", f"{name}: no such column", place) for name in sorted(unknown)]
        if faults:
            raise Refused(faults)
        named = wanted.external_id or external_id(str(wanted.data[name]) for name in intake.key)
        shard, command = self.node.placed(wanted.engagement, wanted.service, named, values)
        try:
            item = await self.do(shard, command)
        except Refused as refusal:
            if refusal.problems[0].code != "duplicate":
                raise
            former = wire.item_name(shard, int(refusal.problems[0].source.element or 0))
            return _json({"id": former, **wire.problems(refusal.problems)}, 409)
        return _json({"id": wire.item_name(shard, item)}, 201)

    async def item(self, request: Request) -> Response:
        """GET /api/items/{item}."""
        shard, item = self.place(request)
        reader = self.shards.shard(shard)
        found = await run_in_threadpool(item_story, reader, item)
        if found is None:
            raise _refusal("no-such-item", f"there is no item {shard}-{item}", 404)
        return _json(wire.story(shard, found, await run_in_threadpool(sends, reader, item)))

    async def tasks(self, request: Request) -> Response:
        """GET /api/shards/{shard}/tasks: the open tasks of a shard."""
        shard = self.shard_of(request)
        found = await run_in_threadpool(self.shards.shard(shard).open_tasks)
        return _json([{**one._asdict(), "item": wire.item_name(shard, one.item), "shard": shard} for one in found])

    async def assign(self, request: Request) -> Response:
        """POST /api/items/{item}/tasks/{token}/assign."""
        wanted = await _body(request, wire.Assignment)
        return await self._act(request, lambda item, token: Assign(item, token, wanted.person))

    async def complete(self, request: Request) -> Response:
        """POST /api/items/{item}/tasks/{token}/complete."""
        wanted = await _body(request, wire.Completion)
        return await self._act(
            request,
            lambda item, token: Complete(item, token, wanted.person, wanted.seconds, wanted.result, code=wanted.code),
        )

    async def retry(self, request: Request) -> Response:
        """POST /api/items/{item}/tasks/{token}/retry: what ended in an incident, or as a dead letter."""
        return await self._act(request, Retry)

    async def message(self, request: Request) -> Response:
        """POST /api/messages: to the first shard where somebody waits for it, else to where it starts an item."""
        wanted = await _body(request, wire.Message)
        keep = parse_duration(wanted.keep)
        if keep is None or keep.months or not keep.micros >= 0:
            raise _refusal("bad-value", f"keep: {wanted.keep!r} is no duration such as PT1H", 422)
        refused: Refused | None = None
        for shard in await run_in_threadpool(self.shards.awaiting, wanted.name, wanted.key):
            try:
                item = await self.do(shard, Deliver(wanted.name, wanted.key, wanted.payload))
            except Refused as refusal:
                if refusal.problems[0].code not in _PASSED_OVER:
                    raise
                refused = refusal
                continue
            return _json({"id": wire.item_name(shard, item)})
        home = self.node.started(wanted.name, wanted.key)
        if refused is not None and not keep.micros:
            raise refused
        shard = home or (place(f"message {wanted.name}", wanted.key, self.node.shards) if keep.micros else 0)
        if not shard:
            raise _refusal("nobody-waits", f"nobody waits for {wanted.name!r} with the key {wanted.key!r}", 404)
        item = await self.do(shard, Deliver(wanted.name, wanted.key, wanted.payload, keep.micros))
        return _json({"id": wire.item_name(shard, item)}) if item else _json({"kept": True}, 202)

    async def signal(self, request: Request) -> Response:
        """POST /api/signals: to all shards. POST /api/shards/{shard}/signals: to one."""
        wanted = await _body(request, wire.Signal)
        within = "shard" in request.path_params
        shard = self.shard_of(request) if within else place("signal", wanted.name, self.node.shards)
        heard = await self.do(shard, Broadcast(wanted.name, wanted.payload, within))
        return _json({"heard": heard, **({} if within else {"shards": self.node.shards})})

    async def shard_list(self, _: Request) -> Response:
        """GET /api/shards: who holds what."""
        view = await run_in_threadpool(self.shards.directory)
        rows = [{**one._asdict(), "taken_at": iso(one.taken_at), "ready_at": iso(one.ready_at)} for one in view.tenures]
        return _json({"nodes": view.nodes, "shards": rows})

    async def versions(self, request: Request) -> Response:
        """GET /api/shards/{shard}/versions: the versions of packs, and how many items each has there."""
        return _json(await run_in_threadpool(versions.listed, self.shards.shard(self.shard_of(request))))

    async def migrate(self, request: Request) -> Response:
        """POST /api/shards/{shard}/migrate: a chunk of a migration, or how it would be."""
        shard = self.shard_of(request)
        wanted = await _body(request, versions.Migration)
        report = await self.do(shard, versions.command_of(wanted, shard))
        known = await run_in_threadpool(self.shards.shard(shard).versions)
        return _json(versions.answered(report, shard, known))

    async def health(self, _: Request) -> Response:
        """GET /healthz: whether the database hears this node."""
        held = self.node.keeper.shards
        return _json({"node": self.node.name, "shards": held}, 200 if held else 503)

    async def metrics(self, _: Request) -> Response:
        """GET /metrics: this node's figures, for Prometheus."""
        text = await run_in_threadpool(exposition, self.node.watched(), self.shards)
        return Response(text, media_type=CONTENT_TYPE)

    async def description(self, _: Request) -> Response:
        """GET /api/openapi.json."""
        return _json(description())

    def shard_of(self, request: Request) -> int:
        """Give the shard that a path names. Raises Refused (404) where there is none."""
        shard = int(request.path_params["shard"])
        if not 1 <= shard <= self.node.shards:
            raise _refusal("no-such-shard", f"there is no shard {shard}", 404)
        return shard

    def place(self, request: Request) -> tuple[int, int]:
        """Give shard and number of the item that a path names. Raises Refused (404) where there cannot be one."""
        name = request.path_params["item"]
        try:
            shard, item = wire.item_place(name)
        except ValueError:
            shard = item = 0
        if not (1 <= shard <= self.node.shards and 0 < item < 2**62):
            raise _refusal("no-such-item", f"there is no item {name[:40]!r}", 404)
        return shard, item

    async def _act(self, request: Request, make: Callable[[int, int], Command]) -> Response:
        shard, item = self.place(request)
        await self.do(shard, make(item, min(int(request.path_params["token"]), 2**62)))
        return Response(status_code=204)

    async def do(self, shard: int, command: Command) -> Any:
        """Have the shard's writer carry a command out. Raises Elsewhere, Refused, StoreError, TimeoutError."""
        room = self.node.room(shard)
        if room is None:
            holder = self.node.keeper.holder(shard)
            raise Elsewhere(None if holder == self.node.keeper.address else holder)
        if room.waiting > FULL:
            raise Elsewhere(None)
        return await asyncio.wait_for(asyncio.wrap_future(room.post(command, self.node.clock())), PATIENCE)


def make_api(node: Node, shards: Shards, login: Login | None = None) -> ASGIApp:
    """Build the API of a node; without a login it is open to everybody who reaches it."""
    api = Api(node, shards)
    task = "/api/items/{item}/tasks/{token:number}"
    routes: list[tuple[str, str, Callable[[Request], Awaitable[Response]]]] = [
        ("POST", "/api/items", api.take_in),
        ("GET", "/api/items/{item}", api.item),
        ("POST", f"{task}/assign", api.assign),
        ("POST", f"{task}/complete", api.complete),
        ("POST", f"{task}/retry", api.retry),
        *instance_routes(api, _body),
        ("POST", "/api/messages", api.message),
        *people_routes(api, _body),
        *book_routes(api, _body),
        *month_routes(api, _body),
        *floor_routes(api, _body),
        *review_routes(api, _body),
        *JobRoutes(node, shards, api.do).routes(),
        *ProgramRoutes(api).routes(),
        ("GET", "/api/shards", api.shard_list),
        ("GET", "/api/shards/{shard:number}/tasks", api.tasks),
        ("POST", "/api/signals", api.signal),
        ("POST", "/api/shards/{shard:number}/signals", api.signal),
        ("GET", "/api/shards/{shard:number}/versions", api.versions),
        ("POST", "/api/shards/{shard:number}/migrate", api.migrate),
        ("GET", "/api/openapi.json", api.description),
        ("GET", "/healthz", api.health),
        ("GET", "/metrics", api.metrics),
    ]
    app = Starlette(
        routes=[Route(path, endpoint, methods=[method]) for method, path, endpoint in routes],
        exception_handlers=HANDLERS,
    )
    return app if login is None else Door(app, login)
