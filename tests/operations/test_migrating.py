"""Items under way go over to another version: the queue, holds, timers, messages and the log follow, on both stores."""

import pytest
from claims_pack import MANIFEST, PROCESS, write_pack
from small_desk import SmallDesk, reopened, working_set

from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR
from alihdaya.operations.migrate.order import Choice, Migrate, Order
from alihdaya.operations.migrate.versions import standing
from alihdaya.operations.sign import bind, deploy
from alihdaya.packs import load
from alihdaya.store.replay import compare, rebuilt
from alihdaya.work.events import AssignmentWithdrawn, InstanceMigrated, TaskChanged, TaskQueued


@pytest.fixture(autouse=True)
def no_hurry(monkeypatch):
    """A chunk ends by its number here: on a busy machine its quarter of a second may be over sooner."""
    monkeypatch.setattr("alihdaya.operations.migrate.carry.LONGEST", 3600)


def renamed(process, **names):
    """The process with other ids of nodes; forms, steps and the values of conditions keep theirs."""
    for old, new in names.items():
        for where in ("id", "name", "sourceRef", "targetRef", "attachedToRef"):
            process = process.replace(f' {where}="{old}"', f' {where}="{new}"')
    return process


NAMES = {"judge": "weigh", "hear": "listen"}
NEWER = renamed(PROCESS, **NAMES).replace("PT30H", "PT40H")


def version(tmp_path, name, process=NEWER, **more):
    return load(write_pack(tmp_path / name, claims=process, **more))


def deployed(small, pack):
    """Sign a newer version into the same store; give it."""
    deploy(small.desk, pack, max(small.at, small.desk.at))
    small.commit()
    return pack


def go(small, names=NAMES, *, look=False, most=500, after=0, **more):
    order = Order("claims", nodes=names, **more)
    return small.command(Migrate(order, after, most, not look))


def equal(small):
    """The log alone gives every table again, and a new process what the desk holds."""
    small.commit()
    with rebuilt(small.store) as fresh:
        assert list(compare(small.store, fresh)) == []
    assert reopened(small) == working_set(small.desk)


def floor(small):
    """One item at each kind of place; a task of each of two is held by ana."""
    at = {}
    for kind in ("judge", "split", "wait", "later", "race"):
        at[kind] = small.receive(kind)
    small.assign(at["judge"])
    small.assign(at["split"], token=2)
    small.complete(at["split"], token=2)
    small.assign(at["later"])
    small.commit()
    return at


def test_everything_that_waits_goes_over_with_what_it_has(small, tmp_path):
    at = floor(small)
    before = working_set(small.desk)
    newer = deployed(small, version(tmp_path, "newer"))
    small.later(2)
    seen = go(small, look=True)
    assert working_set(small.desk) == {**before, "seq": small.desk.seq, "at": small.desk.at}, "a look changed something"
    report = go(small)
    assert (report.items, report.moved, report.stayed, report.withdrawn) == (5, 5, (), 0)
    assert seen == report
    assert {(one.node, one.target, one.items, one.refused) for one in report.places} == {
        ("judge", "weigh", 1, 0),
        ("check_b", "check_b", 1, 0),
        ("both", "both", 1, 0),
        ("hear", "listen", 1, 0),
        ("look", "look", 1, 0),
        ("race", "race", 1, 0),
    }
    after = working_set(small.desk)
    assert {hold.person for hold in after["held"].values()} == {"ana"}
    assert after["held"][at["judge"], 1].task.node == "weigh"
    assert after["timers"] == before["timers"], "a timer that runs goes on, though its definition changed"
    assert after["subscribers"] == before["subscribers"]
    equal(small)
    small.complete(at["judge"], verdict="yes")
    small.assign(at["split"], token=3)
    small.complete(at["split"], token=3)
    small.deliver(str(3))
    assert set(small.desk.items) == {at["later"], at["race"]}
    delivered = {entry.item: entry.events[-1].outcome for entry in small.desk.pending if len(entry.events) > 2}
    assert delivered[at["judge"]] == "judged"
    assert delivered[at["split"]] == "double"
    equal(small)
    assert {one.item.definition for one in stories(small, at)} == {newer.digest}


def stories(small, at):
    from alihdaya.store.views import item_story

    return [item_story(small.store, number) for number in at.values()]


