"""What codes and events are called: the sentence for an event, the name of a state, the reason of a refusal."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any

from alihdaya.console import sends
from alihdaya.console.picture import Happening
from alihdaya.console.terms import MINOR, TERMS, TITLES, WHY_DELETED
from alihdaya.console.words import Words
from alihdaya.engagement import shore
from alihdaya.locale import catalogue
from alihdaya.people import gate
from alihdaya.work.handover import ELSEWHERE

_SHORES = frozenset(
    {
        "same-country",
        "land-border",
        "same-subregion",
        "near-capitals",
        "no-land-border",
        "distant-border",
        "different-subregions",
        "far-capitals",
        "unknown-distance",
    }
)
"""Codes of engagement.shore; all others are of people.gate."""

_LANGUAGES = frozenset({"no-language", "low-level", "no-test", "failed-test"})
"""Codes of people.gate whose facts are languages and kinds of tests."""

Teller = Callable[[Words, Mapping[str, Any]], str]


def term(words: Words, code: str) -> str:
    """Name a code: as the pack does, or the trade; an unknown one is shown as it is, without underscores."""
    known = words.vocabulary.of(code, words.language)
    if known is not None:
        return known
    known = TERMS.get(code.lower())
    return words.say(known) if known else code.replace("_", " ")


def clock_name(words: Words, name: str) -> str:
    """Name a clock, with its level where it has one: "respond P1"."""
    clock, _, level = name.partition(" ")
    return f"{term(words, clock)} {level}".rstrip()


def told(words: Words, value: Any) -> str:
    """Write a value of a model: codes and names of contexts by their names; what a context has empty is left out."""
    if isinstance(value, Mapping):
        filled = ((name, held) for name, held in value.items() if held not in ("", None))
        return ", ".join(f"{term(words, name)}: {told(words, held)}" for name, held in filled)
    return term(words, value) if isinstance(value, str) else words.value(value)


def line_name(words: Words, line: Mapping[str, Any]) -> str:
    """Name a line of an invoice (its plain form) by what it bills."""
    name = line["names"].get(words.language) or line["names"].get("en") or line["unit"]
    return words.say("%(name)s (short of the minimum)", name=name) if line.get("part") == "shortfall" else str(name)


def line_quantity(words: Words, line: Mapping[str, Any]) -> str:
    """Write a line's quantity with its unit, where that is not pieces."""
    quantity = line["quantity"]
    number = words.number(quantity) if isinstance(quantity, int) else words.decimal(Decimal(quantity))
    if line.get("part") == "shortfall" and quantity == 1:
        return number
    if line.get("kind") == "minute":
        return words.say("%(number)s min", number=number)
    if line.get("kind") == "hour":
        return words.say("%(number)s h", number=number)
    return words.say("%(number)s FTE", number=number) if line.get("kind") == "fte" else number


def line_price(words: Words, line: Mapping[str, Any]) -> str:
    """Say how a line's price came about, where it is not as it was agreed upon; else nothing."""
    if "agreed" not in line:
        return ""
    factors = [words.decimal(Decimal(line[name])) for name in ("indexed", "exchanged") if name in line]
    factors += [line["days"]] if "days" in line else []
    return " \N{MULTIPLICATION SIGN} ".join([words.decimal(Decimal(line["agreed"])), *factors])


def line_terms(words: Words, line: Mapping[str, Any]) -> str:
    """Say by which terms a line is priced, in a month that has several; else nothing."""
    return words.say("terms of %(day)s", day=line["since"]) if "since" in line else ""


def credit_name(words: Words, credit: Mapping[str, Any]) -> str:
    """Name a service credit, or one that was earned back."""
    clock = clock_name(words, credit["clock"])
    if credit.get("kind") == "earn-back":
        return words.say("Earned back of %(month)s: %(clock)s", month=words.month(credit["month"]), clock=clock)
    return words.say("Service credit: %(clock)s", clock=clock)


def reason(words: Words, code: str) -> str:
    """Say why the gate refused, or how a shore was derived; `code` comes with its facts, parted by colons."""
    speak = catalogue(words.language).gettext
    kind, *facts = code.split(":")
    if kind in _LANGUAGES:
        return gate.render_reason(":".join((kind, *_tested(words, facts))), speak)
    if kind not in _SHORES:
        return gate.render_reason(code, speak)
    return shore.render_reason(":".join((kind, *(_geography(words, fact) for fact in facts))), speak)


