"""The sample: who may look at what somebody did, what it comes to, programs included."""

import pytest
from claims_pack import MANIFEST, ROSTER, person, write_pack
from small_desk import SmallDesk

from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.replay import prove
from alihdaya.operations.people.commands import Dispute, Review
from alihdaya.operations.people.quality import next_review
from alihdaya.packs import load
from alihdaya.store.schema import LABOUR
from alihdaya.store.views.reviews import open_reviews, quality
from alihdaya.work.review import ReviewDone, falls_in

CARD = """
[review]
percent = 100
pass_mark = 75

[[review.criteria]]
name = "correct"
points = 3
fatal = true
label = { en = "Is it correct?" }

[[review.criteria]]
name = "tone"
points = 1
label = { en = "Is it polite?" }
"""
GOOD = {"correct": 3, "tone": 1}


@pytest.fixture
def desk_of(store, tmp_path):
    def made(card=CARD, roster=ROSTER):
        return SmallDesk(
            store, tmp_path, pack=load(write_pack(tmp_path / "claims", pack=MANIFEST + card, roster=roster))
        )

    return made


def done(small, who="ana", kind="judge"):
    item = small.receive(kind)
    small.assign(item, who)
    small.complete(item, who, verdict="yes", seconds=60)
    small.commit()
    return item


def test_what_was_done_is_looked_at_by_another_who_may_do_it(desk_of):
    small = desk_of()
    item = done(small)
    (row,) = open_reviews(small.store)
    assert (row.item, row.token, row.node, row.person) == (item, 1, "judge", "ana")
    found = next_review(small.desk, "budi", small.at)
    assert (found.row, found.result["verdict"], found.name) == (row, "yes", "judge")
    assert next_review(small.desk, "ana", small.at) is None
    for who, why in (("ana", "somebody else"), ("citra", "no certificate"), ("dodi", "Failed"), ("zoe", "nobody")):
        with pytest.raises(Refused, match=why):
            small.command(Review(item, 1, who, GOOD))
    for points, why in (({}, "missing"), ({**GOOD, "x": 1}, "no criterion"), ({**GOOD, "tone": 2}, "0 to 1")):
        with pytest.raises(Refused, match=why):
            small.command(Review(item, 1, "budi", points))
    small.later(minutes=5)
    made = small.command(Review(item, 1, "budi", {"correct": 2, "tone": 1}, "Say why.", 90))
    assert (made.percent, made.passed) == (75, True)
    with pytest.raises(Refused, match="waits for no review"):
        small.command(Review(item, 1, "budi", GOOD))
    small.commit()
    with pytest.raises(Refused, match="waits for no review"):
        small.command(Review(item, 1, "eko", GOOD))
    assert any(isinstance(one, ReviewDone) for entry in small.store.read_log(item=item) for one in entry.events)
    assert quality(small.store) == [("acme", "claims-desk", "ana", 1, 1, 1, 75)]
    with small.store.snapshot() as connection:
        assert {row.person: (row.seconds, row.tasks) for row in connection.execute(LABOUR.select())} == {
            "ana": (60, 1),
            "budi": (90, 0),
        }
    assert prove(small.store).equal


def test_a_fatal_miss_spoils_the_whole(desk_of):
    small = desk_of()
    items = [done(small) for _ in range(2)]
    small.command(Review(items[0], 1, "budi", {"correct": 0, "tone": 1}))
    small.command(Review(items[1], 1, "budi", GOOD))
    small.commit()
    assert quality(small.store) == [("acme", "claims-desk", "ana", 2, 2, 1, 50)]


def test_what_is_disputed_is_looked_at_once_more_by_somebody_else_and_that_stands(desk_of):
    small = desk_of()
    item = done(small)

    def disputed(who="ana", note="The claim says so."):
        made = small.command(Dispute(item, 1, who, note))
        small.commit()
        return made

    with pytest.raises(Refused, match="no review of what ana did"):
        disputed()
    small.command(Review(item, 1, "budi", {"correct": 0, "tone": 1}, "It is wrong."))
    small.commit()
    for who, note, why in (
        ("budi", "Mine.", "no review of what budi did"),
        ("ana", " ", "say why"),
        ("ana", "x" * 2001, "characters"),
        ("ana", "a\0b", "NUL"),
    ):
        with pytest.raises(Refused, match=why):
            disputed(who, note)
    assert disputed().reviewer == "budi"
    (row,) = open_reviews(small.store)
    assert row.disputed == small.at
    assert quality(small.store) == [("acme", "claims-desk", "ana", 1, 0, 0, None)]
    with pytest.raises(Refused, match="no review of what ana did"):
        disputed()
    assert next_review(small.desk, "budi", small.at) is None, "it is somebody else's"
    with pytest.raises(Refused, match="somebody else"):
        small.command(Review(item, 1, "budi", GOOD))
    found = next_review(small.desk, "eko", small.at)
    assert [one.note for one in found.before] == ["It is wrong.", "The claim says so."]
    small.command(Review(item, 1, "eko", GOOD))
    small.commit()
    assert quality(small.store) == [("acme", "claims-desk", "ana", 1, 1, 1, 100)]
    with pytest.raises(Refused, match="a second time already"):
        disputed()
    assert prove(small.store).equal


def test_whoever_reviews_needs_the_certificate_that_the_card_names(desk_of):
    card = CARD.replace("percent = 100", 'percent = 100\ncertificate = "review-desk"')
    more = "{ name = 'review-desk', from = 2012-12-03, until = 2015-01-01 }]"
    gita = person("gita").replace("2015-01-01 }]", f"2015-01-01 }}, {more}")
    small = desk_of(card, ROSTER + gita)
    item = done(small)
    with pytest.raises(Refused, match="no certificate review-desk"):
        small.command(Review(item, 1, "budi", GOOD))
    assert small.command(Review(item, 1, "gita", GOOD)).percent == 100


def test_without_a_card_nothing_is_sampled(desk_of):
    small = desk_of("")
    done(small)
    assert open_reviews(small.store) == []
    assert quality(small.store) == []


def test_the_sample_is_the_same_for_ever_and_near_its_share_for_any_seed():
    for seed in (1, 2, 77):
        drawn = [falls_in(item, 1, 10, seed) for item in range(20_000)]
        assert 0.09 < sum(drawn) / len(drawn) < 0.11
    first = [item for item in range(60) if falls_in(item, 1, 10, 1)]
    assert first == [item for item in range(60) if falls_in(item, 1, 10, 1)]
    assert first != [item for item in range(60) if falls_in(item, 1, 10, 2)]
    assert all(falls_in(item, 1, 100, 5) for item in range(500))


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("[review]\npercent = 0\n", "out-of-range"),
        ("[review]\npercent = 10\n", "missing"),
        (CARD + CARD.partition("\n\n")[2], "twice"),
        (CARD.replace("percent", "procent"), "unknown-key"),
    ],
)
def test_a_card_that_is_wrong_is_told_with_its_place(card, code, tmp_path):
    from alihdaya.kernel.errors import PackError

    with pytest.raises(PackError) as error:
        load(write_pack(tmp_path / "claims", pack=MANIFEST + "\n" + card))
    assert code in {problem.code for problem in error.value.problems}
    assert all(problem.source and problem.source.element for problem in error.value.problems)
