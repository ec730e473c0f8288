"""A month as it is counted once terms were amended or items rebooked: by the terms that held as each item came in."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from zoneinfo import ZoneInfo

from alihdaya.engagement import terms as wire
from alihdaya.engagement.account.book import Book, book_of
from alihdaya.engagement.account.events import EngagementAmended, ItemRebooked
from alihdaya.engagement.account.schedule import Agreement, agreement_of
from alihdaya.engagement.credit import Credit, credits_of, critical_levels, earned_back
from alihdaya.engagement.invoice import Invoice, Known, Line, Overtimes, make_invoice
from alihdaya.engagement.ratecard import Quantity
from alihdaya.engagement.rates.card import OF_ITEMS, Minimum, Rate
from alihdaya.engagement.rates.figures import EXACT
from alihdaya.engagement.sla import Attainment
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import moment
from alihdaya.operations.books.measured import figures_of, measured
from alihdaya.store import Store
from alihdaya.store.archive.reading import archived_item, archived_items
from alihdaya.store.views import ItemRow
from alihdaya.store.views.ledger import Counted, Fact, counted, delivered_item, facts


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
        return len(self.agreement.segments) > 1 or bool(self.book.rebooked)

    def month(self, month: str, within: tuple[int, int]) -> "Month":
        """Count a month."""
        return Month(self, month, within)


def account_of(store: Store, engagement: str, *, until: int | None = None) -> Account:
    """Read an engagement's account, as it was after an entry. Raises Refused for one that was never signed."""
    known = [one for one in store.engagements() if one.id == engagement]
    if not known:
        raise Refused(Problem("which-engagement", f"no engagement {engagement} is signed here"))
    found = tuple(one for one in facts(store, engagement) if until is None or one.seq <= until)
    changes = [one.event for one in found]
    former = next((one.former for one in changes if isinstance(one, EngagementAmended)), known[-1].digest)
    wanted = {former, *(one.digest for one in changes if isinstance(one, EngagementAmended))}
    signed = {one.digest: wire.from_wire(one.terms) for one in known if one.digest in wanted}
    return Account(store, agreement_of(signed, signed[former], changes), found)


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
        natural = [_as(one, moved.get(one.item), self.month) for one in self._delivered()]
        inside = {one.item for one in natural if one is not None}
        brought = [
            found
            for item, fact in moved.items()
            if fact.month == self.month and item not in inside and (found := self._brought(fact)) is not None
        ]
        return (*(one for one in natural if one is not None), *brought)

    def _delivered(self) -> Iterator[Counted]:
        store, engagement = self.account.store, self.account.engagement
        import polars as pl

        wanted = (pl.col("engagement") == engagement) & (pl.col("status") == "delivered")
        wanted &= pl.col("closed_at").is_between(*self.within, closed="left")
        gone = [_counted(ItemRow(*row)) for row in archived_items(store, wanted)]
        both = [*gone, *counted(store, engagement, self.within)]
        yield from sorted(both, key=lambda one: (one.closed_at, one.item)) if gone else both

    def _brought(self, fact: ItemRebooked) -> Counted | None:
        found = delivered_anywhere(self.account.store, fact.item)
        return None if found is None else _as(found[1], fact, self.month)

    @property
    def governing(self) -> Terms:
        """The terms that hold at the month's end: their targets and penalties count for all of it."""
        return self.account.agreement.at(self.within[1] - 1).terms

    def _whole(self, terms: Terms) -> Terms:
        """Give terms as if they held for all of the engagement: what came in under them is billed when it is done."""
        agreement = self.account.agreement
        return replace(terms, start=agreement.segments[0].terms.start, until=agreement.last.terms.until)

    def parts(self) -> Iterator[tuple[str, Terms, dict[tuple[str, str], list[int]]]]:
        """Give the month's items by terms (their digest first), and by service and unit within."""
        for low, high, terms in self.account.agreement.windows():
            found: dict[tuple[str, str], list[int]] = {}
            for one in self.items:
                if low <= one.received_at < high:
                    found.setdefault((one.service, one.unit), []).append(one.item)
            if found:
                yield terms.digest, self._whole(terms), found

    def invoice(self, attainments: Sequence[Attainment], earlier: Sequence[Credit] = ()) -> Invoice:
        """Make the invoice: the lines of each terms one after the other, credits by those that hold at its end.

        `attainments`: of all months that the credits look at; `earlier`: credits that may be earned back.
        """
        governing, whole = self.governing, self._whole(self.governing)
        lines = tuple(replace(line, number=n) for n, (line, _) in enumerate(self._lines(), 1))
        base = self._empty(whole)
        credits_ = tuple(_credits(governing, self.month, lines, attainments, earlier))
        critical = tuple(
            level
            for service in governing.services
            for level in critical_levels(service.penalty, self.month, _of(service.id, attainments))
        )
        return replace(base, terms=governing.digest, lines=lines, credits=credits_, critical=critical)

    def _empty(self, terms: Terms) -> Invoice:
        unbound = replace(
            terms,
            services=tuple(
                replace(service, rates=tuple(replace(rate, minimum=None) for rate in service.rates))
                for service in terms.services
            ),
        )
        return make_invoice(unbound, self.month, {}, ())

    def _lines(self) -> Iterator[tuple[Line, list[int]]]:
        """Give each line with the items of its terms and unit.

        A shortfall, and what is not counted in items, is for the governing terms.
        """
        governing = self.governing.digest
        parts = list(self.parts())
        if governing not in {digest for digest, *_ in parts}:
            parts.append((governing, self._whole(self.governing), {}))
        figures, before = figures_of(self.account.store), list[Line]()
        made: dict[str, list[Line]] = {}
        for digest, terms, found in sorted(parts, key=lambda part: part[0] == governing):
            usage: dict[str, dict[str, Quantity]] = {}
            for (service, unit), items in found.items():
                usage.setdefault(service, {})[unit] = len(items)
            overtime = self._measured(terms, usage) if digest == governing else {}
            held = self._less(terms, before) if digest == governing else terms
            lines = make_invoice(held, self.month, usage, (), Known(figures, overtime)).lines
            made[digest] = [line for line in lines if line.part != "shortfall" or digest == governing]
            before += made[digest]
        for digest, _, found in parts:
            for line in made[digest]:
                yield line, found.get((line.service, line.unit), [])

    def _less(self, terms: Terms, before: Sequence[Line]) -> Terms:
        """Give terms whose minimums are less what lines of other terms bill of the month."""
        if not before or not any(rate.minimum for service in terms.services for rate in service.rates):
            return terms
        empty = self._empty(terms)
        days = (empty.last_day - empty.first_day).days + 1
        share = Fraction(days, monthrange(empty.first_day.year, empty.first_day.month)[1])
        services = []
        for service in terms.services:
            billed = [line for line in before if line.service == service.id]
            services.append(replace(service, rates=tuple(_rest(rate, billed, share) for rate in service.rates)))
        return replace(terms, services=tuple(services))

    def _measured(self, terms: Terms, usage: dict[str, dict[str, Quantity]]) -> Overtimes:
        """Add to the usage what is not counted in items, by these terms for all of the month; gives its overtime."""
        if all(rate.simple for service in terms.services for rate in service.rates):
            return {}
        extra = measured(self.account.store, terms, self.month)
        for (service, unit), (quantity, _) in extra.items():
            usage.setdefault(service, {})[unit] = quantity
        return {key: parts for key, (_, parts) in extra.items() if parts}

    def behind(self, number: int) -> list[int]:
        """Give the items behind a line, in the order of delivery."""
        for n, (line, items) in enumerate(self._lines(), 1):
            if n == number:
                return items[line.first - 1 : line.last]
        raise Refused(Problem("line-differs", f"{self.month} has no line {number}"))


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


