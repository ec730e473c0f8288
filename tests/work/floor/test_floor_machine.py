"""The floor lived through by chance: whatever anybody does, and however clocks and certificates run."""

from dataclasses import replace

from floor_sample import BILLING, Played, check, check_routed, person, picture, piece
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Certificate
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts
from alihdaya.work.floor import shares
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
            case facts.Queued(one):
                assert one.key not in self.inside
                self.inside.add(one.key)
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

    @rule(who=WHO, some=st.sampled_from(SHARES), lease=st.sampled_from([0, 0, 5 * MINUTE]))
    def log_in(self, who, some, lease):
        self.run(do.LogIn(who, some, lease))

    @rule(who=WHO)
    def log_out(self, who):
        self.run(do.LogOut(who))

    @rule(who=WHO, state=st.sampled_from(["ready", "ready", "break"]))
    def set_state(self, who, state):
        self.run(do.SetState(who, state))

    @rule(ask=st.sampled_from(ASKS), priority=st.integers(0, 100), prefer=st.sampled_from(["", "", "ani", "nobody"]))
    def enqueue(self, ask, priority, prefer):
        self.last += 1
        until = self.played.now + MINUTE if prefer else 0
        self.run(
            do.Enqueue(
                piece(self.last, at=self.played.now, priority=priority, prefer=prefer, prefer_until=until, **ask)
            )
        )

    @rule(seconds=st.sampled_from([0, 1, 7, 25, 90, 700, -3600, 3600]))
    def time_goes(self, seconds):
        self.played.wait(seconds)
        self.run(do.Tick())

    @precondition(lambda self: self.last)
    @rule(data=st.data(), who=WHO)
    def take(self, data, who):
        self.run(do.Take(data.draw(st.integers(1, self.last)), 1, who))

    @precondition(lambda self: self.played.floor.holds)
    @rule(data=st.data(), who=WHO, own=st.booleans())
    def answer(self, data, who, own):
        """Whoever has it, or somebody else, does any of the things that one can do with it."""
        floor = self.played.floor
        key = data.draw(st.sampled_from(sorted(floor.holds)))
        hold = floor.holds[key]
        who = hold.person if own else who
        usual = {
            RINGS: [do.Accept(*key, who), do.Decline(*key, who)],
            WORKS: [
                do.Finish(*key, who, "ok", 5),
                do.Pass(*key, who, "escalate", piece(1, needs=Needs("legal")).ask, 50, "citra", "see above"),
                do.CallBack(*key, who, self.played.now + MINUTE),
                do.Consult(*key, who, key[1] + 1, piece(1, needs=Needs("legal")).ask),
            ],
            WRAPS: [do.EndWrap(*key, who)],
        }
        choices = usual[hold.state] if own else [one for some in usual.values() for one in some]
        self.run(data.draw(st.sampled_from([*choices, do.Beat(who)])))

    @precondition(lambda self: self.inside)
    @rule(data=st.data())
    def drop(self, data):
        key = data.draw(st.sampled_from(sorted(self.inside)))
        self.run(do.Drop(*key, "abandoned"))

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
TestFloorMachine.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
