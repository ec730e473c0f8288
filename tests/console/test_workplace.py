"""The workplace by its pages: who may open it, what a day does, what is refused, and that the gate is the same."""

import re

import pytest
from workplace_scene import HIDING, MANIFEST, REPLY, Browser, House

from alihdaya.engine.events import VariablesSet
from alihdaya.kernel.errors import Problem
from alihdaya.store import StoreError
from alihdaya.work.events import AssignmentRefused, ItemDelivered, TaskAssigned, TaskDone
from alihdaya.work.floor.events import Declined, Finished, LoggedIn, Passed, PutOff

TASK = "/work/1/task/{}/1"


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_nobody_sees_anything_before_they_sign_in(house):
    item = house.bring()
    with house.open() as app:
        guest = Browser(app)
        for path in ("/work/1/", "/work/1/queue", TASK.format(item), "/work/1/outside", f"/work/1/outside/{item}"):
            assert str(guest.get(path).url).endswith("/work/"), path
            assert "Sign in" in guest.text
        assert guest.send("/work/1/be/come").url.path == "/work/"
        wrong = guest.send("/work/in", shown="nobody")
        assert wrong.status_code == 401
        assert "Nobody on the roster is called so." in guest.text
        assert guest.get("/work/1/events").status_code == 204
        assert house.log(LoggedIn) == []
        guest.client.follow_redirects = False
        cookie = guest.send("/work/in", shown="ana").headers["set-cookie"].lower()
        assert all(word in cookie for word in ("httponly", "samesite=strict", "path=/work"))


def test_a_task_rings_is_accepted_and_done(house):
    item = house.bring(amount=70)
    with house.open() as app:
        ana = Browser(app, "ana")
        assert "Not present" in ana.text
        ana.press("/work/1/be/come", lease="180")
        assert "It rings" in ana.text
        ana.press(TASK.format(item) + "/accept")
        assert ana.page.url.path == TASK.format(item)
        assert "amount 70" in ana.text
        assert "Decided by rule" in ana.text
        house.at += 90_000_000
        wrong = ana.press(TASK.format(item) + "/complete", verdict="maybe", hours="many")
        assert wrong.status_code == 422
        assert "2 fields are not right yet" in ana.text
        assert "Write a number." in ana.text
        assert 'value="many"' in wrong.text
        assert house.log(TaskDone) == []
        ana.press(TASK.format(item) + "/complete", verdict="yes", hours="1.5")
        assert "Done. The item goes on." in ana.text
        (done,) = house.log(TaskDone)
        assert (done.person, done.seconds, done.result["verdict"], str(done.result["hours"])) == (
            "ana",
            90,
            "yes",
            "1.5",
        )
        assert len(house.log(ItemDelivered)) == 1
        assert ana.press("/work/1/be/leave").status_code == 200
        assert "Not present" in ana.text


CODES = MANIFEST.replace("[process]", '[floor]\ncodes = { solved = { en = "Solved", id = "Selesai" } }\n\n[process]', 1)


def test_a_packs_wrap_up_codes_are_offered_and_no_other_is_taken(tmp_path):
    house = House(tmp_path, CODES)
    item = house.bring()
    with house.open() as app:
        ana = Browser(app, "ana", "id")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        assert "Kode penutup" in ana.text
        assert "/hand-over" not in ana.page.text, "the client has no other service"
        assert '<option value="solved">Selesai</option>' in ana.page.text
        answers = {"verdict": "yes", "hours": "1"}
        assert ana.press(TASK.format(item) + "/complete", **answers, **{"wrap-up": "odd"}).status_code == 409
        assert house.log(TaskDone) == []
        ana.press(TASK.format(item) + "/complete", **answers, **{"wrap-up": "solved"})
        assert [one.code for one in house.log(Finished)] == ["solved"]


