"""Sentences about what goes out of an item: jobs for programs, messages to others, hand-overs to other services."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.console.words import Words, mark
from alihdaya.work.handover import ELSEWHERE

_JOBS = {
    "send.queued": mark("Waits for a program: job %(name)s"),
    "send.done": mark("Job %(name)s was done"),
    "send.failed": mark("Job %(name)s failed: %(why)s"),
    "send.retried": mark("Job %(name)s is tried again"),
    "send.withdrawn": mark("Job %(name)s is not needed any more"),
    "job.leased": mark("%(worker)s has job %(name)s"),
    "job.released": mark("Job %(name)s was given back untried"),
    "job.answered": mark("Job %(name)s was answered"),
}
_MESSAGES = {
    "send.queued": mark("Message %(name)s is to go out"),
    "send.done": mark("Message %(name)s has arrived"),
    "send.failed": mark("Message %(name)s did not arrive: %(why)s"),
    "send.retried": mark("Message %(name)s is sent again"),
    "send.withdrawn": mark("Message %(name)s is not to go out any more"),
}
TAGS = (*_JOBS,)
"""The events that are about one send."""


def teller(tag: str, name_of: Callable[[Words, str], str]) -> Callable[[Words, Mapping[str, Any]], str]:
    """Give what tells an event of TAGS; `name_of` names a code. `token` of the facts is 0 for a message."""

    def tell(words: Words, facts: Mapping[str, Any]) -> str:
        about = _JOBS if facts.get("token", 1) else _MESSAGES
        name = name_of(words, str(facts.get("name") or "?"))
        return words.say(about.get(tag, _JOBS[tag]), name=name, why=facts.get("reason"), worker=facts.get("worker"))

    return tell


_GIVEN = {
    False: mark("Handed over to %(service)s: item %(item)s"),
    True: mark("Went over to %(service)s: item %(item)s"),
}
"""Whether it is for good -> its sentence."""
_BACK = {
    "answered": mark("Item %(item)s has answered: %(what)s"),
    "refused": mark("Item %(item)s was refused there: %(what)s"),
    "withdrawn": mark("Item %(item)s is needed no more: %(what)s"),
}
_PAUSED = {
    False: mark("The customer is awaited: the service level clocks stand"),
    True: mark("Another service is awaited: the service level clocks stand"),
}

Name = Callable[[Words, str], str]
Teller = Callable[[Words, Mapping[str, Any]], str]


def handovers(name_of: Name) -> dict[str, Teller]:
    """Give what tells of hand-overs between services, by its tag; `name_of` names a code."""

    def given(words: Words, facts: Mapping[str, Any]) -> str:
        service = name_of(words, str(facts.get("service", "?")))
        said = words.say(_GIVEN[bool(facts.get("final"))], service=service, item=facts.get("item", "?"))
        return _asked(words, said, facts)

    def back(words: Words, facts: Mapping[str, Any]) -> str:
        answer = facts.get("answer") or {}
        what = name_of(words, str(answer.get("outcome", ""))) or facts.get("note") or words.say("no reason given")
        told = _BACK.get(str(facts.get("status")), _BACK["withdrawn"])
        said = words.say(told, item=facts.get("item", "?"), what=what)
        return words.say("%(said)s (late)", said=said) if facts.get("late") else said

    def paused(words: Words, facts: Mapping[str, Any]) -> str:
        return words.say(_PAUSED[facts.get("node") == ELSEWHERE])

    return {"handover.given": given, "handover.taken": _taken, "handover.answered": back, "clock.paused": paused}


def _taken(words: Words, facts: Mapping[str, Any]) -> str:
    return _asked(words, words.say("Handed over by item %(item)s", item=facts.get("giver", "?")), facts)


def _asked(words: Words, said: str, facts: Mapping[str, Any]) -> str:
    """Add who asked, and why."""
    person, note = str(facts.get("person") or ""), str(facts.get("note") or "")
    if person and note:
        return words.say("%(said)s; %(person)s asks: %(note)s", said=said, person=person, note=note)
    return words.say("%(said)s; %(person)s asks", said=said, person=person) if person else said
