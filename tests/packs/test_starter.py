"""The starter pack: what it writes must work at once, and must never write over anything."""

import csv
import tomllib
from collections import Counter
from pathlib import Path

import pytest

from alihdaya.engagement.shore import shore
from alihdaya.engagement.terms import parse
from alihdaya.kernel.errors import PackError
from alihdaya.packs import check, load
from alihdaya.packs.decisions import compile_decisions
from alihdaya.packs.samples import read_input
from alihdaya.packs.starter import NAME, pack_name, write_starter
from alihdaya.people.roster import read_roster
from alihdaya.planning.rehearsal import Script


@pytest.fixture
def desk(tmp_path) -> Path:
    folder = tmp_path / "Réfund Desk 2"
    written = write_starter(folder)
    assert sorted(written) == sorted(path for path in folder.rglob("*") if path.is_file())
    return folder


def test_a_new_pack_is_named_after_its_folder_and_has_no_findings(desk):
    pack = load(desk)
    assert check(pack) == []
    assert pack.name == "refund-desk-2"
    assert len(pack.samples) >= 10
    assert not any(NAME in path.read_text(encoding="utf-8") for path in desk.rglob("*") if path.is_file())


def test_every_rule_of_the_starter_fires_in_a_sample_and_every_end_is_reached(desk):
    pack = load(desk)
    ruling = compile_decisions(pack)["ruling"]
    fired = {rule for sample in pack.samples for rule in ruling.run(sample.input)[1]}
    assert fired == set(range(1, 8))
    assert {sample.end for sample in pack.samples} == set(pack.delivery.units)


def test_the_rows_to_try_are_all_good_and_reach_every_ruling(desk):
    pack = load(desk)
    ruling = compile_decisions(pack)["ruling"]
    with (desk / "input" / "requests.csv").open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    read = [read_input(row, pack.intake, source=None) for row in rows]
    assert [problems for _, problems in read if problems] == []
    assert len({row["request_id"] for row in rows}) == len(rows)
    assert [row["received_at"] for row in rows] == sorted(row["received_at"] for row in rows)
    rulings = Counter(ruling(values) for values, _ in read)
    assert set(rulings) == {"approve", "deny", "person"}
    assert rulings["person"] < len(rows) / 3


def test_two_people_may_work_and_one_may_not_yet(desk):
    roster = read_roster((desk / "roster.toml").read_bytes())
    certified = {event.person for event in roster.events if type(event).__name__ == "CertificateIssued"}
    joined = {event.person for event in roster.events if type(event).__name__ == "PersonJoined"}
    assert certified == {"laras", "wulan"}
    assert joined - certified == {"joko"}


def test_the_shore_is_derived_and_near(desk):
    terms = parse((desk / "terms.toml").read_bytes(), "terms.toml")
    assert shore(terms.client.country, terms.services[0].delivery_country).word == "nearshore"


def test_the_rehearsal_answers_the_form_and_nothing_else(desk):
    pack = load(desk)
    tables = tomllib.loads((desk / "rehearsal.toml").read_text(encoding="utf-8"))
    script = Script.of(tables["judge"])
    form = pack.forms["judge"]
    assert set(script.answers) == {field.name for field in form.fields}
    assert set(script.answers["ruling"]) == set(form.fields[0].options)


def test_the_process_is_drawn_whole(desk):
    text = (desk / "processes" / "goodwill.bpmn").read_text(encoding="utf-8")
    for element in [node.id for node in load(desk).process.nodes] + [flow.id for flow in load(desk).process.flows]:
        assert f'bpmnElement="{element}"' in text


def test_nothing_is_written_over(tmp_path):
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "pack.toml").write_text("precious")
    with pytest.raises(PackError, match="not an empty folder"):
        write_starter(mine)
    assert [path.name for path in mine.iterdir()] == ["pack.toml"]
    assert (mine / "pack.toml").read_text() == "precious"
    with pytest.raises(PackError, match="not an empty folder"):
        write_starter(mine / "pack.toml")
    with pytest.raises(PackError, match="cannot be written"):
        write_starter(mine / "pack.toml" / "deeper")


def test_an_empty_folder_is_taken(tmp_path):
    (tmp_path / "empty").mkdir()
    assert write_starter(tmp_path / "empty")
    assert load(tmp_path / "empty").name == "empty"


def test_a_pack_never_takes_the_name_of_an_installed_one(tmp_path):
    with pytest.raises(PackError, match="an installed pack is called 'disruption'"):
        write_starter(tmp_path / "Disruption")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("my-desk", "my-desk"),
        ("Café Désk 2", "cafe-desk-2"),
        ("2026", "desk-2026"),
        ("--", NAME),
        ("離岸", NAME),
        ("a" * 90, "a" * 40),
        ("x" * 39 + " y", "x" * 39),
    ],
)
def test_any_folder_gives_a_name_that_a_pack_may_have(text, name):
    assert pack_name(text) == name


def test_a_copy_of_an_installed_pack_is_a_pack_under_its_new_name(tmp_path):
    written = write_starter(tmp_path / "late-flights", "disruption")
    copied = load(tmp_path / "late-flights")
    assert (copied.name, check(copied)) == ("late-flights", [])
    assert not [path for path in written if path.name == "__init__.py"]
    assert copied.manifest.skills == ("disruption",)  # the word, where it does not name the pack


def test_there_must_be_a_pack_to_copy(tmp_path):
    with pytest.raises(PackError, match="no installed pack 'nonesuch'"):
        write_starter(tmp_path / "late-flights", "nonesuch")
    assert not (tmp_path / "late-flights").exists()
