"""Which terms hold when: segments in the client's days, and the day after which nothing comes in any more."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from alihdaya.engagement.account.events import EngagementAmended, EngagementTerminated
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import Event
from alihdaya.kernel.time import micros

REPLACING: Final = "replacing"
"""The kind of an amendment that stands in for the one of the same day."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Terms that hold from the instant `start` on, the first of the day `effect`. `kind`: signed, amended, renewed.

    `gone` is why an amendment holds no longer, where others stand in its place; `back` says that these are the terms
    from before it.
    """

    start: int
    effect: date
    terms: Terms
    kind: str
    reason: str = ""
    gone: str = ""
    back: bool = False


@dataclass(frozen=True, slots=True)
class Agreement:
    """An engagement's terms over time, oldest first. `terminated`: the last day of intake, if it ends before its time.

    `closes`: the instant at which intake ends by termination, or by the last terms' `until` once they were renewed.
    `replaced`: amendments in whose place others stand, in the order in which they were replaced.
    """

    engagement: str
    segments: tuple[Segment, ...]
    terminated: date | None = None
    reason: str = ""
    replaced: tuple[Segment, ...] = ()

    @property
    def last(self) -> Segment:
        """The segment that holds at the end."""
        return self.segments[-1]

    @property
    def until(self) -> date:
        """The last day of intake."""
        return self.terminated or self.last.terms.until

    @property
    def closes(self) -> int:
        """The instant at which intake ends."""
        return instant(self.until + timedelta(days=1), self.last.terms)

    @property
    def changed(self) -> bool:
        """Whether anything happened to it since it was signed."""
        return len(self.segments) > 1 or self.terminated is not None or bool(self.replaced)

    def at(self, at: int) -> Segment:
        """Give the segment that holds at an instant; before the first begins, that one."""
        starts = [one.start for one in self.segments]
        return self.segments[max(bisect_right(starts, at) - 1, 0)]

    def takes_in(self, at: int) -> Terms:
        """Give the terms under which what comes in at `at` is taken in. Raises Refused for after the end."""
        if at >= self.closes:
            raise Refused(self.refusal())
        return self.at(at).terms

    def refusal(self) -> Problem:
        """Say why nothing comes in any more."""
        if self.terminated is not None:
            text = f"{self.engagement} was terminated: nothing comes in after {self.terminated}: {self.reason}"
            return Problem("terminated", text)
        return Problem("ended", f"{self.engagement} ended on {self.until}: renew it before anything comes in")

    def windows(self) -> tuple[tuple[int, int, Terms], ...]:
        """Give (first instant, instant after the last, terms) of intake for each segment: together, all time."""
        starts = [-(2**62), *(one.start for one in self.segments[1:]), 2**62]
        return tuple((a, b, one.terms) for a, b, one in zip(starts, starts[1:], self.segments, strict=False))


def instant(day: date, terms: Terms) -> int:
    """Give the instant at which a day begins for the client."""
    return micros(datetime.combine(day, time(), ZoneInfo(terms.client.time_zone)))


def agreement_of(signed: Mapping[str, Terms], first: Terms, facts: Iterable[Event]) -> Agreement:
    """Fold an engagement's facts. `signed`: digest -> terms; `first`: those before any amendment."""
    segments = [Segment(instant(first.start, first), first.start, first, "signed")]
    replaced: list[Segment] = []
    ended: EngagementTerminated | None = None
    for fact in facts:
        if isinstance(fact, EngagementAmended):
            terms, effect = signed[fact.digest], date.fromisoformat(fact.effect)
            kind = fact.kind
            if kind == REPLACING:
                old = segments.pop()
                kind, back = old.kind, terms.digest == segments[-1].terms.digest
                replaced.append(replace(old, gone=fact.reason, back=back))
            if kind == "renewed" or terms.digest != segments[-1].terms.digest:
                segments.append(Segment(instant(effect, terms), effect, terms, kind, fact.reason))
        elif isinstance(fact, EngagementTerminated):
            ended = fact
    last = date.fromisoformat(ended.last) if ended else None
    return Agreement(first.engagement, tuple(segments), last, ended.reason if ended else "", tuple(replaced))


def replaces(agreement: Agreement, effect: date) -> bool:
    """Whether an amendment of this day stands in for the last one, which is of the same day."""
    last = agreement.last
    return last.kind == "amended" and effect == last.effect and agreement.terminated is None


