"""What the service tasks do: they screen what people then judge."""

from typing import Any

from alihdaya.packs.kit import Job, Variables
from alihdaya.packs.recruitment.grammar import check_grammar
from alihdaya.packs.recruitment.recognition import recognised
from alihdaya.packs.recruitment.speech import check_speech
from alihdaya.packs.recruitment.spelling import check_spelling


def spelling(job: Job) -> Variables:
    """Count the misspelt words of the paper, in the sponsor's language, and in English what is wrong in its grammar."""
    wanted: Any = job.variables["wanted"]
    paper, language = str(job.variables["paper"] or ""), str(wanted["language"])
    return {"spelling": check_spelling(paper, language), "grammar": check_grammar(paper, language)}


def listen(job: Job) -> Variables:
    """Measure the recording, and let a recogniser listen to it, where one is installed.

    `spoken.again` asks for another recording, once an attempt: after a second noisy one people decide.
    """
    recording, former = str(job.variables["recording"]), job.variables.get("spoken")
    spoken: dict[str, Any] = {**check_speech(recording), "errors": None, "recogniser": None}
    asked = isinstance(former, dict) and former.get("again") is True
    spoken["again"] = spoken["noisy"] is True and not asked
    if not spoken["again"]:
        wanted: Any = job.variables["wanted"]
        passage = job.variables.get("passage") or wanted.get("passage") or ""
        heard = recognised(recording, str(wanted["language"]), str(passage))
        spoken = {**spoken, **heard, "said": f"{spoken['said']}; {heard['said']}"}
    return {"spoken": spoken}
