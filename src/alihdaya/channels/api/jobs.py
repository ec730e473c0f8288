"""The routes for workers: fetch and lock jobs, keep the lease, answer under it.

A worker that waits for jobs is woken by the writer of a shard; nobody asks the database meanwhile.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api import job_wire as wire
from alihdaya.channels.api.answers import Elsewhere, as_json, read_body, refusal
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND, iso
from alihdaya.operations.commands import Command
from alihdaya.operations.jobs.commands import Extend, Fail, Fetch, Finish, Release, Throw
from alihdaya.operations.jobs.leases import Leased
from alihdaya.operations.node.node import Node
from alihdaya.store.lease.reader import Shards
from alihdaya.store.resume import sends
from alihdaya.work.outbox import SendKey

Do = Callable[[int, Command], Awaitable[Any]]
"""Have a shard's writer carry a command out."""


class JobRoutes:
    """What the routes call. `do` asks a shard's writer, and raises as Api.do."""

    def __init__(self, node: Node, shards: Shards, do: Do) -> None:
        self.node = node
        self.shards = shards
        self._do = do

    def routes(self) -> list[tuple[str, str, Callable[[Request], Awaitable[Response]]]]:
        """Give method, path and endpoint of each route."""
        job = "/api/jobs/{job}"
        return [
            ("POST", "/api/jobs/fetch", self.fetch),
            ("POST", f"{job}/extend", self.extend),
            ("POST", f"{job}/complete", self.complete),
            ("POST", f"{job}/fail", self.fail),
            ("POST", f"{job}/error", self.error),
            ("POST", f"{job}/release", self.release),
            ("GET", "/api/shards/{shard:number}/jobs", self.open_jobs),
        ]

    async def fetch(self, request: Request) -> Response:
        """POST /api/jobs/fetch: jobs of the shards that this node holds; waits for some where there are none."""
        wanted = await read_body(request, wire.Fetching)
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + wanted.wait

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is over
                loop.call_soon_threadsafe(rung.set)

        self.node.bell.listen(wake)
        try:
            while not (jobs := await self._fetched(wanted)) and (left := until - loop.time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), left)
                rung.clear()
        finally:
            self.node.bell.leave(wake)
        return as_json({"jobs": jobs})

    async def _fetched(self, wanted: wire.Fetching) -> list[dict[str, Any]]:
        """Fetch from the shards where the oldest jobs wait, in their order."""
        names, micros = frozenset(wanted.topics), int(wanted.lease * SECOND)
        found: list[dict[str, Any]] = []
        for shard in self.node.queues(names):
            command = Fetch(wanted.worker, names, wanted.most - len(found), micros)
            try:
                leased: list[Leased] = await self._do(shard, command)
            except (Elsewhere, Refused):
                continue
            found += [wire.job(self.node.installation, shard, *one) for one in leased]
            if len(found) == wanted.most:
                break
        return found

    async def extend(self, request: Request) -> Response:
        """POST /api/jobs/{job}/extend: the worker is still at it."""
        shard, key = self._place(request)
        wanted = await read_body(request, wire.Extending)
        until = await self._do(shard, Extend(key, wanted.lock, int(wanted.lease * SECOND)))
        return as_json({"until": iso(until)})

    async def complete(self, request: Request) -> Response:
        """POST /api/jobs/{job}/complete: done, with variables. The very same again is answered as done."""
        shard, key = self._place(request)
        wanted = await read_body(request, wire.Completing)
        await self._do(shard, Finish(key, wanted.lock, wanted.worker, wanted.result))
        return Response(status_code=204)

    async def fail(self, request: Request) -> Response:
        """POST /api/jobs/{job}/fail: the attempt failed."""
        shard, key = self._place(request)
        wanted = await read_body(request, wire.Failing)
        pause = None if wanted.pause is None else int(wanted.pause * SECOND)
        await self._do(shard, Fail(key, wanted.lock, wanted.worker, wanted.message, wanted.retries, pause))
        return Response(status_code=204)

    async def error(self, request: Request) -> Response:
        """POST /api/jobs/{job}/error: it ended in a BPMN error."""
        shard, key = self._place(request)
        wanted = await read_body(request, wire.Throwing)
        await self._do(shard, Throw(key, wanted.lock, wanted.worker, wanted.code, wanted.message))
        return Response(status_code=204)

    async def release(self, request: Request) -> Response:
        """POST /api/jobs/{job}/release: not tried; anybody may have it."""
        shard, key = self._place(request)
        wanted = await read_body(request, wire.Releasing)
        await self._do(shard, Release(key, wanted.lock))
        return Response(status_code=204)

    async def open_jobs(self, request: Request) -> Response:
        """GET /api/shards/{shard}/jobs: the open jobs of a shard, and who has them."""
        shard = int(request.path_params["shard"])
        if not 1 <= shard <= self.node.shards:
            raise refusal("no-such-shard", f"there is no shard {shard}", 404)
        found = await run_in_threadpool(sends, self.shards.shard(shard))
        now = self.node.clock()
        return as_json([wire.listed(shard, key, send, now) for key, send in found.items() if send.token])

    def _place(self, request: Request) -> tuple[int, SendKey]:
        name = request.path_params["job"]
        try:
            shard, key = wire.job_place(name)
        except ValueError:
            shard, key = 0, (0, 0)
        if not 1 <= shard <= self.node.shards:
            raise refusal("no-such-job", f"there is no job {name[:40]!r}", 404)
        return shard, key
