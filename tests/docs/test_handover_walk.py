"""The page about hand-overs between services, followed like the others."""

from shutil import copytree

from pages import DOCS
from test_walks import follow
from walking import Shell


def test_from_one_service_to_another_and_back(tmp_path):
    shell = Shell(tmp_path)
    copytree(DOCS / "examples" / "handover", tmp_path / "handover")
    assert follow(DOCS / "handover.md", shell, {}) == 17
