"""One add-on and its updates as plain data, kept on moto's cluster object so that it travels in snapshots. Never acts."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

BUSY = ("CREATING", "UPDATING", "DELETING")


@dataclass
class Operation:
    """What is under way on an add-on. `target` holds what an update will set once it is known not to conflict."""

    kind: str  # create, update, delete
    started: float
    mode: str = "NONE"
    update_id: str | None = None
    target: dict[str, Any] = field(default_factory=dict)
    preserve: bool = False


@dataclass
class Addon:
    addonName: str
    clusterName: str
    addonVersion: str
    addonArn: str
    namespace: str
    createdAt: datetime
    modifiedAt: datetime
    publisher: str | None = None
    owner: str | None = None
    status: str = "CREATING"
    issues: list[dict[str, Any]] = field(default_factory=list)
    serviceAccountRoleArn: str | None = None
    configurationValues: str | None = None
    tags: dict[str, str] = field(default_factory=dict)
    podIdentityAssociations: list[str] = field(default_factory=list)
    token: str | None = None
    applied: list[dict[str, Any]] = field(default_factory=list)
    updates: dict[str, dict[str, Any]] = field(default_factory=dict)
    update_tokens: dict[str, str] = field(default_factory=dict)
    operation: Operation | None = None

    def view(self) -> dict[str, Any]:
        names = (
            "addonName", "clusterName", "status", "addonVersion", "addonArn", "createdAt", "modifiedAt", "tags",
            "serviceAccountRoleArn", "publisher", "owner", "configurationValues", "podIdentityAssociations",
        )  # fmt: skip
        members = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        if not self.podIdentityAssociations:
            members.pop("podIdentityAssociations")
        return {**members, "health": {"issues": self.issues}, "namespaceConfig": {"namespace": self.namespace}}
