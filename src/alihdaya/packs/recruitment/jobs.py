"""What the service tasks do: they screen what people then judge."""

from importlib.metadata import entry_points
from typing import Any

from alihdaya.packs.kit import Job, Variables
from alihdaya.packs.recruitment.spelling import check_spelling

RECOGNISERS = "alihdaya.recognisers"
"""Group of entry points: a function (recording, language) -> what it heard, as a context with a text `said`."""


def spelling(job: Job) -> Variables:
    """Count the misspelt words of the paper, in the sponsor's language."""
    wanted: Any = job.variables["wanted"]
    return {"spelling": check_spelling(str(job.variables["paper"] or ""), str(wanted["language"]))}


def listen(job: Job) -> Variables:
    """Let a recogniser listen to the recording, where one is installed."""
    found = sorted(entry_points(group=RECOGNISERS), key=lambda one: one.name)
    if not found:
        return {"spoken": {"said": "no recogniser is installed: the human rubric stands alone"}}
    wanted: Any = job.variables["wanted"]
    heard = found[0].load()(str(job.variables["recording"]), str(wanted["language"]))
    return {"spoken": {**heard, "recogniser": found[0].name}}
