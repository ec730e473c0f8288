"""Sentences about what goes out of an item: jobs for programs, and messages to others."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.console.words import Words, mark

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
