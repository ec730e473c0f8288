"""Event logs for process mining: a well-known miner reads back what happened."""

import json

import pytest
from small_desk import SmallDesk

from alihdaya.channels.mining.happenings import TYPES, Teller
from alihdaya.channels.mining.ocel import write_ocel
from alihdaya.channels.mining.xes import write_xes
from alihdaya.kernel.event import Entry
from alihdaya.kernel.time import moment
from alihdaya.store import open_store
from alihdaya.store.views.histories import heads, histories
from alihdaya.work.events import ItemReceived, ItemStopped

pm4py = pytest.importorskip("pm4py")
pm4py.util.constants.SHOW_INTERNAL_WARNINGS = False


@pytest.fixture
def busy(tmp_path):
    """Give a desk on which every kind of thing happened: one item by rule, others by people, one refused, one stuck."""
    with open_store(tmp_path / "log.db") as store:
        desk = SmallDesk(store, tmp_path)
        desk.receive("plain")
        judged = desk.receive("judge")
        with pytest.raises(Exception, match="no certificate"):
            desk.assign(judged, "citra")
        desk.assign(judged)
        desk.later(hours=1)
        desk.complete(judged, seconds=300, verdict="yes")
        desk.receive("stuck")
        desk.receive("wait", claim=77)
        desk.deliver("77")
        desk.commit()
        yield desk


def told(desk):
    return list(Teller().tell(histories(desk.store)))


def test_every_item_has_its_history_in_order_and_of_known_types(busy):
    happenings = told(busy)
    assert {one.item for one in happenings} == {1, 2, 3, 4}
    assert [one.item for one in happenings] == sorted(one.item for one in happenings)
    for one in happenings:
        assert one.facts.keys() <= TYPES[one.type].keys()
    assert len({one.id for one in happenings}) == len(happenings)
    judged = [(one.type, one.lifecycle, one.person) for one in happenings if one.item == 2 and one.task]
    assert judged == [
        ("task queued", "schedule", None),
        ("assignment refused", "complete", "citra"),
        ("task assigned", "start", "ana"),
        ("task done", "complete", "ana"),
    ]
    names = {one.activity for one in happenings if one.item == 2 and one.type in ("task queued", "task done")}
    assert len(names) == 1


def test_a_miner_reads_the_ocel_and_finds_every_event_and_relation(busy, tmp_path):
    file = tmp_path / "log.jsonocel"
    with file.open("wb") as stream:
        events, objects = write_ocel(stream, histories(busy.store), heads(busy.store))
    happenings = told(busy)
    assert events == len(happenings)
    log = pm4py.read_ocel2_json(str(file))
    assert len(log.events) == events
    assert len(log.objects) == objects
    assert set(log.objects["ocel:type"]) == {"item", "task", "person", "service", "engagement"}
    done = log.relations[log.relations["ocel:activity"] == "task done"]
    assert dict(zip(done["ocel:type"], done["ocel:oid"], strict=True)) == {
        "item": "item:2",
        "task": "task:2.1",
        "person": "person:ana",
    }
    times = dict(zip(log.events["ocel:eid"], log.events["ocel:timestamp"], strict=True))
    assert all(times[one.id] == moment(one.at) for one in happenings)


def test_a_miner_reads_the_xes_and_finds_every_trace_and_event(busy, tmp_path):
    file = tmp_path / "log.xes"
    with file.open("wb") as stream:
        traces = write_xes(stream, histories(busy.store), {1: "first"}, describe={"concept:name": "a <log> & more"})
    assert traces == 4
    frame = pm4py.read_xes(str(file))
    happenings = told(busy)
    assert len(frame) == len(happenings)
    assert set(frame["case:concept:name"]) == {"first", "2", "3", "4"}
    judged = frame[frame["case:concept:name"] == "2"]
    assert list(judged["concept:name"]) == [one.activity for one in happenings if one.item == 2]
    assert list(judged["org:resource"]) == [one.by for one in happenings if one.item == 2]
    assert [one.to_pydatetime() for one in judged["time:timestamp"]] == [
        moment(one.at) for one in happenings if one.item == 2
    ]


def test_what_xml_cannot_hold_does_not_break_the_file(tmp_path):
    received = ItemReceived("e", "s", "c", "x", 0, 0, "t", "d", {})
    entries = [Entry(1, 0, 1, "intake", (received, ItemStopped("odd", "a\x00b\x1b\ud800<&>")))]
    file = tmp_path / "odd.xes"
    with file.open("wb") as stream:
        write_xes(stream, entries, {1: "n\x08"}, describe={})
    frame = pm4py.read_xes(str(file))
    assert list(frame["message"])[1] == "a\ufffdb\ufffd\ufffd<&>"


def test_an_empty_log_is_a_log(tmp_path):
    with open_store(tmp_path / "none.db") as store, (tmp_path / "none.json").open("wb") as stream:
        assert write_ocel(stream, histories(store), heads(store)) == (0, 0)
    assert json.loads((tmp_path / "none.json").read_bytes())["events"] == []
