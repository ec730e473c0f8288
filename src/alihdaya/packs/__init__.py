"""Packs: a service as a folder of models, forms, terms, people and samples; loaded, checked, deployed.

A folder: `pack.toml`, `processes/*.bpmn`, `decisions/*.dmn`, and where wanted `terms.toml`, `roster.toml`, `steps.py`,
`jobs.py`, `samples/*.json|csv`, `locale/*.po`, `README.md`. Packs of others come by the entry point group
`alihdaya.packs`.
"""

from alihdaya.packs.check import check
from alihdaya.packs.decisions import compile_decisions, decide_by_reference
from alihdaya.packs.folder import installed_packs
from alihdaya.packs.intake import Column, Intake, external_id
from alihdaya.packs.load import load
from alihdaya.packs.pack import Delivery, Field, Form, Manifest, Pack, Sample, say
from alihdaya.packs.steps import run_steps

__all__ = [
    "Column",
    "Delivery",
    "Field",
    "Form",
    "Intake",
    "Manifest",
    "Pack",
    "Sample",
    "check",
    "compile_decisions",
    "decide_by_reference",
    "external_id",
    "installed_packs",
    "load",
    "run_steps",
    "say",
]
