"""A page of the work behind a line that bills time or persons, out of a month of any size."""

from decimal import Decimal

from alihdaya.engagement.invoice import Line
from alihdaya.engagement.rates.card import Rate
from alihdaya.engagement.terms import Service
from alihdaya.operations.books.behind import bounds
from alihdaya.operations.books.measured import WORKED, Counted, MonthFacts
from alihdaya.store import views

_NOTHING = Decimal(0)


def work_page(
    facts: MonthFacts, rated: tuple[Service, Rate], line: Line, page: tuple[int, int], *, before: Decimal = _NOTHING
) -> list[Counted] | None:
    """Give a page, (first from 1, count), of the finished tasks that a line of usage bills, in their order.

    `facts`: of the month, or of a window of it; `rated`: by which the line bills; `before`: see behind.bounds. None for
    a line that counts others, and where items of the month were archived.
    """
    service, rate = rated
    if line.part != "usage" or rate.kind not in WORKED or rate.measure.team:
        return None
    work, part = views.Work(facts.terms.engagement, service.id, facts.within), (page[0], sum(page) - 1)
    if rate.kind == "seat":
        done = views.seats_page(facts.store, work, (line.first, line.last), part)
    else:
        work = work._replace(bounds=bounds(service, rate, line, before), increment=rate.measure.increment)
        done = views.finished_page(facts.store, work, part)
    return None if done is None else list(map(facts.teller(service, rate), done))