def test_in_indonesian_a_comma_is_a_decimal_sign_and_faults_are_told(house):
    item = house.bring()
    with house.open() as app:
        ana = Browser(app, "ana", "id")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        ana.press(TASK.format(item) + "/complete", hours="x")
        assert "Isilah ini." in ana.text
        assert "Tulislah sebuah bilangan." in ana.text
        ana.press(TASK.format(item) + "/complete", verdict="no", hours="1,5")
        assert [str(one.result["hours"]) for one in house.log(TaskDone)] == ["1.5"]


def test_the_gate_says_no_here_too_and_why(house):
    item = house.bring()
    with house.open() as app:
        citra = Browser(app, "citra", "id")
        citra.press("/work/1/be/come")
        assert "Tidak memiliki sertifikat claims-desk" in citra.text, "shown beside what waits"
        assert citra.press(TASK.format(item) + "/take").status_code == 409
        assert "Anda belum boleh mengerjakan ini." in citra.text
        assert house.log(TaskAssigned) == []
        assert [(one.person, one.reasons) for one in house.log(AssignmentRefused)] == [
            ("citra", ("no-certificate:claims-desk",))
        ]
        assert citra.get(TASK.format(item)).status_code == 404


def test_what_waits_is_told_by_the_number_of_the_client_and_when_it_is_due(house):
    house.bring()
    house.small.command(house.small.receipt("CL-4711", "judge"))
    with house.open() as app:
        ana = Browser(app, "ana")
        assert "CL-4711 · " in ana.text
        assert "due " in ana.text.partition("CL-4711")[2]
        assert "CL-4711" not in Browser(app, "citra").text, "alike ones are told in one line"


def test_who_is_kept_away_by_a_wall_hears_nothing_of_the_client(house):
    item = house.bring()
    with house.open() as app:
        eko = Browser(app, "eko")
        eko.press("/work/1/be/come")
        assert "Nothing waits." in eko.text
        assert f"/task/{item}/" not in eko.page.text
        eko.send(TASK.format(item) + "/take", **eko.seal)
        assert "A conflict wall keeps them from work for Acme." in eko.text
        assert house.log(TaskAssigned) == []


def test_a_task_of_somebody_else_shows_nothing_and_takes_nothing(house):
    item = house.bring(amount=4321)
    with house.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        seal = budi.seal
        assert budi.get(TASK.format(item)).status_code == 404
        assert "4321" not in budi.text
        for act in ("complete", "accept", "decline", "pass", "put-off", "take", "steal"):
            assert budi.send(f"{TASK.format(item)}/{act}", **seal, verdict="yes").status_code in {404, 409}
        assert house.log(TaskDone) == []
        assert [one.person for one in house.log(TaskAssigned)] == ["ana"]


def test_a_form_that_we_did_not_show_does_nothing(house):
    item = house.bring()
    with house.open() as app:
        ana = Browser(app, "ana")
        seal, other = ana.seal, Browser(app, "budi").seal
        for bad in ({}, {"work-seal": ""}, other, {**seal, "long": "x" * 1_000_000}):
            assert ana.send("/work/1/be/come", **bad).status_code == 403
        ana.client.headers["sec-fetch-site"] = "cross-site"
        assert ana.send("/work/1/be/come", **seal).status_code == 403
        assert ana.send("/work/in", shown="budi").status_code == 403
        assert house.log(LoggedIn) == []
        del ana.client.headers["sec-fetch-site"]
        for odd in ("/work/x/", "/work/9/", f"/work/{'9' * 5000}/"):
            assert ana.get(odd).status_code == 503
        assert ana.get(f"/work/1/task/{'9' * 5000}/{item}").status_code == 404


