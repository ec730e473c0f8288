"""How long recordings are kept: which there are, of whom, until when; and how one goes, so that the log knows of it."""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Protocol

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import DAY
from alihdaya.operations.books.bill import terms_of
from alihdaya.operations.desk import Desk
from alihdaya.operations.people.commands import Forget
from alihdaya.packs.load import from_files
from alihdaya.packs.recordings import delete_recording, list_recordings, put_aside
from alihdaya.people.events import RecordingDeleted
from alihdaya.store.lease.house import FACTOR
from alihdaya.store.views.items import Story, item_story, items
from alihdaya.store.working import WorkingSet
from alihdaya.work.events import TaskDone
from alihdaya.work.keepable import unkeepable

WHY: Final = ("term", "request", "consent")
"""Why a recording is deleted: the days of the terms are over, somebody asked for it, consent was withdrawn."""

_NAMED: Final = re.compile(r"(\d{1,18})-[0-9a-f]{16}\.(?:wav|part)")
_PAGE: Final = 1_000
_LONGEST: Final = 500


class Room(Protocol):
    """A shard's writer, as a deletion needs it."""

    def post(self, command: Forget, at: int) -> "Future[Any]":
        """Queue a command."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording that is there. `item` is 0 where none is known whose it is. Instants in microseconds, or None.

    `handed_in`: when a form named it; `over`: when its item was; `days`: how long it is kept from then on, by the terms
    signed last; `noted`: so often the log says that it is deleted; `aside`: its deletion began, and broke off.
    Where several items name it, it is the one's that keeps it longest; `others`: those that do not say it is deleted.
    """

    recording: str
    item: int = 0
    external_id: str = ""
    handed_in: int | None = None
    over: int | None = None
    days: int | None = None
    noted: int = 0
    aside: bool = False
    others: tuple[int, ...] = ()

    @property
    def until(self) -> int | None:
        """Until when it is kept by rule; None where nothing says so yet."""
        return self.over + self.days * DAY if self.over is not None and self.days is not None else None

    @property
    def items(self) -> tuple[int, ...]:
        """Whose it is, each with a log that is to say that it is deleted."""
        return (self.item, *self.others) if self.item else ()

    def due(self, now: int) -> bool:
        """Say whether it is to be deleted by rule."""
        return self.noted > 0 or self.aside or (self.until is not None and self.until <= now)


def kept(store: WorkingSet) -> list[Kept]:
    """Give every recording that is there, by item and name."""
    there = list_recordings()
    return _together(there, _claims(store, there, _made(there)))


