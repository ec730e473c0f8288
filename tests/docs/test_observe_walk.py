"""The page about what a node shows, followed with a node of its own over a real PostgreSQL."""

import json
import socket
import subprocess
import time
from contextlib import suppress
from urllib.request import urlopen

import pytest
from pages import DOCS
from test_walks import follow
from walking import Shell

PATIENCE = 100
HERE, THERE = "127.0.0.1:8400", "postgresql://alihdaya@db/alihdaya"


class WithNode:
    """A shell whose page's address and database are ones of the test; a command that ends with & is a node."""

    def __init__(self, shell, url):
        self.shell, self.folder = shell, shell.folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{free.getsockname()[1]}"
        self.url = url
        self.nodes = []

    def run(self, command):
        command = command.replace(HERE, self.address).replace(THERE, f"'{self.url}'")
        if not command.endswith(" &"):
            return self.shell.run(command)
        words = command.removesuffix(" &")
        self.nodes.append(
            subprocess.Popen(["bash", "-c", f"exec {words}"], cwd=self.folder, env=self.shell.environment)
        )
        end = time.monotonic() + PATIENCE
        while not self._ready():
            assert self.nodes[-1].poll() is None, "the node ended"
            assert time.monotonic() < end
            time.sleep(0.1)
        return []

    def _ready(self):
        with suppress(OSError), urlopen(f"http://{self.address}/api/shards", timeout=5) as answer:
            return all(row["ready_at"] for row in json.load(answer)["shards"])
        return False

    def close(self):
        for node in self.nodes:
            node.terminate()
            node.wait(PATIENCE)


@pytest.fixture
def with_node(postgresql, tmp_path):
    made = WithNode(Shell(tmp_path), postgresql.new_database())
    yield made
    made.close()


def test_what_a_node_shows(with_node):
    assert follow(DOCS / "observe.md", with_node, {}) == 6
