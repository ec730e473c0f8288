"""The sample pack against its samples and against the second opinion, for every flight of the year."""

from collections import Counter

import polars as pl
import polars_oracle
import pytest

from alihdaya import packs
from alihdaya.channels.files import read_rows
from alihdaya.channels.flights import write_flights


@pytest.fixture(scope="module")
def pack():
    return packs.load("disruption")


@pytest.fixture(scope="module")
def flights(tmp_path_factory):
    path = tmp_path_factory.mktemp("flights") / "flights.parquet"
    write_flights(path)
    return path


def test_the_pack_has_no_problem(pack):
    assert packs.check(pack) == []


def test_every_end_and_every_kind_is_in_a_sample(pack):
    ends = Counter(sample.end for sample in pack.samples)
    assert set(ends) >= {"nothing_due", "settled", "judged"}
    expected = [sample.expect["entitlement"]["kind"] for sample in pack.samples if "entitlement" in sample.expect]
    assert set(expected) == {"none", "delay", "cancellation", "diversion"}


def test_reference_and_compiled_give_the_same_rules_for_every_sample(pack):
    decisions = packs.compile_decisions(pack)
    for sample in pack.samples:
        variables = {**sample.input, **sample.expect, **sample.given}
        for name in ("disruption", "overnight", "entitlement", "cause"):
            own = {key: value for key, value in variables.items() if key not in decisions}
            assert decisions[name].run(own) == packs.decide_by_reference(pack, name, own), (sample.name, name)
        if "entitlement" in variables and "cause" in variables:
            answer = decisions["settlement"].run(variables)
            assert answer == packs.decide_by_reference(pack, "settlement", variables), sample.name


def test_every_flight_is_decided_as_the_second_opinion_says(pack, flights):
    decisions = packs.compile_decisions(pack)
    entitle, cause, settle = (decisions[name] for name in ("entitlement", "cause", "settlement"))
    decided = []
    for batch in read_rows(flights, pack.intake):
        assert not batch.rejects
        for row in batch.rows:
            variables = dict(row.data)
            due = variables["entitlement"] = entitle(variables)
            found = owed = None
            if due["kind"] != "none":
                found = variables["cause"] = cause(variables)
                owed = settle(variables)
                assert found == "undecidable" or (owed["refund"], owed["rebooking"]) == (
                    due["refund"],
                    due["rebooking"],
                )
            if found in (None, "undecidable"):
                owed = {"meal": None, "hotel": None}
            decided.append((*due.values(), found, owed["meal"], owed["hotel"]))
    names = ["kind", "refund", "rebooking", "meal", "hotel", "cause", "owed_meal", "owed_hotel"]
    opinion = polars_oracle.decide(pl.read_parquet(flights))
    assert opinion.height == 336_776
    expected = opinion.select(names).rows()
    differences = sum(ours != theirs for ours, theirs in zip(decided, expected, strict=True))
    assert differences == 0
    assert dict(opinion["end"].value_counts().rows()) == {"nothing_due": 322_854, "settled": 10_155, "person": 3_767}


def test_external_ids_of_all_flights_differ(pack, flights):
    ids = [row.external_id for batch in read_rows(flights, pack.intake) for row in batch.rows]
    assert len(set(ids)) == len(ids) == 336_776
    assert ids[0] == "2013-01-01/B6/125/JFK"
