"""A month's margin shared out to items and to persons; every share is a whole minor unit, and they add up to it."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from alihdaya.engagement.contribution import Contribution, added, overheads
from alihdaya.engagement.invoice import Line
from alihdaya.engagement.margin import Labour, labour_cost, labour_parts
from alihdaya.engagement.rates.loading import NO_LOADING, PARTS, apportion
from alihdaya.engagement.terms import Terms
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.parts import ByParts
from alihdaya.operations.books.bill import Bill, labour_of, span
from alihdaya.store import Store
from alihdaya.store.views.work import Sold, Worked, sold, worked

_UNWORKED = (PARTS.index("shrinkage"), PARTS.index("idle"))
Key = tuple[str, str]


class Share(NamedTuple):
    """One item's share, in minor units. `unit` is empty for an item that was worked on and is not delivered yet.

    Item 0 has what belongs to no item of its service, such as the fee of a seat.
    """

    item: int
    service: str
    unit: str
    seconds: int
    fees: int
    credits: int
    labour: int
    overhead: int


@dataclass
class _Columns:
    """Shares being made: a place for each item, in the order in which they come."""

    items: list[tuple[int, str, str]] = field(default_factory=list)
    places: dict[tuple[int, str], int] = field(default_factory=dict)
    amounts: dict[str, "array[int]"] = field(
        default_factory=lambda: {name: array("q") for name in ("seconds", "fees", "credits", "labour", "overhead")}
    )

    def place(self, item: int, service: str, unit: str = "") -> int:
        """Give the item's place; a new one where it has none."""
        found = self.places.get((item, service))
        if found is None:
            found = self.places[item, service] = len(self.items)
            self.items.append((item, service, unit))
            for column in self.amounts.values():
                column.append(0)
        return found

    def share(self, name: str, total: int, places: Iterable[int], weights: Iterable[int]) -> None:
        """Share an amount out."""
        column = self.amounts[name]
        for place, part in zip(places, apportion(total, weights), strict=True):
            column[place] += part

    def rows(self) -> Iterator[Share]:
        """Give them as rows."""
        for (item, service, unit), *numbers in zip(self.items, *self.amounts.values(), strict=True):
            yield Share(item, service, unit, *numbers)


def by_item(store: Store, terms: Terms, made: Bill) -> list[Share]:
    """Share a month's margin out to its items; in the order of service, unit and delivery, the unfinished ones last.

    A line's amount falls evenly on the items that it bills (one that bills no items, on all of its unit), a service's
    credits by the items' fees, overhead evenly on a unit's items, labour by the time worked, or as `Loading.spread`
    says. In a month with amended terms or rebooked items, each line's items are those that it bills by them. Raises
    StoreError where items were archived and their files are not there.
    """
    within = span(terms, made.month)
    columns = _Columns()
    units = dict(_places(columns, sold(store, terms.engagement, within)))
    _share_fees(columns, units, made, _apart(store, terms, made.month))
    for key, total in overheads(terms, made.invoice, made.margin).items():
        places = units.get(key) or range(columns.place(0, key[0]), columns.place(0, key[0]) + 1)
        columns.share("overhead", total, places, [1] * len(places))
    _share_labour(columns, terms, labour_of(store, terms, made.month), worked(store, terms.engagement, within))
    return list(columns.rows())


def _places(columns: _Columns, rows: Iterable[Sold]) -> Iterator[tuple[Key, range]]:
    for key, group in groupby(rows, key=lambda row: (row.service, row.unit)):
        first = len(columns.items)
        for row in group:
            columns.place(*row)
        yield key, range(first, len(columns.items))


def _apart(store: Store, terms: Terms, month: str) -> dict[int, list[int]]:
    """Give line -> the items that it bills, where lines are no slices of what was delivered; else nothing."""
    account = account_of(store, terms.engagement)
    if not account.otherwise:
        return {}
    parts = ByParts(account.month(month, span(terms, month)))
    return {line.number: parts.behind(line.number) for _, line in parts.lines if _is_of_items(line)}


