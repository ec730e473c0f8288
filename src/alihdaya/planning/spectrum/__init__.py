"""The BPO-KPO position of a service (S16): the ten differences measured from the log, each with an interval."""

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
from alihdaya.planning.spectrum.position import DIFFERENCES, Given, Reading, Service, auc, drift, read_service

__all__ = [
    "DIFFERENCES",
    "Answer",
    "Beside",
    "Case",
    "Foretold",
    "Given",
    "NodeFacts",
    "Override",
    "Reading",
    "Service",
    "Step",
    "auc",
    "drift",
    "foretold",
    "overrides",
    "read_case",
    "read_service",
    "spread",
]
