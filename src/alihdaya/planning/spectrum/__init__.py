"""The BPO-KPO position of a service (S16): the ten differences measured from the log, each with an interval."""

from alihdaya.planning.spectrum.drift import Month, drift
from alihdaya.planning.spectrum.facts import (
    Answer,
    Beside,
    Case,
    NodeFacts,
    Override,
    Step,
    overrides,
    read_case,
    spread,
)
from alihdaya.planning.spectrum.foretold import Foretold, foretold
from alihdaya.planning.spectrum.margin import Earned, MarginHour, margin_an_hour
from alihdaya.planning.spectrum.position import DIFFERENCES, Given, Reading, Service, auc, read_service

__all__ = [
    "DIFFERENCES",
    "Answer",
    "Beside",
    "Case",
    "Earned",
    "Foretold",
    "Given",
    "MarginHour",
    "Month",
    "NodeFacts",
    "Override",
    "Reading",
    "Service",
    "Step",
    "auc",
    "drift",
    "foretold",
    "margin_an_hour",
    "overrides",
    "read_case",
    "read_service",
    "spread",
]
