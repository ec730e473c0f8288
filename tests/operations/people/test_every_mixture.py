"""Paths to work, mixed with migrations, withdrawals, walls and restarts: nobody ever has what the gate refuses."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from claims_pack import MANIFEST, PROCESS, person, write_pack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_desk import SmallDesk
from test_every_path import PEOPLE, by_coming_free, by_matching, present
from ways_in import by_command_line, tools_of

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.commands import Assign, Complete, Fire
from alihdaya.operations.floor.beside import ADVICE
from alihdaya.operations.floor.commands import AskAdvice, HandOn
from alihdaya.operations.instance.commands import MoveToken, Resume, Suspend
from alihdaya.operations.migrate.order import Migrate, Order
from alihdaya.operations.people.commands import Review, SetWall, Withdraw
from alihdaya.operations.people.programs.commands import FetchTask
from alihdaya.operations.sign import deploy, settle
from alihdaya.packs import load
from alihdaya.people.gate import Needs, gate
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.work.floor.commands import Accept, CallBack, Decline, LogOut, SetState, Take

WHO = ("ana", "budi", "eko", "citra", "dodi", "fina", "robot")
_NEEDS = 'id="judge" name="judge" alihdaya:form="judge" alihdaya:skill="claims" alihdaya:language="en" alihdaya:level='
NEEDY = _NEEDS + '"B2" alihdaya:certificate="claims-desk"'
GATE = Needs("claims", "en", "A1")
"""What every version asks for at least."""
FLOOR = """
[floor]
batch = 2

[review]
percent = 100
pass_mark = 50

