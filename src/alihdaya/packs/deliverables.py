"""What a client gets beside the result itself: documents, payments, journal. `deliverables.toml` says it in FEEL.

Values are FEEL over the delivered result of an item, so that a pack needs no program for its papers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from alihdaya.engagement.document import load
from alihdaya.kernel.errors import NotationError, PackError, Problem, Source, TermsError
from alihdaya.notation import feel
from alihdaya.packs.pack import Texts
from alihdaya.packs.table import PackTable

_NAME: Final = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
_CURRENCY: Final = r"[A-Z]{3}"

Value = Callable[[Mapping[str, Any]], Any]
"""A compiled FEEL expression over an item's result; null where it cannot be worked out."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A labelled value. Where it is `optional`, nothing, zero and the empty text are left out."""

    label: Texts
    value: Value
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """Amounts under a heading, with what they come to, if that is said."""

    title: Texts
    lines: tuple[Shown, ...]
    total: Shown | None


@dataclass(frozen=True, slots=True)
class Document:
    """One document for each item, in a folder of its kind's name. `name` gives the file's name without its ending."""

    kind: str
    title: Texts
    name: Value
    currency: Value
    facts: tuple[Shown, ...]
    sections: tuple[Section, ...]
    result: Shown
    note: Texts


@dataclass(frozen=True, slots=True)
class Account:
    """An account of the client's from which one currency is paid: an IBAN, or a number with its bank's BIC."""

    currency: str
    owner: str
    iban: str
    bank: str
    number: str


@dataclass(frozen=True, slots=True)
class Payment:
    """One credit transfer for each item whose amount is above nothing. `purpose`: ISO 20022 category purpose code."""

    accounts: tuple[Account, ...]
    purpose: str
    payee: Value
    amount: Value
    currency: Value
    reference: Value
    text: Value
    iban: Value
    bank: Value
    number: Value


@dataclass(frozen=True, slots=True)
class Posting:
    """One line of the journal: a ledger account and the amount that goes to a side of it."""

    account: str
    name: Texts
    value: Value
    credit: bool


@dataclass(frozen=True, slots=True)
class Deliverables:
    """All of a pack. `outcomes`: end events whose items count; `day`: the date that decides the month."""

    outcomes: tuple[str, ...]
    day: Value
    document: Document | None
    payment: Payment | None
    postings: tuple[Posting, ...]
    currency: Value


def read_deliverables(data: bytes, name: str, known: frozenset[str]) -> Deliverables:
    """Read the bytes of deliverables.toml; `known` are the names of a result. Raises PackError with every problem."""
    try:
        document, content = load(data, name)
    except TermsError as error:
        raise PackError(error.problems) from None
    made = _Reader(known, name).whole(PackTable(document, content))
    if document.problems:
        raise PackError(document.problems)
    return made


class _Reader:
    """Reads one file; the FEEL in it may use the names of the result."""

    def __init__(self, known: frozenset[str], name: str) -> None:
        self.known, self.file = known, name

    def whole(self, root: PackTable) -> Deliverables:
        made = Deliverables(
            root.names("outcomes", r"[A-Za-z_][\w-]*"),
            self.value(root, "day"),
            self.document(root.sub("document")) if "document" in root.data else None,
            self.payment(root.sub("payment")) if "payment" in root.data else None,
            tuple(self.posting(row) for row in root.rows("journal", needed=False)),
            self.value(root, "currency"),
        )
        root.done()
        return made

    def value(self, table: PackTable, key: str, *, needed: bool = True) -> Value:
        """Compile the FEEL under a key; a missing one that need not be there is null."""
        text = table.text(key) if needed else table.text(key, "null")
        try:
            expression = feel.parse(text or "null", names=self.known, source=Source(self.file, element=key))
        except NotationError as error:
            for problem in error.problems:
                table.report(problem.code, problem.message, key)
            return lambda _: None
        for name in sorted(expression.names - self.known):
            table.report("not-supplied", f"{name!r} is not in the delivered result", key)
        return feel.compile_expression(expression)

    def shown(self, table: PackTable) -> Shown:
        made = Shown(table.texts("label"), self.value(table, "value"), table.flag("optional", default=False))
        table.done()
        return made

    def document(self, table: PackTable) -> Document:
        made = Document(
            table.text("kind", like=_NAME),
            table.texts("title"),
            self.value(table, "name"),
            self.value(table, "currency"),
            tuple(self.shown(row) for row in table.rows("facts", needed=False)),
            tuple(self.section(row) for row in table.rows("sections")),
            self.shown(table.sub("result")),
            table.texts("note") if "note" in table.data else {},
        )
        table.done()
        return made

    def section(self, table: PackTable) -> Section:
        total = self.shown(table.sub("total")) if "total" in table.data else None
        made = Section(table.texts("title"), tuple(self.shown(row) for row in table.rows("lines")), total)
        table.done()
        return made

    def payment(self, table: PackTable) -> Payment:
        needed = ("payee", "amount", "currency", "reference", "text")
        values = {key: self.value(table, key) for key in needed}
        values |= {key: self.value(table, key, needed=False) for key in ("iban", "bank", "number")}
        accounts = tuple(self.account(row) for row in table.rows("accounts"))
        made = Payment(accounts, table.text("purpose", "", like=r"[A-Z]{4}"), **values)
        table.done()
        return made

    def account(self, table: PackTable) -> Account:
        texts = [table.text(key, "") for key in ("iban", "bank", "number")]
        made = Account(table.text("currency", like=_CURRENCY), table.text("owner"), *texts)
        if not made.iban and not (made.bank and made.number):
            table.report("missing", "an account is an IBAN, or a bank and a number", "iban")
        table.done()
        return made

    def posting(self, table: PackTable) -> Posting:
        sides = sorted({"debit", "credit"} & table.data.keys()) or ["debit"]
        if len(sides) > 1:
            table.report("twice", "a line goes to one side: debit or credit", "credit")
        made = Posting(
            table.text("account"), table.texts("name"), self.value(table, sides[0]), credit=sides[0] == "credit"
        )
        if len(sides) > 1:
            self.value(table, sides[1])
        table.done()
        return made


def no_outcomes(found: Deliverables, ends: frozenset[str], name: str) -> list[Problem]:
    """Give a problem for each outcome that is no end event of the process."""
    place = Source(name, element="outcomes")
    return [
        Problem("no-end", f"the process has no end event {one!r}", place) for one in found.outcomes if one not in ends
    ]
