"""The desk's floor on both stores, by sequences that hypothesis finds: two accepts, late declines, clocks off, …"""

import os

import pytest
from floor_on_desk import FloorOnDesk
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

EXAMPLES = int(os.environ.get("ALIHDAYA_EXAMPLES", "25"))


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_whatever_is_tried_on_the_floor(kind, request):
    machine = FloorOnDesk
    if kind == "postgresql":
        cluster = request.getfixturevalue("postgresql")
        machine = type("OnPostgresql", (FloorOnDesk,), {"url": staticmethod(lambda _: cluster.new_database())})
    most = EXAMPLES if kind == "sqlite" else max(4, EXAMPLES // 5)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=most,
            stateful_step_count=50,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )
