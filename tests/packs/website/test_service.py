"""The service as a whole: a finding mended, published, looked at again, taken back, mended; and the daily check."""

import json
from pathlib import Path

import pytest
from faulty import SAFE, answer, serving

from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.kernel.time import DAY, HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.commands import Assign, Complete, Fire, Receive
from alihdaya.operations.jobs.child import attempt
from alihdaya.operations.jobs.here import Jobs
from alihdaya.operations.opening import open_desk
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs import load, website
from alihdaya.packs.kit import BpmnError, Job, Permanent
from alihdaya.packs.website import jobs
from alihdaya.packs.website.checks.memory import read_memory, write_memory
from alihdaya.store import open_store, views
from alihdaya.store.views.results import delivered_results

MONDAY = 1_772_445_600_000_000  # 2026-03-02T10:00:00Z
TERMS = """
name = "shop"
start = "http://127.0.0.1:{port}/"
hosts = ["127.0.0.1:{port}"]
loopback = true
publish = "."
slow_ms = 60000
[limits]
page_seconds = 60
[[page]]
path = "/pay.html"
importance = "high"
"""
RELEASES = {
    "first": {"index.html": '<a href="/pay.html">Pay</a>'},
    "hasty": {"index.html": '<a href="/pay.html">Pay</a>', "pay.html": "500"},
    "mended": {"index.html": '<a href="/pay.html">Pay</a>', "pay.html": "Pay here"},
}


@pytest.fixture
def shop(tmp_path, monkeypatch):
    """A folder of sites with one shop in it, whose server shows the live release."""
    for release, files in RELEASES.items():
        for name, text in files.items():
            path = tmp_path / "releases" / release / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
    (tmp_path / "live").symlink_to("releases/first")

    def visit(_, path):
        file = tmp_path / "live" / (path.strip("/") or "index.html")
        text = file.read_text() if file.is_file() else "404"
        return answer(status=int(text)) if text.isdigit() else answer(f"<p>{text}", **SAFE)

    monkeypatch.setenv("ALIHDAYA_SITES", str(tmp_path))
    with serving({"*": visit}) as server:
        (tmp_path / "shop.toml").write_text(TERMS.format(port=server.port))
        yield tmp_path


class House:
    """A desk that has signed the pack's own terms, with a clock of its own; jobs run in this process."""

    def __init__(self, folder):
        self.at = MONDAY
        self.store = open_store(folder / "house.db")
        self.desk = open_desk(self.store, recorded=lambda: self.at)
        pack = load(Path(website.__file__).parent)
        terms = agreement.parse(pack.terms.encode(), "terms.toml")
        self.service = open_service(self.desk, pack, terms, self.at, roster=pack.roster.encode(), trusted=True)
        self.jobs = Jobs(self.desk, lambda function, job: attempt(function, job, {}), "house")

    def receive(self, port, **other):
        row = dict.fromkeys(self.service.pack.intake.variables)
        row |= {"finding": "f-1", "site": "shop", "kind": "broken-link", "importance": "high"}
        row |= {"url": f"http://127.0.0.1:{port}/pay.html", "page": f"http://127.0.0.1:{port}/", **other}
        perform(self.desk, Receive(self.service, self.service.channel, str(row["finding"]), 0, 0, row), self.at)

    def does(self, person, item=1, **result):
        (token,) = [token for token, wait in self.desk.items[item].instance.waits.items() if wait.kind == "task"]
        self.at += 60_000_000
        perform(self.desk, Assign(item, token, person), self.at)
        perform(self.desk, Complete(item, token, person, 60, result), self.at)

    def work_off(self):
        while self.jobs.work_off(self.at):
            pass
        self.desk.commit()

    def waits_at(self, item=1):
        return [wait.node for wait in self.desk.items[item].instance.waits.values()]

    def told(self, item):
        row = next(row for row in views.items(self.store) if row.id == item)
        return row.outcome, row.unit


@pytest.fixture
def house(shop):
    made = House(shop)
    yield made
    made.desk.close()


def port_of(shop):
    return (shop / "shop.toml").read_text().partition("127.0.0.1:")[2].partition("/")[0]


def live(shop):
    return (shop / "live").readlink().name


