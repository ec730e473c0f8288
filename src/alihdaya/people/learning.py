"""Judge what a process says about a person: values of any kind in, an event of this room out, or why it is none."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final
from zoneinfo import ZoneInfo

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import micros
from alihdaya.people.events import CertificateIssued, CertificateWithdrawn, PersonJoined, TestTaken
from alihdaya.people.person import LEVELS
from alihdaya.people.roster import KINDS, LANGUAGES
from alihdaya.people.shift import overlaps, read_week

_LONGEST: Final = 200
_LAST: Final = micros(datetime(9000, 1, 1, tzinfo=UTC))


class _Judge:
    """Reads values by name and keeps every problem."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values
        self.problems: list[Problem] = []

    def wrong(self, name: str, why: str) -> None:
        self.problems.append(Problem("bad-fact", f"{name} {why}", Source(element=name)))

    def text(self, name: str, like: str = r".*\S.*") -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or len(value) > _LONGEST or not re.fullmatch(like, value, re.DOTALL):
            self.wrong(name, f"cannot be {_short(value)}")
            return ""
        return value

    def points(self, name: str) -> int:
        value = self.values.get(name)
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or value != int(value):
            self.wrong(name, f"must be a whole number from 0 to 100, not {_short(value)}")
            return 0
        if not 0 <= value <= 100:
            self.wrong(name, f"must be from 0 to 100, not {_short(value)}")
        return int(value)

    def one_of(self, name: str, known: Any, what: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or value not in known:
            self.wrong(name, f"is {what}, and {_short(value)} is none")
            return ""
        return value

    def zone(self, name: str) -> str:
        value = self.text(name, r"[\w+/-]+")
        try:
            ZoneInfo(value)
        except (ValueError, OSError, KeyError):
            self.wrong(name, f"is an IANA time zone, and {_short(value)} is none")
        return value

    def wage(self, name: str) -> str:
        value = self.values.get(name)
        if not isinstance(value, (int, Decimal)) or isinstance(value, bool) or not 0 <= value < 10**9:
            self.wrong(name, f"is a loaded cost an hour, and {_short(value)} is none")
            return "0"
        return f"{value:f}"

    def languages(self, name: str) -> dict[str, str]:
        value = self.values.get(name)
        if not isinstance(value, Mapping) or not value:
            self.wrong(name, "must be a context of language: level")
            return {}
        for code, level in value.items():
            if code not in LANGUAGES or not isinstance(level, str) or level not in LEVELS:
                self.wrong(
                    name, f"knows languages of ISO 639-1 and levels A1 to C2, not {_short(code)}: {_short(level)}"
                )
        return {str(code): str(level) for code, level in value.items()}

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.values.get(name)
        if not isinstance(value, (list, tuple)) or not all(isinstance(one, str) and one for one in value):
            self.wrong(name, "must be a list of texts")
            return ()
        return tuple(value)

    def shifts(self, name: str) -> dict[str, tuple[str, ...]]:
        value = self.values.get(name)
        try:
            found = {str(day): tuple(map(str, texts)) for day, texts in dict(value or {}).items()}
            if overlaps(read_week(found)):
                self.wrong(name, "overlap")
        except (TypeError, ValueError) as error:
            self.wrong(name, f"are lists of HH:MM-HH:MM by weekday: {error}")
            return {}
        return found

    def until(self, name: str, at: int) -> int:
        end = self.values.get(name)
        if not isinstance(end, int) or not at < end < _LAST:
            self.wrong(name, "must be a duration, or a date to come")
            return at
        return end


def fact_of(means: str, values: Mapping[str, Any], at: int) -> Event:
    """Give the event that these values mean at `at`: joined, test, certificate or withdrawn (packs.facts.MEANINGS).

    `valid` is the instant of its end in microseconds. Raises Refused with every problem, each with its value's name.
    """
    judge = _Judge(values)
    made = _MADE[means](judge, judge.text("person"), at)
    if judge.problems:
        raise Refused(judge.problems)
    return made


def _joined(judge: _Judge, person: str, _: int) -> Event:
    return PersonJoined(
        person=person,
        name=judge.text("name"),
        employer=judge.text("employer"),
        serves=judge.text("serves"),
        country=judge.text("country", "[A-Z]{2}"),
        time_zone=judge.zone("time_zone"),
        languages=judge.languages("languages"),
        skills=judge.texts("skills"),
        shifts=judge.shifts("shifts"),
        wage=judge.wage("wage"),
        currency=judge.text("currency", "[A-Z]{3}"),
        program=judge.values.get("program") is True,
    )


def _tested(judge: _Judge, person: str, at: int) -> Event:
    kind = judge.one_of("kind", KINDS, "writing or spoken")
    language = judge.one_of("language", LANGUAGES, "a code of ISO 639-1")
    return TestTaken(person, kind, language, judge.points("score"), judge.points("pass_mark"), at)


def _certified(judge: _Judge, person: str, at: int) -> Event:
    return CertificateIssued(person, judge.text("certificate", r"[^\s:]+"), at, judge.until("valid", at))


def _withdrawn(judge: _Judge, person: str, _: int) -> Event:
    return CertificateWithdrawn(person, judge.text("certificate", r"[^\s:]+"), judge.text("reason"))


_MADE: Final = {"joined": _joined, "test": _tested, "certificate": _certified, "withdrawn": _withdrawn}


def _short(value: Any) -> str:
    return repr(value)[:40] if isinstance(value, str) else str(value)[:40]
