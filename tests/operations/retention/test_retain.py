"""Months leave the store for files: what may go, what must stay, and that everything answers as before."""

import json
import random
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import polars as pl
import pytest
from click.testing import CliRunner
from small_desk import older, reopened
from sqlalchemy import text

from alihdaya.cli import cli
from alihdaya.cli.checks.spectrum.gather import gather
from alihdaya.kernel.time import micros
from alihdaya.operations.books import retain as retention
from alihdaya.operations.books.bill import bill, line_items
from alihdaya.operations.books.replay import prove
from alihdaya.operations.opening import open_desk
from alihdaya.store import StoreError, open_store, views
from alihdaya.store.archive import files
from alihdaya.store.archive.reading import archived, folder_of, history, manifest_of
from alihdaya.store.archive.survey import survey
from alihdaya.store.resume import born_at
from alihdaya.store.views.histories import heads, histories


def instant(month, day, hour=17):
    return micros(datetime(2013, month, day, hour, tzinfo=UTC))


LATE = instant(12, 15)


@pytest.fixture
def year(small):
    """January to May: items by rule in each month, one by a person from January to February, one open since April."""
    for month in (1, 2, 3, 4, 5):
        small.at = instant(month, 10)
        for _ in range(3):
            small.receive()
            small.later(hours=1)
        if month == 1:
            held = small.receive("judge")
            small.assign(held)
        if month == 2:
            small.complete(held, seconds=600, verdict="yes")
        if month == 4:
            small.receive("judge")
    small.commit()
    return small


def run(small, tmp_path, months=1, at=LATE, **more):
    return list(retention.retain(small.desk, months, at, by="keeper", folder=tmp_path / "archive", **more))


def would(small, months=1, at=LATE, **more):
    return {
        one.month: [(reason.kind, reason.which) for reason in one.reasons]
        for one in retention.candidates(small.store, months, at, **more)
    }


def told(store):
    """All that people can ask of the closed months."""
    from alihdaya.operations.books.bill import terms_of

    terms = terms_of(store)
    bills = {month: bill(store, terms, month) for month in views.months(store, "acme")}
    return {
        "bills": bills,
        "lines": {
            (month, line.number): line_items(store, terms, month, line)
            for month, one in bills.items()
            for line in one.invoice.lines
        },
        "stories": {
            item: (story.item, story.tasks, story.entries)
            for item in range(1, 20)
            if (story := views.item_story(store, item))
        },
        "sla": views.sla_months(store, "acme"),
        "born": born_at(store),
        "next": store.next_item(),
        "heads": list(heads(store, archive=True)),
        "cases": gather(store, None, "claim", frozenset(), 10**16),
    }


def partitions(store):
    if store.database.is_sqlite:
        return None
    with store.snapshot() as connection:
        query = (
            "select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid where c.relkind = 'r' order by 1"
        )
        return list(connection.execute(text(query)).scalars())


def test_months_go_oldest_first_up_to_one_that_is_in_use_and_all_else_answers_as_before(year, tmp_path):
    store = year.store
    before, log = told(store), list(store.read_log())
    assert would(year) == {
        "2013-01": [],
        "2013-02": [],
        "2013-03": [],
        "2013-04": [("open-items", "14")],
        "2013-05": [("open-items", "14"), ("earlier-month", "2013-04")],
    }
    gone = run(year, tmp_path)
    assert [one.month for one in gone] == ["2013-01", "2013-02", "2013-03"]
    assert [sorted(path.name for path in one.folder.iterdir()) for one in gone] == [
        ["item-00001.parquet", "log-00001.parquet", "manifest.json"]
    ] * 3
    here = list(store.read_log())
    assert here[0].seq == gone[-1].last + 1
    assert [*history(store)][: len(log)] == log
    assert len(here) == len(log) - sum(one.entries for one in gone) + 3
    assert [row.id for row in views.items(store)] == [one.id for one in before["heads"] if one.id > 10]
    assert told(store) == before
    assert prove(store).equal
    assert run(year, tmp_path) == []
    if not store.database.is_sqlite:
        assert partitions(store) == ["item_2013_04", "item_2013_05", "log_2013_04", "log_2013_05", "log_2013_12"]


