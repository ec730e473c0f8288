"""The pack and the checks speak of the same things."""

import csv
from pathlib import Path

import pytest
from faulty import page, serving, site_at

from alihdaya.packs import check as check_pack
from alihdaya.packs import load, website
from alihdaya.packs.cell import cell_reader
from alihdaya.packs.decisions import compile_decisions
from alihdaya.packs.website.checks.check import check, rows
from alihdaya.packs.website.checks.judge import KINDS
from alihdaya.packs.website.checks.memory import Memory
from alihdaya.packs.website.checks.site import PageTerms

FOLDER = Path(website.__file__).parent


@pytest.fixture(scope="module")
def pack():
    return load(FOLDER)


def test_nothing_is_wrong_with_the_pack(pack):
    assert check_pack(pack) == []


def test_every_kind_of_finding_has_a_name_in_both_languages_and_a_case(pack):
    assert {kind for kind in KINDS if {"en", "id"} - pack.manifest.words.get(kind, {}).keys()} == set()
    with (FOLDER / "decisions" / "triage.cases.csv").open() as file:
        tried = {row["given: kind"] for row in csv.DictReader(file)}
    family = compile_decisions(pack)["family"]
    unnamed = {kind for kind in KINDS if family.run({"kind": kind})[0] != "wrong"} - tried
    assert unnamed == set()


def test_what_a_check_writes_is_what_the_pack_takes_in(pack):
    with serving({"/": page("/gone", "/checkout"), "/checkout": page("/pay")}) as server:
        site = site_at(server, pages=(PageTerms("/checkout", "high"),))
        report = check(site, Memory(site.name), 1_790_000_000_000_000)
    found = rows(report, report.findings)
    assert [row["importance"] for row in found] == ["normal", "high"]
    assert len({row["finding"] for row in found}) == 2
    columns = {column.name: column for column in pack.intake.columns}
    for row in found:
        assert row.keys() == columns.keys()
        for name, value in row.items():
            if value is not None:
                cell_reader(columns[name])(str(value))
            else:
                assert not columns[name].required
