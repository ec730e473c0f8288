"""What adjusts an earlier month bears that month's tax, on whichever invoice it stands."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from small_desk import SmallDesk
from test_amending import refused
from test_closing import change, claims, closing, rebooked
from test_disputing import desk, dispute, sqlite, taxed, uphold

from alihdaya.channels.einvoice.cii import write_cii
from alihdaya.channels.einvoice.ubl import write_ubl
from alihdaya.channels.einvoice.verdict import judge
from alihdaya.engagement.account.document import bearing_tax, core_of
from alihdaya.engagement.einvoice.agreement import ServiceVat
from alihdaya.engagement.einvoice.totals import totals_of
from alihdaya.engagement.terms import parse
from alihdaya.operations.books.account.agree import amend
from alihdaya.operations.books.account.close import document_of
from alihdaya.operations.books.bill import terms_under
from alihdaya.operations.books.replay import prove

__all__ = ["sqlite"]
EXEMPT = ServiceVat("E", Decimal(0), "exempt", "")
OUTSIDE = ServiceVat("O", None, "", "VATEX-EU-O")


def with_vat(terms, vat):
    return replace(terms, services=tuple(replace(one, vat=vat) for one in terms.services))


def paper_of(small, closed):
    return core_of(terms_under(small.store, closed.document), closed.document, date.fromisoformat(closed.issued))


def breaks_nothing(core):
    for written in (write_ubl(core), write_cii(core)):
        assert judge(written, "invoice.xml").findings == ()


def test_what_is_taken_back_of_a_month_takes_back_that_months_tax(store, tmp_path):
    """Two at 100 with 10 percent are 220; one of them back is 110, beside one at 100 with 20 percent."""
    small = desk(store, tmp_path / "taxed", taxed(10))
    first, _ = claims(small, 1, 2)
    january = closing(small, "2013-01")
    amend(small.desk, parse(taxed(20).encode()), date(2013, 2, 1), "law", "m", retroactive=True)
    claims(small, 2, 1)
    rebooked(small, first, change(billed=False))
    assert document_of(small.store, small.terms, "2013-02")["payable"] == "10.00"
    february = closing(small, "2013-02")
    (adjusted,) = february.document["adjustments"]
    assert adjusted["vat"] == {"category": "S", "rate": "10", "reason": "", "code": ""}
    assert (january.document["payable"], february.document["payable"]) == ("220.00", "10.00")
    core = paper_of(small, february)
    parts = [(one.vat.rate, one.taxable, one.tax) for one in totals_of(core).breakdown]
    assert parts == [(10, -100, -10), (20, 100, 20)]
    breaks_nothing(core)
    rebooked(small, first, change())  # it was right after all
    claims(small, 3, 1)
    march = closing(small, "2013-03")
    assert march.document["payable"] == "230.00"
    dispute(small, march.number, {"2": "1"})
    assert uphold(small, 1).gross == "110.00"
    assert prove(small.store).equal


def test_where_the_tax_is_the_same_an_adjustment_says_nothing_of_it(sqlite, tmp_path):
    small = desk(sqlite, tmp_path / "taxed", taxed(10))
    first, _ = claims(small, 1, 2)
    closing(small, "2013-01")
    claims(small, 2, 1)
    rebooked(small, first, change(billed=False))
    february = closing(small, "2013-02")
    assert "vat" not in february.document["adjustments"][0]
    assert february.document["payable"] == "0.00"


def test_an_invoice_of_nothing_but_adjustments_has_its_tax_and_can_be_written(sqlite, tmp_path):
    small = desk(sqlite, tmp_path / "taxed", taxed(10))
    first, _ = claims(small, 1, 2)
    closing(small, "2013-01")
    (late,) = claims(small, 2, 1)
    for item in (first, late):
        rebooked(small, item, change(billed=False))
    february = closing(small, "2013-02")
    assert (february.document["lines"], february.document["payable"]) == ([], "-110.00")
    breaks_nothing(paper_of(small, february))


def test_adjustments_alone_without_a_tax_in_the_terms_are_no_such_document(small_sqlite):
    small: SmallDesk = small_sqlite
    first, _ = claims(small, 1, 2)
    closing(small, "2013-01")
    rebooked(small, first, change(month="2013-02", billed=False))
    february = closing(small, "2013-02")
    assert (february.document["lines"], february.document["payable"]) == ([], february.document["total"])
    assert "missing-term" in refused(paper_of, small, february)


@pytest.mark.parametrize("sides", [(OUTSIDE, EXEMPT), (EXEMPT, OUTSIDE)])
def test_what_may_stand_on_no_invoice_together_bears_the_tax_of_its_invoice(sides):
    terms = parse(taxed(10).encode())
    then, now = (with_vat(terms, vat) for vat in sides)
    line = {"month": "2013-01", "service": terms.services[0].id}
    assert bearing_tax(line, then, now) == line
    assert bearing_tax(line, then, terms).get("vat", {}).get("category") == (None if sides[0] is OUTSIDE else "E")


def test_the_tax_of_a_service_that_is_no_longer_agreed_on_is_known():
    terms = parse(taxed(10).encode())
    found = bearing_tax({"month": "2013-01", "service": terms.services[0].id}, terms, replace(terms, services=()))
    assert found["vat"]["rate"] == "10"
    assert "vat" not in bearing_tax({"month": "2013-01", "service": "gone"}, terms, terms)


def test_no_tax_is_below_zero_by_nothing(sqlite, tmp_path):
    """Where the official rules are run, -0.00 breaks BR-E-09 and 0.00 does not."""
    small = desk(sqlite, tmp_path / "taxed", taxed(10))
    first, _ = claims(small, 1, 2)
    closing(small, "2013-01")
    rebooked(small, first, change(billed=False))
    february = closing(small, "2013-02")
    exempt = with_vat(small.terms, EXEMPT)
    (part,) = totals_of(core_of(exempt, february.document, date(2013, 3, 1))).breakdown
    assert f"{part.taxable} {part.tax}" == "-100.00 0.00"
