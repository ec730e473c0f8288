"""Golden items: read, checked against the pack, and refused where a program could pass without having proved it."""

import json

import pytest

from alihdaya.kernel.errors import PackError
from alihdaya.packs import check, load
from alihdaya.packs.load import from_files
from alihdaya.packs.starter import write_starter


def test_the_sample_of_technical_support_fits_and_its_answers_are_not_deployed():
    pack = load("techsupport")
    (golden,) = pack.golden
    assert (golden.certificate, golden.questions, len(golden.items)) == ("service-desk", 10, 12)
    assert not [one for one in check(pack) if one.severity == "error"]
    assert not from_files(pack.files).golden
    assert "expect" not in "".join(pack.files)


def written(tmp_path, change):
    folder = tmp_path / "desk"
    write_starter(folder, like="techsupport")
    path = folder / "golden" / "service-desk.json"
    plain = json.loads(path.read_text())
    change(plain)
    path.write_text(json.dumps(plain))
    return folder


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda plain: plain.update(questions=13), "13 questions cannot be drawn from 12"),
        (lambda plain: plain.update(valid="six months"), "is no duration"),
        (lambda plain: plain.update(valid="PT0S"), "is no duration"),
        (lambda plain: plain.update(pass_mark=0), "pass_mark"),
        (lambda plain: plain["items"][1].update(name=plain["items"][0]["name"]), "two items are called"),
        (lambda plain: plain["items"][0].pop("expect"), "expect"),
        (lambda plain: plain["items"][0].update(expect={}), "expect"),
        (lambda plain: plain["items"][0]["given"].update(ticket="\0"), "NUL"),
    ],
)
def test_a_test_that_cannot_be_set_is_refused_with_its_place(tmp_path, change, said):
    with pytest.raises(PackError, match=r"golden/service-desk\.json") as refused:
        load(written(tmp_path, change))
    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda plain: plain["items"][0].update(task="second"), "no-task"),
        (lambda plain: plain["items"][0]["expect"].update(ruling="perhaps"), "bad-golden"),
        (lambda plain: plain["items"][0]["expect"].update(mood="good"), "bad-golden"),
        (lambda plain: plain.update(certificate="platform"), "no-golden"),
    ],
)
def test_a_test_that_proves_something_else_is_found_by_the_check(tmp_path, change, code):
    found = [one for one in check(load(written(tmp_path, change))) if one.severity == "error"]
    assert code in {one.code for one in found}
    assert all("golden/service-desk.json" in str(one.source) for one in found)


def test_not_even_a_file_of_nonsense_stops_the_reader(tmp_path):
    folder = written(tmp_path, lambda plain: None)
    for text in ("[]", "{", '{"certificate": 1}', "[" * 100_000, "3"):
        (folder / "golden" / "service-desk.json").write_text(text)
        with pytest.raises(PackError, match="no practical test"):
            load(folder)
