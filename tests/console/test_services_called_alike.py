"""Where several clients have services that are called the same, the workplace says whose each task is."""

import pytest
from claims_pack import TERMS
from workplace_scene import Browser, House

from alihdaya.engagement.terms import parse
from alihdaya.operations.commands import Receive
from alihdaya.operations.sign import open_service

TASK = "/work/1/task/{}/1"


def bring_of(house, engagement, client, number, kind="judge"):
    """Sign a further engagement for a service that is called as Acme's, and receive an item of it."""
    small = house.small
    terms = parse(TERMS.replace('id = "acme"', f'id = "{engagement}"').replace("Acme", client).encode())
    service = open_service(
        small.desk, house.pack, terms, small.desk.at, roster=house.pack.roster.encode(), trusted=True
    )
    return small.command(Receive(service, "api", number, 0, 0, {"claim": 7, "kind": kind, "amount": 1}))


@pytest.fixture
def house(tmp_path):
    return House(tmp_path)


def test_a_desk_names_the_client_where_several_have_a_service_of_that_name(house):
    mine = house.bring()
    theirs = bring_of(house, "zenith", "Zenith & Sons", "Z-1")
    with house.open() as app:
        ana = Browser(app, "ana")
        assert "1 · claims-desk · Acme" in ana.text
        assert "Z-1 · claims-desk · Zenith & Sons" in ana.text
        for item in (mine, theirs):
            ana.get("/work/1/")
            ana.press("/work/1/be/come") if item == mine else None
            ana.press((TASK + "/accept").format(item)) if f"task/{item}/1/accept" in ana.page.text else None
        ana.get("/work/1/")
        assert ana.text.count("claims-desk · Acme") == 1
        assert ana.text.count("claims-desk · Zenith & Sons") == 1
        ana.get(TASK.format(mine))
        assert ana.text.count("Acme") == 1, "the task's page names the client anyway, and once"


def test_what_somebody_may_not_do_is_told_by_client(house):
    for _ in range(3):
        house.bring()
    bring_of(house, "zenith", "Zenith", "Z-1")
    bring_of(house, "zenith", "Zenith", "Z-2")
    with house.open() as app:
        citra = Browser(app, "citra")
        assert "judge 3 claims-desk · Acme" in citra.text
        assert "judge 2 claims-desk · Zenith" in citra.text


def test_the_page_for_what_comes_from_outside_names_the_client(house):
    house.bring("wait")
    bring_of(house, "zenith", "Zenith", "Z-1", "wait")
    with house.open() as app:
        boss = Browser(app, "ana")
        boss.get("/work/1/outside")
        assert "claims-desk · Acme" in boss.text
        assert "claims-desk · Zenith" in boss.text


def test_two_engagements_of_one_client_are_told_apart_by_their_names(house):
    house.bring()
    bring_of(house, "acme-west", "Acme", "W-1")
    with house.open() as app:
        text = Browser(app, "ana").text
        assert "1 · claims-desk · Acme (acme)" in text
        assert "W-1 · claims-desk · Acme (acme-west)" in text


def test_nobody_is_named_where_the_service_says_it(house):
    house.bring()
    with house.open() as app:
        assert "claims-desk · Acme" not in Browser(app, "ana").text
