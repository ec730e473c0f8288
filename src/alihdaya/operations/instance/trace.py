"""An instance's whole path, read from the log: each node entered and left, and what happened there.

The engine notes a straight run of nodes as one event, so that the process itself is needed to tell which nodes those
were; what a node computed stands in the log before the run that passes it.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from alihdaya.engine import events as engine
from alihdaya.engine import scope_events as scoped
from alihdaya.kernel.event import Entry, Event, tag_of
from alihdaya.kernel.time import SECOND, iso
from alihdaya.notation.bpmn import Process
from alihdaya.work.events import InstanceMigrated, SendQueued, TaskCancelled, TaskQueued
from alihdaya.work.outbox import SendKey


@dataclass(frozen=True, slots=True)
class Note:
    """What happened at a node, or to the item: an event by its tag and facts. `order` counts all of a trace."""

    order: int
    at: int
    by: str
    tag: str
    facts: Mapping[str, Any]


@dataclass(slots=True)
class Visit:
    """A token at a node, from when to when (microseconds; None: still). `kind` is the element's (graph.Kind).

    `by` is who let it go on, "" where it did not wait; `outcome` is passed, done, interrupted, withdrawn, moved,
    joined, ended or cancelled. `inside` are the visits within a sub-process or the runs of a repeating activity.
    """

    order: int
    token: int
    node: str
    name: str
    kind: str
    entered_at: int
    seq: int
    left_at: int | None = None
    outcome: str = ""
    by: str = ""
    notes: list[Note] = field(default_factory=list)
    inside: list["Visit"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Trace:
    """The visits that lie in no other, and the notes about the item itself; both in the order of the log."""

    visits: list[Visit]
    notes: list[Note]

    def steps(self) -> list[Visit | Note]:
        """Give both as one list, in their order."""
        return sorted([*self.visits, *self.notes], key=lambda step: step.order)


Versions = Callable[[str, str], Process]
"""From a definition's digest and a process's id to the process."""


def trace(process: Process, entries: Iterable[Entry], versions: Versions | None = None) -> Trace:
    """Follow an item's entries through the process that it began in, and through `versions` that it went over to."""
    walk = _Walk(process, versions)
    for entry in entries:
        walk.entry = entry
        for happened in entry.events:
            walk.take(happened)
    return Trace(walk.visits, walk.notes)


def to_plain(found: Trace) -> list[dict[str, Any]]:
    """Give a trace as plain values: times as ISO 8601, durations in seconds."""
    return [_plain(step) for step in found.steps()]


def _plain(step: Visit | Note) -> dict[str, Any]:
    if isinstance(step, Note):
        return {"at": iso(step.at), "by": step.by, "event": step.tag, **step.facts}
    lasted = None if step.left_at is None else (step.left_at - step.entered_at) / SECOND
    return {
        "node": step.node,
        "name": step.name,
        "kind": step.kind,
        "token": step.token,
        "entered_at": iso(step.entered_at),
        "left_at": iso(step.left_at),
        "seconds": lasted,
        "outcome": step.outcome or "waiting",
        "by": step.by,
        "notes": [_plain(note) for note in step.notes],
        "inside": [_plain(visit) for visit in step.inside],
    }


_OF_NODE = (engine.DecisionMade, engine.VariablesSet, engine.ErrorCaught)
"""What names a node whose visit may come only with the next Moved."""

_SILENT = (engine.TimerCancelled, engine.TaskOffered, engine.TaskClosed, engine.JobClosed, scoped.CatchClosed)
"""What the trade's own events, or the end of the visit, tell better."""


