"""An instance as it stands and as it came there, read from a store: for the command line and the API alike."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import msgspec

from alihdaya.engine import Instance
from alihdaya.engine.events import InstanceStarted
from alihdaya.kernel.time import iso
from alihdaya.notation.bpmn import Process
from alihdaya.operations.instance.trace import Trace, Versions, to_plain, trace
from alihdaya.packs.load import from_files
from alihdaya.store.views.items import Story, item_story
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import ItemReceived

_json = msgspec.json.Encoder(decimal_format="number", enc_hook=str)


@dataclass(frozen=True, slots=True)
class Picture:
    """An item with its process as it is now and as it began; `instance` is None once the item is over."""

    story: Story
    process: Process
    began: Process
    versions: Versions
    instance: Instance | None

    @property
    def trace(self) -> Trace:
        """Its whole path."""
        return trace(self.began, self.story.entries, self.versions)

    def node_of(self, token: int) -> tuple[str, str]:
        """Give id and name of the node where a token stands."""
        place = self.instance.tokens[token] if self.instance is not None else -1
        nodes = self.process.nodes
        node = nodes[self.process.flows[place].target if place >= 0 else -1 - place]
        return node.id, node.name


def read(store: WorkingSet, item: int) -> Picture | None:
    """Read an item; None where there is no such item, or its definition is gone."""
    story = item_story(store, item)
    if story is None or store.definition(story.item.definition) is None:
        return None
    events = [event for entry in story.entries for event in entry.events]
    received = next(event for event in events if isinstance(event, ItemReceived))
    process = next(event.process for event in events if isinstance(event, InstanceStarted))
    instance = store.waiting_instance(item)

    @cache
    def versions(digest: str, name: str) -> Process:
        definition = store.definition(digest)
        return from_files(definition.files if definition is not None else {}).processes[name]

    now = versions(story.item.definition, instance.process if instance is not None else process)
    return Picture(story, now, versions(received.definition, process), versions, instance)


def as_json(found: Picture, *, path: bool) -> str:
    """Write an instance, with its whole path if that is wanted; numbers exact."""
    return _json.encode(plain(found) | ({"trace": to_plain(found.trace)} if path else {})).decode()


def plain(found: Picture) -> dict[str, Any]:
    """Give an instance as plain values: where its tokens stand, and what they wait for."""
    row = found.story.item
    held = found.instance
    return {
        "item": row.id,
        "external_id": row.external_id,
        "service": row.service,
        "state": row.status,
        "variables": held.variables if held is not None else {},
        "tokens": list(_tokens(found)),
        "timers": [
            {"timer": number, "token": one.token, "node": one.node, "due": iso(one.due)}
            for number, one in (held.timers.items() if held is not None else ())
        ],
        "awaited": list(_awaited(found)),
        "incidents": [
            {"token": one.token, "node": one.node, "code": one.code, "message": one.message, "at": iso(one.at)}
            for one in found.story.incidents
        ],
    }


def _tokens(found: Picture) -> Iterator[dict[str, Any]]:
    people = {task.token: task.person for task in found.story.tasks}
    for token in found.instance.tokens if found.instance is not None else ():
        node, name = found.node_of(token)
        wait = found.instance.waits.get(token) if found.instance is not None else None
        waits = wait.kind if wait else None
        yield {"token": token, "node": node, "name": name, "waits": waits, "person": people.get(token)}


def _awaited(found: Picture) -> Iterator[dict[str, Any]]:
    held = found.instance
    if held is None:
        return
    for token, wait in held.waits.items():
        if wait.kind == "message":
            yield {"token": token, "node": wait.node, "kind": wait.kind, "name": wait.name, "key": wait.key}
    for one in held.full.catches.values() if held.full is not None else ():
        key = "" if one.kind == "condition" else one.key
        yield {"token": one.token, "node": one.node, "kind": one.kind, "name": one.name, "key": key}
