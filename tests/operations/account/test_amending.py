"""Amendments, renewals and terminations: what comes in is bound to what holds then, and the past stays as it was."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from claims_pack import TERMS
from small_desk import MUCH_LATER, SmallDesk, rows_of, source_of

from alihdaya.channels.batch import Row
from alihdaya.engagement.terms import parse
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, SECOND, micros
from alihdaya.operations.books.account.agree import agreements, amend, renew, terminate
from alihdaya.operations.books.account.close import close
from alihdaya.operations.books.bill import bill, line_items
from alihdaya.operations.books.replay import prove
from alihdaya.operations.run.flow import run
from alihdaya.store import views
from alihdaya.store.views.ledger import facts


def instant(month, day, hour=17, year=2013):
    return micros(datetime(year, month, day, hour, tzinfo=UTC))


def terms(*changes, text=TERMS):
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return parse(text.encode())


DEARER = terms(("price = 1.005", "price = 2"))
FEBRUARY_5 = date(2013, 2, 5)


def bound(small):
    """Item -> which terms it was bound to, by the start of their digest."""
    return {one.id: one.terms for one in views.items(small.store)}


def refused(action, *arguments, **more):
    with pytest.raises(Refused) as error:
        action(*arguments, **more)
    return [problem.code for problem in error.value.problems]


def test_what_comes_in_before_is_billed_by_the_old_terms_even_if_it_is_delivered_after(small):
    small.at = instant(2, 4)
    early, held = small.receive("plain", 1), small.receive("judge")
    small.assign(held)
    small.commit()
    amend(small.desk, DEARER, FEBRUARY_5, "dearer", "manager")
    midnight = instant(2, 5, 5)  # of New York
    small.at = midnight - SECOND
    last_old = small.receive("plain", 1)
    small.at = midnight
    first_new = small.receive("plain", 1)
    small.complete(held, seconds=60, verdict="yes")
    small.commit()
    old, new = small.terms.digest, DEARER.digest
    assert bound(small) == {early: old, held: old, last_old: old, first_new: new}
    made = bill(small.store, small.terms, "2013-02").invoice
    lines = {(line.unit, str(line.price)): line for line in made.lines}
    assert {key: line.quantity for key, line in lines.items()} == {
        ("paid", "1.005"): 2,
        ("judged", "4"): 1,
        ("paid", "2"): 1,
    }
    behind = {key: line_items(small.store, small.terms, "2013-02", line) for key, line in lines.items()}
    assert behind == {("paid", "1.005"): [early, last_old], ("judged", "4"): [held], ("paid", "2"): [first_new]}
    assert [line.number for line in made.lines] == [1, 2, 3]
    assert made.terms == new
    assert prove(small.store).equal


def test_a_desk_that_is_opened_again_knows_the_amendment(small):
    small.at = instant(2, 1)
    small.receive("plain", 1)
    small.commit()
    amend(small.desk, DEARER, FEBRUARY_5, "dearer", "manager")
    small.open()
    small.at = instant(2, 6)
    item = small.receive("plain", 1)
    small.commit()
    assert bound(small)[item] == DEARER.digest
    (found,) = agreements(small.store)
    assert [(one.kind, one.effect, one.terms.digest) for one in found.segments] == [
        ("signed", date(2013, 1, 1), small.terms.digest),
        ("amended", FEBRUARY_5, DEARER.digest),
    ]


def test_a_retroactive_amendment_prices_what_came_in_since_and_leaves_its_clocks(small):
    small.at = instant(2, 6)
    item = small.receive("plain", 1)
    small.commit()
    assert refused(amend, small.desk, DEARER, FEBRUARY_5, "dearer", "manager") == ["in-the-past"]
    amend(small.desk, DEARER, FEBRUARY_5, "dearer", "manager", retroactive=True)
    assert bound(small)[item] == small.terms.digest
    (line,) = bill(small.store, small.terms, "2013-02").invoice.lines
    assert str(line.price) == "2"


def test_an_amendment_can_be_taken_back_by_another(small):
    for day, wanted in ((5, DEARER), (7, small.terms)):
        amend(small.desk, wanted, date(2013, 2, day), "try", "manager")
    found = []
    for day in (4, 6, 8):
        small.at = instant(2, day)
        found.append(small.receive("plain", 1))
    small.commit()
    assert [bound(small)[item] for item in found] == [small.terms.digest, DEARER.digest, small.terms.digest]
    small.open()
    assert len(agreements(small.store)[0].segments) == 3


OTHER = [
    (terms(('id = "acme"', 'id = "other"')), FEBRUARY_5, "which-engagement"),
    (terms(("until = 2013-12-31", "until = 2014-12-31")), FEBRUARY_5, "other-period"),
    (DEARER, date(2013, 1, 1), "overlap"),
    (DEARER, date(2014, 1, 1), "overlap"),
    (terms(), FEBRUARY_5, "nothing-changes"),
    (terms(('currency = "USD"', 'currency = "EUR"')), FEBRUARY_5, "other-currency"),
    (
        terms(('city = "New York"\ntime_zone = "America/New_York"', 'city = "X"\ntime_zone = "UTC"')),
        FEBRUARY_5,
        "other-days",
    ),
    (terms(('id = "claims-desk"', 'id = "desk"')), FEBRUARY_5, "service-gone"),
]


@pytest.mark.parametrize(("wanted", "day", "code"), OTHER, ids=[code + str(n) for n, (*_, code) in enumerate(OTHER)])
def test_terms_that_overlap_or_are_others_are_refused(small_sqlite, wanted, day, code):
    small_sqlite.commit()
    before = small_sqlite.store.last_seq()
    assert refused(amend, small_sqlite.desk, wanted, day, "why", "manager") == [code]
    assert small_sqlite.store.last_seq() == before


CHEAPER = terms(("price = 1.005", "price = 1"))


def test_a_second_amendment_must_come_after_the_first_or_stand_in_for_it(small_sqlite):
    amend(small_sqlite.desk, DEARER, FEBRUARY_5, "why", "manager")
    assert refused(amend, small_sqlite.desk, CHEAPER, date(2013, 2, 4), "why", "manager") == ["overlap"]
    assert refused(amend, small_sqlite.desk, DEARER, FEBRUARY_5, "why", "manager") == ["nothing-changes"]
    amend(small_sqlite.desk, CHEAPER, date(2013, 2, 6), "why", "manager")
    assert refused(amend, small_sqlite.desk, DEARER, FEBRUARY_5, "why", "manager") == ["overlap"]
    (found,) = agreements(small_sqlite.store)
    assert [one.terms.digest for one in found.segments[1:]] == [DEARER.digest, CHEAPER.digest]


def month_line(small):
    (line,) = bill(small.store, small.terms, "2013-02").invoice.lines
    return str(line.price), line.quantity


def test_the_terms_before_may_stand_in_for_a_wrong_amendment_as_if_it_had_never_been(small):
    small.at = instant(2, 1)
    small.receive("plain", 1)
    small.commit()
    whole = amend(small.desk, DEARER, FEBRUARY_5, "a wrong file", "manager")
    again = amend(small.desk, small.terms, FEBRUARY_5, "taken back", "manager")
    assert (len(whole.segments), len(again.segments), len(again.replaced)) == (2, 1, 1)
    assert (again.replaced[0].reason, again.replaced[0].gone, again.replaced[0].back) == (
        "a wrong file",
        "taken back",
        True,
    )
    small.at = instant(2, 6)
    item = small.receive("plain", 1)
    small.commit()
    assert bound(small)[item] == small.terms.digest
    assert month_line(small) == ("1.005", 2)
    amend(small.desk, DEARER, date(2013, 2, 7), "now for good", "manager")
    small.open()
    assert [one.effect.day for one in agreements(small.store)[0].segments] == [1, 7]
    assert prove(small.store).equal


def test_what_came_in_under_a_wrong_amendment_is_billed_by_the_right_one(small):
    small.at = instant(2, 4)
    small.commit()
    amend(small.desk, DEARER, FEBRUARY_5, "a wrong file", "manager")
    small.at = instant(2, 6)
    item = small.receive("plain", 1)
    small.commit()
    assert refused(amend, small.desk, CHEAPER, FEBRUARY_5, "the right file", "manager") == ["in-the-past"]
    found = amend(small.desk, CHEAPER, FEBRUARY_5, "the right file", "manager", retroactive=True)
    assert bound(small)[item] == DEARER.digest
    assert month_line(small) == ("1", 1)
    shown = [(one.kind, one.effect, one.terms.digest, one.reason) for one in (*found.segments[1:], *found.replaced)]
    assert shown == [
        ("amended", FEBRUARY_5, CHEAPER.digest, "the right file"),
        ("amended", FEBRUARY_5, DEARER.digest, "a wrong file"),
    ]
    assert (found.replaced[0].gone, found.replaced[0].back) == ("the right file", False)
    kinds = [one.event.kind for one in facts(small.store, "acme")]
    assert kinds == ["amended", "replacing"]
    small.open()
    small.at = instant(2, 7)
    following = small.receive("plain", 1)
    small.commit()
    assert bound(small)[following] == CHEAPER.digest
    assert prove(small.store).equal


def closed(small, month):
    return close(small.desk, "acme", month, MUCH_LATER, "accounts").number


def test_an_amendment_that_a_closed_invoice_used_stays(small_sqlite):
    small = small_sqlite
    small.at = instant(2, 4)
    small.receive("plain", 1)
    small.commit()
    amend(small.desk, DEARER, date(2013, 3, 5), "a wrong file", "manager")
    closed(small, "2013-02")  # does not know of March
    amend(small.desk, CHEAPER, date(2013, 3, 5), "the right file", "manager")
    small.at = instant(3, 6)
    small.receive("plain", 1)
    small.commit()
    number = closed(small, "2013-03")
    with pytest.raises(Refused, match=number):
        amend(small.desk, DEARER, date(2013, 3, 5), "dearer after all", "manager", retroactive=True)
    amend(small.desk, DEARER, date(2013, 4, 5), "dearer after all", "manager")


def test_a_later_amendment_that_was_taken_back_does_not_free_the_one_that_an_invoice_used(small_sqlite):
    small = small_sqlite
    amend(small.desk, DEARER, FEBRUARY_5, "dearer", "manager")
    small.at = instant(2, 6)
    small.receive("plain", 1)
    small.commit()
    number = closed(small, "2013-02")
    amend(small.desk, CHEAPER, date(2013, 3, 5), "a wrong file", "manager")
    amend(small.desk, DEARER, date(2013, 3, 5), "taken back", "manager")
    with pytest.raises(Refused, match=number):
        amend(small.desk, CHEAPER, FEBRUARY_5, "cheaper after all", "manager", retroactive=True)


def test_a_change_of_a_closed_month_may_be_replaced_until_an_invoice_adjusted_it(small_sqlite):
    small = small_sqlite
    small.at = instant(2, 6)
    small.receive("plain", 1)
    small.commit()
    closed(small, "2013-02")  # before the change: it knows nothing of it
    amend(small.desk, DEARER, FEBRUARY_5, "a wrong file", "manager", retroactive=True)
    found = amend(small.desk, CHEAPER, FEBRUARY_5, "the right file", "manager", retroactive=True)
    assert len(found.segments) == 2
    small.at = instant(3, 6)
    small.receive("plain", 1)
    small.commit()
    closed(small, "2013-03")
    assert refused(amend, small.desk, DEARER, FEBRUARY_5, "no", "manager", retroactive=True) == ["used"]


def test_a_renewal_goes_on_where_the_terms_end(small):
    small.at = instant(12, 30)
    held = small.receive("judge")
    small.assign(held)
    small.commit()
    renewed = terms(("from = 2013-01-01", "from = 2014-01-01"), ("until = 2013-12-31", "until = 2014-06-30"))
    overlap = replace(renewed, start=date(2013, 12, 31))
    gap = replace(renewed, start=date(2014, 1, 2))
    assert refused(renew, small.desk, "acme", overlap, "why", "manager") == ["overlap"]
    assert refused(renew, small.desk, "acme", gap, "why", "manager") == ["gap"]
    assert refused(renew, small.desk, "acme", date(2013, 12, 31), "why", "manager") == ["overlap"]
    assert renew(small.desk, "acme", date(2014, 6, 30), "why", "manager").until == date(2014, 6, 30)
    small.at = instant(1, 2, year=2014)
    small.complete(held, seconds=60, verdict="yes")
    item = small.receive("plain", 1)
    small.commit()
    assert bound(small)[item] == renewed.digest
    assert bill(small.store, small.terms, "2014-01").invoice.fees.minor == 400 + 101
    small.at = instant(7, 1, year=2014)
    assert refused(small.receive) == ["ended"]


def test_nothing_comes_in_after_a_termination_but_what_is_there_is_finished_and_billed(small):
    small.at = instant(3, 10)
    held = small.receive("judge")
    small.assign(held)
    small.commit()
    assert refused(terminate, small.desk, "acme", date(2013, 3, 9), "moved away", "manager") == ["in-the-past"]
    assert refused(terminate, small.desk, "acme", date(2014, 3, 9), "moved away", "manager") == ["outside-engagement"]
    terminate(small.desk, "acme", date(2013, 3, 15), "moved away", "manager")
    assert refused(terminate, small.desk, "acme", date(2013, 3, 20), "again", "manager") == ["terminated"]
    assert refused(amend, small.desk, DEARER, date(2013, 3, 14), "why", "manager") == ["terminated"]
    small.at = instant(3, 16, 4) - SECOND  # New York has summer time by now
    small.receive("plain", 1)
    small.at += SECOND
    assert refused(small.receive) == ["terminated"]
    small.at = instant(4, 1)
    small.complete(held, seconds=60, verdict="yes")
    small.commit()
    assert [str(bill(small.store, small.terms, month).invoice.fees.amount) for month in ("2013-03", "2013-04")] == [
        "1.01",
        "4.00",
    ]
    assert prove(small.store).equal


def test_rows_of_a_file_after_a_termination_are_turned_away_with_the_reason(small):
    small.at = instant(3, 1)
    small.commit()
    terminate(small.desk, "acme", date(2013, 3, 2), "moved away", "manager")
    rows = rows_of(("plain", 1), ("plain", 1), ("plain", 1), start=instant(3, 1), step=DAY)
    done = run(small.desk, small.service, source_of(rows), now=lambda: MUCH_LATER)
    assert (done.received, done.turned_away) == (2, 1)
    (reject,) = views.rejects(small.store, done.source)
    assert (reject.row, "before the engagement, after it" in reject.reason) == (3, True)
    rows = [Row(1, "late", instant(3, 9), {"claim": 9, "kind": "plain", "amount": 1})]
    done = run(small.desk, small.service, source_of(rows, digest="e" * 64, by_data=False), now=lambda: instant(3, 9))
    (reject,) = views.rejects(small.store, done.source)
    assert "terminated: nothing comes in after 2013-03-02: moved away" in reject.reason


def test_other_terms_are_not_signed_behind_an_amendments_back(small_sqlite):
    small = small_sqlite
    amend(small.desk, DEARER, FEBRUARY_5, "why", "manager")
    small.terms = terms(("price = 1.005", "price = 1"))
    small.commit()
    with pytest.raises(Refused, match="amend or renew"):
        SmallDesk.open(small)
