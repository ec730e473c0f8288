"""What is refused of questions, and what is written down."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.event import HOUSE
from alihdaya.kernel.money import plain_decimal
from alihdaya.kernel.time import DAY, SECOND
from alihdaya.operations.books.questions.commands import Inquire
from alihdaya.operations.books.questions.reading import Question, questions, take
from alihdaya.operations.desk import Desk
from alihdaya.operations.people.known import kept_from, known, whose
from alihdaya.people.person import Person
from alihdaya.work.question import QuestionAnswered, QuestionFact, QuestionRegistered, QuestionSettled

LEAST: Final = Decimal("0.0001")
"""No outcome that is on the list is less probable: who is sure, and wrong, would be off by infinitely many bits."""

_LONGEST: Final = 2_000
_NAME: Final = 100
_OUTCOMES: Final = 50
_EVIDENCE: Final = 1_000
_DIGITS: Final = 12


def inquire(desk: Desk, wish: Inquire, at: int) -> int:
    """Write facts about questions down; gives how many were new. Raises Refused with all that stands against them."""
    pending = [(one.at, fact) for one in desk.pending if one.item == HOUSE for fact in one.events]
    registered = questions(desk.store, pending)
    clerk = _Clerk(desk, registered, instead=wish.instead)
    problems: list[Problem] = []
    fresh: list[QuestionFact] = []
    for fact in wish.facts:
        against = list(clerk.against(fact))
        problems += against
        if not against and not clerk.is_known(fact):
            fresh.append(_written(fact))
            take(registered, at, fresh[-1])
    if problems:
        raise Refused(problems)
    if fresh:
        desk.note(at, wish.by, *fresh)
    return len(fresh)


class _Clerk:
    """Says what is wrong with a fact, given all that is known by then."""

    def __init__(self, desk: Desk, known: dict[str, Question], *, instead: bool) -> None:
        self._desk, self._known, self._instead = desk, known, instead
        self._terms = {one.id: one.terms for one in desk.store.engagements()}
        self._people: dict[str, Person | None] = {}

    def is_known(self, fact: QuestionFact) -> bool:
        """Whether the same is written down already: a question, an outcome, somebody's last answer to a question.

        So what is sent again, because the answer to it was lost, counts nobody's minutes twice.
        """
        one = self._known.get(fact.question)
        if one is None:
            return False
        if isinstance(fact, QuestionAnswered):
            return one.last_of(fact.person) == _written(fact)
        return isinstance(fact, QuestionRegistered) or (one.outcome is not None and one.outcome[1] == fact.outcome)

    def against(self, fact: QuestionFact) -> Iterator[Problem]:
        """Yield what stands against a fact."""
        if isinstance(fact, QuestionRegistered):
            yield from self._registered(fact)
            return
        one = self._known.get(fact.question)
        if one is None:
            yield Problem("no-question", f"no question {fact.question[:_NAME]!r} is registered here")
        elif isinstance(fact, QuestionAnswered):
            yield from self._answered(one, fact)
        else:
            yield from self._settled(one, fact)

    def _registered(self, fact: QuestionRegistered) -> Iterator[Problem]:
        yield from _bad_text("name", fact.question, _NAME)
        yield from _bad_text("text", fact.text, _LONGEST)
        if fact.engagement not in self._terms:
            yield Problem("no-engagement", f"no engagement {fact.engagement[:_NAME]!r} is signed here")
        else:
            names = [one.id for one in agreement.from_wire(self._terms[fact.engagement]).services]
            if fact.service not in names:
                text = f"{fact.engagement} has no service {fact.service[:_NAME]!r}; it has {', '.join(names)}"
                yield Problem("no-service", text)
        if not 2 <= len(fact.outcomes) <= _OUTCOMES or len(set(fact.outcomes)) < len(fact.outcomes):
            yield Problem("bad-outcomes", f"{fact.question}: 2 to {_OUTCOMES} outcomes, each another one")
        for outcome in fact.outcomes:
            yield from _bad_text("outcome", outcome, _NAME)
        problems = list(_bad_chances(fact.question, fact.outcomes, fact.prior))
        yield from problems
        one = self._known.get(fact.question)
        if one is not None and not problems and one.asked != _written(fact):
            text = f"{fact.question} is registered already, with another text, other outcomes or another prior"
            yield Problem("question-registered", text)

    def _answered(self, one: Question, fact: QuestionAnswered) -> Iterator[Problem]:
        if one.outcome is not None:
            text = f"{fact.question} came out as {one.outcome.outcome!r}: it is no question any more"
            yield Problem("outcome-known", text)
        yield from _bad_chances(fact.question, one.asked.outcomes, fact.probabilities)
        yield from self._person(one, fact)
        if not 0 <= fact.seconds <= DAY // SECOND:
            yield Problem("bad-time", f"{fact.seconds} seconds are no time of one sitting (a day at most)")
        if not fact.item and not fact.seconds:
            yield Problem("no-time", f"{fact.question}: an answer without an item says how long it took")
        elif fact.item:
            yield from self._item(one, fact.item)
        if len(fact.evidence) > _EVIDENCE:
            yield Problem("bad-evidence", f"{len(fact.evidence):,} pieces of evidence; {_EVIDENCE:,} at most")
        for locator in fact.evidence[:_EVIDENCE]:
            yield from _bad_text("evidence", locator, _LONGEST)

    def _person(self, one: Question, fact: QuestionAnswered) -> Iterator[Problem]:
        name = fact.person
        if name not in self._people:
            self._people[name] = known(self._desk, name)
        person = self._people[name]
        if person is None:
            yield Problem("no-such-person", f"nobody on the roster is called {name[:_NAME]!r}")
            return
        if wall := kept_from(self._desk, person, one.asked.engagement, max(0, fact.item)):
            yield Problem("gate", f"{name} may not answer this: a conflict wall keeps them from {wall}")

    def _item(self, one: Question, number: int) -> Iterator[Problem]:
        asked = one.asked
        found = whose(self._desk, number)
        if found is None:
            yield Problem("no-such-item", f"there is no item {number}")
        elif found != (asked.engagement, asked.service):
            text = f"item {number} is of {'/'.join(found)}, {asked.question} is not"
            yield Problem("another-service", text)

    def _settled(self, one: Question, fact: QuestionSettled) -> Iterator[Problem]:
        if fact.outcome not in one.asked.outcomes:
            listed = ", ".join(one.asked.outcomes)
            yield Problem("no-outcome", f"{fact.question} has no outcome {fact.outcome[:_NAME]!r}; it has {listed}")
        elif one.outcome is not None and one.outcome.outcome != fact.outcome and not self._instead:
            text = f"{fact.question} came out as {one.outcome.outcome!r} already; a correction has to say so"
            yield Problem("outcome-known", text)
        if fact.source:
            yield from _bad_text("source", fact.source, _LONGEST)


def _bad_text(what: str, text: str, longest: int) -> Iterator[Problem]:
    if not (text.strip() and text.isprintable() and len(text) <= longest):
        yield Problem("bad-text", f"{what}: 1 to {longest:,} characters that can be printed, not {text[:60]!r}")


def _bad_chances(question: str, outcomes: tuple[str, ...], chances: tuple[str, ...]) -> Iterator[Problem]:
    """Yield what is wrong with probabilities: one for each outcome, none under LEAST, exactly 1 in all."""
    if len(chances) != len(outcomes):
        text = f"{question}: {len(chances)} probabilities for {len(outcomes)} outcomes ({', '.join(outcomes)})"
        yield Problem("bad-probabilities", text)
        return
    numbers = [plain_decimal(text) for text in chances]
    for text, number in zip(chances, numbers, strict=True):
        if number is None or not LEAST <= number < 1 or -int(number.as_tuple().exponent) > _DIGITS:
            why = f"a number from {LEAST} to under 1, of {_DIGITS} digits at most"
            yield Problem("bad-probabilities", f"{question}: {text[:40]!r} is no probability here: {why}")
            return
    whole = sum((number for number in numbers if number is not None), Decimal(0))
    if whole != 1:
        yield Problem("bad-probabilities", f"{question}: the probabilities add up to {whole}, not to 1")


def _written(fact: QuestionFact) -> QuestionFact:
    """Write numbers in one way, so that 0.50 is 0.5."""
    if isinstance(fact, QuestionRegistered):
        return fact._replace(prior=tuple(map(_short, fact.prior)))
    if isinstance(fact, QuestionAnswered):
        return fact._replace(probabilities=tuple(map(_short, fact.probabilities)))
    return fact


def _short(text: str) -> str:
    return f"{Decimal(text).normalize():f}"
