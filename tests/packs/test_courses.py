"""Courses that others made: SCORM packages, hostile ones too, a pack that teaches them, and what they report."""

import json
import shutil
import stat
import zipfile
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from played import Played

from alihdaya import packs
from alihdaya.kernel.errors import NotationError, PackError, Problem, Refused, Source
from alihdaya.kernel.time import micros
from alihdaya.operations.commands import Deliver
from alihdaya.operations.people.reported import letter, results
from alihdaya.operations.perform import perform
from alihdaya.packs.courses.adding import Teaching, add_course
from alihdaya.packs.courses.course import Module, read_course
from alihdaya.packs.courses.package import open_course
from alihdaya.packs.courses.statement import ENROLMENT, Result, read_statement

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "courses" / "data-protection.zip"
LATER = """<manifest xmlns="http://www.imsglobal.org/xsd/imscp_v1p1" xmlns:adlcp="http://www.adlnet.org/xsd/adlcp_v1p3"
 xmlns:imsss="http://www.imsglobal.org/xsd/imsss" identifier="m"><metadata><schemaversion>{version}</schemaversion>
</metadata><organizations default="b"><organization identifier="a"><title>Not this</title></organization>
<organization identifier="b"><title> Calm
 words </title><item identifier="i1" identifierref="r1"><title>Listen &amp; "ask"</title>
<imsss:sequencing><imsss:objectives><imsss:primaryObjective satisfiedByMeasure="true">
<imsss:minNormalizedMeasure>0.7</imsss:minNormalizedMeasure></imsss:primaryObjective></imsss:objectives>
</imsss:sequencing></item></organization></organizations><resources>
<resource identifier="r1" type="webcontent" adlcp:scormType="sco" xml:base="part/" href="a%20b.html?x=1"/></resources>
</manifest>"""
HOW = Teaching("calm-words", "calm-words", 6, 70, "Calm a caller.")


def package(path, files, **heads):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for key, value in heads.items():
                setattr(info, key, value)
            made.writestr(info, content)
    return path


def codes(error):
    return {one.code for one in error.value.problems}


def test_a_package_of_scorm_1_2_tells_its_modules_and_its_pass_mark():
    found = open_course(EXAMPLE)
    assert (found.title, found.version, found.pass_mark) == ("Data protection at the desk", "1.2", 75)
    assert [one.reports for one in found.modules] == [False, False, True]
    assert found.modules[2] == Module("m3", "The test", "test/index.html", reports=True)


@pytest.mark.parametrize("version", ["2004 4th Edition", "CAM 1.3"])
def test_a_package_of_scorm_2004_tells_the_same_of_its_default_organization(tmp_path, version):
    files = {"imsmanifest.xml": LATER.format(version=version), "part/a b.html": "x"}
    found = open_course(package(tmp_path / "later.zip", files))
    assert (found.title, found.version, found.pass_mark) == ("Calm words", "2004", 70)
    assert found.modules == (Module("i1", 'Listen & "ask"', "part/a%20b.html?x=1", reports=True),)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (("2004", "1999"), "no-scorm"),
        (('identifierref="r1"', 'identifierref="r9"'), "no-resource"),
        (('identifierref="r1"', ""), "no-module"),
        (("a%20b.html", "gone.html"), "no-file"),
        ((">0.7<", ">seven<"), "bad-value"),
        ((">0.7<", ">NaN<"), "bad-value"),
        ((">0.7<", ">1E999999999<"), "bad-value"),
        (("<manifest", "<!DOCTYPE m [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><manifest"), "xml-doctype"),
        (("</manifest>", ""), "xml-syntax"),
        (("<manifest", "<other"), "xml-syntax"),
    ],
)
def test_what_is_wrong_with_a_manifest_is_named_with_its_line(change, code):
    text = LATER.format(version="2004").replace(*change)
    with pytest.raises(NotationError) as error:
        read_course(text.encode(), frozenset({"part/a b.html"}), "x.zip/imsmanifest.xml")
    assert codes(error) == {code}
    assert error.value.problems[0].source.file == "x.zip/imsmanifest.xml"
    assert error.value.problems[0].source.line


@pytest.mark.parametrize("name", ["../up.html", "/etc/cron", "a/../../b", "..\\up", "C:/x", "./x"])
def test_a_file_that_would_lie_outside_is_refused(tmp_path, name):
    with pytest.raises(NotationError) as error:
        open_course(package(tmp_path / "p.zip", {"imsmanifest.xml": LATER, name: "x"}))
    assert codes(error) == {"bad-path"}


