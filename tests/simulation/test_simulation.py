"""Seeded worlds: nothing breaks in them, a seed is one history, and what is broken on purpose is noticed."""

import pytest
from simulation.leases import LeasedStore
from simulation.run import simulate

from alihdaya.operations.node import letters

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


def test_a_desk_that_forgets_what_it_received_is_noticed(monkeypatch):
    monkeypatch.setattr(letters, "_former", lambda _desk, _letters: {})
    assert any("became 2 items" in one for seed in SEEDS for one in simulate(seed).violations)


def test_an_answer_before_the_commit_is_noticed(monkeypatch):
    commit = LeasedStore.commit

    def forgetful(store, entries, **more):
        if store._mishap() != "before":  # the process lives on as if it had committed
            commit(store, entries, **more)

    monkeypatch.setattr(LeasedStore, "commit", forgetful)
    assert any(simulate(seed).violations for seed in SEEDS)


def test_a_gate_that_stands_open_is_noticed(monkeypatch):
    from alihdaya.operations import assign

    monkeypatch.setattr(assign, "gate", lambda *_args, **_more: ())
    assert any("no certificate" in one for seed in SEEDS for one in simulate(seed).violations)
