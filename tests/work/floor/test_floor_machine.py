"""The floor lived through by chance: whatever anybody does, and however clocks and certificates run."""

from dataclasses import replace

import pytest
from floor_sample import BILLING, Played, check, check_routed, person, picture, piece
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Certificate
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import decide, shares
from alihdaya.work.floor import events as facts
from alihdaya.work.floor.seat import RINGS, WORKS, WRAPS

PEOPLE = [
    person("ani"),
    person("budi", level="B2", proficiency=5),
    person("citra", skills=("billing", "legal"), until=20 * MINUTE),
    person("dewi", skills=("legal",), walls=("acme",)),
    person("eko", level="A2", spoken=10),
]
ASKS = [
    {"needs": BILLING},
    {"needs": BILLING, "channel": "voice", "ring": 20 * SECOND, "wrap": 30 * SECOND},
    {"needs": Needs("legal", "en", "B2"), "channel": "office", "batch": 3},
    {"needs": Needs("", "en", client="acme"), "channel": "mail", "ring": 20 * SECOND},
    {"needs": BILLING._replace(not_by=("ani",)), "channel": "mail", "wrap": 5 * SECOND},
    {"needs": Needs("magic")},
]
WHO = st.sampled_from([one.id for one in PEOPLE])
SHARES = [
    shares({"voice": 1, "chat": 3, "mail": 5, "office": 1}),
    shares({"chat": 2}),
    shares({"mail": 60, "office": 2}),
]


class FloorMachine(RuleBasedStateMachine):
    """Commands by anybody at any time; most that make no sense must be refused and change nothing."""

    def __init__(self):
        super().__init__()
        self.played = Played(*PEOPLE)
        self.last = 0
        self.inside = set()
        self.by_chance = None

    def run(self, command):
        before = picture(self.played.floor)
        size = len(self.played.log)
        try:
            events = self.played.do(command)
        except Refused:
            events = [event for _, some in self.played.log[size:] for event in some]
            if not events:
                assert picture(self.played.floor) == before
        for event in events:
            self.note(event)

    def note(self, event):
        floor = self.played.floor
        match event:
            case facts.Queued():
                assert (event.item, event.token) not in self.inside
                self.inside.add((event.item, event.token))
            case facts.Passed():
                self.inside.remove((event.item, event.token))
            case facts.Reserved() | facts.Assigned():
                key = event.item, event.token
                hold = floor.holds.get(key)
                if hold is not None and hold.person == event.person:
                    ask = hold.piece.ask
                    assert gate(floor.people[event.person], ask.needs, floor.at, test=ask.test) == ()
            case facts.Dropped():
                self.inside.remove((event.item, event.token))
            case facts.Finished() if not event.until:
                self.inside.remove((event.item, event.token))
            case facts.Wrapped():
                self.inside.remove((event.item, event.token))

    @initialize(some=st.sampled_from(SHARES))
    def morning(self, some):
        for who in ("ani", "budi", "citra"):
            self.run(do.LogIn(who, some))

    @rule(
        command=st.one_of(
            st.builds(do.LogIn, WHO, st.sampled_from(SHARES), st.sampled_from([0, 0, 5 * MINUTE])),
            st.builds(do.LogOut, WHO),
            st.builds(do.SetState, WHO, st.sampled_from(["ready", "ready", "break"])),
        )
    )
    def come_and_go(self, command):
        self.run(command)

    @rule(
        asks=st.lists(st.sampled_from(ASKS), min_size=1, max_size=5),
        priority=st.integers(0, 100),
        prefer=st.sampled_from(["", "", "ani", "nobody"]),
    )
    def arrive(self, asks, priority, prefer):
        until = self.played.now + MINUTE if prefer else 0
        for ask in asks:
            self.last += 1
            more = {"priority": priority, "prefer": prefer, "prefer_until": until, **ask}
            self.run(do.Enqueue(piece(self.last, at=self.played.now, **more)))

    @rule(seconds=st.sampled_from([0, 1, 7, 25, 90, 700, -3600, 3600]))
    def time_goes(self, seconds):
        self.played.wait(seconds)
        self.run(do.Tick())

    @precondition(lambda self: self.inside)
    @rule(data=st.data(), who=WHO, take=st.booleans())
    def take_or_drop(self, data, who, take):
        key = data.draw(st.sampled_from(sorted(self.inside)))
        self.run(do.Take(*key, who) if take else do.Drop(*key, "abandoned"))

    def usual(self, key, state, who):
        legal = piece(1, needs=Needs("legal")).ask
        return {
            RINGS: [do.Accept(*key, who), do.Accept(*key, who), do.Decline(*key, who)],
            WORKS: [
                *[do.Finish(*key, who, "ok", 5)] * 4,
                do.Pass(*key, who, "escalate", legal, 50, "citra", "see above"),
                do.CallBack(*key, who, self.played.now + MINUTE),
                do.Consult(*key, who, key[1] + 1, legal),
            ],
            WRAPS: [do.EndWrap(*key, who)],
        }[state]

    @precondition(lambda self: self.played.floor.holds)
    @rule(data=st.data())
    def answer(self, data):
        """Everybody who has something may do with it what one does."""
        for key in sorted(self.played.floor.holds):
            hold = self.played.floor.holds.get(key)
            if hold is not None and data.draw(st.booleans()):
                self.run(data.draw(st.sampled_from(self.usual(key, hold.state, hold.person))))

    @precondition(lambda self: self.played.floor.holds)
    @rule(data=st.data(), who=WHO, state=st.sampled_from([RINGS, WORKS, WRAPS]))
    def meddle(self, data, who, state):
        """Somebody does with a piece what is not theirs to do, or not now: a second accept, a decline too late."""
        floor = self.played.floor
        key = data.draw(st.sampled_from(sorted(floor.holds)))
        hold = floor.holds[key]
        if (hold.person, hold.state) != (who, state):
            command = data.draw(st.sampled_from(self.usual(key, state, who)))
            assert decide(floor, do.Tick(), self.played.now).events == []
            before = picture(floor)
            with pytest.raises(Refused):
                self.played.do(command)
            assert picture(floor) == before

    @rule(who=WHO, held=st.booleans())
    def roster_changes(self, who, held):
        one = self.played.floor.people[who]
        certificates = (Certificate("billing-desk", 0, 10**18, None if held else max(self.played.floor.at, 1)),)
        self.run(do.Know(replace(one, certificates=certificates)))

    @invariant()
    def holds_true(self):
        floor = self.played.floor
        check(floor)
        check_routed(floor)
        standing = {one.key for one in floor.waits()} | set(floor.holds) | set(floor.later)
        assert standing == self.inside

    def teardown(self):
        assert picture(self.played.replayed()) == picture(self.played.floor)


TestFloorMachine = FloorMachine.TestCase
TestFloorMachine.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
