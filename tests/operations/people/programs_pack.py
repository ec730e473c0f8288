"""The claims pack with programs on its roster, and the practical test by which they earn its certificate."""

import json

from claims_pack import ROSTER, person

RIGHT = {"judge": {"verdict": "yes"}, "rule": {"verdict": "no"}, "look": {"note": "seen"}, "check_a": {"note": "seen"}}

ITEMS = [
    {"name": f"{task} {n}", "task": task, "given": {"claim": n, "amount": 1.5}, "expect": RIGHT[task]}
    for n, task in enumerate(("judge", "look", "rule", "check_a", "judge"), 1)
]

GOLDEN = {"certificate": "claims-desk", "questions": 4, "pass_mark": 70, "valid": "P6M", "items": ITEMS}

CLERKS = ROSTER + "".join(
    person(name, **more).replace("[person.shifts]", "program = true\n[person.shifts]")
    for name, more in (("robo", {}), ("bot", {"certificate": ""}), ("dull", {"score": 20}))
)
"""robo may do everything, bot has no certificate, dull failed the writing test."""


def with_golden(folder, **changes):
    path = folder / "golden" / "claims-desk.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({**GOLDEN, **changes}))
    return folder
