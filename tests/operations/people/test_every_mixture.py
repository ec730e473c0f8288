"""Paths to work, mixed with migrations, withdrawals, walls and restarts: nobody ever has what the gate refuses."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest
from claims_pack import PROCESS, person, write_pack
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_desk import SmallDesk
from test_every_path import PEOPLE, by_coming_free, by_matching, present

from alihdaya.kernel.errors import Refused
from alihdaya.operations.commands import Assign, Complete
from alihdaya.operations.floor.commands import HandOn
from alihdaya.operations.instance.commands import MoveToken, Resume, Suspend
from alihdaya.operations.migrate.order import Migrate, Order
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.people.learning import note
from alihdaya.operations.people.programs.commands import FetchTask
from alihdaya.operations.sign import _walled, deploy
from alihdaya.packs import load
from alihdaya.people.gate import gate
from alihdaya.store import open_store
from alihdaya.work.floor.commands import Accept, Decline, LogOut, SetState, Take

WHO = ("ana", "budi", "eko", "citra", "dodi", "fina", "robot")
_NEEDS = 'id="judge" name="judge" alihdaya:form="judge" alihdaya:skill="claims" alihdaya:language="en" alihdaya:level='
NEEDY = _NEEDS + '"B2" alihdaya:certificate="claims-desk"'
VERSIONS = {"easier": _NEEDS + '"A1"', "harder": _NEEDS + '"C1" alihdaya:certificate="claims-desk"'}


def _by_wall(small, _, who):
    fact = _walled(small.desk.people[who], ("Acme",))
    if fact is not None:  # it stands already
        note(small.desk, fact, small.desk.at, "recruitment")


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
    "wall": _by_wall,
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
    return {name: load(write_pack(folder / f"v{name}", claims=text, roster=roster)) for name, text in texts.items()}


def _desk(folder, packs):
    small = SmallDesk(open_store(folder / "mix.db"), folder, pack=packs[""])
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
        needs = item.service.needs(item.instance.waits[token].node, item.doers)
        assert gate(desk.people[who], needs, desk.at) == (), (number, token, who)


EXAMPLES = int(os.environ.get("ALIHDAYA_EXAMPLES", "12"))
ACT = st.tuples(st.sampled_from(sorted(PATHS)), st.sampled_from((1, 2)), st.sampled_from(WHO))


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    acts=st.lists(st.tuples(st.sampled_from(sorted(PATHS)), st.sampled_from((1, 2)), st.sampled_from(WHO)), max_size=14)
)
def test_whatever_is_tried_in_whatever_order_nobody_has_what_the_gate_refuses(packs, acts):
    with tempfile.TemporaryDirectory() as folder:
        small = _desk(Path(folder), packs)
        with small.store:
            for path, item, who in acts:
                with suppress(Refused, KeyError):  # a path may not be there: nobody is present, the item is done
                    PATHS[path](small, item, who)
                small.commit()
                _nobody_has_what_the_gate_refuses(small)