class _Walk:
    """The state of one reading: where each token is, and what has been said of nodes that are not entered yet."""

    def __init__(self, process: Process, versions: Versions | None = None) -> None:
        self.process = process
        self.nodes = {node.id: node for node in process.nodes}
        self.versions = versions
        self.definition = ""
        """What the item goes over to."""
        self.entry = Entry(0, 0, 0, "", ())
        self.visits: list[Visit] = []
        self.notes: list[Note] = []
        self.here: dict[int, Visit] = {}
        """Token -> where it is, or was last."""
        self.around: dict[int, Visit | None] = {}
        """Token -> the visit inside of which it moves."""
        self.carriers: dict[int, Visit] = {}
        """Scope -> the visit that carries it."""
        self.timers: dict[int, int] = {}
        self.sends: dict[SendKey, SendQueued] = {}
        """What went out, by the name under which its answers come."""
        self.tasks: dict[int, Visit] = {}
        """Token -> where its task was queued last."""
        self.said: dict[str, deque[list[Note]]] = defaultdict(deque)
        self.order = 0

    def take(self, happened: Event) -> None:
        """Follow one event."""
        follow = _FOLLOW.get(type(happened))
        if follow is not None:
            follow(self, happened)
        else:
            self.note(happened)

    def enter(self, token: int, node_id: str, around: Visit | None) -> None:
        """Let a token be at a node."""
        node = self.nodes.get(node_id)
        name, kind = (node.name, str(node.kind)) if node else ("", "")
        visit = Visit(self.tick(), token, node_id, name, kind, self.entry.at, self.entry.seq)
        if self.said[node_id]:
            visit.notes += self.said[node_id].popleft()
        (self.visits if around is None else around.inside).append(visit)
        self.here[token], self.around[token] = visit, around

    def go_over(self, process: Process, names: Mapping[str, str]) -> None:
        """Follow another version from here; `names`: old node's id -> new one's, where it is another."""
        self.process = process
        self.nodes = {node.id: node for node in process.nodes}
        for visit in self.here.values():
            node = self.nodes.get(names.get(visit.node, visit.node))
            if visit.left_at is None and node is not None:
                visit.node, visit.name, visit.kind = node.id, node.name, str(node.kind)

    def leave(self, token: int, outcome: str) -> None:
        """Let a token be gone from where it is."""
        visit = self.here.get(token)
        if visit is None or visit.left_at is not None:
            return
        visit.left_at = self.entry.at
        if visit.seq != self.entry.seq:
            visit.by = self.entry.by
            outcome = "done" if outcome == "passed" else outcome
        visit.outcome = outcome

    def leave_all(self, outcome: str) -> None:
        """Let every token be gone."""
        for token in self.here:
            self.leave(token, outcome)

    def node_at(self, place: int) -> str:
        """Name the node where a token with this place stands."""
        flows, nodes = self.process.flows, self.process.nodes
        index = flows[place].target if 0 <= place < len(flows) else -1 - place
        return nodes[index].id if 0 <= index < len(nodes) else f"#{place}"

    def note(self, happened: Event) -> None:
        """Keep an event with the visit that it is about, or with the item."""
        facts = dict(zip(happened._fields, happened, strict=True))  # type: ignore[attr-defined]
        if isinstance(happened, SendQueued):
            self.sends[self.entry.seq, happened.number] = happened
        elif (asked := self.sends.get((facts.get("seq", 0), facts.get("number", 0)))) is not None:
            facts = {"name": asked.name, "token": asked.token, **facts}
        note = Note(self.tick(), self.entry.at, self.entry.by, tag_of(type(happened)), facts)
        if isinstance(happened, _OF_NODE):
            self.note_at(facts["node"], note)
            return
        token = facts.get("token") or self.timers.get(facts.get("timer", 0), 0)
        visit = self.here.get(token)
        if isinstance(happened, TaskQueued) and visit is not None:
            self.tasks[token] = visit
        elif isinstance(happened, TaskCancelled):
            visit = self.tasks.get(token, visit)
        (self.notes if visit is None else visit.notes).append(note)

    def note_at(self, node_id: str, note: Note) -> None:
        """Keep a note about a node: with the token that is there, else until one comes."""
        for visit in self.here.values():
            if visit.node == node_id and visit.left_at is None:
                visit.notes.append(note)
                return
        said = self.said[node_id]
        if not node_id:
            self.notes.append(note)
        elif said and (said[-1][-1].order, note.tag) == (note.order - 1, "engine.variables_set"):
            said[-1].append(note)
        else:
            said.append([note])

    def tick(self) -> int:
        """Count on."""
        self.order += 1
        return self.order


