"""Agreement of raters: kappa against a table worked out by hand, and which ratings belong together."""

import json

import pytest
from click.testing import CliRunner
from small_desk import SmallDesk

from alihdaya.cli import cli
from alihdaya.operations.people.agreement import TOTAL, agreement, rated


def test_kappa_is_that_of_the_table_worked_out_by_hand():
    pairs = [(0, 0)] * 10 + [(0, 1)] * 2 + [(1, 0)] + [(1, 1)] * 12 + [(1, 2)] * 3 + [(2, 1)] * 2 + [(2, 2)] * 9
    found = agreement("content", pairs)
    observed = sum((one - other) ** 2 for one, other in pairs)
    by_chance = sum((one - other) ** 2 for one, _ in pairs for _, other in pairs) / len(pairs)
    assert found.kappa == pytest.approx(1 - observed / by_chance)
    assert found.low < found.kappa < found.high <= 1
    assert (found.pairs, found.equal) == (39, 79)


@pytest.mark.parametrize("pairs", [[], [(3, 3)] * 9])
def test_where_nothing_varies_there_is_no_kappa(pairs):
    assert agreement("content", pairs).kappa is None


def test_raters_who_never_differ_agree_fully():
    found = agreement("content", [(1, 1), (2, 2), (4, 4), (5, 5)])
    assert (found.kappa, found.equal) == (1.0, 100)


def test_the_two_tasks_of_each_item_are_paired_by_criterion(small_sqlite: SmallDesk):
    small = small_sqlite
    for first, second in ((1, 2), (3, 3)):
        item = small.receive("split")
        tokens = {wait.node: token for token, wait in small.desk.items[item].instance.waits.items()}
        small.assign(item, "ana", tokens["check_a"])
        small.assign(item, "budi", tokens["check_b"])
        small.complete(item, "budi", tokens["check_b"], note=str(second))
        small.complete(item, "ana", tokens["check_a"], note=str(first))
    small.receive("split")
    small.commit()
    assert list(rated(small.store, "check_a", "check_b").values()) == [[(1, 2), (3, 3)]]
    assert TOTAL not in rated(small.store, "check_a", "check_b")
    assert rated(small.store, "judge", "check_b") == {}


def test_the_command_tells_it_as_json_and_refuses_where_nobody_rated(tmp_path, small_sqlite: SmallDesk):
    def run(*words):
        return CliRunner().invoke(cli, ["--store", str(tmp_path / "small.db"), "agreement", *words])

    done = run("check_a", "check_b")
    assert done.exit_code == 1
    assert "No item had both check_a and check_b done." in done.output
    test_the_two_tasks_of_each_item_are_paired_by_criterion(small_sqlite)
    done = run("check_a", "check_b", "--json")
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert (told["criterion"], told["pairs"], told["equal"]) == ("note", 2, 50)
    assert "note" in run("check_a", "check_b").output