def test_links_bombs_locks_and_what_is_no_zip_are_refused(tmp_path):
    mode = (stat.S_IFLNK | 0o777) << 16
    link = package(tmp_path / "link.zip", {"imsmanifest.xml": LATER, "a": "/etc"}, external_attr=mode)
    bomb = package(tmp_path / "bomb.zip", {"imsmanifest.xml": LATER, "a": bytes(30_000_000)})
    bare = package(tmp_path / "bare.zip", {"deep/imsmanifest.xml": LATER})
    (tmp_path / "none.zip").write_bytes(b"PK\3\4 and no more")
    (tmp_path / "cut.zip").write_bytes(EXAMPLE.read_bytes()[:-40])
    locked = bytearray(EXAMPLE.read_bytes())
    at = locked.index(b"PK\1\2")
    locked[at + 8] |= 1
    (tmp_path / "locked.zip").write_bytes(locked)
    wrong = {link: "bad-path", bomb: "bomb", bare: "no-manifest", tmp_path / "none.zip": "no-package"}
    wrong |= {tmp_path / "cut.zip": "no-package", tmp_path / "locked.zip": "encrypted"}
    for path, code in wrong.items():
        with pytest.raises(NotationError) as error:
            open_course(path)
        assert code in codes(error), path.name


@pytest.fixture(scope="module")
def spot(tmp_path_factory):
    return tmp_path_factory.mktemp("changed") / "changed.zip"


@given(at=st.integers(0, 2200), noise=st.binary(min_size=1, max_size=8))
def test_a_package_with_any_bytes_changed_is_read_or_refused(spot, at, noise):
    content = bytearray(EXAMPLE.read_bytes())
    content[at : at + len(noise)] = noise
    spot.write_bytes(content)
    with suppress(NotationError):
        assert open_course(spot).modules


@pytest.fixture
def mine(tmp_path):
    """A training pack of one's own."""
    folder = tmp_path / "mine"
    shutil.copytree(Path(packs.__file__).parent / "training", folder)
    return folder


@contextmanager
def enrolled(folder, name, kind="new", course="calm-words"):
    """Somebody who begins a course; gives the pack's run and the item."""
    played = Played.open(folder, name)
    try:
        facts = {"enrolment": "E-1", "trainee": "laras", "kind": kind, "months_since": 0}
        item = played.receive(micros(datetime(2026, 3, 2, tzinfo=UTC)), course_name=course, **facts)
        played.desk.commit()
        yield played, item
    finally:
        played.desk.close()


def test_a_course_is_taught_in_a_pack_as_its_own_ones_are(mine, tmp_path):
    files = {"imsmanifest.xml": LATER.format(version="2004"), "part/a b.html": "x"}
    add_course(mine, open_course(package(tmp_path / "p.zip", files)), HOW)
    with enrolled(tmp_path, mine) as (played, item):
        course = played.desk.items[item].instance.variables["course"]
    assert course["modules"] == ['Listen & "ask"']
    assert (course["certificate"], course["pass_mark"], course["key"], course["months"]) == ("calm-words", 70, "", 6)


@pytest.mark.parametrize(
    ("name", "code"), [("service-desk", "twice"), ("Calm Words", "bad-name"), ("", "bad-name"), ('x"', "bad-name")]
)
def test_a_pack_that_cannot_take_a_course_stays_as_it_was(mine, name, code):
    before = {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()}
    with pytest.raises(PackError) as error:
        add_course(mine, open_course(EXAMPLE), HOW._replace(name=name))
    assert codes(error) == {code}
    (mine / "decisions" / "courses.dmn").unlink()
    with pytest.raises(PackError):
        add_course(mine, open_course(EXAMPLE), HOW)
    del before[mine / "decisions" / "courses.dmn"]
    assert {path: path.read_bytes() for path in mine.rglob("*") if path.is_file()} == before


def statement(result=None, verb="passed", enrolment="E-1", who="laras", name="s-1"):
    return {
        "id": name,
        "actor": {"account": {"name": who}},
        "verb": {"id": f"http://adlnet.gov/expapi/verbs/{verb}"},
        "object": {"id": "https://training.example/test"},
        "result": result,
        "context": {"extensions": {ENROLMENT: enrolment}},
    }


@pytest.mark.parametrize(
    ("result", "percent"),
    [
        ({"score": {"scaled": Decimal("0.855")}}, 86),
        ({"score": {"scaled": -1}}, 0),
        ({"score": {"raw": 15, "min": 10, "max": 20}}, 50),
        ({"score": {"raw": 15, "max": 20}}, 75),
        ({"success": True}, 100),
        ({"success": False}, 0),
    ],
)
def test_a_score_is_read_in_each_of_its_forms(result, percent):
    found = read_statement(statement(result), Source())
    assert found == Result("E-1", percent, "laras", "https://training.example/test", "s-1")


