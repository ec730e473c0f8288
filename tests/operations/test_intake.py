"""Files in: duplicates wherever they come from, bad rows, and the sum that must come out."""

from dataclasses import replace

import pytest
from small_desk import NOON, SmallDesk, log_of, rows_of, scripts_of, source_of

from alihdaya.channels.batch import Reject
from alihdaya.engagement.events import RowRejected
from alihdaya.kernel.time import DAY, HOUR
from alihdaya.operations.books.replay import prove
from alihdaya.operations.run.flow import run
from alihdaya.store import open_store, views
from alihdaya.work.events import ItemReceived


def take(small, source, **more):
    present = small.at + 400 * DAY if source.by_data else small.at  # rows that say when they came lie in the past
    return run(small.desk, small.service, source, now=lambda: present, **more)


def duplicates(store):
    return [(row.row, row.text) for row in views.rejects(store, 1) if row.reason == "duplicate"]


def test_a_claim_that_comes_twice_is_received_once_wherever_it_comes_again(small):
    claims = [("plain", 1, 1), ("plain", 1, 2), ("plain", 1, 1), ("plain", 1, 3), ("plain", 1, 4), ("plain", 1, 2)]
    first = take(small, source_of(rows_of(*claims), size=4))
    assert (first.received, first.turned_away) == (4, 2)
    assert duplicates(small.store) == [(3, "1 is item 1"), (6, "2 is item 2")]
    small.open()
    again = take(small, source_of(rows_of(("plain", 9, 5), ("plain", 9, 4)), digest="other"))
    assert (again.source, again.received, again.turned_away) == (2, 1, 1)
    assert [(row.row, row.text) for row in views.rejects(small.store, 2)] == [(2, "4 is item 4")]
    counts = views.totals(small.store)
    assert (counts["received"], counts["duplicate"]) == (5, 3)
    assert [(row.received, row.duplicates, row.rejected, row.cursor) for row in small.store.sources()] == [
        (4, 2, 0, 6),
        (1, 1, 0, 2),
    ]
    assert prove(small.store).equal


def test_the_same_number_on_another_channel_is_another_item(small):
    by_hand = small.receive("plain", 1)
    ran = take(small, source_of(rows_of(("plain", 1, 1))))
    assert ran.received == 1
    small.commit()
    assert small.store.known("api", ["1"]) == {"1": by_hand}
    assert small.store.known(small.service.channel, ["1"]) == {"1": by_hand + 1}


def test_an_item_is_found_by_its_number_of_the_client_whatever_came_before_it(small):
    take(small, source_of(rows_of(("plain", 1, 77), ("plain", 1, 78))))
    small.commit()
    assert [row.external_id for row in views.items(small.store)] == ["77", "78"]
    assert views.named(small.store, "78") == [2]
    assert views.named(small.store, "2") == []
    assert views.named(small.store, "7") == []
    assert [row.id for row in views.items(small.store, these=views.named(small.store, "78"))] == [2]
    assert views.items(small.store, these=[]) == []


def test_what_comes_in_is_delivered_or_waits_or_was_rejected(small):
    kinds = ["plain", "judge", "split", "wait", "later", "stuck", "assess", "plain"] * 6
    claims = [(kind, 50 + n, n if n % 9 else 1) for n, kind in enumerate(kinds, 1)]
    rows = [row for row in rows_of(*claims) if row.number % 10]
    rejects = [Reject(n, n + 1, "amount", "not a number", "1,5") for n in range(10, len(kinds) + 1, 10)]
    ran = take(small, source_of(rows, rejects), seed=3, scripts=scripts_of(small.pack))
    counts = views.totals(small.store)
    waiting = len(small.desk.items)
    assert waiting > 0
    assert ran.received + ran.turned_away == len(kinds) == ran.last
    assert counts["received"] == ran.received == counts["delivered"] + waiting
    assert counts["rejected"] + counts["duplicate"] == ran.turned_away
    assert counts["rejected"] == len(rejects)
    assert counts["duplicate"] > 0
    assert counts["straight_through"] + counts["to_people"] <= counts["received"]
    by_status = [len(views.items(small.store, status=status)) for status in ("delivered", "waiting", "stopped")]
    assert sum(by_status) == counts["received"]
    assert prove(small.store).equal


