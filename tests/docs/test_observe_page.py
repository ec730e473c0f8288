"""The page about metrics names every one that a node shows, with its labels, no more and no less."""

import re

from pages import DOCS

from alihdaya.operations.node.visible.groups import Groups
from alihdaya.operations.node.visible.metrics import Watched, exposition

PAGE = (DOCS / "observe.md").read_text(encoding="utf-8")


def test_the_table_names_every_metric():
    shown = exposition(Watched({}, (), Groups(), 0), None).decode()
    names = re.findall(r"^# TYPE (\w+) \w+$", shown, flags=re.MULTILINE)
    told = re.findall(r"^\| `(alihdaya_\w+)` \|", PAGE, flags=re.MULTILINE)
    assert sorted(told) == sorted(names)
    assert len(names) > 10


def test_the_alerts_are_about_metrics_that_there_are():
    told = set(re.findall(r"^\| `(alihdaya_\w+)` \|", PAGE, flags=re.MULTILINE))
    assert set(re.findall(r"alihdaya_\w+", PAGE)) <= told
