"""A fetch is one more path to work: whoever lacks a proof gets nothing by it, were they a program."""

from dataclasses import replace

import pytest
from claims_pack import write_pack
from small_desk import SmallDesk
from test_every_path import LACKING, PEOPLE

from alihdaya.kernel.time import MINUTE
from alihdaya.operations.people.commands import Withdraw
from alihdaya.operations.people.programs.commands import FetchTask
from alihdaya.packs import load
from alihdaya.work.events import TaskAssigned


@pytest.mark.parametrize("restart", [False, True])
def test_nobody_who_lacks_a_proof_fetches_anything(store, tmp_path, restart):
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", roster=PEOPLE)))
    small.command(Withdraw("budi", "claims-desk", "an audit"))
    small.receive("judge")
    small.commit()
    if restart:
        small.open()
    small.desk.people |= {who: replace(one, program=True) for who, one in small.desk.people.items()}
    for who in LACKING:
        assert small.command(FetchTask(who, frozenset(), MINUTE)) is None
    assert small.command(FetchTask("ana", frozenset(), MINUTE))
    small.commit()
    given = [one.person for entry in store.read_log() for one in entry.events if isinstance(one, TaskAssigned)]
    assert given == ["ana"]
