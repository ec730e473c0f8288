"""Facts about no item are found by their kind, whatever else the log holds, archived or not, migrated or not."""

import random

import pytest
from claims_pack import TERMS, write_pack
from small_desk import SmallDesk, older
from sqlalchemy import func, select

from alihdaya.engagement.events import ExchangeQuoted, IndexPublished
from alihdaya.kernel.event import HOUSE, Entry, tag_of
from alihdaya.kernel.time import DAY, HOUR
from alihdaya.operations.books import retain as retention
from alihdaya.operations.books.replay import prove
from alihdaya.packs import load
from alihdaya.people.events import CertificateWithdrawn
from alihdaya.store import StoreError, open_store
from alihdaya.store.archive.reading import archived, history
from alihdaya.store.schema import CARRIED, NOTED, PACE, RESULTED
from alihdaya.store.views.facts import house_facts
from alihdaya.work.floor.events import Declined, LoggedIn, LoggedOut, StateSet
from alihdaya.work.question import QuestionSettled

NOON = 1_357_664_400_000_000
LATE = NOON + 340 * DAY
PRESENCE = (LoggedIn, LoggedOut, StateSet)
WHO = ("ana", "ben", "citra")


def chosen(dice):
    """Some fact about no item; half of them are of kinds that nobody asks for."""
    who = dice.choice(WHO)
    return dice.choice(
        [
            LoggedIn(who, (60, 20, 12, 60)),
            LoggedOut(who, "left"),
            StateSet(who, dice.choice(["break", "ready"])),
            ExchangeQuoted("EUR", "USD", f"2013-01-{dice.randint(1, 28):02}", f"1.{dice.randint(1, 99)}", "bank"),
            IndexPublished("CPI", "2013-01", "101.5", "office"),
            CertificateWithdrawn(who, "claims", "a complaint"),
            QuestionSettled("q-1", "yes", "the papers"),
            *[Declined(7, 1, who, "busy", 0)] * 6,
        ]
    )


