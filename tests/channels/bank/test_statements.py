"""Bank statements of three kinds say the same; bad ones are refused with file and line."""

from datetime import date
from decimal import Decimal

import pytest

from alihdaya.channels.documents.bank.reading import read_statement
from alihdaya.kernel.errors import NotationError

CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">125.70</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>2026-04-02</Dt></BookgDt><AcctSvcrRef>BANKREF1</AcctSvcrRef><NtryDtls><TxDtls>
<RltdPties><Dbtr><Pty><Nm>Kedai Umpama</Nm></Pty></Dbtr></RltdPties>
<RmtInf><Ustrd>Invoice my-desk-00001</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
<Ntry><Amt Ccy="EUR">10</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><DtTm>2026-04-03T08:00:00</DtTm></BookgDt>
<AddtlNtryInf>Bank fee</AddtlNtryInf></Ntry>
<Ntry><Amt Ccy="EUR">7</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>PDNG</Cd></Sts></Ntry>
<Ntry><Amt Ccy="EUR">3</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-04-04</Dt></BookgDt>
<AcctSvcrRef>BATCH</AcctSvcrRef><NtryDtls><TxDtls><AmtDtls><TxAmt><Amt Ccy="EUR">1</Amt></TxAmt></AmtDtls></TxDtls>
<TxDtls><Amt Ccy="EUR">2</Amt><RmtInf><Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
</NtryDtls></Ntry>
</Stmt></BkToCstmrStmt></Document>"""

MT940 = """:20:STARTUMSE
:25:10020030/1234567
:28C:00001/001
:60F:C260401EUR1000,00
:61:2604020402C125,70NTRFNONREF//BANKREF1
:86:166?00GUTSCHRIFT?20Invoice my-desk-00001?32KEDAI UMPAMA
:61:2604030403D10,00NMSCNONREF//BANKREF2
:86:Bank fee
:62F:C260403EUR1115,70
-
"""

CSV = "day;amount;currency;payer;text;reference\n2026-04-02;125.70;EUR;Kedai Umpama;Invoice my-desk-00001;BANKREF1\n\n"
CSV += "2026-04-03;-10;EUR;;Bank fee;BANKREF2\n"


def read(text, name="s"):
    return read_statement(text.encode(), name)


@pytest.mark.parametrize(("text", "kind"), [(CAMT, "camt.053"), (MT940, "MT940"), (CSV, "CSV")])
def test_all_kinds_tell_day_amount_payer_and_reference(text, kind):
    found = read(text)
    assert found.kind == kind
    first, fee = found.bookings[:2]
    assert (first.day, first.amount, first.currency, first.reference) == (
        date(2026, 4, 2),
        Decimal("125.70"),
        "EUR",
        "BANKREF1",
    )
    assert first.payer.casefold() == "kedai umpama"
    assert "my-desk-00001" in first.text
    assert (fee.day, fee.amount, fee.text) == (date(2026, 4, 3), Decimal(-10), "Bank fee")


def test_a_batch_is_its_transactions_and_what_is_pending_is_not_booked():
    found = read(CAMT).bookings
    assert [(one.amount, one.reference, one.text) for one in found[2:]] == [
        (Decimal(1), "BATCH#1", ""),
        (Decimal(2), "BATCH#2", "RF18"),
    ]
    assert [str(one.amount) for one in read(CAMT.replace(">1</Amt></TxAmt>", ">9</Amt></TxAmt>")).bookings[2:]] == ["3"]


def test_several_messages_in_one_file_and_lines_of_windows():
    found = read((MT940 + MT940.replace("BANKREF", "OTHER")).replace("\n", "\r\n"))
    assert [one.reference for one in found.bookings] == ["BANKREF1", "BANKREF2", "OTHER1", "OTHER2"]


BALANCE = "<Bal><Tp><CdOrPrtry><Cd>{}</Cd></CdOrPrtry></Tp><Amt Ccy='EUR'>{}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>"
BALANCES = BALANCE.format("PRCD", "100") + BALANCE.format("CLBD", "218.71")


def test_balances_of_camt_are_checked_and_its_own_count_of_entries_is_no_reference():
    good = CAMT.replace("</Acct>", "</Acct>" + BALANCES.replace("218.71", "218.70"))
    found = read(good.replace("<AcctSvcrRef>BANKREF1</AcctSvcrRef>", "<NtryRef>1</NtryRef>"))
    assert (len(found.bookings), found.bookings[0].reference) == (4, "")


def test_the_reversal_of_a_credit_leaves_the_account_and_that_of_a_debit_comes_back():
    text = MT940.replace("0402C125,70", "0402RC125,70").replace("0403D10,00", "0403RD10,00")
    found = read(text.replace("1115,70", "884,30"))
    assert [str(one.amount) for one in found.bookings] == ["-125.70", "10.00"]


def test_the_reader_of_mt940_says_nothing_of_its_own(capsys, caplog):
    with pytest.raises(NotationError) as error:
        read(MT940.replace(":61:2604020402C", ":61:x"))
    assert " at 0x" not in str(error.value)
    assert capsys.readouterr().err == ""


BAD = [
    (CAMT.replace(">125.70<", ">1e9999<"), "bad-amount", 4),
    (CAMT.replace(">125.70<", ">-1<"), "bad-amount", 4),
    (CAMT.replace("2026-04-02", "2026-04-31"), "bad-day", 4),
    (CAMT.replace("DBIT", "BOTH"), "bad-entry", 8),
    (CAMT.replace("Stmt>", "Rpt>"), "not-camt", 2),
    ('<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml-doctype", 1),
    ("<a>", "xml-syntax", 1),
    (MT940.replace("1115,70", "1115,71"), "balance", 1),
    (MT940.replace("2604020402C", "26XX020402C"), "not-mt940", 1),
    (MT940.replace(":60F:C260401EUR1000,00\n", ""), "bad-currency", 1),
    (CAMT.replace(">125.70<", ">1_0<"), "bad-amount", 4),
    (CAMT.replace(">125.70<", ">\N{ARABIC-INDIC DIGIT ONE}<"), "bad-amount", 4),
    (CAMT.replace(">125.70<", ">125.705<"), "bad-amount", 4),
    (CAMT.replace(' Ccy="EUR">125.70', ">125.70"), "bad-currency", 4),
    (CAMT.replace("2026-04-02", "2026-W14-4"), "bad-day", 4),
    (CAMT.replace("</Acct>", f"</Acct>{BALANCES}"), "balance", 2),
    (CSV.replace("reference\n", "amount\n"), "column-twice", 1),
    (CSV.replace("EUR", "eur"), "bad-currency", 2),
    (CSV.replace("125.70", "125,70"), "bad-amount", 2),
    (CSV.replace("2026-04-03", "3.4.2026"), "bad-day", 4),
    (CSV.replace(";-10;EUR;", ";-10;EUR"), "bad-row", 4),
    (CSV.replace("EUR", "EURO"), "bad-currency", 2),
    (CSV.replace("currency", "what"), "missing-column", 1),
    ('day,amount,currency\n"', "not-csv", 2),
    ("", "missing-column", 1),
]


@pytest.mark.parametrize(("text", "code", "line"), BAD, ids=[f"{n}-{code}" for n, (_, code, _) in enumerate(BAD)])
def test_what_cannot_be_read_is_refused_where_it_stands(text, code, line):
    with pytest.raises(NotationError) as error:
        read(text, "bank.txt")
    (problem,) = error.value.problems
    assert (problem.code, problem.source.file, problem.source.line) == (code, "bank.txt", line)


def test_bytes_of_no_text_are_refused():
    with pytest.raises(NotationError, match="not UTF-8"):
        read_statement(b"\xff\xfe,\n", "x")
