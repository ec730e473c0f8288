"""What goes over the wire between a node and workers that are programs."""

from collections.abc import Mapping
from typing import Annotated, Any

from msgspec import Meta, Struct

from alihdaya.channels.api.job_wire import LONGEST_WAIT, Lock
from alihdaya.channels.api.wire import item_name
from alihdaya.kernel.time import iso
from alihdaya.operations.people.programs.practical import Mark, Paper
from alihdaya.operations.people.programs.tasks import Given
from alihdaya.packs import Form
from alihdaya.people.person import Person

_Name = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f\ud800-\udfff]*$")]
_Text = Annotated[str, Meta(min_length=1, max_length=1000, pattern=r"^[^\x00\ud800-\udfff]*$")]
_Lease = Annotated[float, Meta(ge=1, le=3600)]
Chances = dict[str, Annotated[str, Meta(max_length=40)]]
"""Outcome -> probability, as the text of a decimal: exact, as it was stated."""

_Held = Annotated[int, Meta(ge=0, le=2**62)]


class TaskFetching(Struct, forbid_unknown_fields=True):
    """POST /api/work/fetch: the next task it may do, of these services (none: of all); waits up to `wait` seconds."""

    worker: _Name
    services: Annotated[list[_Name], Meta(max_length=100)] = []
    lease: _Lease = 60
    wait: Annotated[float, Meta(ge=0, le=LONGEST_WAIT)] = 0


class TaskBeat(Struct, forbid_unknown_fields=True):
    """POST /api/work/{item}/{token}/heartbeat: `lease` seconds from now."""

    worker: _Name
    lock: Lock
    lease: _Lease = 60


class TaskAnswer(Struct, forbid_unknown_fields=True):
    """POST /api/work/{item}/{token}/complete: the fields of the form; a date is written as 2026-03-02."""

    worker: _Name
    lock: Lock
    result: dict[str, Any] = {}


class TaskFailure(Struct, forbid_unknown_fields=True):
    """POST /api/work/{item}/{token}/fail: why the program cannot do it."""

    worker: _Name
    lock: Lock
    message: _Text


class TaskHandingOver(Struct, forbid_unknown_fields=True):
    """POST /api/work/{item}/{token}/hand-over: to another service of the client, whose answer comes back to the task.

    `note`: what is asked, and why; `given`: columns of that service's intake.
    """

    worker: _Name
    lock: Lock
    service: _Name
    engagement: str = ""
    note: str = ""
    given: dict[str, Any] = {}


class Asking(Struct, forbid_unknown_fields=True):
    """POST /api/work/held, …/proofs and …/questions: who asks."""

    worker: _Name


class TestWish(Struct, forbid_unknown_fields=True):
    """POST /api/work/tests: the practical test of an engagement's service for a certificate."""

    worker: _Name
    engagement: _Name
    service: _Name
    certificate: _Name


class TestAnswers(Struct, forbid_unknown_fields=True):
    """POST /api/work/tests/{test}/answers: the fields of the form of each question, in their order."""

    worker: _Name
    answers: Annotated[list[dict[str, Any]], Meta(max_length=100)]


class TaskQuestionAnswer(Struct, forbid_unknown_fields=True):
    """POST /api/work/questions/answers: an answer to a client's question, as a person gives one (Answering)."""

    worker: _Name
    question: _Name
    probabilities: Chances
    item: str = ""
    seconds: Annotated[int, Meta(ge=0, le=86_400)] = 0
    evidence: list[str] = []


BODIES = (
    TaskFetching,
    TaskBeat,
    TaskAnswer,
    TaskFailure,
    TaskHandingOver,
    Asking,
    TestWish,
    TestAnswers,
    TaskQuestionAnswer,
)


def given(shard: int, task: Given) -> dict[str, Any]:
    """Give a task as its program gets it."""
    return {
        "item": item_name(shard, task.item),
        "token": task.token,
        "node": task.node,
        "name": task.name,
        "service": task.service,
        "lock": task.lock,
        "until": iso(task.until),
        "respond_due": iso(task.respond_due),
        "resolve_due": iso(task.resolve_due),
        "variables": task.variables,
        "form": form(task.form),
    }


def form(asked: Form | None) -> list[dict[str, Any]]:
    """Give the fields of a form; none where the task has no form."""
    return [
        {
            "name": field.name,
            "type": field.type,
            "label": field.label.get("en", field.name),
            "required": field.required,
            "options": list(field.options),
        }
        for field in (asked.fields if asked else ())
    ]


def proofs(worker: Person, now: int) -> dict[str, Any]:
    """Give what a program proved: its certificates, and its tests."""
    return {
        "worker": worker.id,
        "certificates": [
            {"name": one.name, "from": iso(one.start), "until": iso(one.end), "withdrawn": iso(one.withdrawn)}
            | {"valid": one.valid(now)}
            for one in worker.certificates
        ],
        "tests": [{**one._asdict(), "at": iso(one.at), "passed": one.passed} for one in worker.tests],
    }


def paper(shard: int, found: Paper, forms: Mapping[str, Form | None]) -> dict[str, Any]:
    """Give a practical test with the form of each question."""
    questions = [{"task": task, "variables": given, "form": form(forms[task])} for task, given in found.questions]
    name = f"{shard}-{found.test}"
    return {"test": name, "certificate": found.certificate, "until": iso(found.until), "questions": questions}


def mark(found: Mark) -> dict[str, Any]:
    """Give what came of a practical test."""
    return {**found._asdict(), "passed": found.until is not None, "until": iso(found.until)}
