"""Questions as one person sees them: which are theirs to answer, and how what they answered held."""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from alihdaya.engagement import terms as agreement
from alihdaya.operations.books.questions.reading import Question, questions
from alihdaya.operations.opening import person_of
from alihdaya.people.gate import walled
from alihdaya.planning.spectrum import bits
from alihdaya.store.working import WorkingSet


class Numbered(NamedTuple):
    """A question with its number: the place, from 1, in the order in which all were registered. It never changes."""

    number: int
    question: Question


class Held(NamedTuple):
    """A settled question that somebody answered: the Brier score of their last answer (0 to 2), and of the prior."""

    number: int
    question: Question
    score: bits.Score


class Own(NamedTuple):
    """What is theirs: `open` questions, the oldest first; those that came out, the latest first; the mean of these."""

    open: tuple[Numbered, ...]
    held: tuple[Held, ...]
    mean: bits.Score | None


def own_questions(store: WorkingSet, who: str) -> Own | None:
    """Give what is somebody's to answer, and how what they answered held; None of who is not on the roster.

    A question is theirs while its outcome is not known, unless a conflict wall keeps them from its client.
    """
    row = store.person(who) if who.isprintable() else None
    if row is None:
        return None
    still, held, asked = [], [], []
    kept = _walls(store, person_of(row).walls)
    for number, one in enumerate(questions(store).values(), 1):
        if one.outcome is None and not kept(one.asked.engagement):
            still.append(Numbered(number, one))
        elif one.outcome is not None and one.last_of(who) is not None:
            counted = asked_of(one)
            asked.append(counted)
            held += [Held(number, one, score) for score in bits.scores([counted]) if score.person == who]
    mean = next((score for score in bits.scores(asked) if score.person == who), None)
    held.sort(key=lambda one: one.question.settled_at, reverse=True)
    return Own(tuple(still), tuple(held), mean)


def wall_before(store: WorkingSet, who: str, engagement: str) -> str:
    """Give the client or engagement that a conflict wall keeps somebody from, "" where none does, or of nobody."""
    row = store.person(who) if who.isprintable() else None
    return _walls(store, person_of(row).walls)(engagement) if row is not None else ""


def _walls(store: WorkingSet, walls: Collection[str]) -> Callable[[str], str]:
    signed = {one.id: agreement.from_wire(one.terms).client.name for one in store.engagements()} if walls else {}
    return lambda engagement: walled(walls, signed.get(engagement, ""), engagement)


def asked_of(one: Question) -> bits.Asked:
    """Give a question as the measures count it."""
    answers = tuple(
        bits.Given(given.person, _floats(given.probabilities), given.seconds / 60, given.item, len(set(given.evidence)))
        for _, given in one.answers
    )
    outcome = one.asked.outcomes.index(one.outcome.outcome) if one.outcome else None
    return bits.Asked(one.asked.question, _floats(one.asked.prior), answers, outcome)


def stated(one: Question, who: str) -> Mapping[str, str]:
    """Give what somebody answered last, by outcome; {} where they did not."""
    last = one.last_of(who)
    return dict(zip(one.asked.outcomes, last.probabilities, strict=True)) if last else {}


def own_plain(one: Own, who: str) -> dict[str, Any]:
    """Give it as JSON has it: probabilities are texts by outcome, scores numbers of four digits behind the point."""
    return {
        "open": [
            {
                "question": asked.question,
                "text": asked.text,
                "engagement": asked.engagement,
                "service": asked.service,
                "prior": dict(zip(asked.outcomes, asked.prior, strict=True)),
                "believed": dict(zip(asked.outcomes, found.believed, strict=True)),
                "answered": dict(stated(found, who)) or None,
            }
            for found in (numbered.question for numbered in one.open)
            for asked in (found.asked,)
        ],
        "held": [
            {
                "question": held.question.asked.question,
                "outcome": held.question.outcome.outcome if held.question.outcome else None,
                "answered": dict(stated(held.question, who)),
                **_scored(held.score),
            }
            for held in one.held
        ],
        "score": {"answers": one.mean.answers, **_scored(one.mean)} if one.mean else None,
    }


def _scored(score: bits.Score) -> dict[str, float]:
    return {"brier": round(score.brier, 4), "prior_brier": round(score.prior_brier, 4)}


def _floats(chances: tuple[str, ...]) -> tuple[float, ...]:
    return tuple(map(float, chances))
