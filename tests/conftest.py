"""Stores of both kinds for every room's tests. PostgreSQL is a private cluster on a socket in a temporary folder."""

import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from itertools import count
from pathlib import Path

import pytest

if sys.dont_write_bytecode:
    # Where the environment forbids bytecode, each of the tests' many processes would compile all libraries anew: more
    # work than most of them have to do. So it is kept, but in pytest's own folder.
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(Path(__file__).parents[1] / ".pytest_cache" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

BINARIES = Path(os.environ.get("ALIHDAYA_POSTGRESQL", "/usr/lib/postgresql/15/bin"))
MISSING = (
    f"NO POSTGRESQL 15: {BINARIES} has no initdb; install it (Debian: postgresql-15) to run this half of the tests"
)

_numbers = count(1)


def pytest_terminal_summary(terminalreporter):
    skipped = [
        report for report in terminalreporter.stats.get("skipped", []) if "NO POSTGRESQL" in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("HALF OF THE STORE'S TESTS DID NOT RUN", sep="!", red=True, bold=True)
        terminalreporter.line(f"{len(skipped)} tests were skipped. {MISSING}")


class Cluster:
    """A running PostgreSQL that nobody else can reach; stopped by its own process id."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        self._as = {"user": "postgres"} if os.geteuid() == 0 else {}
        if self._as:
            shutil.chown(folder, "postgres")
        self._run("initdb", "-D", folder / "data", "-U", self.user, "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.start()

    def start(self):
        options = f"-k {self.folder} -c listen_addresses= -c fsync=off -c full_page_writes=off -c max_connections=100"
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-t", "60", "-o", options, "start")

    @property
    def pid(self):
        return int((self.folder / "data" / "postmaster.pid").read_text().split()[0])

    def stop(self):
        pid = self.pid
        os.kill(pid, signal.SIGQUIT)
        for _ in range(500):
            if not Path(f"/proc/{pid}").exists():
                return
            time.sleep(0.02)
        os.kill(pid, signal.SIGKILL)

    def url(self, database):
        return f"postgresql://{self.user}@/{database}?host={self.folder}"

    def new_database(self):
        name = f"test_{os.getpid()}_{next(_numbers)}"
        self._run("createdb", "-h", self.folder, "-U", self.user, name)
        return self.url(name)

    def _run(self, program, *arguments):
        # the binaries refuse root, and a working directory that they cannot read
        command = [BINARIES / program, *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=self.folder, check=False, **self._as)
        if done.returncode:
            log = self.folder / "log"
            pytest.fail(f"{program}: {done.stdout}{done.stderr}{log.read_text() if log.exists() else ''}")


@pytest.fixture(scope="session")
def postgresql():
    """A private PostgreSQL cluster, one for each worker of the test run."""
    if not (BINARIES / "initdb").exists():
        pytest.skip(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="ali-pg-"))  # short: a socket's path has at most 107 bytes
    try:
        cluster = Cluster(folder)
        yield cluster
        cluster.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(params=["sqlite", "postgresql"])
def store_url(request, tmp_path):
    """The URL of a new, empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'store.db'}"
    return request.getfixturevalue("postgresql").new_database()


@pytest.fixture
def store(store_url):
    """A new, empty store, once of each kind."""
    from alihdaya.store import open_store

    with open_store(store_url) as made:
        yield made
