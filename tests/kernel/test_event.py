from importlib import import_module
from typing import NamedTuple

import pytest

from alihdaya.kernel import event as envelope
from alihdaya.kernel.event import Entry, event, from_wire, tag_of, to_wire

TAGS = {
    "engagement.events": {"engagement.signed", "pack.deployed", "source.opened", "row.rejected"},
    "people.events": {"person.joined", "test.taken", "certificate.issued", "certificate.withdrawn"},
    "work.floor.events": {
        "presence.came",
        "presence.left",
        "presence.state",
        "work.asked",
        "work.queued",
        "work.reserved",
        "work.assigned",
        "work.declined",
        "work.timed_out",
        "work.recalled",
        "work.refused",
        "work.finished",
        "work.wrapped",
        "work.passed",
        "work.put_off",
        "work.returned",
        "work.dropped",
    },
    "work.events": {
        "item.received",
        "task.queued",
        "task.assigned",
        "assignment.refused",
        "task.done",
        "task.cancelled",
        "item.delivered",
        "item.stopped",
    },
}


@pytest.fixture
def own_tags(monkeypatch):
    """Events that a test registers are forgotten afterwards."""
    monkeypatch.setattr(envelope, "_BY_TAG", envelope._BY_TAG.copy())
    monkeypatch.setattr(envelope, "_TAG_OF", envelope._TAG_OF.copy())


@pytest.mark.parametrize("room", TAGS)
def test_the_tags_that_are_in_logs_stay_for_ever(room):
    module = import_module(f"alihdaya.{room}")
    kinds = [kind for kind in vars(module).values() if isinstance(kind, type) and kind.__module__ == module.__name__]
    assert {tag_of(kind) for kind in kinds} >= TAGS[room]


def test_no_tag_is_given_twice(own_tags):
    @event("test.once")
    class Once(NamedTuple):
        n: int

    with pytest.raises(ValueError, match=r"test\.once"):

        @event("test.once")
        class Twice(NamedTuple):
            n: int

    assert from_wire(["test.once", 1]) == Once(1)


def test_an_event_comes_back_from_the_wire_and_new_fields_take_their_defaults(own_tags):
    @event("test.grown")
    class Grown(NamedTuple):
        """A field was added after the first entries were written."""

        old: str
        new: int = 7

    assert to_wire(Grown("a", 3)) == ("test.grown", "a", 3)
    assert from_wire(to_wire(Grown("a", 3))) == Grown("a", 3)
    assert from_wire(["test.grown", "a"]) == Grown("a", 7)
    assert type(from_wire(["test.grown", "a"])) is Grown


def test_what_is_no_event_is_told_so():
    with pytest.raises(KeyError):
        from_wire(["test.nobody-knows", 1])
    with pytest.raises(KeyError):
        tag_of(Entry)
