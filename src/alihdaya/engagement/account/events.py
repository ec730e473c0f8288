"""What happens between client and provider once terms are signed. Days are ISO texts, amounts are decimal texts."""

from typing import Any, NamedTuple

from alihdaya.kernel.event import event


@event("engagement.amended")
class EngagementAmended(NamedTuple):
    """Other terms hold from the client's day `effect` on; `kind`: amended, renewed, or replacing.

    `digest` names terms that were signed in the same entry, `former` those that they follow. What came in before keeps
    the terms that it came in under. Replacing: they stand in for `former`, which were to hold from the same day on.
    """

    engagement: str
    digest: str
    former: str
    effect: str
    kind: str
    reason: str


@event("engagement.terminated")
class EngagementTerminated(NamedTuple):
    """Nothing comes in any more after the client's day `last`; what is under way is finished and billed."""

    engagement: str
    last: str
    reason: str


@event("invoice.closed")
class InvoiceClosed(NamedTuple):
    """A month's invoice was issued and never changes. `document`: the invoice in plain form, adjustments included.

    `lines` is the sha256, in hex, of its lines, credits and adjustments; `seq` the last entry that it counted.
    """

    engagement: str
    month: str
    number: str
    issued: str
    lines: str
    seq: int
    document: dict[str, Any]


@event("item.rebooked")
class ItemRebooked(NamedTuple):
    """An item counts otherwise than as it was delivered: in `month` and as `unit` where they are not empty, or not.

    `billed` False: it is on no invoice. The last word about an item counts, all of it.
    """

    engagement: str
    item: int
    month: str
    unit: str
    billed: bool
    reason: str


@event("calendar.holiday")
class HolidayAdded(NamedTuple):
    """A day of a service's calendar is closed that was not when the terms were signed.

    Clocks of what is open were set anew in the entries that follow. `counts`: (month, measure, n) by which the clocks
    of `items`, which were finished before, come out otherwise: measures as store.views.months.sla_measures has them.
    `reached`: where nodes share a database, (shard, number of its last entry) up to which that counts.
    """

    engagement: str
    service: str
    day: str
    name: str
    reason: str
    counts: tuple[tuple[str, str, int], ...]
    items: tuple[int, ...]
    reached: tuple[tuple[int, int], ...] = ()


@event("calendar.recounted")
class HolidayRecounted(NamedTuple):
    """What an added holiday changes of items that a shard finished before it heard of it: as HolidayAdded has them."""

    engagement: str
    service: str
    day: str
    counts: tuple[tuple[str, str, int], ...]
    items: tuple[int, ...]


@event("dispute.opened")
class DisputeOpened(NamedTuple):
    """The client disputes an invoice: `quantities` are (line, quantity), as text; `items` those that it names.

    `reference`: the client's own number of it, of which an invoice has one dispute; empty: none was given.
    """

    engagement: str
    dispute: int
    invoice: str
    quantities: tuple[tuple[str, str], ...]
    items: tuple[int, ...]
    reason: str
    reference: str = ""


@event("dispute.decided")
class DisputeDecided(NamedTuple):
    """A dispute was upheld, wholly, or rejected. An upheld one is followed by its credit note in the same entry."""

    engagement: str
    dispute: int
    upheld: bool
    reason: str


@event("credit_note.issued")
class CreditNoteIssued(NamedTuple):
    """A credit note takes back part of an invoice: `quantities` (line, quantity), `net` and `gross` above zero."""

    engagement: str
    number: str
    invoice: str
    dispute: int
    issued: str
    currency: str
    net: str
    gross: str
    quantities: tuple[tuple[str, str], ...]


@event("statement.imported")
class StatementImported(NamedTuple):
    """A bank statement was read: `digest` is the content's sha256, in hex; `entries` its bookings, `new` among them."""

    digest: str
    name: str
    kind: str
    entries: int
    new: int


@event("payment.booked")
class PaymentBooked(NamedTuple):
    """The bank booked `amount` on `day`; `key` names the booking for ever, whichever file it came in.

    `state`: waiting, or rejected with the `reason`.
    """

    key: str
    account: str
    day: str
    amount: str
    currency: str
    payer: str
    text: str
    state: str
    reason: str


@event("payment.matched")
class PaymentMatched(NamedTuple):
    """`amount` of a booking pays an invoice. `how`: reference, amount, or by hand.

    `reference` tells matches by hand of one booking and one invoice apart; empty: none was given.
    """

    engagement: str
    key: str
    invoice: str
    amount: str
    how: str
    reference: str = ""


@event("payment.rejected")
class PaymentRejected(NamedTuple):
    """A booking pays none of our invoices; somebody said why."""

    key: str
    reason: str


ACCOUNT = (
    EngagementAmended,
    EngagementTerminated,
    InvoiceClosed,
    ItemRebooked,
    HolidayAdded,
    HolidayRecounted,
    DisputeOpened,
    DisputeDecided,
    CreditNoteIssued,
    StatementImported,
    PaymentBooked,
    PaymentMatched,
    PaymentRejected,
)
"""Every event of the table `ledger`."""
