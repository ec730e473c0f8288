"""`python -m bench.deciding.engines ENGINE CASE`: one engine answers, then is timed; one JSON object is printed.

Runs in the interpreter that has the engine. Every engine takes a mapping and gives the result of the case's decision;
amounts are `Decimal` where the engine reckons with decimals in Python, else `float`, which the others take fastest.
"""

import json
import sys
import time
from collections.abc import Callable
from decimal import Decimal, getcontext
from typing import Any

from bench.deciding import forms
from bench.deciding.cases import RESULT, rows

Decide = Callable[[dict[str, Any]], Any]
CHECKED = 400
SECONDS = 0.5


def alihdaya(case: str) -> Decide:
    """Our public API: the function of a compiled decision, from a mapping to the value."""
    from alihdaya.notation.dmn import compile_model, read

    return compile_model(read(forms.dmn(case), f"{case}.dmn"))[RESULT[case]].decide


def by_hand(case: str) -> Decide:
    """Python as one writes it down for the mapping's values."""
    from bench.deciding.hand import plain_fee, plain_rate

    getcontext().prec = 34
    if case == "drg":
        return lambda row: plain_fee(row["category"], row["amount"], row["express"], row["years"])
    return lambda row: plain_rate(row["category"], row["amount"], row["express"])


def tuned(case: str) -> Decide:
    """Python on the mapping itself, every constant a Decimal that was made beforehand: as fast as it goes."""
    from bench.deciding.hand import fee, rate

    getcontext().prec = 34
    return {"table": rate, "drg": fee}[case]


def zen(case: str) -> Decide:
    """zen-engine, with its static loader: of its ways to be called, the fastest that we found."""
    from zen import ZenEngine  # type: ignore[import-not-found, unused-ignore]

    engine = ZenEngine({"loader": {"type": "static", "content": {"m": forms.jdm(case)}}})
    evaluate, key = engine.evaluate, RESULT[case]
    return lambda row: evaluate("m", row)["result"][key]


def spiff(case: str) -> Decide:
    """SpiffWorkflow's DMN engine; it has no requirements between decisions, so those are joined in Python."""
    from types import SimpleNamespace

    from lxml import etree
    from SpiffWorkflow.bpmn.script_engine.python_engine import (  # type: ignore[import-not-found, unused-ignore]
        PythonScriptEngine,
    )
    from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine  # type: ignore[import-not-found, unused-ignore]
    from SpiffWorkflow.dmn.parser.DMNParser import DMNParser  # type: ignore[import-not-found, unused-ignore]

    workflow = SimpleNamespace(script_engine=PythonScriptEngine())
    spec = SimpleNamespace(name="t", bpmn_id="t", bpmn_name="t")
    engines = []
    for data in forms.spiff(case):
        parser = DMNParser(None, etree.fromstring(data), {"dmn": forms.NAMESPACE}, filename="m.dmn")
        parser.parse()
        engines.append(DMNEngine(parser.decision.decisionTables[0]))

    def decide(row: dict[str, Any]) -> Any:
        data = dict(row)
        for engine in engines:
            data.update(engine.result(SimpleNamespace(data=data, workflow=workflow, task_spec=spec)))
        if case != "drg":
            return data["rate"]
        fee = data["amount"] * data["rate"]
        return fee * 1.5 if data["risk"] == "high" else fee

    return decide


ENGINES: dict[str, Callable[[str], Decide]] = {
    "alihdaya": alihdaya,
    "python by hand, Decimal": by_hand,
    "python by hand, Decimal, tuned": tuned,
    "zen-engine": zen,
    "SpiffWorkflow": spiff,
}
EXACT = {"alihdaya", "python by hand, Decimal", "python by hand, Decimal, tuned"}
"""Engines that need no venv of their own, and take amounts as `Decimal`."""


def main(engine: str, case: str) -> dict[str, Any]:
    """Answer the rows that are checked, then decide for a while; gives answers as texts and decisions a CPU-second."""
    number = Decimal if engine in EXACT else float
    keep = None if case == "drg" else "years"

    def ready(count: int, seed: int) -> list[dict[str, Any]]:
        made = ({**row, "amount": number(row["amount"])} for row in rows(count, seed))
        return [{name: value for name, value in row.items() if name != keep} for row in made]

    decide = ENGINES[engine](case)
    answers = [str(decide(row)) for row in ready(CHECKED, 11)]
    work = ready(100 if engine == "SpiffWorkflow" else 2_000, 7)
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < SECONDS:
        for row in work:
            decide(row)
        done += len(work)
    return {"answers": answers, "per_cpu_s": done / spent}


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], sys.argv[2])))
