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


@pytest.mark.usefixtures("house")
def test_a_clients_question_is_answered_at_any_node_and_time_with_others_is_noted(house):
    client = house.client
    ticket = house.bring("techsupport", ticket="INC-1", **FACTS)
    house.token(ticket, "diagnose")
    (waits,) = client.get("/api/shards/1/queue").json()
    who = waits["nearest"][0]["person"]
    met = {"person": who, "kind": "meeting", "seconds": 600, "note": "the fault"}
    assert client.post(f"/api/items/{ticket}/time", json=met).status_code == 204
    assert client.post(f"/api/items/{ticket}/time", json={**met, "kind": "lunch"}).status_code == 409
    assert client.post("/api/items/1-999/time", json=met).status_code == 404
    assert client.post(f"/api/items/{ticket}/time", json={**met, "seconds": 0}).status_code == 422
    told = client.get(f"/api/items/{ticket}").json()
    asked = {"question": "q", "engagement": told["engagement"], "service": told["service"], "text": "Again?"}
    asked["prior"] = {"yes": "0.25", "no": "0.75"}
    assert client.post("/api/questions", json={**asked, "prior": {"yes": "0.25"}}).status_code == 409
    assert client.post("/api/questions", json={**asked, "prior": {"yes": 0.25, "no": 0.75}}).status_code == 422
    assert client.post("/api/questions", json=asked).status_code == 201
    assert client.post("/api/questions", json=asked).json() == {"new": False}
    given = {"person": who, "probabilities": {"no": "0.5", "yes": "0.5"}, "item": ticket, "evidence": ["p. 7"]}
    answers = "/api/questions/q/answers"
    assert client.post(answers, json={**given, "probabilities": {"yes": "1"}}).status_code == 422
    assert client.post(answers, json={**given, "item": "1-999"}).status_code == 404
    assert client.post(answers, json={**given, "item": "x"}).status_code == 404
    assert client.post(answers, json={**given, "item": "", "seconds": 0}).json()["problems"][0]["code"] == "no-time"
    assert client.post("/api/questions/r/answers", json=given).status_code == 404
    assert client.post(answers, json=given).status_code == 201
    assert client.post("/api/questions/q/settle", json={"outcome": "perhaps"}).status_code == 409
    assert client.post("/api/questions/q/settle", json={"outcome": "no", "source": "a log"}).status_code == 201
    assert client.post(answers, json=given).json()["problems"][0]["code"] == "outcome-known"
    (one,) = client.get("/api/questions?service=" + told["service"]).json()
    assert (one["outcome"], one["answers"][0]["probabilities"]) == ("no", {"yes": "0.5", "no": "0.5"})
    assert client.get("/api/questions?service=another").json() == []
