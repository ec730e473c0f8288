"""Call activities: what is called runs as an item of its own, in the story of the one that called it."""

from talking_pack import process, timer

from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Complete, Deliver
from alihdaya.operations.desk import Hold
from alihdaya.operations.instance.commands import CancelItem, Resume, Suspend
from alihdaya.store import views
from alihdaya.work.events import ItemDelivered, ItemStopped
from alihdaya.work.exchange import ItemReturned

CALL = (
    """<startEvent id="s"/><callActivity id="c" calledElement="{}">{}</callActivity><endEvent id="e"/>{};s c\nc e\n"""
)
DATA = """<ioSpecification><dataInput id="i" name="x"/><dataOutput id="o" name="y"/>
<inputSet><dataInputRefs>i</dataInputRefs></inputSet><outputSet><dataOutputRefs>o</dataOutputRefs></outputSet>
</ioSpecification><dataInputAssociation><sourceRef>p</sourceRef><targetRef>i</targetRef></dataInputAssociation>
<dataOutputAssociation><sourceRef>o</sourceRef><targetRef>p</targetRef></dataOutputAssociation>"""
NEWS = '<message id="m" name="news" alihdaya:key="string(1)"/><error id="bad" errorCode="bad"/>'
NEWS += '<escalation id="up" escalationCode="up"/>'
WAITS = '<startEvent id="s"/><receiveTask id="r" messageRef="m"/><endEvent id="x"/>;s r\nr x'


def callee(body):
    return NEWS + process("sub", body)


def main(called="sub", *, data="", more="", flows=""):
    facts = '<property id="p" name="claim"/>' if data else ""
    return process("main", facts + CALL.format(called, data, more) + flows)


def boundary(ident, definition, *, cancels="true"):
    return f'<boundaryEvent id="{ident}" attachedToRef="c" cancelActivity="{cancels}">{definition}</boundaryEvent>'


def test_what_is_called_gets_its_inputs_and_gives_its_outputs_back(talk):
    script = (
        '<startEvent id="s"/><scriptTask id="k" scriptFormat="text/x-feel" alihdaya:result="y"><script>x + 1</script>'
    )
    desk = talk(main(data=DATA), callee=callee(script + '</scriptTask><endEvent id="x"/>;s k\nk x'))
    desk.receive("1", claim=41)
    desk.desk.commit()
    (delivered,) = [one for entry in desk.store.read_log() for one in entry.events if type(one) is ItemDelivered]
    assert delivered.outcome == "e"
    assert views.totals(desk.store)["received"] == views.totals(desk.store)["delivered"] == 1
    assert [row.status for row in views.items(desk.store)] == ["delivered", "returned"]
    assert prove(desk.store).equal


def test_it_may_wait_and_is_found_again_after_a_restart(talk):
    desk = talk(NEWS, main(), callee=callee(WAITS))
    desk.receive("1")
    assert desk.items() == {"1": "waiting", "1/c": "waiting"}
    assert desk.reopen().do(Deliver("news", "1", {})) == 2
    assert desk.items() == {"1": "delivered", "1/c": "returned"}
    assert not desk.desk.items
    assert prove(desk.store).equal


def test_a_persons_work_in_it_counts_for_the_one_that_called(talk):
    asks = '<startEvent id="s"/><userTask id="u" alihdaya:form="look"/><endEvent id="x"/>;s u\nu x'
    desk = talk(main(), callee=callee(asks))
    desk.receive("1")
    (task,) = list(desk.desk.queue)
    assert (task.item, task.node) == (2, "u")
    desk.desk.held[task.key] = Hold(desk.desk.queue.remove(*task.key), "ana", desk.at)
    desk.do(Complete(2, task.token, "ana", 60, {}))
    assert desk.items() == {"1": "delivered", "1/c": "returned"}
    assert views.totals(desk.store).get("straight_through", 0) == 0
    assert prove(desk.store).equal


def test_an_interrupted_caller_cancels_what_it_called(talk):
    late = boundary("b", timer("Duration", "PT1H")) + '<endEvent id="z"/>'
    desk = talk(NEWS, main(more=late, flows="b z"), callee=callee(WAITS))
    desk.receive("1")
    desk.until(desk.at + HOUR)
    assert desk.items() == {"1": "delivered", "1/c": "returned"}
    assert not desk.desk.subscribers
    assert not desk.desk.board.calls
    returned = [one for entry in desk.store.read_log() for one in entry.events if type(one) is ItemReturned]
    assert [one.outcome for one in returned] == [""]
    assert prove(desk.store).equal


def test_an_error_goes_up_to_the_caller_that_catches_it(talk):
    caught = boundary("b", '<errorEventDefinition errorRef="bad"/>') + '<endEvent id="z"/>'
    fails = '<startEvent id="s"/><endEvent id="x"><errorEventDefinition errorRef="bad"/></endEvent>;s x'
    desk = talk(NEWS, main(more=caught, flows="b z"), callee=callee(fails))
    desk.receive("1")
    desk.desk.commit()
    assert views.items(desk.store)[0].outcome == "z"
    assert prove(desk.store).equal