def test_passing_on_putting_off_declining(house):
    first, second = house.bring(), house.bring()
    with house.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(first) + "/accept")
        assert ana.press(TASK.format(first) + "/pass", kind="transfer", to="zoe", note="").status_code == 409
        assert "Nobody on the roster is called so." in ana.text
        budi.press("/work/1/be/come")
        assert budi.press(TASK.format(second) + "/decline").status_code == 200
        assert [one.person for one in house.log(Declined)] == ["budi"]
        ana.press(TASK.format(first) + "/pass", kind="escalate", to="budi", note="knows <b>them</b>")
        assert [(one.kind, one.person) for one in house.log(Passed)] == [("escalate", "ana")]
        budi.get("/work/1/")
        assert "knows <b>them</b>" in budi.text
        assert "knows <b>" not in budi.page.text
        budi.press(TASK.format(first) + "/accept")
        for past in ("", "2013-01-01T10:00", "soon", "9999-99-99T00:00"):
            assert budi.press(TASK.format(first) + "/put-off", until=past).status_code == 409
        budi.press(TASK.format(first) + "/put-off", until="2013-01-09T10:00")  # in Jakarta
        (put_off,) = house.log(PutOff)
        assert put_off.until == 1_357_700_400_000_000
        assert "Put off" in budi.text


def test_a_form_hides_what_its_pack_says(tmp_path):
    house = House(tmp_path, MANIFEST.replace("[form.judge.title]", HIDING) + REPLY)
    item = house.bring(amount=4321)
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        assert "4321" not in ana.text
        assert "claim 1" in ana.text


def test_what_comes_from_outside_comes_by_a_page(house):
    item = house.bring("wait")
    with house.open() as app:
        clerk = Browser(app, "dodi")
        clerk.get("/work/1/outside")
        assert "Your claim" in clerk.text
        page = clerk.get(f"/work/1/outside/{item}")
        token = re.search(rf'action="/work/1/outside/{item}/(\d+)"', page.text)[1]
        assert clerk.press(f"/work/1/outside/{item}/{token}", answer=" ").status_code == 422
        assert "Fill this in." in clerk.text
        clerk.press(f"/work/1/outside/{item}/{token}", answer="I agree.")
        assert "Thank you" in clerk.text
        assert {"answer": "I agree."} in [one.variables for one in house.log(VariablesSet)]
        clerk.get("/work/1/")
        assert clerk.send(f"/work/1/outside/{item}/{token}", **clerk.seal, answer="twice").status_code == 409
        assert len([one for one in house.log(VariablesSet) if "answer" in one.variables]) == 1


def test_the_queue_says_what_waits_and_who_is_there(house):
    house.bring()
    with house.open() as app:
        boss = Browser(app, "citra")
        boss.get("/work/1/queue")
        assert "Those who may are not present." in boss.text
        assert "Nobody is present." in boss.text
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        boss.get("/work/1/queue")
        assert "Ana ready" in boss.text
        assert "rings" in boss.text


def test_pages_hold_nothing_that_the_policy_would_block(house):
    item, asked = house.bring(), house.bring("wait")
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        for path in ("/work/", "/work/1/", TASK.format(item), "/work/1/queue", f"/work/1/outside/{asked}"):
            answer = ana.get(path)
            assert answer.status_code == 200
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            for bad in ("<style", " style=", " onclick", "http:", "https:"):
                assert bad not in answer.text, (path, bad)


SAME = {"sec-fetch-site": "same-origin"}


def test_what_no_store_keeps_is_told_beside_its_field_and_not_in_silence(house):
    item, asked = house.bring(), house.bring("wait")
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        for odd in ("NaN", "-Infinity", "9" * 40):
            assert ana.press(TASK.format(item) + "/complete", verdict="yes", hours=odd).status_code == 422
            assert "This cannot be kept" in ana.text
        clerk = Browser(app, "dodi")
        page = clerk.get(f"/work/1/outside/{asked}")
        path = re.search(rf'action="(/work/1/outside/{asked}/\d+)"', page.text)[1]
        assert clerk.press(path, answer="a\0b").status_code == 422
        assert "This cannot be kept" in clerk.text
        assert house.log(TaskDone) == []