def _tested(words: Words, facts: Iterable[str]) -> Iterable[str]:
    """Name the language and the kind of test of a reason; levels and marks stay as they are."""
    return (fact if fact[:1].isupper() or fact.isdecimal() else tongue(words, term(words, fact)) for fact in facts)


def tongue(words: Words, code: str) -> str:
    """Name a language in the reader's own; what is no code of one stays as it is."""
    known = words.vocabulary.of(code, words.language) or TERMS.get(code)
    return term(words, code) if known else words.tongue(code)


def _geography(words: Words, fact: str) -> str:
    if fact.isdecimal():
        return words.number(int(fact))
    return words.country(fact) if len(fact) == 2 and fact.isupper() else words.region(fact)


def reasons(words: Words, codes: Iterable[str]) -> str:
    """Say all reasons in one line."""
    return " ".join(reason(words, code) for code in codes)


def _received(words: Words, facts: Mapping[str, Any]) -> str:
    if facts.get("row"):
        return words.say("Received from row %(row)s of the file", row=words.number(facts["row"]))
    return words.say("Received by %(channel)s", channel=facts.get("channel", "?"))


def _queued(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Waits for a person: %(task)s", task=term(words, facts.get("name") or facts.get("node", "?")))


def _refused(words: Words, facts: Mapping[str, Any]) -> str:
    why = reasons(words, facts.get("reasons", ()))
    return words.say("%(person)s was refused: %(why)s", person=facts.get("person", "?"), why=why)


def _withdrawn(words: Words, facts: Mapping[str, Any]) -> str:
    if tuple(facts.get("reasons", ())) == (ELSEWHERE,):
        return words.say("%(person)s hands the task over", person=facts.get("person", "?"))
    why = reasons(words, facts.get("reasons", ()))
    return words.say("%(person)s had to give the task back: %(why)s", person=facts.get("person", "?"), why=why)


def _lapsed(words: Words, facts: Mapping[str, Any]) -> str:
    why = reasons(words, facts.get("reasons", ()))
    return words.say(
        "%(person)s finished it, and could not be given it any more: %(why)s", person=facts.get("person", "?"), why=why
    )


def _unlearned(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Says nothing about a person, because: %(why)s", why="; ".join(map(str, facts.get("reasons", ()))))


def _migrated(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Goes on in version %(digest)s of its models", digest=str(facts.get("after", "?"))[:12])


def _done(words: Words, facts: Mapping[str, Any]) -> str:
    length = words.length(facts.get("seconds"))
    return words.say("%(person)s finished after %(length)s", person=facts.get("person", "?"), length=length)


def _cancelled(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Task taken away: %(why)s", why=term(words, str(facts.get("reason", "?"))))


def _delivered(words: Words, facts: Mapping[str, Any]) -> str:
    outcome = term(words, str(facts.get("outcome", "?")))
    return words.say("Delivered to the client: %(outcome)s", outcome=outcome)


def _stopped(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Stopped, somebody must look: %(why)s", why=facts.get("message", "?"))


def _suspended(words: Words, facts: Mapping[str, Any]) -> str:
    why = facts.get("reason") or words.say("no reason given")
    return words.say("Suspended, nothing goes on: %(why)s", why=why)


def _given_up(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Cancelled by hand: %(why)s", why=facts.get("reason") or words.say("no reason given"))


def _decided(words: Words, facts: Mapping[str, Any]) -> str:
    name, shown = term(words, str(facts.get("decision", "?"))), told(words, facts.get("value"))
    fired = words.value(facts.get("fired") or ())
    return words.say("Decided by rule %(rule)s: %(name)s = %(value)s", rule=fired, name=name, value=shown)


def _assigned(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("%(person)s took the task", person=facts.get("person", "?"))


def _beside(words: Words, facts: Mapping[str, Any]) -> str:
    who, length, note = facts.get("person", "?"), words.length(facts.get("seconds")), facts.get("note") or "-"
    if facts.get("kind") == "review":
        return words.say("%(person)s reviewed for %(length)s", person=who, length=length)
    if facts.get("kind") == "hand-over":
        return words.say("%(person)s had it for %(length)s before", person=who, length=length)
    if facts.get("kind") == "advice":
        return words.say("%(person)s advised for %(length)s", person=who, length=length)
    if facts.get("kind") == "hand-over":
        return words.say("%(person)s handed over for %(length)s", person=who, length=length)
    if facts.get("kind") == "comment":
        return words.say("%(person)s commented for %(length)s: %(note)s", person=who, length=length, note=note)
    if facts.get("kind") == "meeting":
        return words.say("%(person)s met others for %(length)s: %(note)s", person=who, length=length, note=note)
    return words.say("%(person)s wrapped up for %(length)s", person=who, length=length)


def _sampled(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("Somebody else is to look at what %(person)s did", person=facts.get("person", "?"))


def _reviewed(words: Words, facts: Mapping[str, Any]) -> str:
    percent = words.number(int(facts.get("percent", 0)))
    return words.say("%(reviewer)s looked at it again: %(n)s %%", reviewer=facts.get("reviewer", "?"), n=percent)


def _disputed(words: Words, facts: Mapping[str, Any]) -> str:
    who = facts.get("person", "?")
    return words.say("%(person)s asks for a second review: %(note)s", person=who, note=facts.get("note", ""))


def _asks(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say(
        "%(person)s asks for advice: %(note)s", person=facts.get("person", "?"), note=facts.get("note", "")
    )


def _advises(words: Words, facts: Mapping[str, Any]) -> str:
    return words.say("%(person)s advises: %(note)s", person=facts.get("person", "?"), note=facts.get("note", ""))


def _played(words: Words, facts: Mapping[str, Any]) -> str:
    percent, module = facts.get("percent"), facts.get("title", "?")
    how = term(words, str(facts.get("status", "?"))) + ("" if percent is None else f", {words.number(percent)} %")
    return words.say("%(person)s at “%(module)s”: %(how)s", person=facts.get("person", "?"), module=module, how=how)


def _deleted(words: Words, facts: Mapping[str, Any]) -> str:
    why = words.say(WHY_DELETED.get(str(facts.get("why")), "%(why)s"), why=facts.get("why", "?"))
    said = f"{why}. {facts['note']}" if facts.get("note") else why
    return words.say("The recording %(name)s is deleted: %(why)s", name=facts.get("recording", "?"), why=said)


_TELLERS: dict[str, Teller] = {
    **sends.handovers(term),
    "item.received": _received,
    "task.queued": _queued,
    "task.assigned": _assigned,
    "assignment.refused": _refused,
    "assignment.withdrawn": _withdrawn,
    "assignment.lapsed": _lapsed,
    "fact.refused": _unlearned,
    "instance.migrated": _migrated,
    "task.done": _done,
    "task.time": _beside,
    "review.due": _sampled,
    "review.done": _reviewed,
    "review.disputed": _disputed,
    "advice.asked": _asks,
    "advice.given": _advises,
    "course.played": _played,
    "recording.deleted": _deleted,
    "task.cancelled": _cancelled,
    "item.delivered": _delivered,
    "item.stopped": _stopped,
    "item.suspended": _suspended,
    "item.cancelled": _given_up,
    "engine.decided": _decided,
    **{tag: sends.teller(tag, term) for tag in sends.TAGS},
}

_BAD = frozenset(
    {
        "assignment.refused",
        "assignment.withdrawn",
        "assignment.lapsed",
        "fact.refused",
        "item.stopped",
        "row.rejected",
        "task.cancelled",
        "engine.incident_raised",
    }
)


def sentence(words: Words, happening: Happening, names: Mapping[str, str] | None = None) -> str:
    """Tell an event in one line; an event that has no sentence of its own is named by its tag.

    `names`: person -> name; who is not in it is called by the id.
    """
    teller = _TELLERS.get(happening.tag)
    if teller:
        person = str(happening.facts.get("person", "?"))
        named = {"person": (names or {}).get(person, person)}
        if "reviewer" in happening.facts:
            reviewer = happening.facts["reviewer"]
            named["reviewer"] = (names or {}).get(reviewer, reviewer)
        return teller(words, {**happening.facts, **named})
    title = TITLES.get(happening.tag)
    return words.say(title) if title else happening.tag


def kind(happening: Happening) -> str:
    """Group of an event for its colour: "good", "bad", "people", "rule", "minor" or "plain"."""
    if happening.tag == "item.delivered":
        return "good"
    if happening.tag in MINOR:
        return "minor"
    if happening.tag in _BAD:
        return "bad"
    return (
        "people"
        if happening.tag.startswith(("task.", "advice.", "handover."))
        else "rule"
        if happening.tag == "engine.decided"
        else "plain"
    )
