"""The supervisor's page, and what is told in one line instead of thirteen."""

import pytest
from workplace_scene import Browser, House

from alihdaya.console.workplace.overview import Overview, alike
from alihdaya.console.workplace.seen import Waiting, grouped
from alihdaya.kernel.time import HOUR, MINUTE
from alihdaya.people.gate import Needs
from alihdaya.work.floor import Ask
from alihdaya.work.floor.events import Returned
from alihdaya.work.floor.why import Waits


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_who_is_there_and_how_what_waits_and_who_is_missing(house):
    first, _ = house.bring(), house.bring()
    with house.open() as app:
        boss = Browser(app, "citra")
        boss.get("/work/1/queue")
        assert "Nobody present can do this" in boss.text
        assert "Those who may are not present." in boss.text
        assert "English B2" in boss.text
        assert "ana may do it" in boss.text
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        ana.press(f"/work/1/task/{first}/1/accept")
        house.at += 5 * MINUTE
        boss.get("/work/1/queue")
        assert "Nobody present can do this" not in boss.text
        assert "1 at work, 0 free, 0 away" in boss.text
        assert f"judge at work · item {first} · 5 min" in boss.text
        ana.get("/work/1/")
        ana.press("/work/1/be/lunch")
        house.at += MINUTE
        boss.get("/work/1/queue")
        assert "lunch · 1 min" in boss.text
        parts = house.told(Overview(house.place), "citra")
        assert set(parts) == {"figures", "waits", "persons"}
        assert all(f'id="{name}"' in boss.page.text for name in parts)
        assert "1 min" in parts["persons"]
        assert house.log(Returned) == []


def test_adherence_of_the_shift_that_is_on_is_shown_and_who_has_not_come(house):
    house.bring()
    with house.open() as app:
        boss = Browser(app, "citra")
        boss.get("/work/1/queue")
        assert "was not here yet" in boss.text
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        house.at += HOUR
        boss.get("/work/1/queue")
        assert "late" in boss.text
        assert "Ana" in boss.text


def test_in_indonesian_and_for_nobody_who_may_not_look(house):
    house.bring()
    with house.open() as app:
        boss = Browser(app, "citra", "id")
        boss.get("/work/1/queue")
        assert "Inggris B2" in boss.text
        assert "Asia/Jakarta" in boss.text
        stranger = Browser(app)
        assert stranger.get("/work/1/queue").url.path == "/work/"
        assert stranger.get("/work/1/queue/events").status_code == 204


def test_equal_refusals_are_one_line_with_their_number_and_what_one_may_do_stays_single():
    no = [Waiting(n, 1, "judge", "desk", n, "Has no certificate.") for n in range(1, 14)]
    yes = [Waiting(n, 1, "judge", "desk", n, "") for n in (20, 21)]
    other = Waiting(30, 1, "judge", "desk", 30, "Lacks the skill.")
    found = list(grouped([*no[:5], *yes, *no[5:], other]))
    assert [(one.item, one.many) for one in found] == [(1, 13), (20, 1), (21, 1), (30, 1)]


def test_what_asks_for_the_same_of_people_is_one_line_though_it_is_worked_otherwise():
    task, advice = Ask(Needs("claims"), "office", wrap=90, batch=3), Ask(Needs("claims"), "office", batch=1)
    other = Waits(Ask(Needs("claims"), "voice"), 4, 7, 0, "no-channel", ())
    (one, two) = alike([Waits(task, 8, 20, 2, "", ()), Waits(advice, 1, 10, 2, "", ()), other])
    assert (one.pieces, one.oldest, one.able) == (9, 10, 2)
    assert two == other


def test_somebody_who_may_do_nothing_reads_why_once(house):
    for _ in range(13):
        house.bring()
    with house.open() as app:
        citra = Browser(app, "citra")
        citra.press("/work/1/be/come")
        assert citra.text.count("Has no certificate claims-desk") == 1
        assert "Waits for anybody 13" in citra.text
        assert "Take" not in citra.text


def test_an_item_that_is_not_there_asks_nobody_for_anything(house):
    with house.open() as app:
        clerk = Browser(app, "dodi")
        assert clerk.get("/work/1/outside/999").status_code == 404
        assert "There is no such item." in clerk.text
        assert "Thank you" not in clerk.text
