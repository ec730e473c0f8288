"""What visitors see of a site is one prepared release; publishing another one is one step, and so is going back.

A site's folder holds `releases/NAME/…` and the link `live`, which the web server follows.
"""

import os
import re
from hashlib import sha256
from pathlib import Path
from typing import Final

from alihdaya.kernel.errors import Problem, Refused
from alihdaya.packs.website.checks.site import Site

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


def live(site: Site) -> str:
    """Give the name of the release that visitors see; "" where there is none yet. Raises Refused."""
    link = _folder(site) / "live"
    if not link.is_symlink():
        if link.exists():
            raise Refused(Problem("not-published", f"{link} is no link to a release, so nothing is put in its place"))
        return ""
    return link.readlink().name


def publish(site: Site, release: str, key: str = "") -> str:
    """Show visitors another release, from one instant to the next; gives the name of the one that they saw before.

    Doing it again under the same key changes nothing and gives the same. Raises Refused where there is no such
    release, or the site is not ours to publish.
    """
    folder, before = _folder(site), live(site)
    if not _NAME.fullmatch(release):
        raise Refused(Problem("no-release", f"{release[:80]!r} is no name of a release"))
    target = folder / "releases" / release
    if target.is_symlink() or not target.is_dir() or not any(target.iterdir()):
        raise Refused(Problem("no-release", f"there is no release {release!r} of {site.name} with something in it"))
    if key:
        before = _noted(folder / ".published" / sha256(key.encode()).hexdigest()[:32], before)
    show(site, release)
    return before


def show(site: Site, release: str) -> None:
    """Let the link lead to a release that was live once; "" takes the link away."""
    link = _folder(site) / "live"
    if not release:
        link.unlink(missing_ok=True)
    elif live(site) != release:
        beside = link.with_name(f".live.{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(Path("releases") / release, target_is_directory=True)
        beside.replace(link)


def _noted(file: Path, before: str) -> str:
    """Give what stands in the file; a new one says `before`, and says so before anything is done."""
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        beside = file.with_suffix(f".{os.getpid()}")
        beside.write_text(before)
        beside.replace(file)
    return file.read_text()


def _folder(site: Site) -> Path:
    if site.folder is None:
        raise Refused(Problem("not-published", f"the file of the site {site.name} has no key publish"))
    return site.folder
