"""The page about retention, followed like the others."""

from pages import DOCS
from test_walks import follow
from test_walks import shell as shell  # noqa: PLC0414 (the fixture)


def test_months_leave_and_everything_answers_as_before(shell):
    assert follow(DOCS / "retention.md", shell, {}) == 11
