"""`alihdaya sla`: two questions whose options do not mix, and spans to the second."""

import click
import pytest

from alihdaya.cli.instance.clocks import sla
from alihdaya.cli.settings import Settings
from alihdaya.console.engagement.clocks import lasted, to_the_second
from alihdaya.kernel.time import HOUR, SECOND


@pytest.mark.parametrize(
    "words",
    [
        ["5", "--month", "2026-03"],
        ["5", "--missed"],
        ["--at", "2026-03-01T00:00"],
        ["--missed"],
        ["0"],
        ["5", "--at", "yesterday"],
    ],
)
def test_options_of_the_other_question_are_refused(words):
    with pytest.raises(click.UsageError):
        sla.main(words, standalone_mode=False, obj=Settings("en"))


def test_what_took_a_second_or_more_is_shown_without_its_fraction():
    spans = [30 * SECOND + 378_938, -SECOND - 1, SECOND, SECOND // 4, 0]
    assert [to_the_second(span) for span in spans] == ["0:00:30", "-0:00:01", "0:00:01", "0:00:00.25", "0:00:00"]


def test_spans_are_written_to_the_second_and_below():
    spans = [0, 59 * SECOND, 107 * HOUR + 90 * SECOND, -SECOND, SECOND // 4, None]
    assert [lasted(span) for span in spans] == ["0:00:00", "0:00:59", "107:01:30", "-0:00:01", "0:00:00.25", "–"]