def test_bad_rows_stand_in_the_log_where_they_stood_in_the_file(small):
    rows = rows_of(("plain", 1), ("plain", 1), ("plain", 1))
    rows = [row._replace(number=number) for row, number in zip(rows, (2, 3, 6), strict=True)]
    rejects = [Reject(n, None, "amount", "not a number", str(n)) for n in (1, 4, 5, 7, 8)]
    take(small, source_of(rows, rejects, size=3))
    first = [entry.events[0] for entry in small.store.read_log()]
    assert [one.row for one in first if isinstance(one, RowRejected | ItemReceived)] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert [row.row for row in views.rejects(small.store, 1)] == [1, 4, 5, 7, 8]


def test_a_file_that_was_read_is_not_read_again_under_any_name(small_sqlite):
    small = small_sqlite
    rows = rows_of(("plain", 1), ("plain", 1))
    take(small, source_of(rows))
    before = log_of(small.store)
    again = take(small, source_of(rows))
    assert (again.source, again.received, again.turned_away, again.last) == (1, 0, 0, 2)
    assert log_of(small.store) == before


def test_rows_that_go_back_in_time_are_taken_at_the_last_time(small_sqlite):
    small = small_sqlite
    rows = rows_of(("plain", 1), ("judge", 1), ("plain", 1))
    rows[1] = rows[1]._replace(received_at=NOON - 3 * DAY)
    take(small, source_of(rows))
    times = [row.received_at for row in views.items(small.store)]
    assert times == [NOON, NOON, NOON + 2 * HOUR]
    assert [entry.at for entry in log_of(small.store)] == sorted(entry.at for entry in log_of(small.store))


def test_by_our_own_clock_rows_happen_now(small_sqlite):
    small = small_sqlite
    small.at = NOON + 5 * DAY
    take(small, source_of(rows_of(("plain", 1), ("plain", 1)), by_data=False))
    assert {row.received_at for row in views.items(small.store)} == {NOON + 5 * DAY}


def test_without_a_seed_nobody_works_but_timers_go_off(small):
    rows = rows_of(("judge", 1), ("plain", 1), ("plain", 1), step=20 * HOUR)
    take(small, source_of(rows))
    counts = views.totals(small.store)
    assert counts["cancelled"] == 1
    assert "assigned" not in counts
    assert [task.node for task in small.desk.queue] == ["second"]
    *_, fired, _ = log_of(small.store)
    assert (fired.at, fired.by) == (NOON + 30 * HOUR, "timer")


@pytest.mark.parametrize("cut", [1, 6, 7, 8, 13])
def test_a_file_goes_on_at_the_row_after_the_last_one_that_was_kept(tmp_path, cut):
    kinds = [("plain", n, n if n != 9 else 2) for n in range(1, 16)]
    rejects = [Reject(4, None, "amount", "bad", ""), Reject(15, None, "", "bad", "")]
    rows = [row for row in rows_of(*kinds) if row.number not in (4, 15)]
    with open_store(tmp_path / "whole.db") as store:
        take(SmallDesk(store, tmp_path), source_of(rows, rejects))
        wanted = log_of(store)
    with open_store(tmp_path / "cut.db") as store:
        small = SmallDesk(store, tmp_path)
        head = source_of([row for row in rows if row.number <= cut], [bad for bad in rejects if bad.row <= cut])
        whole = source_of(rows, rejects)
        take(small, replace(head, rows=whole.rows))
        small.open()
        take(small, whole)
        assert log_of(store) == wanted


def test_an_arrival_outside_the_terms_or_in_the_future_is_turned_away_and_moves_no_clock(small_sqlite):
    small = small_sqlite
    rows = rows_of(("judge", 1), ("plain", 1), ("plain", 1), ("plain", 1))
    rows[1] = rows[1]._replace(received_at=NOON - 30 * DAY)
    rows[2] = rows[2]._replace(received_at=NOON + 100 * 365 * DAY)
    take(small, source_of(rows))
    assert [row.row for row in views.rejects(small.store, 1)] == [2, 3]
    assert views.totals(small.store)["received"] == 2
    assert len(small.desk.queue) == 1
    assert small.desk.at < NOON + DAY
