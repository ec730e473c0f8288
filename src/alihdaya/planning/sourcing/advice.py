"""What follows from a comparison: a DMN model of ours advises, and names risks, with reasons."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from alihdaya.notation import dmn
from alihdaya.planning.sourcing.studio import Compared, Study, share


@dataclass(frozen=True, slots=True)
class Advice:
    """The verdict on an option ("advised", "possible", "not advised"), the code of its reason, codes of risks."""

    verdict: str
    reason: str
    risks: tuple[str, ...]


def model_text() -> bytes:
    """Give the DMN file that advises."""
    return (files("alihdaya.planning.sourcing") / "sourcing.dmn").read_bytes()


@cache
def _decisions() -> dmn.Decisions:
    return dmn.compile_model(dmn.read(model_text(), "sourcing.dmn"))


def facts(made: Study, option: Compared) -> Mapping[str, Any]:
    """Give the inputs of the model for an option, by the names of its input data."""
    from decimal import Decimal
    from fractions import Fraction

    home = Fraction(made.home_year.p50)
    return {
        "core": made.function.core,
        "basis": made.function.basis,
        "kind": option.site.kind,
        "shore": option.shore.word,
        "data stays": made.function.data_stays,
        "speaks": made.function.language in option.site.languages,
        "chance": Decimal(str(round(option.chance, 4))),
        "saving share": share(Fraction(option.saving.p50), home),
        "even months": None if option.even_months is None else Decimal(str(round(float(option.even_months), 2))),
        "months": made.function.months,
        "overlap": Decimal(str(round(option.overlap, 2))),
        "posts": Decimal(str(round(float(made.posts), 2))),
        "attrition": option.site.quantities["attrition"].likely,
    }


def advise(made: Study, option: Compared) -> Advice:
    """Advise on an option (S2-S4, S8, S12, S13)."""
    known = facts(made, option)
    found = _decisions()["advice"](known)
    return Advice(found["verdict"], found["reason"], tuple(_decisions()["risks"](known) or ()))


def recommended(made: Study) -> Compared | None:
    """Give the advised option that saves most, or None: the work stays."""
    advised = [one for one in made.options if advise(made, one).verdict == "advised"]
    return max(advised, key=lambda one: one.saving.p50, default=None)
