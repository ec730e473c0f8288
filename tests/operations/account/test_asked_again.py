"""A dispute, its decision and a match that are asked for again count once; a reference makes them another."""

import json
import random
import subprocess
import sys
import time
from datetime import date
from decimal import Decimal

import pytest
from click.testing import CliRunner
from house_street import Street
from small_desk import SmallDesk
from test_amending import instant, refused
from test_closing import claims, closing
from test_paying import booking, imported, left

from alihdaya.cli import cli
from alihdaya.engagement.account.events import CreditNoteIssued, DisputeOpened, PaymentMatched
from alihdaya.engagement.account.payment import Statement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.event import from_wire
from alihdaya.operations.books.account.close import close
from alihdaya.operations.books.account.dispute import decide, disputes, open_dispute
from alihdaya.operations.books.account.pay import match_by_hand, payments, reject, take_in
from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store
from alihdaya.store.views.ledger import facts

INVOICE = "acme-00001"
ONE = {"1": Decimal(1)}


def opened(desk, quantities=ONE, items=(), *, reason="late", reference=None):
    made = open_dispute(desk, INVOICE, quantities, items, reason=reason, by="client", reference=reference)
    return made.fact.dispute, made.new


def decided(desk, number, reason="right", *, upheld=True, issued=None):
    made = decide(desk, "acme", number, reason, "accounts", upheld=upheld, issued=issued)
    return made.fact and made.fact.number, made.new


def matched(desk, amount=None, *, reference=None, payment=1):
    made = match_by_hand(desk, payment, INVOICE, amount and Decimal(amount), "accounts", reference=reference)
    return made.fact.amount, made.new


def why(act, *arguments, **more):
    with pytest.raises(Refused) as caught:
        act(*arguments, **more)
    (problem,) = caught.value.problems
    return problem.code, problem.message


@pytest.fixture
def billed(small):
    """An invoice of ten items on either kind of store."""
    claims(small, 1, 10)
    closing(small, "2013-01")
    assert left(small) == {INVOICE: "6.19"}
    return small


def test_a_dispute_opened_again_while_it_is_open_is_that_one(billed):
    desk = billed.desk
    assert opened(desk) == (1, True)
    seq = billed.store.last_seq()
    assert opened(desk) == (1, False)
    assert opened(desk, {"1": Decimal("1.0")}) == (1, False)
    assert billed.store.last_seq() == seq
    assert opened(desk, reason="another thing") == (2, True)
    assert opened(desk, {"2": Decimal(1)}) == (3, True)
    assert opened(desk, {}, [10, 9]) == (4, True)
    assert opened(desk, {}, [9, 10]) == (4, False)
    assert why(opened, desk, {}, [8, 9]) == ("disputed-already", "disputed before, by dispute 4: item 9")
    assert prove(billed.store).equal


def test_a_dispute_that_was_decided_is_not_the_one_that_is_opened_later(billed):
    assert opened(billed.desk) == (1, True)
    assert decided(billed.desk, 1, upheld=False) == (None, True)
    assert opened(billed.desk) == (2, True)


def test_a_reference_names_one_dispute_of_an_invoice_whatever_became_of_it(billed):
    desk = billed.desk
    assert opened(desk) == (1, True)
    assert opened(desk, reference="D-7") == (2, True)
    assert opened(desk, reference=" D-7 ") == (2, False)
    assert opened(desk, reference="D-8") == (3, True)
    assert decided(desk, 2) == ("acme-C00001", True)
    assert opened(desk, reference="D-7") == (2, False)
    told = "D-7 is dispute 2 of acme-00001 already, which says something else"
    assert why(opened, desk, {"1": Decimal(2)}, reference="D-7") == ("reference-taken", told)
    assert why(opened, desk, reason="other", reference="D-7") == ("reference-taken", told)
    assert len(disputes(billed.store)) == 3
    assert prove(billed.store).equal