def test_what_is_pressed_twice_or_in_two_windows_is_done_once_and_said_so(house):
    item = house.bring()
    with house.open() as app:
        first, second = Browser(app, "ana", "id"), Browser(app, "ana", "id")
        first.press("/work/1/be/come")
        assert second.press("/work/1/be/come").status_code == 200
        first.press(TASK.format(item) + "/accept")
        assert second.press(TASK.format(item) + "/accept").url.path == TASK.format(item)
        first.press(TASK.format(item) + "/complete", verdict="yes")
        assert second.press(TASK.format(item) + "/complete", verdict="no", hours="7").status_code == 409
        assert "Tugas ini sudah Anda selesaikan." in second.text
        assert [one.result["verdict"] for one in house.log(TaskDone)] == ["yes"]


def test_what_somebody_wrote_is_given_back_where_it_went_nowhere(house):
    item, asked = house.bring(), house.bring("wait")
    wrote = "An hour's work, <b>all</b> of it."
    with house.open() as app:
        ana, dodi = Browser(app, "ana"), Browser(app, "dodi")
        ana.press("/work/1/be/come", lease="180")
        ana.press(TASK.format(item) + "/accept")
        page, path = ana.page, TASK.format(item) + "/complete"
        house.at += 400_000_000  # the machine slept
        ana.send("/work/1/be/beat", **ana.seal)
        ana.page = page
        assert ana.press(path, verdict=wrote).status_code == 409
        assert "This task is not yours, or no longer." in ana.text
        assert wrote in ana.text
        assert "<b>all" not in ana.page.text
        ana.client.headers.update(SAME)
        assert ana.send(path, **{"work-seal": "of yesterday", "verdict": wrote}).status_code == 403
        assert wrote in ana.text
        ana.client.cookies.clear()
        assert ana.send(path, verdict=wrote).status_code == 403
        assert "You are signed out." in ana.text
        assert wrote in ana.text
        ana.client.headers.pop("sec-fetch-site")
        assert wrote not in ana.send(path, verdict=wrote).text, "no foreign page has us say what it likes"
        form = dodi.get(f"/work/1/outside/{asked}")
        late = re.search(rf'action="(/work/1/outside/{asked}/\d+)"', form.text)[1]
        dodi.press(late, answer="in time")
        dodi.page = form
        assert dodi.press(late, answer=wrote).status_code == 409
        assert "This was not taken" in dodi.text
        assert "Thank you" not in dodi.text
        assert wrote in dodi.text


def test_a_refusal_to_pass_on_leaves_the_form_alone_and_its_page_can_be_loaded_again(tmp_path):
    note = '[[form.judge.fields]]\nname = "note"\ntype = "text"\nrequired = false\nlabel = { en = "Note" }\n\n'
    house = House(tmp_path, MANIFEST.replace("[form.look.title]", note + "[form.look.title]") + REPLY)
    item = house.bring()
    with house.open() as app:
        ana = Browser(app, "ana")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        assert ana.press(TASK.format(item) + "/pass", kind="transfer", to="zoe", note="of passing").status_code == 409
        assert ana.page.text.count("of passing") == 1
        assert ana.get(TASK.format(item) + "/pass?lang=id").url.path == TASK.format(item)
        assert "Selesai" in ana.text
        for path in (TASK.format(item) + "/accept", "/work/1/be/ready", "/work/in", "/work/out"):
            assert ana.get(path).url.path == "/work/1/"


def test_a_stream_that_cannot_go_on_has_the_page_ask_again(house, monkeypatch):
    house.bring()
    with house.open() as app:
        ana = Browser(app, "ana")
        assert (ana.get("/work/9/events").status_code, "retry: 5000" in ana.page.text) == (200, True)

        def fails(floor):
            raise StoreError(Problem("unavailable", "no answer"))

        monkeypatch.setattr(house.house, "store", fails)
        assert (ana.get("/work/1/events").status_code, "retry: 5000" in ana.page.text) == (200, True)
