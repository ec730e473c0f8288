"""Seeded worlds: nothing breaks in them, a seed is one history, and what is broken on purpose is noticed."""

from itertools import cycle

import pytest
from simulation import actors
from simulation.leases import LeasedStore
from simulation.run import simulate

SEEDS = (1, 2)


@pytest.fixture(scope="module")
def first():
    return simulate(1, keep=True)


def test_whatever_goes_wrong_nothing_is_lost_doubled_or_given_to_the_wrong_person(first):
    assert first.violations == ()
    assert {"crash", "lease lost", "message lost", "message doubled"} <= first.faults.keys()
    assert first.entries > 200
    assert any("FAULT" in line for line in first.lines)


def test_a_seed_is_one_history_and_another_seed_another(first):
    again = simulate(1)
    assert (first.digest, first.faults, first.entries) == (again.digest, again.faults, again.entries)
    other = simulate(2)
    assert other.digest != first.digest
    assert other.violations == ()


def test_claims_that_come_to_another_shard_each_time_are_noticed(monkeypatch):
    shards = cycle((1, 2))
    monkeypatch.setattr(actors.Line, "ask", elsewhere(actors.Line.ask, shards))
    assert any("became 2 items" in one for one in simulate(1).violations)


def elsewhere(ask, shards):
    def wandering(line, name, shard, make, then, **more):
        for _ in range(2 if name == "claim" else 1):
            ask(line, name, next(shards) if name == "claim" else shard, make, then, **more)

    return wandering


def test_an_answer_without_a_commit_is_noticed(monkeypatch):
    commit = LeasedStore.commit

    def forgetful(store, entries, **more):
        if store._mishap() == "before":  # what was written is lost, and whoever asked is told that it was done
            store._leases.revoke(store._tenure.shard)
        else:
            commit(store, entries, **more)

    monkeypatch.setattr(LeasedStore, "commit", forgetful)
    assert any(simulate(seed).violations for seed in (1, 2, 3, 4))


def test_a_gate_that_stands_open_is_noticed(monkeypatch):
    from alihdaya.operations.floor import assign

    monkeypatch.setattr(assign, "gate", lambda *_args, **_more: ())
    assert any("no certificate" in one for seed in SEEDS for one in simulate(seed).violations)


def test_what_another_shard_sent_and_comes_in_twice_is_noticed(monkeypatch):
    from alihdaya.operations import perform
    from alihdaya.operations.exchange.shards.commands import TakeIn
    from alihdaya.operations.exchange.shards.crossing import take_in

    def forgetful(desk, command, at):
        for _ in range(2):
            desk.board.arrived.clear()
            take_in(desk, command, at)

    monkeypatch.setitem(perform._STATIONS, TakeIn, forgetful)
    assert any("messages between claims" in one for seed in SEEDS for one in simulate(seed).violations)