@pytest.mark.parametrize("text", ["", "  ", "a\nb", "x" * 81, "\ud800"])
def test_a_reference_that_is_none_is_refused_and_not_taken_for_none(small_sqlite, text):
    claims(small_sqlite, 1, 2)
    closing(small_sqlite, "2013-01")
    imported(small_sqlite, booking("1"))
    seq = small_sqlite.store.last_seq()
    assert refused(opened, small_sqlite.desk, reference=text) == ["bad-reference"]
    assert refused(matched, small_sqlite.desk, reference=text) == ["bad-reference"]
    assert small_sqlite.store.last_seq() == seq


def test_the_same_decision_again_is_that_one_and_another_is_refused_with_what_was_decided(billed):
    desk = billed.desk
    for reference in ("a", "b"):
        opened(desk, reference=reference)
    day = date(2013, 3, 9)
    assert decided(desk, 1, issued=day) == ("acme-C00001", True)
    seq = billed.store.last_seq()
    assert decided(desk, 1) == decided(desk, 1, issued=day) == ("acme-C00001", False)
    told = "dispute 1 of acme was upheld already, by credit note acme-C00001 of 2013-03-09: right"
    assert why(decided, desk, 1, "otherwise") == ("no-dispute", told)
    assert why(decided, desk, 1, upheld=False) == ("no-dispute", told)
    assert why(decided, desk, 1, issued=date(2013, 3, 10)) == ("no-dispute", told)
    assert billed.store.last_seq() == seq
    assert decided(desk, 2, "in time", upheld=False) == (None, True)
    assert decided(desk, 2, "in time", upheld=False) == (None, False)
    assert why(decided, desk, 2) == ("no-dispute", "dispute 2 of acme was rejected already: in time")
    assert why(decided, desk, 3) == ("no-dispute", "dispute 3 of acme is not there")
    assert left(billed) == {INVOICE: "5.18"}


def test_a_match_made_again_is_that_one(billed):
    desk = billed.desk
    imported(billed, booking("5", "a"), booking("5", "b"))
    assert matched(desk, "1") == ("1", True)
    seq = billed.store.last_seq()
    assert matched(desk, "1") == matched(desk, "1.00") == ("1", False)
    assert billed.store.last_seq() == seq
    assert matched(desk, "1", reference="advice 2") == ("1", True)
    assert matched(desk, "1.00", reference="advice 2") == matched(desk, reference="advice 2") == ("1", False)
    told = "with the reference advice 2, 1 of payment 1 pays acme-00001 already"
    assert why(matched, desk, "2", reference="advice 2") == ("reference-taken", told)
    assert matched(desk) == ("3", True)  # all the rest is another amount
    assert matched(desk) == matched(desk, "3") == ("3", False)
    assert matched(desk, payment=2) == ("1.19", True)  # as much as was due
    assert matched(desk, payment=2) == ("1.19", False)
    assert refused(matched, desk, "1", payment=2) == ["bad-amount"]
    assert reject(desk, 2, "paid back", "accounts") is True
    assert matched(desk, payment=2) == ("1.19", False)
    assert reject(desk, 2, "paid back", "accounts") is False
    assert refused(reject, desk, 2, "something else", "accounts") == ["nothing-waits"]
    assert left(billed) == {INVOICE: "0.00"}
    assert prove(billed.store).equal


def test_what_was_matched_by_itself_is_nobodys_match_by_hand(billed):
    imported(billed, booking("1", INVOICE))
    assert refused(matched, billed.desk, "1") == ["nothing-waits"]


def test_facts_of_old_logs_have_no_reference():
    dispute = from_wire(["dispute.opened", "acme", 1, INVOICE, (("1", "1"),), (), "late"])
    match = from_wire(["payment.matched", "acme", "k", INVOICE, "1", "by hand"])
    assert (dispute.reference, match.reference) == ("", "")


def test_where_nodes_share_a_database_it_counts_once_too(postgresql, tmp_path):
    street = Street(postgresql.new_database(), tmp_path)
    try:
        for claim in range(1, 9):
            street.receive(claim, instant(1, 10) + claim)
        street.books(lambda desk: close(desk, "acme", "2013-01", instant(2, 5), "accounts").number)
        paid = Statement("s.csv", "CSV", "f" * 64, (booking("2"),))
        street.books(lambda desk: take_in(desk, paid, "bank"))
        for new in (True, False):
            assert street.books(opened) == ((1, new), (1, new))
            assert street.books(lambda desk: matched(desk, "1")) == (("1", new), ("1", new))
            assert street.books(lambda desk: opened(desk, reference="D-7")) == ((2, new), (2, new))
            assert street.books(lambda desk: decided(desk, 2)) == (("acme-C00001", new), ("acme-C00001", new))
    finally:
        street.close()


