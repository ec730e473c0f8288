"""The papers of an engagement: its terms and its people, from the caller's files, the store, or as the pack offers."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from alihdaya.engagement import terms as agreement
from alihdaya.engagement.terms import Terms
from alihdaya.kernel.errors import PackError, Problem
from alihdaya.packs import Pack

if TYPE_CHECKING:
    from alihdaya.cli.settings import Settings


class Papers(NamedTuple):
    """What a service is opened by: its terms, and the text of the roster, None where nobody is to join."""

    terms: Terms
    people: bytes | None


def papers_of(pack: Pack, settings: "Settings", terms: Path | None, roster: Path | None) -> list[Papers]:
    """Give the papers by which a pack works here: those of `terms`, else of the engagements signed here, else its own.

    A pack's own terms are samples. They count where their engagement is signed here, and where no other one that the
    pack delivers for is: nobody means to sign an invented client beside a real one. Of the people likewise. Several
    engagements may be signed that one pack delivers for. Raises TermsError, and PackError where there are no terms.
    """
    joining = roster.read_bytes() if roster is not None else None
    if terms is not None:
        own = pack.roster.encode() if pack.roster is not None else None
        return [Papers(agreement.parse(terms.read_bytes(), str(terms)), own if joining is None else joining)]
    offered = None if pack.terms is None else agreement.parse(pack.terms.encode(), f"{pack.place}/terms.toml")
    signed = _signed(settings)
    serving = [one for one in signed.values() if any(service.pack == pack.name for service in one.services)]
    if offered is not None and (offered.engagement in signed or not serving):
        own = pack.roster.encode() if pack.roster is not None else None
        return [Papers(offered, own if joining is None else joining)]
    if not serving:
        raise PackError(Problem("no-terms", f"the pack {pack.name!r} offers no terms: name a file with --terms"))
    return [Papers(one, joining) for one in serving]


def one_of(pack: Pack, papers: list[Papers]) -> Papers:
    """Give the only papers. Raises PackError where the pack delivers for several engagements that are signed here."""
    if len(papers) > 1:
        names = ", ".join(one.terms.engagement for one in papers)
        why = f"the pack {pack.name!r} delivers for {names}: name the terms of one of them with --terms"
        raise PackError(Problem("which-terms", why))
    return papers[0]


def _signed(settings: "Settings") -> dict[str, Terms]:
    """Read engagement -> the terms signed last from the store, an older one after it was brought up; none, no terms."""
    from alihdaya.store import StoreError, StoreTooOld

    try:
        with settings.read() as store:
            return {one.id: agreement.from_wire(one.terms) for one in store.engagements()}
    except StoreTooOld:
        if settings.shards:  # nodes bring it up, and ask again
            return {}
    except StoreError:  # nothing is there yet
        return {}
    settings.write().close()
    return _signed(settings)
