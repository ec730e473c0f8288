"""The floor by HTTP: who is present, what rings, and what they do with it; a rule's no is an answer."""

import pytest
from test_people_by_api import house

__all__ = ["house"]

FACTS = {"channel": "mail", "reporter": "Anke Fiktiv", "service": "workplace", "symptom": "other"}
FACTS |= {"impact": "person", "urgency": "hindered", "repeats": 0, "reported_at": "2026-03-02T07:30:00Z"}


@pytest.mark.usefixtures("house")
def test_a_ticket_rings_is_accepted_passed_on_and_done_by_another(house):
    client, seat = house.client, "/api/shards/1/presence"
    ticket = house.bring("techsupport", ticket="INC-1", **FACTS)
    token = house.token(ticket, "diagnose")
    (waits,) = client.get("/api/shards/1/queue").json()
    assert (waits["waiting"], waits["able"], waits["reason"]) == (1, 0, "nobody-present")
    able = [one["person"] for one in waits["nearest"]]
    first, second = able[:2]
    for who in (first, second):
        assert client.post(f"{seat}/{who}/login", json={"channels": {"office": 1}, "lease": 3600}).status_code == 204
    assert client.post(f"{seat}/{first}/login", json={}).json()["problems"][0]["code"] == "present"
    assert client.post(f"{seat}/zoe/login", json={"channels": {"smoke": 1}}).status_code == 422
    hands = client.get(f"{seat}/{first}").json()["hands"]
    assert [(one["item"], one["state"]) for one in hands] == [(ticket, "rings")]
    task = f"/api/items/{ticket}/tasks/{token}"
    assert client.post(f"{task}/accept", json={"person": second}).json()["problems"][0]["code"] == "not-theirs"
    assert client.post(f"{task}/accept", json={"person": first}).status_code == 204
    assert client.post(f"{task}/accept", json={"person": first}).status_code == 409
    passed = {"person": first, "kind": "transfer", "to": second, "note": "knows the site"}
    assert client.post(f"{task}/pass", json=passed).status_code == 204
    hands = client.get(f"{seat}/{second}").json()["hands"]
    assert [(one["state"], one["note"]) for one in hands] == [("rings", "knows the site")]
    assert client.get(f"{seat}/%00").status_code == 404
    assert client.post(f"{task}/decline", json={"person": second, "reason": "busy"}).status_code == 204
    assert client.post(f"{seat}/{second}/state", json={"state": "break"}).status_code == 204
    assert client.post(f"{seat}/{second}/beat").status_code == 204
    assert client.post(f"{seat}/{first}/logout").status_code == 204
    assert [one["person"] for one in client.get(seat).json()] == [second]
    assert client.get(f"{seat}/{first}").status_code == 404
