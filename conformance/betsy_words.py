"""The engine-independent models of betsy: Java-like conditions, and scripts that are words, played by steps."""

from collections.abc import Callable, Mapping
from typing import Any

from alihdaya.kernel.errors import NotationError
from alihdaya.kernel.time import SECOND
from alihdaya.notation.bpmn import BpmnError
from alihdaya.notation.dialects import to_feel
from alihdaya.notation.xml import local_name, parse_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
STEP = "{https://alihdaya.org/bpmn/1}step"
BLOCKS = {"WAIT_TEN_SECONDS": 10 * SECOND, "CREATE_TIMESTAMP_LOG_1": 10 * SECOND, "CREATE_TIMESTAMP_LOG_2": 10 * SECOND}
"""Words of scripts that block, and for how long; they become jobs."""

_FORMULAS = ("conditionExpression", "condition", "loopCondition", "loopCardinality", "completionCondition")


def translate(data: bytes, name: str) -> tuple[bytes, dict[str, str]]:
    """Give a model as one with FEEL and steps, and the words of its blocking scripts by node."""
    from lxml import etree

    root = parse_xml(data, name)
    jobs: dict[str, str] = {}
    for element in list(root.iter()):
        kind = local_name(element)
        if kind in (*_FORMULAS, "activationCondition"):
            _formula(element)
        elif kind == "scriptTask":
            word = (element.findtext(BPMN + "script") or "").strip()
            for script in element.findall(BPMN + "script"):
                element.remove(script)
            element.tag = BPMN + "serviceTask"
            element.attrib.pop("scriptFormat", None)
            if word in BLOCKS:
                jobs[element.get("id", "")] = word
            else:
                element.set(STEP, word)
        elif kind == "linkEventDefinition" and not element.get("name"):
            element.set("name", _link_name(element))
    root.attrib.pop("expressionLanguage", None)
    return etree.tostring(root), jobs


def _formula(element: Any) -> None:
    text = (element.text or "").strip().rstrip(">").strip()  # one model has a stray bracket after its condition
    try:
        element.text = to_feel(text)
    except NotationError:
        return


def _link_name(element: Any) -> str:
    """Name both halves of a link, which know each other by reference, after the throwing one."""
    source = element.findtext(BPMN + "source")
    return (source or element.get("id") or "").strip()


class Words:
    """Steps that play the words, and the log that they write."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str)

    def __getitem__(self, word: str) -> Callable[[Mapping[str, Any]], Mapping[str, Any] | None]:
        return lambda variables: self.play(word, variables)

    def play(self, word: str, variables: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Do what a script's word says."""
        match word:
            case "CREATE_LOG_FILE" | "":
                return None
            case "THROW_ERROR":
                raise BpmnError("ERR_CODE")
            case "INCREMENT_INTEGER_VARIABLE" | "INCREMENT_INTEGER_VARIABLE_AND_LOG":
                if word.endswith("LOG"):
                    self.log.append("INCREMENT_correct")
                return {"integerVariable": variables.get("integerVariable", 0) + 1}
            case "CREATE_MARKER_FILE":
                self.log.append("MARKER_exists")
            case "SET_STRING_DATA":
                return {"data": "String"}
            case "LOG_DATA":
                self.log += ["DATA_correct"] if variables.get("data") == "String" else []
            case _:
                self.log.append(word)
        return None
