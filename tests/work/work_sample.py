"""Tasks and people for tests of the queue and of routing."""

from alihdaya.kernel.time import HOUR
from alihdaya.people.gate import Needs
from alihdaya.people.person import Certificate, Employment, LanguageTest, Person
from alihdaya.work.item import Task

NEEDS = [Needs("disruption", "en", "B2", "desk"), Needs("disruption", "en", "C1", "desk"), Needs("payroll"), Needs()]


def task(
    item: int, token: int = 1, *, needs: Needs = NEEDS[0], priority: int = 0, at: int = 0, due: int | None = 4
) -> Task:
    """`at` and `due` in hours; due counts from `at`."""
    respond = None if due is None else (at + due) * HOUR
    return Task(item, token, "desk", "judge", needs, priority, at * HOUR, respond, None)


def person(who: str, level: str = "B2", skills: tuple[str, ...] = ("disruption",), *, certified: bool = True) -> Person:
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
        tests=(LanguageTest("writing", "en", 80, 70, 0),),
        certificates=(Certificate("desk", 0, 10**18),) if certified else (),
    )
