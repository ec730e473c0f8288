"""Deliverables of any pack: documents, payments and journal from plain results, and what they refuse."""

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from lxml import etree

from alihdaya.channels.documents.folder import safe_name, write_deliverables
from alihdaya.channels.documents.gather import Delivered
from alihdaya.kernel.errors import PackError
from alihdaya.packs.deliverables import read_deliverables

KNOWN = frozenset({"who", "pay", "paid_on", "iban", "extra", "fee"})
TEXT = """\
outcomes = ["done"]
day = "paid_on"
currency = '"EUR"'

[document]
kind = "receipt"
name = "who"
currency = '"EUR"'
title = { en = "Receipt", id = "Kuitansi" }

[[document.facts]]
label = { en = "Who", id = "Siapa" }
value = "who"

[[document.sections]]
title = { en = "Parts", id = "Bagian" }

[[document.sections.lines]]
label = { en = "Extra", id = "Tambahan" }
value = "extra"
optional = true

[document.result]
label = { en = "Pay", id = "Bayar" }
value = "pay"

[payment]
payee = "who"
amount = "pay"
currency = '"EUR"'
reference = "who"
text = '"thanks"'
iban = "iban"

[[payment.accounts]]
currency = "EUR"
owner = "Payer & Co"
iban = "DE89370400440532013000"

[[journal]]
account = "1"
name = { en = "Cost" }
debit = "pay + fee"

[[journal]]
account = "2"
name = { en = "Bank" }
credit = "pay"

[[journal]]
account = "3"
name = { en = "Fees" }
credit = "if fee = 7 then 0 else fee"
"""
GOOD = {"who": "Ada", "pay": Decimal("10.50"), "paid_on": date(2020, 1, 31), "extra": None, "fee": 0}
IBAN = "GB82WEST12345698765432"


def items(*results, text=TEXT):
    wanted = read_deliverables(text.encode(), "deliverables.toml", KNOWN)
    return [
        Delivered(n, n * 1_000_000, "done", {**GOOD, "iban": IBAN, **one}, date(2020, 1, 31), "e", "s", wanted)
        for n, one in enumerate(results, 1)
    ]


def write(folder, *results, **more):
    return write_deliverables(items(*results, **more), folder, {"e": "Payer <&> Co"})


def test_what_cannot_be_paid_is_told_and_left_out_and_the_rest_is_paid(tmp_path):
    wrong = [{"iban": "GB82WEST12345698765433"}, {"iban": None}, {"pay": Decimal(-1)}, {"pay": Decimal("1.005")}]
    written = write(tmp_path, {}, *wrong, {"pay": 0}, {"who": "Bo", "pay": 3})
    assert [problem.code for problem in written.problems] == ["bad-account"] * 2 + ["not-payable"] * 2
    assert [f"item {n}" in str(written.problems[n - 2]) for n in (2, 3, 4, 5)] == [True] * 4
    paid = etree.parse(tmp_path / "2020-01" / "payments-EUR.xml")
    assert paid.xpath("//*[local-name()='InstdAmt']/text()") == ["10.50", "3.00"]
    assert paid.xpath("string(//*[local-name()='CtrlSum'])") == "13.50"
    assert written.payments == {"EUR": (2, "13.50")}
    assert written.documents == 3  # nobody holds a receipt of what was not paid
    rows = csv.DictReader(io.StringIO((tmp_path / "2020-01" / "journal.csv").read_text()))
    assert [row["credit"] for row in rows if row["account"] == "2"] == ["13.50"]


UNWRITABLE = ["Bell \x0b Bad", "\u202eevil", "half \ud83d", "bell \x07", "\ufffe"]


@pytest.mark.parametrize("name", UNWRITABLE)
def test_a_text_that_no_document_can_hold_stops_only_its_item(tmp_path, name):
    written = write(tmp_path, {"who": name}, {"who": "Bo"})
    assert [(problem.code, "item 1" in str(problem)) for problem in written.problems] == [("unwritable", True)]
    names = {path.name for path in (tmp_path / "2020-01").iterdir()}
    assert (written.documents, names) == (1, {"receipt", "payments-EUR.xml", "journal.csv"})


def test_an_account_number_that_cannot_be_written_stops_only_its_item(tmp_path):
    written = write(tmp_path, {"iban": IBAN + "\x0b"}, {"who": "Bo"})
    assert [problem.code for problem in written.problems] == ["unwritable"]
    assert written.payments == {"EUR": (1, "10.50")}


def test_a_joiner_that_is_no_letter_is_set(tmp_path):
    assert write(tmp_path, {"who": "Nav\u200di"}).problems == []


REFERENCES = {
    "/abs/olute": "abs/olute",
    "..": "item-1",
    "a\\b//c": "a-b/c",
    "pay 🎉": "pay",
    "Zoë": "Zoe",
    "x" * 34 + "/y": "x" * 34,
    "李": "item-1",
}