[[review.criteria]]
name = "right"
points = 1
fatal = true
label = { en = "Right?" }
"""
VERSIONS = {"easier": _NEEDS + '"A1"', "harder": _NEEDS + '"C1" alihdaya:certificate="claims-desk"'}


def _by_roster(small, _, who):
    """A roster is read again that keeps somebody away, unless a hand took that wall down."""
    roster = small.pack.roster + f'\n[[wall]]\nname = "rivals"\npeople = ["{who}"]\nclient = "Acme"\n'
    settle(small.desk, small.service, small.desk.at, read_roster(roster.encode()).events)


def _wall(what, *, stand):
    return lambda small, item, who: small.command(SetWall(who, what or f"item:{item}", stand, "a cousin", "nina"))


def _by_tool(small, *_):
    """The tools of the Model Context Protocol: what a model fetches, it hands in or gives back."""
    tools = tools_of(small, "robot")
    task = tools.fetch_item()
    if "token" in task and task["item"] % 2:
        tools.submit_item(task["item"], task["token"], {"verdict": "yes"})


def _by_advice(small, item, who):
    """Whoever has it asks somebody for advice; who is asked takes it up."""
    holder = small.desk.hall.floor.holds[item, 1].person if small.desk.hall else who
    small.command(AskAdvice(item, 1, holder, who, "What now?"))
    for key in sorted(small.desk.hall.floor.consults.get((item, 1), ())):
        small.command(Take(*key, who))


def _by_call_back(small, item, who):
    small.command(CallBack(item, 1, who, small.desk.at + MINUTE))
    small.at = small.desk.at + HOUR
    while (timer := small.desk.next_timer()) and timer[0] <= small.at:
        small.command(Fire(timer[1], timer[2]))


def _by_review(small, item, who):
    small.command(Review(item, 1, who, {"right": 1}))
    assert f"item:{item}" not in small.desk.people[who].walls
    assert gate(small.desk.people[who], GATE, small.desk.at) == ()


def _by_command(*words):
    return lambda small, item, who: by_command_line(small, *(str({"WHO": who, "ITEM": item}.get(w, w)) for w in words))


def _by_migrating(name):
    def path(small, _item, _who):
        small.command(Migrate(Order("claims", to=small.versions[name][:12]), 0, 500, go=True))

    return path


def _by_fetching(small, _, who):
    small.command(FetchTask(who, frozenset(), 60_000_000))


def _by_restart(small, *_):
    small.commit()
    small.open()


def _command(make):
    return lambda small, item, who: small.command(make(item, who))


def _by_moving(small, item, who):
    small.command(MoveToken(item, 1, "judge"))
    small.command(Assign(item, next(iter(small.desk.items[item].instance.waits)), who))


PATHS = {
    "assign": _command(lambda item, who: Assign(item, 1, who, "dispatcher")),
    "take": _command(lambda item, who: Take(item, 1, who)),
    "accept": _command(lambda item, who: Accept(item, 1, who)),
    "decline": _command(lambda item, who: Decline(item, 1, who)),
    "pass": _command(lambda item, who: HandOn(item, 1, "ana", "transfer", who)),
    "complete": _command(lambda item, who: Complete(item, 1, who, 60, {"verdict": "yes"})),
    "suspend": _command(lambda item, who: Suspend(item, "a pause", who)),
    "resume": _command(Resume),
    "withdraw": _command(lambda item, who: Withdraw(who, "claims-desk", "an audit")),
    "ready": _command(lambda item, who: SetState(who, "ready")),
    "leave": _command(lambda item, who: LogOut(who)),
    "come": lambda small, item, who: present(small, who),
    "come free": by_coming_free,
    "match": by_matching,
    "move": _by_moving,
    "fetch": _by_fetching,
    "roster's wall": _by_roster,
    "wall": _wall("Acme", stand=True),
    "no wall": _wall("Acme", stand=False),
    "item's wall": _wall("", stand=True),
    "no item's wall": _wall("", stand=False),
    "tool": _by_tool,
    "advice": _by_advice,
    "call back": _by_call_back,
    "escalate": _command(lambda item, who: HandOn(item, 1, "ana", "escalate", who)),
    "hand over": _command(lambda item, who: HandOn(item, 1, "eko", "hand-over", who)),
    "review": _by_review,
    "command assign": _by_command("assign", "ITEM", "--to", "WHO"),
    "command take": _by_command("take", "ITEM", "--by", "WHO"),
    "command transfer": _by_command("transfer", "ITEM", "--by", "ana", "--to", "WHO"),
    "restart": _by_restart,
    "to easier": _by_migrating("easier"),
    "to harder": _by_migrating("harder"),
}


@pytest.fixture(scope="module")
def packs(tmp_path_factory):
    """The pack by the name of its version; "" is the first."""
    roster = PEOPLE + person("robot", certificate="").replace("skills =", "program = true\nskills =")
    assert NEEDY in PROCESS
    texts = {"": PROCESS} | {name: PROCESS.replace(NEEDY, needs) for name, needs in VERSIONS.items()}
    folder = tmp_path_factory.mktemp("versions")
    return {
        name: load(write_pack(folder / f"v{name}", claims=text, roster=roster, pack=MANIFEST + FLOOR))
        for name, text in texts.items()
    }


def _desk(folder, packs):
    small = SmallDesk(open_store(folder / "mix.db"), folder, pack=packs[""])
    small.url = str(folder / "mix.db")
    small.versions = {name: packs[name].digest for name in VERSIONS}
    for name in VERSIONS:
        deploy(small.desk, packs[name], small.desk.at)
    for _ in range(2):
        small.receive("judge")
    small.commit()
    return small


def _nobody_has_what_the_gate_refuses(small):
    desk = small.desk
    held = {key: hold.person for key, hold in desk.held.items()}
    if desk.hall is not None:
        held |= {key: hold.person for key, hold in desk.hall.floor.holds.items() if hold.state in {"rings", "works"}}
    for (number, token), who in held.items():
        item = desk.items[number]
        part = desk.hall.floor.holds[number, token].piece.of[1] if token >= ADVICE else token
        needs = item.service.needs(item.instance.waits[part].node, item.doers)
        assert gate(desk.people[who], needs, desk.at) == (), (number, token, who)
        assert f"item:{number}" not in desk.people[who].walls, (number, token, who)


EXAMPLES = int(os.environ.get("ALIHDAYA_EXAMPLES", "12"))
ACT = st.tuples(st.sampled_from(sorted(PATHS)), st.sampled_from((1, 2)), st.sampled_from(WHO))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(st.tuples(st.sampled_from(sorted(PATHS)), st.sampled_from((1, 2)), st.sampled_from(WHO)), max_size=14)
)
def test_whatever_is_tried_in_whatever_order_nobody_has_what_the_gate_refuses(packs, acts):
    with tempfile.TemporaryDirectory() as folder:
        small = _desk(Path(folder), packs)
        try:
            for path, item, who in acts:
                with suppress(Refused, KeyError):  # a path may not be there: nobody is present, the item is done
                    PATHS[path](small, item, who)
                small.commit()
                _nobody_has_what_the_gate_refuses(small)
        finally:
            small.store.close()