def test_an_error_that_nothing_catches_stops_the_caller(talk):
    fails = '<startEvent id="s"/><endEvent id="x"><errorEventDefinition errorRef="bad"/></endEvent>;s x'
    desk = talk(NEWS, main(), callee=callee(fails))
    desk.receive("1")
    assert desk.items() == {"1": "stopped", "1/c": "returned"}


def test_an_escalation_goes_up_and_the_called_one_goes_on(talk):
    caught = boundary("b", '<escalationEventDefinition escalationRef="up"/>', cancels="false") + '<endEvent id="z"/>'
    throws = '<startEvent id="s"/><intermediateThrowEvent id="t"><escalationEventDefinition escalationRef="up"/>'
    throws += '</intermediateThrowEvent><receiveTask id="r" messageRef="m"/><endEvent id="x"/>;s t\nt r\nr x'
    desk = talk(NEWS, main(more=caught, flows="b z"), callee=callee(throws))
    desk.receive("1")
    assert desk.items() == {"1": "waiting", "1/c": "waiting"}
    assert len(desk.desk.items[1].instance.tokens) == 1
    desk.do(Deliver("news", "1", {}))
    assert desk.items() == {"1": "delivered", "1/c": "returned"}
    assert prove(desk.store).equal


def test_calls_in_a_circle_stop_at_the_deepest_and_others_go_on(talk):
    turn = '<exclusiveGateway id="g" default="f"/><sequenceFlow id="f" sourceRef="g" targetRef="c"/>'
    turn += (
        '<sequenceFlow sourceRef="g" targetRef="e"><conditionExpression>claim = 0</conditionExpression></sequenceFlow>'
    )
    nodes = CALL.format("main", "", turn).partition(";")[0]
    desk = talk(process("main", nodes + ";s g\nc e"))
    desk.receive("1")
    assert list(desk.items().values()) == ["stopped"] + ["returned"] * 50
    stops = [one.code for entry in desk.store.read_log(item=1) for one in entry.events if type(one) is ItemStopped]
    assert stops == ["endless-calls"]
    desk.receive("2")
    assert desk.desk.last_item == 102
    assert prove(desk.store).equal


def test_a_process_that_is_not_there_stops_the_caller(talk):
    desk = talk(main("nowhere"))
    desk.receive("1")
    assert desk.items() == {"1": "stopped"}


def test_a_caller_that_is_given_up_takes_with_it_what_it_called_even_where_that_is_put_aside(talk):
    desk = talk(NEWS, main(), callee=callee(WAITS))
    desk.receive("1")
    desk.do(Suspend(2, "wait", "ana"))
    desk.do(CancelItem(1, "no more", "ana"))
    assert desk.items() == {"1": "cancelled", "1/c": "returned"}
    assert not desk.desk.items
    assert not desk.desk.subscribers
    assert not desk.reopen().desk.items
    assert prove(desk.store).equal


def test_one_that_is_called_and_given_up_is_an_error_to_its_caller(talk):
    caught = boundary("b", "<errorEventDefinition/>") + '<endEvent id="z"/>'
    desk = talk(NEWS, main(more=caught, flows="b z"), callee=callee(WAITS))
    desk.receive("1")
    desk.do(CancelItem(2, "no more", "ana"))
    desk.desk.commit()
    assert [(row.status, row.outcome) for row in views.items(desk.store)] == [("delivered", "z"), ("cancelled", None)]
    assert prove(desk.store).equal


def test_an_answer_to_a_caller_that_is_put_aside_is_kept_with_it(talk):
    asks = '<userTask id="u" alihdaya:form="look"/>'
    after = CALL.format("sub", "", asks).replace("c e", "c u\nu e")
    desk = talk(NEWS, process("main", after), callee=callee(WAITS))
    desk.receive("1")
    desk.do(Suspend(1, "wait", "ana"))
    desk.do(Deliver("news", "1", {}))
    assert desk.items() == {"1": "suspended", "1/c": "returned"}
    assert not list(desk.desk.queue)
    assert not list(desk.reopen().desk.queue)
    desk.do(Resume(1, "ana"))
    assert [task.node for task in desk.desk.queue] == ["u"]
    assert desk.items() == {"1": "waiting", "1/c": "returned"}
    assert prove(desk.store).equal


def test_a_task_put_aside_is_gone_where_an_error_of_the_one_called_ends_it(talk):
    fork = '<parallelGateway id="p"/><userTask id="u" alihdaya:form="look"/>'
    caught = boundary("b", '<errorEventDefinition errorRef="bad"/>')
    caught += '<endEvent id="z"><terminateEventDefinition/></endEvent>'
    fails = '<startEvent id="s"/><receiveTask id="r" messageRef="m"/><endEvent id="x">'
    fails += '<errorEventDefinition errorRef="bad"/></endEvent>;s r\nr x'
    whole = CALL.format("sub", "", fork + caught).replace("s c", "s p\np c\np u\nu e\nb z")
    desk = talk(NEWS, process("main", whole), callee=callee(fails))
    desk.receive("1")
    desk.do(Suspend(1, "wait", "ana"))
    desk.do(Deliver("news", "1", {}))
    assert desk.items()["1"] == "delivered"
    assert not list(desk.desk.queue)
    assert prove(desk.store).equal
