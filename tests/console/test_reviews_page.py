"""Reviews and advice by the pages: who sees what, what is refused and beside which field, and whom it reaches."""

import pytest
from workplace_scene import MANIFEST, Browser, House

from alihdaya.console.workplace.routes import DeskWatch, TaskWatch
from alihdaya.operations.people.quality import told_of
from alihdaya.work.beside import AdviceAsked, AdviceGiven, TimeSpent
from alihdaya.work.events import TaskAssigned
from alihdaya.work.floor.events import Reserved
from alihdaya.work.review import ReviewDisputed, ReviewDone

CARD = """
[review]
percent = 100
pass_mark = 75

[[review.criteria]]
name = "correct"
points = 3
fatal = true
label = { en = "Is it correct?", id = "Apakah benar?" }

[[review.criteria]]
name = "tone"
points = 20
label = { en = "Is it polite?" }
"""
TASK, REVIEW = "/work/1/task/{}/1", "/work/1/review/{}/1"


@pytest.fixture
def house(tmp_path):
    return House(tmp_path, MANIFEST + CARD)


def done(browser, item, verdict="yes"):
    browser.get("/work/1/")
    if "Come in" in browser.text:
        browser.press("/work/1/be/come")
    browser.press(TASK.format(item) + "/accept")
    browser.press(TASK.format(item) + "/complete", verdict=verdict)


def test_a_finished_task_is_looked_at_and_whoever_did_it_sees_what_was_found(house):
    item = house.bring(amount=70)
    path = REVIEW.format(item)
    with house.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        done(ana, item)
        assert "wait for your review" not in ana.get("/work/1/").text, "nobody reviews their own"
        budi.get("/work/1/")
        assert "One finished task of somebody else waits for your review." in budi.text
        assert 'class="count">1<' in house.told(DeskWatch(house.place), "budi")["reviews"], "and without a reload"
        assert "done by Ana" in budi.get("/work/1/reviews").text
        budi.get(path)
        assert "Verdict yes" in budi.text
        assert "amount 70" in budi.text
        house.at += 90_000_000
        assert budi.press(path + "/give", **{"points-correct": "4", "points-tone": "", "note": "x"}).status_code == 422
        assert "2 fields are not right yet" in budi.text
        assert "Give 0 to 3 points." in budi.text
        assert "Give points." in budi.text
        assert house.log(ReviewDone) == []
        budi.press(path + "/give", **{"points-correct": "2", "points-tone": "20", "note": "<b>Which</b> rule?"})
        assert "Noted." in budi.text
        (made,) = house.log(ReviewDone)
        assert (made.reviewer, dict(made.points), made.percent, made.passed) == (
            "budi",
            {"correct": 2, "tone": 20},
            95,
            True,
        )
        assert [(one.person, one.seconds, one.kind) for one in house.log(TimeSpent)] == [("budi", 90, "review")]
        assert "95 %" in ana.get("/work/1/reviews").text
        ana.get(path)
        assert "<b>Which</b> rule?" in ana.text
        assert "<b>Which" not in ana.page.text
        assert "2 of 3" in ana.text
        assert "95 %" in budi.get(path).text


def test_what_is_not_theirs_to_look_at_is_not_there(house):
    item = house.bring(amount=4321)
    path = REVIEW.format(item)
    with house.open() as app:
        ana = Browser(app, "ana")
        done(ana, item)
        for who in ("ana", "citra", "dodi"):  # did it; has no certificate; failed the test
            other = Browser(app, who)
            assert other.get(path).status_code == 404
            assert "4321" not in other.text
            assert "This does not wait for your review" in other.text
            sent = other.send(path + "/give", **other.seal, **{"points-correct": "3", "points-tone": "20"})
            assert sent.status_code in {404, 409}
        for odd in ("/work/1/review/999/1", f"/work/1/review/{item}/77", f"/work/1/review/{'9' * 5000}/x"):
            assert ana.get(odd).status_code == 404
        assert ana.get(path + "/give").url.path == path
        assert house.log(ReviewDone) == []


