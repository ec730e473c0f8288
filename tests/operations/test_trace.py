"""An instance's whole path as the log tells it: every node, how long, by whom, and what happened there."""

from itertools import pairwise

from small_desk import NOON
from test_migrating import deployed, go, version

from alihdaya.engine import CompleteTask, Start, decide, make_plan
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import HOUR
from alihdaya.notation.bpmn import read as read_bpmn
from alihdaya.operations.instance.commands import CancelItem, MoveToken, Suspend
from alihdaya.operations.instance.picture import as_json, plain, read
from alihdaya.operations.instance.trace import Note, Visit, to_plain, trace

HEAD = '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="f" targetNamespace="urn:t">'


def path(small, item):
    """The visits of an item: (node, hours, outcome, by)."""
    small.commit()
    found = read(small.store, item).trace
    return [_line(visit) for visit in found.visits], found


def _line(visit):
    lasted = None if visit.left_at is None else (visit.left_at - visit.entered_at) // HOUR
    return visit.node, lasted, visit.outcome, visit.by


def tags(visit):
    return [note.tag.removeprefix("engine.") for note in visit.notes]


def test_a_task_that_a_person_did(small_sqlite):
    small = small_sqlite
    item = small.receive("judge")
    small.later(1)
    small.assign(item)
    small.later(2)
    small.complete(item, verdict="yes", seconds=900)
    lines, found = path(small, item)
    assert lines == [
        ("start", 0, "passed", ""),
        ("triage", 0, "passed", ""),
        ("lanes", 0, "passed", ""),
        ("judge", 3, "done", "ana"),
        ("judged", 0, "ended", ""),
    ]
    assert tags(found.visits[1]) == ["decided"]
    assert found.visits[1].notes[0].facts["value"] == "judge"
    assert tags(found.visits[3]) == ["timer_set", "task.queued", "task.assigned", "task.done", "variables_set"]
    assert [note.tag for note in found.notes] == ["item.received", "engine.started", "item.delivered"]


def test_what_time_and_operators_did(small_sqlite):
    small = small_sqlite
    item = small.receive("judge")
    small.later(31)
    small.fire(item)
    small.command(MoveToken(item, 2, "judge", "rina"))
    small.command(Suspend(item, "wait", "rina"))
    small.later(5)
    small.command(CancelItem(item, "enough", "rina"))
    lines, found = path(small, item)
    assert lines[3:] == [
        ("judge", 31, "interrupted", "timer"),
        ("too_long", 0, "passed", ""),
        ("second", 0, "moved", "rina"),
        ("judge", 5, "cancelled", "rina"),
    ]
    assert tags(found.visits[3]) == ["timer_set", "task.queued", "timer_fired", "task.cancelled"]
    assert tags(found.visits[5]) == ["task.queued", "task.cancelled"]
    assert [note.tag for note in found.notes][-2:] == ["item.suspended", "item.cancelled"]
    assert plain(read(small.store, item))["tokens"] == []


def test_ways_that_part_and_meet_and_what_is_still_open(small_sqlite):
    small = small_sqlite
    item = small.receive("split")
    token = next(t for t, wait in small.desk.items[item].instance.waits.items() if wait.node == "check_b")
    small.later(1)
    small.assign(item, token=token)
    small.complete(item, token=token)
    lines, found = path(small, item)
    assert lines[3:] == [
        ("split", 0, "passed", ""),
        ("check_a", None, "", ""),
        ("check_b", 1, "done", "ana"),
        ("both", None, "", ""),
    ]
    told = plain(read(small.store, item))
    assert [one["waits"] for one in told["tokens"]] == ["task", None]
    assert [one["outcome"] for one in to_plain(found) if "entered_at" in one][-1] == "waiting"
    assert '"trace":[{"at":"2013-01-08T17:00:00Z"' in as_json(read(small.store, item), path=True)


def test_an_incident_and_a_message(small_sqlite):
    small = small_sqlite
    item, waits = small.receive("assess", None), small.receive("wait")
    _, found = path(small, item)
    assert tags(found.visits[-1]) == ["incident_raised"]
    small.deliver(str(waits))
    lines, found = path(small, waits)
    assert lines[-2:] == [("hear", 0, "done", "message"), ("answered", 0, "ended", "")]
    assert tags(found.visits[-2]) == ["message_awaited", "message_correlated"]


def test_a_sub_process_and_repeated_runs_lie_inside_their_activity():
    body = (
        '<startEvent id="s"/><endEvent id="e"/><subProcess id="sub"><startEvent id="s2"/><endEvent id="e2"/>'
        '<userTask id="each"><multiInstanceLoopCharacteristics><loopCardinality>2</loopCardinality>'
        "</multiInstanceLoopCharacteristics></userTask>" + _line_of("s2", "each", "e2") + "</subProcess>"
    ) + _line_of("s", "sub", "e")
    data = f'{HEAD}<process id="p" isExecutable="true">{body}</process></definitions>'.encode()
    plan = make_plan(read_bpmn(data, "x.bpmn").process(), decisions={}, steps={})
    events, state = decide(plan, None, Start({}), NOON)
    entries = [Entry(1, NOON, 1, "intake", tuple(events))]
    while state.waits:
        at = NOON + len(entries) * HOUR
        events, state = decide(plan, state, CompleteTask(min(state.waits), {}), at)
        entries.append(Entry(len(entries) + 1, at, 1, "ana", tuple(events)))
    found = trace(plan.process, entries)
    assert [_line(visit) for visit in found.visits] == [
        ("s", 0, "passed", ""), ("sub", 2, "done", "ana"), ("e", 0, "ended", ""),
    ]  # fmt: skip
    inside = found.visits[1].inside
    assert [visit.node for visit in inside] == ["s2", "each", "e2"]
    assert [_line(visit) for visit in inside[1].inside] == [("each", 1, "ended", "ana"), ("each", 2, "ended", "ana")]
    assert all(isinstance(step, Visit | Note) for step in found.steps())


def _line_of(*nodes):
    return "".join(f'<sequenceFlow sourceRef="{a}" targetRef="{b}"/>' for a, b in pairwise(nodes))


def test_an_item_that_went_over_to_another_version_is_followed_in_both(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("judge")
    small.assign(item)
    newer = deployed(small, version(tmp_path, "newer"))
    small.later(2)
    go(small)
    small.complete(item, verdict="yes")
    lines, found = path(small, item)
    assert lines[2:] == [("lanes", 0, "passed", ""), ("weigh", 2, "done", "ana"), ("judged", 0, "ended", "")]
    assert "instance.migrated" in [note.tag for note in found.notes]
    assert newer.digest == read(small.store, item).story.item.definition