def test_a_condition_is_tried_on_so_many_items_as_were_asked_for(small_sqlite, tmp_path):
    small = small_sqlite
    at = floor(small)
    deployed(small, version(tmp_path, "newer"))
    found = go(small, look=True, most=2, choice=Choice(where="false"))
    assert (found.items, found.more) == (0, True)
    rest = go(small, look=True, most=len(at), after=found.last, choice=Choice(where="false"))
    assert (rest.items, rest.more) == (0, False)


def test_each_item_is_one_entry_and_a_second_run_finds_nothing_to_do(small_sqlite, tmp_path):
    small = small_sqlite
    at = floor(small)
    deployed(small, version(tmp_path, "newer"))
    first = go(small, most=2)
    assert (first.items, first.more) == (2, True)
    small.commit()
    small.open()  # as after a kill between two chunks
    second = go(small)
    assert (second.items, second.moved, second.more) == (3, 3, False)
    again = go(small)
    assert (again.items, again.moved) == (0, 0)
    small.commit()
    for number in at.values():
        heads = [entry for entry in small.store.read_log(item=number) if type(entry.events[0]) is InstanceMigrated]
        assert len(heads) == 1
        assert heads[0].by == "operator"
        assert heads[0].events[0].nodes == NAMES
        assert not any(type(event) is TaskQueued for event in heads[0].events)


