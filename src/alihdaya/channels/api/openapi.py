"""The API's own description (OpenAPI 3.1), made of the shapes that the routes really read."""

from typing import Any

import msgspec

from alihdaya import __version__
from alihdaya.channels.api import job_wire, program_wire
from alihdaya.channels.api.books import BODIES as BOOKS
from alihdaya.channels.api.floor import BODIES as FLOOR
from alihdaya.channels.api.instances import BODIES as ACTS
from alihdaya.channels.api.months import Month
from alihdaya.channels.api.people import Erasure, Walling, Withdrawal
from alihdaya.channels.api.reviews import Disputing, Reviewing
from alihdaya.channels.api.versions import Migration
from alihdaya.channels.api.wire import BODIES

_ITEM = {"name": "item", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^[0-9]+-[0-9]+$"}}
_TOKEN = {"name": "token", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 0}}
_THREE = "^[0-9]+-[0-9]+-[0-9]+$"
_JOB = {"name": "job", "in": "path", "required": True, "schema": {"type": "string", "pattern": _THREE}}
_SHARD = {"name": "shard", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}
_PERSON = {"name": "person", "in": "path", "required": True, "schema": {"type": "string"}}
_ENGAGEMENT = {"name": "engagement", "in": "path", "required": True, "schema": {"type": "string"}}
_QUESTION = {"name": "question", "in": "path", "required": True, "schema": {"type": "string"}}
_MONTH = {
    "name": "month",
    "in": "query",
    "required": False,
    "schema": {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}$"},
}
_ELSEWHERE = {
    "307": {"description": "Another node holds the shard: ask there, with the same method and body."},
    "409": {"description": "A rule forbids it, or it was done before; the body says which."},
    "422": {"description": "The body does not fit; the problems say where."},
    "503": {"description": "Nobody holds the shard at the moment; ask again after Retry-After. That is safe."},
}


def description() -> dict[str, Any]:
    """Give the document."""
    bodies = [*BODIES.values(), *ACTS.values(), *FLOOR.values(), *job_wire.BODIES.values(), *program_wire.BODIES]
    bodies += [Migration, Withdrawal, Walling, Erasure, Reviewing, Disputing, Month, *BOOKS]
    _, shapes = msgspec.json.schema_components(bodies, ref_template="#/components/schemas/{name}")
    task, token = "/api/items/{item}/tasks/{token}", "/api/items/{item}/tokens/{token}"
    return {
        "openapi": "3.1.0",
        "info": {"title": "Alihdaya", "version": __version__},
        "components": {"schemas": shapes},
        "paths": {
            "/api/items": {"post": _post("Take work in", "201", "Item")},
            "/api/items/{item}": {"get": _get("An item as it stands", _ITEM)},
            f"{task}/assign": {"post": _post("Give a task to a person", "204", "Assignment", _ITEM, _TOKEN)},
            f"{task}/complete": {"post": _post("Finish a task", "204", "Completion", _ITEM, _TOKEN)},
            f"{task}/retry": {"post": _post("Try an incident or dead letter again", "204", None, _ITEM, _TOKEN)},
            "/api/jobs/fetch": {"post": _post("Lease jobs to a worker, waiting for some", "200", "Fetching")},
            "/api/jobs/{job}/extend": {"post": _post("Keep a lease", "200", "Extending", _JOB)},
            "/api/jobs/{job}/complete": {"post": _post("Finish a job", "204", "Completing", _JOB)},
            "/api/jobs/{job}/fail": {"post": _post("Say that an attempt failed", "204", "Failing", _JOB)},
            "/api/jobs/{job}/error": {"post": _post("End a job in a BPMN error", "204", "Throwing", _JOB)},
            "/api/jobs/{job}/release": {"post": _post("Give a job back untried", "204", "Releasing", _JOB)},
            **_PROGRAMS,
            "/api/shards/{shard}/jobs": {"get": _get("The open jobs of a shard", _SHARD)},
            "/api/items/{item}/trace": {"get": _get("How the instance stands, and its whole path", _ITEM)},
            "/api/items/{item}/sla": {"get": _get("Its service level clocks, explained", _ITEM)},
            "/api/items/{item}/cancel": {"post": _post("Give the item up", "204", "Act", _ITEM)},
            "/api/items/{item}/suspend": {"post": _post("Let nothing of it go on", "204", "Act", _ITEM)},
            "/api/items/{item}/resume": {"post": _post("Let it go on", "204", "Act", _ITEM)},
            "/api/items/{item}/variables": {"post": _post("Set variables", "204", "Facts", _ITEM)},
            f"{token}/move": {"post": _post("Move a token to another node", "204", "Goal", _ITEM, _TOKEN)},
            f"{token}/retry": {"post": _post("Set variables and try again, as one", "204", "Again", _ITEM, _TOKEN)},
            "/api/messages": {"post": _post("Deliver a message to whoever waits for it", "200", "Message")},
            "/api/signals": {"post": _post("Broadcast to all shards", "200", "Signal")},
            "/api/shards/{shard}/signals": {"post": _post("Broadcast within a shard", "200", "Signal", _SHARD)},
            "/api/shards": {"get": _get("Which node holds which shard")},
            "/api/shards/{shard}/tasks": {"get": _get("The open tasks of a shard", _SHARD)},
            **_of_people(task),
            **_of_the_books(),
            **_of_the_floor(task),
            "/api/shards/{shard}/versions": {"get": _get("The versions of packs in a shard, and their items", _SHARD)},
            "/api/shards/{shard}/migrate": {
                "post": _post("Take the next items over to another version, or look", "200", "Migration", _SHARD)
            },
        },
    }


