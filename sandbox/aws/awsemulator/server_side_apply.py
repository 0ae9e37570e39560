"""Objects in, server-side applied as manager `eks` in a safe order; knows conflicts, force and preserve. Keeps no state."""

import copy
import json
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from . import field_paths
from .kubernetes_api import MANAGER, ApiError, KubernetesApi, NoSuchKind, Unreachable

CONFLICTS = "Conflicts found when trying to apply. Will not continue due to resolve conflicts mode. Conflicts:\n"
# What others need comes first; what lets the API server call into the add-on comes last.
FIRST = (
    ("Namespace",),
    ("CustomResourceDefinition",),
    ("PriorityClass", "StorageClass", "CSIDriver", "IngressClass", "RuntimeClass"),
    ("ServiceAccount", "ClusterRole", "Role"),
    ("ClusterRoleBinding", "RoleBinding"),
    ("ConfigMap", "Secret", "PersistentVolume", "PersistentVolumeClaim", "Service"),
)
WORKLOADS = ("Deployment", "DaemonSet", "StatefulSet", "Job", "CronJob", "PodDisruptionBudget")
LAST = ("ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "APIService")
PARALLEL = 4
ESTABLISHED_SECONDS = 15.0
LISTED_SECONDS = 5.0


class Conflict(Exception):
    """Fields belong to other managers; the text is EKS's own."""

    def __init__(self, lines: list[str]):
        super().__init__(CONFLICTS + "\n".join(lines))
        self.lines = lines


@dataclass
class Applier:
    api: KubernetesApi
    retry_seconds: float
    # Surrounds every request; raises when the work is not wanted any more. So does `wanted`, between repetitions.
    turn: Callable[[], AbstractContextManager[None]]
    wanted: Callable[[], None]

    def conflicts(self, objects: list[dict[str, Any]]) -> list[str]:
        """A dry run of everything: one line per field that another manager owns with a different value."""
        with ThreadPoolExecutor(PARALLEL) as pool:
            return [line for lines in pool.map(self._dry_run, objects) for line in lines]

    def references(self, objects: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Kind, name and namespace of each: the list that a later delete works from."""
        return [reference(obj) for obj in objects]

    def apply(self, objects: list[dict[str, Any]], mode: str) -> None:
        for batch in batches(objects):
            with ThreadPoolExecutor(PARALLEL) as pool:
                list(pool.map(lambda obj: self._apply(obj, mode), batch))
            self._wait_established([obj for obj in batch if obj["kind"] == "CustomResourceDefinition"])

    def ensure_namespace(self, name: str) -> None:
        try:
            with self.turn():
                self.api.call("GET", f"/api/v1/namespaces/{name}", retry_seconds=self.retry_seconds, wanted=self.wanted)
        except ApiError as error:
            if error.code != 404:
                raise
            self._apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, "OVERWRITE")

    def delete(self, references: list[dict[str, Any]]) -> None:
        for batch in reversed(list(batches(references))):
            with ThreadPoolExecutor(PARALLEL) as pool:
                list(pool.map(self._list_once, [ref for ref in batch if ref["kind"] == "CustomResourceDefinition"]))
                list(pool.map(self._delete, batch))

    def _dry_run(self, obj: dict[str, Any]) -> list[str]:
        try:
            self._send(obj, {"dryRun": "All", "force": "false"}, wait=False)
        except NoSuchKind:
            return []  # the add-on brings the kind, or the real apply reports it
        except ApiError as error:
            return [conflict_line(obj, cause["field"]) for cause in error.conflicts]
        return []

    def _apply(self, obj: dict[str, Any], mode: str) -> None:
        force = "true" if mode == "OVERWRITE" else "false"
        try:
            self._send(obj, {"force": force}, wait=True)
        except ApiError as error:
            if not error.conflicts:
                raise
            if mode != "PRESERVE":
                raise Conflict([conflict_line(obj, cause["field"]) for cause in error.conflicts]) from error
            self._send(without(obj, [c["field"] for c in error.conflicts]), {"force": "false"}, wait=True)

    def _send(self, obj: dict[str, Any], query: dict[str, str], wait: bool) -> None:
        with self.turn():
            path = self.api.path(obj, wait=wait)
            if not self.api.namespaced(obj):
                obj = {**obj, "metadata": {k: v for k, v in obj["metadata"].items() if k != "namespace"}}
            self.api.call(
                "PATCH", path, json.dumps(obj).encode(), {"fieldManager": MANAGER, **query},
                "application/apply-patch+yaml", retry_seconds=self.retry_seconds, wanted=self.wanted,
            )  # fmt: skip

    def _wait_established(self, definitions: list[dict[str, Any]]) -> None:
        deadline = time.monotonic() + ESTABLISHED_SECONDS
        for definition in definitions:
            path = self.api.path(definition)
            while True:
                with self.turn():
                    live = self.api.call("GET", path, retry_seconds=self.retry_seconds, wanted=self.wanted)
                states = {c["type"]: c["status"] for c in live.get("status", {}).get("conditions") or []}
                if states.get("Established") == "True":
                    break
                if time.monotonic() > deadline:
                    raise ApiError(500, {"message": f"{definition['metadata']['name']} was not established: {states}"})
                time.sleep(0.05)

    def _list_once(self, ref: dict[str, Any]) -> None:
        """Before a definition goes: its clean-up in the API server meets "storage is (re)initializing" where nobody has
        listed the kind yet, and then may not come back to it before its informer's next resync, minutes later."""
        try:
            with self.turn():
                spec = self.api.call("GET", self.api.path(ref), retry_seconds=self.retry_seconds, wanted=self.wanted)["spec"]
            served = sorted((v for v in spec["versions"] if v["served"]), key=lambda v: not v["storage"])
            path = f"/apis/{spec['group']}/{served[0]['name']}/{spec['names']['plural']}" if served else None
        except NoSuchKind:
            return
        except ApiError as error:
            if error.code != 404:
                raise
            return
        deadline = time.monotonic() + LISTED_SECONDS
        while path is not None and time.monotonic() < deadline:
            try:
                with self.turn():
                    self.api.call("GET", path, None, {"limit": "1"})
                return
            except ApiError as error:
                if error.code != 429:
                    return  # a conversion webhook that is away, say: the clean-up then fails for a reason of its own
            except Unreachable:
                return
            self.wanted()
            time.sleep(0.05)

    def _delete(self, ref: dict[str, Any]) -> None:
        body = json.dumps({"propagationPolicy": "Background"}).encode()
        try:
            with self.turn():
                self.api.call("DELETE", self.api.path(ref), body, retry_seconds=self.retry_seconds, wanted=self.wanted)
        except NoSuchKind:
            return  # its definition is gone, and so is it
        except ApiError as error:
            if error.code != 404:
                raise


def reference(obj: dict[str, Any]) -> dict[str, Any]:
    metadata = {k: obj["metadata"][k] for k in ("name", "namespace") if k in obj["metadata"]}
    return {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": metadata}


def batches(objects: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    def rank(obj: dict[str, Any]) -> int:
        for position, kinds in enumerate(FIRST):
            if obj["kind"] in kinds:
                return position
        return len(FIRST) + (0 if obj["kind"] in WORKLOADS else 2 if obj["kind"] in LAST else 1)

    ranks = sorted({rank(obj) for obj in objects})
    return [[obj for obj in objects if rank(obj) == position] for position in ranks]


def conflict_line(obj: dict[str, Any], field: str) -> str:
    group = obj["apiVersion"].rpartition("/")[0]
    kind = f"{obj['kind']}.{group}" if group else obj["kind"]
    return f"{kind} {obj['metadata']['name']} - {field}"


def without(obj: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    kept = copy.deepcopy(obj)
    for field in fields:
        if not field_paths.remove(kept, field):
            raise ApiError(409, {"message": f"cannot leave out {conflict_line(obj, field)}"})
    return kept
