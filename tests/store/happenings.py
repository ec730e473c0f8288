"""A made-up year of a small house: every kind of entry, in a log whose order a seed shuffles."""

import random
from decimal import Decimal

from alihdaya.engagement.account.events import StatementImported
from alihdaya.engagement.events import EngagementSigned, PackDeployed, RowRejected, SourceOpened
from alihdaya.engine import events as engine
from alihdaya.kernel.event import HOUSE, Entry
from alihdaya.kernel.time import DAY, HOUR, MINUTE
from alihdaya.people.events import CertificateIssued, CertificateWithdrawn, PersonJoined, TestTaken, WallRaised
from alihdaya.people.gate import Needs
from alihdaya.work.events import (
    AssignmentRefused,
    ClockPaused,
    ItemDelivered,
    ItemReceived,
    ItemStopped,
    JobLeased,
    SendDone,
    SendFailed,
    SendQueued,
    SendRetried,
    SendWithdrawn,
    TaskAssigned,
    TaskCancelled,
    TaskDone,
    TaskQueued,
)
from alihdaya.work.exchange import (
    ItemCalled,
    ItemReturned,
    MessageKept,
    MessageLost,
    MessageTaken,
    ShardAcknowledged,
    ShardPosted,
    ShardReached,
    SignalReached,
    SignalSent,
    StartDropped,
    StartSet,
)
from alihdaya.work.floor import Ask
from alihdaya.work.floor import events as floor
from alihdaya.work.handover import TakenOver
from alihdaya.work.review import ReviewDisputed, ReviewDone, ReviewDue

TERMS = "a" * 64
MODELS = "b" * 64

START = 1_357_016_400_000_000  # 2013-01-01T00:00 in New York
NEEDS = ("claims", "en", "B2", "writing")
BANK = StatementImported("d" * 64, "statement.csv", "csv", 2, 2)

PAYS = {
    "client": {"time_zone": "America/New_York"},
    "service": [
        {"id": "disruption", "rates": {"paid": {"kind": "outcome", "measure": {"of": "paid", "values": ["true"]}}}}
    ],
}


def house():
    """The facts that stand before the first item."""
    terms = {"client": {"name": "Airline", "time_zone": "America/New_York"}, "rate": Decimal("1.50")}
    person = PersonJoined("sari", "Sari", "us", "them", "ID", "Asia/Jakarta", {"en": "C1"}, ("claims",), {}, "4", "USD")
    return [
        (EngagementSigned("desk", TERMS, terms), PackDeployed("disruption", MODELS, {"process.bpmn": "<x/>"})),
        (SourceOpened(1, "flights.csv", "c" * 64, 100),),
        (person._replace(shifts={"0": ("08:00-16:00",)}), person._replace(person="budi", name="Budi")),
        (TestTaken("sari", "writing", "en", 90, 70, START - DAY),),
        (CertificateIssued("sari", "writing", START - DAY, START + 300 * DAY),),
        (CertificateIssued("budi", "writing", START - DAY, START + 300 * DAY),),
        (CertificateWithdrawn("budi", "writing", "expired training"),),
        (RowRejected(1, 90, "dep_delay", "not a number", "x"), RowRejected(1, 91, "", "duplicate", "f-1")),
    ]


def received(item):
    data = {"delay": Decimal(item), "carrier": "UA", "weather": None}
    return ItemReceived("desk", "disruption", "file", f"f-{item}", 1, item, TERMS, MODELS, data)


def begun(item):
    return received(item), engine.InstanceStarted("disruption", "in", -1, {"delay": Decimal(item)})


def ended(item, *, touched, unit="flight"):
    result = {"refund": Decimal("12.50"), "hotel": False}
    return engine.InstanceEnded("out"), ItemDelivered("out", unit, result, touched)


def straight(item):
    """Received, decided and delivered in one entry."""
    decided = engine.DecisionMade("cause", "cause", "carrier", (2,), "cause")
    return [(*begun(item), decided, engine.Moved(1, (0, 1)), *ended(item, touched=False))]