def test_what_is_under_way_goes_on_and_what_is_received_again_is_still_known(year, tmp_path):
    run(year, tmp_path)
    assert reopened(year)["last_item"] == 17
    year.open()
    year.at = LATE
    year.assign(14)
    year.complete(14, seconds=60, verdict="no")
    new = year.receive()
    year.commit()
    assert new == 18
    assert year.store.known("api", ["1", "5"]) == {"1": 1, "5": 5}
    assert views.item_story(year.store, 14).item.status == "delivered"
    assert prove(year.store).equal
    assert would(year) == {"2013-04": [("unbilled", "acme 2013-12")], "2013-05": [("earlier-month", "2013-04")]}
    assert would(year, unbilled=True) == {"2013-04": [], "2013-05": []}


def test_the_archive_joins_the_export_and_without_it_half_told_items_are_left_out(year, tmp_path):
    before = list(histories(year.store)), list(heads(year.store))
    run(year, tmp_path, months=10)
    assert [one.month for one in archived(year.store)] == ["2013-01"]
    assert (list(histories(year.store, archive=True)), list(heads(year.store, archive=True))) == before
    assert {entry.item for entry in histories(year.store)} == {one.id for one in heads(year.store)} == set(range(5, 18))


def test_a_month_whose_sends_wait_stays(year, monkeypatch):
    from alihdaya.kernel.event import HOUSE
    from alihdaya.work.events import SendQueued

    year.desk.note(LATE, "test", SendQueued(0, 0, "tell", "told", "k", {}))
    year.desk.append(LATE, 2, "test", [SendQueued(1, 0, "tell", "told", "k", {})])
    year.commit()
    assert would(year)["2013-01"] == [("outbox", "")]
    assert HOUSE not in {one.id for one in heads(year.store)}


def test_a_month_that_cannot_be_billed_stays_unless_it_is_said_to_go(year, monkeypatch):
    from alihdaya.kernel.errors import Problem, Refused

    def refuse(store, terms, month):
        raise Refused(Problem("no-price", f"{month} has no price"))

    monkeypatch.setattr(retention, "bill", refuse)
    assert would(year)["2013-01"] == [("unbilled", "acme 2013-01"), ("unbilled", "acme 2013-02")]
    assert would(year, unbilled=True)["2013-01"] == []


def test_a_months_files_say_what_they_hold_and_form_a_chain(year, tmp_path):
    run(year, tmp_path)
    past = archived(year.store)
    manifests = [manifest_of(year.store, month) for month in past]
    assert [one.previous for one in manifests] == ["", *[month.chain for month in past[:-1]]]
    assert [month.first for month in past[1:]] == [month.last + 1 for month in past[:-1]]
    folder = folder_of(year.store, past[0])
    frame = pl.read_parquet(folder / "log-00001.parquet")
    assert frame.columns == ["seq", "at", "recorded_at", "item", "by", "body", "tags"]
    assert frame["seq"].to_list() == list(range(past[0].first, past[0].last + 1))
    tags = {tag for some in frame["tags"].to_list() for tag in some}
    plain = json.loads((folder / "manifest.json").read_text())
    assert set(plain["events"]) == tags
    assert plain["events"]["task.assigned"] == ["token", "person"]
    assert pl.read_parquet(folder / "item-00001.parquet")["id"].to_list() == [1, 2, 3, 4]


@pytest.mark.parametrize("name", ["log-00001.parquet", "item-00001.parquet", "manifest.json"])
def test_a_file_that_is_missing_or_was_changed_is_named(year, tmp_path, name):
    run(year, tmp_path)
    file = tmp_path / "archive" / "2013-01" / name
    data = file.read_bytes()
    file.write_bytes(data.replace(b"2", b"3", 1) if name.endswith("json") else data[:-9] + b"?" + data[-8:])
    with pytest.raises(StoreError, match=rf"{name}.*changed|changed.*{name}"):
        views.item_story(year.store, 1)
    file.unlink()
    with pytest.raises(StoreError, match=rf"{name}.*not there|not there.*{name}"):
        views.item_story(year.store, 1)
    if name != "item-00001.parquet":
        with pytest.raises(StoreError):
            prove(year.store)


