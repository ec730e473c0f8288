"""Findings as SARIF 2.1.0, the format in which code hosts and editors take the results of static analysis."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from alihdaya import __version__
from alihdaya.locale import catalogue
from alihdaya.notation.dmn.analysis.writing import json_value
from alihdaya.notation.finding import Finding, Rule

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def sarif_log(findings: Iterable[Finding], language: str) -> dict[str, Any]:
    """Give the log of one run, with the rules that were broken and a result for each finding."""
    found = list(findings)
    rules = {finding.code: finding.rule for finding in sorted(found, key=lambda one: one.code)}
    places = {code: place for place, code in enumerate(rules)}
    driver = {
        "name": "alihdaya check",
        "semanticVersion": __version__,
        "rules": [_rule(rule, language) for rule in rules.values()],
    }
    results = [_result(finding, places[finding.code], language) for finding in found]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "language": language, "results": results}
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def _rule(rule: Rule, language: str) -> dict[str, Any]:
    return {
        "id": rule.code,
        "shortDescription": {"text": catalogue(language).gettext(rule.title)},
        "defaultConfiguration": {"level": rule.level},
    }


def _result(finding: Finding, rule: int, language: str) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": finding.level,
        "message": {"text": finding.message(language)},
        "locations": [_location(finding)],
    }
    properties: dict[str, Any] = {} if finding.sure else {"sure": False}
    if finding.example is not None:
        properties["example"] = json_value(finding.example)
    return result | ({"properties": properties} if properties else {})


def _location(finding: Finding) -> dict[str, Any]:
    path = Path(finding.source.file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    place: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if finding.source.line is not None:
        place["region"] = {"startLine": finding.source.line}
    location: dict[str, Any] = {"physicalLocation": place}
    if finding.element:
        location["logicalLocations"] = [{"name": finding.element, "kind": "element"}]
    return location