def log_of(seed, *, n=300, first=1):
    """Entries of one to three facts each, some minutes apart, now and then by a clock that was set back."""
    dice, at, found = random.Random(seed), NOON, []
    for seq in range(first, first + n):
        at += dice.choice([HOUR, 9 * HOUR, 0, -HOUR // 4])
        found.append(Entry(seq, at, HOUSE, "test", tuple(chosen(dice) for _ in range(dice.randint(1, 3)))))
    return found


def scanned(entries, kinds, who=None, since=0):
    """What a reading of the whole log finds."""
    found = [(one.seq, one.at, fact) for one in entries for fact in one.events if isinstance(fact, kinds)]
    found = [one for one in found if who is None or one[2][0] in who]
    last = {}
    for seq, at, fact in found:
        if at < since:
            last[fact[0]] = max(seq, last.get(fact[0], 0))
    return [(at, fact) for seq, at, fact in found if not since or at >= since or seq == last[fact[0]]]


def tags(kinds):
    return [tag_of(kind) for kind in kinds]


@pytest.mark.parametrize("seed", range(4))
def test_what_is_asked_for_by_its_kind_is_what_a_reading_of_the_log_finds(store, seed):
    entries = log_of(seed)
    store.commit(entries, recorded_at=0)
    for kinds in (
        PRESENCE,
        (ExchangeQuoted,),
        (QuestionSettled, IndexPublished),
        (CertificateWithdrawn,),
        (LoggedIn, LoggedOut),
    ):
        assert list(house_facts(store, tags(kinds))) == scanned(entries, kinds)
        late = [one for one in entries if one.seq > 100]
        assert list(house_facts(store, tags(kinds), after=100)) == scanned(late, kinds)
    for who in (None, ("ben",), ("ana", "citra"), ()):
        for since in (0, 1, NOON + DAY, entries[150].at, LATE):
            found = list(house_facts(store, tags(PRESENCE), who=who, since=since))
            assert found == scanned(entries, PRESENCE, who, since)


YES = """[service.rates.yes]
name = { en = "Found for the client" }
kind = "outcome"
tiers = [{ price = 10 }]
measure = { of = "verdict", values = ["yes"] }
[service.penalty]
"""


@pytest.fixture
def left(store, tmp_path):
    """A desk with a year of facts about no item, whose January is archived; and all of its entries."""
    pack = load(write_pack(tmp_path / "claims", terms=TERMS.replace("[service.penalty]\n", YES)))
    small = SmallDesk(store, tmp_path, pack=pack)
    held = small.receive("judge")
    small.assign(held)
    small.later(days=2)
    small.complete(held, seconds=60, verdict="yes")
    for place in range(5):
        small.receive()
        for fact in (chosen(random.Random(n)) for n in range(place * 60, place * 60 + 60)):
            small.desk.note(small.at, "test", fact)
            small.later(hours=1)
        small.later(days=25)
    small.commit()
    list(retention.retain(small.desk, 1, LATE, by="keeper", folder=tmp_path / "archive"))
    assert len(archived(small.store)) > 1
    return small


def test_figures_stay_when_their_month_goes_and_presence_is_read_from_its_files(left):
    everything = list(history(left.store))
    for kinds in (PRESENCE, (ExchangeQuoted, IndexPublished), (QuestionSettled,)):
        found = list(house_facts(left.store, tags(kinds)))
        assert found == scanned(everything, kinds)
        assert found
    gone = archived(left.store)[-1].last
    with left.store.snapshot() as connection:
        here = {tag for (tag,) in connection.execute(select(NOTED.c.tag).where(NOTED.c.seq <= gone).distinct())}
    assert not here & set(tags(PRESENCE))
    assert here >= set(tags([ExchangeQuoted, IndexPublished, QuestionSettled, CertificateWithdrawn]))
    assert prove(left.store).differences == ()


def test_an_older_store_gets_the_rows_that_a_replay_gives_out_of_its_archive_too(left, store_url):
    left.store.close()
    with open_store(store_url) as store:
        older(store)
    with open_store(store_url) as store:
        assert prove(store).differences == ()
        kept = (ExchangeQuoted, IndexPublished)
        assert list(house_facts(store, tags(kept))) == scanned(list(history(store)), kept)
        with store.snapshot() as connection:
            days = connection.execute(select(CARRIED.c.day, CARRIED.c.received, CARRIED.c.n)).all()
            paced = dict(connection.execute(select(PACE.c.measure, func.sum(PACE.c.n)).group_by(PACE.c.measure)).all())
            assert not connection.execute(select(RESULTED)).all()  # it left with its item; that it was one is counted
        assert ("2013-01-10", "2013-01-08", 1) in days
        assert paced['outcome:["verdict", "yes"]'] == 1
        assert paced["delivered:judged"] == 1


def aged_and_moved(left, store_url, tmp_path):
    """Make the store an older one, and take its archive elsewhere."""
    left.store.close()
    with open_store(store_url) as store:
        older(store)
    (tmp_path / "archive").rename(tmp_path / "moved")


def test_an_older_store_whose_archive_is_not_there_is_left_as_it_is(left, store_url, tmp_path):
    aged_and_moved(left, store_url, tmp_path)
    with pytest.raises(StoreError, match="archive"):
        open_store(store_url)
    (tmp_path / "moved").rename(tmp_path / "archive")
    with open_store(store_url) as store:
        assert prove(store).differences == ()


def test_an_older_store_whose_archive_was_moved_is_brought_up_where_it_is_said_to_be(left, store_url, tmp_path):
    aged_and_moved(left, store_url, tmp_path)
    with pytest.raises(StoreError, match="ALIHDAYA_ARCHIVE"):
        open_store(store_url, archive=tmp_path)
    with open_store(store_url, archive=tmp_path / "moved") as store:
        assert prove(store).differences == ()