@pytest.mark.parametrize(("who", "reference"), REFERENCES.items())
def test_a_reference_is_written_in_what_banks_take(tmp_path, who, reference):
    write(tmp_path, {"who": who})
    paid = etree.parse(tmp_path / "2020-01" / "payments-EUR.xml")
    assert paid.xpath("//*[local-name()='EndToEndId']/text()") == [reference]


def test_no_reference_stands_twice(tmp_path):
    write(tmp_path, *({"who": who} for who in ("a\\b", "a-b", "a-b-2", "a?b", "x" * 40, "x" * 41)))
    paid = etree.parse(tmp_path / "2020-01" / "payments-EUR.xml")
    found = paid.xpath("//*[local-name()='EndToEndId']/text()")
    assert len(set(found)) == 6
    assert max(map(len, found)) == 35


def test_an_item_that_does_not_balance_posts_nothing(tmp_path):
    unpaid = TEXT[: TEXT.index("[payment]")] + TEXT[TEXT.index("[[journal]]") :]
    back = {"pay": Decimal(-20), "fee": 0, "who": "Bo"}
    written = write(tmp_path, {"fee": 2}, {"fee": 7}, back, text=unpaid)
    assert [problem.code for problem in written.problems if problem.code == "unbalanced"] == ["unbalanced"]
    rows = list(csv.reader(io.StringIO((tmp_path / "2020-01" / "journal.csv").read_text())))
    assert [row[2:3] + row[5:] for row in rows[1:]] == [
        ["1", "", "7.50", "2"],
        ["2", "9.50", "", "2"],
        ["3", "", "2.00", "1"],
    ]


def test_a_name_from_outside_is_text_on_the_page_and_no_path_on_the_disk(tmp_path):
    write(tmp_path, {"who": "../../<script>alert(1)</script>"}, {"who": "Zoë Śliwa 李"}, {"who": "zoe sliwa"})
    made = sorted(path.name for path in (tmp_path / "2020-01" / "receipt").glob("*.html"))
    assert made == ["Zoe-Sliwa.html", "script-alert-1-script.html", "zoe-sliwa-3.html"]
    page = (tmp_path / "2020-01" / "receipt" / made[1]).read_text(encoding="utf-8")
    assert "<script" not in page
    assert "Payer &lt;&amp;&gt; Co" in page
    assert "Extra" not in page  # optional, and not there
    pdf = (tmp_path / "2020-01" / "receipt" / "Zoe-Sliwa.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert b"DejaVu" in pdf  # Helvetica has no letters beyond Latin-1


def test_a_document_that_lacks_a_value_stops_only_its_item(tmp_path):
    written = write(tmp_path, {"who": None}, {"who": "Bo"})
    assert [problem.code for problem in written.problems] == ["no-text"]
    assert written.documents == 1
    paid = etree.parse(tmp_path / "2020-01" / "payments-EUR.xml")
    assert paid.xpath("//*[local-name()='Nm']/text()")[2:] == ["Bo"]


def test_a_currency_that_no_account_pays_is_told(tmp_path):
    written = write(tmp_path, {}, text=TEXT.replace('currency = "EUR"', 'currency = "USD"'))
    assert [problem.code for problem in written.problems] == ["no-account"]


NAMES = {
    "": "unnamed",
    "..": "unnamed",
    ".hidden": "hidden",
    "a/b\\c\0d": "a-b-c-d",
    "CON é": "CON-e",
    "x" * 200: "x" * 80,
}


@pytest.mark.parametrize(("text", "name"), NAMES.items())
def test_names_of_files_are_safe(text, name):
    assert safe_name(text) == name


WRONG = [
    ('value = "pay"', 'value = "wage"', "not-supplied"),
    ('value = "pay"', 'value = "pay +"', "feel-syntax"),
    ('kind = "receipt"', 'kind = "../receipt"', "wrong-type"),
    ('debit = "pay + fee"', 'debit = "pay"\ncredit = "pay"', "twice"),
    ('kind = "receipt"', 'sort = "receipt"', "missing"),
    ('iban = "DE89370400440532013000"\n', "", "missing"),
]


@pytest.mark.parametrize(("old", "new", "code"), WRONG)
def test_a_fault_in_the_file_is_told_with_its_line(old, new, code):
    assert old in TEXT
    with pytest.raises(PackError) as refusal:
        read_deliverables(TEXT.replace(old, new, 1).encode(), "deliverables.toml", KNOWN)
    found = [problem for problem in refusal.value.problems if problem.code == code]
    assert found
    assert all(problem.source.file == "deliverables.toml" and problem.source.line for problem in found)


def test_a_document_that_a_simulation_had_a_hand_in_says_so_in_its_title(tmp_path):
    (plain,) = items({})
    for name, one in (("plain", plain), ("played", replace(plain, simulated=True))):
        write_deliverables([one], tmp_path / name, {"e": "Contoh Ltd"})
    pages = {page.parent.parent.parent.name: page.read_text() for page in tmp_path.rglob("*.html")}
    assert "SIMULATED" not in pages["plain"]
    assert "SIMULATED" in pages["played"]
    assert "SIMULASI" in pages["played"]
