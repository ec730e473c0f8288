"""A process changes what the house knows of people: with its cause, on both stores, refused when wrong."""

import pytest
from claims_pack import MANIFEST, write_pack
from facts_pack import FACTS
from small_desk import SmallDesk, reopened, working_set

from alihdaya import packs
from alihdaya.kernel.errors import PackError, Refused
from alihdaya.kernel.time import DAY
from alihdaya.operations.books.replay import prove
from alihdaya.operations.people.commands import Withdraw
from alihdaya.packs import load
from alihdaya.people.events import FactRefused
from alihdaya.people.gate import Needs, gate
from alihdaya.work.events import AssignmentLapsed, AssignmentWithdrawn

DESK = Needs("claims", "en", "B2", "claims-desk")


def says(small, what, who, by="ana", **more):
    """An item whose judge says this about somebody; gives the item."""
    item = small.receive("judge")
    small.assign(item, by)
    small.complete(item, by, verdict="yes", what=what, who=who, **more)
    return item


def why(small, who):
    return gate(small.desk.people[who], DESK, small.desk.at)


def test_who_joins_is_tested_and_trained_gets_work_and_not_before(proving):
    says(proving, "tested", "nur", score=40)
    assert "nur" not in proving.desk.people
    says(proving, "joins", "nur", score=80)
    assert [test.score for test in proving.desk.people["nur"].tests] == [80]  # one moment, one test: the later counts
    assert why(proving, "nur") == ("no-certificate:claims-desk",)
    item = proving.receive("judge")
    with pytest.raises(Refused, match="formal training comes before"):
        proving.assign(item, "nur")
    says(proving, "trained", "nur")
    assert why(proving, "nur") == ()
    proving.assign(item, "nur")
    proving.complete(item, "nur", verdict="no")
    assert not proving.desk.items


def test_a_failed_test_counts_until_a_later_one_is_passed(proving):
    says(proving, "tested", "nur", score=40)
    proving.later(days=1)
    says(proving, "joins", "nur")
    assert why(proving, "nur")[0] == "failed-test:writing:en:40:70"
    proving.later(days=1)
    says(proving, "tested", "nur", score=71)
    assert why(proving, "nur") == ("no-certificate:claims-desk",)


def test_the_fact_is_in_the_commit_of_its_cause_and_names_the_item(proving):
    item = says(proving, "joins", "nur", score=80)
    tail = proving.desk.pending[-3:]
    assert [type(entry.events[0]).__name__ for entry in tail] == ["TaskDone", "PersonJoined", "TestTaken"]
    assert [entry.by for entry in tail[1:]] == [f"item {item}"] * 2


def test_another_process_reads_the_same_people_and_a_replay_agrees(proving):
    says(proving, "tested", "wati", score=90)
    says(proving, "joins", "nur", score=80)
    says(proving, "trained", "nur", hours=5)
    says(proving, "fails", "eko")
    live = {**working_set(proving.desk), "applicants": proving.desk.applicants}
    again = reopened(proving)
    assert again == {key: live[key] for key in again}
    assert proving.open().applicants == live["applicants"]
    assert not prove(proving.store).differences


