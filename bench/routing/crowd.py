"""The generator: a provider of any size, its people and the work that comes in; everything follows from the seed.

- *Programmes*: one for every 700 people at work (243 at 170,000), of sizes that fall as 1/rank^0.7. Each belongs to one
  of a third as many clients, speaks one of 12 markets' languages, and is a skill with a certificate of its own.
- *People*: four of five serve one programme, the others two or three of the same client. Proficiency 1 to 5 in each
  (most 2 to 4). They speak the market's language at B1 to C2 and, where that is not English, English at A2 to C1. A
  writing test is passed by 96 %, a spoken one by 88 % of those who pick up calls; 98 % hold a valid certificate, of
  which 1 in 200 ends while the bench runs; 2 % are walled off from another client.
- *Attention*: 35 % take a call or five mails, 35 % three chats or five mails, 20 % a back-office piece or five mails,
  10 % any of these.
- *Work*: planned where the staff is. Each item is one that a random person at work could do by skill, language and
  channel: with the certificate, at B1 in writing or B2 by voice, with proficiency 0, 2 or 3 at the most theirs. Mean
  handling times: a call 73 s, a chat 340 s (of a third of somebody), a mail 200 s (of a fifth), a back-office piece
  75 s, exponential. They are short, because 170,000 people are to do 1,250 items a second, not the 380 that are usual
  at this size: so the provider is staffed for the burst. Callers' and office people are half busy at 1,250 a second
  and five of six are when the burst ends; more would leave nobody free, whatever routes. `BUSIER` makes all longer.
"""

import os
from collections.abc import Iterator
from itertools import accumulate
from random import Random
from typing import NamedTuple

from alihdaya.kernel.time import HOUR, SECOND
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import LEVELS, Certificate, Employment, LanguageTest, Person
from alihdaya.work.floor import Ask, Piece, shares

LANGUAGES = ("en", "en", "en", "es", "fr", "de", "pt", "ja", "id", "zh", "hi", "ar")
PROFILES = (
    (35, shares({"voice": 1, "mail": 5}), (("voice", 85), ("mail", 15))),
    (35, shares({"chat": 3, "mail": 5}), (("chat", 75), ("mail", 25))),
    (20, shares({"office": 1, "mail": 5}), (("office", 80), ("mail", 20))),
    (
        10,
        shares({"voice": 1, "chat": 3, "mail": 5, "office": 1}),
        (("voice", 30), ("chat", 30), ("mail", 20), ("office", 20)),
    ),
)
BUSIER = float(os.environ.get("ALIHDAYA_BENCH_ROUTE_BUSIER", "1"))
SECONDS = {name: mean * BUSIER for name, mean in (("voice", 73), ("chat", 340), ("mail", 200), ("office", 75))}
PASSED, FAILED = 80, 40


class Crowd(NamedTuple):
    """`people`: everybody known; `at_work`: (id, shares, index of the profile) of those who log in."""

    people: dict[str, Person]
    at_work: list[tuple[str, tuple[int, ...], int]]
    now: int


class Arrival(NamedTuple):
    """Something comes in `at` seconds after the beginning and takes `seconds`."""

    at: float
    piece: Piece
    seconds: float


class _Programme(NamedTuple):
    number: int
    skill: str
    client: str
    language: str