def _as(one: Counted, fact: ItemRebooked | None, month: str) -> Counted | None:
    """Give an item as it counts in a month, None where it does not."""
    if fact is None:
        return one
    if not fact.billed or fact.month not in {"", month}:
        return None
    return one._replace(unit=fact.unit or one.unit)


def _credits(
    terms: Terms, month: str, lines: Sequence[Line], attainments: Sequence[Attainment], earlier: Sequence[Credit]
) -> Iterator[Credit]:
    for service in terms.services:
        fee = sum((line.amount for line in lines if line.service == service.id), Money(0, terms.currency))
        kept = _of(service.id, attainments)
        yield from credits_of(service.penalty, fee, (one for one in kept if one.month == month))
        given = [one for one in earlier if one.service == service.id]
        yield from earned_back(service.penalty, month, given, kept)


def _rest(rate: Rate, billed: Sequence[Line], share: Fraction) -> Rate:
    """Give a rate with what is left of its minimum; `share`: the part of the month that the engagement covers."""
    minimum, lines = rate.minimum, [line for line in billed if line.unit == rate.unit]
    if minimum is None or not lines:
        return rate
    whole = minimum.quantity is not None
    had = sum((Decimal(line.quantity) if whole else line.amount.amount for line in lines), Decimal(0))
    had = EXACT.divide(EXACT.multiply(had, share.denominator), share.numerator)
    left = EXACT.subtract(minimum.quantity or minimum.amount or Decimal(0), had)
    if left <= 0:
        return replace(rate, minimum=None)
    return replace(rate, minimum=Minimum(quantity=left) if whole else Minimum(amount=left))


def _of(service: str, attainments: Sequence[Attainment]) -> list[Attainment]:
    return [one for one in attainments if one.service == service]


def not_by_parts(terms: Terms, *, rebooked: bool) -> list[str]:
    """Give the units (service/unit) that cannot be counted by amended terms, or with items rebooked.

    The facts behind overtime of items, and behind outcomes, do not know which terms an item came in under, or that it
    was rebooked.
    """
    return [
        f"{service.id}/{rate.unit}"
        for service in terms.services
        for rate in service.rates
        if (rate.kind in OF_ITEMS and not rate.simple) or (rebooked and rate.kind == "outcome")
    ]


def refuse_by_parts(terms: Iterable[Terms], *, rebooked: bool) -> None:
    """Refuse what would leave months that cannot be billed. Raises Refused, naming the units."""
    units = dict.fromkeys(unit for one in terms for unit in not_by_parts(one, rebooked=rebooked))
    if units:
        text = f"no month could be billed any more: {', '.join(units)} cannot be counted by amended terms or anew"
        raise Refused(Problem("not-by-parts", text))
