"""A store in which two engagements are signed: whoever must choose one is told among which, and by --engagement."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from alihdaya.cli import cli
from alihdaya.cli.settings import told
from alihdaya.operations.commands import Receive
from alihdaya.packs import load
from alihdaya.store import open_store

sys.path.insert(0, str(Path(__file__).parents[1] / "operations"))
from claims_pack import TERMS, write_pack
from small_desk import SmallDesk


@pytest.fixture
def place(tmp_path):
    """Acme has two items, Zenith three; the client's number C-1 is of one of each."""
    with open_store(tmp_path / "two.db") as store:
        for name, count in (("acme", 2), ("zenith", 3)):
            terms = TERMS.replace('id = "acme"', f'id = "{name}"')
            small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / name / "claims", terms=terms)))
            for n in range(1, count + 1):
                data = {"claim": n, "kind": "plain", "amount": 10}
                small.command(Receive(small.service, small.service.channel, f"C-{n}", 0, 0, data))
            small.commit()
            small.at += 3_600_000_000
    return str(tmp_path / "two.db")


def run(place, *words):
    return CliRunner().invoke(cli, ["--lang", "en", "--store", place, *words])


NEEDED = [
    ("invoice", "2013-01"),
    ("margin",),
    ("close", "2013-01"),
    ("sla",),
    ("report",),
    ("account",),
    ("items", "--month", "2013-01"),
    ("record", "milestone", "paid", "x", "2013-01-02"),
    ("holiday", "add", "2013-02-01", "x", "--because", "y"),
    ("dispute", "uphold", "1", "--because", "y"),
    ("dispute", "reject", "1", "--because", "y"),
]
ALL = [
    ("spectrum",),
    ("export", "--xes", "x"),
    ("accruals",),
    ("deliverables",),
    ("items",),
    ("question", "score"),
    ("dispute",),
    ("payments",),
]


@pytest.mark.parametrize("words", NEEDED, ids=" ".join)
def test_who_must_choose_is_told_among_which_and_how(place, words):
    (problem,) = run(place, *words).exception.problems
    assert problem.code == "which-engagement"
    assert problem.message == "several engagements are signed here, name one with --engagement: acme, zenith"


@pytest.mark.parametrize("words", [*NEEDED, *ALL, ("correct", "1", "--unbilled", "--because", "y")], ids=" ".join)
def test_one_that_is_not_signed_is_refused_with_those_that_are(place, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (problem,) = run(place, *words, "--engagement", "acne").exception.problems
    assert str(problem) == "no engagement 'acne' is signed here; there are: acme, zenith [which-engagement]"
    monkeypatch.setattr(sys, "argv", ["alihdaya", "--lang", "id"])
    assert told(problem).startswith("tidak ada perikatan 'acne' yang ditandatangani di sini")
    assert not (tmp_path / "x").exists()


def test_an_export_holds_the_items_of_one_engagement_and_no_other(place, tmp_path):
    found = {}
    for wanted in ((), ("--engagement", "acme"), ("--engagement", "zenith")):
        done = run(place, "export", "--ocel", str(tmp_path / "o"), "--xes", str(tmp_path / "x"), *wanted)
        assert done.exit_code == 0, done.output
        objects = json.loads((tmp_path / "o").read_text())["objects"]
        names = {one["id"] for one in objects if one["type"] in {"item", "engagement"}}
        found[wanted[-1:]] = (names, (tmp_path / "x").read_text().count("<trace>"))
    acme = {"engagement:acme", "item:1", "item:2"}
    zenith = {"engagement:zenith", "item:3", "item:4", "item:5"}
    assert found == {(): (acme | zenith, 5), ("acme",): (acme, 2), ("zenith",): (zenith, 3)}


def test_a_spectrum_is_measured_engagement_by_engagement_though_services_are_called_the_same(place):
    def cases(*wanted):
        found = json.loads(run(place, "spectrum", "--json", "--draws", "50", *wanted).stdout)["services"]
        return [(one["engagement"], one["service"], one["cases"]) for one in found]

    acme, zenith = ("acme", "claims-desk", 2), ("zenith", "claims-desk", 3)
    assert cases() == cases("--service", "claims-desk") == [acme, zenith]
    assert [cases("--engagement", "acme"), cases("--engagement", "zenith")] == [[acme], [zenith]]


def test_what_an_hour_leaves_is_told_of_each_engagement_by_itself(tmp_path):
    with open_store(tmp_path / "worked.db") as store:
        for name, seconds in (("acme", 3600), ("zenith", 1800)):
            terms = TERMS.replace('id = "acme"', f'id = "{name}"')
            small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / name / "claims", terms=terms)))
            item = small.command(
                Receive(small.service, small.service.channel, "J", 0, 0, {"claim": 1, "kind": "judge", "amount": 9})
            )
            small.assign(item)
            small.complete(item, seconds=seconds, verdict="yes")
            small.commit()
    told = json.loads(run(str(tmp_path / "worked.db"), "spectrum", "--json", "--draws", "50").stdout)["services"]
    assert [(one["engagement"], one["margins"][0]["hours"]) for one in told] == [("acme", 1.0), ("zenith", 0.5)]


