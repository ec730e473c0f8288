"""A node's figures in Prometheus's text format, read when they are asked for: nothing is counted beside the work.

What concerns items comes from the tables of the shards that the node holds, so that it is right after a restart; each
series names its shard, and goes with it when another node takes it over.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from alihdaya.kernel.time import SECOND
from alihdaya.operations.node.visible.groups import Groups, Spread
from alihdaya.store import StoreError
from alihdaya.store.lease.directory import Tenure
from alihdaya.store.views.gauges import Gauges, gauges
from alihdaya.store.working import WorkingSet

if TYPE_CHECKING:
    from prometheus_client.core import Metric

MOST_SERVICES = 200
"""Services that have series of their own; all others are counted together."""

OTHERS = "(others)"

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""What the format is called in HTTP."""


class Watched(NamedTuple):
    """What of a node is shown: shards held with the commands that wait for each, who holds what, commits, time."""

    waiting: Mapping[int, int]
    tenures: tuple[Tenure, ...]
    groups: Groups
    now: int


class Readers(Protocol):
    """Gives a shard's tables to read."""

    def shard(self, number: int) -> WorkingSet:
        """Give one shard's tables."""


def exposition(watched: Watched, readers: Readers) -> bytes:
    """Write the figures of a node in the text format. Shards that cannot be read at the moment are left out."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.exposition import generate_latest

    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(watched, readers))
    return bytes(generate_latest(registry))


class _Collector:
    def __init__(self, watched: Watched, readers: Readers) -> None:
        self.watched, self.readers = watched, readers

    def collect(self) -> "Iterator[Metric]":
        found = dict(self._read())
        known = _ServiceNames(found.values())
        yield from _counted(found, known)
        yield from _open(found, known)
        yield from _outgoing(found, self.watched.now)
        yield from _writers(self.watched)

    def _read(self) -> Iterator[tuple[str, Gauges]]:
        for shard in sorted(self.watched.waiting):
            try:
                yield str(shard), gauges(self.readers.shard(shard), self.watched.now)
            except StoreError:  # it has no tables yet, or the database is away: the next question tells more
                continue


class _ServiceNames:
    """Names of services within bounds."""

    def __init__(self, found: Iterable[Gauges]) -> None:
        names = {key[:2] for one in found for part in (one.counts, one.tasks, one.incidents) for key in part}
        self.own = frozenset(sorted(names)[:MOST_SERVICES])

    def summed(self, amounts: Mapping[Any, int]) -> dict[tuple[Any, ...], int]:
        """Add up amounts whose keys begin with engagement and service."""
        sums: dict[tuple[Any, ...], int] = {}
        for (engagement, service, *rest), n in amounts.items():
            name = (engagement, service) if (engagement, service) in self.own else (OTHERS, OTHERS)
            sums[*name, *rest] = sums.get((*name, *rest), 0) + n
        return sums


_SERVICE = ("shard", "engagement", "service")
_COUNTS = {
    "received": ("items_received", "Items that came in."),
    "delivered": ("items_delivered", "Items that were delivered."),
    "cancelled": ("items_cancelled", "Items that were cancelled."),
    "stopped": ("items_stopped", "Times that an item stopped with an incident."),
}
_TARGETS = ("respond", "resolve")


def _counted(found: Mapping[str, Gauges], known: _ServiceNames) -> "Iterator[Metric]":
    """Give what was counted since the beginning."""
    from prometheus_client.core import CounterMetricFamily

    families = {
        measure: CounterMetricFamily(f"alihdaya_{name}", text, labels=_SERVICE)
        for measure, (name, text) in _COUNTS.items()
    }
    sla = CounterMetricFamily(
        "alihdaya_sla", "Delivered items by target and whether it was met.", labels=(*_SERVICE, "target", "met")
    )
    for shard, one in found.items():
        for (engagement, service, measure), n in known.summed(one.counts).items():
            target, _, met = measure.partition("_")
            if measure in families:
                families[measure].add_metric((shard, engagement, service), n)
            elif target in _TARGETS:
                sla.add_metric((shard, engagement, service, target, "true" if met == "met" else "false"), n)
    yield from families.values()
    yield sla


def _open(found: Mapping[str, Gauges], known: _ServiceNames) -> "Iterator[Metric]":
    """Give what is open now, by service."""
    from prometheus_client.core import GaugeMetricFamily

    tasks = GaugeMetricFamily("alihdaya_tasks_open", "Tasks of people that are open.", labels=(*_SERVICE, "state"))
    incidents = GaugeMetricFamily("alihdaya_incidents_open", "Incidents that are open.", labels=_SERVICE)
    overdue = GaugeMetricFamily("alihdaya_timers_overdue", "Timers that are due and did not go off.", labels=("shard",))
    for shard, one in found.items():
        for (engagement, service, held), n in known.summed(one.tasks).items():
            tasks.add_metric((shard, engagement, service, "held" if held else "waiting"), n)
        for (engagement, service), n in known.summed(one.incidents).items():
            incidents.add_metric((shard, engagement, service), n)
        overdue.add_metric((shard,), one.overdue)
    yield from (tasks, incidents, overdue)


def _outgoing(found: Mapping[str, Gauges], now: int) -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    depth = GaugeMetricFamily("alihdaya_outbox", "Jobs and messages that are to go out.", labels=("shard", "kind"))
    age = GaugeMetricFamily("alihdaya_outbox_oldest_seconds", "Age of the oldest that is to go out.", labels=("shard",))
    dead = GaugeMetricFamily("alihdaya_outbox_dead", "What was given up after all attempts.", labels=("shard",))
    for shard, one in found.items():
        for kind in ("job", "message"):
            depth.add_metric((shard, kind), one.outbox.get(kind, 0))
        age.add_metric((shard,), 0 if one.oldest is None else max(0, now - one.oldest) / SECOND)
        dead.add_metric((shard,), one.dead)
    yield from (depth, age, dead)


def _writers(watched: Watched) -> "Iterator[Metric]":
    """Give what the writers of this process do, and which shards are in whose hands."""
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

    queue = GaugeMetricFamily("alihdaya_writer_queue", "Commands that wait for a shard's writer.", labels=("shard",))
    for shard, waiting in sorted(watched.waiting.items()):
        queue.add_metric((str(shard),), waiting)
    held = GaugeMetricFamily("alihdaya_shards_held", "Shards that this node holds.", value=len(watched.waiting))
    taken = CounterMetricFamily("alihdaya_shard_takeovers", "Times that a shard changed hands.", labels=("shard",))
    for tenure in watched.tenures:
        taken.add_metric((str(tenure.shard),), tenure.epoch)
    sizes, seconds = watched.groups.spreads()
    yield from (queue, held, taken)
    yield _histogram("alihdaya_commit_commands", "Commands that were committed together.", sizes)
    yield _histogram("alihdaya_commit_seconds", "From taking a group up until it was durable.", seconds)


def _histogram(name: str, text: str, spread: Spread) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    buckets = [(repr(float(bound)), n) for bound, n in zip(spread.bounds, spread.upto, strict=True)]
    return HistogramMetricFamily(name, text, buckets=[*buckets, ("+Inf", spread.number)], sum_value=spread.total)
