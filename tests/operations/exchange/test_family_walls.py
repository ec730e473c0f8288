"""A wall around an item holds for all that came from it, by whatever path: work, advice, reviews, time, answers."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest
from claims_pack import PROCESS
from two_services import CALL, PEOPLE, TwoServices

from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.questions import Inquire
from alihdaya.operations.books.replay import prove
from alihdaya.operations.exchange.handover.commands import HandOver
from alihdaya.operations.floor.commands import SpendTime
from alihdaya.operations.people.commands import Review, SetWall
from alihdaya.operations.people.quality import next_review
from alihdaya.operations.sign import settle
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.views.items import family
from alihdaya.work.events import TaskAssigned
from alihdaya.work.floor.commands import Accept, Take
from alihdaya.work.floor.events import Assigned, Reserved
from alihdaya.work.question import QuestionAnswered, QuestionRegistered
from alihdaya.work.review import ReviewDone

sys.path.insert(0, str(Path(__file__).parents[1] / "people"))

import test_every_path as every
from test_quality import CARD, GOOD

SUB = """<process id="sub" isExecutable="true"><startEvent id="s"/>
<userTask id="sub_judge" name="sub_judge" alihdaya:form="judge" alihdaya:skill="claims" alihdaya:language="en"
 alihdaya:level="B2" alihdaya:certificate="claims-desk"/><endEvent id="e"/>