def test_the_commands_say_that_nothing_was_added_and_show_references(small_sqlite, monkeypatch):
    claims(small_sqlite, 1, 10)
    closing(small_sqlite, "2013-01")
    imported(small_sqlite, booking("5"))
    small_sqlite.store.unlock()
    place = str(small_sqlite.store.place)

    def run(*words, language="en"):
        monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", language])
        done = CliRunner().invoke(cli, ["--lang", language, "--store", place, *words])
        assert done.exception is None, done.output
        return done.output.splitlines()

    own = ("--reference", "D-7", "--because", "late")
    first = run("dispute", "open", INVOICE, "--line", "1=1", *own)
    assert first[-1] == "  reference: D-7"
    assert run("dispute", "open", INVOICE, "--line", "1=1", *own) == [
        *first,
        "It was opened before: nothing was added. A further one wants a --reference of its own.",
    ]
    told = run("dispute", "uphold", "1", "--because", "right")
    assert run("dispute", "uphold", "1", "--because", "right", language="id") == [
        "acme-C00001 mengembalikan 1,01 USD dari acme-00001",
        "Sudah diputuskan demikian: tidak ada yang ditambahkan.",
    ]
    assert len(told) == 1
    run("payments", "match", "P1", INVOICE, "--amount", "2", "--reference", "advice 1")
    assert run("payments", "match", "P1", INVOICE, "--amount", "2") == [
        "2 of P1 pays acme-00001.",
        "It was matched before: nothing was added. A further one wants a --reference of its own.",
    ]
    assert "    2 -> acme-00001, by hand (advice 1)" in run("payments")
    (plain,) = map(json.loads, run("payments", "--json"))
    assert plain["pays"] == [{"invoice": INVOICE, "amount": "2", "how": "by hand", "reference": "advice 1"}]
    (plain,) = map(json.loads, run("dispute", "--json"))
    assert plain["reference"] == "D-7"


COUNT = 6
ACTS = f"""
import sys
from alihdaya.cli import cli

def run(*words):
    print(*words[:2], flush=True)
    cli.main(["--store", sys.argv[1], *words], standalone_mode=False)

for n in range({COUNT}):
    plain = n % 2
    own = [] if plain else ["--reference", f"D-{{n}}"]
    run("dispute", "open", "acme-00001", "--line", "3=1", "--because", f"reason {{n}}", *own)
    run("payments", "match", "1", "acme-00001", "--amount", f"0.0{{n + 1}}")
    if not plain:
        run("dispute", "uphold", str(n + 1), "--because", "right")
"""


@pytest.mark.chaos
def test_kill_9_at_any_moment_and_all_of_it_again_counts_everything_once(store_url, tmp_path):
    """Whoever was killed does not know what was written down, and begins again from the start."""
    chance = random.Random(7)
    with open_store(store_url) as store:
        small = SmallDesk(store, tmp_path)
        claims(small, 1, 12)
        closing(small, "2013-01")
        imported(small, booking("5"))
    for kill in range(6):
        command = [sys.executable, "-c", ACTS, store_url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as acting:
            for _ in range(chance.randint(1, 12)):
                acting.stdout.readline()
            time.sleep(chance.random() / 5)
            if kill < 5:
                acting.kill()
            acting.stdout.read()
        assert kill < 5 or acting.returncode == 0
    with open_store(store_url) as store:
        counts = {kind: [type(one.event) for one in facts(store)].count(kind) for kind in KINDS}
        assert counts == {DisputeOpened: COUNT, PaymentMatched: COUNT, CreditNoteIssued: COUNT // 2}
        (payment,) = payments(store).values()
        assert payment.matched == Decimal("0.21")
        assert prove(store).equal


KINDS = (DisputeOpened, PaymentMatched, CreditNoteIssued)
