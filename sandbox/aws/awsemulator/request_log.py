"""The request log: one JSON line per AWS request, kept in memory and appended to a file. Control requests never enter it."""

import json
import threading
import time
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from .name_request import Call


class CallLog:
    def __init__(self, directory: str) -> None:
        self._lock = threading.Lock()
        self._sequence = 0
        self._lines: list[dict[str, Any]] = []
        self._file = (Path(directory) / "aws-calls.jsonl").open("a", buffering=1)

    def begin(self, call: Call, principal: str) -> dict[str, Any]:
        with self._lock:
            self._sequence += 1
            line = {
                "sequence": self._sequence,
                "time": datetime.now(timezone.utc).isoformat(timespec="milliseconds"),
                "service": call.service,
                "operation": call.operation,
                "mutating": call.mutating,
                "userAgent": call.user_agent,
                "status": 0,
                "milliseconds": 0.0,
                "principal": principal,
                "_started": time.monotonic(),
            }
            self._lines.append(line)
            return line

    def end(self, line: dict[str, Any], status: int) -> None:
        """Status 0 means that the client got no answer."""
        with self._lock:
            line["status"] = status
            line["milliseconds"] = round((time.monotonic() - line.pop("_started")) * 1000, 1)
            self._file.write(json.dumps(line) + "\n")

    def lines(self) -> list[dict[str, Any]]:
        with self._lock:
            return [{k: v for k, v in line.items() if k != "_started"} for line in self._lines]

    def clear(self) -> None:
        with self._lock:
            self._lines.clear()
