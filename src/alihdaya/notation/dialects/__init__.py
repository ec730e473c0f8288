"""Models in other vendors' dialects, turned into the standard's with FEEL; the core knows none of them."""

from alihdaya.notation.dialects.camunda import translate
from alihdaya.notation.dialects.expressions import to_feel

__all__ = ["to_feel", "translate"]
