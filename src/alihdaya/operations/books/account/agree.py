"""Changing an engagement: amendment, renewal, termination; and what that means for whatever comes in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from alihdaya.engagement import terms as wire
from alihdaya.engagement.account import schedule
from alihdaya.engagement.account.events import (
    EngagementAmended,
    EngagementTerminated,
    HolidayAdded,
    InvoiceClosed,
    ItemRebooked,
)
from alihdaya.engagement.account.holidays import Holidays, holidays_of
from alihdaya.engagement.account.schedule import Agreement
from alihdaya.engagement.events import EngagementSigned
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.operations.books.account.drafting import Account, account_of, month_of
from alihdaya.operations.desk import Desk, Service
from alihdaya.store import Store
from alihdaya.store.views.ledger import facts


@dataclass(frozen=True, slots=True)
class Standing:
    """What intake must know of an engagement that changed, or of which months are closed."""

    agreement: Agreement
    closed: frozenset[str]
    holidays: Holidays


def standings(store: Store) -> dict[str, Standing]:
    """Give the standing of every engagement that has any; of most stores this is empty."""
    found: dict[str, set[str]] = {}
    for one in facts(store):
        if isinstance(one.event, (EngagementAmended, EngagementTerminated, InvoiceClosed, HolidayAdded)):
            months = found.setdefault(one.event.engagement, set())
            if isinstance(one.event, InvoiceClosed):
                months.add(one.event.month)
    return {name: _standing(account_of(store, name), frozenset(months)) for name, months in found.items()}


def _standing(account: Account, closed: frozenset[str]) -> Standing:
    added = holidays_of((one.event for one in account.facts), account.engagement)
    return Standing(account.agreement, closed, added)


def agreed(desk: Desk, service: Service, at: int) -> Service:
    """Give a service under the terms that hold as something comes in at `at`. Raises Refused after the end."""
    found: Standing | None = desk.standings.get(service.engagement)
    if found is None or not (found.agreement.changed or found.holidays):
        return service
    terms = found.agreement.takes_in(at) if found.agreement.changed else service.terms
    if terms.digest == service.terms.digest and service.name not in found.holidays:
        return service
    other = desk.service(service.engagement, service.name, terms.digest, service.pack.digest)
    return other.running(service.plan.process.id)


def backdated(desk: Desk, engagement: str, item: int, said: int | None, at: int) -> None:
    """Book an item that came in at `at`, but says that it is of a month that is closed: it counts in that month.

    So the next invoice shows it as an adjustment; the closed one stays as it is.
    """
    standing: Standing | None = desk.standings.get(engagement)
    if standing is None or said is None or said >= at:
        return
    terms = standing.agreement.last.terms
    month = month_of(said, terms)
    if month in standing.closed and month != month_of(at, terms):
        desk.note(at, "intake", ItemRebooked(engagement, item, month, "", True, "back-dated"))


def turned_away(desk: Desk, service: Service, at: int) -> str:
    """Say why nothing comes in for a service at `at`, empty where it may."""
    standing: Standing | None = desk.standings.get(service.engagement)
    if standing is None or not standing.agreement.changed or at < standing.agreement.closes:
        return ""
    return standing.agreement.refusal().message


def amend(desk: Desk, terms: Terms, effect: date, reason: str, by: str, *, retroactive: bool = False) -> Agreement:
    """Let other terms hold from a day of the client on; in place of the last amendment, if they are of the same day.

    Raises Refused as `schedule.amend`; durable at the end.
    """
    account = account_of(desk.store, terms.engagement)
    agreement = account.agreement
    schedule.amend(agreement, terms, effect, desk.at, retroactive=retroactive, used=_used(account))
    kind = schedule.REPLACING if schedule.replaces(agreement, effect) else "amended"
    return _change(desk, agreement.last.terms, terms, by, effect.isoformat(), kind, reason)


def _used(account: Account) -> str:
    """Give the number of the first invoice that was closed since the last terms were agreed, and counts by them.

    Empty: none does. What was agreed later, and taken back, does not make the invoices before it undone.
    """
    last = account.agreement.last
    found = ""
    for one in account.facts:
        fact = one.event
        if isinstance(fact, EngagementAmended) and (fact.effect, fact.digest) == (f"{last.effect}", last.terms.digest):
            found = ""
        elif isinstance(fact, InvoiceClosed) and not found:
            closed = [fact.month, *(line["month"] for line in fact.document["adjustments"])]
            found = fact.number if max(closed) >= f"{last.effect:%Y-%m}" else ""
    return found


def renew(desk: Desk, engagement: str, following: date | Terms, reason: str, by: str) -> Agreement:
    """Let an engagement go on after its end: under other terms, or under those that hold until a day of the client.

    Raises Refused for a period that overlaps the one before, or leaves a gap.
    """
    agreement = account_of(desk.store, engagement).agreement
    if isinstance(following, date):
        last = agreement.last.terms
        if following <= last.until:
            raise Refused(Problem("overlap", f"the terms hold until {last.until} already"))
        following = _prolonged(last, following)
    schedule.renew(agreement, following)
    return _change(desk, agreement.last.terms, following, by, following.start.isoformat(), "renewed", reason)


def _prolonged(last: Terms, until: date) -> Terms:
    """Give the same terms for the period that follows, with the holidays of its years."""
    written = wire.to_wire(last)
    period = {"from": (last.until + timedelta(days=1)).isoformat(), "until": until.isoformat()}
    longer = {**written, "engagement": {**written["engagement"], **period}}
    anew = wire.to_wire(wire.from_wire(_with_holidays(longer, [None for _ in longer["service"]])))
    found = [service["calendar"]["holidays"].get("dates", {}) for service in anew["service"]]
    before = [service["calendar"]["holidays"].get("dates", {}) for service in written["service"]]
    return wire.from_wire(_with_holidays(longer, [{**b, **a} for a, b in zip(before, found, strict=True)]))


def _with_holidays(terms: dict[str, Any], dates: Sequence[dict[str, str] | None]) -> dict[str, Any]:
    """Give terms with these holidays written out, service by service; None: they are looked up for its years."""
    services = []
    for service, listed in zip(terms["service"], dates, strict=True):
        rules = {key: text for key, text in service["calendar"]["holidays"].items() if key != "dates"}
        holidays = rules if listed is None else {**rules, "dates": listed}
        services.append({**service, "calendar": {**service["calendar"], "holidays": holidays}})
    return {**terms, "service": services}


def terminate(desk: Desk, engagement: str, last: date, reason: str, by: str) -> Agreement:
    """Let nothing come in any more after a day of the client. Raises Refused for a day that is over or outside."""
    schedule.terminate(account_of(desk.store, engagement).agreement, last, desk.at)
    desk.note(desk.at, by, EngagementTerminated(engagement, last.isoformat(), reason))
    return _settled(desk, engagement)


def _change(desk: Desk, former: Terms, terms: Terms, by: str, *how: str) -> Agreement:
    signed = EngagementSigned(terms.engagement, terms.digest, wire.to_wire(terms))
    desk.note(desk.at, by, signed, EngagementAmended(terms.engagement, terms.digest, former.digest, *how))
    return _settled(desk, terms.engagement)


def _settled(desk: Desk, engagement: str) -> Agreement:
    desk.commit()
    desk.standings = standings(desk.store)
    return desk.standings[engagement].agreement


def agreements(store: Store) -> list[Agreement]:
    """Give every engagement's agreement, in the order in which they were signed first."""
    names = dict.fromkeys(one.id for one in store.engagements())
    return [account_of(store, name).agreement for name in names]