def publish(house, release):
    house.does("laras", ruling="publish", release=release, note="Done.")
    with pytest.raises(Refused, match="somebody else"):
        house.does("laras", verdict="approve")
    house.does("ayu", verdict="approve")
    house.work_off()


def test_what_did_not_help_is_taken_back_and_what_helped_stays(house, shop):
    house.receive(port_of(shop))
    publish(house, "hasty")
    assert live(shop) == "first"
    assert house.waits_at() == ["mend"]
    seen = house.desk.items[1].instance.variables
    assert (seen["still"], seen["rounds"], seen["previous"]) == (["server-error: the server answers 500"], 1, "first")
    publish(house, "mended")
    assert live(shop) == "mended"
    assert house.told(1) == ("fixed", "repair")
    assert prove(house.store).equal


def test_a_release_that_there_is_not_is_told_to_whoever_named_it(house, shop):
    house.receive(port_of(shop), importance="normal")
    house.does("laras", ruling="publish", release="../../etc", note="Done.")
    house.work_off()
    assert (live(shop), house.waits_at()) == ("first", ["mend"])
    assert house.desk.items[1].instance.variables["still"] == ["there is no release of that name"]
    house.does("laras", ruling="publish", note="No name at all.")
    house.work_off()
    assert house.waits_at() == ["mend"]


def test_what_was_mended_elsewhere_is_only_looked_at(house, shop):
    house.receive(port_of(shop))
    house.does("laras", ruling="done", note="The host says so.")
    house.work_off()
    assert house.waits_at() == ["mend"]
    (shop / "releases" / "first" / "pay.html").write_text("Pay here")
    house.does("laras", ruling="done", note="Now it is.")
    house.work_off()
    assert house.told(1) == ("fixed", "repair")
    assert live(shop) == "first"