@pytest.mark.parametrize(
    "result",
    [
        {"score": {"scaled": 2}},
        {"score": {"scaled": "0.5"}},
        {"score": {"scaled": True}},
        {"score": {"raw": 5}},
        {"score": {"raw": 5, "min": 9, "max": 9}},
        {"score": {"raw": Decimal("NaN"), "max": 9}},
        {"score": {"raw": 5, "max": Decimal("1E+400")}},
        {"score": {}, "success": True},
        {"success": "yes"},
    ],
)
def test_what_is_no_score_is_a_problem(result):
    assert read_statement(statement(result), Source()).code == "no-score"


def test_what_tells_of_no_result_is_passed_over():
    for one in ({}, {"verb": 7}, statement({"completion": True}), statement({"success": True}, verb="experienced")):
        assert read_statement(one, Source()) is None
    assert read_statement(statement({"success": True}, enrolment=None), Source()).code == "no-enrolment"
    for sent in (7, [7], "x", [{}] * 1001):
        with pytest.raises(Refused):
            list(results(sent))


@pytest.fixture
def quiz(tmp_path):
    """A training whose quiz is open."""
    with enrolled(tmp_path, "training", "refresher", "service-desk") as made:
        yield made


def report(played, **more):
    """Take a statement in; gives whether it was new."""
    (found,) = results(statement(**more))
    told = letter(played.desk.store, found)
    if told is not None:
        perform(played.desk, told, played.desk.at)
        played.desk.commit()
    return told is not None


def test_a_result_counts_once_as_a_try_and_is_never_the_certificate(quiz):
    played, item = quiz
    variables = lambda: played.desk.items[item].instance.variables  # noqa: E731
    assert report(played, result={"score": {"scaled": Decimal("0.5")}}, name="s-1")
    assert (variables()["tries"], played.tasks(item)) == (2, {})
    assert not report(played, result={"score": {"scaled": Decimal("0.5")}}, name="s-1")
    assert variables()["tries"] == 2
    assert report(played, result={"score": {"scaled": Decimal("0.9")}}, name="s-2")
    assert variables()["quiz"] == 90
    assert set(played.tasks(item)) == {"practise"}
    with pytest.raises(Refused, match="no training waits"):
        report(played, result={"success": True}, name="s-3")


def test_nobody_passes_for_somebody_else(quiz):
    played, item = quiz
    with pytest.raises(Refused, match="bayu is not who was enrolled"):
        report(played, result={"success": True}, who="bayu")
    with pytest.raises(Refused, match="no training waits"):
        report(played, result={"success": True}, enrolment="E-2")
    assert played.desk.items[item].instance.variables["tries"] == 1


def test_a_course_without_a_key_is_not_passed_by_saying_nothing(mine, tmp_path):
    add_course(mine, open_course(EXAMPLE), HOW)
    with enrolled(tmp_path, mine, "refresher") as (played, item):
        perform(played.desk, Deliver("quiz-answered", "E-1", {"answers": ""}), played.desk.at)
        assert (played.desk.items[item].instance.variables["tries"], played.tasks(item)) == (2, {})


def test_problems_are_shown_by_their_row():
    found = list(results([{}, statement({"score": {"scaled": 9}})], "s.json"))
    assert found == [Problem("no-score", found[0].message, Source("s.json", row=2))]
    json.dumps([str(one) for one in found])


@pytest.mark.parametrize("practical", ["", " ", "two\nlines", "\x01", "\udcff"])
def test_a_practical_item_is_one_line_of_text(mine, practical):
    with pytest.raises(PackError) as error:
        add_course(mine, open_course(EXAMPLE), HOW._replace(practical=practical))
    assert codes(error) == {"bad-text"}


@pytest.mark.parametrize("actor", [None, {}, {"mbox": "mailto:another@example.org"}, {"account": {"name": ""}}])
def test_a_statement_of_nobody_counts_for_nobody(actor):
    found = read_statement({**statement({"success": True}), "actor": actor}, Source(row=3))
    assert (found.code, found.source.row) == ("no-actor", 3)


@pytest.mark.parametrize("odd", [{"enrolment": "\ud800"}, {"enrolment": "E\0"}, {"who": "\0"}, {"name": "\udfff"}])
def test_what_no_store_keeps_of_a_statement_is_told_with_its_row(odd):
    found = read_statement(statement({"success": True}, **odd), Source(row=3))
    assert (found.code, found.source.row) == ("bad-value", 3)
