"""Strangers' texts in files that people open with a spreadsheet."""

_STARTS = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Give a text for a CSV cell: one that a spreadsheet would run as a formula gets an apostrophe in front."""
    number = text.lstrip("+-").replace(".", "", 1).isdigit()
    return "'" + text if text.startswith(_STARTS) and not number else text
