"""The page about instances, followed like the others."""

from pages import DOCS
from test_walks import follow
from test_walks import shell as shell  # noqa: PLC0414 (the fixture)


def test_instances_in_your_hands(shell):
    assert follow(DOCS / "instances.md", shell, {}) == 12
