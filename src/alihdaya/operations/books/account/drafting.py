"""A month as it is counted once terms were amended or items rebooked: by the terms that held as each item came in."""

from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as wire
from alihdaya.engagement.account.book import Book, book_of
from alihdaya.engagement.account.events import EngagementAmended
from alihdaya.engagement.account.parts import Days
from alihdaya.engagement.account.schedule import Agreement, agreement_of
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.time import moment
from alihdaya.operations.books.account.days import ByDays, Moved, Unit, When, as_booked, by_days
from alihdaya.store import Store
from alihdaya.store.archive.reading import archived_item, archived_items
from alihdaya.store.views import ItemRow
from alihdaya.store.views.billed.deliveries import Deliveries
from alihdaya.store.views.ledger import Counted, Fact, counted, delivered_item, delivered_items, facts


@dataclass(frozen=True)
class Account:
    """All that the store holds of one engagement after its signing."""

    store: Store
    agreement: Agreement
    facts: tuple[Fact, ...]

    @cached_property
    def book(self) -> Book:
        """Everything folded."""
        return book_of((one.seq, one.event) for one in self.facts)

    @property
    def engagement(self) -> str:
        """Whose account it is."""
        return self.agreement.engagement

    @property
    def otherwise(self) -> bool:
        """Whether months cannot be counted as they were delivered, under one set of terms."""
        return len(self.agreement.segments) > 1 or bool(self.book.rebooked) or self._ends_minimums

    @property
    def _ends_minimums(self) -> bool:
        """Whether a minimum ends before its time."""
        rates = (rate for service in self.agreement.last.terms.services for rate in service.rates)
        return self.agreement.terminated is not None and any(rate.minimum for rate in rates)

    def month(self, month: str, within: tuple[int, int]) -> "Month":
        """Count a month."""
        return Month(self, month, within)


def account_of(store: Store, engagement: str, *, until: int | None = None) -> Account:
    """Read an engagement's account, as it was after an entry. Raises Refused for one that was never signed."""
    return store.once(("account", engagement, until), lambda: _account_of(store, engagement, until))


