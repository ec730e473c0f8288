"""xAPI statements (IEEE 9274.1.1): which of them tell how a course went, and what they say."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final, NamedTuple

from alihdaya.kernel.errors import Problem, Source
from alihdaya.work.keepable import unkeepable

ENROLMENT: Final = "https://alihdaya.org/xapi/enrolment"
"""The extension of a statement's context that names the enrolment it is about."""

TELLING: Final = frozenset(
    f"http://adlnet.gov/expapi/verbs/{verb}" for verb in ("passed", "failed", "completed", "scored", "mastered")
)
"""Verbs that may carry a result; all others tell of steps on the way."""

_MOST_CHARACTERS: Final = 200


class Result(NamedTuple):
    """How a course went: percent that was right (whole), as the course itself says; `statement` is its id, or empty."""

    enrolment: str
    percent: int
    trainee: str
    activity: str
    statement: str


def read_statement(statement: Mapping[str, Any], place: Source) -> Result | Problem | None:
    """Read a statement; None where it tells of no result, a Problem where it says one that cannot be used.

    The score is `scaled`, else `raw` between `min` and `max`; without a score, `success` counts as all or nothing.
    """
    verb = _text(_part(statement, "verb").get("id"))
    result, extensions = _part(statement, "result"), _part(_part(statement, "context"), "extensions")
    if verb not in TELLING or not ({"score", "success"} & result.keys()):
        return None
    enrolment = _text(extensions.get(ENROLMENT))
    if not enrolment:
        return Problem("no-enrolment", f"context.extensions lacks {ENROLMENT}", place)
    share = _share(result)
    if share is None:
        return Problem("no-score", "result.score is no score, and result.success says nothing", place)
    trainee = _text(_part(_part(statement, "actor"), "account").get("name"))
    if not trainee:
        return Problem("no-actor", "actor.account lacks a name: nobody knows whose result it is", place)
    activity, named = _text(_part(statement, "object").get("id")), _text(statement.get("id"))
    odd = unkeepable({"enrolment": enrolment, "actor": trainee, "object": activity, "id": named})
    if odd:
        return Problem(odd[0].code, odd[0].message, place)
    return Result(enrolment, round(100 * share), trainee, activity, named)


def _share(result: Mapping[str, Any]) -> Decimal | None:
    score, success = _part(result, "score"), result.get("success")
    share = share_of(score)
    if share is not None or "score" in result:
        return share
    return Decimal(success) if isinstance(success, bool) else None


def share_of(score: Mapping[str, Any]) -> Decimal | None:
    """Give what was right, from 0 to 1: `scaled`, else `raw` between `min` (0) and `max`; None for no score."""
    scaled = _number(score.get("scaled"))
    if scaled is not None:
        return max(scaled, Decimal(0)) if -1 <= scaled <= 1 else None
    raw, low, high = (_number(score.get(name)) for name in ("raw", "min", "max"))
    if raw is not None and high is not None:
        low = low or Decimal(0)
        return (raw - low) / (high - low) if low < high and low <= raw <= high else None
    return None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)):
        return None
    number = Decimal(value)
    return number if number.is_finite() and number.copy_abs() < 10**9 else None


def _part(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = value.get(name)
    return found if isinstance(found, dict) else {}


def _text(value: Any) -> str:
    return value[:_MOST_CHARACTERS] if isinstance(value, str) else ""
