"""Time by quarters of an hour adds up to the time of the tasks, in whatever classes of hours, rounded up or not."""

import random
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_desk import older
from test_work_pages import END, MONTH, PERSONS, START, terms_of_test

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.events import EngagementSigned
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import DAY, HOUR, MINUTE, QUARTER, SECOND
from alihdaya.operations.books.measured import MonthFacts, overtime_of, quantity_of
from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store
from alihdaya.store.project.worked import pieces
from alihdaya.work.beside import TimeSpent
from alihdaya.work.events import ItemReceived, TaskDone

MIDDLE = START + 15 * DAY - HOUR  # daylight saving began
seconds = st.one_of(st.integers(0, 4000), st.integers(0, 86_400))


@given(st.integers(0, 40 * QUARTER), seconds, st.sampled_from([0, 1, 60, 900, 86_400]), st.data())
def test_pieces_add_up_to_what_each_class_of_hours_gets(end, spent, increment, data):
    """The rule: whole seconds in each class, what is left over and rounded up where the work ended."""
    names = data.draw(st.lists(st.sampled_from("abc"), min_size=150, max_size=150))
    first = end // QUARTER - 140

    def class_of(at):
        return names[at // QUARTER - first]

    start, micros = end - spent * SECOND, Counter()
    for quarter in range(start // QUARTER, (end - 1) // QUARTER + 1):
        micros[class_of(quarter * QUARTER)] += min(end, (quarter + 1) * QUARTER) - max(start, quarter * QUARTER)
    wanted = Counter({name: n // SECOND for name, n in micros.items()})
    whole = -(-spent // increment) * increment if increment else spent
    wanted[class_of(end - 1)] += whole - wanted.total()
    found = Counter()
    for quarter, n in pieces(end, spent, increment):
        assert n >= 0
        found[class_of(quarter)] += n
    assert +found == +wanted


def log_of(terms, dice, tasks, *, jitter=SECOND):
    """A month and a day on each side, with ends at its edges, at quarters, and tasks that began long before them."""
    edges = [START, MIDDLE, END, START + 20 * DAY, START + 20 * DAY + 3 * QUARTER]
    found = [(START - 9 * DAY, HOUSE, (EngagementSigned("acme", terms.digest, agreement.to_wire(terms)),))]
    for item in (1, 2):
        head = ("acme", "claims-desk" if item == 1 else "other", "mail", f"i{item}", 0, 0, terms.digest, "d" * 64, {})
        found.append((START - 8 * DAY, item, (ItemReceived(*head),)))
    for _ in range(tasks):
        at = dice.choice(edges) + dice.choice(
            [0, 1, -1, MINUTE, dice.randrange(-HOUR, HOUR), dice.randrange(-DAY, DAY)]
        )
        if dice.random() < 0.4:
            at = dice.randrange(START - DAY, END + DAY)
        spent = dice.choice([0, 1, 59, 61, 900, dice.randrange(4000), dice.randrange(86_401)])
        found.append(
            (at // jitter * jitter, dice.choice([1, 1, 1, 2]), (TaskDone(1, dice.choice(PERSONS), spent, {}, False),))
        )
    found.sort(key=lambda one: one[0])
    return [Entry(seq, when, item, "test", events) for seq, (when, item, events) in enumerate(found, 1)]


@pytest.mark.parametrize("seed", range(3))
def test_sums_by_quarters_are_those_of_the_tasks(store, store_url, seed):
    terms, dice = terms_of_test(), random.Random(seed)
    entries = log_of(terms, dice, 400, jitter=dice.choice([1, SECOND]))
    beside = TimeSpent(1, PERSONS[0], 60, "wrap-up")  # on a day without any task
    entries.append(Entry(len(entries) + 1, END + 3 * DAY, 1, "test", (beside,)))
    for start in range(0, len(entries), 70):
        store.commit(entries[start : start + 70], recorded_at=0)
    facts, service = MonthFacts(store, terms, MONTH), terms.service("claims-desk")
    for rate in (service.rate("minutes"), service.rate("hours")):
        for window in ((START, END), (-(2**62), MIDDLE), (MIDDLE, 2**62), (START + 19 * DAY, START + 21 * DAY)):
            every, sum_ = facts.counted(service, rate, window), facts.spent(service, rate, window)
            assert len(every) > 1
            assert quantity_of(service, rate, [sum_]) == quantity_of(service, rate, every)
            assert overtime_of(service, rate, [sum_]) == overtime_of(service, rate, every)
            assert bool(overtime_of(service, rate, every)) == bool(rate.overtime)
            for rule in rate.overtime:
                late, wanted = (
                    facts.shift(service, rate, rule.id, window),
                    [one for one in every if one.overtime.get(rule.id)],
                )
                assert len(late) == len(wanted) > 1
                assert list(late) == wanted
                for _ in range(20):
                    first, last = sorted(dice.randrange(len(wanted) + 1) for _ in "ab")
                    assert late[first:last] == wanted[first:last]
                assert late[-1] == wanted[-1]
            assert facts.spent(service, rate, (window[0] + 1, window[1] - 1)) is None or abs(window[0]) == 2**62
    assert facts.spent(service, service.rate("seats"), (START, END)) is None
    assert facts.spent(service, service.rate("crew"), (START, END)) is None
    assert facts.shift(service, service.rate("seats"), "late", (START, END)) is None
    assert prove(store).differences == ()
    older(store)
    store.close()
    with open_store(store_url) as again:
        assert prove(again).differences == ()


def test_what_quarters_do_not_tell_is_read_task_by_task(store):
    """An increment that was agreed on later, hours that begin within a quarter, a task of over a day."""
    text = agreement.to_wire(terms_of_test())
    late = agreement.to_wire(terms_of_test())
    late["service"][0]["rates"]["minutes"]["measure"]["increment"] = 7
    odd = agreement.to_wire(terms_of_test())
    odd["service"][0]["rates"]["hours"]["overtime"] = [
        {"id": "odd", "name": {"en": "Odd"}, "on": "hours", "hours": ["09:10-10:00"], "multiplier": "2"}
    ]
    entries = log_of(agreement.from_wire(text), random.Random(5), 60)
    store.commit(entries, recorded_at=0)
    for wire, unit in ((late, "minutes"), (odd, "hours")):
        terms = agreement.from_wire(wire)
        last = store.last_seq()
        signing = Entry(last + 1, entries[-1].at, HOUSE, "test", (EngagementSigned("acme", f"{unit}-2", wire),))
        store.commit([signing], recorded_at=0)
        service = terms.service("claims-desk")
        facts = MonthFacts(store, terms, MONTH)
        assert facts.spent(service, service.rate(unit), (START, END)) is None
        assert len(facts.summed(service, service.rate(unit))) > 1
    terms = agreement.from_wire(text)
    service, rate = terms.service("claims-desk"), terms.service("claims-desk").rate("minutes")
    assert MonthFacts(store, terms, MONTH).spent(service, rate, (START, END))
    done = TaskDone(1, "ana", 86_401, {}, False)
    store.commit([Entry(store.last_seq() + 1, END - HOUR, 1, "test", (done,))], recorded_at=0)
    assert MonthFacts(store, terms, MONTH).spent(service, rate, (START, END)) is None
    assert MonthFacts(store, terms, MONTH).spent(service, rate, (START, END - 2 * DAY)) is not None
    assert prove(store).differences == ()
