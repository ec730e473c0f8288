"""People, asks and a floor for tests, and what must hold on any floor: found by looking at everybody."""

from dataclasses import replace

from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Certificate, Employment, LanguageTest, Person
from alihdaya.work.floor import CHANNELS, FULL, Ask, Floor, Piece, decide, route, shares
from alihdaya.work.floor.kinds import NOBODY
from alihdaya.work.floor.seat import READY

EVER = 10**18
ALL = shares({"voice": 1, "chat": 3, "mail": 5, "office": 1})
BILLING = Needs("billing", "en", "B2", "billing-desk", proficiency=2, client="acme")


def person(who, *, skills=("billing",), level="C1", proficiency=3, until=EVER, walls=(), spoken=80):
    return Person(
        id=who,
        name=who,
        employment=Employment("P", "C"),
        country="ID",
        time_zone="Asia/Jakarta",
        languages={"en": level},
        skills=skills,
        shifts={},
        wage="9",
        currency="USD",
        tests=(LanguageTest("writing", "en", 80, 70, 0), LanguageTest("spoken", "en", spoken, 70, 0)),
        certificates=(Certificate("billing-desk", 0, until),),
        proficiency=dict.fromkeys(skills, proficiency),
        walls=walls,
    )


def piece(item, *, token=1, needs=BILLING, channel="chat", ring=0, wrap=0, batch=1, at=0, **more):
    return Piece(item, token, Ask(needs, channel, ring, wrap, batch), more.pop("priority", 0), at, **more)


class Played:
    """A floor that is played with, and the log of it; a command that is refused raises."""

    def __init__(self, *people, by_skill=False, window=0):
        self.people = {one.id: one for one in people}
        self.floor = Floor(self.people, by_skill=by_skill, window=window)
        self.by_skill = by_skill
        self.log = []
        self.now = MINUTE

    def do(self, command, *, route_it=True):
        made, refusal = decide(self.floor, command, self.now)
        if type(command).__name__ == "Know":
            self.log.append((self.floor.at, [command.person]))
        self.log.append((self.floor.at, made))
        if route_it:
            given = route(self.floor, self.now)
            self.log.append((self.floor.at, given))
            made = [*made, *given]
        if refusal:
            raise refusal
        return made

    def wait(self, seconds):
        self.now += int(seconds * SECOND)

    def replayed(self):
        again = Floor(self.people, by_skill=self.by_skill)
        for at, events in self.log:
            again.advance(at)
            for event in events:
                again.know(event) if isinstance(event, Person) else again.apply(event)
        return again


def picture(floor):
    """All that a floor holds that somebody could see."""
    return {
        "waits": sorted(floor.waits()),
        "later": dict(floor.later),
        "holds": dict(floor.holds),
        "seats": {
            who: (seat.state, seat.load, seat.since, sorted(seat.held), seat.group.capability)
            for who, seat in floor.seats.items()
        },
        "spared": {
            key: {who: until for who, until in some.items() if until > floor.at}
            for key, some in floor.spared.items()
            if any(until > floor.at for until in some.values())
        },
    }


def check(floor):
    """What must hold at any time; raises AssertionError."""
    held = {}
    for key, hold in floor.holds.items():
        assert key not in held
        held[key] = hold
        assert key in floor.seats[hold.person].held
    for who, seat in floor.seats.items():
        assert seat.load == sum(floor.holds[key].share for key in seat.held) <= FULL
        assert all(floor.holds[key].person == who for key in seat.held)
    assert not set(held) & {one.key for one in floor.waits()}
    assert not set(held) & set(floor.later)


def check_routed(floor):
    """Nobody who may and can do it is free for what waits: looked for among all."""
    for one in floor.waits():
        channel = CHANNELS.index(one.ask.channel)
        for who, seat in floor.seats.items():
            if one.key in floor.own and one.prefer != who:
                continue
            able = not gate(floor.people[who], one.ask.needs, floor.at, test=one.ask.test)
            if able and who not in (floor.avoid(one) or NOBODY):
                assert not seat.takes(channel), (one, who)


def but(one, **changes):
    return replace(one, **changes)


__all__ = ["ALL", "BILLING", "READY", "Played", "but", "check", "check_routed", "person", "picture", "piece"]
