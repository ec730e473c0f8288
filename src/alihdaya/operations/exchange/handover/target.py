"""Where a hand-over goes: a service of the same client, under its own terms of today, and what it takes in."""

from collections.abc import Iterator, Mapping
from typing import Any

from alihdaya.kernel.errors import Problem, Refused, Source
from alihdaya.operations.books.account.agree import agreed
from alihdaya.operations.desk import Desk, Service
from alihdaya.packs.cell import NEEDED, CellError, cell_reader, text_of
from alihdaya.packs.intake import Column


def service_for(desk: Desk, giver: Service, engagement: str, name: str, at: int) -> Service:
    """Give the service that takes a hand-over, under the terms and the models that new work comes in under now.

    Raises Refused: of another client, the same service, one that nobody signed or deployed, or whose terms have ended.
    """
    where = _engagement(desk, giver, engagement, name)
    if (where, name) == (giver.engagement, giver.name):
        raise Refused(Problem("same-service", f"{name} has it already: pass the task on within the service"))
    signed = [one for one in desk.store.engagements() if one.id == where][-1]
    pack = next(one["pack"] for one in signed.terms["service"] if one["id"] == name)
    versions = [one for one in desk.store.versions() if one.pack == pack]
    if not versions:
        raise Refused(Problem("not-offered", f"nothing was deployed yet for {where}/{name}: its pack is {pack}"))
    newest = max(versions, key=lambda one: one.number)
    return agreed(desk, desk.service(where, name, signed.digest, newest.digest), at)


def _engagement(desk: Desk, giver: Service, engagement: str, name: str) -> str:
    """Find the engagement that is meant: of the same client, and with a service of this name."""
    client = giver.terms.client.name
    latest = {one.id: one.terms for one in desk.store.engagements()}
    if engagement and engagement not in latest:
        raise Refused(Problem("no-engagement", f"there is no engagement {engagement!r}"))
    if engagement and latest[engagement]["client"]["name"] != client:
        raise Refused(Problem("other-client", f"{engagement} is another client's: nothing of {client} goes there"))
    having = [
        one
        for one, terms in latest.items()
        if terms["client"]["name"] == client and any(service["id"] == name for service in terms["service"])
    ]
    if engagement:
        having = [one for one in having if one == engagement]
    if not having:
        where = f" in {engagement}" if engagement else ""
        raise Refused(Problem("no-service", f"{client} has no service {name!r}{where}"))
    if giver.engagement in having:
        return giver.engagement
    if len(having) > 1:
        raise Refused(Problem("which-engagement", f"{name} is in several of {client}: {', '.join(sorted(having))}"))
    return having[0]


def data_for(taker: Service, seen: Mapping[str, Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """Give what the taking service's process begins with: the columns of its intake, read as those of a file.

    What was `given` stands before what the giving item knows. Raises Refused with every column that lacks or is wrong.
    """
    intake = taker.pack.intake
    unknown = sorted(set(given) - set(intake.variables))
    problems = [_problem(name, f"is no column of {taker.name}") for name in unknown]
    found: dict[str, Any] = {}
    for column in intake.columns:
        if column.carry:
            try:
                found[column.name] = next(_values(column, seen, given, intake.nulls), None)
            except CellError as error:
                problems.append(_problem(column.name, str(error)))
    if problems:
        raise Refused(problems)
    return found


def _values(column: Column, seen: Mapping[str, Any], given: Mapping[str, Any], nulls: frozenset[str]) -> Iterator[Any]:
    text = text_of(given[column.name] if column.name in given else _plain(seen.get(column.name)))
    if text is not None and text not in nulls:
        yield cell_reader(column)(text)
    elif column.required:
        raise CellError(NEEDED)


def _plain(value: Any) -> Any:
    """Leave out what no cell can hold: the giving process has its own idea of such a name."""
    return None if isinstance(value, dict | list) else value


def _problem(name: str, why: str) -> Problem:
    return Problem("handover-data", f"{name}: {why}", Source(element=name))
