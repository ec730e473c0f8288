"""Items that talk, as a process of its own: `python talking_desk.py URL FOLDER`; prints the log's number per commit.

Whatever was done before is not done again: it may be killed and started as often as one likes.
"""

import sys
from pathlib import Path

TESTS = Path(__file__).parents[1] / "operations"

ITEMS = 24
HOURS = 30
SHARED = '<signal id="g" name="alarm"/><message id="m" name="news" alihdaya:key="claim"/>'


def parts():
    """The pack's processes: items that wait for an alarm and then tell, others that hear, one that starts hourly."""
    from talking_pack import process, timer

    caught = '<intermediateCatchEvent id="{}"><{}EventDefinition {}Ref="{}"/></intermediateCatchEvent>'
    told = '<intermediateThrowEvent id="t"><messageEventDefinition messageRef="m"/></intermediateThrowEvent>'
    turn = '<exclusiveGateway id="x" default="d"/><sequenceFlow id="d" sourceRef="x" targetRef="c"/>'
    turn += '<sequenceFlow sourceRef="x" targetRef="h"><conditionExpression>role = "hear"</conditionExpression>'
    nodes = '<startEvent id="s"/><endEvent id="e"/>' + turn + "</sequenceFlow>" + told
    nodes += caught.format("c", "signal", "signal", "g") + caught.format("h", "message", "message", "m")
    hourly = f'<startEvent id="w">{timer("Cycle", "R/PT1H")}</startEvent><endEvent id="y"/>;w y'
    return SHARED, process("main", nodes + ";s x\nc t\nt e\nh e"), process("hourly", hourly)


def work(talk):
    """Do what is left of it, with a commit after each step."""
    from talking import NOON

    from alihdaya.kernel.time import HOUR
    from alihdaya.operations.commands import Fire
    from alihdaya.operations.exchange.commands import Broadcast
    from alihdaya.work.exchange import SignalSent

    desk = talk.desk
    names = [f"{role}-{n}" for n in range(ITEMS) for role in ("tell", "hear")]
    known = talk.store.known("api", names)
    for name in names:
        if name not in known:
            role, _, claim = name.partition("-")
            talk.receive(name, claim=int(claim), role=role)
            desk.commit()
    sent = any(type(one) is SignalSent for entry in talk.store.read_log() for one in entry.events)
    if not sent:
        talk.do(Broadcast("alarm", {}))
        desk.commit()
    while (due := desk.next_timer()) is not None and due[0] <= NOON + HOURS * HOUR:
        talk.at = max(talk.at, due[0])
        talk.do(Fire(*due[1:]))
        desk.commit()


def main(url: str, folder: str) -> None:
    sys.path[:0] = [str(TESTS), str(TESTS / "exchange")]
    from talking import NOON, Talk

    from alihdaya.operations.exchange import spreading
    from alihdaya.store import open_store

    spreading.CHUNK = 3
    with open_store(url) as store:
        commit = store.commit

        def told(entries, **more):
            commit(entries, **more)
            tell(entries[-1].seq)

        store.commit = told
        work(Talk(store, Path(folder), *parts()[:2], at=NOON, hourly=parts()[2]))
    tell("done")


def tell(what: object) -> None:
    sys.stdout.write(f"{what}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
