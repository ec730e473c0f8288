"""What happens to engagements, packs and sources, and the figures from outside that bills need."""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("engagement.signed")
class EngagementSigned(NamedTuple):
    """A client and a provider agreed on terms (S17). `terms` is the whole parsed terms.toml, frozen at signing."""

    engagement: str
    digest: str
    terms: dict[str, Any]


@event("pack.deployed")
class PackDeployed(NamedTuple):
    """A pack's models became executable. `files`: relative path -> text; `definition`: their digest, 32 hex digits."""

    pack: str
    definition: str
    files: dict[str, str]


@event("source.opened")
class SourceOpened(NamedTuple):
    """A file is being read. `source` numbers it from 1; `digest` is the content's sha256, in hex; `rows` its rows."""

    source: int
    name: str
    digest: str
    rows: int


@event("month.archived")
class MonthArchived(NamedTuple):
    """A month's entries (first to last) and the items that came in up to `last_item` moved from here into files.

    They are in the folder `month` within `folder`, which is empty where that is the store's own. `chain` is the sha256,
    in hex, of the manifest, which names that of the month before. `born`: when the log's first entry was written;
    `until`: when the last of these items was delivered, 0 where none was; both in microseconds.
    """

    month: str
    first: int
    last: int
    entries: int
    items: int
    last_item: int
    folder: str
    chain: str
    born: int
    until: int


@event("row.rejected")
class RowRejected(NamedTuple):
    """A row of a source could not become an item. `column` may be empty; `text` is the offending value, shortened."""

    source: int
    row: int
    column: str
    reason: str
    text: str


@event("figure.exchange")
class ExchangeQuoted(NamedTuple):
    """`source` (a bank) quoted: one unit of `base` is `rate` units of `quote`, on the day or in the month `on`."""

    base: str
    quote: str
    on: str
    rate: str
    source: str


@event("figure.index")
class IndexPublished(NamedTuple):
    """`source` published the value of an index `series` for a month ("2026-12")."""

    series: str
    month: str
    value: str
    source: str


@event("figure.milestone")
class MilestoneReached(NamedTuple):
    """A milestone of a service was reached on a day; `unit` prices it, `evidence` is what the client accepted."""

    engagement: str
    service: str
    unit: str
    milestone: str
    day: str
    evidence: str