def _share_fees(columns: _Columns, units: dict[Key, range], made: Bill, apart: Mapping[int, Sequence[int]]) -> None:
    for line in made.invoice.lines:
        places: Sequence[int] = _billed(line, units.get((line.service, line.unit), range(0)))
        if line.number in apart:
            places = [columns.place(item, line.service, line.unit) for item in apart[line.number]]
        if not places:
            rest = columns.place(0, line.service)
            places = range(rest, rest + 1)
        columns.share("fees", line.amount.minor, places, [1] * len(places))
    notes = {service: amount.minor for service, amount in made.margin.notes}
    for service in {credit.service for credit in made.invoice.credits} | notes.keys():
        total = notes.get(service, 0) + sum(
            credit.amount.minor for credit in made.invoice.credits if credit.service == service
        )
        columns.place(0, service)  # the last one, for a service without fees
        mine = [place for place, (_, of, _) in enumerate(columns.items) if of == service]
        columns.share("credits", total, mine, [max(0, columns.amounts["fees"][place]) for place in mine])


def _billed(line: Line, places: range) -> range:
    return places[int(line.first) - 1 : int(line.last)] if _is_of_items(line) else places


def _is_of_items(line: Line) -> bool:
    return line.part == "usage" and line.kind == "item"


def _share_labour(columns: _Columns, terms: Terms, labour: Iterable[Labour], tasks: Iterable[Worked]) -> None:
    done: dict[Key, list[tuple[int, int]]] = defaultdict(list)
    for task in tasks:
        place = columns.place(task.item, task.service)
        columns.amounts["seconds"][place] += task.seconds
        done[task.service, task.person].append((place, task.seconds))
    for one in labour:
        cost = terms.service(one.service).cost
        mine = done.get((one.service, one.person)) or [(columns.place(0, one.service), 1)]
        total, apart = labour_cost(cost, one).minor, 0
        if (cost.loading or NO_LOADING).spread == "items":
            found = labour_parts(cost, one)
            apart = sum(found[part] for part in _UNWORKED)
        places = [place for place, _ in mine]
        columns.share("labour", total - apart, places, [seconds for _, seconds in mine])
        columns.share("labour", apart, places, [1] * len(mine))


def by_person(store: Store, terms: Terms, made: Bill) -> list[Contribution]:
    """Give a row a person, by id: what they cost, and what the items brought that they worked on in the month.

    Where several worked on an item, by their time. The last row, without a name, has what nobody worked on.
    """
    shares = by_item(store, terms, made)
    places = {(one.item, one.service): place for place, one in enumerate(shares)}
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * 6)
    tasks = sorted(worked(store, terms.engagement, span(terms, made.month)), key=lambda task: places[task[:2]])
    left = set(range(len(shares)))
    for place, group in groupby(tasks, key=lambda task: places[task[:2]]):
        left.discard(place)
        _share_item(sums, shares[place], list(group))
    for place in left:
        for at, amount in ((2, shares[place].fees), (3, shares[place].credits), (5, shares[place].overhead)):
            sums[""][at] += amount
        sums[""][0] += bool(shares[place].unit)
    parts = _costs(terms, labour_of(store, terms, made.month), sums)
    rows = [
        Contribution(made.month, name, n, seconds, fees, credits_, labour, overhead, parts.get(name, ()))
        for name, (n, seconds, fees, credits_, labour, overhead) in sorted(sums.items())
    ]
    return [*[row for row in rows if row.name], *[row for row in rows if not row.name]]


def _share_item(sums: dict[str, list[int]], share: Share, tasks: list[Worked]) -> None:
    weights = [task.seconds for task in tasks]
    for at, amount in ((2, share.fees), (3, share.credits), (5, share.overhead)):
        for task, part in zip(tasks, apportion(amount, weights), strict=True):
            sums[task.person][at] += part
    for task in tasks:
        sums[task.person][0] += task.done
        sums[task.person][1] += task.seconds


def _costs(terms: Terms, labour: Iterable[Labour], sums: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    parts: dict[str, tuple[int, ...]] = {}
    for one in labour:
        cost = terms.service(one.service).cost
        sums[one.person][4] += labour_cost(cost, one).minor
        parts[one.person] = added([parts.get(one.person, ()) or (0,) * len(PARTS), labour_parts(cost, one)])
    return parts