def _of_people(task: str) -> dict[str, Any]:
    return {
        "/api/shards/{shard}/people": {"get": _get("Who is there, with tests and certificates", _SHARD)},
        "/api/shards/{shard}/adherence": {"get": _get("How people kept to their shifts, by day", _SHARD)},
        "/api/people/{person}/withdraw": {"post": _post("Withdraw a certificate", "204", "Withdrawal", _PERSON)},
        "/api/shards/{shard}/people/{person}/withdraw": {
            "post": _post("Withdraw a certificate", "204", "Withdrawal", _SHARD, _PERSON)
        },
        "/api/shards/{shard}/walls": {"get": _get("Conflict walls, and those that were taken down", _SHARD)},
        "/api/people/{person}/walls": {"post": _post("Raise a conflict wall", "204", "Walling", _PERSON)},
        "/api/people/{person}/walls/remove": {"post": _post("Take a wall down", "204", "Walling", _PERSON)},
        "/api/items/{item}/recordings/delete": {
            "post": _post("Delete an item's recordings before their time", "200", "Erasure", _ITEM)
        },
        "/api/shards/{shard}/reviews": {"get": _get("Finished tasks that wait for a review", _SHARD)},
        "/api/shards/{shard}/quality": {"get": _get("How everybody fares in reviews", _SHARD)},
        f"{task}/review": {"post": _post("Say what a review found", "200", "Reviewing", _ITEM, _TOKEN)},
        f"{task}/dispute": {"post": _post("Ask for a second review", "204", "Disputing", _ITEM, _TOKEN)},
    }


def _of_the_books() -> dict[str, Any]:
    kept = _get("How service levels were kept", _ENGAGEMENT, _MONTH)
    return {
        "/api/engagements/{engagement}/attainment": {"get": kept},
        "/api/questions": {
            "get": _get("Questions that clients registered, with answers and outcomes"),
            "post": _post("Register a question", "201", "Registering"),
        },
        "/api/questions/{question}/answers": {"post": _post("Answer a question", "201", "Answering", _QUESTION)},
        "/api/questions/{question}/settle": {"post": _post("Say how it came out", "201", "Settling", _QUESTION)},
        "/api/shards/{shard}/retire": {"post": _post("Let the oldest month go, archived", "204", "Month", _SHARD)},
    }


