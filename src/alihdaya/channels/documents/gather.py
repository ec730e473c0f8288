"""What was delivered, read from the log, and the values that a pack's deliverables take from it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.packs.cell import unwritable
from alihdaya.packs.deliverables import Deliverables, Value
from alihdaya.packs.load import from_files
from alihdaya.store import Store
from alihdaya.store.archive.reading import history
from alihdaya.work.events import ItemDelivered, ItemReceived, TaskDone


@dataclass(frozen=True, slots=True)
class Delivered:
    """A delivered item: when (microseconds), at which end event, with which result. `day` decides its month."""

    item: int
    at: int
    outcome: str
    result: Mapping[str, Any]
    day: date
    engagement: str
    service: str
    deliverables: Deliverables
    simulated: bool = False
    """Whether a simulation played one of its tasks."""


def delivered(store: Store, month: str = "", engagement: str = "") -> list[Delivered]:
    """Read every delivered item whose pack has deliverables for its outcome, of a month ("2018-03") or of all.

    In the order of intake, from the log alone; each item under the definition that it came in under. Raises Refused
    for an item whose day cannot be worked out.
    """
    came: dict[int, ItemReceived] = {}
    played: set[int] = set()
    known: dict[str, Deliverables | None] = {}
    found = []
    for entry in history(store):
        for happened in entry.events:
            if isinstance(happened, ItemReceived):
                came[entry.item] = happened
            elif isinstance(happened, TaskDone) and happened.simulated:
                played.add(entry.item)
            elif isinstance(happened, ItemDelivered):
                received = came.pop(entry.item)
                wanted = _deliverables(store, received.definition, known)
                if wanted and happened.outcome in wanted.outcomes and engagement in ("", received.engagement):
                    day = wanted.day(happened.result)
                    if not isinstance(day, date):
                        place = Source("deliverables.toml", element="day")
                        raise Refused(Problem("no-day", f"the day of item {entry.item} is not a date", place))
                    of = (received.engagement, received.service, wanted, entry.item in played)
                    found.append(Delivered(entry.item, entry.at, happened.outcome, happened.result, day, *of))
    return sorted((one for one in found if one.day.isoformat().startswith(month)), key=lambda one: one.item)


def _deliverables(store: Store, digest: str, known: dict[str, Deliverables | None]) -> Deliverables | None:
    if digest not in known:
        definition = store.definition(digest)
        has = definition is not None and "deliverables.toml" in definition.files
        known[digest] = from_files(definition.files).deliverables if definition is not None and has else None
    return known[digest]


def amount(value: Value, one: Delivered, what: str) -> Decimal:
    """Work out a number. Raises Refused, naming the item, for what is none."""
    found = value(one.result)
    if isinstance(found, bool) or not isinstance(found, int | Decimal):
        raise Refused(Problem("no-amount", f"{what} of item {one.item} is {found!r}, and should be a number"))
    return Decimal(found)


def text(value: Value, one: Delivered, what: str) -> str:
    """Work out a text that must be there. Raises Refused, naming the item, where it is not."""
    found = value(one.result)
    if not isinstance(found, str) or not found:
        raise Refused(Problem("no-text", f"{what} of item {one.item} is {found!r}, and should be a text"))
    return writable(found, one, what)


def writable(found: str, one: Delivered, what: str) -> str:
    """Pass a text that a document can hold. Raises Refused, naming the item and the character, for another."""
    if character := unwritable(found):
        raise Refused(Problem("unwritable", f"{what} of item {one.item} holds {character}, which cannot be written"))
    return found


def by_currency(items: list[Delivered]) -> Iterator[tuple[str, list[Delivered]]]:
    """Part items by the currency of their deliverables, in the order of the codes."""
    parted: dict[str, list[Delivered]] = {}
    for one in items:
        parted.setdefault(text(one.deliverables.currency, one, "the currency"), []).append(one)
    yield from sorted(parted.items())
