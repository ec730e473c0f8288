"""Optimal assignment in windows: the method against scipy's, and the floor where one piece after another does worse."""

from random import Random

import pytest
from floor_sample import ALL, BILLING, Played, check, check_routed, person, piece
from hypothesis import settings
from hypothesis.stateful import invariant
from test_floor_machine import PEOPLE, FloorMachine

from alihdaya.kernel.time import SECOND
from alihdaya.people.gate import Needs
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts
from alihdaya.work.floor import next_due
from alihdaya.work.floor.assignment import assign


@pytest.mark.parametrize("seed", range(60))
def test_the_assignment_is_worth_as_much_as_scipys(seed):
    import numpy as np
    from scipy.optimize import linear_sum_assignment

    chance = Random(seed)
    rows, columns = chance.randrange(1, 14), chance.randrange(0, 14)
    gains = [
        {n: chance.randrange(1, 10 ** chance.randrange(1, 7)) for n in range(columns) if chance.random() < 0.4}
        for _ in range(rows)
    ]
    matrix = np.zeros((rows, max(columns, 1)))
    for row, some in enumerate(gains):
        for column, gain in some.items():
            matrix[row, column] = gain
    best = sum(matrix[row, column] for row, column in zip(*linear_sum_assignment(matrix, maximize=True), strict=True))
    found = assign(gains, columns)
    taken = [column for column in found if column is not None]
    assert len(set(taken)) == len(taken)
    assert sum(gains[row][column] for row, column in enumerate(found) if column is not None) == best


def test_nobody_at_all_gets_nothing():
    assert assign([{}, {}], 0) == [None, None]


CARDS, LAW = Needs("cards", "en", "B1"), Needs("law", "en", "B1")


def two(window):
    """Gita does both and is idle the longest; Sari does cards alone. What comes goes by age: cards first."""
    played = Played(person("gita", skills=("cards", "law")), person("sari", skills=("cards",)), window=window)
    for who in ("gita", "sari"):
        played.do(do.LogIn(who, ALL))
        played.wait(1)
    played.do(do.Enqueue(piece(1, needs=CARDS, channel="voice", at=played.now)), route_it=False)
    return played.do(do.Enqueue(piece(2, needs=LAW, channel="voice", at=played.now)))


def given(events):
    return {event.item: event.person for event in events if isinstance(event, facts.Assigned)}


def test_together_more_gets_done_than_one_after_another():
    assert given(two(0)) == {1: "gita"}
    assert given(two(SECOND)) == {1: "sari", 2: "gita"}


def test_who_fits_best_and_is_idle_the_longest_gets_it():
    people = [person("a", proficiency=2), person("b", proficiency=4), person("c", proficiency=4)]
    played = Played(*people, window=SECOND)
    for who in ("a", "c", "b"):
        played.do(do.LogIn(who, ALL))
        played.wait(1)
    assert given(played.do(do.Enqueue(piece(1, needs=BILLING, channel="voice", at=played.now)))) == {1: "c"}


def test_a_second_matching_waits_for_the_next_window():
    played = Played(person("a"), person("b"), window=10 * SECOND)
    for who in ("a", "b"):
        played.do(do.LogIn(who, ALL))
    played.now = 1_000 * SECOND
    assert given(played.do(do.Enqueue(piece(1, channel="voice", at=played.now)))) == {1: "a"}
    played.wait(1)
    assert given(played.do(do.Enqueue(piece(2, channel="voice", at=played.now)))) == {}
    assert next_due(played.floor) == 1_010 * SECOND
    played.now = next_due(played.floor)
    assert given(played.do(do.Tick())) == {2: "b"}


def test_more_of_a_kind_than_are_weighed_at_once_are_given_out_all_the_same():
    people = [person(f"p{n:03}", proficiency=1 + n % 5) for n in range(100)]
    played = Played(*people, window=SECOND)
    for one in people:
        played.do(do.LogIn(one.id, ALL))
    played.wait(5)
    for item in range(1, 91):
        played.do(do.Enqueue(piece(item, needs=Needs("billing", "en"), channel="voice", at=played.now)), route_it=False)
    assert len(given(played.do(do.Tick()))) == 90
    check_routed(played.floor)


class WindowMachine(FloorMachine):
    """Whatever anybody does: in windows nothing else holds, but that something may wait for the next one."""

    def __init__(self):
        super().__init__()
        self.played = Played(*PEOPLE, window=7 * SECOND)

    @invariant()
    def holds_true(self):
        floor = self.played.floor
        check(floor)
        if not floor.hot and not floor.hot_own:
            check_routed(floor)
        standing = {one.key for one in floor.waits()} | set(floor.holds) | set(floor.later)
        assert standing == self.inside


TestWindowMachine = WindowMachine.TestCase
TestWindowMachine.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)
del FloorMachine  # or it would be collected and run here again
