"""The bank's file: one credit transfer initiation (ISO 20022, pain.001.001.09) for each currency."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from alihdaya.channels.documents.gather import Delivered, amount, text, writable
from alihdaya.kernel.errors import Problem, Refused
from alihdaya.kernel.money import Money
from alihdaya.kernel.time import moment
from alihdaya.packs.deliverables import Account, Payment

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

_SPACE: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_LONGEST_ID: Final = 35
_LONGEST_TEXT: Final = 140


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment: to whom, how much, where to, and what it says. The account is an IBAN, or a number with a BIC."""

    item: int
    day: date
    payee: str
    money: Money
    reference: str
    text: str
    iban: str
    bank: str
    number: str


def transfer_of(one: Delivered) -> Transfer | None:
    """Make the transfer of an item; none where its pack pays nothing, or the amount is nothing.

    Raises Refused, naming the item, for what cannot be paid. Account numbers are checked as far as their standards
    go: an IBAN by its country's form and check digits, a BIC by its form.
    """
    payment = one.deliverables.payment
    return _transfer(payment, one) if payment is not None else None


def alone(paid: list[Transfer]) -> list[Transfer]:
    """Give references that stand twice the number of their item, so that each stands once in the bank's file."""
    taken: set[str] = set()
    made = []
    for one in paid:
        reference, n = one.reference, 0
        while reference in taken:
            ending = f"-{one.item}" + (f"-{n}" if n else "")
            reference, n = one.reference[: _LONGEST_ID - len(ending)] + ending, n + 1
        taken.add(reference)
        made.append(replace(one, reference=reference))
    return made


def reference_of(text: str, item: int) -> str:
    """Write a reference in the characters that banks take, at most 35; no slash at an end, nor two together."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9/?:().,'+ -]+", "-", plain)
    plain = re.sub(r"([/.])[/.]*", r"\1", plain).strip("/. ")
    return plain[:_LONGEST_ID].rstrip("/. ") or f"item-{item}"


def _transfer(payment: Payment, one: Delivered) -> Transfer | None:
    currency = text(payment.currency, one, "the currency")
    sum_ = amount(payment.amount, one, "the amount paid")
    money = Money.of(sum_, currency)
    if money.amount != sum_:
        raise Refused(Problem("not-payable", f"item {one.item} pays {sum_}, which {currency} cannot"))
    if money.minor < 0:
        raise Refused(Problem("not-payable", f"item {one.item} would pay less than nothing: {sum_} {currency}"))
    if not money.minor:
        return None
    account = next((account for account in payment.accounts if account.currency == currency), None)
    if account is None:
        raise Refused(Problem("no-account", f"no account pays {currency}: item {one.item} is left"))
    check_account(account.iban, account.bank, account.number, "the account that pays")
    where = (_optional(value(one.result)) for value in (payment.iban, payment.bank, payment.number))
    transfer = Transfer(
        one.item,
        one.day,
        text(payment.payee, one, "the payee")[:_LONGEST_TEXT],
        money,
        reference_of(text(payment.reference, one, "the reference"), one.item),
        text(payment.text, one, "the text")[:_LONGEST_TEXT],
        *where,
    )
    writable(transfer.iban + transfer.bank + transfer.number, one, "the account")
    check_account(transfer.iban, transfer.bank, transfer.number, f"the account of item {one.item}")
    return transfer


def _optional(found: object) -> str:
    return found if isinstance(found, str) else ""


def check_account(iban: str, bank: str, number: str, what: str) -> None:
    """Refuse an account that cannot be one, saying `what` it is."""
    from stdnum import bic
    from stdnum import iban as ibans

    if iban:
        if not ibans.is_valid(iban):
            raise Refused(Problem("bad-account", f"{what}: {iban!r} is no IBAN"))
    elif not number:
        raise Refused(Problem("bad-account", f"{what} has neither an IBAN nor a number"))
    elif not bic.is_valid(bank):
        raise Refused(Problem("bad-account", f"{what}: {bank!r} is no BIC"))


def payment_file(message: str, account: Account, paid: list[Transfer], at: int, purpose: str) -> bytes:
    """Write the file of one currency. `at`: when the last of it was delivered (microseconds); no clock is read.

    Payments of one day form a batch; number of transactions and control sum stand over each and over the whole.
    """
    from lxml import etree

    root = etree.Element(f"{{{_SPACE}}}Document", nsmap={None: _SPACE})
    whole = _under(root, "CstmrCdtTrfInitn")
    head = _under(whole, "GrpHdr")
    _under(head, "MsgId", message[:_LONGEST_ID])
    _under(head, "CreDtTm", moment(at).astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"))
    _sums(head, paid)
    _under(_under(head, "InitgPty"), "Nm", account.owner[:_LONGEST_TEXT])
    for day, batch in _by_day(paid):
        _batch(_under(whole, "PmtInf"), f"{message[: _LONGEST_ID - 9]}-{day:%Y%m%d}", account, batch, purpose)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True))


def _by_day(paid: list[Transfer]) -> Iterator[tuple[date, list[Transfer]]]:
    for day in sorted({one.day for one in paid}):
        yield day, [one for one in paid if one.day == day]


def _under(parent: "Element", name: str, content: str | None = None) -> "Element":
    from lxml import etree

    made = etree.SubElement(parent, f"{{{_SPACE}}}{name}")
    made.text = content
    return made


def _sums(parent: "Element", paid: list[Transfer]) -> None:
    _under(parent, "NbOfTxs", str(len(paid)))
    _under(parent, "CtrlSum", str(sum((one.money.amount for one in paid), Decimal(0))))


def _batch(batch: "Element", name: str, account: Account, paid: list[Transfer], purpose: str) -> None:
    _under(batch, "PmtInfId", name)
    _under(batch, "PmtMtd", "TRF")
    _sums(batch, paid)
    if purpose:
        _under(_under(_under(batch, "PmtTpInf"), "CtgyPurp"), "Cd", purpose)
    _under(_under(batch, "ReqdExctnDt"), "Dt", paid[0].day.isoformat())
    _under(_under(batch, "Dbtr"), "Nm", account.owner[:_LONGEST_TEXT])
    paying = _account(batch, "DbtrAcct", account.iban, account.number)
    _under(paying, "Ccy", account.currency)
    _agent(batch, "DbtrAgt", account.bank)
    for one in paid:
        _one(batch, one)


def _one(batch: "Element", paid: Transfer) -> None:
    entry = _under(batch, "CdtTrfTxInf")
    _under(_under(entry, "PmtId"), "EndToEndId", paid.reference)
    sum_ = _under(_under(entry, "Amt"), "InstdAmt", str(paid.money.amount))
    sum_.set("Ccy", paid.money.currency)
    if paid.bank:
        _agent(entry, "CdtrAgt", paid.bank)
    _under(_under(entry, "Cdtr"), "Nm", paid.payee)
    _account(entry, "CdtrAcct", paid.iban, paid.number)
    _under(_under(entry, "RmtInf"), "Ustrd", paid.text)


def _account(parent: "Element", name: str, iban: str, number: str) -> "Element":
    account = _under(parent, name)
    key = _under(account, "Id")
    if iban:
        _under(key, "IBAN", iban)
    else:
        _under(_under(key, "Othr"), "Id", number[:34])
    return account


def _agent(parent: "Element", name: str, bank: str) -> None:
    """Name a bank; where only the IBAN is known, the standard's word for it."""
    where = _under(_under(parent, name), "FinInstnId")
    if bank:
        _under(where, "BICFI", bank)
    else:
        _under(_under(where, "Othr"), "Id", "NOTPROVIDED")
