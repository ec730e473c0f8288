"""Whoever did a part does not check it: by hand, by the router, in parallel, and after a restart."""

import pytest
from claims_pack import PROCESS, write_pack
from small_desk import SmallDesk, working_set

from alihdaya import packs
from alihdaya.kernel.errors import Refused
from alihdaya.operations.run.route import Router
from alihdaya.packs import load
from alihdaya.work.events import AssignmentRefused

APART = PROCESS.replace('<userTask id="check_b"', '<userTask id="check_b" alihdaya:notBy="check_a"')
"""Two tasks at the same time; the second is not for whoever did the first."""


@pytest.fixture
def apart(store, tmp_path):
    return SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", claims=APART)))


def tokens(small, item):
    return {wait.node: token for token, wait in small.desk.items[item].instance.waits.items()}


def first_done(small, person="ana"):
    """Receive an item and let a person do the first of its two tasks; gives the item and the second's token."""
    item = small.receive("split")
    waiting = tokens(small, item)
    small.assign(item, person, waiting["check_a"])
    small.complete(item, person, waiting["check_a"])
    return item, waiting["check_b"]


def test_who_did_the_first_is_refused_the_second_and_somebody_else_is_not(apart):
    item, second = first_done(apart)
    with pytest.raises(Refused, match="somebody else has to check"):
        apart.assign(item, "ana", second)
    assert apart.desk.pending[-1].events == (AssignmentRefused(second, "ana", ("four-eyes",)),)
    apart.assign(item, "budi", second)
    apart.complete(item, "budi", second)
    assert not apart.desk.items


def test_it_holds_after_a_restart(apart):
    item, second = first_done(apart)
    apart.commit()
    before = working_set(apart.desk)
    apart.open()
    assert working_set(apart.desk) == before
    with pytest.raises(Refused, match="somebody else has to check"):
        apart.assign(item, "ana", second)


def test_who_had_taken_the_second_before_doing_the_first_cannot_finish_it(apart):
    item = apart.receive("split")
    waiting = tokens(apart, item)
    apart.assign(item, "ana", waiting["check_b"])
    apart.assign(item, "ana", waiting["check_a"])
    apart.complete(item, "ana", waiting["check_a"])
    apart.refused(apart.complete, item, "ana", waiting["check_b"], code="gate")


def test_the_router_gives_it_to_somebody_else(apart):
    item, second = first_done(apart)
    router = Router(apart.desk)
    assert router.came_free("ana", apart.at, 0) == ()
    router.came_free("budi", apart.at, 0)
    assert apart.desk.held[item, second].person == "budi"


def test_one_item_says_nothing_about_another(apart):
    first_done(apart)
    other = apart.receive("split")
    apart.assign(other, "ana", tokens(apart, other)["check_b"])


def test_the_check_of_a_pack_names_a_task_that_is_none(tmp_path):
    wrong = PROCESS.replace('<userTask id="check_b"', '<userTask id="check_b" alihdaya:notBy="chek_a"')
    found = packs.check(load(write_pack(tmp_path / "claims", claims=wrong)))
    assert [problem.code for problem in found if "chek_a" in problem.message] == ["no-task"]