def test_a_spectrum_says_whose_service_it_is_where_two_are_called_the_same(place):
    told = run(place, "spectrum", "--draws", "50").stdout
    assert ("acme/claims-desk: 2 items" in told, "zenith/claims-desk: 3 items" in told) == (True, True)
    alone = run(place, "spectrum", "--draws", "50", "--engagement", "acme").stdout
    assert alone.lstrip().startswith("claims-desk: 2 items")


def test_the_clients_number_of_two_engagements_is_one_with_the_engagement(place):
    correct = ("correct", "C-1", "--unbilled", "--because", "a test")
    assert "the client's number of several items: 1, 3" in run(place, *correct).output
    assert run(place, *correct, "--engagement", "zenith").output.startswith("Item 3 counts anew")
    (problem,) = run(place, "correct", "3", "--engagement", "acme", *correct[2:]).exception.problems
    assert (problem.code, problem.message) == ("other-engagement", "item 3 is of zenith, not of acme")


@pytest.fixture
def closed(place, tmp_path):
    """January is closed for both: Acme owes 2.01, Zenith 3.02; four bookings of a bank are in."""
    for name in ("acme", "zenith"):
        assert run(place, "close", "2013-01", "--engagement", name).exit_code == 0
        assert run(place, "dispute", "open", f"{name}-00001", "--line", "1=1", "--because", f"of {name}").exit_code == 0
    bookings = ["2013-02-03,1.00,USD,Acme,acme-00001", "2013-02-04,2.00,USD,Somebody,zenith-00001"]
    bookings += ["2013-02-05,0.40,USD,Acme,no number", "2013-02-05,-3,USD,,a fee"]
    (tmp_path / "bank.csv").write_text("\n".join(["day,amount,currency,payer,text", *bookings]) + "\n")
    assert run(place, "payments", "import", str(tmp_path / "bank.csv")).exit_code == 0
    return place


def test_the_disputes_of_one_engagement_are_listed_alone(closed):
    def reasons(*words):
        return [json.loads(line)["reason"] for line in run(closed, "dispute", "--json", *words).stdout.splitlines()]

    wanted = ((), ("--engagement", "acme"), ("--engagement", "zenith"))
    assert [reasons(*words) for words in wanted] == [["of acme", "of zenith"], ["of acme"], ["of zenith"]]


def test_the_payments_of_one_engagement_are_those_that_pay_it_or_may(closed):
    def numbers(*words):
        told = (json.loads(line) for line in run(closed, "payments", "--json", *words).stdout.splitlines())
        return [one["payment"] for one in told]

    assert numbers() == [1, 2, 3, 4]
    assert numbers("--engagement", "acme") == [1, 3]
    assert numbers("--engagement", "zenith") == [2, 3]
    shown = run(closed, "payments", "--engagement", "zenith").stdout.splitlines()
    assert shown[-1] == "USD: in 2.40 = matched 2.00 + waiting 0.40 + rejected 0"
    assert run(closed, "payments", "reject", "3", "--because", "a gift").exit_code == 0
    assert numbers("--engagement", "zenith") == [2]


def test_an_engagement_in_front_of_a_command_that_would_pass_it_over_is_refused(closed):
    done = run(closed, "dispute", "--engagement", "acme", "reject", "1", "--because", "y")
    assert (done.exit_code, "--engagement in front of reject is for the list alone" in done.output) == (2, True)
    assert "rejected" not in run(closed, "dispute", "--engagement", "acme").output
