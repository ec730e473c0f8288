"""By whatever path work is given out, nobody gets it who lacks a proof: by hand, router, command or tool."""

from contextlib import suppress
from dataclasses import replace

import pytest
from claims_pack import ROSTER, person, write_pack
from small_desk import MUCH_LATER, SmallDesk, rows_of, scripts_of, source_of
from ways_in import by_command_line, tools_of

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import MINUTE
from alihdaya.operations.commands import Assign, Complete, Fire
from alihdaya.operations.floor.commands import AskAdvice, HandOn
from alihdaya.operations.floor.looking import waiting
from alihdaya.operations.instance.commands import MoveToken, Resume, Suspend
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.run.flow import run
from alihdaya.operations.run.route import Router
from alihdaya.operations.sign import settle
from alihdaya.packs import load
from alihdaya.people.events import PersonJoined
from alihdaya.people.gate import Needs, gate
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.work.events import AssignmentRefused, TaskAssigned
from alihdaya.work.floor import shares
from alihdaya.work.floor.commands import Accept, CallBack, LogIn, Take
from alihdaya.work.floor.events import Assigned, Reserved

LACKING = ("citra", "dodi", "fina", "gita", "hadi", "indra", "budi")
"""No certificate, a failed test, no skill, a low level, a certificate that ran out, one to come, one withdrawn."""

PEOPLE = (
    ROSTER
    + person("fina", skill="other")
    + person("gita", level="B1")
    + person("hadi", certificate="2012-12-31")
    + person("indra").replace("from = 2012-12-03", "from = 2014-06-01")
)


@pytest.fixture
def strict(store_url, tmp_path):
    """The claims desk where all but ana and eko lack something; budi's certificate was withdrawn."""
    yield from _strict(store_url, tmp_path)


@pytest.fixture
def strict_file(tmp_path):
    """The same in a file."""
    yield from _strict(f"sqlite:///{tmp_path / 'store.db'}", tmp_path)


def _strict(url, folder):
    small = SmallDesk(open_store(url), folder, pack=load(write_pack(folder / "claims", roster=PEOPLE)))
    small.url = url
    small.command(Withdraw("budi", "claims-desk", "an audit"))
    yield small
    small.store.close()


def by_hand(small, item, who):
    small.command(Assign(item, 1, who, "dispatcher"))


def by_completing(small, item, who):
    small.command(Complete(item, 1, who, 60, {"verdict": "yes"}))


def by_coming_free(small, _, who):
    Router(small.desk).came_free(who, small.at, 0)


def by_matching(small, _, who):
    router = Router(small.desk)
    router.free[who] = 0
    router.match(small.at)


def by_moving(small, item, who):
    small.command(MoveToken(item, 1, "judge"))
    small.command(Assign(item, next(iter(small.desk.items[item].instance.waits)), who))


def by_resuming(small, item, who):
    small.command(Suspend(item, "a pause", "boss"))
    small.command(Resume(item, "boss"))
    Router(small.desk).came_free(who, small.at, 0)


def by_another_process(small, item, who):
    small.commit()
    small.open()
    small.command(Assign(item, 1, who))


def present(small, who):
    small.command(LogIn(who, shares({"office": 2})))


def by_logging_in(small, _, who):
    present(small, who)
    small.commit()


def by_taking(small, item, who):
    present(small, who)
    small.command(Take(item, 1, who))


def by_accepting(small, item, who):
    present(small, who)
    small.command(Accept(item, 1, who))


def by_passing(small, item, who):
    """From somebody who may, to somebody who may not, who was named."""
    present(small, "ana")
    present(small, who)
    small.command(Take(item, 1, "ana"))
    small.command(HandOn(item, 1, "ana", "transfer", who))
    small.commit()


def by_promising(small, item, who):
    """A call-back rings first at whoever agreed on it: not, where they lost what it needs meanwhile."""
    present(small, "eko")
    present(small, who)
    small.command(Take(item, 1, "eko"))
    small.command(CallBack(item, 1, "eko", small.at + MINUTE))
    small.command(Withdraw("eko", "claims-desk", "an audit"))
    small.later(hours=1)
    small.command(Fire(0, 0))
    small.commit()


def by_asking_advice(small, item, who):
    """Whoever is asked for advice sees the item: they need what it needs."""
    present(small, "ana")
    present(small, who)
    small.command(Take(item, 1, "ana"))
    small.command(AskAdvice(item, 1, "ana", who, "What now?"))
    small.commit()
    for key in sorted(small.desk.hall.floor.consults.get((item, 1), ())):
        small.command(Take(*key, who))


def by_command(*words):
    """By the command line, as another process: who is to have it stands for WHO, the item for ITEM."""

    def path(small, item, who):
        for command in words:
            told = {"WHO": who, "ITEM": item}
            by_command_line(small, *(told.get(word, word) for word in command.split()))

    path.__name__ = "by_command_" + words[-1].split()[0]
    return path


def by_tool(small, _, who):
    """By the tools that a model has, were they a program."""
    small.desk.people[who] = replace(small.desk.people[who], program=True)
    found = tools_of(small, who).fetch_item()
    assert "token" not in found, found


