"""How a pack's tasks are worked on: wrap-up, batches, the cut-off of a day (`[floor]`), the sample (`[review]`)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from alihdaya.packs.table import PackTable

_CODE: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True)
class FloorTerms:
    """`wrap_up`: so many seconds somebody may wrap up after a task. `codes`: wrap-up code -> what people call it.

    `batch`: so many tasks of a kind one person gets together. `cut_off`: until so many minutes after midnight on the
    service's own clock a task counts for the same business day; None: there is no cut-off.
    """

    wrap_up: int = 0
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    batch: int = 1
    cut_off: int | None = None


@dataclass(frozen=True, slots=True)
class Criterion:
    """One line of a scorecard: 0 to `points`; where it is `fatal`, 0 spoils the whole."""

    name: str
    points: int
    label: Mapping[str, str]
    fatal: bool = False


@dataclass(frozen=True, slots=True)
class Scorecard:
    """How finished tasks are looked at again: `percent` of them, drawn by `seed`; 0: none.

    Whoever does needs all that the task needs, and the certificate `certificate` where one is named.
    """

    percent: int = 0
    seed: int = 1
    certificate: str = ""
    pass_mark: int = 80
    criteria: tuple[Criterion, ...] = ()


def read_review(table: PackTable) -> Scorecard:
    """Read the table `[review]`; every problem goes to its document."""
    if not table.data:
        return Scorecard()
    criteria = tuple(_criterion(row) for row in table.rows("criteria"))
    names = [one.name for one in criteria]
    for name in sorted({name for name in names if names.count(name) > 1}):
        table.report("twice", f"{name!r} is there twice", "criteria")
    made = Scorecard(
        percent=table.whole("percent", low=1, high=100),
        seed=table.whole("seed", 1, low=0, high=10**9),
        certificate=table.text("certificate", "", like=_CODE),
        pass_mark=table.whole("pass_mark", 80, low=0, high=100),
        criteria=criteria,
    )
    table.done()
    return made


def _criterion(table: PackTable) -> Criterion:
    made = Criterion(
        name=table.text("name", like=_CODE),
        points=table.whole("points", low=1, high=100),
        label=table.texts("label"),
        fatal=table.flag("fatal", default=False),
    )
    table.done()
    return made


def read_floor(table: PackTable) -> FloorTerms:
    """Read the table; every problem goes to its document."""
    named = table.sub("codes", needed=False)
    codes = {}
    for code in named.data:
        if re.fullmatch(_CODE, code):
            codes[code] = named.texts(code)
        else:
            named.report("wrong-type", f"{code!r} must be written like {_CODE}", code)
    made = FloorTerms(
        wrap_up=table.whole("wrap_up", None, low=1, high=3600) or 0,
        codes=codes,
        batch=table.whole("batch", None, low=1, high=60) or 1,
        cut_off=_cut_off(table),
    )
    table.done()
    return made


def _cut_off(table: PackTable) -> int | None:
    text = table.text("cut_off", "")
    found = _CLOCK.fullmatch(text)
    if text and not found:
        table.report("wrong-type", f"{text!r} is no time of day such as 15:00", "cut_off")
    return int(found[1]) * 60 + int(found[2]) if found else None
