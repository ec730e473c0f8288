"""An engagement's months as its account knows them: what is open, closed, disputed, credited and paid."""

from decimal import Decimal
from typing import Any, Literal, NamedTuple

from alihdaya.engagement.account.book import Book
from alihdaya.engagement.account.events import InvoiceClosed
from alihdaya.kernel.errors import Refused
from alihdaya.operations.books.account.close import document_of, open_months
from alihdaya.operations.books.account.drafting import account_of
from alihdaya.operations.books.account.pay import books, dues
from alihdaya.operations.books.bill import terms_of
from alihdaya.store import Store

State = Literal["open", "closed", "disputed", "credited", "paid", "refused"]


class MonthRow(NamedTuple):
    """A month that has something to bill, or that was closed; amounts in the major unit of `currency`.

    `number`, `issued`: of its invoice, "" while it is open. `states`: "open"; "refused" if it cannot be billed as it
    is, and then there are no amounts; of a closed one all of "disputed" (a dispute is undecided), "credited" (a credit
    note took something back) and "paid" (paid in full) that hold, else "closed". `total`: fees less service credits,
    with adjustments; `credits`: the service credits within it. Of a closed one: `payable` is the total with its tax,
    `noted` what credit notes took back, `paid` what payments brought, `left` what is still to be paid.
    """

    month: str
    number: str
    issued: str
    states: tuple[State, ...]
    currency: str
    total: Decimal | None = None
    credits: Decimal | None = None
    payable: Decimal | None = None
    noted: Decimal | None = None
    paid: Decimal | None = None
    left: Decimal | None = None


def months_of(store: Store, engagement: str) -> list[MonthRow]:
    """Give an engagement's months, the latest first, all of one moment. Raises Refused for none such."""
    with store.moment():
        terms = terms_of(store, engagement)
        book = books(store)[engagement]
        left = {one.number: one.amount for one in dues(store)}
        found = [_closed(book, one, left[one.number]) for one in book.invoices.values()]
        for month in open_months(store, account_of(store, engagement)):
            try:
                document = document_of(store, terms, month)
            except Refused:
                found.append(MonthRow(month, "", "", ("refused",), terms.currency))
            else:
                found.append(MonthRow(month, "", "", ("open",), document["currency"], *_sums(document)))
    return sorted(found, key=lambda one: one.month, reverse=True)


def _sums(document: dict[str, Any]) -> tuple[Decimal, Decimal]:
    return Decimal(document["total"]), Decimal(document["credited"])


def _closed(book: Book, invoice: InvoiceClosed, left: Decimal) -> MonthRow:
    document, number = invoice.document, invoice.number
    noted, paid = book.taken_back(number), book.paid(number)
    disputed = any(one.upheld is None and one.opened.invoice == number for one in book.disputes.values())
    holds: list[tuple[State, bool]] = [
        ("disputed", disputed),
        ("credited", noted > 0),
        ("paid", paid > 0 and left <= 0),
    ]
    states = tuple(state for state, does in holds if does) or ("closed",)
    payable = Decimal(document.get("payable", document["total"]))
    money = (*_sums(document), payable, noted, paid, left)
    return MonthRow(invoice.month, number, invoice.issued, states, document["currency"], *money)
