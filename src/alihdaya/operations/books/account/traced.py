"""From an item to the invoices that it is on: the month, the line, what was disputed, credited and rebooked of it."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from alihdaya.engagement.account.document import invoice_of
from alihdaya.engagement.account.events import InvoiceClosed, ItemRebooked
from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import OF_ITEMS, Rate
from alihdaya.engagement.rates.overtime import NORMAL
from alihdaya.engagement.terms import Service
from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.account.drafting import Account, account_of, month_of
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.bill import draft, span, terms_of, terms_under
from alihdaya.operations.books.lines import line_page
from alihdaya.operations.books.measured import WORKED, MonthFacts, is_counted
from alihdaya.store import Store, views
from alihdaya.store.views.billed.deliveries import at_hand
from alihdaya.store.views.billed.tasks import FinishedTask
from alihdaya.store.views.facts import delivery_of
from alihdaya.store.views.ledger import delivered_item
from alihdaya.work.events import TaskDone

_ONCE = OF_ITEMS | {"outcome"}


class Listed(NamedTuple):
    """A line of an invoice: its number, its unit, and (language, name) of it."""

    number: int
    unit: str
    names: tuple[tuple[str, str], ...]


class Place(NamedTuple):
    """Where an item is behind a month's invoice: behind one of `lines`, so behind it where that is the only one.

    `number`: of the closed invoice, "" of a month that is open. `adjusts`: the month ("2013-01") that the line puts
    right, "" of a line of its own month.
    """

    month: str
    number: str
    lines: tuple[Listed, ...]
    adjusts: str = ""


class Contested(NamedTuple):
    """A dispute that names an item: `upheld` is None while it is open; `note` the credit note's number, else ""."""

    dispute: int
    invoice: str
    upheld: bool | None
    note: str


class Traced(NamedTuple):
    """An item on its engagement's invoices. `rebooked`: as what it counts by now, where that was said.

    `waits`: no invoice shows that yet, and the next one puts right a month that is closed.
    """

    places: tuple[Place, ...]
    disputes: tuple[Contested, ...] = ()
    rebooked: ItemRebooked | None = None
    waits: bool = False


def traced(store: Store, story: views.Story) -> Traced:
    """Give where an item is billed, of one moment of the store; its month is not read for it, however large it is."""
    with store.moment():
        return _Trace(store, story).found()