def kept_in_shards(shards: Mapping[int, WorkingSet]) -> list[Kept]:
    """Give the same over all shards of nodes, by number; items by their number among all (store.lease.house)."""
    there = list_recordings()
    if not there:
        return []
    made, found = _made(there), list[Kept]()
    for shard, store in shards.items():
        own = {name: item // FACTOR for name, item in made.items() if item % FACTOR == shard}
        found += [replace(one, item=one.item * FACTOR + shard) for one in _claims(store, there, own)]
    return _together(there, found)


def _made(there: Mapping[str, bool]) -> dict[str, int]:
    """Give the item that a recording was made for, where its name says so."""
    return {name: int(found[1]) for name in there if (found := _NAMED.fullmatch(name))}


def _together(there: Mapping[str, bool], claims: Iterable[Kept]) -> list[Kept]:
    """Put together what each item says of a recording."""
    by: dict[str, list[Kept]] = defaultdict(list)
    for one in claims:
        by[one.recording].append(one)
    every = [_whole(by[name]) if name in by else Kept(name, aside=aside) for name, aside in there.items()]
    return sorted(every, key=lambda one: (one.item, one.recording))


def _whole(claims: Sequence[Kept]) -> Kept:
    """Give the claim that keeps a recording longest, among those whose log does not say that it is deleted."""
    live = [one for one in claims if not one.noted]
    found = max(live or claims, key=lambda one: (one.until is None, one.until or 0, one.item))
    return replace(found, others=tuple(sorted(one.item for one in live if one.item != found.item)))


def _claims(store: WorkingSet, there: Mapping[str, bool], made: Mapping[str, int]) -> Iterator[Kept]:
    """Give what the items of a store say of the recordings that are there; `made`: recording -> item, by its name."""
    days: dict[str, int | None] = {}
    for item in sorted({*made.values(), *(_naming(store) if there.keys() - made.keys() else ())}):
        story = item_story(store, item)
        if story is not None:
            engagement = story.item.engagement
            days.setdefault(engagement, terms_of(store, engagement).recordings)
            yield from _of_item(store, story, there, made, days[engagement])


def _naming(store: WorkingSet) -> Iterator[int]:
    """Give the items whose forms may name a recording."""
    last = 0
    while found := items(store, after=last, limit=_PAGE):
        yield from (row.id for row in found if _fields(store, row.definition))
        last = found[-1].id


def _of_item(
    store: WorkingSet, story: Story, there: Mapping[str, bool], of: Mapping[str, int], days: int | None
) -> Iterator[Kept]:
    """Give the recordings of an item that are there: named by its forms, or made for it and never handed in."""
    row, fields = story.item, _fields(store, story.item.definition)
    handed: dict[str, int] = {}
    deleted: Counter[str] = Counter()
    for entry in story.entries:
        for event in entry.events:
            if isinstance(event, TaskDone):
                handed |= {str(event.result.get(field)): entry.at for field in fields if event.result.get(field)}
            elif isinstance(event, RecordingDeleted):
                deleted[event.recording] += 1
    for name in sorted({*handed, *deleted, *(name for name, item in of.items() if item == row.id)} & there.keys()):
        head = (name, row.id, row.external_id, handed.get(name), row.closed_at, days)
        yield Kept(*head, noted=deleted[name], aside=there[name])


def _fields(store: WorkingSet, digest: str) -> frozenset[str]:
    """Give the fields that hold a recording's name, of a pack."""
    definition = store.definition(digest)
    return _read(digest, tuple(definition.files.items())) if definition is not None else frozenset()


@lru_cache(maxsize=64)
def _read(digest: str, files: tuple[tuple[str, str], ...]) -> frozenset[str]:  # noqa: ARG001 (the digest is the key)
    forms = from_files(dict(files)).forms.values()
    return frozenset(field.name for form in forms for field in form.fields if field.type == "recording")


def delete(one: Kept, wish: Forget, do: Callable[[Forget], object]) -> bool:
    """Delete a recording: put it aside, note it in the log by `do`, which commits, and let the file go.

    Each item of its own notes it. `do` gives False for an item whose writer is elsewhere: then the file stays aside,
    heard by nobody, until that one has noted it too. Gives whether the file is gone. Whatever it breaks off at, the
    next time goes on from there. Raises OSError where the file cannot be let go, and what `do` raises.
    """
    put_aside(one.recording)
    gone = True
    for item in one.items:
        if not (one.noted and one.aside):
            gone &= do(wish._replace(item=item, known=one.noted)) is not False
    if gone:
        delete_recording(one.recording)
    return gone


def noting(room: Callable[[int], Room | None], clock: Callable[[], int], patience: float) -> Callable[[Forget], object]:
    """Give what has the shard of an item note a deletion: False where its writer is not here.

    `room`: shard -> its writer, None where another node holds it; items by their number among all. Raises what the
    writer does, and TimeoutError after `patience` seconds.
    """

    def note(wish: Forget) -> object:
        number, shard = divmod(wish.item, FACTOR)
        found = room(shard)
        return found is not None and found.post(wish._replace(item=number), clock()).result(patience) is None

    return note


def forget(desk: Desk, wish: Forget, at: int) -> None:
    """Note that a recording is deleted, once. Raises Refused for an item or a reason that there is not."""
    if wish.why not in WHY:
        raise Refused(Problem("bad-reason", f"a recording is deleted for one of {', '.join(WHY)}, not {wish.why!r}"))
    odd = unkeepable({"recording": wish.recording, "note": wish.note, "by": wish.by})
    if odd or len(wish.note) > _LONGEST:
        raise Refused(odd or [Problem("too-long", f"a note has at most {_LONGEST} characters")])
    story = item_story(desk.store, wish.item)
    if story is None:
        raise Refused(Problem("no-such-item", f"there is no item {wish.item}"))
    pending = [entry for entry in desk.pending if entry.item == wish.item]
    told = [one for entry in (*story.entries, *pending) for one in entry.events if isinstance(one, RecordingDeleted)]
    # a node that slept between looking and asking may hold the shard anew: what another one noted meanwhile stands
    if wish.known is None or sum(one.recording == wish.recording for one in told) <= wish.known:
        desk.append(at, wish.item, wish.by, [RecordingDeleted(wish.recording, wish.why, wish.note)])
