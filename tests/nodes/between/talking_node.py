"""A node of the talking pack as a process of its own, `python talking_node.py URL FOLDER NAME AFTER`; may be killed.

It takes little at a time, so that there is much in between to be killed in.
"""

import sys
from pathlib import Path

from shard_talk import Town

from alihdaya.operations.exchange import spreading
from alihdaya.operations.node.keeper import Pace
from alihdaya.store.lease import crossings


def main(url: str, folder: str, name: str, after: str) -> None:
    """Run until the input ends."""
    spreading.CHUNK = 3
    crossings.MOST = 3
    town = Town(url, Path(folder), after=int(after))
    with town.node(name, pace=Pace(0.5, 3), held=0):
        sys.stdin.read()


if __name__ == "__main__":
    main(*sys.argv[1:])
