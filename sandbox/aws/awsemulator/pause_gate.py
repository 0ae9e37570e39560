"""Holds requests and add-on work back while the emulator is paused, and tells when nothing is in flight."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_TIMEOUT_SECONDS = 15.0


class Gate:
    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._paused = False
        self._inside = 0

    @contextmanager
    def passing(self) -> Iterator[None]:
        with self._condition:
            while self._paused:
                self._condition.wait()
            self._inside += 1
        try:
            yield
        finally:
            with self._condition:
                self._inside -= 1
                self._condition.notify_all()

    def pause(self) -> None:
        with self._condition:
            self._paused = True
            if not self._condition.wait_for(lambda: self._inside == 0, QUIET_TIMEOUT_SECONDS):
                raise TimeoutError(f"{self._inside} requests still in flight after {QUIET_TIMEOUT_SECONDS} s")

    def resume(self) -> None:
        with self._condition:
            self._paused = False
            self._condition.notify_all()