def offered(at, *, respond=4 * HOUR, resolve=2 * DAY):
    queued = TaskQueued(1, "judge", "Judge the cause", "disruption", NEEDS, 5, at + respond, at + resolve)
    return engine.TaskOffered(1, "judge"), queued


def by_person(item, at, *, late=False):
    """A person judges, after another was refused; a timer watched meanwhile."""
    respond = -MINUTE if late else 4 * HOUR
    done = TaskDone(1, "sari", 300, {"cause": "weather"}, True)
    return [
        (*begun(item), engine.TimerSet(1, 1, "watch", at + DAY), *offered(at, respond=respond)),
        (AssignmentRefused(1, "budi", ("certificate withdrawn: writing",)),),
        (TaskAssigned(1, "sari"),),
        (
            done,
            engine.TaskClosed(1, "judge", "completed"),
            engine.TimerCancelled(1),
            engine.VariablesSet("judge", {"cause": "weather"}),
            *ended(item, touched=True, unit="judged flight"),
        ),
    ]


def timed_out(item, at):
    """A timer takes the task away and the item goes on without anybody."""
    cancelled = TaskCancelled(1, "timer watch")
    return [
        (*begun(item), engine.TimerSet(1, 1, "watch", at + DAY), *offered(at)),
        (engine.TimerFired(1, 1, "watch"), engine.TaskClosed(1, "judge", "withdrawn"), cancelled),
        (engine.BoundaryTaken(1, "watch", 2, -2, True), *ended(item, touched=True)),
    ]


def by_message(item):
    """A message is awaited, and comes."""
    return [
        (*begun(item), engine.MessageAwaited(1, "reply", "reply", f"k-{item}")),
        (engine.MessageCorrelated(1, "reply"), *ended(item, touched=False)),
    ]


def stopped(item):
    """An incident stops the item; somebody has it tried again."""
    return [
        (*begun(item), engine.IncidentRaised(1, "cause", "no-rule", "no rule matched"), ItemStopped("no-rule", "…")),
        (engine.IncidentCleared(1), *ended(item, touched=False)),
    ]


def story(item, at, kind):
    """What happens to one item, as event tuples one an entry."""
    kinds = {
        "straight": lambda: straight(item),
        "by_person": lambda: by_person(item, at),
        "late": lambda: by_person(item, at, late=True),
        "timed_out": lambda: timed_out(item, at),
        "by_message": lambda: by_message(item),
        "stopped": lambda: stopped(item),
    }
    return kinds[kind]()


KINDS = ("straight", "straight", "by_person", "late", "timed_out", "by_message", "stopped")


def year(*, items=40, seed=1, unfinished=True):
    """The whole log: the house's facts, then the items' stories, interleaved; with `unfinished`, some are not over."""
    chance = random.Random(seed)
    log = [(HOUSE, events) for events in house()]
    stories = {item: story(item, START + item * HOUR, KINDS[item % len(KINDS)]) for item in range(1, items + 1)}
    waiting = list(stories)
    opened = 0
    under_way = []
    while waiting or under_way:
        if waiting and (not under_way or chance.random() < 0.5):
            opened = waiting.pop(0)
            under_way.append(opened)
            item = opened
        else:
            item = chance.choice(under_way)
        log.append((item, stories[item].pop(0)))
        if not stories[item] or (unfinished and chance.random() < 0.15):
            under_way.remove(item)
    return numbered(log)


def sends(entries):
    """What goes on after these entries: the last item sends five times, each of which ends (or not) another way."""
    last = entries[-1].seq
    item = max(entry.item for entry in entries)
    queued = [SendQueued(n, 0, "tell", "told", f"k-{n}", {"amount": Decimal("1.50")}) for n in range(5)]
    seq = last + 1
    rest = [
        queued,
        [SendFailed(seq, 0, 1, "HTTP 503", START)],
        [SendFailed(seq, 1, 1, "HTTP 404", 0), SendFailed(seq, 2, 1, "HTTP 404", 0)],
        [SendRetried(seq, 1), SendDone(seq, 3, 200)],
        [SendWithdrawn(seq, 4), SendFailed(seq, 0, 2, "HTTP 503", START)],
    ]
    return numbered([(item, events) for events in rest], after=last)


