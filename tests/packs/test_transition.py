"""Transitions as a whole: no post without a fate and a consultation passes the gate, and what fails is taken back."""

from io import StringIO
from pathlib import Path

import pytest
from played import Played

from alihdaya import packs
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR, iso
from alihdaya.operations.commands import Assign, Fire
from alihdaya.operations.instance.commands import SetFacts
from alihdaya.operations.perform import perform
from alihdaya.packs.invent import write
from alihdaya.planning.transition import PROCESS, register
from alihdaya.store import views
from alihdaya.store.views.bound import items_following
from alihdaya.work.events import ItemDelivered, TaskDone, TaskQueued

PACK = Path(packs.__file__).parent / "transition"
FIRST = 1_772_416_800_000_000  # Monday, 2 March 2026, 10:00 in Kuala Lumpur
UNDOING = {
    "transfer": "return_knowledge", "begin_parallel": "end_parallel", "carry_out": "reinstate", "switch": "switch_back",
}  # fmt: skip
TWO = "Clerk 1: Rini Contoh; Clerk 2: Budi Misal"
FACTS = {"function": "Claims mail", "provider": "PT Misal", "kind": "BPO", "shore": "onshore", "parallel_days": 3}
SETTLED = {"stays", "moves", "retrained", "redundant"}


@pytest.fixture(scope="module")
def month(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("transitions"), "transition")
    played.ran = played.run(PACK / "input" / "transitions.csv", 7)
    yield played
    played.desk.close()


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    played = Played.open(tmp_path_factory.mktemp("by-hand"), "transition")
    yield played
    played.desk.close()


def stories(month):
    """Item -> its events, in order."""
    found = {}
    for entry in month.entries:
        if entry.item:
            found.setdefault(entry.item, []).extend(entry.events)
    return found


def done_by(events):
    """(user task, person) of what people finished, in order."""
    nodes, found = {}, []
    for event in events:
        if isinstance(event, TaskQueued):
            nodes[event.token] = event.node
        elif isinstance(event, TaskDone):
            found.append((nodes[event.token], event.person))
    return found


