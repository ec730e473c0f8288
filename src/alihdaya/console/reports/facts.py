"""What the report of a run tells: one frozen record, filled by the composition root."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from alihdaya.console.picture import Refusal
from alihdaya.kernel.money import Money
from alihdaya.packs.pack import Texts
from alihdaya.packs.vocabulary import NO_VOCABULARY, Vocabulary


@dataclass(frozen=True, slots=True)
class Day:
    """One day's items, and how many of them went to people."""

    day: date
    items: int
    to_people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Month:
    """One month ("2013-04") of the engagement. Money is the month's; met and total count tasks per SLA clock."""

    month: str
    items: int
    straight_through: int
    respond_met: int
    respond_total: int
    resolve_met: int
    resolve_total: int
    revenue: Money
    cost: Money
    credits: Money
    invoice: str = ""
    invoice_file: str = ""

    @property
    def margin(self) -> Money:
        """What is left of the revenue after credits and cost."""
        return self.revenue - self.credits - self.cost


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items got one outcome of a decision, named by its code."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """One count that the pack asks for: its title by language, and the tallies, the greatest first."""

    title: Texts
    tallies: tuple[Tally, ...]
    several: bool = False
    """Whether one item can be in several tallies."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Tasks that waited less than `below` seconds (None: longer than all others) and more than the band before."""

    below: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Load:
    """What one person did: tasks, seconds of handling, and the seconds they were at work (0 where unknown)."""

    person: str
    name: str
    tasks: int
    seconds: int
    present_seconds: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """A run in figures. `seconds` is wall time; `replay_equal` is None where no replay was asked for.

    `unbilled`: why months are not in `invoiced` and `margin`, in words.
    """

    client: str
    provider: str
    service: str
    items: int
    straight_through: int
    to_people: int
    delivered: int
    waiting: int = 0
    stopped: int = 0
    rejected: int = 0
    refusals: tuple[Refusal, ...] = ()
    respond: tuple[int, int] = (0, 0)
    resolve: tuple[int, int] = (0, 0)
    respond_target: Decimal | None = None
    resolve_target: Decimal | None = None
    invoiced: Money | None = None
    credits: Money | None = None
    unbilled: tuple[str, ...] = ()
    margin: Money | None = None
    seconds: float = 0.0
    items_per_s: float | None = None
    replay_equal: bool | None = None
    simulated: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFacts:
    """The report's content. `shore_reasons` are codes with facts; `seed` is the simulation's, None without one.

    `made_at` is wall time; `zone` the IANA name in which times are shown; `countries` = (client's, provider's) as
    ISO 3166-1 alpha-2 codes.
    """

    run: RunSummary
    engagement: str
    first_day: date
    last_day: date
    made_at: int
    zone: str
    countries: tuple[str, str]
    shore: str
    shore_reasons: tuple[str, ...] = ()
    days: tuple[Day, ...] = ()
    months: tuple[Month, ...] = ()
    counts: tuple[Counted, ...] = ()
    vocabulary: Vocabulary = NO_VOCABULARY
    waits: tuple[Wait, ...] = ()
    loads: tuple[Load, ...] = ()
    sources: tuple[str, ...] = ()
    simulated_tasks: int = 0
    seed: int | None = None
    log_entries: int = 0
