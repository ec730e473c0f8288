"""The pages about instances, versions and commands, followed like the others."""

from pages import DOCS
from test_walks import follow
from test_walks import shell as shell  # noqa: PLC0414 (the fixture)


def test_instances_in_your_hands(shell):
    assert follow(DOCS / "instances.md", shell, {}) == 13


def test_versions_and_a_migration(shell):
    assert follow(DOCS / "versions.md", shell, {}) == 9


def test_what_commands_answer(shell):
    assert follow(DOCS / "commands.md", shell, {}) == 8
