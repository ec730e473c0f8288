"""The papers of an engagement: its terms and its people, from the caller's files or as the pack offers them."""

from pathlib import Path

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import PackError, Problem
from alihdaya.packs import Pack


def terms_of(pack: Pack, file: Path | None) -> Terms:
    """Read the terms. Raises TermsError, and PackError where the pack offers none and no file was named."""
    if file is not None:
        return agreement.parse(file.read_bytes(), str(file))
    if pack.terms is None:
        raise PackError(Problem("no-terms", f"the pack {pack.name!r} offers no terms: name a file with --terms"))
    return agreement.parse(pack.terms.encode(), f"{pack.place}/terms.toml")


def people_of(pack: Pack, file: Path | None) -> bytes | None:
    """Give the text of the roster, None where there is none."""
    if file is not None:
        return file.read_bytes()
    return pack.roster.encode() if pack.roster is not None else None
