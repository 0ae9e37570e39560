"""Carries out one operation of one add-on: render, apply, wait, report. One thread per operation; ends when abandoned."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from . import addon_health
from .addon import Addon, Operation
from .server_side_apply import Applier, Conflict
from .catalogue import Catalogue
from .context import Emulator
from .kubernetes_api import ApiError, KubernetesApi, Unreachable
from .render_addon import annotate_service_accounts, render

POLL_SECONDS = 0.2
log = logging.getLogger("addons")


class Abandoned(Exception):
    """The operation was overtaken: deleted, or the emulator was restored to another state."""


class Workshop:
    """Starts the work of add-on operations and holds what all of it shares."""

    def __init__(self, emulator: Emulator, catalogue: Catalogue) -> None:
        self.emulator, self.catalogue = emulator, catalogue
        kubernetes = emulator.configuration.kubernetes
        self.api = KubernetesApi(**kubernetes) if kubernetes else None

    def start(self, cluster: Any, addon: Addon) -> None:
        work = Work(self, cluster, addon, self.emulator.generation)
        threading.Thread(target=work.run, name=f"addon-{addon.addonName}", daemon=True).start()


class Work:
    def __init__(self, workshop: Workshop, cluster: Any, addon: Addon, generation: int) -> None:
        assert addon.operation
        self.emulator, self.catalogue, self.api = workshop.emulator, workshop.catalogue, workshop.api
        self.cluster, self.addon, self.generation = cluster, addon, generation
        self.operation: Operation = addon.operation
        self.rendered: list[dict[str, Any]] = []
        self.applied_at = 0.0
        self.applier = self.api and Applier(self.api, self.emulator.settings.applyRetrySeconds, self.turn, self.wanted)

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self.emulator.gate.passing():
            self.wanted()
            yield

    def wanted(self) -> None:
        if self.generation != self.emulator.generation or self.addon.operation is not self.operation:
            raise Abandoned

    @contextmanager
    def state(self) -> Iterator[None]:
        """A turn with moto's lock, for changing what the API shows."""
        with self.turn(), self.emulator.lock:
            yield

    def run(self) -> None:
        jobs: dict[str, Callable[[], None]] = {
            "create": self._create, "update": self._update, "delete": self._delete,
        }  # fmt: skip
        if self.api:
            self.api.forget()
        try:
            jobs[self.operation.kind]()
        except Abandoned:
            return
        except Exception as error:
            log.warning("%s of %s: %s", self.operation.kind, self.addon.addonName, error, exc_info=True)
            self._fail([addon_health.issue_of(error)])

    def _fail(self, issues: list[dict[str, Any]], status: str | None = None) -> None:
        failed = {"create": "CREATE_FAILED", "update": "UPDATE_FAILED", "delete": "DELETE_FAILED"}
        try:
            self._finish(status or failed[self.operation.kind], issues)
        except Abandoned:
            return

    def _finish(self, status: str, issues: list[dict[str, Any]]) -> None:
        with self.state():
            self.addon.status, self.addon.issues = status, issues
            self.addon.modifiedAt = self.emulator.clock.datetime()
            if update := self.addon.updates.get(self.operation.update_id or ""):
                errors = [
                    {"errorCode": i["code"], "errorMessage": i["message"], "resourceIds": i["resourceIds"]} for i in issues
                ]
                update.update(status="Successful" if status == "ACTIVE" else "Failed", errors=errors)
            self.addon.operation = None
        self._note(status)

    def _create(self) -> None:
        script = self.emulator.scripts.get(self.addon.addonName)
        minimum = self.emulator.settings.minimumCreatingSeconds
        if script and script.minimumCreatingSeconds is not None:
            minimum = script.minimumCreatingSeconds
        self._apply({})
        self._settle(script.createOutcome if script else "ACTIVE", minimum, self.emulator.settings.createTimeoutStatus)

    def _update(self) -> None:
        script = self.emulator.scripts.get(self.addon.addonName)
        target = self.operation.target
        self._apply(target)
        outcome = script.updateOutcome if script else "ACTIVE"
        settings = self.emulator.settings
        self._settle(outcome, settings.minimumUpdatingSeconds, settings.updateTimeoutStatus)

    def _delete(self) -> None:
        if self.applier and not self.operation.preserve:
            self.applier.delete(self.addon.applied)
        self._wait_until(self.operation.started + self.emulator.settings.minimumDeletingSeconds)
        with self.state():
            for arn in self.addon.podIdentityAssociations:
                self.cluster.pod_identities.pop(arn.rsplit("/", 1)[-1], None)
            del self.cluster.addons[self.addon.addonName]
            self.addon.operation = None

    def _objects(self, target: dict[str, Any]) -> list[dict[str, Any]]:
        wanted = {**self.addon.view(), **target}
        version = self.catalogue.version(self.addon.addonName, wanted["addonVersion"])
        objects = render(
            self.emulator.configuration, self.catalogue.folder, version, self.addon.namespace,
            self.cluster.version, wanted.get("configurationValues"),
        )  # fmt: skip
        annotate_service_accounts(objects, version, wanted.get("serviceAccountRoleArn"))
        return objects

    def _apply(self, target: dict[str, Any]) -> None:
        objects, mode = self._objects(target), self.operation.mode
        self._note(f"{len(objects)} objects rendered")
        if self.applier and mode == "NONE" and (lines := self.applier.conflicts(objects)):
            raise Conflict(lines)
        with self.state():
            for name, value in target.items():
                setattr(self.addon, name, value)
        if not self.applier:
            return
        mine = {(o["kind"], o["metadata"]["name"]) for o in objects}
        if ("Namespace", self.addon.namespace) not in mine:
            self.applier.ensure_namespace(self.addon.namespace)
        former = self.addon.applied
        references = self.applier.references(objects)
        with self.state():  # before the first write, so that a delete after a half-done apply finds everything
            self.addon.applied = former + [ref for ref in references if ref not in former]
        self.applier.apply(objects, mode)
        self.rendered, self.applied_at = objects, self.emulator.clock.now()
        gone = [ref for ref in former if key(ref) not in {key(new) for new in references}]
        self.applier.delete(gone)
        with self.state():
            self.addon.applied = references
        self._note("applied")

    def _note(self, what: str) -> None:
        seconds = self.emulator.clock.now() - self.operation.started
        log.info("%s of %s: %s after %.2f s", self.operation.kind, self.addon.addonName, what, seconds)

    def _settle(self, outcome: str, minimum_seconds: float, timeout_status: str) -> None:
        self._wait_until(self.operation.started + minimum_seconds)
        script = self.emulator.scripts.get(self.addon.addonName)
        if outcome == "NEVER":
            return
        if outcome != "ACTIVE":
            default = [addon_health.issue("InsufficientNumberOfReplicas", addon_health.REPLICAS)]
            self._finish(outcome, script.issues if script and script.issues else default)
            return
        deadline = self.operation.started + self.emulator.settings.operationTimeoutSeconds
        while problem := self._problem():
            if self.emulator.clock.now() >= deadline:
                self._finish(timeout_status, [problem])
                return
            self._reapply()
            self.emulator.clock.wait(POLL_SECONDS)
        self._finish("ACTIVE", [])

    def _reapply(self) -> None:
        """Whoever changed the add-on's fields while it is under way loses them again, where EKS was told to overwrite."""
        every, now = self.emulator.settings.reapplyEverySeconds, self.emulator.clock.now()
        if not self.applier or not every or self.operation.mode != "OVERWRITE" or now < self.applied_at + every:
            return
        self.applied_at = now
        self.applier.apply(self.rendered, self.operation.mode)
        self._note("applied again")

    def _problem(self) -> dict[str, Any] | None:
        """What keeps the add-on from being healthy now; an outage of the API server is waited out like a missing pod."""
        if not self.api:
            return None
        try:
            with self.turn():
                missing = addon_health.unavailable(self.api, self.addon.applied)
        except (ApiError, Unreachable) as error:
            return addon_health.issue_of(error)
        return addon_health.issue("InsufficientNumberOfReplicas", addon_health.REPLICAS, missing) if missing else None

    def _wait_until(self, moment: float) -> None:
        while (left := moment - self.emulator.clock.now()) > 0:
            with self.turn():
                pass
            self._reapply()
            self.emulator.clock.wait(min(left, POLL_SECONDS))


# The version of an API may change from one add-on version to the next; the object is the same.
def key(ref: dict[str, Any]) -> tuple[str, ...]:
    group = ref["apiVersion"].rpartition("/")[0]
    return (group, ref["kind"], ref["metadata"].get("namespace", ""), ref["metadata"]["name"])
