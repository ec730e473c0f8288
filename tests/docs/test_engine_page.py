"""The page about the engine names every element and every place of an event definition, no more and no less."""

import re
from pathlib import Path

from alihdaya.notation.bpmn import Kind
from alihdaya.notation.bpmn.events import ALLOWED

PAGE = (Path(__file__).parents[2] / "docs" / "engine.md").read_text(encoding="utf-8")


def rows(name):
    part = re.search(rf"<!-- {name} -->(.*?)<!-- end of {name} -->", PAGE, re.DOTALL).group(1)
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in part.strip().splitlines()]


def test_every_element_that_runs_is_on_the_page():
    names = [row[0].strip("`") for row in rows("kinds")[2:]]
    assert sorted(names) == sorted(kind.value for kind in Kind)


def test_the_places_of_event_definitions_are_those_that_are_read():
    head, _, *table = rows("events")
    told = {(row[0], place) for row in table for place, cell in zip(head[1:], row[1:], strict=True) if cell == "yes"}
    assert told == {(name, kind.value) for kind, names in ALLOWED.items() for name in names}
