"""Turns what went wrong into EKS health issues, and tells which workloads of an add-on are not yet available."""

from typing import Any

from .server_side_apply import Conflict
from .kubernetes_api import ApiError, KubernetesApi, NoSuchKind, Unreachable
from .render_addon import RenderError

Issue = dict[str, Any]
REPLICAS = "The add-on is unhealthy because it doesn't have the desired number of replicas."


def issue(code: str, message: str, resource_ids: list[str] | None = None) -> Issue:
    return {"code": code, "message": message, "resourceIds": resource_ids or []}


def issue_of(error: Exception) -> Issue:
    if isinstance(error, Conflict):
        return issue("ConfigurationConflict", str(error))
    if isinstance(error, Unreachable):
        return issue("ClusterUnreachable", str(error))
    if isinstance(error, NoSuchKind):
        return issue("K8sResourceNotFound", str(error))
    if isinstance(error, ApiError):
        return issue(_code_of(error), error.message)
    if isinstance(error, RenderError):
        return issue("InternalFailure", str(error))
    return issue("InternalFailure", f"{type(error).__name__}: {error}")


def _code_of(error: ApiError) -> str:
    text = error.message
    if "denied the request" in text or "denied request" in text or "calling webhook" in text:
        return "AdmissionRequestDenied"
    return {401: "AccessDenied", 403: "AccessDenied", 404: "K8sResourceNotFound"}.get(error.code, "InternalFailure")


def unavailable(api: KubernetesApi, applied: list[dict[str, Any]]) -> list[str]:
    """The names of the add-on's Deployments and DaemonSets that are not rolled out and available."""
    missing = []
    for ref in applied:
        if ref["kind"] not in ("Deployment", "DaemonSet"):
            continue
        try:
            live = api.call("GET", api.path(ref), retry_seconds=2.0)
        except ApiError as error:
            if error.code != 404:
                raise
            missing.append(ref["metadata"]["name"])
            continue
        if not _available(live):
            missing.append(ref["metadata"]["name"])
    return missing


def _available(live: dict[str, Any]) -> bool:
    spec, status = live["spec"], live.get("status", {})
    if status.get("observedGeneration", 0) < live["metadata"]["generation"]:
        return False
    if live["kind"] == "DaemonSet":
        desired = status.get("desiredNumberScheduled", 0)
        return bool(status.get("numberAvailable", 0) >= desired <= status.get("updatedNumberScheduled", 0))
    conditions = {c["type"]: c["status"] for c in status.get("conditions", [])}
    desired = spec.get("replicas", 1)
    ready = min(status.get("availableReplicas", 0), status.get("updatedReplicas", 0))
    return conditions.get("Available") == "True" and ready >= desired
