"""The bell: wakes whoever waits for jobs when some came to be free, so that nobody has to ask again and again."""

from collections.abc import Callable
from threading import Lock


class Bell:
    """Waiters leave a function, called from any thread whenever it rings; it must not block."""

    def __init__(self) -> None:
        self._waiters: set[Callable[[], None]] = set()
        self._lock = Lock()

    def listen(self, wake: Callable[[], None]) -> None:
        """Have a function called from now on."""
        with self._lock:
            self._waiters.add(wake)

    def leave(self, wake: Callable[[], None]) -> None:
        """Have it called no more."""
        with self._lock:
            self._waiters.discard(wake)

    @property
    def waiting(self) -> int:
        """How many listen."""
        return len(self._waiters)

    def ring(self) -> None:
        """Wake everybody who listens."""
        with self._lock:
            waiters = list(self._waiters)
        for wake in waiters:
            wake()
