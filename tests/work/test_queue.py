"""The queue against a plain sorted list, and against starvation."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from work_sample import NEEDS, task

from alihdaya.kernel.time import HOUR
from alihdaya.work.events import TaskQueued
from alihdaya.work.item import task_of
from alihdaya.work.queue import PATIENCE, PRIORITY_WORTH, Queue, place

tasks = st.builds(
    task,
    st.integers(1, 30),
    st.integers(1, 3),
    needs=st.sampled_from(NEEDS),
    priority=st.integers(-5, 110),
    at=st.integers(0, 50),
    due=st.one_of(st.none(), st.integers(0, 30)),
)


class QueueMachine(RuleBasedStateMachine):
    """Whatever is pushed, popped and removed, the queue equals a list that is sorted anew each time."""

    def __init__(self):
        super().__init__()
        self.queue, self.model = Queue(), {}

    @rule(new=tasks)
    def push(self, new):
        if new.key in self.model:
            with pytest.raises(ValueError):
                self.queue.push(new)
        else:
            self.queue.push(new)
            self.model[new.key] = new

    @precondition(lambda self: self.model)
    @rule(data=st.data())
    def remove(self, data):
        gone = data.draw(st.sampled_from(sorted(self.model)))
        assert self.queue.remove(*gone) == self.model.pop(gone)

    @rule(needs=st.one_of(st.none(), st.sampled_from(NEEDS)))
    def pop(self, needs):
        fit = [t for t in self.model.values() if needs in {None, t.needs}]
        best = min(fit, key=place, default=None)
        assert self.queue.pop(needs) == best
        if best:
            del self.model[best.key]

    @invariant()
    def same(self):
        assert len(self.queue) == len(self.model)
        assert list(self.queue) == sorted(self.model.values(), key=place)
        for needs in NEEDS:
            fit = sorted((t for t in self.model.values() if t.needs == needs), key=place)
            assert list(self.queue.first(needs)) == fit
            assert self.queue.head(needs) == (fit[0] if fit else None)
            assert self.queue.waiting().get(needs, 0) == len(fit)


QueueMachine.TestCase.settings = settings(deadline=None, max_examples=60)
TestQueue = QueueMachine.TestCase


@given(st.permutations(range(8)))
def test_order_does_not_depend_on_arrival(order):
    made = [task(1 + n // 2, 1 + n % 2, at=n // 4) for n in range(8)]
    queue = Queue()
    for n in order:
        queue.push(made[n])
    assert [queue.pop() for _ in made] == made


def test_priority_is_worth_waiting_and_no_more():
    urgent, old = task(2, priority=100, at=5), task(1, at=0)
    assert place(urgent) < place(old)  # ten hours' worth beats five hours of waiting
    assert place(task(2, priority=100, at=11)) > place(old)
    assert place(task(2, priority=10_000)) == place(task(2, priority=100))
    assert place(task(1, priority=1))[0] == place(task(1))[0] - PRIORITY_WORTH


def test_without_a_due_time_a_task_still_gets_old():
    idle = task(1, due=None)
    assert place(idle)[0] == PATIENCE
    assert place(task(2, at=7 * 24)) > place(idle)


def test_nobody_starves_under_a_flood_of_urgent_tasks():
    """A humble task is served though a more urgent one arrives for each that is taken."""
    queue = Queue()
    queue.push(task(1, at=0))
    for hour in range(40):
        queue.push(task(hour + 2, priority=100, at=hour))
        if queue.pop().item == 1:
            break
    else:
        pytest.fail("the humble task starved")
    assert hour * HOUR <= 100 * PRIORITY_WORTH + HOUR


def test_a_removed_task_may_come_back_changed():
    queue = Queue()
    for item in range(1, 200):
        queue.push(task(item))
    queue.remove(150, 1)
    queue.push(task(150, priority=50))
    assert queue.pop().item == 150
    for item in range(2, 150):
        queue.remove(item, 1)
    assert [t.item for t in queue] == [1, *range(151, 200)]
    with pytest.raises(KeyError):
        queue.remove(2, 1)


def test_task_of_an_event():
    made = task_of(7, TaskQueued(3, "judge", "Judge", "desk", ["disruption", "en", "B2", "desk"], 5, 10, None), 4)
    assert (made.key, made.needs, made.queued_at, made.respond_due) == ((7, 3), NEEDS[0], 4, 10)