class _Trace:
    """One item, looked for on the invoices of its engagement."""

    def __init__(self, store: Store, story: views.Story) -> None:
        self.store, self.row = store, story.item
        self.terms = terms_of(store, self.row.engagement)
        self.account: Account = account_of(store, self.row.engagement)
        done = ((one.at, fact) for one in story.entries if one.item == self.row.id for fact in one.events)
        self.tasks = [
            FinishedTask(at, self.row.id, one.person, one.seconds) for at, one in done if type(one) is TaskDone
        ]
        self.delivered = delivery_of(store, self.row.id) if self.row.status == "delivered" else None
        self.moves = [one for one in self.account.book.moves if one[1].item == self.row.id]

    def found(self) -> Traced:
        """Give all of it."""
        book, last = self.account.book, self.moves[-1][1] if self.moves else None
        places = [one for month in self._months() for one in self._places(month)]
        for closed in book.invoices.values():
            for line in closed.document["adjustments"]:
                if self.row.id in line["items"]:
                    listed = Listed(line["number"], line["unit"], tuple(line["names"].items()))
                    places.append(Place(closed.month, closed.number, (listed,), line["month"]))
        notes = {one.dispute: one.number for one in book.credit_notes.values()}
        disputes = (
            Contested(one.opened.dispute, one.opened.invoice, one.upheld, notes.get(one.opened.dispute, ""))
            for one in book.disputes.values()
            if self.row.id in one.opened.items
        )
        return Traced(tuple(places), tuple(disputes), last, self._waits())

    def _waits(self) -> bool:
        """Whether what was said of it last changes a closed month, and no invoice was closed since."""
        since = max((one.seq for one in self.account.book.invoices.values()), default=0)
        before = [fact for seq, fact in self.moves if seq <= since]
        after = [fact for seq, fact in self.moves if seq > since]
        states = ({self._month(before[-1] if before else None), self._month(after[-1])}) if after else set()
        return any(self.account.book.closed(month) is not None for month in states)

    def _month(self, fact: ItemRebooked | None) -> str:
        """Give the month that it counts in by what was said of it, "" where it was not delivered."""
        natural = month_of(self.row.closed_at or 0, self.account.agreement.last.terms) if self.delivered else ""
        return (fact.month if fact else "") or natural

    def _months(self) -> list[str]:
        """Give the months on whose invoices it may be, oldest first."""
        worked = {month_of(one.at, self.account.agreement.last.terms) for one in self.tasks}
        moved = {self._month(fact) for fact in (None, *(one for _, one in self.moves))}
        return sorted((worked | moved) - {""})

    def _places(self, month: str) -> Iterator[Place]:
        closed = self.account.book.closed(month)
        said = [fact for seq, fact in self.moves if closed is None or seq <= closed.seq]
        fact = said[-1] if said else None
        here = self.delivered is not None and self._month(fact) == month and (fact is None or fact.billed)
        unit = ((fact.unit if fact else "") or self.row.unit or "") if here else None
        tasks = [one for one in self.tasks if month_of(one.at, self.account.agreement.last.terms) == month]
        groups: dict[tuple[str, str, str, str], list[Line]] = {}
        for line in self._lines(month, closed):
            if line.service == self.row.service and line.part != "shortfall":
                apart = line.since if line.kind == "seat" else ""  # each terms' seats bill all who worked in the month
                groups.setdefault((line.kind, line.unit, line.overtime, apart), []).append(line)
        for (kind, of, late, _), lines in groups.items():
            since = set(self._counted(month, (kind, of, late), unit, tasks))
            own = [one for one in lines if one.since in {"", *since}] or lines
            if since:
                some = self._tier(month, closed, own) if kind in _ONCE and not late else own
                listed = tuple(Listed(one.number, one.unit, one.names) for one in some)
                yield Place(month, closed.number if closed else "", listed)

    def _lines(self, month: str, closed: InvoiceClosed | None) -> Sequence[Line]:
        """Give the lines of a month's invoice, as it was closed, or as it is by now; none where it cannot be billed."""
        if closed is not None:
            return invoice_of(closed.document, terms_under(self.store, closed.document)).lines
        try:
            if not self.account.otherwise:
                return draft(self.store, self.terms, month, at_once=True).lines
            return [line for _, line in ByParts(self.account.month(month, span(self.terms, month))).lines]
        except Refused:
            return []

    def _counted(
        self, month: str, of: tuple[str, str, str], unit: str | None, tasks: list[FinishedTask]
    ) -> Iterator[str]:
        """Yield from when the terms hold by which a rate counts the item, or a task of it, once for each.

        `of`: kind, unit and class of overtime of the rate's lines; `unit`: as what the item counts, None where not.
        """
        kind, named, late = of
        instants = [(self.row.received_at, None)] if kind in _ONCE else [(one.at, one) for one in tasks]
        for at, task in instants if unit is not None or kind in WORKED else ():
            segment = self.account.agreement.at(at)
            try:
                service = segment.terms.service(self.row.service)
                rate = service.rate(named)
            except KeyError:
                continue
            if self._meets(rate, unit) and (not late or late in self._classes(month, service, rate, task)):
                yield segment.effect.isoformat()

    def _meets(self, rate: Rate, unit: str | None) -> bool:
        if rate.kind in WORKED:
            return not rate.measure.team
        return (
            rate.unit == unit if rate.kind in OF_ITEMS else rate.kind == "outcome" and is_counted(rate, self.delivered)
        )

    def _classes(self, month: str, service: Service, rate: Rate, task: FinishedTask | None) -> set[str]:
        """Give the classes of overtime that the item's delivery, or a task of it, lies in."""
        facts = MonthFacts(self.store, self.terms, month)
        if task is not None:
            return set(facts.teller(service, rate)(task).overtime)
        at = self.row.closed_at or 0
        hours = facts.hours(service, rate, (min(facts.within[0], at), max(facts.within[1], at + 1)))
        return {hours.at(at)} - {NORMAL}

    def _tier(self, month: str, closed: InvoiceClosed | None, lines: list[Line]) -> list[Line]:
        """Give the one of several tiers that it fell into, by the last item of each; all of them where that is slow."""
        before = account_of(self.store, self.row.engagement, until=closed.seq) if closed else self.account
        plain = not (self.account.otherwise or before.otherwise)
        if len(lines) == 1 or not plain or not at_hand(self.store, span(self.terms, month)):
            return lines
        for line in lines[:-1]:
            (last,) = line_page(self.store, self.terms, month, line, first=int(line.quantity), count=1)
            found = delivered_item(self.store, last)
            if found is not None and (self.row.closed_at, self.row.id) <= (found[1].closed_at, last):
                return [line]
        return lines[-1:]
