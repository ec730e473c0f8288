"""The route for xAPI statements: those that tell how a course went reach the training that waits for it."""

from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from alihdaya.channels.api.answers import as_json
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.people.reported import MESSAGE, letter, results
from alihdaya.packs.courses.statement import Result

if TYPE_CHECKING:
    from alihdaya.channels.api.app import Api
    from alihdaya.channels.api.instances import Body, Route

_VERSION = {"X-Experience-API-Version": "1.0.3"}


def routes(api: "Api", read: "Body") -> "list[Route]":
    """Give the route; `read` gives a request's body."""

    async def report(result: Result) -> None:
        for shard in await run_in_threadpool(api.shards.awaiting, MESSAGE, result.enrolment):
            told = await run_in_threadpool(letter, api.shards.shard(shard), result)
            if told is not None:
                await api.do(shard, told)
            return
        raise Refused(Problem("nobody-waits", f"no training waits for {result.enrolment!r}"))

    async def statements(request: Request) -> Response:
        """POST /api/xapi/statements: one, or a list. All that can be used are; sending the same again is safe."""
        sent: Any = await read(request, object)
        problems: list[Problem] = []
        for found in results(sent):
            if isinstance(found, Problem):
                problems.append(found)
                continue
            try:
                await report(found)
            except Refused as refusal:
                problems += refusal.problems
        if problems:
            raise Refused(problems)
        listed = sent if isinstance(sent, list) else [sent]
        return as_json([one.get("id") for one in listed], 200, _VERSION)

    return [("POST", "/api/xapi/statements", statements)]
