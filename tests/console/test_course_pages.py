"""The pages of a course and the files beside it: who may see them, what they refuse, what is noted and handed in."""

import json
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from starlette.testclient import TestClient

sys.path.insert(0, str(Path(__file__).parent))

from course_scene import AT, NAME, School, package
from workplace_scene import Browser

from alihdaya.console.workplace.courses.files import make_courses
from alihdaya.console.workplace.courses.page import course_origin
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.errors import Refused
from alihdaya.operations.commands import Assign, Complete, Receive
from alihdaya.operations.people.lesson import Sitting, lesson
from alihdaya.operations.people.lesson import played as note_run
from alihdaya.operations.perform import perform
from alihdaya.operations.sign import open_service
from alihdaya.packs.courses import allowance
from alihdaya.packs.courses.course import Course, Module
from alihdaya.packs.courses.run import Run, begin, left, outcome, read_run, standing
from alihdaya.packs.courses.shelf import find_package
from alihdaya.people.events import CertificateIssued, CoursePlayed

COURSE = Course("Calm words", "1.2", tuple(Module(one, one, f"{one}.html", reports=True) for one in "abc"), Decimal(70))


@pytest.fixture
def school(tmp_path, monkeypatch):
    made = School(tmp_path, "1.2")
    monkeypatch.setenv("ALIHDAYA_COURSES", str(made.shelf))
    with made.open(":8322") as made.app:
        yield made


def files():
    return TestClient(make_courses(), base_url="http://localhost:8322")


def saying(page, **values):
    """What a page's script sends of its module."""
    start = json.loads(re.search(r'data-start="([^"]*)"', page.text)[1].replace("&#34;", '"'))
    form = {"module": start["module"], "attempt": start["attempt"], "mark": start["mark"], "seconds": "40"}
    return {**form, "over": "no", "values": json.dumps(values)}


def test_files_are_served_as_what_they_are_within_walls(school, tmp_path):
    package(school.package, "1.2", **{"Film.MP4": bytes(range(256)) * 10, "odd.exe": "MZ", "deep/a b.css": "p {}"})
    mark, ask = find_package(NAME).mark, files()
    page = ask.get(f"/c/{mark}/read.html?x=1")
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
    policy = page.headers["content-security-policy"]
    assert "connect-src 'self'" in policy
    assert "sandbox allow-scripts allow-same-origin" in policy
    assert not {"allow-top-navigation", "allow-popups"} & set(policy.split())
    assert page.headers["x-content-type-options"] == "nosniff"
    kinds = {"film.mp4": "video/mp4", "odd.exe": "application/octet-stream", "deep/a%20b.css": "text/css"}
    assert {name: ask.get(f"/c/{mark}/{name}").headers["content-type"] for name in kinds} == kinds
    part = ask.get(f"/c/{mark}/Film.MP4", headers={"range": "bytes=250-259"})
    assert (part.status_code, part.headers["content-range"]) == (206, "bytes 250-259/2560")
    assert part.content == bytes([*range(250, 256), 0, 1, 2, 3])
    assert ask.get(f"/c/{mark}/Film.MP4", headers={"range": "bytes=-2"}).content == bytes([254, 255])
    assert ask.get(f"/c/{mark}/Film.MP4", headers={"range": "bytes=2560-"}).status_code == 416
    assert ask.get(f"/c/{mark}/Film.MP4", headers={"range": "bytes=a-b"}).status_code == 200


@pytest.mark.parametrize("name", ["", "deep", "..%2f..%2fschool.db", "none.html", "%00", "read.html/"])
def test_nothing_else_is_served(school, name):
    mark, ask = find_package(NAME).mark, files()
    assert ask.get(f"/c/{mark}/{name}").status_code == 404
    assert ask.get(f"/c/{'0' * 32}/read.html").status_code == 404
    for path in ("/", "/work/", "/play/../school.db", "/c/", "/static/workplace.js"):
        assert ask.get(path).status_code == 404
    assert ask.post("/play").status_code == 405
    assert "set-cookie" not in ask.get("/play").headers


def test_a_package_that_became_a_hostile_one_is_no_longer_played(school):
    mark = find_package(NAME).mark
    package(school.package, "1.2", **{"../up.html": "x"})
    assert files().get(f"/c/{mark}/read.html").status_code == 404
    assert "No course is open." in Browser(school.app, "laras").get("/work/1/courses").text


def test_courses_are_never_played_under_the_host_of_the_workplace():
    assert course_origin(":8322", "127.0.0.1") == "http://localhost:8322"
    assert course_origin(":8322", "localhost") == "http://127.0.0.1:8322"
    assert course_origin("https://courses.example/x", "work.example") == "https://courses.example"
    for at in ("https://work.example:9000", "javascript:1", "", "courses.example"):
        assert course_origin(at, "work.example") == ""


