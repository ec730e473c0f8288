"""UBL and CII: both say the same, both keep to the rules, and hostile files do no harm."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from conformance.einvoice_own import own_documents
from lxml import etree

from alihdaya.channels.einvoice.cii import write_cii
from alihdaya.channels.einvoice.read import read_invoice
from alihdaya.channels.einvoice.ubl import write_ubl
from alihdaya.channels.einvoice.verdict import judge
from alihdaya.engagement.einvoice.rules.check import check
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.kernel.errors import NotationError

DOCUMENTS = list(own_documents(0, 36))
OTHER = b"<cac:PaymentMeans><cbc:PaymentID>b</cbc:PaymentID></cac:PaymentMeans>"
TERMS = ("BT-1", "BT-3", "BT-5", "BT-6", "BT-24", "BT-22")
TOTALS = ("BT-106", "BT-107", "BT-108", "BT-109", "BT-112", "BT-115")


def told(document):
    """What a document says, without the words of its syntax."""
    root = document.root
    lines = [
        (*(line.text(term) for term in ("BT-126", "BT-129", "BT-131", "BT-146", "BT-153")),
         *(line.below("BG-30")[0].text(term) for term in ("vat", "rate")))
        for line in root.below("BG-25")
    ]  # fmt: skip
    parts = [
        (part.text("BT-116"), part.text("BT-117"), part.below("tax")[0].text("vat")) for part in root.below("BG-23")
    ]
    return (
        [root.text(term) for term in TERMS], [root.below("BG-22")[0].text(term) for term in TOTALS], lines, parts,
        [(root.below(name)[0].text("name"), root.below(name)[0].text("vat")) for name in ("BG-4", "BG-7")],
        [(one.text("amount"), one.text("reason")) for one in root.below("BG-20")],
    )  # fmt: skip


@pytest.mark.parametrize("own", DOCUMENTS, ids=lambda own: own.id)
def test_both_syntaxes_say_the_same_and_keep_to_the_rules(own):
    ubl, cii = read_invoice(own.ubl, "a.xml"), read_invoice(own.cii, "b.xml")
    assert told(ubl) == told(cii)
    assert check(ubl) == check(cii) == ()
    totals = totals_of(own.core)
    assert Decimal(ubl.root.below("BG-22")[0].text("BT-115")) == totals.due
    assert (write_ubl(own.core), write_cii(own.core)) == (own.ubl, own.cii)


def test_what_lies_elsewhere_in_the_file_is_not_added_twice():
    tree = etree.fromstring(DOCUMENTS[0].cii)
    settlement = next(tree.iter("{*}ApplicableHeaderTradeSettlement"))
    next(tree.iter("{*}ApplicableHeaderTradeDelivery")).append(etree.fromstring(etree.tostring(settlement)))
    assert "BR-CO-15" not in {one.rule for one in judge(etree.tostring(tree), "a.xml").findings}


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b"<ram:DuePayableAmount>", b"<ram:DuePayableAmount>x", "not-a-number"),
        (b'<ram:BilledQuantity unitCode="C62">', b'<ram:BilledQuantity unitCode="C62">x', "not-a-number"),
        (b"<ram:LineID>1</ram:LineID>", b"<ram:LineID>1</ram:LineID><ram:LineID>2</ram:LineID>", "not-once"),
        (b"<udt:Indicator>", b"<udt:Indicator>x", "not-yes-or-no"),
    ],
)
def test_what_cannot_be_read_is_no_clean_invoice(old, new, code):
    data = next(own.cii for own in DOCUMENTS if own.core.adjustments)
    assert old in data
    assert code in {one.rule for one in judge(data.replace(old, new, 1), "a.xml").findings}


def test_a_changed_amount_is_found_where_it_stands():
    own = DOCUMENTS[0]
    tree = etree.fromstring(own.ubl)
    payable = next(tree.iter("{*}PayableAmount"))
    payable.text = "1.00"
    found = check(read_invoice(etree.tostring(tree, xml_declaration=True, encoding="UTF-8"), "a.xml"))
    assert [(one.rule, one.element) for one in found] == [("BR-CO-16", "LegalMonetaryTotal")]
    assert found[0].line == payable.getparent().sourceline


@pytest.mark.parametrize("syntax", ["ubl", "cii"])
def test_without_any_one_element_the_reader_still_reads(syntax):
    """Leaves out every element in turn: a verdict each time, and for most of them not a clean one."""
    data = getattr(DOCUMENTS[3], syntax)
    count = sum(1 for _ in etree.fromstring(data).iter())
    clean = 0
    for number in range(1, count, 3):
        tree = etree.fromstring(data)
        element = list(tree.iter())[number]
        element.getparent().remove(element)
        clean += not check(read_invoice(etree.tostring(tree), "a.xml"))
    assert clean < count / 4


@pytest.mark.parametrize("text", ["", " ", "NaN", "1e5", "\u0661", "--", "9" * 4000])
def test_amounts_that_are_none_break_rules_and_nothing_else(text):
    for data in (DOCUMENTS[0].ubl, DOCUMENTS[0].cii):
        tree = etree.fromstring(data)
        for element in tree.iter():
            if str(element.tag).endswith(("Amount", "Percent", "Quantity", "Date", "DateTimeString")):
                element.text = text
        assert check(read_invoice(etree.tostring(tree), "a.xml"))


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "not-xml"),
        (b"\x00\xff", "not-xml"),
        (b"<Invoice/>", "not-an-invoice"),
        (b"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>", "doctype"),
        (b"<!DOCTYPE a [<!ENTITY b 'bb'><!ENTITY c '&b;&b;'>]><a>&c;</a>", "doctype"),
        (b"<a>" * 100_000, "not-xml"),
    ],
)
def test_what_is_no_invoice_is_refused(data, code):
    with pytest.raises(NotationError) as refusal:
        read_invoice(data, "hostile.xml")
    assert [problem.code for problem in refusal.value.problems] == [code]
    assert refusal.value.problems[0].source.file == "hostile.xml"


def test_a_file_that_is_too_large_is_not_parsed(monkeypatch):
    monkeypatch.setattr("alihdaya.channels.einvoice.read.MOST_BYTES", 100)
    with pytest.raises(NotationError, match="too-large"):
        read_invoice(DOCUMENTS[0].ubl, "a.xml")


@pytest.mark.parametrize(
    ("syntax", "old", "new", "rule"),
    [
        ("ubl", b"<cac:PaymentMeans>", b"<cac:Delivery/><cac:Delivery/><cac:PaymentMeans>", "UBL-SR-24"),
        ("ubl", b"<cac:PaymentMeans>", OTHER + b"<cac:PaymentMeans>", "UBL-SR-44"),
        ("ubl", b'PayableAmount currencyID="EUR">', b'PayableAmount currencyID="EUR">1.001', "UBL-DT-01"),
        ("cii", b"<ram:TypeCode>380", b'<ram:TypeCode name="x">380', "CII-DT-008"),
        ("cii", b"<ram:CityName>", b"<ram:StreetName>x</ram:StreetName><ram:CityName>", "CII-DT-088"),
        ("cii", b"</ram:SpecifiedTradeProduct>", b"<ram:GlobalID>1</ram:GlobalID></ram:SpecifiedTradeProduct>",
         "CII-SR-046"),
    ],
)  # fmt: skip
def test_the_syntax_has_rules_of_its_own(syntax, old, new, rule):
    data = getattr(next(own for own in DOCUMENTS if own.core.currency == "EUR" and own.core.kind == "380"), syntax)
    assert old in data
    assert judge(data, "a.xml").findings == ()
    assert rule in {one.rule for one in judge(data.replace(old, new, 1), "a.xml").findings}


def test_comments_and_processing_instructions_split_no_text():
    data = DOCUMENTS[0].ubl.replace(b"<cbc:ID>", b"<cbc:ID><!-- x --><?y z?>", 1)
    assert read_invoice(data, "a.xml").root.text("BT-1") == DOCUMENTS[0].core.number


def test_texts_that_xml_cannot_carry_are_left_out():
    core = DOCUMENTS[0].core
    made = replace(core, note="a\x00b\ud800c", issued=date(2026, 7, 1))
    assert read_invoice(write_ubl(made), "a.xml").root.text("BT-22") == "abc"
