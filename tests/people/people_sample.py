"""People for tests: one who may do the desk's work, and changes to them."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from alihdaya.kernel.time import micros
from alihdaya.people.gate import Needs
from alihdaya.people.person import Certificate, Employment, LanguageTest, Person

DESK = Needs("disruption", "en", "B2", "disruption-desk")


def day(*when: int) -> int:
    return micros(datetime(*when, tzinfo=UTC))


ABLE = Person(
    id="sekar",
    name="Sekar Contohwati",
    employment=Employment("PT Contoh Nusakarya", "Hudson Fictive Airways"),
    country="ID",
    time_zone="Asia/Jakarta",
    languages={"en": "B2"},
    skills=("disruption",),
    shifts={"monday": ("20:00-04:00",)},
    wage="9.80",
    currency="USD",
    tests=(LanguageTest("writing", "en", 80, 70, day(2012, 11, 26)),),
    certificates=(Certificate("disruption-desk", day(2012, 12, 3), day(2014, 12, 3)),),
)


def but(**facts: Any) -> Person:
    return replace(ABLE, **facts)
