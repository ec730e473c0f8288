"""A program that did not pass a practical test sits none in another shard, and answers none that was set there."""

import sys
from pathlib import Path

import pytest
from test_api import until
from test_house_people import Town

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.operations.node.node import Offer
from alihdaya.operations.people.programs.commands import AnswerTest, Proofs, SetTest
from alihdaya.operations.sign import bind
from alihdaya.packs import load
from alihdaya.people.roster import read_roster

sys.path += [str(Path(__file__).parents[1] / "operations"), str(Path(__file__).parents[1] / "operations" / "people")]
from claims_pack import write_pack
from programs_pack import CLERKS, RIGHT, with_golden


@pytest.fixture
def town(postgresql, tmp_path):
    made = Town(postgresql.new_database(), tmp_path)
    pack = load(with_golden(write_pack(tmp_path / "robots", roster=CLERKS)))
    made.offer = Offer(
        bind(agreement.parse(pack.terms.encode()), pack, trusted=True), read_roster(CLERKS.encode()).events
    )
    return made


def test_who_failed_in_one_shard_sits_no_test_in_another(town):
    pack = town.offer.service.pack
    sit = SetTest("bot", pack, pack.golden[0])
    with town.node("a", 4) as (a, _):
        here, there = (town.do([a], shard, sit) for shard in (2, 3))
        mark = town.do([a], 2, AnswerTest("bot", here.test, [{} for _ in here.questions]))
        assert mark.until is None
        until(lambda: all(_has_sat(town.do([a], shard, Proofs("bot"))) for shard in (1, 2, 3, 4)))
        right = [RIGHT[task] for task, _ in there.questions]
        late = AnswerTest("bot", there.test, right)
        for shard, command, code in ((1, sit, "too-soon"), (3, sit, "too-soon"), (3, late, "test-over")):
            with pytest.raises(Refused) as refusal:
                town.do([a], shard, command)
            assert refusal.value.problems[0].code == code
        assert town.may([a], 3, "bot") == "gate"


def _has_sat(program):
    return any(test.kind == "practical" for test in program.tests)
