"""A PostgreSQL of the bench's own, on a socket in a temporary folder, with its settings as they come: fsync is on."""

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

BINARIES = Path(os.environ.get("ALIHDAYA_POSTGRESQL", "/usr/lib/postgresql/15/bin"))


class Cluster:
    """A running server; `url` is that of its only database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        root = os.geteuid() == 0
        self._user = "postgres" if root else pwd.getpwuid(os.geteuid()).pw_name
        self._as = self._user if root else None
        if root:
            shutil.chown(folder, "postgres")
        data = folder / "data"
        self._run("initdb", "-D", data, "-U", self._user, "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-k {folder} -c listen_addresses="
        self._run("pg_ctl", "-D", data, "-l", folder / "log", "-w", "-t", "60", "-o", options, "start")
        self.url = f"postgresql://{self._user}@/postgres?host={folder}"
        self._pid = int((data / "postmaster.pid").read_text().split()[0])

    def cpu(self) -> float:
        """Give the CPU-seconds that the server and its processes have spent."""
        ticks = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if self._pid in {int(stat.parent.name), int(fields[1])}:
                ticks += int(fields[11]) + int(fields[12])
            if self._pid == int(stat.parent.name):
                ticks += int(fields[13]) + int(fields[14])  # of those that have ended
        return ticks / os.sysconf("SC_CLK_TCK")

    def stop(self) -> None:
        """Stop the server by its own process id, and wait until it is gone."""
        os.kill(self._pid, signal.SIGINT)
        while Path(f"/proc/{self._pid}").exists():
            time.sleep(0.05)

    def _run(self, program: str, *arguments: object) -> None:
        command = [str(BINARIES / program), *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, user=self._as)
        if done.returncode:
            raise SystemExit(f"{program}: {done.stdout}{done.stderr}")


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Run a server for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="ali-pg-"))  # short: a socket's path has at most 107 bytes
    try:
        made = Cluster(folder)
        try:
            yield made
        finally:
            made.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
