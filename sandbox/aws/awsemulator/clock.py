"""The emulator's clock: real time plus an offset that a test can move. Never slept on directly; see Clock.wait_until."""

import threading
import time
from datetime import datetime, timezone


class Clock:
    def __init__(self) -> None:
        self.offset = 0.0
        self._moved = threading.Condition()

    def now(self) -> float:
        return time.time() + self.offset

    def datetime(self) -> datetime:
        return datetime.fromtimestamp(self.now(), timezone.utc)

    def advance(self, seconds: float) -> None:
        with self._moved:
            self.offset += seconds
            self._moved.notify_all()

    def wait(self, seconds: float) -> None:
        """Wait on this clock: an advance ends the wait early."""
        deadline = self.now() + seconds
        with self._moved:
            while (left := deadline - self.now()) > 0:
                self._moved.wait(left)
