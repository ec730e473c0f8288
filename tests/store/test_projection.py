import happenings
import pytest
from happenings import MINUTE, START
from hypothesis import given
from hypothesis import strategies as st

from alihdaya.engagement.events import EngagementSigned
from alihdaya.engine import events as engine
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import DAY, HOUR, moment
from alihdaya.store import StoreError, views
from alihdaya.store.project.days import Days
from alihdaya.work.events import ItemStopped


def commit_story(store, kind, item=1):
    """Commit the house and then one item's story, an entry a commit; yields after each."""
    house = [(0, events) for events in happenings.house()]
    store.commit(happenings.numbered(house), recorded_at=0)
    for events in happenings.story(item, START, kind):
        seq = store.last_seq()
        store.commit([Entry(seq + 1, START + seq * 20 * MINUTE, item, "test", tuple(events))], recorded_at=0)
        yield views.item_story(store, item)


def test_an_item_waits_for_a_person_and_is_delivered(store):
    seen = commit_story(store, "by_person")
    offered = next(seen)
    assert (offered.item.status, offered.item.node, offered.item.touched) == ("waiting", "judge", True)
    assert store.waiting_instance(1).waits[1].node == "judge"
    assert [(task.item, task.token, task.person) for task in store.open_tasks()] == [(1, 1, None)]
    assert store.next_due() == START + DAY
    assert store.timers_due(START + DAY - 1) == []
    assert [timer.item for timer in store.timers_due(START + DAY)] == [1]

    refused = next(seen)
    assert refused.item.responded_at is None
    assert [(one.person, one.reasons) for one in views.refusals(store)] == [
        ("budi", ("certificate withdrawn: writing",))
    ]

    assigned = next(seen)
    assert assigned.item.responded_at == assigned.entries[-1].at
    assert [(task.person, task.assigned_at) for task in store.open_tasks()] == [("sari", assigned.entries[-1].at)]

    done = next(seen)
    assert (done.item.status, done.item.node, done.item.outcome) == ("delivered", None, "out")
    assert done.item.closed_at == done.entries[-1].at
    assert (store.open_tasks(), store.next_due(), store.waiting_instance(1)) == ([], None, None)
    assert len(done.entries) == 4


@pytest.mark.parametrize(("kind", "clock"), [("by_person", "respond_met"), ("late", "respond_missed")])
def test_the_clocks_of_a_touched_item_count_on_its_day_of_delivery(store, kind, clock):
    list(commit_story(store, kind))
    totals = views.totals(store, "desk")
    assert {name: n for name, n in totals.items() if name.startswith("res")} == {clock: 1, "resolve_met": 1}
    assert (totals["assigned"], totals["done"], totals["refused"], totals["seconds_worked"]) == (1, 1, 1, 300)
    assert (totals["to_people"], totals["delivered:judged flight"]) == (1, 1)
    assert "straight_through" not in totals


def test_an_awaited_message_is_found_by_name_and_key_until_it_comes(store):
    seen = commit_story(store, "by_message", item=7)
    assert next(seen).item.status == "waiting"
    assert store.subscribers("reply", "k-7") == [(7, 1)]
    assert store.subscribers("reply", "k-8") == []
    assert next(seen).item.status == "delivered"
    assert store.subscribers("reply", "k-7") == []


def test_an_incident_stops_the_item_until_it_goes_on(store):
    seen = commit_story(store, "stopped")
    stopped = next(seen)
    assert stopped.item.status == "stopped"
    assert [(one.node, one.code) for one in stopped.incidents] == [("cause", "no-rule")]
    assert store.waiting_instance(1) is not None
    over = next(seen)
    assert (over.item.status, over.incidents) == ("delivered", ())


def test_a_stop_that_is_not_the_engines_ends_when_the_engine_goes_on(store):
    list(commit_story(store, "straight"))
    seq = store.last_seq()
    log = [
        (*happenings.begun(2), engine.MessageAwaited(1, "reply", "reply", "k")),
        (ItemStopped("pulled", "held by hand"),),
        (engine.VariablesSet("reply", {"x": 1}),),
    ]
    for number, (events, status) in enumerate(zip(log, ("waiting", "stopped", "waiting"), strict=True), 1):
        store.commit([Entry(seq + number, START, 2, "test", events)], recorded_at=0)
        assert views.item_story(store, 2).item.status == status


def test_a_task_that_a_timer_took_away_leaves_nothing_open(store):
    *_, last = commit_story(store, "timed_out")
    assert last.item.status == "delivered"
    assert (store.open_tasks(), store.next_due(), last.tasks) == ([], None, ())
    assert views.totals(store)["cancelled"] == 1


def test_sources_count_rows_up_to_the_last_one_seen(store):
    list(commit_story(store, "straight", item=5))
    (source,) = store.sources()
    assert (source.cursor, source.received, source.rejected, source.duplicates) == (91, 1, 1, 1)
    assert [(one.row, one.reason) for one in views.rejects(store, 1)] == [(90, "not a number"), (91, "duplicate")]
    assert (views.totals(store)["rejected"], views.totals(store)["duplicate"]) == (1, 1)


def test_an_item_that_was_never_received_is_refused(store):
    with pytest.raises(StoreError, match="item 9, which was never received"):
        store.commit([Entry(1, 0, 9, "x", happenings.ended(9, touched=False))], recorded_at=0)
    assert store.last_seq() == 0


def test_people_come_back_with_what_they_proved_and_lost(store):
    list(commit_story(store, "straight"))
    budi, sari = store.persons()
    assert sari.facts.shifts == {"0": ("08:00-16:00",)}
    assert sari.facts.skills == ("claims",)
    assert [test.score for test in sari.tests] == [90]
    assert sari.certificates[0].withdrawn_at is None
    assert budi.certificates[0].withdrawn_at == START + 7 * 20 * MINUTE
    assert store.engagements()[0].terms["client"]["time_zone"] == "America/New_York"
    assert store.definition(happenings.MODELS).files == {"process.bpmn": "<x/>"}
    assert store.definition("nothing") is None


def test_days_are_the_clients_own_under_the_terms_in_force(store):
    """An item received one minute before midnight in New York belongs to the old day, wherever Jakarta is."""
    terms = {"client": {"time_zone": "America/New_York"}}
    last_minute = START + DAY - MINUTE
    log = [
        Entry(1, START, 0, "x", (EngagementSigned("desk", happenings.TERMS, terms),)),
        Entry(2, last_minute, 1, "x", happenings.straight(1)[0]),
        Entry(3, last_minute + MINUTE, 2, "x", happenings.straight(2)[0]),
    ]
    store.commit(log, recorded_at=0)
    days = {found.period: found.counts["delivered"] for found in views.tallies(store, "desk", by="day")}
    assert days == {"2013-01-01": 1, "2013-01-02": 1}
    assert views.months(store, "desk") == ["2013-01"]


ZONES = ["America/New_York", "Asia/Kathmandu", "Asia/Jakarta", "Pacific/Apia", "Africa/Monrovia", "America/St_Johns"]


@given(zone=st.sampled_from(ZONES), at=st.integers(-90 * 365 * DAY, 80 * 365 * DAY), step=st.integers(0, 2 * HOUR))
def test_every_instants_day_is_that_of_its_zone(zone, at, step):
    days = Days(zone)
    for instant in (at, at + step, at):
        assert days.day(instant) == moment(instant, days._zone).date().isoformat()
