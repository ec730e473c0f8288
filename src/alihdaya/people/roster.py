"""Read roster.toml: who is there, what they speak and have proved, when they are at work, whom a wall keeps away."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from alihdaya.kernel.errors import AlihdayaError, Problem, Severity, Source
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import micros
from alihdaya.people.events import CertificateIssued, PersonJoined, TestTaken
from alihdaya.people.person import LEVELS
from alihdaya.people.shift import overlaps, read_week
from alihdaya.people.walls import read_walls

_CODES: Final = (
    "aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el "
    "en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it "
    "iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mh mi mk ml mn mr ms mt "
    "my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl "
    "sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo "
    "za zh zu"
)
LANGUAGES: Final = frozenset(_CODES.split())
"""Language codes of ISO 639-1."""

KINDS: Final = ("writing", "spoken")
_KNOWN: Final = {
    "person": "id name employer serves country time_zone languages skills shifts wage minute currency program "
    "tests certificates",
    "test": "kind language score pass_mark on",
    "certificate": "name from until",
}


class RosterError(AlihdayaError):
    """A roster that cannot be read or contradicts itself."""


@dataclass(frozen=True, slots=True)
class Roster:
    """What a roster says: its events, ready for the log, and warnings that keep nobody from joining."""

    events: tuple[Event, ...]
    warnings: tuple[Problem, ...]


@dataclass
class _Reader:
    name: str
    text: str
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    @cached_property
    def headers(self) -> list[int]:
        return [n for n, line in enumerate(self.lines) if re.match(r"\s*\[\[\s*person\s*\]\]", line)]

    def line(self, person: int, key: str) -> int | None:
        if person >= len(self.headers):
            return None
        start = self.headers[person]
        walls = [n for n, line in enumerate(self.lines) if n > start and re.match(r"\s*\[\[\s*wall\s*\]\]", line)]
        end = min([*self.headers[person + 1 : person + 2], *walls[:1], len(self.lines)])
        wanted = re.compile(rf"\s*(\[+person\.)?{re.escape(key.partition('.')[0].partition('[')[0])}\s*[]=.]")
        return next((n + 1 for n in range(start, end) if wanted.match(self.lines[n])), start + 1)

    def report(self, person: int, key: str, code: str, message: str, severity: Severity = "error") -> None:
        source = Source(self.name, self.line(person, key), element=f"person[{person + 1}].{key}")
        self.problems.append(Problem(code, message, source, severity))


def read_roster(data: bytes, name: str = "roster.toml") -> Roster:
    """Read roster.toml into events. Raises RosterError with every problem, each with file, line and key.

    A person without a passed writing test, or without shifts, joins with a warning: the gate will keep work away.
    """
    reader, content = _load(data, name)
    people = content.get("person", [])
    if not isinstance(people, list) or not people or not all(isinstance(person, dict) for person in people):
        raise RosterError(Problem("no-people", "there is no [[person]]", Source(name)))
    for key in content.keys() - {"person", "wall"}:
        reader.problems.append(Problem("unknown-key", f"unknown key {key!r}", Source(name, element=key)))
    walls, wrong = read_walls(reader.text, name, content, {str(person.get("id")) for person in people})
    reader.problems += wrong
    events = [event for n, person in enumerate(people) for event in _person(reader, n, person, walls)]
    _twice(reader, people)
    errors = [problem for problem in reader.problems if problem.severity == "error"]
    if errors:
        raise RosterError(errors)
    return Roster(tuple(events), tuple(reader.problems))


def _load(data: bytes, name: str) -> tuple[_Reader, dict[str, Any]]:
    try:
        text = data.decode("utf-8-sig")
        return _Reader(name, text), tomllib.loads(text, parse_float=Decimal)
    except UnicodeDecodeError as error:
        raise RosterError(Problem("not-utf8", f"not UTF-8 text at byte {error.start}", Source(name))) from None
    except (ValueError, InvalidOperation, RecursionError) as error:
        at = re.search(r"line (\d+), column (\d+)", str(error))
        place = Source(name, int(at[1]), int(at[2])) if at else Source(name)
        raise RosterError(Problem("not-toml", f"not TOML: {error}", place)) from None


def _twice(reader: _Reader, people: list[dict[str, Any]]) -> None:
    ids = [person.get("id") for person in people]
    for n, found in enumerate(ids):
        if found in ids[:n]:
            reader.report(n, "id", "twice", f"person {found!r} is there twice")


def _person(reader: _Reader, n: int, person: dict[str, Any], walls: Mapping[str, tuple[str, ...]]) -> Iterator[Event]:
    _unknown(reader, n, "", person, "person")
    who = _text(reader, n, person, "id")
    yield PersonJoined(
        person=who,
        name=_text(reader, n, person, "name"),
        employer=_text(reader, n, person, "employer"),
        serves=_text(reader, n, person, "serves"),
        country=_text(reader, n, person, "country", like="[A-Z]{2}"),
        time_zone=_zone(reader, n, person),
        languages=_languages(reader, n, person),
        skills=tuple(_texts(reader, n, "skills", person.get("skills", []))),
        shifts=_shifts(reader, n, person),
        wage=_wage(reader, n, person),
        currency=_text(reader, n, person, "currency", like="[A-Z]{3}"),
        program=person.get("program") is True,
        walls=walls.get(who, ()),
    )
    tests = list(_tests(reader, n, who, person))
    yield from tests
    if not any(test.kind == "writing" and test.score >= test.pass_mark for test in tests):
        reader.report(n, "tests", "no-writing-test", "has passed no writing test; the gate keeps work away", "warning")
    yield from _certificates(reader, n, who, person)


def _unknown(reader: _Reader, n: int, prefix: str, table: dict[str, Any], kind: str) -> None:
    for key in table:
        if key not in _KNOWN[kind].split():
            reader.report(n, prefix + key, "unknown-key", f"unknown key; known here: {_KNOWN[kind]}")


def _text(reader: _Reader, n: int, table: dict[str, Any], key: str, *, like: str = "", prefix: str = "") -> str:
    value = table.get(key)
    if not isinstance(value, str) or not value.strip():
        reader.report(n, prefix + key, "missing", "text is missing")
        return ""
    if like and not re.fullmatch(like, value):
        reader.report(n, prefix + key, "wrong-type", f"{value!r} is not written like {like}")
    return value


def _texts(reader: _Reader, n: int, key: str, value: object) -> list[str]:
    if isinstance(value, list) and all(isinstance(text, str) for text in value):
        return list(value)
    reader.report(n, key, "wrong-type", "must be a list of texts")
    return []


def _zone(reader: _Reader, n: int, person: dict[str, Any]) -> str:
    name = _text(reader, n, person, "time_zone")
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        if name:
            reader.report(n, "time_zone", "unknown-time-zone", f"no IANA time zone is called {name!r}")
    return name


def _languages(reader: _Reader, n: int, person: dict[str, Any]) -> dict[str, str]:
    languages = person.get("languages")
    if not isinstance(languages, dict) or not languages:
        reader.report(n, "languages", "missing", "must be a table of language = level, such as { en = 'B2' }")
        return {}
    for code, level in languages.items():
        if code not in LANGUAGES:
            reader.report(n, f"languages.{code}", "unknown-language", f"{code!r} is no code of ISO 639-1")
        if not isinstance(level, str) or level not in LEVELS:
            reader.report(n, f"languages.{code}", "unknown-level", f"{level!r} is no CEFR level, A1 to C2")
    return {code: str(level) for code, level in languages.items()}


def _shifts(reader: _Reader, n: int, person: dict[str, Any]) -> dict[str, tuple[str, ...]]:
    shifts = person.get("shifts", {})
    if not isinstance(shifts, dict):
        reader.report(n, "shifts", "wrong-type", "must be a table of weekday = list of shifts")
        return {}
    found = {day: tuple(_texts(reader, n, f"shifts.{day}", texts)) for day, texts in shifts.items()}
    try:
        week = read_week(found)
    except ValueError as error:
        reader.report(n, "shifts", "bad-shift", str(error))
        return {}
    if overlaps(week):
        reader.report(n, "shifts", "overlapping-shifts", "two shifts overlap")
    if not week:
        reader.report(n, "shifts", "no-shifts", "is never at work", "warning")
    return found


def _wage(reader: _Reader, n: int, person: dict[str, Any]) -> str:
    value = person.get("wage")
    if "minute" in person:
        return _minute(reader, n, person)
    try:
        wage = Decimal(value) if isinstance(value, (str, int, Decimal)) else Decimal("NaN")
    except InvalidOperation:
        wage = Decimal("NaN")
    if isinstance(value, bool) or not wage.is_finite() or not 0 <= wage < 10**9 or (wage and wage.adjusted() < -9):
        reader.report(n, "wage", "bad-wage", f"{value!r} is no loaded cost an hour, such as '8.40'")
        return "0"
    return f"{wage:f}"


def _minute(reader: _Reader, n: int, person: dict[str, Any]) -> str:
    """Give the cost an hour of a program whose cost a minute is said."""
    if "wage" in person or person.get("program") is not True:
        reader.report(n, "minute", "bad-wage", "is the cost of a program, which has no wage then")
        return "0"
    hour = _wage(reader, n, {"wage": person["minute"]})
    return f"{60 * Decimal(hour):f}"


def _tests(reader: _Reader, n: int, who: str, person: dict[str, Any]) -> Iterator[TestTaken]:
    for m, test in _tables(reader, n, person, "tests"):
        prefix = f"tests[{m + 1}]."
        _unknown(reader, n, prefix, test, "test")
        kind, language = test.get("kind"), test.get("language")
        if kind not in KINDS or language not in LANGUAGES:
            reader.report(n, prefix + "kind", "bad-test", "kind must be writing or spoken, language of ISO 639-1")
        marks = [test.get("score"), test.get("pass_mark")]
        if not all(type(mark) is int and 0 <= mark <= 100 for mark in marks):
            reader.report(n, prefix + "score", "bad-score", "score and pass_mark must be whole, from 0 to 100")
            marks = [0, 100]
        yield TestTaken(
            who, str(kind), str(language), marks[0] or 0, marks[1] or 0, _midnight(reader, n, test, prefix, "on")
        )


def _certificates(reader: _Reader, n: int, who: str, person: dict[str, Any]) -> Iterator[CertificateIssued]:
    for m, certificate in _tables(reader, n, person, "certificates"):
        prefix = f"certificates[{m + 1}]."
        _unknown(reader, n, prefix, certificate, "certificate")
        name = _text(reader, n, certificate, "name", like=r"[^\s:]+", prefix=prefix)
        start, end = (_midnight(reader, n, certificate, prefix, key) for key in ("from", "until"))
        if start >= end:
            reader.report(n, prefix + "until", "bad-dates", "until must come after from")
        yield CertificateIssued(who, name, start, end)


def _tables(reader: _Reader, n: int, person: dict[str, Any], key: str) -> list[tuple[int, dict[str, Any]]]:
    value = person.get(key, [])
    if not isinstance(value, list) or not all(isinstance(table, dict) for table in value):
        reader.report(n, key, "wrong-type", "must be a list of tables")
        return []
    return list(enumerate(value))


def _midnight(reader: _Reader, n: int, table: dict[str, Any], prefix: str, key: str) -> int:
    """Microseconds at which the date under `key` begins in UTC."""
    day = table.get(key)
    if type(day) is not date:
        reader.report(n, prefix + key, "wrong-type", "must be a date such as 2012-12-03")
        return 0
    return micros(datetime.combine(day, time(), UTC))
