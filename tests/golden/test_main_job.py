"""The main job, whole: what `alihdaya demo` prints, leaves and can prove, against a recomputation by other means."""

import json
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from polars_oracle import decide

from alihdaya.channels.flights import flights
from alihdaya.engine.events import DecisionMade
from alihdaya.store import open_store, views
from alihdaya.work.events import ItemDelivered, ItemReceived, TaskAssigned, TaskDone

FLIGHTS = 336_776


def demo(folder: Path) -> dict:
    command = [sys.executable, "-m", "alihdaya.cli", "demo", "--data", str(folder), "--json"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def year(tmp_path_factory):
    """A whole year in a folder of its own, with what the command printed."""
    folder = tmp_path_factory.mktemp("year")
    return folder, demo(folder)


@pytest.fixture(scope="module")
def store(year):
    with open_store(year[0] / "alihdaya.db", read_only=True) as opened:
        yield opened


def test_the_json_object_holds_what_the_interface_names(year):
    _, printed = year
    assert printed["items"] == FLIGHTS
    assert printed["straight_through"] + printed["to_people"] == FLIGHTS
    assert printed["delivered"] == FLIGHTS
    assert printed["refused_assignments"] > 0
    assert 0 < printed["sla_met"] <= 1
    assert printed["currency"] == "USD"
    assert 0 < printed["margin"] < printed["invoice_total"]
    assert printed["seconds"] > 0
    assert printed["replay_equal"] is True


def test_a_second_run_gives_the_same_totals_and_takes_nothing_twice(year):
    folder, first = year
    again = demo(folder)
    own = {"seconds", "items_per_s", "this_run"}
    assert {k: v for k, v in again.items() if k not in own} == {k: v for k, v in first.items() if k not in own}
    assert again["this_run"] == {"received": 0, "rejected": 0, "jobs": 0}


def test_every_decision_in_the_log_equals_plain_polars(store):
    columns = ("kind", "refund", "rebooking", "meal", "hotel", "cause", "end", "owed_meal", "owed_hotel")
    expected = decide(flights()).select(columns).rows()
    differences = []
    seen = 0
    for entry in store.read_log():
        if not entry.events or not isinstance(entry.events[0], ItemReceived):
            continue
        seen += 1
        row = entry.events[0].row
        made = {event.decision: event.value for event in entry.events if isinstance(event, DecisionMade)}
        end = next((event.outcome for event in entry.events if isinstance(event, ItemDelivered)), "person")
        due, owed = made["entitlement"], made.get("settlement", {})
        got = (*(due[name] for name in columns[:5]), made.get("cause"), end, owed.get("meal"), owed.get("hotel"))
        if _known(got) != _known(expected[row - 1]):
            differences.append((row, got, expected[row - 1]))
    assert seen == FLIGHTS
    assert differences == []


def _known(values):
    """What is owed is compared where a rule settled it at once."""
    return values if values[6] == "settled" else values[:7]


def test_nobody_without_a_certificate_ever_got_a_task(store):
    certified = {one.facts.person: one for one in store.persons() if one.certificates}
    assigned = Counter()
    for entry in store.read_log():
        for event in entry.events:
            if isinstance(event, TaskAssigned):
                assigned[event.person] += 1
                (held,) = certified[event.person].certificates
                assert held.issued.start <= entry.at < held.issued.end
    assert sum(assigned.values()) > 3000
    assert len(assigned) >= 6
    refused = {row.person for row in views.refusals(store)}
    assert "yudi" in refused
    assert "yudi" not in assigned


def test_all_played_work_says_that_it_is_simulated(store):
    done = [event for entry in store.read_log() for event in entry.events if isinstance(event, TaskDone)]
    assert len(done) > 3000
    assert all(event.simulated for event in done)


def test_invoices_bill_every_item_once_at_its_tiers_price(year, store):
    folder, printed = year
    invoices = [json.loads(path.read_text()) for path in sorted((folder / "invoices").glob("*.json"))]
    billed = Counter(item for invoice in invoices for line in invoice["lines"] for item in line["items"])
    assert len(billed) == FLIGHTS
    assert set(billed.values()) == {1}
    units = {}
    for entry in store.read_log():
        for event in entry.events:
            if isinstance(event, ItemDelivered):
                units[entry.item] = event.unit
    total = Decimal(0)
    for invoice in invoices:
        fees = Decimal(0)
        for line in invoice["lines"]:
            assert {units[item] for item in line["items"]} == {line["unit"]}
            amount = (Decimal(line["price"]) * len(line["items"])).quantize(Decimal("0.01"), "ROUND_HALF_UP")
            assert Decimal(line["amount"]) == amount
            fees += amount
        assert Decimal(invoice["fees"]) == fees
        total += Decimal(invoice["total"])
        assert Decimal(invoice["total"]) == fees - sum(Decimal(credit["amount"]) for credit in invoice["credits"])
    assert float(total) == printed["invoice_total"]


def test_the_report_and_the_invoice_pages_are_there_and_load_nothing(year):
    folder, _ = year
    pages = [folder / "report.html", *sorted((folder / "invoices").glob("*.html"))]
    assert len(pages) >= 13
    for page in pages:
        text = page.read_text()
        assert 'src="http' not in text
        assert "url(http" not in text
    assert "imulat" in pages[0].read_text()


def test_the_demos_input_is_made_the_same_each_time(year, tmp_path):
    from alihdaya.channels.flights import write_flights

    write_flights(tmp_path / "again.parquet")
    frames = [pl.read_parquet(path) for path in (tmp_path / "again.parquet", year[0] / "flights.parquet")]
    assert frames[0].equals(frames[1])