def amend(
    agreement: Agreement, terms: Terms, effect: date, now: int, *, retroactive: bool = False, used: str = ""
) -> None:
    """Check an amendment. Raises Refused with every reason against it.

    It holds within the period of the terms that it changes, after every earlier change, for the same client, currency
    and services at least; before the log's clock `now` only where `retroactive` says that this is meant. One of the
    last amendment's day replaces it, unless an invoice has `used` it, whose number that is.
    """
    raise_any(_ended(agreement))
    last, problems = agreement.last, []
    if terms.engagement != agreement.engagement:
        problems.append(Problem("other-engagement", f"these are terms of {terms.engagement}"))
    if (terms.start, terms.until) != (last.terms.start, last.terms.until):
        text = f"an amendment keeps the period {last.terms.start} to {last.terms.until}: renew for another one"
        problems.append(Problem("other-period", text))
    instead = replaces(agreement, effect)
    if instead and used:
        text = f"{used} was made by the terms that hold from {effect} on: a change comes after that day"
        problems.append(Problem("used", text))
    elif (effect <= last.effect and not instead) or effect > agreement.until:
        text = f"terms hold from {last.effect} on already: a change comes after that, by {agreement.until}"
        problems.append(Problem("overlap", text))
    if (effect > last.effect or instead) and not retroactive and instant(effect, last.terms) < now:
        problems.append(
            Problem(
                "in-the-past",
                f"{effect} is past: say that the change is retroactive (--retroactive), or name a later day",
            )
        )
    begun = instant(effect, last.terms) < now
    raise_any([*problems, *_kept(agreement, terms, of=agreement.segments[-2] if instead and not begun else last)])


def renew(agreement: Agreement, terms: Terms) -> None:
    """Check a renewal, which follows the period that ends. Raises Refused with every reason against it."""
    raise_any(_ended(agreement))
    problems = []
    if terms.engagement != agreement.engagement:
        problems.append(Problem("other-engagement", f"these are terms of {terms.engagement}"))
    if terms.start <= agreement.last.terms.until:
        text = f"{terms.start} to {terms.until} overlaps the terms that hold until {agreement.last.terms.until}"
        problems.append(Problem("overlap", text))
    if terms.start > agreement.last.terms.until + timedelta(days=1):
        text = f"nothing would hold from {agreement.last.terms.until + timedelta(days=1)} to {terms.start}"
        problems.append(Problem("gap", text))
    raise_any([*problems, *_kept(agreement, terms, of=agreement.last)])


def terminate(agreement: Agreement, last: date, now: int) -> None:
    """Check a termination. Raises Refused where `last` is past at `now`, or not within the terms."""
    raise_any(_ended(agreement))
    problems = []
    if instant(last + timedelta(days=1), agreement.last.terms) <= now:
        problems.append(Problem("in-the-past", f"{last} is over: what came in since cannot be undone"))
    if last > agreement.until or last < agreement.segments[0].effect:
        text = f"the terms hold from {agreement.segments[0].effect} to {agreement.until}"
        problems.append(Problem("outside-engagement", text))
    raise_any(problems)


def _ended(agreement: Agreement) -> Iterable[Problem]:
    if agreement.terminated is not None:
        yield Problem("terminated", f"{agreement.engagement} is terminated as of {agreement.terminated}")


def _kept(agreement: Agreement, terms: Terms, *, of: Segment) -> Iterable[Problem]:
    """Say what terms must keep `of` others, and do not."""
    before = of.terms
    if terms.digest == agreement.last.terms.digest:
        yield Problem("nothing-changes", "these are the terms that hold already")
    if terms.currency != before.currency:
        yield Problem("other-currency", f"{terms.currency} in place of {before.currency}: sign a new engagement")
    if terms.client.time_zone != before.client.time_zone:
        yield Problem("other-days", "the client's time zone, and so its months, cannot change: sign a new engagement")
    packs = {service.id: service.pack for service in terms.services}
    for service in before.services:
        if packs.get(service.id) != service.pack:
            yield Problem("service-gone", f"the service {service.id} with the pack {service.pack} is missing")


def raise_any(problems: Iterable[Problem]) -> None:
    """Raise Refused where there is any problem."""
    if found := list(problems):
        raise Refused(found)