def test_timers_may_be_set_anew(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("race")
    deployed(small, version(tmp_path, "newer"))
    small.later(5)
    go(small, reset=True)
    assert [one.due for one in small.desk.items[item].instance.timers.values()] == [small.at + 40 * HOUR]
    equal(small)


def test_a_timer_that_is_due_goes_off_where_it_ran(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("judge")
    deployed(small, version(tmp_path, "newer"))
    small.later(31)
    report = go(small)
    assert [(one.node, one.target) for one in report.places] == [("second", "second")]
    assert type(small.desk.pending[0].events[0]).__name__ == "TimerFired"
    assert small.desk.items[item].instance.waits[2].node == "second"
    equal(small)


CERTIFIED = NEWER.replace('alihdaya:form="judge" alihdaya:skill="claims"', 'alihdaya:form="judge" alihdaya:skill="law"')


@pytest.mark.parametrize("process", [CERTIFIED, NEWER.replace('certificate="claims-desk"', 'certificate="claims-2"')])
def test_who_holds_a_task_that_asks_for_more_now_loses_it_to_the_gate(small, tmp_path, process):
    manifest = MANIFEST.replace('["claims"]', '["claims", "law"]').replace(
        '["claims-desk"]', '["claims-desk", "claims-2"]'
    )
    item = small.receive("judge")
    small.assign(item)
    waiting = small.receive("judge")
    place = small.desk.held[item, 1].task
    deployed(small, version(tmp_path, "newer", process, pack=manifest))
    assert go(small, look=True).withdrawn == 1
    report = go(small)
    assert (report.moved, report.withdrawn) == (2, 1)
    assert small.desk.held == {}
    back = next(task for task in small.desk.queue if task.item == item)
    assert (back.queued_at, back.respond_due, back.resolve_due) == (
        place.queued_at,
        place.respond_due,
        place.resolve_due,
    )
    withdrawn = [event for entry in small.desk.pending for event in entry.events if type(event) is AssignmentWithdrawn]
    assert [(one.person, len(one.reasons)) for one in withdrawn] == [("ana", 1)]
    equal(small)
    for number in (item, waiting):
        with pytest.raises(Refused, match=r"law|claims-2"):
            small.assign(number)


def test_a_hold_whose_needs_stay_the_same_stays(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("judge")
    small.assign(item, "eko")
    deployed(small, version(tmp_path, "newer"))
    small.later(24 * 90)  # eko's certificate has expired meanwhile
    go(small, {**NAMES, "too_long": "too_long"}, look=True)
    before = small.desk.held[item, 1]
    small.at = before.at + HOUR
    go(small)
    assert small.desk.held[item, 1].person == "eko"


def test_four_eyes_that_are_new_look_back_into_the_log(small, tmp_path):
    item = small.receive("split")
    small.assign(item, token=2)
    small.complete(item, token=2)
    small.commit()
    small.open()
    apart = PROCESS.replace('<userTask id="check_b"', '<userTask id="check_b" alihdaya:notBy="check_1"')
    apart = renamed(apart, check_a="check_1")
    deployed(small, version(tmp_path, "apart", apart))
    go(small, {"check_a": "check_1"})
    equal(small)
    with pytest.raises(Refused, match="somebody else"):
        small.assign(item, "ana", token=3)
    small.assign(item, "budi", token=3)


def reasons(report):
    return {(one.code, one.node, one.items) for one in report.reasons}


def test_what_cannot_go_stays_and_says_why(small, tmp_path):
    at = floor(small)
    small.receive("wait")
    manifest = MANIFEST.replace('options = ["yes", "no"]', 'options = ["yes", "no", "perhaps"]')
    deployed(small, version(tmp_path, "newer", pack=manifest))
    before = working_set(small.desk)
    report = go(small, {"judge": "weigh"})
    assert (report.items, report.moved) == (6, 3)
    assert reasons(report) == {("form-changed", "judge", 1), ("no-target", "hear", 2)}
    assert set(report.stayed) == {at["judge"], at["wait"], 6}
    assert {one.sample for one in report.reasons} == {at["judge"], at["wait"]}
    for number in report.stayed:
        assert working_set(small.desk)["items"][number] == before["items"][number]
    equal(small)
    small.complete(at["judge"], verdict="yes")  # in its own version, to its own end
    assert at["judge"] not in small.desk.items


def test_a_variable_that_the_new_version_relies_on_must_be_there_or_be_given(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("judge")
    script = (
        '<scriptTask id="reg" scriptFormat="text/x-feel" alihdaya:result="region"><script>"EU"</script></scriptTask>'
    )
    script += (
        '<scriptTask id="use" scriptFormat="text/x-feel" alihdaya:result="answer"><script>region</script></scriptTask>'
    )
    process = PROCESS.replace('<exclusiveGateway id="lanes"/>', '<exclusiveGateway id="lanes"/>' + script)
    process = process.replace('sourceRef="start" targetRef="triage"', 'sourceRef="start" targetRef="reg"')
    process = process.replace('<sequenceFlow sourceRef="judge" targetRef="judged"/>', "")
    flows = '<sequenceFlow sourceRef="reg" targetRef="triage"/><sequenceFlow sourceRef="judge" targetRef="use"/>'
    process = process.replace("</process>", flows + '<sequenceFlow sourceRef="use" targetRef="judged"/></process>')
    deployed(small, version(tmp_path, "newer", process))
    assert reasons(go(small, {})) == {("missing-variable", "use", 1)}
    report = go(small, {}, values={"region": 'if amount > 10 then "EU" else "US"'})
    assert (report.moved, small.desk.items[item].instance.variables["region"]) == (1, "EU")
    small.assign(item)
    small.complete(item, verdict="yes")
    assert small.desk.pending[-1].events[-1].result["answer"] == "EU"
    equal(small)


def test_a_unit_without_a_price_in_the_terms_of_the_item_is_found_before_the_invoice(small_sqlite, tmp_path):
    small_sqlite.receive("wait")
    deployed(
        small_sqlite, version(tmp_path, "newer", pack=MANIFEST.replace('answered = "letter"', 'answered = "call"'))
    )
    assert reasons(go(small_sqlite)) == {("no-price", "", 1)}


def test_filters_choose(small_sqlite, tmp_path):
    small = small_sqlite
    first = small.receive("wait", amount=5)
    small.later(1)
    second = small.receive("wait", amount=500)
    third = small.receive("later")
    deployed(small, version(tmp_path, "newer"))

    def about(**choice):
        report = go(small, look=True, choice=Choice(**choice))
        return report.items

    assert about() == 3
    assert about(node="hear") == 2
    assert about(before=small.at) == 1
    assert about(where="amount > 100") == 1
    assert about(where="unheard of > 100") == 0
    assert about(items=(first, third, 99)) == 2
    assert about(service="claims-desk", node="hear", where="amount < 10") == 1
    assert about(service="another") == 0
    assert about(version="1") == 3
    go(small, choice=Choice(items=(second,)))
    assert about(version="1") == 2
    for code, choice in (("no-version", {"version": "7"}), ("feel-syntax", {"where": "1 +"})):
        with pytest.raises(Refused) as refusal:
            about(**choice)
        assert code in {problem.code for problem in refusal.value.problems} or code == "feel-syntax"


def test_an_order_that_cannot_be_one_changes_nothing(small_sqlite, tmp_path):
    small = small_sqlite
    small.receive("wait")
    deployed(small, version(tmp_path, "newer"))
    for names, code in (({"haer": "listen"}, "unknown-node"), ({"hear": "lisen"}, "unknown-target")):
        with pytest.raises(Refused) as refusal:
            go(small, names)
        assert [problem.code for problem in refusal.value.problems] == [code]
    with pytest.raises(Refused, match="no version of the pack"):
        small.command(Migrate(Order("another")))


def test_versions_are_numbered_in_the_order_of_deployment_and_counted(small, tmp_path):
    first = small.pack.digest
    small.receive("wait")
    small.receive("plain")
    small.commit()
    newer = deployed(small, version(tmp_path, "newer"))
    deployed(small, newer)
    small.service = bind(small.terms, newer, trusted=True)
    item = small.receive("judge")
    small.commit()
    found = standing(small.desk)
    assert [(one.version.number, one.version.digest, one.current) for one in found] == [
        (1, first, False),
        (2, newer.digest, True),
    ]
    assert [(one.items, one.underway) for one in found] == [(2, 1), (1, 1)]
    assert [[(place.node, place.items) for place in one.waiting] for one in found] == [[("hear", 1)], [("weigh", 1)]]
    assert small.desk.items[item].service.pack.digest == newer.digest
    equal(small)
    go(small)
    small.commit()
    assert [one.underway for one in standing(small.desk)] == [0, 2]


def test_a_task_keeps_its_place_and_its_name_follows(small_sqlite, tmp_path):
    small = small_sqlite
    items = [small.receive("judge") for _ in range(3)]
    order = [task.key for task in small.desk.queue]
    deployed(small, version(tmp_path, "newer", NEWER.replace('name="weigh"', 'name="Weigh it"')))
    go(small)
    assert [task.key for task in small.desk.queue] == order
    assert {task.node for task in small.desk.queue} == {"weigh"}
    small.commit()
    assert {(one.node, one.name) for one in small.store.open_tasks()} == {("weigh", "Weigh it")}
    changed = [event for entry in small.store.read_log(item=items[0]) for event in entry.events]
    assert sum(type(event) is TaskChanged for event in changed) == 1
    assert isinstance(small, SmallDesk)


def test_an_incident_goes_over_and_is_tried_again_in_the_mended_version(small_sqlite, tmp_path):
    small = small_sqlite
    item = small.receive("assess", amount=None)
    assert small.desk.items[item].instance.incidents
    mended = renamed(PROCESS, assess="reckon")
    deployed(small, version(tmp_path, "mended", mended))
    report = go(small, {"assess": "reckon"}, values={"amount": "7"})
    assert report.moved == 1
    equal(small)
    small.retry(item)
    assert item not in small.desk.items


def test_a_suspended_item_goes_over_and_stays_suspended(small, tmp_path):
    from alihdaya.operations.instance.commands import Resume, Suspend

    item = small.receive("judge")
    small.command(Suspend(item, "the client asked"))
    deployed(small, version(tmp_path, "newer"))
    small.later(50)
    assert go(small).moved == 1
    assert not len(small.desk.queue)
    equal(small)
    small.at = small.desk.at
    small.command(Resume(item))
    assert small.desk.items[item].service.pack.digest != small.pack.digest
    assert [task.node for task in small.desk.queue] == ["second"], "the timer that was due went off in the new version"
    equal(small)


def test_a_condition_that_costs_too_much_for_an_item_leaves_it_where_it_is_and_says_so(small_sqlite, tmp_path):
    small = small_sqlite
    floor(small)
    deployed(small, version(tmp_path, "newer"))
    found = go(small, choice=Choice(where="count(for i in 1..400, j in 1..400 return i * j) > 0"))
    assert found.moved == 0
    assert {reason.code for reason in found.reasons} == {"costly-condition"}


def test_a_chunk_ends_early_where_its_condition_takes_long(small_sqlite, tmp_path, monkeypatch):
    monkeypatch.setattr("alihdaya.operations.migrate.carry.LONGEST", 0)
    small = small_sqlite
    at = floor(small)
    deployed(small, version(tmp_path, "newer"))
    looked, last, more = 0, 0, True
    while more:
        found = go(small, look=True, after=last, choice=Choice(where="true"))
        looked, last, more = looked + found.items, found.last, found.more
        assert found.items <= 1
    assert looked == len(at)
