"""Invoices as PDF: the page says what the invoice says, and the CII inside is the one that is written alone."""

import re
import zlib
from dataclasses import replace

import pytest
from conformance.einvoice_own import own_documents
from facturx import get_facturx_xml_from_pdf, xml_check_xsd

from alihdaya.channels.einvoice.paper import write_pdf
from alihdaya.channels.einvoice.sheet import sheet_of
from alihdaya.console.words import words
from alihdaya.engagement.einvoice.totals import totals_of

DOCUMENTS = list(own_documents(0, 12))
TITLES = {"en": {"380": "Invoice", "381": "Credit note"}, "id": {"380": "Faktur", "381": "Nota kredit"}}


@pytest.mark.parametrize("own", DOCUMENTS[2:4], ids=lambda own: own.id)
def test_another_reader_finds_our_cii_inside(own):
    pdf = write_pdf(own.core, words("en"), hybrid=True)
    name, inside = get_facturx_xml_from_pdf(pdf, check_xsd=True)
    assert (name, inside) == ("factur-x.xml", own.cii)
    assert pdf == write_pdf(own.core, words("en"), hybrid=True)


@pytest.mark.parametrize("own", DOCUMENTS, ids=lambda own: own.id)
def test_our_cii_is_valid_by_its_schema(own):
    assert xml_check_xsd(own.cii, flavor="factur-x", level="en16931")


def test_a_hybrid_says_that_it_is_one_and_a_page_alone_does_not():
    core = DOCUMENTS[0].core
    hybrid, alone = (write_pdf(core, words("en"), hybrid=yes) for yes in (True, False))
    for pdf in (hybrid, alone):
        assert b"<pdfaid:part>3</pdfaid:part>" in pdf
        assert b"/OutputIntents" in pdf
    assert b"<fx:ConformanceLevel>EN 16931</fx:ConformanceLevel>" in hybrid
    assert re.search(rb"/AFRelationship\s*/Alternative", hybrid)
    assert b"fx:" not in alone
    assert b"factur-x.xml" not in alone


@pytest.mark.parametrize("own", DOCUMENTS, ids=lambda own: own.id)
@pytest.mark.parametrize("language", ["en", "id"])
def test_the_page_shows_every_line_and_the_total(own, language):
    sheet = sheet_of(own.core, words(language))
    assert [row.number for row in sheet.rows if row.number] == [line.id for line in own.core.lines]
    digits = re.sub(r"\D", "", sheet.due[1])
    assert digits == re.sub(r"\D", "", str(totals_of(own.core).due))
    assert sheet.title == TITLES[language][own.core.kind]


def test_a_long_invoice_runs_over_pages_and_loses_no_line():
    core = DOCUMENTS[0].core
    many = replace(core, lines=tuple(replace(core.lines[0], id=str(n)) for n in range(1, 101)))
    pdf = write_pdf(many, words("en"))
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 5
    drawn = sum(_rows(match) for match in re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL))
    assert drawn >= 100


def _rows(stream):
    """Rows of the table are parted by thin rules."""
    try:
        return zlib.decompress(stream).count(b" l S")
    except zlib.error:
        return 0