def begin(desk, posts=TWO, count=2, **more):
    """Announce a transition a week after all that the desk has seen; it shall go live in ten days."""
    at = FIRST + ((max(0, desk.desk.at - FIRST)) // (7 * DAY) + 1) * 7 * DAY
    own = {"reference": f"T{at}", "announced_at": iso(at), "go_live": iso(at + 10 * DAY)}
    return desk.receive(at, **FACTS | own | {"affected_posts": posts, "post_count": count} | more)


def settle(desk, item, fate="stays", answer="agrees", consulted="in person"):
    desk.do(item, "propose", "aini", fate=fate, reason="The plan.")
    desk.do(item, "consult", "devika", consulted=consulted, answer=answer)


def fire_next(desk, item):
    """Let the item's next timer go off; gives when it was due."""
    due, number = min((timer.due, number) for number, timer in desk.desk.items[item].instance.timers.items())
    perform(desk.desk, Fire(item, number), max(due, desk.desk.at))
    return due


def to_the_gate(desk, item):
    """Approve, hand over, prove, and compare: as far as the day of going live."""
    desk.do(item, "approve", "nirmala", verdict="approve", remark="Read.")
    desk.do(item, "transfer", "ivy", note="Done.")
    desk.do(item, "prove", "liew", knows="proved")
    desk.do(item, "begin_parallel", "ivy", note="Done.")
    fire_next(desk, item)
    desk.do(item, "compare", "liew", match="full")


def test_what_comes_in_goes_out_or_is_turned_away_with_its_reason(month):
    rejects = views.rejects(month.desk.store, month.ran.source)
    assert {(row.row, row.column) for row in rejects} == {(8, "affected_posts"), (16, "shore"), (24, "go_live")}
    assert len(month.rows) == month.ran.received + 3
    assert len(month.delivered()) + len(month.desk.items) == month.ran.received
    assert {one.outcome for one in month.delivered().values()} == {"live", "rolled_back", "called_off"}


def test_nothing_goes_live_with_a_post_that_has_no_fate_or_was_not_consulted_on(month):
    live = 0
    for item, events in stories(month).items():
        cut = next((n for n, one in enumerate(events) if isinstance(one, TaskQueued) and one.node == "carry_out"), None)
        if cut is None:
            continue
        live += 1
        posts = register(item, events[:cut])
        row = next(row for row in month.rows if row["reference"] == posts[0].transition)
        assert len(posts) >= int(row["post_count"])
        for one in posts:
            assert one.fate in SETTLED
            assert one.consulted in {"in person", "in writing", "by representative"}
            assert one.lack == "nothing"
            assert one.fate != "moves" or one.answer == "agrees"
            assert one.answer != "objects" or one.mediated in {"agreed", "stands"}
            assert one.fate != "redundant" or one.answer == "agrees" or one.mediated in {"agreed", "stands"}
    assert live > 8


def test_no_one_proposes_consults_mediates_and_approves_alike(month):
    apart = [("propose", "consult"), ("consult", "mediate"), ("consult", "approve"), ("approve", "approve_second")]
    for events in stories(month).values():
        people = {}
        for node, person in done_by(events):
            people.setdefault(node, set()).add(person)
        for one, other in [*apart, ("transfer", "prove"), ("begin_parallel", "compare"), ("switch", "watch")]:
            assert people.get(one, set()).isdisjoint(people.get(other, set()))


def test_what_is_taken_back_is_taken_back_in_reverse_and_nothing_else(month):
    back = 0
    for events in stories(month).values():
        nodes = [node for node, _ in done_by(events)]
        undone = [node for node in nodes if node in UNDOING.values()]
        steps = [node for node in nodes if node in UNDOING]
        assert isinstance(events[-1], ItemDelivered)
        wanted = [UNDOING[step] for step in reversed(steps)] if events[-1].outcome == "rolled_back" else []
        assert undone == wanted
        back += bool(undone)
    assert back > 3


def test_a_record_that_is_lost_after_the_approval_stops_it_on_the_day(desk):
    item = begin(desk)
    for _ in range(2):
        settle(desk, item)
    to_the_gate(desk, item)
    records = desk.desk.items[item].instance.variables["settled"]
    perform(desk.desk, SetFacts(item, {"settled": records[:1]}, 0, "somebody"), desk.desk.at)
    fire_next(desk, item)
    assert set(desk.tasks(item)) == {"end_parallel"}
    for node, person in (("end_parallel", "ivy"), ("return_knowledge", "jeevan")):
        desk.do(item, node, person, note="Back.")
    assert desk.story(item)[-1].outcome == "rolled_back"
    assert {one.came_to for one in register(item, desk.story(item))} == {"put back"}


def test_the_notice_is_kept_however_early_it_shall_go_live(desk):
    item = begin(desk, shore="onshore")
    announced = desk.desk.items[item].received_at
    for _ in range(2):
        settle(desk, item)
    to_the_gate(desk, item)
    assert fire_next(desk, item) == announced + 14 * DAY
    for node, person in (("carry_out", "badrul"), ("switch", "ivy")):
        desk.do(item, node, person, note="Done.")
    desk.do(item, "watch", "mazlan", stable="stable")
    last = desk.story(item)[-1]
    assert (last.outcome, last.unit, last.result["stays"], last.result["handed_over"]) == ("live", "transition", 2, 2)
    assert {one.came_to for one in register(item, desk.story(item))} == {"carried out"}


def test_who_does_not_consent_is_not_moved_and_a_new_fate_is_mediated_anew(desk):
    item = begin(desk, "Clerk 1: Rini Contoh", 1)
    settle(desk, item, "moves", "objects")
    desk.do(item, "mediate", "gowri", mediated="stands")
    assert set(desk.tasks(item)) == {"propose"}
    settle(desk, item, "redundant", "objects")
    assert set(desk.tasks(item)) == {"mediate"}
    desk.do(item, "mediate", "hafiz", mediated="agreed")
    assert set(desk.tasks(item)) == {"approve"}
    (post,) = register(item, desk.story(item))
    assert (post.fate, post.mediated, post.lack, post.came_to) == ("redundant", "agreed", "nothing", "open")


def test_a_post_that_was_not_reached_is_gone_over_again(desk):
    item = begin(desk)
    settle(desk, item)
    settle(desk, item, answer="says nothing", consulted="not reached")
    assert set(desk.tasks(item)) == {"press"}
    assert [one.lack for one in register(item, desk.story(item))] in (["nothing", "consultation"],
                                                                      ["consultation", "nothing"])  # fmt: skip
    desk.do(item, "press", "chong", go_on="again")
    assert len(desk.desk.items[item].instance.waits) == 1
    settle(desk, item)
    assert set(desk.tasks(item)) == {"approve"}


@pytest.mark.parametrize("posts", ["Clerk 1: Rini Contoh", "Clerk 1: Rini; Clerk 1: Rini", " ; "])
def test_posts_that_are_missing_or_named_twice_are_named_first(desk, posts):
    item = begin(desk, posts)
    assert set(desk.tasks(item)) == {"name_posts"}
    desk.do(item, "name_posts", "aini", affected_posts=TWO)
    assert desk.desk.items[item].instance.variables["posts"] == TWO.split("; ")


def test_the_client_calls_it_off_while_posts_are_being_settled(desk):
    item = begin(desk)
    desk.tell("transition-withdrawn", desk.desk.items[item].instance.variables["reference"], desk.desk.at + HOUR)
    assert desk.story(item)[-1].outcome == "called_off"
    assert {one.came_to for one in register(item, desk.story(item))} == {"as it was"}


def test_without_a_certificate_nobody_consults(desk):
    item = begin(desk)
    desk.do(item, "propose", "aini", fate="stays", reason="The plan.")
    with pytest.raises(Refused):
        perform(desk.desk, Assign(item, desk.tasks(item)["consult"], "puteri"), desk.desk.at)
    desk.desk.commit()
    assert item in items_following(desk.desk.store, PROCESS)


def test_the_invented_rows_are_those_of_the_seed():
    made = StringIO()
    write("transition", 30, 5, made)
    assert made.getvalue() == (PACK / "input" / "transitions.csv").read_text(encoding="utf-8")
