"""The code lists that EN 16931 restricts its terms to, as they stood in April 2026: codes only, without their names.

Lists of UNTDID (UN/CEFACT D.23A), ISO 3166-1 and 4217, ISO 6523 ICD, EAS and VATEX of the European Commission, and
UN/ECE Recommendation 20 with the packages of Recommendation 21 (codes that begin with X).
"""

from functools import cache
from importlib.resources import files


@cache
def code_lists() -> dict[str, frozenset[str]]:
    """Give every list by its name, such as untdid-4461."""
    lists: dict[str, set[str]] = {}
    text = (files("alihdaya.engagement.einvoice") / "codes.txt").read_text(encoding="ascii")
    for line in text.splitlines():
        if line.startswith("["):
            codes = lists.setdefault(line.strip("[]"), set())
        else:
            codes.update(line.split())
    return {name: frozenset(codes) for name, codes in lists.items()}


def known(code: str, name: str) -> bool:
    """Whether a code, without the white space around it, is one of a list."""
    return code.strip() in code_lists()[name]
