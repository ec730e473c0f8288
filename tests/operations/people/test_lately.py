"""How people keep to the shift that is on, as a supervisor sees it: from two days of the log, and who is there now."""

import pytest
from claims_pack import ROSTER, person, write_pack
from small_desk import NOON, SmallDesk

from alihdaya.kernel.time import DAY, HOUR, MINUTE
from alihdaya.operations.people.adherence import adherence, lately
from alihdaya.packs import load
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import LogIn, LogOut, SetState

OFFICE = shares({"office": 1})


@pytest.fixture
def small(store, tmp_path):
    pack = load(write_pack(tmp_path / "claims", roster=ROSTER + person("gita")))
    return SmallDesk(store, tmp_path, pack=pack)


def at(small, when, *commands):
    small.at = when
    for command in commands:
        small.command(command)
    small.commit()


def agrees(small, now):
    """What is read of two days is what the whole log says of the last day that began within 24 hours."""
    found = lately(small.store, now)
    whole = {}
    for kept in adherence(small.store, (now - DAY, now), now, allowed=HOUR):
        whole[kept.day.person] = kept.day
    assert {who: one.day for who, one in found.items() if one.day} == whole
    return found


def test_the_last_shift_of_everybody_and_whether_one_is_on(small):
    start = NOON + 10 * HOUR
    at(small, start, LogIn("ana", OFFICE), LogIn("budi", OFFICE))
    at(small, start + HOUR, SetState("ana", "lunch"), SetState("budi", "meeting"))
    at(small, start + 2 * HOUR, SetState("ana", "ready"), LogOut("budi"))
    for hours in range(0, 30, 3):
        found = agrees(small, start + 2 * HOUR + hours * HOUR)
    assert found["ana"].name == "Ana"
    assert found["eko"].day is None or found["eko"].day.late is None


def test_who_came_before_the_part_that_is_read_is_there_all_the_same(small):
    at(small, NOON, LogIn("ana", OFFICE), LogIn("budi", OFFICE))
    later = NOON + 4 * DAY
    at(small, later - HOUR, LogIn("gita", OFFICE))
    assert agrees(small, later)["ana"].day.late is not None
    at(small, later, SetState("budi", "break"))
    day = agrees(small, later + 30 * MINUTE)["budi"].day
    assert (day.kept, day.paused) == (day.planned, 30 * MINUTE), "half an hour of break is part of the shift"
