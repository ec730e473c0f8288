"""Numbers that no database holds, wherever a request may have one: the answer is the asker's mistake, never ours."""

import asyncio
import json
import re
from types import SimpleNamespace

import httpx
import pytest
from starlette.routing import Route

from alihdaya.channels.api.app import make_api
from alihdaya.channels.api.openapi import description

DIGITS = "9" * 5_000
ODD = {DIGITS: True, f"-{DIGITS}": True, "1e99999999999999999999": True, "1e999999999": False, "9" * 4_000: False}
"""A number as it is written, and whether nobody can even read it."""

NODE = SimpleNamespace(
    shards=2,
    offers={},
    room=lambda _shard: None,
    keeper=SimpleNamespace(holder=lambda _shard: None, address="", shards=[]),
    queues=lambda _names: [],
    bell=SimpleNamespace(listen=lambda _wake: None, leave=lambda _wake: None),
    started=lambda _name, _key: None,
)
SHARDS = SimpleNamespace(awaiting=lambda _name, _key: [])
APP = make_api(NODE, SHARDS)
ROUTES = sorted((route.path, method) for route in APP.routes if isinstance(route, Route) for method in route.methods)
TEXTS = {"person", "engagement", "question"}
"""What a path names by a text."""
SHAPES = description()["components"]["schemas"]


def ask(method, requests):
    """The status that each request (path, body) of a route is answered with."""

    async def send():
        transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://a", verify=False) as client:
            kind = {"content-type": "application/json"}
            return [
                (await client.request(method, path, content=body, headers=kind)).status_code for path, body in requests
            ]

    return asyncio.run(send())


@pytest.mark.parametrize(("path", "method"), [one for one in ROUTES if set(re.findall(r"{(\w+)", one[0])) - TEXTS])
def test_a_path_with_a_number_of_five_thousand_digits_leads_nowhere(path, method):
    plain = {"item": "1-1", "job": "1-1-0", "token": "1", "shard": "1", "person": "ana"}
    long = {"item": (f"1-{DIGITS}", f"{DIGITS}-1", DIGITS), "job": (f"1-{DIGITS}-1", f"1-1-{DIGITS}", f"{DIGITS}-1-1")}
    numbers = set(re.findall(r"{(\w+)", path)) - TEXTS
    wrong = [{**plain, name: odd} for name in numbers for odd in long.get(name, (DIGITS, "9" * 30))]
    filled = [re.sub(r"{(\w+)[^}]*}", lambda found, one=one: one[found[1]], path) for one in wrong]
    assert {404, 422}.issuperset(ask(method, [(one, b"{}") for one in filled]))


SIMPLE = {"string": "x", "integer": 1, "number": 1, "boolean": False, "object": {}, "array": ["x"], "null": None}


def plain_value(shape):
    """A value that a field takes."""
    return SIMPLE[shape.get("type") or next(one["type"] for one in shape["anyOf"])]


def bodies():
    """Method, path, field and a whole good body, for each field of each body."""
    for path, methods in description()["paths"].items():
        for method, told in methods.items():
            if "requestBody" in told:
                reference = told["requestBody"]["content"]["application/json"]["schema"]["$ref"]
                shape = SHAPES[reference.rpartition("/")[2]]["properties"]
                whole = {name: plain_value(one) for name, one in shape.items()}
                real = path.format(item="1-1", job="1-1-0", token="1", shard="1", person="ana", question="q")
                for field in shape:
                    yield pytest.param(method.upper(), real, field, whole, id=f"{path} {field}")


@pytest.mark.parametrize(("method", "path", "field", "whole"), list(bodies()))
def test_a_body_with_such_a_number_is_refused(method, path, field, whole):
    values = [(value, no_number) for odd, no_number in ODD.items() for value in (odd, f'{{"x": [{odd}]}}')]
    texts = [json.dumps({**whole, field: "@"}).replace('"@"', value).encode() for value, _ in values]
    for status, (value, no_number) in zip(ask(method, [(path, text) for text in texts]), values, strict=True):
        assert status == 422 if no_number else status != 500, (status, value[:30])