def _of_the_floor(task: str) -> dict[str, Any]:
    seat = "/api/shards/{shard}/presence/{person}"
    return {
        "/api/shards/{shard}/queue": {"get": _get("What waits, by what it asks for, and why", _SHARD)},
        "/api/shards/{shard}/presence": {"get": _get("Who is present, with what they have", _SHARD)},
        f"{seat}/login": {"post": _post("Be present", "204", "Coming", _SHARD, _PERSON)},
        f"{seat}/logout": {"post": _post("Leave", "204", None, _SHARD, _PERSON)},
        f"{seat}/beat": {"post": _post("Be still there", "204", None, _SHARD, _PERSON)},
        f"{seat}/state": {"post": _post("Be ready, have a break, …", "204", "Being", _SHARD, _PERSON)},
        "/api/items/{item}/time": {"post": _post("Note a comment, meeting or hand-over", "204", "Spending", _ITEM)},
        f"{task}/accept": {"post": _post("Accept what rings", "204", "Assignment", _ITEM, _TOKEN)},
        f"{task}/decline": {"post": _post("Decline what rings", "204", "Declining", _ITEM, _TOKEN)},
        f"{task}/take": {"post": _post("Take what waits", "204", "Assignment", _ITEM, _TOKEN)},
        f"{task}/pass": {"post": _post("Pass it on", "204", "Passing", _ITEM, _TOKEN)},
        f"{task}/consult": {"post": _post("Ask somebody else for advice", "204", "Consulting", _ITEM, _TOKEN)},
        f"{task}/advise": {"post": _post("Give the advice that was asked for", "204", "Advising", _ITEM, _TOKEN)},
        f"{task}/wrapped": {"post": _post("Have wrapped up", "204", "Assignment", _ITEM, _TOKEN)},
        f"{task}/hand-over": {
            "post": _post("Hand it over to another service of the client", "201", "HandingOver", _ITEM, _TOKEN)
        },
        "/api/items/{item}/hand-back": {
            "post": _post("Give or take back what was handed over", "204", "HandingBack", _ITEM)
        },
        "/api/shards/{shard}/handovers": {"get": _get("What is awaited back from other services", _SHARD)},
        f"{task}/put-off": {"post": _post("Agree on a call-back", "204", "PuttingOff", _ITEM, _TOKEN)},
    }


def _get(summary: str, *parameters: dict[str, Any]) -> dict[str, Any]:
    return {"summary": summary, "parameters": list(parameters), "responses": {"200": {"description": "It"}}}


def _post(summary: str, status: str, body: str | None, *parameters: dict[str, Any]) -> dict[str, Any]:
    responses = {status: {"description": "Durable."}, **_ELSEWHERE}
    made: dict[str, Any] = {"summary": summary, "parameters": list(parameters), "responses": responses}
    if body is not None:
        shape = {"schema": {"$ref": f"#/components/schemas/{body}"}}
        made["requestBody"] = {"required": True, "content": {"application/json": shape}}
    return made


_TEST = {**_ITEM, "name": "item", "description": "The test's name, as it was set."}
_WORK = "/api/work/{item}/{token}"
_PROGRAMS = {
    "/api/xapi/statements": {"post": _post("xAPI statements: how courses went", "200", None)},
    "/api/work/fetch": {"post": _post("Lease a person's task to a program", "200", "TaskFetching")},
    "/api/work/held": {"post": _post("What a program has", "200", "Asking")},
    "/api/work/proofs": {"post": _post("What a program proved", "200", "Asking")},
    "/api/work/tests": {"post": _post("Set a practical test", "200", "TestWish")},
    "/api/work/tests/{item}/answers": {"post": _post("Answer a practical test", "200", "TestAnswers", _TEST)},
    "/api/work/questions": {"post": _post("What a program may answer, and how its answers held", "200", "Asking")},
    "/api/work/questions/answers": {"post": _post("Answer a question", "201", "TaskQuestionAnswer")},
    f"{_WORK}/heartbeat": {"post": _post("Keep a task", "200", "TaskBeat", _ITEM, _TOKEN)},
    f"{_WORK}/complete": {"post": _post("Finish a task", "204", "TaskAnswer", _ITEM, _TOKEN)},
    f"{_WORK}/hand-over": {
        "post": _post("Hand a task over to another service", "201", "TaskHandingOver", _ITEM, _TOKEN)
    },
    f"{_WORK}/fail": {"post": _post("Give a task back", "204", "TaskFailure", _ITEM, _TOKEN)},
}
"""What programs ask for, and what they tell."""
