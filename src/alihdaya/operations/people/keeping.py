"""How long recordings are kept: which there are, of whom, until when; and how one goes, so that the log knows of it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY
from alihdaya.operations.books.bill import terms_of
from alihdaya.operations.desk import Desk
from alihdaya.operations.people.commands import Forget
from alihdaya.packs.load import from_files
from alihdaya.packs.recordings import delete_recording, list_recordings, put_aside
from alihdaya.people.events import RecordingDeleted
from alihdaya.store.views.items import Story, item_story, items
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import TaskDone
from alihdaya.work.keepable import unkeepable

WHY: Final = ("term", "request", "consent")
"""Why a recording is deleted: the days of the terms are over, somebody asked for it, consent was withdrawn."""

_NAMED: Final = re.compile(r"(\d{1,18})-[0-9a-f]{16}\.(?:wav|part)")
_PAGE: Final = 1_000
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that is there. `item` is 0 where none is known whose it is. Instants in microseconds, or None.

    `handed_in`: when a form named it; `over`: when its item was; `days`: how long it is kept from then on, by the terms
    signed last; `noted`: the log says that it is deleted; `aside`: its deletion began, and broke off.
    """

    recording: str
    item: int = 0
    external_id: str = ""
    handed_in: int | None = None
    over: int | None = None
    days: int | None = None
    noted: bool = False
    aside: bool = False

    def due(self, now: int) -> bool:
        """Say whether it is to be deleted by rule."""
        return (
            self.noted
            or self.aside
            or (self.over is not None and self.days is not None and self.over + self.days * DAY <= now)
        )


def kept(store: WorkingSet) -> list[Kept]:
    """Give every recording that is there, by item and name."""
    there = list_recordings()
    of = {name: int(found[1]) for name in there if (found := _NAMED.fullmatch(name))}
    days: dict[str, int | None] = {}
    known: dict[str, Kept] = {}
    for item in sorted({*of.values(), *(_naming(store) if there.keys() - of.keys() else ())}):
        story = item_story(store, item)
        if story is not None:
            engagement = story.item.engagement
            days.setdefault(engagement, terms_of(store, engagement).recordings)
            known |= {one.recording: one for one in _of_item(store, story, there, of, days[engagement])}
    every = [known.get(name, Kept(name, aside=aside)) for name, aside in there.items()]
    return sorted(every, key=lambda one: (one.item, one.recording))


def _naming(store: WorkingSet) -> Iterator[int]:
    """Give the items whose forms may name a recording."""
    last = 0
    while found := items(store, after=last, limit=_PAGE):
        yield from (row.id for row in found if _fields(store, row.definition))
        last = found[-1].id


def _of_item(
    store: WorkingSet, story: Story, there: dict[str, bool], of: dict[str, int], days: int | None
) -> Iterator[Kept]:
    """Give the recordings of an item that are there: named by its forms, or made for it and never handed in."""
    row, fields = story.item, _fields(store, story.item.definition)
    handed: dict[str, int] = {}
    deleted: set[str] = set()
    for entry in story.entries:
        for event in entry.events:
            if isinstance(event, TaskDone):
                handed |= {str(event.result.get(field)): entry.at for field in fields if event.result.get(field)}
            elif isinstance(event, RecordingDeleted):
                deleted.add(event.recording)
    for name in sorted({*handed, *deleted, *(name for name, item in of.items() if item == row.id)} & there.keys()):
        head = (name, row.id, row.external_id, handed.get(name), row.closed_at, days)
        yield Kept(*head, noted=name in deleted, aside=there[name])


def _fields(store: WorkingSet, digest: str) -> frozenset[str]:
    """Give the fields that hold a recording's name, of a pack."""
    definition = store.definition(digest)
    return _read(digest, tuple(definition.files.items())) if definition is not None else frozenset()


@lru_cache(maxsize=64)
def _read(digest: str, files: tuple[tuple[str, str], ...]) -> frozenset[str]:  # noqa: ARG001 (the digest is the key)
    forms = from_files(dict(files)).forms.values()
    return frozenset(field.name for form in forms for field in form.fields if field.type == "recording")


def delete(one: Kept, wish: Forget, do: Callable[[Forget], object]) -> None:
    """Delete a recording: put it aside, note it in the log by `do`, which commits, and let the file go.

    Whatever it breaks off at, the next time goes on from there. Raises OSError where the file cannot be let go, and
    what `do` raises.
    """
    put_aside(one.recording)
    if one.item and not (one.noted and one.aside):
        do(wish)
    delete_recording(one.recording)


def forget(desk: Desk, wish: Forget, at: int) -> None:
    """Note that a recording is deleted. Raises Refused for an item or a reason that there is not."""
    if wish.why not in WHY:
        raise Refused(Problem("bad-reason", f"a recording is deleted for one of {', '.join(WHY)}, not {wish.why!r}"))
    odd = unkeepable({"recording": wish.recording, "note": wish.note, "by": wish.by})
    if odd or len(wish.note) > _LONGEST:
        raise Refused(odd or [Problem("too-long", f"a note has at most {_LONGEST} characters")])
    if item_story(desk.store, wish.item) is None:
        raise Refused(Problem("no-such-item", f"there is no item {wish.item}"))
    desk.append(at, wish.item, wish.by, [RecordingDeleted(wish.recording, wish.why, wish.note)])
