"""The control door under /_sandbox/: log, scripts, clock, faults, snapshots, pause. Never logged, never faulted."""

import json
import traceback
from collections.abc import Callable, Iterable
from typing import Any

from moto.eks.models import eks_backends

from . import snapshot
from .addon_work import Workshop
from .request_log import CallLog
from .context import Emulator
from .faults import Faults
from .test_switches import AddonScript


class Control:
    def __init__(self, emulator: Emulator, log: CallLog, faults: Faults, workshop: Workshop) -> None:
        self.emulator, self.log, self.faults, self.workshop = emulator, log, faults, workshop
        self.routes: dict[tuple[str, str], Callable[[Any], Any]] = {
            ("GET", "health"): lambda _: {"ok": True},
            ("GET", "calls"): lambda _: log.lines(),
            ("DELETE", "calls"): lambda _: log.clear(),
            ("POST", "script"): self.script,
            ("DELETE", "scripts"): lambda _: emulator.scripts.clear(),
            ("POST", "addon-status"): self.addon_status,
            ("POST", "clock"): lambda given: emulator.clock.advance(given["seconds"]),
            ("POST", "faults"): lambda given: faults.set(given["rules"]),
            ("POST", "settings"): lambda given: emulator.settings.change(given),
            ("POST", "principal"): self.principal,
            ("POST", "snapshot"): lambda given: snapshot.save(emulator, given["name"]),
            ("POST", "restore"): self.restore,
            ("POST", "pause"): lambda _: emulator.gate.pause(),
            ("POST", "resume"): lambda _: emulator.gate.resume(),
        }

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any], body: bytes) -> Iterable[bytes]:
        name = environ["PATH_INFO"].removeprefix("/_sandbox/")
        handler = self.routes.get((environ["REQUEST_METHOD"], name))
        try:
            if handler is None:
                raise LookupError(f"no {environ['REQUEST_METHOD']} /_sandbox/{name}")
            status, answer = "200 OK", handler(json.loads(body or b"null"))
        except (LookupError, ValueError, TypeError, OSError) as error:
            status, answer = "400 Bad Request", {"error": f"{type(error).__name__}: {error}"}
        except Exception as error:
            traceback.print_exc()
            status, answer = "500 Internal Server Error", {"error": f"{type(error).__name__}: {error}"}
        start_response(status, [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]

    def script(self, given: dict[str, Any]) -> None:
        name = given.pop("addonName")
        issues = [{"resourceIds": [], **i} for i in given.pop("issues", None) or []]
        self.emulator.scripts[name] = AddonScript(issues=issues, **given)

    def addon_status(self, given: dict[str, Any]) -> None:
        configuration = self.emulator.configuration
        with self.emulator.lock:
            cluster = eks_backends[configuration.accountId][configuration.region].clusters[given["cluster"]]
            addon = cluster.addons[given["addonName"]]
            addon.status, addon.issues = given["status"], given.get("issues") or []
            addon.modifiedAt = self.emulator.clock.datetime()

    def principal(self, given: dict[str, Any]) -> None:
        """Without groups the mapping is taken back."""
        self.emulator.principals.pop(given["arn"], None)
        if given.get("groups") is not None:
            self.emulator.principals[given["arn"]] = given

    def restore(self, given: dict[str, Any]) -> None:
        self.faults.set([])
        for cluster, addon in snapshot.restore(self.emulator, given["name"]):
            self.workshop.start(cluster, addon)
