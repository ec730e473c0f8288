"""What a monitor is shown: read back by Prometheus's own parser, against what the desk holds; on both stores."""

from threading import Thread

from prometheus_client.parser import text_string_to_metric_families
from small_desk import NOON

from alihdaya.kernel.time import HOUR
from alihdaya.operations.node.visible import metrics
from alihdaya.operations.node.visible.groups import SIZES, Groups
from alihdaya.store import StoreError
from alihdaya.store.lease.directory import Tenure

SHARD = "3"


class Readers:
    """One shard, of which the small desk's store is the tables; another that cannot be read."""

    def __init__(self, store):
        self.store = store

    def shard(self, number):
        if number == int(SHARD):
            return self.store
        raise StoreError("it has no tables yet")


def shown(small, groups=None, now=NOON, waiting=None):
    tenure = Tenure(shard=3, node="a", epoch=2, taken_at=1, ready_at=1, address="http://a", lives=True)
    watched = metrics.Watched(waiting or {3: 7, 4: 0}, (tenure,), groups or Groups(), now)
    text = metrics.exposition(watched, Readers(small.store)).decode()
    found = {}
    for family in text_string_to_metric_families(text):
        assert family.documentation
        for sample in family.samples:
            labels = tuple(value for name, value in sorted(sample.labels.items()) if name != "shard")
            found[sample.name.removeprefix("alihdaya_"), *labels] = sample.value
    return found


def test_items_tasks_incidents_timers_and_targets_are_those_of_the_tables(small):
    small.receive("plain", 100)
    first = small.receive("judge", 101)
    small.receive("judge", 102)
    small.assign(first)
    small.receive("stuck")
    small.receive("later")
    small.commit()
    acme = ("acme", "claims-desk")
    found = shown(small)
    assert found["items_received_total", *acme] == 5
    assert found["items_delivered_total", *acme] == 1
    assert found["items_stopped_total", *acme] == found["incidents_open", *acme] == 1
    held = [task.person for task in small.store.open_tasks()].count("ana")
    assert (held, found["tasks_open", *acme, "held"]) == (1, 1)
    assert found["tasks_open", *acme, "waiting"] == len(small.desk.queue) > 1
    assert found["timers_overdue",] == 0
    assert shown(small, now=NOON + 10_000 * HOUR)["timers_overdue",] == len(small.desk.timers) > 0


def test_writers_and_shards_are_shown_and_a_shard_without_tables_is_left_out(small):
    found = shown(small)
    assert found["shards_held",] == 2
    assert found["shard_takeovers_total",] == 2
    assert found["writer_queue",] in (0, 7)
    assert ("outbox", "job") in found


def test_groups_are_counted_exactly_by_many_threads():
    groups = Groups()
    threads = [Thread(target=lambda: [groups.add(n % 30, 0.003) for n in range(3_000)]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sizes, seconds = groups.spreads()
    assert (sizes.number, sizes.total, seconds.number) == (12_000, 4 * 100 * sum(range(30)), 12_000)
    assert sizes.upto[SIZES.index(10)] == 4_400
    assert seconds.upto[1:3] == (0, 12_000)


def test_more_services_than_may_have_series_are_counted_together(small, monkeypatch):
    small.receive("plain", 100)
    small.commit()
    monkeypatch.setattr(metrics, "MOST_SERVICES", 0)
    assert shown(small)["items_received_total", "(others)", "(others)"] == 1