<sequenceFlow sourceRef="s" targetRef="sub_judge"/><sequenceFlow sourceRef="sub_judge" targetRef="e"/></process>
</definitions>"""


def calling(process):
    """Let the lane "race" of the claims call a process of the pack in which somebody judges."""
    called = CALL.replace('alihdaya:service="appeals-desk"{more}', 'calledElement="sub"')
    return process.replace('<receiveTask id="race" messageRef="reply"/>', called).replace("</definitions>", SUB)


def handed(two, **more):
    item = two.receive("judge", 700)
    two.assign(item, "eko")
    return item, two.hand_over(item, "eko", **more)


def called(two):
    item = two.receive("race", 700)
    return item, item + 1


def handed_for_good_twice(two):
    """The one in the middle is closed as well."""
    item, middle = handed(two, final=True)
    two.assign(middle, "eko")
    return item, two.command(HandOver(middle, 1, "eko", "claims-desk", given={"kind": "judge"}, final=True))


def handed_by_one_that_was_called(two):
    item, middle = called(two)
    two.assign(middle, "eko")
    return item, two.hand_over(middle, "eko", given={"claim": 7})


KINDS = {
    "called": (called, calling),
    "handed over": (handed, None),
    "handed over for good, twice": (handed_for_good_twice, None),
    "handed over by one that was called": (handed_by_one_that_was_called, calling),
}
BEHIND = [(how, "item") for how in KINDS]
BEHIND += [(how, "engagement") for how in ("handed over", "handed over by one that was called")]
BEHIND += [("handed over by one that was called", "client")]


class Family(TwoServices):
    """Claims and appeals, each with a scorecard by which every finished task is looked at again."""

    def __init__(self, store, folder, how):
        self.make, process = KINDS[how]
        super().__init__(store, folder, process=process(PROCESS) if process else "", more=CARD, card=CARD)

    def came(self):
        """An item, and one that came from it."""
        found = self.make(self)
        self.commit()
        return found


def by_reviewing(two, item, who):
    two.assign(item, "yuri")
    two.complete(item, "yuri", verdict="yes")
    two.commit()
    two.command(Review(item, 1, who, GOOD))


def by_the_next_review(two, item, who):
    two.assign(item, "yuri")
    two.complete(item, "yuri", verdict="yes")
    two.commit()
    found = next_review(two.desk, who, two.at)
    if found is not None and found.row.item == item:
        two.command(Review(item, 1, who, GOOD))


def by_spending_time(two, item, who):
    two.command(SpendTime(item, who, "meeting", 60))


def by_answering(two, item, who):
    whose = two.desk.items[item].service
    asked = QuestionRegistered("q", whose.engagement, whose.name, "Fraud?", ("yes", "no"), ("0.2", "0.8"))
    two.command(Inquire((asked,)))
    two.command(Inquire((QuestionAnswered("q", who, ("0.5", "0.5"), item, 60, ()),)))


def by_accepting(two, item, who):
    every.present(two, who)
    two.commit()
    two.command(Accept(item, 1, who))


PATHS = (
    every.by_hand,
    every.by_coming_free,
    every.by_matching,
    every.by_resuming,
    every.by_another_process,
    every.by_tool,
    every.by_logging_in,
    every.by_taking,
    every.by_passing,
    every.by_asking_advice,
    by_accepting,
    by_reviewing,
    by_the_next_review,
    by_spending_time,
    by_answering,
)


def reached(two, item):
    """Who had, was offered, reviewed or told anything of an item."""
    two.commit()
    found = set()
    for entry in two.store.read_log():
        for one in entry.events:
            about = entry.item if isinstance(one, TaskAssigned) else getattr(one, "item", entry.item)
            if about == item and isinstance(one, TaskAssigned | Reserved | Assigned | QuestionAnswered):
                found.add(one.person)
            elif entry.item == item:
                found |= {getattr(one, "reviewer", "")} if isinstance(one, ReviewDone) else set()
                found |= {one.person} if type(one).__name__ == "TimeSpent" else set()
    return found - {"", "eko", "yuri"}


def walled_off(two, wall, item):
    """By hand; by the roster where the item is closed, as nobody raises a wall around one by hand."""
    if item in two.desk.items:
        what = {"item": f"item:{item}", "engagement": "engagement:acme", "client": "Acme"}[wall]
        two.command(SetWall("budi", what, True, "a cousin", "nina"))
        return
    text = f'\n[[wall]]\nname = "a cousin"\npeople = ["budi"]\nitem = {item}\n'
    settle(two.desk, two.service, two.desk.at, read_roster((PEOPLE + text).encode()).events)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("how", "wall"), BEHIND)
def test_what_came_from_an_item_is_behind_its_wall_on_every_path(tmp_path, how, wall, path):
    with open_store(tmp_path / "walled.db") as store:
        two = Family(store, tmp_path, how)
        item, there = two.came()
        walled_off(two, wall, item)
        with suppress(Refused):
            path(two, there, "budi")
        assert "budi" not in reached(two, there)


@pytest.mark.parametrize("path", PATHS)
def test_without_a_wall_each_path_reaches_them(tmp_path, path):
    with open_store(tmp_path / "open.db") as store:
        two = Family(store, tmp_path, "handed over")
        _, there = two.came()
        with suppress(Refused, AssertionError):
            path(two, there, "budi")
        assert "budi" in reached(two, there)


@pytest.mark.parametrize(("how", "wall"), BEHIND)
def test_a_wall_that_goes_up_takes_back_what_came_from_it_and_holds_after_a_restart(store, tmp_path, how, wall):
    two = Family(store, tmp_path, how)
    item, there = two.came()
    every.present(two, "budi")
    two.commit()
    two.command(Accept(there, 1, "budi"))
    assert two.desk.held[there, 1].person == "budi"
    walled_off(two, wall, item)
    two.commit()
    assert (there, 1) in two.desk.queue
    assert not two.desk.hall.floor.seats["budi"].held
    kin = two.desk.items[there].family
    assert [one.item for one in kin][-1] == item
    assert family(two.store, there) == kin
    waits = two.desk.queue.task(there, 1)
    two.open()
    assert two.desk.items[there].family == kin
    assert two.desk.queue.task(there, 1) == waits
    with suppress(Refused):
        two.command(Take(there, 1, "budi"))
    two.assign(there, "yuri")
    two.complete(there, "yuri", verdict="yes")
    two.commit()
    assert family(two.store, there) == kin, "of one that is closed as well"
    for who, sees in (("budi", False), ("eko", True)):
        found = next_review(two.desk, who, two.at)
        assert (found is not None and found.row.item == there) == sees
    assert prove(two.store).equal