def exchanges(entries):
    """What goes on between items after these entries: of each kind one that is over and one that is not."""
    last, item = entries[-1].seq, max(entry.item for entry in entries)
    seq = last + 1
    start = StartSet("desk", "disruption", "p", "hourly", 0, MODELS, TERMS, "timer", "", START, -1, 0, HOUR)
    called = ItemCalled("desk", "disruption", "f-1/ask", TERMS, MODELS, "ask", item, 1)
    return numbered(
        [
            (HOUSE, [start, start._replace(node="once", due=None), BANK]),
            (HOUSE, [MessageKept(n, "told", f"k-{n}", {"amount": Decimal("1.50")}, item, START) for n in range(3)]),
            (HOUSE, [SignalSent(n, "alarm", {"level": 1}, 0, [(item, 4), (item + 1, 1)]) for n in range(2)]),
            (HOUSE, [StartDropped(*start[:3], "once", 0), MessageLost(seq + 1, 0, "expired")]),
            (item, [MessageTaken(seq + 1, 1), SignalReached(seq + 2, 0, 1, 1)]),
            (HOUSE, [SignalReached(seq + 2, 1, 2, 0)]),
            (HOUSE, [ShardPosted(n, n + 2, "message", "told", f"k-{n}", {"n": n}, item, START) for n in range(3)]),
            (HOUSE, [ShardAcknowledged(3, [(seq + 6, 1)]), ShardReached(2, 7, 1), ShardReached(2, 8, 0)]),
            (
                item + 1,
                [called, *begun(item + 1)[1:], engine.MessageAwaited(1, "reply", "reply", "k"), ClockPaused("reply")],
            ),
            (item + 2, [called, *begun(item + 2)[1:], engine.InstanceEnded("out"), ItemReturned("out", touched=False)]),
            (item, [ReviewDue(1, "ask", "sari"), ReviewDue(2, "ask", "budi")]),
            (item, [ReviewDone(2, "ask", "budi", START, "sari", {"tone": 4}, 80, passed=True, note="")]),
            (item, [ReviewDue(3, "ask", "budi")]),
            (item, [ReviewDone(3, "ask", "budi", START, "sari", {"tone": 1}, 20, passed=False, note="")]),
            (item, [ReviewDisputed(3, "ask", "budi", START, "sari", "I did say it.")]),
            (HOUSE, [WallRaised("sari", "Borneo Air", "her brother works there", "boss")]),
            (item + 1, [TakenOver(item, 1, "sari", "is it true?", final=False, context={"facts": {"n": 1}})]),
            (HOUSE, [EngagementSigned("desk", "e" * 64, PAYS)]),
            (item + 9, [received(item + 9), ItemDelivered("out", "judgment", {"paid": True}, touched=False)]),
        ],
        after=last,
    )


def leases(entries):
    """A worker has the job that the first send of these entries asks for."""
    asked = next(entry for entry in entries if type(entry.events[0]) is SendQueued)
    return numbered([(asked.item, [JobLeased(asked.seq, 0, "w-1", 1, START)])], after=entries[-1].seq)


def presences(entries):
    """Somebody is present, somebody else has a break, and two pieces of work: one waits, the other is held."""
    pieces = [floor.Queued(n, 1, 1, 0, START, None, "", 0, 0, 0, "") for n in (1, 2)]
    came = [floor.LoggedIn(who, (60, 20, 12, 60)) for who in ("sari", "budi")]
    kind = floor.Asked(1, Ask(Needs("claims"), "chat"))
    given = floor.Assigned(2, 1, "sari", 20)
    return numbered([(HOUSE, [*came, floor.StateSet("budi", "break"), kind, *pieces, given])], after=entries[-1].seq)


def numbered(log, *, after=0):
    """Entries of (item, events) pairs, 20 minutes apart."""
    return [
        Entry(seq, START + seq * 20 * MINUTE, item, "test", tuple(events))
        for seq, (item, events) in enumerate(log, after + 1)
    ]


def batches(entries, *, seed=1):
    """The same entries in batches of random size."""
    chance = random.Random(seed)
    rest = list(entries)
    while rest:
        size = chance.randint(1, 9)
        yield rest[:size]
        rest = rest[size:]
