"""Whose terms and people a pack works by where no file is named: those signed in the store come before samples."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from alihdaya.cli.server.node import offers_of
from alihdaya.cli.server.papers import one_of, papers_of
from alihdaya.cli.settings import Settings
from alihdaya.kernel.errors import PackError
from alihdaya.packs import load
from alihdaya.store import open_store


def alihdaya(*words):
    clean = {name: value for name, value in os.environ.items() if name != "ALIHDAYA_STORE"}
    command = [sys.executable, "-m", "alihdaya.cli", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, env=clean)


@pytest.fixture
def desk(tmp_path, monkeypatch):
    """A pack whose sample terms are of one client, loaded under the terms of another one."""
    monkeypatch.chdir(tmp_path)
    assert alihdaya("pack", "new", "returns").returncode == 0
    sample = Path("returns/terms.toml").read_text()
    Path("ours.toml").write_text(sample.replace("returns-kedai-umpama", "ours").replace("Kedai Umpama", "Toko Contoh"))
    shutil.copy("returns/roster.toml", "people.toml")
    return Settings("en", "d/alihdaya.db")


def load_with(*more):
    args = ["--store", "d/alihdaya.db", "load", "returns", "--input", "returns/input/requests.csv", "--out", "d", *more]
    return alihdaya(*args)


def signed(settings):
    with open_store(settings.place, read_only=True) as store:
        return [one.id for one in store.engagements()]


def test_a_pack_opened_without_files_works_for_the_client_that_is_signed_and_signs_no_sample(desk):
    assert load_with("--terms", "ours.toml", "--roster", "people.toml").returncode == 0
    offers = offers_of(desk, "returns", None, None, trusted=False)
    assert [(one.service.engagement, one.people) for one in offers] == [("ours", ())]
    assert "Taken before" in load_with().stdout
    assert alihdaya("--store", desk.place, "due", "--pack", "returns").returncode == 0
    assert signed(desk) == ["ours"]


def test_a_pack_without_terms_of_its_own_goes_on_under_those_that_are_signed(desk):
    Path("returns/terms.toml").rename("kept.toml")
    refused = load_with()
    assert refused.returncode == 2
    assert "no-terms" in refused.stderr
    assert not Path("d/alihdaya.db").exists()
    assert load_with("--terms", "ours.toml").returncode == 0
    assert "Taken before" in load_with().stdout
    assert signed(desk) == ["ours"]


def test_the_samples_count_where_nothing_is_signed_and_where_they_are(desk):
    pack = load("returns")
    (fresh,) = papers_of(pack, desk, None, None)
    assert (fresh.terms.engagement, fresh.people is None) == ("returns-kedai-umpama", False)
    assert load_with().returncode == 0
    assert load_with("--terms", "ours.toml").returncode in {0, 1}
    (again,) = papers_of(pack, desk, None, None)
    assert again.terms.engagement == "returns-kedai-umpama"


def test_one_pack_for_two_clients_is_offered_to_both_and_a_file_asks_for_which(desk):
    Path("second.toml").write_text(Path("ours.toml").read_text().replace('id = "ours"', 'id = "theirs"'))
    for terms in ("ours.toml", "second.toml"):
        assert load_with("--terms", terms).returncode in {0, 1}
    offers = offers_of(desk, "returns", None, None, trusted=False)
    assert [one.service.engagement for one in offers] == ["ours", "theirs"]
    with pytest.raises(PackError, match="ours, theirs"):
        one_of(load("returns"), papers_of(load("returns"), desk, None, None))
    refused = load_with()
    assert refused.returncode == 2
    assert "--terms" in refused.stderr


def test_the_items_of_several_clients_are_listed_together_and_of_one_alone(desk):
    Path("second.toml").write_text(Path("ours.toml").read_text().replace('id = "ours"', 'id = "theirs"'))
    for terms in ("ours.toml", "second.toml"):
        shutil.copy("returns/input/requests.csv", f"{terms}.csv")
        Path(f"{terms}.csv").write_text(Path(f"{terms}.csv").read_text().replace("R-", f"{terms[:2]}-"))
        load = ("load", "returns", "--input", f"{terms}.csv", "--out", "d", "--terms", terms)
        assert alihdaya("--store", desk.place, *load).returncode == 0

    def listed(*more):
        return alihdaya("--store", desk.place, "items", "--limit", "200", *more)

    both = listed().stdout
    assert "(UTC)" in both
    assert {"ou-0001", "se-0001"} <= set(both.split())
    theirs = listed("--engagement", "theirs").stdout
    assert "(Asia/Kuala_Lumpur)" in theirs or "(Asia/Kuala Lumpur)" in theirs
    assert "se-0001" in theirs
    assert "ou-0001" not in theirs
    assert "which-engagement" in listed("--engagement", "nobodys").stderr
    assert "which-engagement" in listed("--month", "2026-03").stderr
