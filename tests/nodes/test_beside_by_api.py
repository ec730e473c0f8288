"""Advice, reviews and adherence by HTTP."""

import pytest
from test_floor_by_api import FACTS
from test_people_by_api import house

__all__ = ["house"]


@pytest.mark.usefixtures("house")
def test_advice_is_asked_for_and_given_and_days_are_told(house):
    client, seat = house.client, "/api/shards/1/presence"
    ticket = house.bring("techsupport", ticket="INC-1", **FACTS)
    token = house.token(ticket, "diagnose")
    (waits,) = client.get("/api/shards/1/queue").json()
    first, second = [one["person"] for one in waits["nearest"]][:2]
    assert waits["days"] == {}
    for who in (first, second):
        assert client.post(f"{seat}/{who}/login", json={"channels": {"office": 1}, "lease": 3600}).status_code == 204
    task = f"/api/items/{ticket}/tasks/{token}"
    assert client.post(f"{task}/accept", json={"person": first}).status_code == 204
    asked = {"person": first, "to": second, "note": "what now?"}
    assert client.post(f"{task}/consult", json={**asked, "channel": "smoke"}).status_code == 409
    assert client.post(f"{task}/consult", json=asked).status_code == 204
    (rings,) = client.get(f"{seat}/{second}").json()["hands"]
    assert (rings["item"], rings["state"], rings["of"], rings["note"]) == (ticket, "rings", token, "what now?")
    part = f"/api/items/{ticket}/tasks/{rings['token']}"
    assert client.post(f"{part}/advise", json={"person": second}).json()["problems"][0]["code"] == "not-theirs"
    assert client.post(f"{part}/accept", json={"person": second}).status_code == 204
    assert client.post(f"{part}/complete", json={"person": second, "result": {}}).status_code == 409
    assert client.post(f"{part}/advise", json={"person": second, "note": "restart it"}).status_code == 204
    assert client.get(f"{seat}/{second}").json()["hands"] == []
    assert client.post(f"{task}/wrapped", json={"person": first}).status_code == 409
    assert client.get("/api/shards/1/reviews").json() == []
    assert client.get("/api/shards/1/quality").json() == []
    assert client.post(f"{task}/review", json={"reviewer": second, "points": {}}).status_code == 409
    days = client.get(f"/api/shards/1/adherence?person={first}").json()
    assert {one["person"] for one in days} <= {first}
    for wrong in ("from=soon", "breaks=-1", "until=2026-99-99"):
        assert client.get(f"/api/shards/1/adherence?{wrong}").status_code == 422
