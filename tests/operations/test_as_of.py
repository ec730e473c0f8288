"""The report as of a time of the past: what had happened by then, and nothing of what came after."""

import pytest
from click.testing import CliRunner
from small_desk import NOON

from alihdaya.cli import cli
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.operations.books.as_of import as_of
from alihdaya.operations.books.morning import morning

AT = NOON + HOUR + MINUTE


def forenoon(small):
    """Three by rule, one with a person, one late row of the day before."""
    for kind in ("plain", "plain", "plain", "judge"):
        small.receive(kind, 10)
    small.later(hours=1)
    small.assign(4)
    small.commit()


def afternoon(small):
    """The rest of the same day."""
    small.later(hours=2)
    small.complete(4, seconds=600, verdict="yes")
    for _ in range(3):
        small.receive("plain", 10)
    small.receive("judge")
    small.later(hours=48)
    small.receive("stuck")
    small.commit()


def test_a_report_of_the_past_is_the_one_that_was_made_then(small, tmp_path):
    """The oracle is a store of which nothing has happened since."""
    forenoon(small)
    wanted = morning(small.store, small.terms, AT).sheets
    afternoon(small)
    assert morning(small.store, small.terms, AT).sheets != wanted
    with as_of(small.store, "acme", AT) as past:
        found = morning(past, small.terms, AT)
    assert found.sheets == wanted
    (day,) = [row for row in found.sheet("intake").rows if row[0] == found.today]
    assert day[1] == 4, "received by then"
    assert sum(found.sheet("backlog").column("open")) == 1, "what was open then"


def test_of_now_the_store_itself_is_read_and_before_the_signing_there_is_nothing(small_sqlite):
    forenoon(small_sqlite)
    with as_of(small_sqlite.store, "acme", AT) as past:
        assert past is small_sqlite.store
    with pytest.raises(Refused, match="was not signed yet"), as_of(small_sqlite.store, "acme", NOON - HOUR):
        pass


def test_the_command_says_what_had_happened_by_then(small_sqlite, tmp_path):
    forenoon(small_sqlite)
    afternoon(small_sqlite)

    def intake(at):
        words = [
            "--lang",
            "en",
            "--store",
            str(small_sqlite.store.place),
            "report",
            "--at",
            at,
            "-o",
            str(tmp_path / "r"),
        ]
        done = CliRunner().invoke(cli, [*words, "--format", "csv"])
        assert done.exit_code == 0, done.output
        return (tmp_path / "r" / "intake.csv").read_text().splitlines()[-1].split(",")

    assert intake("2013-01-08T13:30")[:2] == ["2013-01-08", "4"]
    assert intake("2013-01-08T23:00")[:2] == ["2013-01-08", "8"]
