"""A PostgreSQL of our own, on the lines' addresses and a socket; stopped by its own process id."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BINARIES = Path(os.environ.get("ALIHDAYA_POSTGRESQL", "/usr/lib/postgresql/15/bin"))


class Cluster:
    """A running cluster with one database `chaos`; commits are flushed to the disk as usual."""

    def __init__(self, folder: Path, addresses: list[str], port: int) -> None:
        self.folder = folder
        self.addresses = addresses
        self.port = port
        root = os.geteuid() == 0  # the server refuses to run as root
        self.user = "postgres" if root else pwd.getpwuid(os.geteuid()).pw_name
        self._as: dict[str, Any] = {"user": "postgres"} if root else {}
        if root:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", folder / "data", "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        with (folder / "data" / "pg_hba.conf").open("a") as rules:
            rules.writelines(f"host all all {address}/30 trust\n" for address in addresses if address != "127.0.0.1")
        self.start()
        self._run("createdb", "-h", folder, "-p", port, "-U", self.user, "chaos")

    def start(self) -> None:
        """Start and wait until it answers."""
        listen = ",".join(dict.fromkeys(self.addresses))
        options = f"-k {self.folder} -p {self.port} -c listen_addresses={listen} -c max_connections=120"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-t", "60", "-o", options, "start")

    def stop(self) -> None:
        """Stop at once, as after a fall: no checkpoint, every connection broken."""
        pid = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        for _ in range(1000):
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)

    def url(self, host: str = "") -> str:
        """Give the database's URL from an address, by default by the socket."""
        where = f"{host}:{self.port}/chaos" if host else f"/chaos?host={self.folder}&port={self.port}"
        return f"postgresql://{self.user}@{where}"

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(BINARIES / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, **self._as)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")


@contextmanager
def cluster(addresses: list[str], port: int) -> Iterator[Cluster]:
    """Give a new cluster; it is stopped and its folder gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="ali-chaos-"))
    try:
        made = Cluster(folder, addresses, port)
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
