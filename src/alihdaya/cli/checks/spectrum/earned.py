"""From the books to margins an hour, service by service."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from alihdaya.kernel.errors import Problem
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.planning.spectrum.margin import Earned, MarginHour, margin_an_hour

if TYPE_CHECKING:
    from alihdaya.store import Store


def margins(
    store: "Store", wanted: str | None, *, engagement: str | None = None, seed: int, draws: int
) -> tuple[dict[tuple[str, str], list[MarginHour]], list[Problem]]:
    """Give (engagement, service) -> its margin an hour, one for each currency; and which months could not be billed.

    `engagement`: of what this one leaves alone.
    """
    problems: list[Problem] = []
    rows: dict[tuple[tuple[str, str], str], list[Earned]] = {}
    for of, currency, earned in _rows(store, engagement, problems):
        if wanted in (None, of[1]):
            rows.setdefault((of, currency), []).append(earned)
    found: dict[tuple[str, str], list[MarginHour]] = {}
    for (of, currency), some in rows.items():
        made = margin_an_hour(some, currency, seed=seed, draws=draws)
        if made is not None:
            found.setdefault(of, []).append(made)
    return found, problems


def _rows(store: "Store", wanted: str | None, problems: list[Problem]) -> Iterator[tuple[tuple[str, str], str, Earned]]:
    from alihdaya.operations.books.bill import bills, terms_of
    from alihdaya.operations.books.shares import by_item

    for engagement in dict.fromkeys(one.id for one in store.engagements() if wanted in (None, one.id)):
        terms = terms_of(store, engagement)
        made, unbilled = bills(store, terms)
        problems += unbilled
        for bill in made:
            for share in by_item(store, terms, bill):
                left = share.fees - share.credits - share.labour - share.overhead
                amount = float(Money(left, terms.currency).amount)
                hours = share.seconds * SECOND / HOUR
                yield (engagement, share.service), terms.currency, Earned(bill.month, share.item, amount, hours)
