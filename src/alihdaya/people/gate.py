"""The gate: nobody gets work, person or program, who has not proved that they can do it (S8, S9)."""

from collections.abc import Callable, Collection
from typing import Final, NamedTuple

from alihdaya.kernel.time import iso
from alihdaya.people.person import LEVELS, Certificate, Person


class Needs(NamedTuple):
    """What a task asks of whoever does it; an empty text asks for nothing.

    `not_by` are the people who may not do it whatever they have proved: they did a part that it is to check.
    `test` is the kind of the sponsor's language test: "writing" for non-voice, "spoken" for voice (S8).
    `proficiency`: 1 to 5 in the skill, 0 for any; `client`, `engagement`: for whom it is, so that conflict walls hold.
    `walled` are the people whom a wall keeps from this very item, or from one that it came from. `handed_by`: the other
    engagements that handed it over, directly or not; whoever a wall keeps from one of them does not get it either.
    """

    skill: str = ""
    language: str = ""
    level: str = ""
    certificate: str = ""
    not_by: tuple[str, ...] = ()
    test: str = "writing"
    proficiency: int = 0
    client: str = ""
    engagement: str = ""
    walled: tuple[str, ...] = ()
    handed_by: tuple[str, ...] = ()


OF_ENGAGEMENT: Final = "engagement:"
"""How a wall is written that is about one engagement alone, before its id."""

OF_ITEM: Final = "item:"
"""How a wall is written that is about one item, before its name: 12, or 3-12 in shard 3. Any other names a client."""


def walled(walls: Collection[str], client: str, *engagements: str) -> str:
    """Give the client, or the first engagement, that a conflict wall keeps somebody from, "" where none does."""
    if client and client in walls:
        return client
    return next((one for one in engagements if one and OF_ENGAGEMENT + one in walls), "")


def gate(person: Person, needs: Needs, now: int, *, test: str = "") -> tuple[str, ...]:
    """Give every reason why `person` may not do a task at `now` (microseconds); empty: they may.

    Checked in this order: skill and proficiency, language level (CEFR), the sponsor's language test of the kind `test`,
    or else of the needed one (the latest counts), certificate, four eyes, conflict walls. A reason is a code and its
    facts, parted by colons: "low-level:en:B1:B2".
    """
    skill, language, level, certificate, not_by, kind, proficiency, client, engagement, kept, handed_by = needs
    reasons: tuple[str, ...] = ()
    if skill and skill not in person.skills:
        reasons = (f"no-skill:{skill}",)
    elif proficiency and skill and person.proficient(skill) < proficiency:
        reasons = (f"low-skill:{skill}:{person.proficient(skill)}:{proficiency}",)
    if language:
        reasons += _language(person, language, level) + _test(person, language, test or kind, now)
    if certificate:
        reasons += _certificate(person, certificate, now)
    if person.id in not_by:
        reasons += ("four-eyes",)
    if person.walls and (wall := walled(person.walls, client, engagement, *handed_by)):
        reasons += (f"wall:{wall}",)
    if person.id in kept:
        reasons += ("item-wall",)
    return reasons


def _language(person: Person, language: str, level: str) -> tuple[str, ...]:
    has = person.languages.get(language)
    if has is None:
        return (f"no-language:{language}",)
    if level and LEVELS.get(has, 0) < LEVELS.get(level, 99):
        return (f"low-level:{language}:{has}:{level}",)
    return ()


def _test(person: Person, language: str, kind: str, now: int) -> tuple[str, ...]:
    latest = None
    for test in person.tests:
        if test.kind == kind and test.language == language and test.at <= now:
            latest = test if latest is None or test.at >= latest.at else latest
    if latest is None:
        return (f"no-test:{kind}:{language}",)
    return () if latest.passed else (f"failed-test:{kind}:{language}:{latest.score}:{latest.pass_mark}",)


def _certificate(person: Person, name: str, now: int) -> tuple[str, ...]:
    own = [certificate for certificate in person.certificates if certificate.name == name]
    for certificate in own:
        if certificate.valid(now):
            return ()
    return (_why_not(max(own, key=_recent), now),) if own else (f"no-certificate:{name}",)


def _recent(certificate: Certificate) -> int:
    return certificate.end if certificate.withdrawn is None else min(certificate.end, certificate.withdrawn)


def _why_not(certificate: Certificate, now: int) -> str:
    name, start, end, withdrawn = certificate
    if withdrawn is not None and withdrawn <= now:
        return f"certificate-withdrawn:{name}:{iso(withdrawn)}"
    if now < start:
        return f"certificate-not-yet:{name}:{iso(start)}"
    return f"certificate-expired:{name}:{iso(end)}"


def render_reason(code: str, _: Callable[[str], str]) -> str:
    """Turn a reason's code into a sentence; `_` translates its English template. An unknown code stays as it is."""
    kind, *facts = code.split(":")
    one, two, three, four = (*facts, "", "", "", "")[:4]
    match kind:
        case "no-skill":
            text = _("Lacks the skill {one}.")
        case "low-skill":
            text = _("Is at proficiency {two} in the skill {one}, but {three} is needed.")
        case "wall":
            text = _("A conflict wall keeps them from work for {one}.")
        case "no-language":
            text = _("Does not speak the language {one}.")
        case "low-level":
            text = _("Language {one} is at level {two}, but {three} is needed.")
        case "no-test":
            text = _("Has taken no {one} test in the language {two}.")
        case "failed-test":
            text = _("Failed the {one} test in the language {two}: {three} of 100, pass mark {four}.")
        case "no-certificate":
            text = _("Has no certificate {one}: formal training comes before assignment.")
        case "four-eyes":
            text = _("Did a part of this item that somebody else has to check.")
        case _other:
            return _render_taken(code, _)
    return text.format(one=one, two=two, three=three, four=four)


def _render_taken(code: str, _: Callable[[str], str]) -> str:
    """Say why somebody is kept from one item, or why a task was taken from a program, where it is its own doing."""
    kind, _colon, message = code.partition(":")
    match kind:
        case "item-wall":
            return _("A conflict wall keeps them from this item.")
        case "silent":
            return _("Fell silent while it had the task.")
        case "paused":
            return _("Was silent while the item was suspended.")
        case "failed":
            return _("Could not do it: {message}").format(message=message)
    return _render_certificate(code, _)


def _render_certificate(code: str, _: Callable[[str], str]) -> str:
    kind, name, at = (*code.split(":", 2), "", "")[:3]
    match kind:
        case "certificate-withdrawn":
            text = _("The certificate {name} was withdrawn on {day}.")
        case "certificate-not-yet":
            text = _("The certificate {name} is valid from {day} only.")
        case "certificate-expired":
            text = _("The certificate {name} expired on {day}.")
        case _other:
            return code
    return text.format(name=name, day=at[:10])
