"""The sourcing studio: in-house, BPO or KPO, on-, near- or offshore, compared at loaded cost (S2-S5, S12, S13)."""

from alihdaya.planning.sourcing.advice import Advice, advise, recommended
from alihdaya.planning.sourcing.reading import read_function, read_wages
from alihdaya.planning.sourcing.studio import Compared, Function, Site, Study, study

__all__ = [
    "Advice",
    "Compared",
    "Function",
    "Site",
    "Study",
    "advise",
    "read_function",
    "read_wages",
    "recommended",
    "study",
]
