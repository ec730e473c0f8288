"""What a post is: BPO, KPO or non-BPO, voice or non-voice, contact, level, place; a DMN model of ours, with reasons.

The rules stand in `posts.dmn` beside this file, open to `alihdaya check` and `alihdaya decide --explain`. People's
employment alone decides BPO or non-BPO (S1); where it is not known, the verdict is what the post would be, and says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

from alihdaya.notation import dmn

GIVEN: Final = {
    "basis": ("rules", "judgment"),
    "contact degree": ("none", "text", "telephone"),
    "level": ("managerial", "supervisory", "skilled", "operative"),
    "place": ("anywhere", "on site"),
}
"""Decisions of the model that whoever knows the post may give instead, and their values."""


@dataclass(frozen=True, slots=True)
class Post:
    """A post's facts. `group`: the first two digits of its code in the Standard Occupational Classification, or "".

    `third_party`: another company employs than the one that is served; `agreement`: under a service agreement between
    the two; None where nobody knows. `given`: decisions made by somebody who knows better, see `GIVEN`.
    """

    title: str
    description: str = ""
    code: str = ""
    third_party: bool | None = None
    agreement: bool | None = None
    given: Mapping[str, str] = field(default_factory=dict, hash=False)

    @property
    def group(self) -> str:
        """The major group of its occupation, two digits, or nothing."""
        return self.code[:2] if self.code[:2].isdigit() else ""


class Evidence(NamedTuple):
    """What spoke for something: points, and a code such as "word:research" or "group:43"."""

    points: int
    reason: str


@dataclass(frozen=True, slots=True)
class Classified:
    """The verdict on a post. `kind` is "BPO", "KPO" or "non-BPO"; `assumed`: its employment was not known.

    `judgment`: the points for judgment (above 0) or for rules, the sum of `evidence`; 0 with `basis` given.
    """

    post: Post
    kind: str
    assumed: bool
    why: str
    channel: str
    contact: str
    basis: str
    level: str
    place: str
    judgment: int
    evidence: tuple[Evidence, ...]
    contact_evidence: tuple[Evidence, ...]


def model_text() -> bytes:
    """Give the DMN file that decides."""
    return (files("alihdaya.planning.posts") / "posts.dmn").read_bytes()


@cache
def _decisions() -> dmn.Decisions:
    return dmn.compile_model(dmn.read(model_text(), "posts.dmn"))


_ORDER = ("judgment evidence", "judgment", "basis", "contact evidence", "contact degree", "channel", "level", "place")


def classify(post: Post) -> Classified:
    """Classify a post (S1, S3, S6, S7, S12). Raises ValueError for a given decision that the model does not know."""
    for name, value in post.given.items():
        if value not in GIVEN.get(name, ()):
            raise ValueError(f"{name} is one of {', '.join(GIVEN.get(name, GIVEN))}, not {value!r}")
    known: dict[str, Any] = {
        "third party": post.third_party,
        "agreement": post.agreement,
        "group": post.group,
        "title": post.title,
        "description": post.description,
        **post.given,
    }
    decisions = _decisions()
    for name in _ORDER:
        if name not in known:
            known[name] = decisions[name](known)
    verdict = decisions["classification"](known)
    return Classified(
        post,
        verdict["kind"],
        verdict["assumed"],
        verdict["reason"],
        known["channel"],
        known["contact degree"],
        known["basis"],
        known["level"],
        known["place"],
        0 if "basis" in post.given else int(known["judgment"]),
        () if "basis" in post.given else _evidence(known["judgment evidence"]),
        () if "contact degree" in post.given else _evidence(known["contact evidence"]),
    )


def hardest(found: Iterable[Classified], most: int = 10) -> list[Classified]:
    """Give those on which the evidence says least: nearest to the line between rules and judgment.

    Of the equally near, those with more evidence on both sides come first; posts that are BPO or KPO alone count, for
    others the line decides nothing.
    """
    open_ones = [one for one in found if one.kind in {"BPO", "KPO"} and "basis" not in one.post.given]
    return sorted(open_ones, key=_hardness)[:most]


def _hardness(one: Classified) -> tuple[float, int, str]:
    return abs(one.judgment - 0.5), -sum(abs(part.points) for part in one.evidence), one.post.title


def _evidence(found: Any) -> tuple[Evidence, ...]:
    return tuple(Evidence(int(one["points"]), one["reason"]) for one in found or ())