def test_an_archive_that_was_moved_is_found_where_it_is_said_to_be(year, tmp_path):
    run(year, tmp_path)
    (tmp_path / "archive").rename(tmp_path / "moved")
    with pytest.raises(StoreError, match="ALIHDAYA_ARCHIVE"):
        views.item_story(year.store, 1)
    year.store.archive_folder = tmp_path / "moved"
    assert views.item_story(year.store, 1).archived == str(tmp_path / "moved" / "2013-01")


def test_an_older_store_is_brought_up_by_an_archive_that_was_moved(year, store_url, tmp_path, monkeypatch):
    run(year, tmp_path)
    (tmp_path / "archive").rename(tmp_path / "moved")
    older(year.store)
    year.store.close()
    due = ["--lang", "en", "--store", store_url, "due"]
    refused = CliRunner().invoke(cli, due)
    assert "name its folder in ALIHDAYA_ARCHIVE" in str(refused.exception)
    monkeypatch.setenv("ALIHDAYA_ARCHIVE", str(tmp_path / "moved"))
    assert CliRunner().invoke(cli, due).exit_code == 0
    with open_store(store_url, archive=tmp_path / "moved") as store:
        assert prove(store).differences == ()


def test_another_stores_archive_is_never_written_over(year, tmp_path, monkeypatch):
    run(year, tmp_path, months=10)
    manifest = tmp_path / "archive" / "2013-02" / "manifest.json"
    manifest.parent.mkdir()
    manifest.write_text(
        (tmp_path / "archive" / "2013-01" / "manifest.json").read_text().replace('"born": ', '"born": 9')
    )
    with pytest.raises(StoreError, match="another store's archive"):
        run(year, tmp_path)


def test_what_is_not_read_back_as_written_drops_nothing(year, tmp_path, monkeypatch):
    before = list(year.store.read_log())
    honest = files.frame_rows

    def altered(file, columns):
        for row in honest(file, columns):
            yield (*row[:-2], row[-2], row[-1]) if row[0] != 7 else (row[0], row[1] + 1, *row[2:])

    monkeypatch.setattr(files, "frame_rows", altered)
    with pytest.raises(StoreError, match="entry 7 is not read back"):
        run(year, tmp_path)
    assert list(year.store.read_log()) == before
    assert not (tmp_path / "archive" / "2013-01").exists()


@pytest.mark.parametrize("rows", [3, 200_000])
def test_cut_short_anywhere_it_is_made_again_and_nothing_is_lost_or_doubled(year, tmp_path, monkeypatch, rows):
    """Stops at every call of a step in turn, as a power cut between two steps would."""
    monkeypatch.setattr(files, "ROWS", rows)
    before, log = told(year.store), list(year.store.read_log())
    steps = [(files, "_described"), (files, "_sync"), (files, "_prove"), (retention, "MonthArchived")]
    for module, name in steps:
        step = getattr(module, name)
        for after in (False, True):
            monkeypatch.setattr(module, name, cut(step, after=after))
            with pytest.raises(KeyboardInterrupt):
                run(year, tmp_path)
            monkeypatch.setattr(module, name, step)
            year.open()
            assert list(year.store.read_log()) == log
    assert [one.month for one in run(year, tmp_path)] == ["2013-01", "2013-02", "2013-03"]
    assert [*history(year.store)][: len(log)] == log
    assert told(year.store) == before
    assert prove(year.store).equal


def cut(step, *, after):
    def stopping(*arguments, **more):
        if after:
            step(*arguments, **more)
        raise KeyboardInterrupt

    return stopping


