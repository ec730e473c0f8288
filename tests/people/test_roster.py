"""The roster file: the sample's people, and how wrong rosters are refused."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from people_sample import DESK, day

import alihdaya
from alihdaya.kernel.time import micros
from alihdaya.people.events import PersonJoined
from alihdaya.people.gate import Needs, gate
from alihdaya.people.person import Person, learn
from alihdaya.people.roster import RosterError, read_roster
from alihdaya.people.shift import Shifts

ROSTER = Path(alihdaya.__file__).parent / "packs" / "disruption" / "roster.toml"
TEXT = ROSTER.read_text(encoding="utf-8")


def people(text: str = TEXT) -> dict[str, Person]:
    found: dict[str, Person] = {}
    for event in read_roster(text.encode()).events:
        found[event.person] = learn(found.get(event.person), event, 0)
    return found


def problems(old: str, new: str) -> list[tuple[str, str | None, int | None]]:
    assert old in TEXT
    with pytest.raises(RosterError) as caught:
        read_roster(TEXT.replace(old, new, 1).encode(), "r.toml")
    return [(p.code, p.source.element, p.source.line) for p in caught.value.problems]


def line_of(text: str) -> int:
    return next(n for n, line in enumerate(TEXT.splitlines(), 1) if text in line)


def test_exactly_one_person_of_the_sample_has_no_certificate():
    roster = people()
    assert read_roster(TEXT.encode()).warnings == ()
    assert [p.id for p in roster.values() if not p.certificates] == ["yudi"]
    january = {p.id: gate(p, DESK, day(2013, 1, 2)) for p in roster.values()}
    assert january["yudi"] == ("no-certificate:disruption-desk",)
    assert [who for who, reasons in january.items() if reasons] == ["dewi", "yudi"]
    assert gate(roster["dewi"], DESK, day(2013, 6, 11)) == ()
    assert gate(roster["yudi"], DESK, day(2013, 12, 31)) != ()


def test_certified_people_cover_the_clients_office_hours():
    """Each working hour of 2013 in New York, winter and summer, has somebody on shift who passes the gate."""
    roster = [(Shifts(p.time_zone, p.shifts), p) for p in people().values()]
    zone = ZoneInfo("America/New_York")
    for month, first in ((1, 14), (7, 8)):
        for date in range(first, first + 6):
            hours = range(8, 17) if date < first + 5 else range(9, 13)
            for hour in hours:
                at = micros(datetime(2013, month, date, hour, 30, tzinfo=zone))
                assert any(s.at_work(at) and not gate(p, DESK, at) for s, p in roster), (month, date, hour)


def test_wages_are_exact_decimals():
    assert all(Decimal(5) < Decimal(person.wage) < Decimal(20) for person in people().values())


@pytest.mark.parametrize(
    ("old", "new", "code", "element"),
    [
        ('en = "C1"', 'xx = "C1"', "unknown-language", "person[1].languages.xx"),
        ('en = "C1"', 'en = "D1"', "unknown-level", "person[1].languages.en"),
        (
            'monday = ["19:00-03:00"]',
            'monday = ["19:00-03:00", "18:00-19:15"]',
            "overlapping-shifts",
            "person[1].shifts",
        ),
        ('monday = ["19:00-03:00"]', 'moonday = ["19:00-03:00"]', "bad-shift", "person[1].shifts"),
        ("score = 91", "score = 191", "bad-score", "person[1].tests[1].score"),
        ("score = 91", "score = true", "bad-score", "person[1].tests[1].score"),
        ('wage = "9.80"', 'wage = "-1"', "bad-wage", "person[1].wage"),
        ('wage = "9.80"', "wage = nan", "bad-wage", "person[1].wage"),
        ('wage = "9.80"', 'wage = "1e-999999"', "bad-wage", "person[1].wage"),
        ("until = 2015-12-03", "until = 2012-12-03", "bad-dates", "person[1].certificates[1].until"),
        ("until = 2015-12-03", 'until = "soon"', "wrong-type", "person[1].certificates[1].until"),
        ('id = "bima"', 'id = "sekar"', "twice", "person[2].id"),
        ('country = "ID"', 'county = "ID"', "unknown-key", "person[1].county"),
        ('"Asia/Jakarta"', '"Asia/Jakata"', "unknown-time-zone", "person[1].time_zone"),
        ('kind = "writing"', 'kind = "singing"', "bad-test", "person[1].tests[1].kind"),
    ],
)
def test_one_wrong_fact(old, new, code, element):
    assert (code, element) in [(c, e) for c, e, _ in problems(old, new)]


def test_problems_name_the_line_of_their_own_person():
    (problem,) = problems('name = "Bima Umpamanto"', "name = 3")
    assert problem == ("missing", "person[2].name", line_of("Bima Umpamanto"))
    (problem,) = problems('tuesday = ["21:00-05:00"]', "tuesday = [5]")
    assert problem[2] == _shift_header("ratna")


def _shift_header(who: str) -> int:
    lines = TEXT.splitlines()
    start = lines.index(f'id = "{who}"')
    return next(n for n in range(start, len(lines)) if lines[n] == "[person.shifts]") + 1


def test_who_passed_no_writing_test_joins_with_a_warning():
    roster = read_roster(TEXT.replace("score = 91", "score = 61", 1).encode())
    assert [(w.code, w.severity, w.source.element) for w in roster.warnings] == [
        ("no-writing-test", "warning", "person[1].tests")
    ]
    assert sum(isinstance(event, PersonJoined) for event in roster.events) == 9


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"person = 3",
        b"[[person]]",
        b"person = [3]",
        b"x = ",
        b"[[person]]\nlanguages = 3\nshifts = 4\ntests = 5",
    ],
)
def test_hostile_bytes_are_refused(content):
    with pytest.raises(RosterError):
        read_roster(content)


def test_dates_of_the_file_begin_in_utc():
    certificate = people()["sekar"].certificates[0]
    assert certificate.start == micros(datetime(2012, 12, 3, tzinfo=UTC))


def test_a_programs_cost_is_said_by_the_minute():
    old = 'wage = "8.40"' if 'wage = "8.40"' in TEXT else next(line for line in TEXT.splitlines() if "wage" in line)
    robot = TEXT.replace(old, 'program = true\nminute = "0.125"', 1)
    found = [one for one in people(robot).values() if one.program]
    assert [Decimal(one.wage) for one in found] == [Decimal("7.5")]
    assert problems(old, 'minute = "0.125"')[0][0] == "bad-wage"
    assert problems(old, f'{old}\nprogram = true\nminute = "0.125"')[0][0] == "bad-wage"
    assert problems(old, 'program = true\nminute = "a lot"')[0][0] == "bad-wage"


WALL = '\n[[wall]]\nname = "rivals"\npeople = ["yudi"]\nclient = "Globex"\n'


def test_walls_keep_people_from_a_client_or_an_engagement():
    text = (
        TEXT
        + WALL
        + WALL.replace('client = "Globex"', 'engagement = "globex-desk"').replace('["yudi"]', '["dewi", "yudi"]')
    )
    found = people(text)
    assert found["yudi"].walls == ("Globex", "engagement:globex-desk")
    assert found["dewi"].walls == ("engagement:globex-desk",)
    assert found["sekar"].walls == ()
    for needs, reason in (
        (Needs(client="Globex"), "wall:Globex"),
        (Needs(engagement="globex-desk"), "wall:globex-desk"),
    ):
        assert gate(found["yudi"], needs, 0) == (reason,)
        assert gate(found["sekar"], needs, 0) == ()
    assert gate(found["dewi"], Needs(client="Globex", engagement="other"), 0) == ()


@pytest.mark.parametrize(
    ("old", "new", "code", "key"),
    [
        ('["yudi"]', '["yudy"]', "no-such-person", "people"),
        ('["yudi"]', '"yudi"', "wrong-type", "people"),
        ('["yudi"]', "[]", "wrong-type", "people"),
        ('"rivals"', '" "', "missing", "name"),
        ('client = "Globex"', 'client = "Globex"\nengagement = "g"', "bad-wall", "client"),
        ('client = "Globex"', 'claint = "Globex"', "unknown-key", "claint"),
        ('"Globex"', "7", "missing", "client"),
        ('"Globex"', '" Globex"', "bad-text", "client"),
        ('"Globex"', '"Glo\\u0000bex"', "bad-text", "client"),
        ('"Globex"', f'"{"G" * 201}"', "bad-text", "client"),
    ],
)
def test_a_wall_that_cannot_be_is_refused_with_its_line(old, new, code, key):
    text = TEXT + WALL.replace(old, new, 1)
    with pytest.raises(RosterError) as caught:
        read_roster(text.encode(), "r.toml")
    found = next(one for one in caught.value.problems if one.code == code)
    assert found.source.element == f"wall[1].{key}"
    assert found.source.line is not None
    assert key in text.splitlines()[found.source.line - 1]


def test_a_persons_last_keys_are_not_sought_in_the_wall_that_follows():
    wrong = TEXT.rstrip().rpartition("[[person]]")[2]
    assert "wage" in wrong
    text = TEXT.rpartition("[[person]]")[0] + "[[person]]" + wrong.replace("wage", "wge", 1) + WALL
    with pytest.raises(RosterError) as caught:
        read_roster(text.encode(), "r.toml")
    lines = [one.source.line for one in caught.value.problems]
    assert all(line is not None and line < len(text.splitlines()) - 4 for line in lines)