def test_small_things_are_noted_and_limits_follow_severity(house, shop):
    house.receive(port_of(shop), kind="slow", importance="low")
    assert 1 not in house.desk.items
    house.desk.commit()
    assert house.told(1) == ("noted", "notice")
    house.receive(port_of(shop), finding="f-2", kind="unreachable")
    (task,) = house.desk.queue
    assert (task.respond_due - house.at, task.resolve_due - house.at) == (HOUR // 2, 4 * HOUR)


def ends_of_checks(house):
    rows = [row for row in views.items(house.store) if row.external_id.startswith("maintenance/morning@")]
    return [(row.external_id.partition("@")[2], row.outcome, row.unit) for row in rows]


def test_every_day_the_sites_are_looked_at_and_what_is_new_is_handed_on(house, shop):
    for day in (1, 2):
        due, item, timer = house.desk.next_timer()
        assert due == MONDAY + day * DAY
        house.at = due
        perform(house.desk, Fire(item, timer), due)
        house.work_off()
        memory = read_memory(shop / "shop.memory.json", "shop")
        written = (shop / "shop.findings.jsonl").read_text().splitlines()
        assert [json.loads(line) for line in written] == memory.found
        memory.at -= DAY
        write_memory(shop / "shop.memory.json", memory)
    first, second = ("2026-03-03T10:00:00Z", "checked", "check"), ("2026-03-04T10:00:00Z", "clean", "check")
    assert ends_of_checks(house) == [first, second]
    found = [one["found"] for one in delivered_results(house.store, house.service.engagement) if "found" in one]
    assert [[row["kind"] for row in rows] for rows in found] == [["broken-link"], []]


def test_days_that_were_missed_are_not_made_up_for_and_not_billed(house, shop):
    house.at = MONDAY + 3 * DAY
    for _ in range(3):
        due, item, timer = house.desk.next_timer()
        perform(house.desk, Fire(item, timer), due)
    house.work_off()
    assert sorted(end for _, *end in ends_of_checks(house)) == [["checked", "check"], *2 * [["missed", "missed"]]]


def test_the_report_counts_what_people_did_however_many_ended_alike(house, shop):
    for number, kind in enumerate(["slow", "broken-link", "text-missing", "unsafe-link"], 1):
        importance = "low" if kind == "slow" else "normal"
        house.receive(port_of(shop), finding=f"f-{number}", kind=kind, importance=importance)
        if kind != "slow":
            house.does("laras", number, ruling="accept", note="As it should be.")
    house.desk.commit()
    kinds = [one["kind"] for one in delivered_results(house.store, house.service.engagement)]
    assert sorted(kinds) == ["broken-link", "slow", "text-missing", "unsafe-link"]


def job(name, shop, key="k-1", **variables):
    return Job(name, {"site": "shop", "release": "mended", "previous": None, **variables}, key, 1)


def test_a_job_that_is_done_twice_says_the_same_twice(shop, monkeypatch):
    assert jobs.publish(job("publish", shop)) == {"previous": "first"}
    assert jobs.publish(job("publish", shop)) == {"previous": "first"}
    assert jobs.publish(job("publish", shop, "k-2")) == {"previous": "mended"}
    monkeypatch.setattr(jobs, "_SOON", 0)
    first = jobs.look(job("look", shop, "k-3"))
    (shop / "releases" / "mended" / "pay.html").unlink()
    second = jobs.look(job("look", shop, "k-4"))
    assert (first["found"], [row["kind"] for row in second["found"]]) == ([], ["broken-link"])
    assert jobs.look(job("look", shop, "k-4")) == second
    assert jobs.look(job("look", shop, "k-5"))["found"] == []


def test_what_somebody_else_has_published_since_is_not_taken_back(shop):
    jobs.publish(job("publish", shop))
    jobs.publish(job("publish", shop, "k-2", release="hasty"))
    jobs.roll_back(job("roll_back", shop, "k-3", previous="first"))
    assert live(shop) == "hasty"
    jobs.roll_back(job("roll_back", shop, "k-4", release="hasty", previous=""))
    assert not (shop / "live").exists()


def test_a_site_that_is_not_ours_is_refused(shop):
    with pytest.raises(Permanent, match="no-such"):
        jobs.verify(job("verify", shop, site="no-such"))
    with pytest.raises(Permanent):
        jobs.verify(job("verify", shop, site="../shop"))
    (shop / "other.toml").write_text((shop / "shop.toml").read_text())
    with pytest.raises(Permanent, match="called 'shop'"):
        jobs.publish(job("publish", shop, site="other"))
    with pytest.raises(BpmnError):
        jobs.publish(job("publish", shop, release="nothing"))


def test_a_site_that_cannot_be_checked_is_a_finding_and_the_others_are_checked(house, shop):
    (shop / "shop.toml").rename(shop / "m.toml")
    (shop / "a.toml").write_text("name = ")
    (shop / "b.toml").mkdir()
    (shop / "z.toml").write_text((shop / "m.toml").read_text())
    (shop / "z.memory.json").write_text("{")
    first = jobs.look(job("look", shop, "k-1"))
    told = [(row["site"], row["kind"]) for row in first["found"]]
    assert told == [("a", "unchecked"), ("b", "unchecked"), ("shop", "broken-link"), ("z", "unchecked")]
    assert jobs.look(job("look", shop, "k-1")) == first
    assert jobs.look(job("look", shop, "k-2")) == {"found": [], "pages": 0}, "once for each state of its files"
    (shop / "z.memory.json").unlink()
    (shop / "a.toml").write_text("start = 5")
    again = jobs.look(job("look", shop, "k-3"))
    assert [(row["site"], row["kind"]) for row in again["found"]] == [("a", "unchecked"), ("shop", "broken-link")]
    row = {**again["found"][0], "found_at": MONDAY}
    perform(house.desk, Receive(house.service, house.service.channel, "f-9", 0, 0, row), house.at)
    house.does("laras", ruling="done", note="Is it well now?")
    house.work_off()
    assert house.waits_at() == ["mend"]
    assert "a.toml" in house.desk.items[1].instance.variables["still"][0]
    (shop / "a.toml").unlink()
    house.does("laras", ruling="done", note="The client has no such site.")
    house.work_off()
    assert house.told(1) == ("fixed", "repair")


def test_a_day_on_which_no_site_could_be_checked_hands_that_on(house, shop):
    (shop / "shop.toml").write_text("name = ")
    due, item, timer = house.desk.next_timer()
    house.at = due
    perform(house.desk, Fire(item, timer), due)
    house.work_off()
    assert [end for _, *end in ends_of_checks(house)] == [["checked", "check"]]