@pytest.mark.parametrize(
    ("what", "who", "more", "code"),
    [
        ("joins", "budi", {}, "on-roster"),
        ("trained", "nobody", {}, "no-such-person"),
        ("fails", "citra", {}, "no-such-certificate"),
        ("tested", "nur", {"score": 101}, "bad-fact"),
        ("tested", "nur", {"score": None}, "bad-fact"),
        ("tested", "nur", {"score": 80, "tongue": "xx"}, "bad-fact"),
        ("joins", "", {}, "bad-fact"),
        ("trained", "budi", {"hours": -1}, "bad-fact"),
        ("trained", "ana", {}, "own-proof"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_happened(proving, what, who, more, code):
    item = proving.receive("judge")
    proving.assign(item, "ana")
    proving.refused(proving.complete, item, "ana", verdict="yes", what=what, who=who, code=code, **more)


def test_an_end_that_cannot_say_it_says_why_and_the_item_is_delivered(proving):
    item = says(proving, "ends", "nobody")
    assert item not in proving.desk.items
    assert {"ItemDelivered", "FactRefused"} <= {name for entry in proving.events(item) for name in entry}
    assert not prove(proving.store).differences
    says(proving, "ends", "citra")
    assert why(proving, "citra") == ()


def refusals(small, item):
    small.commit()
    events = [one for entry in small.store.read_log(item=item) for one in entry.events]
    return [why for one in events if isinstance(one, FactRefused) for why in one.reasons]


def test_nobody_proves_a_thing_about_themselves_by_an_end(proving):
    before = proving.desk.people["ana"]
    item = says(proving, "ends", "ana")
    assert ["ana cannot bring this about" in why for why in refusals(proving, item)] == [True]
    assert proving.desk.people["ana"] == before
    assert not prove(proving.store).differences


CHECKED = """
[[fact]]
at = "double"
means = "certificate"
person = "note"
certificate = '"claims-desk"'
valid = '@"P6M"'

[[fact]]
at = "double"
means = "withdrawn"
when = 'note = "eko"'
person = "note"
certificate = '"claims-desk"'
reason = '"the work was no good"'
"""


@pytest.mark.parametrize("who", ["ana", "citra"])
def test_an_end_knows_all_who_did_a_task_of_the_item_in_another_process_too(store, tmp_path, who):
    pack = load(write_pack(tmp_path / "claims", pack=MANIFEST + CHECKED))
    small = SmallDesk(store, tmp_path, pack=pack)
    item = small.receive("split")
    first, second = sorted(small.desk.items[item].instance.waits)
    small.assign(item, "ana", first)
    small.complete(item, "ana", first)
    small.commit()
    small.open()
    small.assign(item, "budi", second)
    small.complete(item, "budi", second, note=who)
    assert bool(refusals(small, item)) == (who == "ana")
    assert (why(small, "citra") == ()) == (who == "citra")


def test_work_can_cost_its_doer_a_certificate_at_the_end(store, tmp_path):
    rules = CHECKED.replace('means = "certificate"', 'means = "certificate"\nwhen = \'note != "eko"\'')
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", pack=MANIFEST + rules)))
    item = small.receive("split")
    for token, person in zip(sorted(small.desk.items[item].instance.waits), ("eko", "budi"), strict=True):
        small.assign(item, person, token)
        small.complete(item, person, token, note="eko")
    assert refusals(small, item) == []
    assert why(small, "eko")[0].startswith("certificate-withdrawn")


def test_what_a_task_says_is_known_when_the_end_that_it_reaches_goes_on_from_it(store, tmp_path):
    facts = FACTS.replace('what = "ends"', 'what = "joins"')
    small = SmallDesk(store, tmp_path, pack=load(write_pack(tmp_path / "claims", pack=MANIFEST + facts)))
    item = says(small, "joins", "nur", score=80)
    assert refusals(small, item) == []
    kinds = [type(one).__name__ for entry in small.store.read_log() for one in entry.events]
    assert kinds[-3:] == ["PersonJoined", "TestTaken", "CertificateIssued"]
    assert why(small, "nur") == ()
    assert reopened(small) == working_set(small.desk)
    assert not prove(small.store).differences


def test_what_a_withdrawn_certificate_allowed_waits_for_somebody_else(proving):
    item = proving.receive("judge")
    proving.assign(item, "budi")
    says(proving, "fails", "budi")
    assert (item, 1) in proving.desk.queue
    reasons = why(proving, "budi")
    assert reasons
    assert reasons[0].startswith("certificate-withdrawn:claims-desk:")
    assert proving.desk.pending[-1].events == (AssignmentWithdrawn(1, "budi", reasons),)
    with pytest.raises(Refused, match="was withdrawn"):
        proving.assign(item, "budi")
    assert reopened(proving) == working_set(proving.desk)


def test_a_certificate_is_withdrawn_by_hand_and_only_once(proving):
    item = proving.receive("judge")
    proving.assign(item, "budi")
    proving.command(Withdraw("budi", "claims-desk", "caught sleeping"))
    assert (item, 1) in proving.desk.queue
    for person in ("budi", "citra", "nobody"):
        with pytest.raises(Refused):
            proving.command(Withdraw(person, "claims-desk", "again"))


def test_a_certificate_that_runs_out_in_the_middle_is_reported_and_stops_what_comes_after(proving):
    item = proving.receive("judge")
    proving.assign(item, "eko")
    proving.at = proving.desk.people["eko"].certificates[0].end + DAY
    proving.complete(item, "eko", verdict="yes")
    reasons = why(proving, "eko")
    assert reasons
    assert reasons[0].startswith("certificate-expired:claims-desk:")
    assert AssignmentLapsed(1, "eko", reasons) in proving.desk.pending[-1].events
    other = proving.receive("judge")
    with pytest.raises(Refused, match="expired"):
        proving.assign(other, "eko")


def test_the_check_finds_facts_that_hang_nowhere_or_mean_nothing(tmp_path):
    wrong = FACTS.replace('at = "judged"', 'at = "juged"')
    found = packs.check(load(write_pack(tmp_path / "one", pack=MANIFEST + wrong)))
    assert "no-node" in {problem.code for problem in found}
    for bad in (FACTS.replace('"certificate"', '"diploma"', 1), FACTS.replace("valid = '@\"P6M\"'", "")):
        with pytest.raises(PackError) as refusal:
            load(write_pack(tmp_path / "two", pack=MANIFEST + bad))
        assert any("fact" in (problem.source.element or "") for problem in refusal.value.problems)