def _account_of(store: Store, engagement: str, until: int | None) -> Account:
    known = [one for one in store.engagements() if one.id == engagement]
    if not known:
        raise Refused(Problem("which-engagement", f"no engagement {engagement} is signed here"))
    found = tuple(one for one in facts(store, engagement) if until is None or one.seq <= until)
    changes = [one.event for one in found]
    former = next((one.former for one in changes if isinstance(one, EngagementAmended)), known[-1].digest)
    wanted = {former, *(one.digest for one in changes if isinstance(one, EngagementAmended))}
    signed = {one.digest: wire.from_wire(one.terms) for one in known if one.digest in wanted}
    return Account(store, agreement_of(signed, signed[former], changes), found)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Terms with what they bill of a month: from which day they hold, and on how many of its billed days.

    `window`: the instants between which they hold; `items`: (service, unit) -> items that came in then, as delivered.
    """

    terms: Terms
    since: date
    days: int
    window: tuple[int, int]
    items: Mapping[tuple[str, str], Sequence[Counted]]


@dataclass(frozen=True)
class Month:
    """One month of an account, item by item."""

    account: Account
    month: str
    within: tuple[int, int]

    @cached_property
    def items(self) -> tuple[Counted, ...]:
        """The items that count in it, in the order of delivery; those rebooked into it come last."""
        moved = self.account.book.rebooked
        natural = [as_booked(one, moved.get(one.item), self.month) for one in self._delivered()]
        return (*(one for one in natural if one is not None), *self.moved.brought)

    @cached_property
    def moved(self) -> Moved:
        """Its rebooked items."""
        facts, store = self.account.book.rebooked, self.account.store
        known = delivered_items(store, facts) if facts else {}
        low, high = self.within
        was = {item: one for item, (_, one) in known.items() if low <= one.closed_at < high}
        here = {item: one for item in was if (one := as_booked(was[item], facts[item], self.month)) is not None}
        brought = []
        for item, fact in facts.items():
            if fact.month == self.month and (found := known.get(item) or delivered_anywhere(store, item)):
                one = as_booked(found[1], fact, self.month)
                brought += [one] if one is not None and not low <= one.closed_at < high else []
        return Moved(was, here, brought)

    def days_of(self, place: int) -> tuple[str, str] | None:
        """Give the days ("2013-01-31") between which the terms of a stretch hold, the second not included.

        None where they are not whole days, or not known by their days.
        """
        low, high = self.stretches[place].window
        return None if self._by_days is None else (self._by_days.day(low), self._by_days.day(high))

    def late(self, place: int, unit: tuple[str, str], when: When) -> Sequence[Counted] | None:
        """Give what a stretch bills of a unit and was delivered in some hours; None where days do not say it."""
        return None if self._by_days is None else self._by_days.of_unit(unit, self.stretches[place].window, when)

    def outcomes(
        self, place: int, unit: Unit, stock: Deliveries, met: Callable[[int], bool], when: When | None = None
    ) -> Sequence[Counted] | None:
        """Give the outcomes that a stretch bills, see ByDays.of_outcome; None where days do not say them."""
        if self._by_days is None:
            return None
        return self._by_days.of_outcome(stock, unit, met, self.stretches[place].window, when)

    @property
    def counts(self) -> bool:
        """Whether any item counts in it."""
        return bool(self._between(-(2**62), 2**62))

    @cached_property
    def _by_days(self) -> ByDays | None:
        account = self.account
        found = by_days(account.store, account.engagement, self.month, self.within, self.moved)
        windows = (at for low, high, _ in account.agreement.windows() for at in (low, high))
        return found if found is not None and found.fits((*windows, *self.within)) else None

    def _between(self, low: int, high: int) -> Mapping[tuple[str, str], Sequence[Counted]]:
        """Give what came in between two instants, by service and unit, in the order of delivery."""
        if self._by_days is not None:
            return self._by_days.items((low, high))
        found: dict[tuple[str, str], list[Counted]] = {}
        for one in self.items:
            if low <= one.received_at < high:
                found.setdefault((one.service, one.unit), []).append(one)
        return found

    def _delivered(self) -> Iterator[Counted]:
        store, engagement = self.account.store, self.account.engagement
        import polars as pl

        wanted = (pl.col("engagement") == engagement) & (pl.col("status") == "delivered")
        wanted &= pl.col("closed_at").is_between(*self.within, closed="left")
        gone = [_counted(ItemRow(*row)) for row in archived_items(store, wanted)]
        both = [*gone, *counted(store, engagement, self.within)]
        yield from sorted(both, key=lambda one: (one.closed_at, one.item)) if gone else both

    @property
    def governing(self) -> Terms:
        """The terms that hold at the month's end: their targets and penalties count for all of it."""
        return self.account.agreement.at(self.within[1] - 1).terms

    @property
    def days(self) -> Days:
        """The month's days that are billed. Raises Refused for a month outside of the engagement."""
        first = date.fromisoformat(f"{self.month}-01")
        last = first.replace(day=monthrange(first.year, first.month)[1])
        agreement = self.account.agreement
        start, until = agreement.segments[0].terms.start, agreement.last.terms.until
        if last < start or first > until:
            raise Refused(Problem("outside-engagement", f"{self.month} lies outside of {start} to {until}"))
        return Days(max(first, start), min(last, until), agreement.terminated)

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The terms by which something is billed in the month, each with its items; those of the month's end last."""
        found, segments, days = [], self.account.agreement.segments, self.days
        for n, (low, high, terms) in enumerate(self.account.agreement.windows()):
            since = segments[n].effect
            following = segments[n + 1].effect if n + 1 < len(segments) else date.max
            held = (min(days.last + timedelta(days=1), following) - (max(days.first, since) if n else days.first)).days
            items = self._between(low, high)
            if held > 0 or items:
                found.append(Stretch(terms, since, max(held, 0), (low, high), items))
        return tuple(sorted(found, key=lambda one: one.days > 0))


def delivered_anywhere(store: Store, item: int) -> tuple[str, Counted] | None:
    """Give a delivered item's engagement and figures, archived or not; None where it was never delivered."""
    found = delivered_item(store, item)
    if found is None and (archived := archived_item(store, item)) is not None:
        row = ItemRow(*archived[0])
        return (row.engagement, _counted(row)) if row.status == "delivered" else None
    return found


def month_of(at: int, terms: Terms) -> str:
    """Give the client's month ("2013-02") of an instant."""
    return f"{moment(at, ZoneInfo(terms.client.time_zone)):%Y-%m}"


def _counted(row: ItemRow) -> Counted:
    return Counted(row.id, row.service, row.unit or "", row.received_at, row.closed_at or 0)
