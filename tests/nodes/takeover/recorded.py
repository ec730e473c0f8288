"""Applications with recordings on nodes over a PostgreSQL; as a program, a node that dies while it deletes one.

`python recorded.py URL NAME WHEN`: WHEN is "aside" (before the log is asked) or "noted" (before the file is gone).
"""

import os
import signal
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(1, str(Path(__file__).parents[3]))

from test_api import Client, Outside, until

from alihdaya import packs
from alihdaya.channels.api.app import make_api
from alihdaya.cli.server.sweeping import NodeSweeper
from alihdaya.engagement import terms as agreement
from alihdaya.kernel.time import DAY, micros
from alihdaya.operations.node.keeper import Pace
from alihdaya.operations.node.node import Node, Offer, Post
from alihdaya.operations.people import keeping
from alihdaya.operations.sign import bind
from alihdaya.people.events import RecordingDeleted
from alihdaya.people.roster import read_roster
from alihdaya.store import open_store
from alihdaya.store.lease.fence import schema_of
from alihdaya.store.lease.reader import Shards

SHARDS = 3
THEN = micros(datetime(2026, 3, 2, 8, tzinfo=UTC))
DUE = 181
"""Days after which a recording is due by the pack's terms, whose items were over on the first."""

STEADY, FRAIL = Pace(0.2, 20), Pace(0.5, 3)


class Hall:
    """Nodes with the recruitment pack. Their days count from THEN."""

    def __init__(self, url):
        self.url = url
        pack = packs.load(Path(packs.__file__).parent / "recruitment")
        self.files = Path(os.environ["ALIHDAYA_RECORDINGS"])
        people = read_roster(pack.roster.encode()).events
        self.offer = Offer(bind(agreement.parse(pack.terms.encode()), pack, trusted=True), people)

    @contextmanager
    def node(self, name, day=0, *, pace=STEADY, held=SHARDS):
        begun = time.monotonic_ns()
        clock = lambda: THEN + day * DAY + (time.monotonic_ns() - begun) // 1000  # noqa: E731
        made = Node(self.url, f"http://{name}", SHARDS, [self.offer], Post(Outside(), {}), clock=clock, pace=pace)
        shards = Shards(self.url, made.name, SHARDS)
        made.start()
        client = Client(make_api(made, shards), f"http://{name}")
        client.node, client.shards = made, shards
        try:
            until(lambda: len(made.keeper.shards) >= held)
            until(lambda: not held or all(row.ready_at for row in made.keeper.tenures))
            yield client
        finally:
            made.stop()
            shards.close()

    @contextmanager
    def sweeping(self, client, pause=0.3):
        with NodeSweeper(client.node, client.shards, pause, 0.05):
            yield

    def apply(self, client, name, recording, *, over=True):
        """Bring an application in whose spoken test names a recording, which is there; gives its item."""
        facts = {"application": name, "applicant": f"{name.lower()}.new", "name": name, "post": "call-agent"}
        facts |= {"level": "C1", "consent": True, "country": "ID", "time_zone": "Asia/Jakarta", "employer": "PT Misal"}
        facts |= {"wage": 6, "serves": "Beispiel GmbH", "currency": "EUR", "applied_at": "2026-03-02T08:00:00Z"}
        body = {"engagement": "misal-people", "service": "recruiting", "data": facts}
        made = client.post("/api/items", json=body)
        assert made.status_code == 201, made.text
        item = made.json()["id"]
        (task,) = client.get(f"/api/items/{item}").json()["tasks"]
        path = f"/api/items/{item}/tasks/{task['token']}"
        assert client.post(f"{path}/assign", json={"person": "sekar"}).status_code == 204
        said = {"recorded_consent": "yes", "recording": recording, "recording_quality": "clear"}
        done = client.post(f"{path}/complete", json={"person": "sekar", "seconds": 60, "result": said})
        assert done.status_code == 204, done.text
        if over:
            assert client.post(f"/api/items/{item}/cancel", json={"reason": "a test"}).status_code == 204
        self.put(recording)
        return item

    def put(self, recording):
        (self.files / recording).write_bytes(b"RIFF")

    @property
    def there(self):
        """What is in the folder."""
        return sorted(one.name for one in self.files.iterdir())

    def told(self):
        """(item as nodes name it, what its log says) of each deletion, in the order of shards."""
        found = []
        for shard in range(1, SHARDS + 1):
            with open_store(self.url, schema=schema_of(shard), read_only=True) as store:
                for entry in store.read_log():
                    found += [(f"{shard}-{entry.item}", one) for one in entry.events if type(one) is RecordingDeleted]
        return found


def _die(*_):
    os.kill(os.getpid(), signal.SIGKILL)


def main(url, name, when):
    """Run a node that holds all shards, sweep, and die at the first recording."""
    if when == "noted":
        keeping.delete_recording = _die
    else:
        keeping.noting = lambda *_: _die
    hall = Hall(url)
    with hall.node(name, DUE, pace=FRAIL) as client, hall.sweeping(client):
        time.sleep(100)


if __name__ == "__main__":
    main(*sys.argv[1:])
