"""From an item to its invoice's lines, beside a plain walk over all that is behind each line."""

import random

import pytest
from small_desk import MUCH_LATER
from test_amended_rates import MONTH, february, on, small_folder, small_sqlite_folder  # noqa: F401 (fixtures)
from test_amending import instant
from test_closing import change, claims, closing, rebooked

from alihdaya.cli.reading import StoreReader
from alihdaya.operations.books.account.close import close, document_of, items_behind
from alihdaya.operations.books.account.dispute import decide, open_dispute
from alihdaya.operations.books.account.traced import traced
from alihdaya.store import views


def trace(small, item):
    return traced(small.store, views.item_story(small.store, item))


def found(small, item):
    """(month, invoice, its lines) of an item."""
    return [(one.month, one.number, [line.number for line in one.lines]) for one in trace(small, item).places]


def walked(small, month, items):
    """Item -> the numbers of the month's lines that it is behind, by reading all that is behind each."""
    lines = document_of(small.store, small.terms, month)["lines"]
    behind = {one["number"]: set(items_behind(small.store, small.terms, month, one["number"])) for one in lines}
    return {item: [number for number, some in behind.items() if item in some] for item in items}


def test_an_item_is_traced_to_its_tier_of_an_open_and_of_a_closed_month(small):
    items = claims(small, 1, 7)  # tiers end after the third and the fifth
    random.Random(3).shuffle(items)
    assert {item: found(small, item) for item in items} == {
        item: [("2013-01", "", lines)] for item, lines in walked(small, "2013-01", items).items()
    }
    closing(small, "2013-01")
    numbers = [found(small, item)[0] for item in sorted(items)]
    assert numbers == [("2013-01", "acme-00001", [line]) for line in (1, 1, 1, 2, 2, 3, 3)]


def test_what_is_not_delivered_or_not_billed_is_on_no_line(small):
    small.at = instant(1, 10)
    waiting = small.receive("judge", 1)
    small.commit()
    assert trace(small, waiting) == ((), (), None, False)


def test_a_corrected_item_is_on_the_line_that_billed_it_and_on_the_one_that_puts_it_right(small):
    first, second = claims(small, 1, 2)
    claims(small, 2, 1)
    closing(small, "2013-01")
    rebooked(small, first, change(billed=False))
    told = trace(small, first)
    assert found(small, first) == [("2013-01", "acme-00001", [1])]
    assert (told.rebooked.billed, told.waits) == (False, True)
    closing(small, "2013-02")
    adjustment = document_of(small.store, small.terms, "2013-02")["adjustments"][0]
    assert found(small, first) == [("2013-01", "acme-00001", [1]), ("2013-02", "acme-00002", [adjustment["number"]])]
    told = trace(small, first)
    assert (told.places[1].adjusts, told.waits) == ("2013-01", False)
    assert (found(small, second), trace(small, second).rebooked) == ([("2013-01", "acme-00001", [1])], None)


def test_an_item_that_was_moved_to_an_open_month_is_on_its_lines(small):
    first, _ = claims(small, 1, 2)
    claims(small, 2, 1)
    rebooked(small, first, change("2013-02"))
    assert found(small, first) == [("2013-02", "", [1])]
    assert not trace(small, first).waits, "no closed month is touched"


def test_a_disputed_item_names_its_dispute_and_the_credit_note(small):
    first, second, third = claims(small, 1, 3)
    closing(small, "2013-01")
    open_dispute(small.desk, "acme-00001", {}, [first], reason="not ours", by="client")
    open_dispute(small.desk, "acme-00001", {}, [second], reason="late", by="client")
    decide(small.desk, "acme", 1, "right", "accounts", upheld=True)
    assert trace(small, first).disputes == ((1, "acme-00001", True, "acme-C00001"),)
    assert trace(small, second).disputes == ((2, "acme-00001", None, ""),)
    assert trace(small, third).disputes == ()


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_each_kind_of_line_of_an_amended_month_is_traced_as_it_bills(february, closed):  # noqa: F811
    for month in ("2013-01", MONTH) if closed else ():
        close(february.desk, "acme", month, MUCH_LATER, "accounts")
    _as_walked(february)


def test_each_kind_of_line_is_traced_as_it_bills(small_folder):  # noqa: F811
    small = small_folder
    for n, (day, clock, seconds) in enumerate([(4, "17:30", 400), (5, "10:04", 500), (8, "19:00", 61)], 1):
        small.at = on(day, clock) - 1_200_000_000
        small.receive("judge", 500)
        small.assign(n, "ana")
        small.at = on(day, clock)
        small.complete(n, "ana", seconds=seconds, verdict="yes" if n != 2 else "no")
    small.commit()
    _as_walked(small)


def _as_walked(small):
    items = [one.id for one in views.items(small.store)]
    for item, wanted in walked(small, MONTH, items).items():
        one_of = [[line.number for line in one.lines] for one in trace(small, item).places]
        exact = {numbers[0] for numbers in one_of if len(numbers) == 1}
        among = [set(numbers) & set(wanted) for numbers in one_of if len(numbers) > 1]
        assert exact <= set(wanted), (item, one_of, wanted)
        assert exact.union(*among) == set(wanted), (item, one_of, wanted)
        assert all(among), "whatever is named among several lines is one of them"


def test_the_page_of_an_item_says_where_it_is_billed(small):
    (item,) = claims(small, 1, 1)
    assert StoreReader(small.store).story(item).billed == trace(small, item)
