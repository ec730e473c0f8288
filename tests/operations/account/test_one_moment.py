"""Bills, pages and reports beside a writer: whatever is written between two of their reads, all is of one moment."""

from contextlib import contextmanager
from datetime import date
from itertools import count

import pytest
from test_amending import DEARER, instant
from test_closing import change, claims, closing, rebooked

from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.account.accrue import accruals
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.close import document_of, items_behind, sums_of
from alihdaya.operations.books.account.dispute import disputes
from alihdaya.operations.books.account.pay import dues
from alihdaya.operations.books.account.statement import statement
from alihdaya.operations.books.bill import bills, terms_of
from alihdaya.operations.books.lines import facts_behind, page_behind
from alihdaya.operations.books.morning import morning
from alihdaya.store import open_store

MARCH = "2013-03"


def told(store, ask):
    try:
        return ask(store)
    except Refused as refusal:
        return [one.code for one in refusal.problems]


ASKED = {
    "document": lambda store: document_of(store, terms_of(store, "acme"), MARCH),
    "items": lambda store: items_behind(store, terms_of(store, "acme"), MARCH, 1),
    "page": lambda store: page_behind(store, terms_of(store, "acme"), MARCH, 1, 1),
    "facts": lambda store: facts_behind(store, terms_of(store, "acme"), MARCH, 1, 1),
    "bills": lambda store: bills(store, terms_of(store, "acme")),
    "accruals": accruals,
    "sums": lambda store: sums_of(store, terms_of(store, "acme")),
    "morning": lambda store: morning(store, terms_of(store, "acme"), instant(3, 20)).sheets,
    "statement": lambda store: statement(store, "acme"),
    "dues": dues,
    "disputes": disputes,
}


@pytest.fixture
def lived(small):
    """January closed, February open, and a little of March."""
    claims(small, 1, 4)
    closing(small, "2013-01")
    claims(small, 2, 2)
    claims(small, 3, 2)
    return small


def acts(small, first):
    """What is written meanwhile: work of March, and an item of January that is taken off its invoice, and put back."""
    for n in count():
        if n % 2:
            yield lambda: rebooked(small, first, change(billed=n % 4 == 3))  # noqa: B023
        else:
            yield lambda: claims(small, 3, 2, day=12)


@contextmanager
def disturbed(store, monkeypatch, n, act):
    """Let something be written before the n-th connection (from 0) of a reader; gives how many it made."""
    read, made = store.database.read, []

    @contextmanager
    def reading():
        if getattr(store.database._held, "connection", None) is None:
            if len(made) == n:
                act()
            made.append(1)
        with read() as connection:
            yield connection

    with monkeypatch.context() as patch:
        patch.setattr(store.database, "read", reading)
        yield made


@pytest.mark.parametrize("amended", [False, True])
def test_what_is_written_between_two_reads_is_seen_by_all_of_a_report_or_by_none(
    lived, store_url, monkeypatch, amended
):
    if amended:
        amend(lived.desk, DEARER, date(2013, 3, 5), "dearer", "manager", retroactive=True)
    meanwhile = acts(lived, 1)
    torn = []
    with open_store(store_url, read_only=True) as reader:
        for name, ask in ASKED.items():
            with disturbed(reader, monkeypatch, -1, None) as made:
                before = told(reader, ask)
            for n in range(len(made)):
                with disturbed(reader, monkeypatch, n, next(meanwhile)):
                    found = told(reader, ask)
                after = told(reader, ask)
                torn += [(name, n)] if found not in (before, after) else []
                before = after
    assert torn == []