def crowd(known: int, at_work: int, *, seed: int = 1, now: int = 1_700_000_000 * SECOND) -> Crowd:
    """Make the people."""
    chance = Random(seed)
    count = max(4, at_work // 700)
    clients = max(2, count // 3)
    programmes = [
        _Programme(n, f"p{n:03}", f"c{n % clients:02}", LANGUAGES[chance.randrange(len(LANGUAGES))])
        for n in range(count)
    ]
    sizes = list(accumulate((n + 1) ** -0.7 for n in range(count)))
    same = {one.client: [other for other in programmes if other.client == one.client] for one in programmes}
    people = {}
    present = []
    for n in range(known):
        (home,) = chance.choices(programmes, cum_weights=sizes)
        profile = chance.choices(range(len(PROFILES)), weights=[one[0] for one in PROFILES])[0]
        person = people[f"w{n:06}"] = _person(
            f"w{n:06}", [home, *same[home.client]], profile, clients, now=now, chance=chance
        )
        if n < at_work:
            present.append((person.id, PROFILES[profile][1], profile))
    return Crowd(people, present, now)


_EMPLOYMENT = Employment("Provider", "Clients")


def _person(who: str, programmes: list[_Programme], profile: int, clients: int, *, now: int, chance: Random) -> Person:
    home, *others = programmes
    some = [home]
    if chance.random() < 0.2:
        some += [one for one in chance.sample(others, min(2, len(others))) if one is not home]
    languages = {one.language: chance.choice(("B1", "B2", "B2", "C1", "C1", "C2")) for one in some}
    languages.setdefault("en", chance.choice(("A2", "B1", "B2", "C1")))
    tests = [LanguageTest("writing", code, _mark(0.96, chance), 70, 0) for code in languages]
    if profile in {0, 3}:
        tests += [LanguageTest("spoken", code, _mark(0.88, chance), 70, 0) for code in languages]
    walls = (f"c{chance.randrange(clients):02}",) if chance.random() < 0.02 else ()
    return Person(
        id=who,
        name=who,
        employment=_EMPLOYMENT,
        country="ID",
        time_zone="UTC",
        languages=languages,
        skills=tuple(one.skill for one in some),
        shifts={},
        wage="9",
        currency="USD",
        tests=tuple(tests),
        certificates=tuple(_certificate(one.skill, now, chance) for one in some),
        proficiency={one.skill: chance.choice((1, 2, 2, 3, 3, 3, 4, 4, 5)) for one in some},
        walls=tuple(wall for wall in walls if wall != home.client),
    )


def _mark(share: float, chance: Random) -> int:
    return PASSED if chance.random() < share else FAILED


def _certificate(skill: str, now: int, chance: Random) -> Certificate:
    drawn = chance.random()
    if drawn < 0.02:
        return Certificate(f"{skill}-cert", 0, now - HOUR)
    end = now + chance.randrange(300) * SECOND if drawn < 0.025 else now + 4_000 * HOUR
    return Certificate(f"{skill}-cert", 0, end)


def work(made: Crowd, rates: list[tuple[float, float]], *, seed: int = 2) -> Iterator[Arrival]:
    """Yield what comes in, in order: `rates` are (items a second, seconds), one after another."""
    chance = Random(seed)
    at, begun, number = 0.0, 0.0, 0
    for rate, seconds in rates:
        begun, end = at, at + seconds
        while True:
            begun += chance.expovariate(rate)
            if begun >= end:
                break
            number += 1
            due = made.now + int(begun * SECOND)
            ask = _ask(made, chance)
            took = chance.expovariate(1 / SECONDS[ask.channel])
            yield Arrival(begun, Piece(number, 1, ask, chance.randrange(20), due), took)
        at = end


_ASKS: dict[tuple[str, str, str, int], Ask] = {}


def _ask(made: Crowd, chance: Random) -> Ask:
    """Draw what somebody at work could do."""
    while True:
        who, _, profile = made.at_work[chance.randrange(len(made.at_work))]
        channels = PROFILES[profile][2]
        channel = chance.choices([one[0] for one in channels], weights=[one[1] for one in channels])[0]
        person = made.people[who]
        skill = chance.choice(person.skills)
        language = next(iter(person.languages))
        proficiency = chance.choice((0, 2, 3))
        key = (skill, language, channel, proficiency if person.proficient(skill) >= proficiency else 0)
        ask = _ASKS.get(key)
        if ask is None:
            level = "B2" if channel == "voice" else "B1"
            client = f"c{int(skill[1:]) % _clients(made):02}"
            needs = Needs(skill, language, level, f"{skill}-cert", proficiency=key[3], client=client)
            ask = _ASKS[key] = Ask(needs, channel)
        if not gate(person, ask.needs, made.now, test=ask.test):
            return ask


def _clients(made: Crowd) -> int:
    return max(2, max(4, len(made.at_work) // 700) // 3)


def violates(person: Person, ask: Ask, at: int) -> bool:
    """Check an assignment without the gate, from the facts alone: a second opinion for the bench's count."""
    needs = ask.needs
    level = LEVELS.get(person.languages.get(needs.language, ""), 0)
    kind = "spoken" if ask.channel == "voice" else "writing"
    marks = [one.score >= one.pass_mark for one in person.tests if (one.kind, one.language) == (kind, needs.language)]
    held = [one for one in person.certificates if one.name == needs.certificate and one.start <= at < one.end]
    return not (
        needs.skill in person.skills
        and person.proficiency[needs.skill] >= needs.proficiency
        and level >= LEVELS[needs.level]
        and bool(marks)
        and marks[-1]
        and bool(held)
        and needs.client not in person.walls
        and person.id not in needs.not_by
    )
