"""Routing: nobody past the gate, nobody twice, the most urgent first, the longest free first."""

from hypothesis import given, settings
from hypothesis import strategies as st
from work_sample import NEEDS, person, task

from alihdaya.kernel.time import HOUR
from alihdaya.people.gate import gate
from alihdaya.work.queue import Queue, place
from alihdaya.work.routing import Assignment, Candidate, Refusal, for_person, for_task, route

NOW = HOUR


def queue_of(*tasks):
    queue = Queue()
    for one in tasks:
        queue.push(one)
    return queue


people = st.builds(
    person,
    st.sampled_from("abcdefgh"),
    st.sampled_from(["B1", "B2", "C1"]),
    st.sampled_from([(), ("disruption",), ("payroll",), ("disruption", "payroll")]),
    certified=st.booleans(),
)
candidates = st.lists(st.builds(Candidate, people, st.integers(0, 3)), unique_by=lambda c: c.person.id, max_size=8)
waiting = st.lists(
    st.builds(
        task, st.integers(1, 99), needs=st.sampled_from(NEEDS), priority=st.integers(0, 100), at=st.integers(0, 9)
    ),
    unique_by=lambda t: t.key,
    max_size=12,
)


def plainly(tasks, free):
    """Each task in turn goes to the first who is still free and whom the gate lets pass."""
    free = sorted(free, key=lambda c: (c.free_since, c.person.id))
    for one in sorted(tasks, key=place):
        for candidate in free:
            if not gate(candidate.person, one.needs, NOW):
                free.remove(candidate)
                yield Assignment(one, candidate.person.id)
                break


@settings(deadline=None, max_examples=200)
@given(waiting, candidates)
def test_route_equals_doing_it_plainly(tasks, free):
    queue = queue_of(*tasks)
    outcome = route(queue, free, NOW)
    assert list(outcome.assignments) == list(plainly(tasks, free))
    assert len(queue) == len(tasks)
    for refusal in outcome.refusals:
        refused = next(c.person for c in free if c.person.id == refusal.person)
        assert refusal.reasons == gate(refused, refusal.task.needs, NOW) != ()
    kept = {(r.person, r.task.needs) for r in outcome.refusals}
    assert len(kept) == len(outcome.refusals)


@settings(deadline=None)
@given(waiting, people)
def test_one_person_gets_the_best_task_that_the_gate_allows(tasks, who):
    outcome = for_person(queue_of(*tasks), who, NOW)
    best = min((t for t in tasks if not gate(who, t.needs, NOW)), key=place, default=None)
    assert [a.task for a in outcome.assignments] == ([best] if best else [])
    assert all(best is None or place(r.task) < place(best) for r in outcome.refusals)


def test_the_longest_free_gets_a_new_task_and_the_uncertified_is_refused():
    yudi, bima, sekar = person("yudi", certified=False), person("bima"), person("sekar")
    outcome = for_task(task(1), [Candidate(sekar, 30), Candidate(bima, 20), Candidate(yudi, 10)], NOW)
    assert outcome.assignments == (Assignment(task(1), "bima"),)
    assert outcome.refusals == (Refusal(task(1), "yudi", ("no-certificate:desk",)),)


def test_nobody_passes_and_the_task_goes_on_waiting():
    outcome = for_task(task(1), [Candidate(person("yudi", certified=False), 0)], NOW)
    assert (outcome.assignments, len(outcome.refusals)) == ((), 1)
    assert for_task(task(1), [], NOW) == ((), ())


def test_ties_fall_to_the_lower_id():
    free = [Candidate(person("b"), 5), Candidate(person("a"), 5)]
    assert for_task(task(1), free, NOW).assignments[0].person == "a"


def test_the_gate_is_asked_once_for_many_tasks_alike(monkeypatch):
    """Thousands of waiting tasks must not cost thousands of gates."""
    asked = []

    def counting(*args, **kwargs):
        asked.append(args)
        return gate(*args, **kwargs)

    monkeypatch.setattr("alihdaya.work.routing.gate", counting)
    queue = queue_of(*(task(n) for n in range(5000)))
    assert len(route(queue, [Candidate(person(who), 0) for who in "abc"], NOW).assignments) == 3
    for_person(queue, person("yudi", certified=False), NOW)
    assert len(asked) == 4


def test_who_lacks_the_skill_is_passed_over_and_not_refused():
    idle = [Candidate(person("ana", skills=("other",)), 0), Candidate(person("yudi", certified=False), 1)]
    queue = Queue()
    queue.push(task(1))
    found = (
        for_task(task(1), idle, NOW),
        route(queue, idle, NOW),
        *(for_person(queue, one.person, NOW) for one in idle),
    )
    assert [[refusal.person for refusal in one.refusals] for one in found] == [["yudi"], ["yudi"], [], ["yudi"]]
    assert not any(one.assignments for one in found)
