"""Cohorts: who is alike to all that is asked for stands in one line, and new work parts the lines in their order."""

import pytest
from floor_sample import ALL, BILLING, Played, check_routed, person, piece

from alihdaya.people.gate import Needs
from alihdaya.work.floor import commands as do
from alihdaya.work.floor import events as facts

LEVELS = ("B1", "B2", "C1", "C2")


def crew(*, by_skill=False):
    """Twelve who differ in level and proficiency, each idle a second longer than the next."""
    people = [person(f"p{n:02}", level=LEVELS[n % 4], proficiency=1 + n % 3) for n in range(12)]
    played = Played(*people, by_skill=by_skill)
    for one in people:
        played.do(do.LogIn(one.id, ALL))
        played.wait(1)
    return played


def order(played, first, **asks):
    """Who gets one piece after another of the same kind."""
    pieces = [piece(first + n, at=played.now, **asks) for n in range(12)]
    events = [event for one in pieces for event in played.do(do.Enqueue(one))]
    return [event.person for event in events if isinstance(event, facts.Assigned)]


def test_people_who_differ_only_in_what_nobody_asks_for_are_one_cohort():
    played = crew()
    assert len(played.floor.cohorts.groups) == 12
    before = len(played.floor.cohorts.all)
    played.do(do.Enqueue(piece(1, needs=Needs("billing", "en", "B2"), at=played.now)))
    stands = {played.floor.seats[one].group.stands["billing"].number for one in played.floor.seats}
    assert len(stands) == 2
    assert len(played.floor.cohorts.all) == before + 1


@pytest.mark.parametrize("needs", [Needs("", "en"), Needs("billing", "en"), BILLING])
def test_new_work_finds_those_who_were_there_before_it_by_how_long_they_are_idle(needs):
    played = crew()
    played.do(do.Enqueue(piece(100, needs=Needs("billing", "en", "C1"), channel="voice", at=played.now)))
    taken = played.floor.holds[100, 1].person
    got = order(played, 1, needs=needs, channel="office")
    able = [
        one.id
        for one in played.people.values()
        if one.id != taken
        and (needs is not BILLING or (one.languages["en"] != "B1" and one.proficiency["billing"] > 1))
    ]
    assert got == able
    check_routed(played.floor)


def test_by_skill_new_work_finds_the_best_of_those_who_were_there():
    played = crew(by_skill=True)
    got = order(played, 1, needs=BILLING, channel="office")
    fits = [LEVELS.index(played.people[who].languages["en"]) + played.people[who].proficiency["billing"] for who in got]
    assert len(got) == 6
    assert fits == sorted(fits, reverse=True)


def test_a_version_that_is_known_late_counts_over_the_roster_that_was_given():
    played = crew()
    played.do(do.Know(person("p00", level="A1")))
    assert played.people["p00"].languages == {"en": "B1"}
    got = order(played, 1, needs=Needs("billing", "en", "B1"), channel="office")
    assert "p00" not in got
    assert len(got) == 11


@pytest.mark.parametrize("first", ["a", "b"])
def test_a_wall_about_one_engagement_of_a_client_is_none_about_another(first):
    played = Played(person("free"), person("kept", walls=("engagement:a",)))
    other = "b" if first == "a" else "a"
    for number, name in enumerate((first, other), 1):
        needs = BILLING._replace(client="Acme", engagement=name)
        played.do(do.Enqueue(piece(number, needs=needs, at=played.now)))
    for one in ("free", "kept"):  # whoever differs by the wall alone must not count as alike
        played.do(do.LogIn(one, ALL))
    kinds = {kind.ask.needs.engagement: kind for kind in played.floor.kinds.values()}
    stands = {one: kinds["a"].admits(played.floor.seats[one].group) for one in ("free", "kept")}
    assert stands == {"free": True, "kept": False}
    assert kinds["b"].admits(played.floor.seats["kept"].group)