def _started(walk: _Walk, event: engine.InstanceStarted) -> None:
    walk.note(event)
    walk.enter(1, event.node, None)


def _moved(walk: _Walk, event: engine.Moved) -> None:
    for flow in event.path:
        walk.leave(event.token, "passed")
        walk.enter(event.token, walk.node_at(flow), walk.around.get(event.token))


def _moved_by_hand(walk: _Walk, event: engine.TokenMoved) -> None:
    walk.leave(event.token, "moved")
    walk.enter(event.token, event.to, walk.around.get(event.token))


def _split(walk: _Walk, event: engine.TokensSplit) -> None:
    walk.leave(event.token, "passed")
    for token, flow in enumerate(event.flows, event.first):
        walk.enter(token, walk.node_at(flow), walk.around.get(event.token))


def _joined(walk: _Walk, event: engine.TokensJoined) -> None:
    for token in event.others:
        walk.leave(token, "joined")


def _boundary(walk: _Walk, event: engine.BoundaryTaken) -> None:
    if event.interrupting:
        walk.leave(event.token, "interrupted")
    walk.enter(event.born, event.node, walk.around.get(event.token))


def _born(walk: _Walk, event: scoped.TokenBorn | scoped.HandlerStarted) -> None:
    token = event.born if isinstance(event, scoped.HandlerStarted) else event.token
    walk.enter(token, walk.node_at(event.place), walk.carriers.get(event.scope))


def _opened(walk: _Walk, event: scoped.ScopeOpened) -> None:
    if event.token in walk.here:
        walk.carriers[event.scope] = walk.here[event.token]


def _timer_set(walk: _Walk, event: engine.TimerSet) -> None:
    walk.timers[event.timer] = event.token
    walk.note(event)


def _goes_over(walk: _Walk, event: InstanceMigrated) -> None:
    walk.definition = event.after
    walk.note(event)


def _went_over(walk: _Walk, event: engine.Migrated) -> None:
    if walk.versions is not None:
        walk.go_over(walk.versions(walk.definition, event.process), event.nodes)


def _ended(walk: _Walk, _: Event) -> None:
    walk.leave_all("ended")


def _cancelled(walk: _Walk, _: Event) -> None:
    walk.leave_all("cancelled")


def _nothing(_: _Walk, __: Event) -> None:
    pass


_FOLLOW: dict[type, Callable[[_Walk, Any], None]] = {
    engine.InstanceStarted: _started,
    engine.Moved: _moved,
    engine.TokenMoved: _moved_by_hand,
    engine.TokensSplit: _split,
    engine.TokensJoined: _joined,
    engine.TokenEnded: lambda walk, event: walk.leave(event.token, "ended"),
    engine.BoundaryTaken: _boundary,
    scoped.TokenBorn: _born,
    scoped.HandlerStarted: _born,
    scoped.TokenKilled: lambda walk, event: walk.leave(event.token, "withdrawn"),
    scoped.ScopeOpened: _opened,
    scoped.ScopeClosed: _nothing,
    scoped.LoopBegun: _nothing,
    scoped.LoopStarted: _nothing,
    scoped.LoopDone: _nothing,
    engine.TimerSet: _timer_set,
    InstanceMigrated: _goes_over,
    engine.Migrated: _went_over,
    engine.InstanceEnded: _ended,
    engine.InstanceCancelled: _cancelled,
    scoped.ErrorEscaped: _ended,
    **dict.fromkeys(_SILENT, _nothing),
}
