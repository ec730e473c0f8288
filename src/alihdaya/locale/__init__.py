"""Indonesian and English for what people read: gettext catalogues and the one function that opens them."""

import gettext
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "id")
_HERE = Path(__file__).parent


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """Messages in `language` ("id", "en", or a locale such as "id_ID.UTF-8"); English where there is none."""
    return gettext.translation(
        "alihdaya", _HERE, [language.split(".", maxsplit=1)[0].split("_", maxsplit=1)[0].lower()], fallback=True
    )


def chosen(*wishes: str | None) -> str:
    """Return the first wish that we speak, else "en". A wish is a code ("id"), a locale ("id_ID.UTF-8") or None."""
    for wish in wishes:
        code = (wish or "").split(".")[0].split("_")[0].split("-")[0].lower()
        if code in LANGUAGES:
            return code
    return "en"
