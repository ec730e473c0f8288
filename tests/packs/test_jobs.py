"""jobs.py and pack.toml must agree; nothing of a folder runs that nobody trusted."""

import pytest
from folders import MANIFEST, build

from alihdaya.kernel.errors import PackError
from alihdaya.packs import load
from alihdaya.packs.jobs import functions_of

LOOK = "import socket\ndef look(job): return None\ndef _helper(): ...\n"


@pytest.mark.parametrize(
    ("declared", "text", "code", "word"),
    [
        ("[job.look]\n", None, "no-job", "no function 'look'"),
        ("", LOOK, "no-job", "[job.look]"),
        ("[job.look]\n", "def look(): ...\n", "bad-job", "one argument"),
        ("[job.look]\n", "def look(:\n", "not-python", "Python"),
        ("[job.look]\nseconds = 0\n", LOOK, "out-of-range", "seconds"),
        ("[job.look]\nretries = 2\n", LOOK, "unknown-key", "retries"),
    ],
)
def test_what_does_not_fit_is_named(tmp_path, declared, text, code, word):
    with pytest.raises(PackError) as caught:
        load(build(tmp_path, {"pack.toml": MANIFEST + declared, "jobs.py": text}))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert word in str(caught.value)


def test_a_folder_runs_only_when_it_is_trusted_and_its_terms_come_from_the_manifest(tmp_path):
    declared = "[job.look]\nseconds = 5\nattempts = 2\n"
    pack = load(build(tmp_path, {"pack.toml": MANIFEST + declared, "jobs.py": LOOK}))
    with pytest.raises(PackError, match="not-trusted"):
        functions_of(pack)
    look = functions_of(pack, trusted=True)["look"]
    assert (look.text, look.seconds, look.attempts, look.digest) == (LOOK, 5, 2, pack.digest)