def test_of_two_reviews_of_one_task_the_first_counts_and_the_other_text_is_given_back(house):
    item = house.bring()
    path, points = REVIEW.format(item), {"points-correct": "3", "points-tone": "20"}
    with house.open() as app:
        ana, budi, eko = Browser(app, "ana"), Browser(app, "budi"), Browser(app, "budi", "id")
        done(ana, item)
        budi.get(path)
        eko.get(path)
        budi.press(path + "/give", **points)
        assert eko.press(path + "/give", **points, note="Catatan saya").status_code == 409
        assert len(house.log(ReviewDone)) == 1


def test_who_does_not_agree_says_why_and_somebody_else_looks_once_more(tmp_path):
    house = House(tmp_path, MANIFEST + CARD)
    item = house.bring()
    path, bad = REVIEW.format(item), {"points-correct": "0", "points-tone": "20"}
    with house.open() as app:
        ana, budi, gita = Browser(app, "ana"), Browser(app, "budi"), Browser(app, "eko")
        done(ana, item)
        budi.get(path)
        budi.press(path + "/give", **bad, note="Wrong.")
        ana.get(path)
        assert "spoils the whole" in ana.text
        assert ana.press(path + "/dispute", note=" ").status_code == 422
        assert "Say why." in ana.text
        ana.press(path + "/dispute", note="The claim says so.")
        assert "Somebody else will look at it once more." in ana.text
        assert "waits for the second review" in ana.text
        assert [one.note for one in house.log(ReviewDisputed)] == ["The claim says so."]
        budi.get(path)
        assert "What do you find?" not in budi.text
        assert "The claim says so." in budi.text, "the first reviewer reads the answer"
        assert gita.get(path).status_code in {200, 404}
        assert len(told_of(house.store, item, 1)) == 2


def test_a_colleague_is_asked_answers_and_whoever_asked_has_the_answer(house):
    item = house.bring(amount=70)
    with house.open() as app:
        ana, budi = Browser(app, "ana"), Browser(app, "budi")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        for to, question, why in (
            ("", " ", "Write what you want to know."),
            ("zoe", "Why?", "Nobody on the roster"),
            ("ana", "Why?", "Somebody else gives advice"),
        ):
            assert ana.press(TASK.format(item) + "/consult", whom=to, question=question).status_code == 409
            assert why in ana.text
            assert f'value="{to}"' in ana.page.text
        ana.press(TASK.format(item) + "/consult", whom="budi", question="Is a <b>photo</b> enough?")
        assert ana.page.url.path == TASK.format(item)
        assert "No answer yet." in ana.text
        (asked,) = house.log(AdviceAsked)
        budi.press("/work/1/be/come")
        assert "Somebody asks for your advice" in budi.text
        assert "Is a <b>photo</b> enough?" in budi.text
        part = f"/work/1/task/{item}/{asked.advice}"
        budi.press(part + "/accept")
        assert budi.page.url.path == part
        assert "amount 70" in budi.text
        assert f'action="{part}/complete"' not in budi.page.text
        assert budi.send(part + "/complete", **budi.seal, verdict="no").status_code == 409
        assert budi.get("/work/1/").status_code == 200
        assert "Advice: judge" in budi.text
        budi.get(part)
        assert budi.press(part + "/advise", advice=" ").status_code == 409
        assert "Write your advice." in budi.text
        budi.press(part + "/advise", advice="With the order's number, yes.")
        assert "Whoever asked has your advice." in budi.text
        assert [one.note for one in house.log(AdviceGiven)] == ["With the order's number, yes."]
        watched = TaskWatch(house.place), str(item)
        assert "With the order&#39;s number" in house.told(watched[0], "ana", item=watched[1], token="1")["advice"]
        assert house.told(watched[0], "eko", item=watched[1], token="1")["advice"] == "", "it is not theirs to read"
        assert "advice has come" in ana.get("/work/1/").text
        ana.get(TASK.format(item))
        assert "With the order's number, yes." in ana.text
        assert "Budi" in ana.text
        assert [one.person for one in house.log(TaskAssigned)] == ["ana"], "an adviser does not decide"
        assert len(house.log(Reserved)) == 2


def test_the_advice_on_a_task_is_told_to_nobody_else(house):
    item = house.bring()
    with house.open() as app:
        ana, eko = Browser(app, "ana"), Browser(app, "eko")
        ana.press("/work/1/be/come")
        ana.press(TASK.format(item) + "/accept")
        ana.press(TASK.format(item) + "/consult", question="Secret?")
        assert eko.get(TASK.format(item)).status_code == 404
        assert "Secret?" not in eko.text
