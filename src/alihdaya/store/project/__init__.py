"""The projection: the one place that says what the log means as rows.

The live writer feeds it the entries it appends; a replay feeds it the log read back. Both get the same tables.
"""

from collections.abc import Iterable
from typing import Any

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.store.project.changes import Changes, Pending
from alihdaya.store.project.house import DUPLICATE, House, Known
from alihdaya.store.project.items import Items
from alihdaya.store.project.standing import Standing
from alihdaya.work.events import ItemReceived
from alihdaya.work.exchange import ItemCalled

__all__ = ["DUPLICATE", "Changes", "Known", "Projection", "Standing"]

_BEGIN = (ItemReceived, ItemCalled)


class Projection:
    """Gathers what entries change, batch by batch, in the order of the log; a failed batch needs a new projection."""

    def __init__(self, known: Known) -> None:
        self._pending = Pending()
        self._house = House(known, self._pending)
        self._items = Items(self._house, self._pending)

    def unknown(self, entries: Iterable[Entry]) -> set[int]:
        """Items that these entries go on with and that must be loaded first (see `remember`)."""
        begun: set[int] = set()
        wanted: set[int] = set()
        for entry in entries:
            if entry.events and type(entry.events[0]) in _BEGIN:
                begun.add(entry.item)
            elif entry.item != HOUSE and entry.item not in begun:
                wanted.add(entry.item)
        return self._items.unknown(wanted) if wanted else wanted

    def remember(self, standing: Iterable[Standing]) -> None:
        """Take up items as the tables hold them."""
        self._items.remember(standing)

    def take(self, entry: Entry, instance: Any = None) -> None:
        """Take the next entry. `instance`: the item's instance after it, where the caller has folded it already.

        Raises StoreError for an item that was never received.
        """
        if entry.item != HOUSE:
            if entry.events:
                self._items.take(entry, instance)
            return
        for place, event in enumerate(entry.events):
            handler = self._house.handlers.get(type(event))
            if handler is not None:
                self._pending.place = place
                handler(entry, event)

    def changes(self) -> Changes:
        """Give the changes of the entries taken since the last call."""
        self._items.flush()
        self._house.flush()
        made = self._pending.changes()
        self._pending.clear()
        return made
