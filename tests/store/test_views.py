from collections import Counter

import happenings
import pytest
from happenings import START

from alihdaya.kernel.time import DAY, HOUR
from alihdaya.store import views
from alihdaya.work.events import ItemDelivered, TaskDone

ALWAYS = (0, START * 2)


@pytest.fixture
def entries(store):
    made = happenings.year(items=60, seed=8)
    for batch in happenings.batches(made):
        store.commit(batch, recorded_at=0)
    return made


def delivered(entries):
    return [(entry, event) for entry in entries for event in entry.events if isinstance(event, ItemDelivered)]


def test_usage_is_what_the_log_says_was_delivered_within_the_month(store, entries):
    middle = delivered(entries)[len(delivered(entries)) // 2][0].at
    for month in (ALWAYS, (0, middle), (middle, START * 2)):
        counted = Counter(event.unit for entry, event in delivered(entries) if month[0] <= entry.at < month[1])
        assert views.usage(store, "desk", month) == {"disruption": dict(counted)}
    assert views.usage(store, "another", ALWAYS) == {}


def test_tiers_name_each_item_of_a_unit_once_in_the_order_of_delivery(store, entries):
    wanted = [entry.item for entry, event in delivered(entries) if event.unit == "flight"]
    tier = {"month": ALWAYS, "service": "disruption", "unit": "flight"}
    assert views.unit_items(store, "desk", **tier) == wanted
    assert views.unit_items(store, "desk", **tier, first=1, last=5) == wanted[:5]
    assert views.unit_items(store, "desk", **tier, first=6, last=9) == wanted[5:9]
    assert views.unit_items(store, "desk", **tier, first=10) == wanted[9:]
    assert views.unit_items(store, "desk", **tier, first=3, last=2) == []


def test_items_are_listed_page_by_page_and_filtered(store, entries):
    everything = views.items(store, limit=1_000)
    assert [item.id for item in everything] == list(range(1, 61))
    assert views.items(store, limit=7, after=20) == everything[20:27]
    open_items = {item.id for item in everything} - {entry.item for entry, _ in delivered(entries)}
    found = [*views.items(store, status="waiting"), *views.items(store, status="stopped")]
    assert {item.id for item in found} == open_items
    assert views.items(store, service="payroll") == []
    assert views.items(store, outcome="out", limit=1_000) == views.items(store, month=ALWAYS, limit=1_000)


def test_an_items_story_is_its_own_entries(store, entries):
    story = views.item_story(store, 3)
    assert list(story.entries) == [entry for entry in entries if entry.item == 3]
    assert views.item_story(store, 999) is None


def test_tallies_by_month_are_the_sums_of_the_days_and_of_the_log(store, entries):
    (month,) = views.tallies(store, "desk")
    summed = Counter()
    for day in views.tallies(store, "desk", by="day"):
        summed.update(day.counts)
    assert month.period == "2013-01"
    assert month.counts == summed == views.totals(store)
    assert month.counts["delivered"] == len(delivered(entries))
    assert month.counts["received"] == 60
    (sla,) = views.sla_months(store, "desk")
    assert sla.respond_missed > 0
    assert sla.resolve_met + sla.resolve_missed <= sum(event.touched for _, event in delivered(entries))


def test_labour_is_the_time_that_people_said_they_took(store, entries):
    done = [event for entry in entries for event in entry.events if isinstance(event, TaskDone)]
    (row,) = views.labour(store, "desk", "2013-01")
    assert (row.person, row.tasks, row.seconds) == ("sari", len(done), sum(event.seconds for event in done))
    assert views.labour(store, "desk", "2013-02") == []


def test_the_floor_shows_every_open_task_in_one_due_state(store, entries):
    for now in (None, START, START + 30 * DAY):
        seen = views.floor(store, now=now)
        assert sum(queue.waiting + queue.assigned for queue in seen.queues) == len(store.open_tasks())
        for queue in seen.queues:
            states = queue.overdue + queue.soon + queue.later + queue.untargeted
            assert states == queue.waiting + queue.assigned
    assert all(queue.overdue == queue.waiting + queue.assigned for queue in seen.queues)


def test_the_floor_names_people_and_the_last_entry(store, entries):
    seen = views.floor(store)
    assert (seen.seq, seen.at, seen.now) == (len(entries), entries[-1].at, entries[-1].at)
    assert [desk.name for desk in seen.desks] == ["Budi", "Sari"]
    busy = {task.person: task.item for task in store.open_tasks() if task.person}
    assert {desk.person: desk.item for desk in seen.desks if desk.item}.items() <= busy.items() or not busy
    assert seen.totals == views.totals(store)
    assert seen.day == max(period.period for period in views.tallies(store, "desk", by="day"))
    today = {period.period: period.counts for period in views.tallies(store, "desk", by="day")}[seen.day]
    assert seen.today == today
    assert sum(desk.done_today for desk in seen.desks) == today.get("done", 0)
    assert seen.stopped == len(views.items(store, status="stopped"))


def test_the_floor_of_an_empty_house_is_empty(store):
    seen = views.floor(store)
    assert (seen.seq, seen.queues, seen.desks, dict(seen.today)) == (0, (), (), {})
    assert views.floor(store, now=START + HOUR).day == "2013-01-01"