def test_the_page_frames_the_courses_address_alone(school):
    page = Browser(school.app, "laras").get(f"/work/1/course/{school.item}")
    policy = page.headers["content-security-policy"]
    assert "frame-src http://localhost:8322" in policy
    assert "script-src 'self';" in policy
    assert 'sandbox="allow-scripts allow-same-origin' in page.text
    assert page.text.count("data-leave") == 4


def test_a_trainee_who_does_not_receive_sees_only_their_own(school, monkeypatch):
    from alihdaya.console.workplace import door

    opens = door.NameDoor.opens

    async def alone(self, shown, address):
        return (await opens(self, shown, address))._replace(receives=False)

    monkeypatch.setattr(door.NameDoor, "opens", alone)
    other, own = Browser(school.app, "kirana"), Browser(school.app, "laras")
    assert "Calm words" not in other.get("/work/1/courses").text
    assert "Calm words" not in other.get(f"/work/1/course/{school.item}").text
    assert "Calm words" in own.get("/work/1/courses").text
    page = own.get(f"/work/1/course/{school.item}")
    other.get("/work/1/")
    other.send(f"/work/1/course/{school.item}", **other.seal, **saying(page))
    assert school.told(CoursePlayed) == []


def test_what_a_module_says_is_noted_and_the_whole_is_handed_in_once(school):
    who = Browser(school.app, "laras")
    path = f"/work/1/course/{school.item}"
    reading = saying(who.get(f"{path}?module=read"))
    assert who.send(path, **reading).status_code == 403, "a form without its seal"
    who.get(path)
    seal = who.seal
    answer = who.send(path, **seal, **reading)
    assert answer.json()["modules"][0] == {"number": 1, "said": "done"}
    learning = saying(who.get(f"{path}?module=learn"), **{"cmi.core.lesson_status": "completed"})
    who.send(path, **seal, **learning | {"over": "yes"})
    test = saying(who.get(path), **{"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "85"})
    assert test["module"] == "test"
    who.send(path, **seal, **test)
    assert school.variables["quiz"] is None, "the module may go on"
    who.get(path)
    assert "Every module is done" in who.text, "the page was closed before the module could end"
    page = who.press(path)
    assert "handed in" in page.text
    assert (school.variables["quiz"], school.variables["tries"]) == (85, 1)
    assert who.send(path, **seal, **test | {"over": "yes"}).status_code == 503
    assert [one.percent for one in school.told(CoursePlayed)] == [None, None, 85, 85]


def test_who_is_enrolled_under_a_colleagues_number_by_another_client_answers_their_own_quiz(tmp_path, monkeypatch):
    school = School(tmp_path, "2004")
    monkeypatch.setenv("ALIHDAYA_COURSES", str(school.shelf))
    with school._desk() as desk:
        other = school.pack.terms.replace('id = "misal-training"', 'id = "another"', 1)
        service = open_service(desk, school.pack, agreement.parse(other.encode()), AT, trusted=True)
        facts = {"enrolment": "E-1", "trainee": "bayu", "course_name": NAME, "kind": "refresher", "months_since": 0}
        facts = dict.fromkeys(school.pack.intake.variables) | facts
        second = perform(desk, Receive(service, "another/hand", "E-1", 0, 0, facts), AT)
        desk.commit()
        for module in lesson(desk.store, second).package.course.modules:
            found = lesson(desk.store, second)
            said = Sitting({"cmi.score.scaled": "0.9"}, 5, "yes")
            perform(desk, note_run(found, module, said, "bayu"), AT)
            desk.commit()
        assert desk.items[school.item].instance.variables.get("quiz") is None
        assert desk.items[second].instance.variables["quiz"] == 90


def test_a_finished_course_counts_for_the_certificate(tmp_path, monkeypatch):
    school = School(tmp_path, "2004")
    monkeypatch.setenv("ALIHDAYA_COURSES", str(school.shelf))
    path = f"/work/1/course/{school.item}"
    with school.open(":8322") as app:
        who = Browser(app, "laras")
        for said in ({}, {"cmi.completion_status": "completed"}, {"cmi.score.scaled": "0.7"}):
            page = saying(who.get(path), **said)
            who.send(path, **who_seal(who, path), **page | {"over": "yes"})
        (token,) = school.store.waiting_instance(school.item).waits
    school.do(Assign(school.item, token, "yusuf"))
    school.do(Complete(school.item, token, "yusuf", 60, {"practical": "passed", "note": "calm"}))
    with school.open(":8322"):
        assert [(one.person, one.certificate) for one in school.told(CertificateIssued)][-1] == ("laras", NAME)


def test_a_page_of_an_earlier_attempt_counts_for_nothing(school):
    who = Browser(school.app, "laras")
    path = f"/work/1/course/{school.item}"
    for module in ("read", "learn"):
        page = saying(who.get(f"{path}?module={module}"), **{"cmi.core.lesson_status": "completed"})
        who.send(path, **who_seal(who, path), **page | {"over": "yes"})
    test = saying(who.get(path), **{"cmi.core.lesson_status": "passed", "cmi.core.score.raw": "10"})
    seal = who_seal(who, path)
    who.send(path, **seal, **test | {"over": "yes"})
    assert (school.variables["tries"], standing(school.told(CoursePlayed), find_package(NAME).mark, 2)["test"]) == (
        2,
        Run(),
    )
    assert who.send(path, **seal, **test | {"over": "yes"}).status_code == 503
    assert "another attempt" in who.text
    assert school.variables["tries"] == 2
    for odd in ({"values": "[]"}, {"values": "{"}):
        assert who.send(path, **seal, **test | {"attempt": "2"} | odd).status_code == 422
    assert (
        who.send(path, **seal, **test | {"attempt": "2", "values": '{"cmi.suspend_data": "\\u0000"}'}).status_code
        == 503
    )
    assert len(school.told(CoursePlayed)) == 3


def test_a_course_that_reports_without_end_is_answered_and_not_noted(school):
    who, path = Browser(school.app, "laras"), f"/work/1/course/{school.item}"
    page = saying(who.get(f"{path}?module=learn"), **{"cmi.suspend_data": "a"})
    seal = who_seal(who, path)
    assert who.send(path, **seal, **page).status_code == 200
    for word in ("b" * 60_000, "c"):
        answer = who.send(path, **seal, **page | {"values": json.dumps({"cmi.suspend_data": word})})
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "5")
        assert answer.json()["problems"][0]["code"] == "too-soon"
        assert "too often" in answer.json()["said"]
    assert [one.held for one in school.told(CoursePlayed)] == ["a"]
    done = {"cmi.suspend_data": "b", "cmi.core.lesson_status": "completed", "cmi.core.score.raw": "90"}
    assert who.send(path, **seal, **page | {"values": json.dumps(done)}).status_code == 200
    assert [(one.status, one.percent) for one in school.told(CoursePlayed)][1:] == [("passed", 90)]


def test_what_is_asked_at_the_same_time_is_counted_by_the_writer(school):
    store = school.store
    found = lesson(store, school.item)
    module = found.package.course.modules[1]
    wishes = [note_run(found, module, Sitting({"cmi.suspend_data": one}, 5, "no"), "laras") for one in "abc"]
    answers = [school.writer.post(wish, AT + 60_000_000) for wish in wishes]
    assert [type(one.exception(60)) for one in answers] == [type(None), Refused, Refused]
    assert [one.held for one in school.told(CoursePlayed)] == ["a"]


def test_too_many_notes_are_answered_so_and_a_score_is_noted_all_the_same(school, monkeypatch):
    monkeypatch.setattr(allowance, "MOST_BYTES", 3)
    monkeypatch.setattr(allowance, "SHORTEST", 0)
    monkeypatch.setattr(allowance, "BYTES_A_SECOND", 10**9)
    who, path = Browser(school.app, "laras"), f"/work/1/course/{school.item}"
    page = saying(who.get(f"{path}?module=learn"), **{"cmi.suspend_data": "abc"})
    seal = who_seal(who, path)
    assert who.send(path, **seal, **page).status_code == 200
    answer = who.send(path, **seal, **page | {"values": json.dumps({"cmi.suspend_data": "d"})})
    assert (answer.status_code, answer.json()["problems"][0]["code"]) == (413, "too-much")
    scored = {"cmi.suspend_data": "d", "cmi.core.lesson_status": "completed", "cmi.core.score.raw": "80"}
    assert who.send(path, **seal, **page | {"values": json.dumps(scored), "over": "yes"}).status_code == 200
    assert standing(school.told(CoursePlayed), find_package(NAME).mark, 1)["learn"] == Run("passed", 80, 40, "", "abc")


def who_seal(who, path):
    who.get(path)
    return who.seal


@pytest.mark.parametrize(
    ("version", "said", "over", "found"),
    [
        ("1.2", {}, "no", Run("incomplete")),
        ("1.2", {}, "yes", Run("completed")),
        ("1.2", {}, "left", Run("incomplete")),
        ("1.2", {"cmi.core.exit": "suspend"}, "yes", Run("incomplete")),
        ("1.2", {"cmi.core.lesson_status": "completed", "cmi.core.score.raw": "69"}, "yes", Run("failed", 69)),
        ("1.2", {"cmi.core.lesson_status": "incomplete", "cmi.core.score.raw": "69"}, "yes", Run("incomplete", 69)),
        ("1.2", {"cmi.core.lesson_status": "browsed"}, "yes", Run("completed")),
        ("1.2", {"cmi.core.score.raw": "7", "cmi.core.score.max": "10"}, "yes", Run("completed", 70)),
        ("1.2", {"cmi.core.score.raw": "1e9"}, "yes", Run("completed")),
        ("1.2", {"cmi.core.score.raw": "NaN", "cmi.core.lesson_status": 7}, "yes", Run("completed")),
        ("1.2", {"cmi.core.lesson_location": "4", "cmi.suspend_data": "x"}, "no", Run("incomplete", None, 9, "4", "x")),
        ("2004", {"cmi.success_status": "passed", "cmi.score.scaled": "0.8"}, "no", Run("passed", 80)),
        ("2004", {"cmi.success_status": "passed", "cmi.completion_status": "incomplete"}, "no", Run("incomplete")),
        ("2004", {"cmi.score.scaled": "-0.5", "cmi.completion_status": "completed"}, "no", Run("completed", 0)),
        ("2004", {"cmi.completion_status": "completed", "cmi.success_status": "unknown"}, "no", Run("completed")),
        ("2004", {"cmi.score.scaled": "7"}, "no", Run("incomplete")),
        ("2004", {"cmi.score.scaled": "1E999999999"}, "no", Run("incomplete")),
        ("1.2", {"cmi.core.score.raw": "9", "cmi.core.score.min": "-1E999999999"}, "yes", Run("completed", 9)),
    ],
)
def test_what_a_module_sets_is_read_by_its_version(version, said, over, found):
    assert read_run(version, said, 9, over, Decimal(70)) == found._replace(seconds=9)


def test_notes_beyond_all_bounds_are_refused():
    for said in ({"cmi.suspend_data": "x" * 64_001}, {"cmi.suspend_data": "\0"}):
        assert read_run("1.2", said, 0, "no", None).code in {"too-long", "bad-value"}


def test_a_course_comes_to_the_mean_of_what_was_judged_once_nothing_is_left():
    done = Run("completed")
    assert outcome(COURSE, {"a": done, "b": done}) is None
    assert outcome(COURSE, dict.fromkeys("abc", done)) == 100
    assert outcome(COURSE, {"a": done, "b": Run("passed", 71), "c": Run("failed", 20)}) == 46
    assert outcome(COURSE, {"a": Run("passed"), "b": Run("failed"), "c": done}) == 50
    assert [one.id for one in left(COURSE, {"a": done, "b": Run("incomplete", 90)})] == ["b", "c"]


def played(module, status, percent=None, attempt=1, package="p", held=""):
    return CoursePlayed("laras", NAME, package, attempt, module, module, status, percent, 60, "", held)


def test_another_attempt_begins_with_what_was_worked_through_and_another_package_with_nothing():
    told = [played("a", "completed"), played("b", "failed", 20), played("c", "incomplete", held="x")]
    assert standing(told, "p", 1)["c"].held == "x"
    again = standing(told, "p", 2)
    assert (again["a"].status, again["b"], again["c"]) == ("completed", Run(), Run())
    assert standing(told, "q", 1) == {}
    assert standing([*told, played("b", "passed", 90, 2)], "p", 2)["b"].percent == 90


def test_a_module_is_told_where_it_stood():
    told = begin(COURSE, Run("incomplete", None, 3725, "4", "x"), ("laras", "Laras"))
    assert told["cmi.core.total_time"] == "0001:02:05.00"
    assert (told["cmi.core.entry"], told["cmi.core.lesson_status"]) == ("resume", "incomplete")
    assert told["cmi.student_data.mastery_score"] == "70"
    later = Course(COURSE.title, "2004", COURSE.modules, COURSE.pass_mark)
    fresh = begin(later, Run(), ("laras", "Laras"))
    assert (fresh["cmi.entry"], fresh["cmi.completion_status"]) == ("ab-initio", "unknown")
    assert fresh["cmi.scaled_passing_score"] == "0.7"
    assert "cmi.location" not in fresh
    assert begin(later, Run("failed", 20), ("l", "L"))["cmi.success_status"] == "failed"
