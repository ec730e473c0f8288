"""Agents at work by HTTP while the server is killed: no item has two owners, none is lost. `make agents` is the day."""

import json
import os
import socket
import sys

import pytest
from agents_day import day, judge

from alihdaya.operations.books.replay import prove
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of

pytestmark = pytest.mark.chaos

AGENTS = int(os.environ.get("ALIHDAYA_AGENTS", "24"))
KILLS = 5 if AGENTS >= 200 else 2


def test_no_item_has_two_owners_and_none_is_lost(postgresql, tmp_path):
    url = postgresql.new_database()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    figures, people = day(url, tmp_path, port, agents=AGENTS, items=AGENTS * 3, kills=KILLS)
    with open_store(url, schema=schema_of(1)) as store:
        figures |= judge(list(store.read_log()), AGENTS * 3, people)
        assert prove(store).equal
    assert figures["kills"] == KILLS, figures
    sys.stdout.write(json.dumps(figures) + "\n")
