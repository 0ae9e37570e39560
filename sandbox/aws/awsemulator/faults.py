"""Server-side fault rules: which requests are throttled, broken, cut off, held or delayed. Never changes AWS state."""

import threading
import time
from dataclasses import dataclass
from typing import Any

from .name_request import Call

ACTIONS = ("throttle", "5xx", "dropAfter", "hang", "delay")
HANG_SECONDS = 600.0


@dataclass
class Rule:
    action: str
    service: str | None = None
    operation: str | None = None
    nth: int = 1  # the first matching request that is hit
    count: int | None = None  # how many are hit; by default all from there on, or one when nth is given
    milliseconds: int | None = None
    seen: int = 0

    def __post_init__(self) -> None:
        if self.action not in ACTIONS:
            raise ValueError(f"fault action {self.action!r} is not one of {ACTIONS}")

    def hits(self, call: Call) -> bool:
        if self.service not in (None, call.service) or self.operation not in (None, call.operation):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.count is None or self.seen < self.nth + self.count)


class Faults:
    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._rules: list[Rule] = []

    def set(self, rules: list[dict[str, Any]]) -> None:
        parsed = [Rule(**({"count": 1} if "nth" in rule else {}) | rule) for rule in rules]
        with self._changed:
            self._rules = parsed
            self._changed.notify_all()

    def find(self, call: Call) -> Rule | None:
        with self._changed:
            hits = [rule for rule in self._rules if rule.hits(call)]
            return hits[0] if hits else None

    def hold(self, rule: Rule) -> None:
        """Wait as long as the rule says; a hang also ends when the rules change."""
        if rule.action == "delay":
            time.sleep((rule.milliseconds or 1000) / 1000)
            return
        with self._changed:
            seconds = rule.milliseconds / 1000 if rule.milliseconds else HANG_SECONDS
            self._changed.wait_for(lambda: rule not in self._rules, seconds)
