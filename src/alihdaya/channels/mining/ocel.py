"""The log as OCEL 2.0 in JSON: events about items, tasks, people, services and engagements."""

from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

import msgspec

from alihdaya.channels.mining.happenings import TYPES, Happening, Teller
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import iso
from alihdaya.store.views.histories import Head

_OBJECTS = {
    "item": {"external id": "string"},
    "task": {"name": "string"},
    "person": {},
    "service": {},
    "engagement": {},
}


def write_ocel(stream: IO[bytes], entries: Iterable[Entry], items: Iterable[Head]) -> tuple[int, int]:
    """Write a log to a binary stream; gives the numbers of events and objects. `items` has every item of `entries`.

    Events go out one by one as they are read; of the objects only tasks and people are held until the end.
    """
    objects = {one.id: one for one in items}
    out = _Out(objects)
    stream.write(b'{"objectTypes":' + _types(_OBJECTS) + b',"eventTypes":' + _types(TYPES) + b',"events":[')
    events = _joined(stream, (out.event(one) for one in Teller().tell(entries)))
    stream.write(b'\n],"objects":[')
    count = _joined(stream, out.objects())
    stream.write(b"\n]}\n")
    return events, count


def _types(types: Mapping[str, Mapping[str, str]]) -> bytes:
    found = [
        {"name": name, "attributes": [{"name": key, "type": kind} for key, kind in facts.items()]}
        for name, facts in types.items()
    ]
    return msgspec.json.encode(found)


def _joined(stream: IO[bytes], things: Iterator[dict[str, Any]]) -> int:
    count = 0
    for thing in things:
        stream.write((b",\n" if count else b"\n") + msgspec.json.encode(thing))
        count += 1
    return count


class _Out:
    def __init__(self, items: Mapping[int, Head]) -> None:
        self.items = items
        self.tasks: dict[str, tuple[int, int, str]] = {}
        self.people: dict[str, int] = {}

    def event(self, one: Happening) -> dict[str, Any]:
        """Give an event with its relations; who did it is a fact where it is no person of the roster."""
        related = [{"objectId": f"item:{one.item}", "qualifier": "about"}]
        if one.type == "item received":  # miners drop objects that no event is about
            head = self.items[one.item]
            related.append({"objectId": f"service:{head.engagement}/{head.service}", "qualifier": "for"})
            related.append({"objectId": f"engagement:{head.engagement}", "qualifier": "under"})
        if one.task is not None:
            task = f"task:{one.item}.{one.task}"
            self.tasks.setdefault(task, (one.item, one.at, one.activity))
            related.append({"objectId": task, "qualifier": "of"})
        if one.person is not None:
            self.people.setdefault(one.person, one.at)
            related.append({"objectId": f"person:{one.person}", "qualifier": "by" if one.type == "task done" else "to"})
        facts = [{"name": name, "value": value} for name, value in one.facts.items()]
        return {"id": one.id, "type": one.type, "time": iso(one.at), "attributes": facts, "relationships": related}

    def objects(self) -> Iterator[dict[str, Any]]:
        """Give every object, each after those that it is related to."""
        services = dict.fromkeys((one.engagement, one.service) for one in self.items.values())
        for engagement in dict.fromkeys(engagement for engagement, _ in services):
            yield _object(f"engagement:{engagement}", "engagement")
        for engagement, service in services:
            yield _object(f"service:{engagement}/{service}", "service", under=(f"engagement:{engagement}", "of"))
        for person in self.people:
            yield _object(f"person:{person}", "person")
        for one in self.items.values():
            named = ("external id", one.external_id, one.received_at)
            yield _object(f"item:{one.id}", "item", named, (f"service:{one.engagement}/{one.service}", "of"))
        for task, (item, at, name) in self.tasks.items():
            yield _object(task, "task", ("name", name, at), (f"item:{item}", "of"))


def _object(
    name: str, kind: str, fact: tuple[str, str, int] | None = None, under: tuple[str, str] | None = None
) -> dict[str, Any]:
    facts = [{"name": fact[0], "value": fact[1], "time": iso(fact[2])}] if fact else []
    related = [{"objectId": under[0], "qualifier": under[1]}] if under else []
    return {"id": name, "type": kind, "attributes": facts, "relationships": related}