KEEPER = """
import sys
from pathlib import Path
from alihdaya.operations.books.retain import retain
from alihdaya.operations.opening import open_desk
from alihdaya.store import open_store
import polars
print("ready", flush=True)
desk = open_desk(open_store(sys.argv[1]), recorded=lambda: int(sys.argv[3]))
for gone in retain(desk, 1, int(sys.argv[3]), by="keeper", folder=Path(sys.argv[2])):
    print(gone.month, flush=True)
desk.close()
"""


@pytest.mark.chaos
def test_kill_9_at_any_moment_loses_nothing_and_doubles_nothing(year, store_url, tmp_path):
    before, log = told(year.store), list(year.store.read_log())
    year.desk.close()
    chance = random.Random(5)
    command = [sys.executable, "-c", KEEPER, store_url, str(tmp_path / "archive"), str(LATE)]
    for kill in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
            assert keeper.stdout.readline() == "ready\n"
            if kill < 3:
                time.sleep(chance.random() * 0.25)
                keeper.kill()
            keeper.stdout.read()
        with open_store(store_url, read_only=True) as store:
            assert [*history(store)][: len(log)] == log
    with open_store(store_url, read_only=True) as store:
        assert [one.month for one in archived(store)] == ["2013-01", "2013-02", "2013-03"]
        assert [entry.by for entry in history(store)].count("keeper") == 3
        assert told(store) == before
        assert prove(store).equal


def test_who_comes_too_late_to_archive_a_month_leaves_its_files_alone(year, tmp_path):
    """Over shards another process may do so: what it wrote is all that is left of the month."""
    before = list(history(year.store))
    late = next(survey(year.store, "2013-02")).span
    assert run(year, tmp_path)
    with pytest.raises(StoreError, match="not read back as it was written"):
        files.write_month(year.store, late, tmp_path / "archive", born=born_at(year.store), previous="")
    assert [one for one in history(year.store) if one in before] == before


def waits(store):
    """Whether somebody waits for a table."""
    if store.database.is_sqlite:
        return False
    with store.snapshot() as connection:
        return connection.execute(text("select count(*) from pg_locks where not granted")).scalar() > 0


def test_a_reader_of_both_tables_and_who_lets_a_month_go_do_not_wait_for_each_other(year, tmp_path):
    with ThreadPoolExecutor() as beside, year.store.snapshot() as reader:
        reader.execute(text("select count(*) from log")).all()
        going = beside.submit(run, year, tmp_path)
        while not (going.done() or waits(year.store)):
            time.sleep(0.02)
        assert reader.execute(text("select count(*) from item")).scalar()
        reader.close()
        assert going.result()


def test_a_clock_that_was_set_back_over_a_months_end_loses_nothing(small, tmp_path):
    """PostgreSQL parts by time, the archive by number: rows in another month's partition stay, or go with theirs."""
    for month, day in ((1, 31), (2, 1), (1, 31), (2, 2), (3, 5), (2, 28), (3, 6), (4, 1)):
        small.desk.at = 0
        small.at = instant(month, day)
        small.receive()
    small.commit()
    before = list(small.store.read_log())
    for months in (10, 9, 8):
        run(small, tmp_path, months=months)
        assert [*history(small.store)][: len(before)] == before
        assert prove(small.store).equal
    assert [row.id for row in views.items(small.store)] == [8]


def test_a_store_without_a_folder_for_its_archive_asks_for_one_once(year, tmp_path):
    if year.store.database.is_sqlite:
        list(retention.retain(year.desk, 10, LATE, by="keeper"))
        assert (year.store.database.path.parent / "store.db.archive" / "2013-01" / "manifest.json").exists()
        return
    from alihdaya.kernel.errors import Refused

    with pytest.raises(Refused, match="--to"):
        list(retention.retain(year.desk, 10, LATE, by="keeper"))
    run(year, tmp_path, months=10)
    (gone, *_) = retention.retain(year.desk, 9, LATE, by="keeper")
    assert gone.folder == tmp_path / "archive" / "2013-02"
    with open_store(year.store.database.url.render_as_string(hide_password=False), read_only=True) as reader:
        assert views.item_story(reader, 1) is not None
    assert open_desk(year.store, recorded=lambda: LATE).last_item == 17
