"""Reading the work of a task: our own attributes, decisions, steps and scripts (BPMN 2.0, 10.3.3)."""

from typing import TYPE_CHECKING

from alihdaya.notation.bpmn.details import Detail, Job, Rule, Script, Step, UserWork
from alihdaya.notation.bpmn.graph import TASKS, Kind
from alihdaya.notation.bpmn.iso8601 import Span, parse_duration, parse_pauses
from alihdaya.notation.bpmn.reading import ALIHDAYA, BPMN, File

if TYPE_CHECKING:
    from lxml import etree

OWN: dict[Kind, frozenset[str]] = {
    Kind.CALL: frozenset({"service", "final"}),
    Kind.USER_TASK: frozenset({"skill", "language", "level", "certificate", "form", "priority", "notBy"}),
    Kind.RULE_TASK: frozenset({"decision", "result"}),
    Kind.SERVICE_TASK: frozenset({"step", "job"}),
    Kind.SCRIPT_TASK: frozenset({"result"}),
}
"""Our own attributes, by the kind of node that may have them."""

_RETRIED = TASKS | {Kind.CALL}
_TIMED = frozenset({Kind.SERVICE_TASK, Kind.SEND_TASK})


def own_attributes(kind: Kind) -> frozenset[str]:
    """Give the names of our own attributes that a node of this kind may have."""
    more = {"retry"} if kind in _RETRIED else set()
    return OWN.get(kind, frozenset()) | more | ({"timeout"} if kind in _TIMED else set())


def retry_of(file: File, element: "etree._Element") -> tuple[Span, ...]:
    """Read after which pauses an incident of this node is tried again; () where the model states none."""
    text = element.get(ALIHDAYA + "retry")
    if text is None:
        return ()
    found = parse_pauses(text)
    if found is None:
        message = f'alihdaya:retry is a list of pauses such as "PT1M 3x PT5M", at most 100, not {text!r}'
        file.problem("bad-retry", message, element)
    return found or ()


def timeout_of(file: File, element: "etree._Element") -> Span | None:
    """Read how long a job may take; None where the model sets no limit."""
    text = element.get(ALIHDAYA + "timeout")
    if text is None:
        return None
    found = parse_duration(text)
    if found is None or min(found) < 0 or max(found) == 0:
        file.problem("bad-timeout", f"alihdaya:timeout is a duration such as PT10M, not {text!r}", element)
        return None
    if element.get(ALIHDAYA + "step") or element.get("messageRef"):
        file.problem("bad-timeout", "only a job that is done outside the engine has a time limit", element)
    return found


def work_of(file: File, kind: Kind, element: "etree._Element") -> Detail:
    """Read what a task does; None where its kind alone says it, or where it is a job under its own id."""
    if kind is Kind.USER_TASK:
        return _user_work(file, element)
    if kind is Kind.RULE_TASK:
        return _rule(file, element)
    if kind is Kind.SCRIPT_TASK:
        return _script(file, element)
    return _service(file, element) if kind is Kind.SERVICE_TASK else None


def _service(file: File, element: "etree._Element") -> Step | Job | None:
    step, job = (element.get(ALIHDAYA + name, "").strip() for name in ("step", "job"))
    if step and job:
        file.problem("step-and-job", "a task is a step within the engine or a job outside of it, not both", element)
    return Step(step) if step else Job(job) if job else None


def _user_work(file: File, element: "etree._Element") -> UserWork:
    texts = {name: element.get(ALIHDAYA + name, "").strip() for name in OWN[Kind.USER_TASK] - {"priority", "notBy"}}
    priority = element.get(ALIHDAYA + "priority", "")
    not_by = tuple(element.get(ALIHDAYA + "notBy", "").split())
    return UserWork(**texts, priority=file.formula(priority, element) if priority else None, not_by=not_by)


def _rule(file: File, element: "etree._Element") -> Rule | None:
    decision = element.get(ALIHDAYA + "decision", "").strip()
    if not decision:
        file.problem("no-decision", "a business rule task needs alihdaya:decision", element)
        return None
    return Rule(decision, element.get(ALIHDAYA + "result", "").strip())


def _script(file: File, element: "etree._Element") -> Script | None:
    script = element.find(BPMN + "script")
    written = element.get("scriptFormat", "")
    if written.strip().lower() != "text/x-feel":
        file.problem("script-format", f"scripts are FEEL (scriptFormat text/x-feel), not {written!r}", element)
        return None
    if script is None:
        file.problem("no-script", "a script task needs a script", element)
        return None
    formula = file.expression(script)
    return Script(formula, element.get(ALIHDAYA + "result", "").strip()) if formula else None
