"""The letter box: what was asked waits here for the one writer, who takes all of it at once."""

from threading import Lock

from alihdaya.embedded.works import Letter
from alihdaya.kernel.errors import Problem, Refused

_LONGEST = 3_600.0
"""Seconds; a longer wait is begun again."""


class LetterBox:
    """Any thread posts, one takes. What is posted after `close` is refused, what was posted before is taken."""

    def __init__(self) -> None:
        self._letters: list[Letter] = []
        self._door = Lock()
        self._closed = False
        self._bell = Lock()
        """Held while there is nothing to take."""
        self._bell.acquire()

    def post(self, letter: Letter) -> None:
        """Put a letter in. Raises Refused once the box is closed."""
        with self._door:
            if self._closed:
                raise Refused(Problem("closed", "this engine takes no more works"))
            self._letters.append(letter)
            if len(self._letters) == 1:
                self._bell.release()

    def close(self) -> None:
        """Take no more letters."""
        with self._door:
            if not self._closed:
                self._closed = True
                if not self._letters:
                    self._bell.release()

    def take(self, most: int, seconds: float | None) -> tuple[list[Letter], bool]:
        """Wait for letters, so long at the most, and give `most` works' worth of them or a letter's worth more.

        Says, too, whether these are the last for ever.
        """
        if not self._bell.acquire(timeout=-1 if seconds is None else min(seconds, _LONGEST)):
            return [], False
        with self._door:
            letters = self._letters
            end = len(letters)
            if end > most or sum(len(one.works) for one in letters) > most:
                end = _reach(letters, most)
            self._letters = letters[end:]
            over = self._closed and not self._letters
            if self._letters:
                self._bell.release()
        return letters[:end], over


def _reach(letters: list[Letter], most: int) -> int:
    """Count the first letters until they hold `most` works."""
    size = 0
    for place, letter in enumerate(letters):
        if size >= most:
            return place
        size += len(letter.works)
    return len(letters)
