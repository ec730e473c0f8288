"""A month of payroll from the staff file to the bank's file, on both stores: wrong rows wait, the rest is paid."""

import csv
import io
from decimal import Decimal
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from alihdaya import packs
from alihdaya.channels.documents.folder import write_deliverables
from alihdaya.channels.documents.gather import delivered
from alihdaya.channels.files import count_rows, digest, read_rows
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.run.flow import run
from alihdaya.operations.run.intake import Source
from alihdaya.operations.sign import open_service

PACK = Path(str(files("alihdaya.packs"))) / "payroll"
STAFF = PACK / "input" / "united_kingdom.csv"
SPACE = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"}
CLIENT = {"albion-payroll": "Albion Fictive Mills Ltd"}
NOW = 1_900_000_000_000_000
WRONG = {
    "M1005/2018-03-29": ["unknown-tax-code"],
    "M1010/2018-03-29": ["no-ni-letter"],
    "M1015/2018-03-29": ["bad-account"],
    "M1020/2018-03-29": ["negative-pay", "pension-above-pay"],
    "M1039/2018-03-29": ["unknown-country"],
}
LOOKED_AT = {
    "M1024/2018-03-29": ["big-change"],
    "M1029/2018-03-29": ["new-on-payroll"],
    "M1034/2018-03-29": ["big-change", "tax-given-back"],
}


@pytest.fixture
def month(store):
    """The desk after the staff file was taken in, and the number of each item by its external id."""
    pack = packs.load(PACK)
    desk = open_desk(store, recorded=lambda: NOW, packs={pack.digest: pack})
    signed = agreement.parse(pack.terms.encode())
    service = open_service(desk, pack, signed, 0, roster=pack.roster.encode())
    source = Source(
        STAFF, digest(STAFF), count_rows(STAFF), lambda after: read_rows(STAFF, pack.intake, after=after), by_data=True
    )
    run(desk, service, source, now=lambda: NOW)
    with STAFF.open(encoding="utf-8", newline="") as file:
        keys = [f"{row['employee']}/{row['pay_date']}" for row in csv.DictReader(file)]
    yield desk, store.known(service.channel, keys)
    desk.close()


def do(desk, item, person, **result):
    """Take the task of an item and finish it."""
    (token,) = desk.items[item].instance.waits
    at = desk.at + HOUR
    perform(desk, Assign(item, token, person), at)
    perform(desk, Complete(item, token, person, 60, result), at)
    desk.commit()


def written(store, folder):
    made = write_deliverables(delivered(store), folder, CLIENT)
    assert made.problems == []
    return folder / "2018-03"


def test_wrong_rows_wait_with_their_reasons_and_all_others_are_paid(month, store):
    desk, numbers = month
    waiting = {key: desk.items[item].instance.variables for key, item in numbers.items() if item in desk.items}
    wrong = {key: held["problems"] for key, held in waiting.items() if held["problems"]}
    looked_at = {key: held["findings"] for key, held in waiting.items() if not held["problems"]}
    assert wrong == WRONG
    assert looked_at.items() >= LOOKED_AT.items()
    assert all("payslip" not in waiting[key] for key in wrong)
    assert "M1044/2018-03-29" not in numbers  # its pay is no number: the file's reader turned it away
    assert len(delivered(store)) == 49 - len(waiting)


def test_a_corrected_row_is_paid_only_after_somebody_else_approved(month, store, tmp_path):
    desk, numbers = month
    item = numbers["M1005/2018-03-29"]
    before = len(delivered(store))
    do(desk, item, "sari", ruling="correct", note="A letter instead of a zero.", tax_code="1150L")
    with pytest.raises(Refused, match="somebody else has to check"):
        do(desk, item, "sari", verdict="approve")
    do(desk, item, "lestari", verdict="send back")
    do(desk, item, "lestari", ruling="correct", note="The client confirmed it.")
    for maker in ("sari", "lestari"):
        with pytest.raises(Refused, match="somebody else has to check"):
            do(desk, item, maker, verdict="approve")
    assert len(delivered(store)) == before
    do(desk, item, "wahyu", verdict="approve")
    assert [one.outcome for one in delivered(store)].count("reviewed") == 1
    assert (written(store, tmp_path) / "payslip" / "M1005-2018-03-29.pdf").is_file()


def test_what_is_withheld_is_neither_paid_nor_posted(month, store):
    desk, numbers = month
    item = numbers["M1015/2018-03-29"]
    before = len(delivered(store))
    do(desk, item, "sari", ruling="withhold", note="No answer from the client.")
    do(desk, item, "wahyu", verdict="approve")
    assert item not in desk.items
    assert len(delivered(store)) == before


def test_the_files_of_the_month_agree_with_each_other_and_come_out_alike_twice(month, store, tmp_path):
    first, second = written(store, tmp_path / "a"), written(store, tmp_path / "b")
    names = sorted(path.relative_to(first) for path in first.rglob("*.*"))
    assert names == sorted(path.relative_to(second) for path in second.rglob("*.*"))
    assert all((first / name).read_bytes() == (second / name).read_bytes() for name in names)
    paid = etree.parse(first / "payments-GBP.xml")
    amounts = [Decimal(text) for text in paid.xpath("//p:InstdAmt/text()", namespaces=SPACE)]
    assert len(amounts) == len(list(first.glob("payslip/*.pdf"))) == len(list(first.glob("payslip/*.html")))
    journal = list(csv.DictReader(io.StringIO((first / "journal.csv").read_text(encoding="utf-8"))))
    sides = {side: sum(Decimal(row[side] or 0) for row in journal) for side in ("debit", "credit")}
    assert sides["debit"] == sides["credit"] > 0
    (net,) = (Decimal(row["credit"]) for row in journal if row["account"] == "2220")
    assert sum(amounts) == net
    assert prove(store).equal


def test_the_banks_file_is_valid_by_the_standards_schema(month, store, tmp_path):
    schema = etree.XMLSchema(etree.fromstring((files("sepaxml") / "schemas" / "pain.001.001.09.xsd").read_bytes()))
    paid = etree.parse(written(store, tmp_path) / "payments-GBP.xml")
    schema.assertValid(paid)
    for place in ("//p:GrpHdr", "//p:PmtInf"):
        (total,) = paid.xpath(f"{place}/p:CtrlSum/text()", namespaces=SPACE)
        (count,) = paid.xpath(f"{place}/p:NbOfTxs/text()", namespaces=SPACE)
        amounts = [Decimal(text) for text in paid.xpath("//p:InstdAmt/text()", namespaces=SPACE)]
        assert (Decimal(total), int(count)) == (sum(amounts), len(amounts))


def test_the_pack_has_no_problem():
    assert packs.check(packs.load(PACK)) == []
