"""Jobs that a pack's own functions do: found by the job's name, run in a process, answered as the dispatcher needs it.

A function that fails is tried again after a pause, up to its attempts; then, or at once where it says that it cannot
be done (kit.Permanent), the item stops with an incident, which can be tried again by hand under the same key.
"""

from collections.abc import Callable

from alihdaya.operations.desk import Desk
from alihdaya.operations.jobs.child import Outcome
from alihdaya.operations.node.dispatch import Answer, Letter, Target
from alihdaya.packs.jobs import Function
from alihdaya.packs.kit import Job
from alihdaya.work.outbox import Send

FAILED = "job-failed"
"""Code of the incident of a job whose attempts are used up."""

Call = Callable[[Function, Job], Outcome]


def function_of(desk: Desk, send: Send) -> Target | None:
    """Give the pack's function that does a job; None for a message, and for a job that is others' to do."""
    item = desk.items.get(send.item)
    found = item.service.functions.get(send.name) if item is not None and send.token else None
    return None if found is None else Target(found, found.attempts)


def post_to(call: Call) -> Callable[[Letter], Answer]:
    """Give what carries out a letter whose `url` is a Function."""

    def post(letter: Letter) -> Answer:
        send = letter.send
        job = Job(send.name, send.payload, letter.idempotency_key, send.attempts + 1)
        kind, result, code, reason = call(letter.url, job)
        if kind == "done":
            return Answer(200, result)
        return Answer(0, {}, reason, kind == "failed", code if kind == "error" else None, FAILED)

    return post
