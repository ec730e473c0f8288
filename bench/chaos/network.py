"""Two lines to two namespaces of their own, made and taken away here; or, where that is not allowed, loopback."""

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple


class Line(NamedTuple):
    """A node's line: where it runs ("" = here), the host's end of its cable, and both ends' addresses."""

    namespace: str
    cable: str
    host: str
    node: str

    def inside(self, command: list[str]) -> list[str]:
        """Give the command that runs within the namespace; it keeps its process id."""
        return ["ip", "netns", "exec", self.namespace, *command] if self.namespace else command

    def cut(self) -> None:
        """Pull the cable: packets are lost in silence, nobody is told."""
        _ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        """Plug it in again."""
        _ip("link", "set", self.cable, "up")


def hindrance() -> str:
    """Say why namespaces cannot be made here; "" where they can."""
    if shutil.which("ip") is None:
        return "there is no program ip (Debian: iproute2)"
    name = f"ali{os.getpid()}"
    try:
        _ip("netns", "add", name)
        _ip("netns", "del", name)
    except subprocess.CalledProcessError as error:
        return str(error.stderr).strip()
    return ""


@contextmanager
def lines(count: int, *, namespaces: bool) -> Iterator[list[Line]]:
    """Give so many lines; whatever happens, the namespaces and cables are gone afterwards."""
    if not namespaces:
        yield [Line("", "", "127.0.0.1", "127.0.0.1")] * count
        return
    made = [
        Line(f"ali{os.getpid()}n{n}", f"ali{os.getpid()}c{n}", f"10.213.{n}.1", f"10.213.{n}.2") for n in range(count)
    ]
    try:
        for line in made:
            _lay(line)
        yield made
    finally:
        for line in made:
            subprocess.run(["ip", "netns", "del", line.namespace], capture_output=True, check=False)
            subprocess.run(["ip", "link", "del", line.cable], capture_output=True, check=False)


def _lay(line: Line) -> None:
    _ip("netns", "add", line.namespace)
    _ip("link", "add", line.cable, "type", "veth", "peer", "name", "eth0", "netns", line.namespace)
    _ip("addr", "add", f"{line.host}/30", "dev", line.cable)
    _ip("link", "set", line.cable, "up")
    for words in (["addr", "add", f"{line.node}/30", "dev", "eth0"], ["link", "set", "eth0", "up"]):
        _ip("-n", line.namespace, *words)
    _ip("-n", line.namespace, "link", "set", "lo", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], capture_output=True, text=True, check=True)


def free_port(host: str) -> int:
    """Give a port that nobody listens on at the moment."""
    with socket.socket() as door:
        door.bind((host, 0))
        return int(door.getsockname()[1])
