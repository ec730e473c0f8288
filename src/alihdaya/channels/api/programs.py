"""The routes for workers that are programs: people's tasks under a lease, and the practical test.

With a login, a token speaks for the program whose id is its name, and for no other.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api import program_wire as wire
from alihdaya.channels.api.answers import Elsewhere, as_json, read_body, refusal
from alihdaya.channels.api.wire import item_name
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import SECOND, iso
from alihdaya.notation.bpmn import UserWork
from alihdaya.operations.exchange.handover.commands import HandOver
from alihdaya.operations.people.programs.commands import (
    AnswerTest,
    Beat,
    FetchTask,
    GiveBack,
    HandIn,
    Holds,
    Proofs,
    SetTest,
)
from alihdaya.packs import Form, Pack

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Route


class ProgramRoutes:
    """What the routes call."""

    def __init__(self, api: "Api") -> None:
        self._api = api

    def routes(self) -> "list[Route]":
        """Give method, path and endpoint of each route."""
        task = "/api/work/{item}/{token:number}"
        return [
            ("POST", "/api/work/fetch", self.fetch),
            ("POST", "/api/work/held", self.held),
            ("POST", "/api/work/proofs", self.proofs),
            ("POST", "/api/work/tests", self.set_test),
            ("POST", "/api/work/tests/{item}/answers", self.answer),
            ("POST", f"{task}/heartbeat", self.beat),
            ("POST", f"{task}/complete", self.complete),
            ("POST", f"{task}/fail", self.fail),
            ("POST", f"{task}/hand-over", self.hand_over),
        ]

    async def fetch(self, request: Request) -> Response:
        """POST /api/work/fetch: the next task of the shards that this node holds, or null."""
        wanted = await read_own(request, wire.TaskFetching)
        command = FetchTask(wanted.worker, frozenset(wanted.services), int(wanted.lease * SECOND))
        loop, rung = asyncio.get_running_loop(), asyncio.Event()
        until = loop.time() + wanted.wait

        def wake() -> None:
            with suppress(RuntimeError):  # the loop is over
                loop.call_soon_threadsafe(rung.set)

        self._api.node.bell.listen(wake)
        try:
            while (found := await self._first(command)) is None and (left := until - loop.time()) > 0:
                with suppress(TimeoutError):
                    await asyncio.wait_for(rung.wait(), left)
                rung.clear()
        finally:
            self._api.node.bell.leave(wake)
        return as_json({"task": found})

    async def _first(self, command: FetchTask) -> dict[str, Any] | None:
        refused: Refused | None = None
        shards = self._api.node.keeper.shards
        for shard in shards:
            try:
                task = await self._api.do(shard, command)
            except Elsewhere:
                continue
            except Refused as refusal:
                refused = refusal  # a fact about a program holds where it was brought about
                continue
            if task is not None:
                return wire.given(shard, task)
        if refused is not None and len(shards) == 1:
            raise refused
        return None

    async def held(self, request: Request) -> Response:
        """POST /api/work/held: what the program has in the shards of this node."""
        wanted = await read_own(request, wire.Asking)
        found = []
        for shard in self._api.node.keeper.shards:
            found += [wire.given(shard, task) for task in await self._api.do(shard, Holds(wanted.worker))]
        return as_json({"tasks": found})

    async def proofs(self, request: Request) -> Response:
        """POST /api/work/proofs: what the program proved, as the first shard of this node knows it."""
        wanted = await read_own(request, wire.Asking)
        worker = await self._api.do(self._shard(), Proofs(wanted.worker))
        return as_json(wire.proofs(worker, self._api.node.clock()))

    async def set_test(self, request: Request) -> Response:
        """POST /api/work/tests: the questions of a practical test."""
        wanted = await read_own(request, wire.TestWish)
        offer = self._api.node.offers.get((wanted.engagement, wanted.service))
        pack = offer.service.pack if offer is not None else None
        golden = next((one for one in pack.golden if one.certificate == wanted.certificate), None) if pack else None
        if pack is None or golden is None:
            message = f"{wanted.engagement}/{wanted.service} has no practical test for {wanted.certificate!r} here"
            raise refusal("no-test", message, 404)
        shard = self._shard()
        paper = await self._api.do(shard, SetTest(wanted.worker, pack, golden))
        return as_json(wire.paper(shard, paper, _forms(pack)))

    async def answer(self, request: Request) -> Response:
        """POST /api/work/tests/{test}/answers: marked, and where it is passed the certificate is issued."""
        shard, test = self._api.place(request)
        wanted = await read_own(request, wire.TestAnswers)
        return as_json(wire.mark(await self._api.do(shard, AnswerTest(wanted.worker, test, wanted.answers))))

    async def beat(self, request: Request) -> Response:
        """POST …/heartbeat: still at it. 409 where the task was taken away, with the reason."""
        shard, item, token = self._task(request)
        wanted = await read_own(request, wire.TaskBeat)
        until = await self._api.do(shard, Beat(item, token, wanted.worker, wanted.lock, int(wanted.lease * SECOND)))
        return as_json({"until": iso(until)})

    async def complete(self, request: Request) -> Response:
        """POST …/complete: done. The very same again is answered as done."""
        shard, item, token = self._task(request)
        wanted = await read_own(request, wire.TaskAnswer)
        await self._api.do(shard, HandIn(item, token, wanted.worker, wanted.lock, wanted.result))
        return Response(status_code=204)

    async def fail(self, request: Request) -> Response:
        """POST …/fail: others may try."""
        shard, item, token = self._task(request)
        wanted = await read_own(request, wire.TaskFailure)
        await self._api.do(shard, GiveBack(item, token, wanted.worker, wanted.lock, wanted.message))
        return Response(status_code=204)

    async def hand_over(self, request: Request) -> Response:
        """POST …/hand-over: another service of the client has it; the answer comes back to the task."""
        shard, item, token = self._task(request)
        one = await read_own(request, wire.TaskHandingOver)
        wish = HandOver(item, token, one.worker, one.service, one.engagement, one.note, one.given, lock=one.lock)
        return as_json({"id": item_name(shard, await self._api.do(shard, wish))}, 201)

    def _task(self, request: Request) -> tuple[int, int, int]:
        return (*self._api.place(request), min(int(request.path_params["token"]), 2**62))

    def _shard(self) -> int:
        held = self._api.node.keeper.shards
        if not held:
            raise Elsewhere(None)
        return min(held)


async def read_own(request: Request, kind: type[Any]) -> Any:
    """Read a body, and require that the token speaks for the program that it names."""
    wanted = await read_body(request, kind)
    known = request.scope.get("alihdaya.token")
    if known is not None and known != wanted.worker:
        raise refusal("not-you", f"the token {known!r} does not speak for {wanted.worker!r}", 403)
    return wanted


def _forms(pack: Pack) -> dict[str, Form | None]:
    nodes = [node for process in pack.processes.values() for node in process.nodes]
    return {node.id: pack.forms.get(node.detail.form) for node in nodes if isinstance(node.detail, UserWork)}