COMMANDS = (
    by_command("assign ITEM --to WHO"),
    by_command("presence login WHO", "take ITEM --by WHO"),
    by_command("presence login WHO", "accept ITEM --by WHO"),
    by_command("presence login ana", "presence login WHO", "take ITEM --by ana", "transfer ITEM --by ana --to WHO"),
    by_command("presence login ana", "presence login WHO", "take ITEM --by ana", "consult ITEM --by ana --to WHO"),
    by_command("complete ITEM --by WHO --set verdict=yes"),
)
FLOOR = (by_logging_in, by_taking, by_accepting, by_passing, by_promising, by_asking_advice)
PATHS = (by_hand, by_completing, by_coming_free, by_matching, by_moving, by_resuming, by_another_process, by_tool)


def given_to(small):
    small.commit()
    return [one.person for entry in small.store.read_log() for one in entry.events if isinstance(one, TaskAssigned)]


def test_everybody_who_lacks_something_lacks_something_else(strict):
    needs = Needs("claims", "en", "B2", "claims-desk")
    reasons = {gate(strict.desk.people[who], needs, strict.desk.at)[0].split(":")[0] for who in LACKING}
    assert len(reasons) == len(LACKING)


@pytest.mark.parametrize("path", PATHS)
def test_no_path_gives_work_to_who_lacks_a_proof(strict, path):
    for who in LACKING:
        item = strict.receive("judge")
        try:
            path(strict, item, who)
        except Refused:
            continue
    assert given_to(strict) == []
    strict.assign(item, "ana", next(iter(strict.desk.items[item].instance.waits)))
    assert given_to(strict) == ["ana"]


def test_a_bulk_run_gives_work_to_nobody_who_lacks_a_proof(strict):
    source = source_of(rows_of(*[("judge", 50)] * 12))
    run(strict.desk, strict.service, source, now=lambda: MUCH_LATER, seed=3, scripts=scripts_of(strict.pack))
    found = given_to(strict)
    assert found
    assert not set(found) & set(LACKING)


@pytest.mark.parametrize("path", FLOOR)
def test_no_way_over_the_floor_gives_work_to_who_lacks_a_proof(strict, path):
    for who in LACKING[:3] if path is by_promising else LACKING:
        item = strict.receive("judge")
        try:
            path(strict, item, who)
        except Refused:
            continue
    given = given_to(strict)
    assert not set(given) & set(LACKING), given
    rings = [one for entry in strict.store.read_log() for one in entry.events if isinstance(one, Reserved)]
    assert not {one.person for one in rings} & set(LACKING)
    assert path in (by_logging_in, by_taking, by_accepting) or given


@pytest.mark.parametrize("path", COMMANDS)
def test_no_command_gives_work_to_who_lacks_a_proof(strict_file, path):
    for who in ("citra", "budi"):
        item = strict_file.receive("judge")
        with suppress(Refused):
            path(strict_file, item, who)
    strict_file.commit()
    told = [one for entry in strict_file.store.read_log() for one in entry.events]
    reached = {one.person for one in told if isinstance(one, TaskAssigned | Reserved | Assigned)}
    assert reached <= {"ana"}
    for who in ("citra", "budi") if path is COMMANDS[0] else ():
        assert any(isinstance(one, AssignmentRefused) and one.person == who for one in told), "it was asked for"
    item = strict_file.receive("judge")
    strict_file.later(hours=1)
    by_command_line(strict_file, "assign", item, "--to", "eko")
    assert "eko" in given_to(strict_file)


@pytest.mark.parametrize("path", [by_hand, by_coming_free, by_matching, by_logging_in, by_taking, by_passing])
def test_a_wall_holds_on_every_path(store, tmp_path, path):
    small = SmallDesk(store, tmp_path)
    walled = replace(small.desk.people["budi"], walls=("Acme",))
    small.desk.people["budi"] = walled
    with suppress(Refused):
        path(small, small.receive("judge"), "budi")
    assert "budi" not in given_to(small)


def test_a_withdrawal_takes_back_what_rings_and_what_is_held(strict):
    first, second = strict.receive("judge"), strict.receive("judge")
    present(strict, "ana")
    strict.commit()
    strict.command(Accept(first, 1, "ana"))
    strict.command(Withdraw("ana", "claims-desk", "an audit"))
    strict.commit()
    assert not strict.desk.held
    assert not strict.desk.hall.floor.holds
    assert {task.key for task in strict.desk.queue} == {(first, 1), (second, 1)}
    assert [one.reason for one in waiting(strict.desk)] == ["nobody-present"]


def test_a_wall_of_a_roster_that_is_read_later_takes_back_what_they_have(store, tmp_path):
    small = SmallDesk(store, tmp_path)
    held, waits = small.receive("judge"), small.receive("judge")
    small.assign(held, "budi")
    present(small, "ana")
    wall = '\n[[wall]]\nname = "rivals"\npeople = ["budi"]\nengagement = "acme"\n'
    for _ in range(2):
        settle(small.desk, small.service, small.desk.at, read_roster((ROSTER + wall).encode()).events)
    assert small.desk.people["budi"].walls == ("engagement:acme",)
    assert small.desk.people["budi"].certificates, "what they proved stays"
    assert small.desk.held == {}
    for item in (held, waits):
        with pytest.raises(Refused, match="conflict wall keeps them from work for acme"):
            small.assign(item, "budi")
    joined = [one for entry in store.read_log() for one in entry.events if isinstance(one, PersonJoined)]
    assert [one.walls for one in joined if one.person == "budi"] == [(), ("engagement:acme",)]
    small.open()
    assert small.desk.people["budi"].walls == ("engagement:acme",)
