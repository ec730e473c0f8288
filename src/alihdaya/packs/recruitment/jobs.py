"""What the service tasks do: they screen what people then judge."""

from importlib.metadata import entry_points
from typing import Any

from alihdaya.packs.kit import Job, Variables
from alihdaya.packs.recruitment.speech import check_speech, word_errors
from alihdaya.packs.recruitment.spelling import check_spelling

RECOGNISERS = "alihdaya.recognisers"
"""Group of entry points: a function (recording, language) -> what it heard, as a context with texts `said`, `words`."""

ALONE = "no recogniser is installed: the human rubric stands alone"


def spelling(job: Job) -> Variables:
    """Count the misspelt words of the paper, in the sponsor's language."""
    wanted: Any = job.variables["wanted"]
    return {"spelling": check_spelling(str(job.variables["paper"] or ""), str(wanted["language"]))}


def listen(job: Job) -> Variables:
    """Measure the recording, and let a recogniser listen to it, where one is installed.

    `spoken.again` asks for another recording, once an attempt: after a second noisy one people decide.
    """
    recording, former = str(job.variables["recording"]), job.variables.get("spoken")
    spoken: dict[str, Any] = {**check_speech(recording), "errors": None, "recogniser": None}
    asked = isinstance(former, dict) and former.get("again") is True
    spoken["again"] = spoken["noisy"] is True and not asked
    if not spoken["again"]:
        heard = _heard(job, recording)
        spoken = {**spoken, **heard, "said": f"{spoken['said']}; {heard['said']}"}
    return {"spoken": spoken}


def _heard(job: Job, recording: str) -> dict[str, Any]:
    found = sorted(entry_points(group=RECOGNISERS), key=lambda one: one.name)
    if not found:
        return {"said": ALONE}
    wanted: Any = job.variables["wanted"]
    heard = dict(found[0].load()(recording, str(wanted["language"])))
    passage, words = job.variables.get("passage"), heard.get("words")
    if isinstance(passage, str) and isinstance(words, str) and passage.strip():
        heard["errors"] = word_errors(passage, words)
    return {**heard, "said": str(heard.get("said", "")), "recogniser": found[0].name}
