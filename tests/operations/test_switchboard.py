"""The floor on both stores: what was committed is there again, and the log gives the same tables."""

import sys
from pathlib import Path

import pytest

from alihdaya.kernel.time import MINUTE, SECOND
from alihdaya.operations.floor.switchboard import Switchboard
from alihdaya.store import open_store
from alihdaya.store.replay import compare, rebuilt
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts

sys.path.insert(0, str(Path(__file__).parents[1] / "work" / "floor"))
from floor_sample import ALL, check, check_routed, person, picture, piece

NOW = 1_700_000_000 * SECOND
PEOPLE = [person("ani"), person("budi", level="B2"), person("citra", skills=("legal",))]


def opened(url, now=NOW):
    return Switchboard(open_store(url), recorded=lambda: now, people=PEOPLE)


def a_day(board):
    """Everything that a floor's tables can hold, in groups as they come."""
    came = [do.LogIn("ani", ALL, 60 * SECOND), do.LogIn("budi", ALL), do.LogIn("citra", ALL), do.LogIn("nobody", ALL)]
    answer = board.carry_out(came, NOW)
    assert [str(one.problems[0].code) for one in answer.refusals.values()] == ["no-such-person"]
    board.carry_out([do.Enqueue(piece(n, at=NOW, ring=MINUTE, wrap=MINUTE, channel="voice")) for n in (1, 2, 3)], NOW)
    board.carry_out([do.Enqueue(piece(n, at=NOW)) for n in range(4, 8)], NOW + 1)
    board.carry_out([do.Accept(1, 1, "ani"), do.Accept(1, 1, "budi"), do.Accept(2, 1, "budi")], NOW + 2)
    board.carry_out([do.Finish(1, 1, "ani", "solved", 9), do.CallBack(2, 1, "budi", NOW + 9 * MINUTE)], NOW + 3)
    board.carry_out([do.Accept(3, 1, "budi"), do.SetState("citra", "break"), do.Beat("ani")], NOW + 4)
    held = next(key for key, hold in board.floor.holds.items() if hold.state == "works")
    who = board.floor.holds[held].person
    board.carry_out([do.Pass(*held, who, "transfer", piece(1, channel="mail").ask, 5, "citra", "see note")], NOW + 5)


def test_a_floor_goes_on_where_it_was(store_url):
    board = opened(store_url)
    a_day(board)
    before = picture(board.floor)
    board.close()
    again = opened(store_url)
    after = picture(again.floor)
    for one in (before, after):
        del one["spared"]
        for who, (state, load, since, held, capable) in one["seats"].items():
            one["seats"][who] = state, load, [n >= 0 for n in since], held, capable
    assert after == before
    answer = again.carry_out([], NOW + 20 * MINUTE)
    assert facts.LoggedOut("ani", "vanished") in answer.events
    check(again.floor)
    check_routed(again.floor)
    again.close()


def test_the_log_alone_gives_the_tables_again(store_url):
    board = opened(store_url)
    a_day(board)
    with rebuilt(board.store) as fresh:
        assert list(compare(board.store, fresh)) == []
    board.close()


def test_a_group_that_was_not_committed_never_happened(tmp_path, monkeypatch):
    store_url = tmp_path / "floor.db"
    board = opened(store_url)
    a_day(board)
    before = board.store.last_seq()
    monkeypatch.setattr(
        "alihdaya.store.store.write", lambda *_: (_ for _ in ()).throw(RuntimeError("the disk is gone"))
    )
    with pytest.raises(RuntimeError):
        board.carry_out([do.Enqueue(piece(99, at=NOW))], NOW + MINUTE)
    monkeypatch.undo()
    board.close()
    again = opened(store_url)
    assert again.store.last_seq() == before
    assert not again.floor.knows((99, 1))
    again.close()
