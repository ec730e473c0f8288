"""Facts of people between shards: whoever hears of them in whatever order, all come to know the same."""

from dataclasses import replace
from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.operations.desk import Desk
from alihdaya.operations.exchange.board import Others
from alihdaya.operations.exchange.shards.commands import Follow
from alihdaya.operations.exchange.shards.following import follow_house
from alihdaya.operations.people.learning import know, note
from alihdaya.people import events as people
from alihdaya.people.events import CertificateIssued, CertificateWithdrawn, PersonJoined
from alihdaya.work.exchange import ShardPosted, ShardReached

SHARDS = (1, 2, 3)
FAR = 10**15


def joined(who, *, wage="1", walls=()):
    facts = ("Misal", "Acme", "ID", "Asia/Jakarta", {"en": "C1"}, ("claims",), {}, wage, "USD", False, {}, walls)
    return PersonJoined(who, who.title(), *facts)


class Town:
    """Desks in memory, and a house's own log that they tell of people, each whenever it comes to that."""

    def __init__(self):
        self.log, self.now, self.desks, self.told = [], 0, {}, dict.fromkeys(SHARDS, 0)
        for shard in SHARDS:
            desk = self.desks[shard] = Desk(SimpleNamespace(), lambda: 0)
            others = tuple(one for one in SHARDS if one != shard)
            desk.board.others = Others(shard, others, lambda _: False, lambda _: False)
            know(desk, joined("ana"), 0, "recruitment")
            know(desk, CertificateIssued("ana", "desk", 0, FAR), 0, "recruitment")

    def tick(self):
        self.now += 1
        return self.now

    def brings_about(self, shard, fact):
        desk = self.desks[shard]
        note(desk, fact, max(self.tick(), desk.at), f"item of {shard}")

    def tell(self, shard):
        """Let the house write down what this shard has told it since."""
        posts = [
            (entry, one)
            for entry in self.desks[shard].pending[self.told[shard] :]
            for one in entry.events
            if isinstance(one, ShardPosted)
        ]
        self.told[shard] = len(self.desks[shard].pending)
        facts = {entry.seq: entry.events[0] for entry in self.desks[shard].pending}
        for entry, one in posts:
            reached = ShardReached(shard, entry.seq, one.number)
            self.log.append(
                Entry(len(self.log) + 1, one.until, HOUSE, one.payload["by"], (reached, facts[entry.seq - 1]))
            )

    def follow(self, shard, most=1000):
        desk = self.desks[shard]
        reached = desk.board.arrived.get(0, (0, 0))[0]
        follow_house(desk, Follow(tuple(self.log[max(reached - 1, 0) : reached + most])), max(self.tick(), desk.at))

    def valid(self, shard, who="ana", name="desk"):
        held = self.desks[shard].people[who].certificates
        return [one.start for one in held if one.name == name and one.valid(self.now)]

    def known(self, shard):
        """What a shard knows, but for when exactly it heard of a withdrawal."""
        desk = self.desks[shard]

        def plain(one):
            return one._replace(withdrawn=one.withdrawn is not None)

        people = {
            who: replace(one, certificates=tuple(map(plain, one.certificates))) for who, one in desk.people.items()
        }
        return people, desk.applicants


def withdrawn(who="ana", name="desk"):
    return CertificateWithdrawn(who, name, "an audit")


def test_a_certificate_that_one_shard_withdraws_counts_in_none():
    town = Town()
    town.brings_about(2, withdrawn())
    assert [bool(town.valid(shard)) for shard in SHARDS] == [True, False, True]
    town.tell(2)
    for shard in SHARDS:
        town.follow(shard)
        town.follow(shard)
    assert [bool(town.valid(shard)) for shard in SHARDS] == [False] * 3
    names = [type(one).__name__ for entry in town.desks[3].pending for one in entry.events]
    assert names == ["ShardReached", "CertificateWithdrawn"]
    assert [type(one).__name__ for one in town.desks[2].pending[-1].events] == ["ShardReached"]  # it knew


def test_what_is_withdrawn_here_is_not_given_back_by_what_is_heard_from_elsewhere_before():
    town = Town()
    town.brings_about(1, CertificateIssued("ana", "desk", 5, FAR))
    town.tell(1)
    town.brings_about(2, withdrawn())
    town.follow(2)
    assert town.valid(2) == []  # the house hears of this later than of that
    town.tell(2)
    for shard in SHARDS:
        town.follow(shard)
    assert [town.valid(shard) for shard in SHARDS] == [[], [], []]


def test_a_stranger_joins_everywhere_with_the_tests_they_took_before():
    town = Town()
    town.brings_about(3, people.TestTaken("budi", "writing", "en", 90, 70, 1))
    town.tell(3)
    town.follow(1)
    assert [one.score for one in town.desks[1].applicants["budi"]] == [90]
    town.brings_about(3, joined("budi", walls=("Acme",)))
    town.tell(3)
    for shard in SHARDS:
        town.follow(shard)
        assert [one.score for one in town.desks[shard].people["budi"].tests] == [90]
        assert town.desks[shard].people["budi"].walls == ("Acme",)
        assert not town.desks[shard].applicants


FACTS = st.one_of(
    st.builds(CertificateIssued, st.just("ana"), st.sampled_from(("desk", "phone")), st.integers(0, 3), st.just(FAR)),
    st.builds(withdrawn, st.just("ana"), st.sampled_from(("desk", "phone"))),
    st.builds(
        people.TestTaken,
        st.just("ana"),
        st.just("writing"),
        st.just("en"),
        st.integers(0, 100),
        st.just(70),
        st.integers(0, 3),
    ),
    st.builds(
        joined, st.just("ana"), wage=st.sampled_from(("1", "2")), walls=st.sampled_from(((), ("Acme",), ("Beta",)))
    ),
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("fact"), st.sampled_from(SHARDS), FACTS),
        st.tuples(st.just("tell"), st.sampled_from(SHARDS), st.none()),
        st.tuples(st.just("follow"), st.sampled_from(SHARDS), st.integers(1, 3)),
    ),
    max_size=30,
)


@given(STEPS)
def test_all_shards_come_to_know_the_same_in_whatever_order_they_hear_of_it(steps):
    town, walls = Town(), set()
    for verb, shard, more in steps:
        if verb == "fact":
            before = town.desks[shard].people["ana"].walls
            fact = (
                more._replace(walls=tuple(sorted({*more.walls, *before}))) if isinstance(more, PersonJoined) else more
            )
            walls |= {*getattr(fact, "walls", ())}
            town.brings_about(shard, fact)
            if isinstance(more, CertificateWithdrawn):
                assert town.valid(shard, name=more.certificate) == []
        elif verb == "tell":
            town.tell(shard)
        else:
            before = town.valid(shard)
            town.follow(shard, more)
            pending = [one.fact for one in town.desks[shard].board.told.values()]
            last = [one for one in pending if isinstance(one, CertificateIssued | CertificateWithdrawn)]
            if last and last[-1] == withdrawn():
                assert (before, town.valid(shard)) == ([], [])
    for shard in SHARDS:
        town.tell(shard)
    for shard in SHARDS:
        town.follow(shard)
    assert town.known(1) == town.known(2) == town.known(3)
    assert set(town.desks[1].people["ana"].walls) == walls
    assert not any(town.desks[shard].board.told for shard in SHARDS)
