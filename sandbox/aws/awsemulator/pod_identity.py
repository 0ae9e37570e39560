"""Pod identity associations of a cluster: create, list, describe, update, delete. Add-ons make some of them, too."""

from typing import Any

import moto.eks.responses as eks
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from .context import Emulator
from .eks_errors import in_use, not_found
from .eks_routes import add_route, page, parameters

SUMMARY = ("clusterName", "namespace", "serviceAccount", "associationArn", "associationId", "ownerArn")


def install(emulator: Emulator) -> None:
    operations = PodIdentityOperations(emulator)
    path = "clusters/(?P<name>[^/]+)/pod-identity-associations"
    one = "pod_identity_association"
    add_route(path, {f"create_{one}": operations.create, f"list_{one}s": operations.list})
    verbs = {f"{verb}_{one}": getattr(operations, verb) for verb in ("describe", "update", "delete")}
    add_route(path + "/(?P<associationId>[^/]+)", verbs)


def associate(
    emulator: Emulator, cluster: Any, wanted: dict[str, Any], namespace: str, owner_arn: str | None = None
) -> dict[str, Any]:
    for other in cluster.pod_identities.values():
        if (other["namespace"], other["serviceAccount"]) == (namespace, wanted["serviceAccount"]):
            raise in_use(f"Association already exists: {other['associationId']}", cluster.name)
    identifier = "a-" + mock_random.get_random_string(17, lower_case=True)
    now = emulator.clock.datetime()
    association = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": wanted["serviceAccount"],
        "roleArn": wanted["roleArn"],
        "associationArn": cluster.arn.replace(":cluster/", ":podidentityassociation/") + f"/{identifier}",
        "associationId": identifier,
        "tags": dict(wanted.get("tags") or {}),
        "createdAt": now,
        "modifiedAt": now,
        "ownerArn": owner_arn,
    }
    cluster.pod_identities[identifier] = association
    return association


def disassociate(cluster: Any, arns: list[str]) -> None:
    for arn in arns:
        cluster.pod_identities.pop(arn.rsplit("/", 1)[-1], None)


class PodIdentityOperations:
    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def create(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        return ActionResult({"association": associate(self.emulator, cluster, given, given["namespace"])})

    def list(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        found = [
            {member: a[member] for member in SUMMARY if a[member] is not None}
            for a in cluster.pod_identities.values()
            if given.get("namespace") in (None, a["namespace"])
            and given.get("serviceAccount") in (None, a["serviceAccount"])
        ]
        return ActionResult(page("associations", found, given))

    def describe(self, request: eks.EKSResponse) -> ActionResult:
        return ActionResult({"association": self._find(request)[1]})

    def update(self, request: eks.EKSResponse) -> ActionResult:
        association = self._find(request)[1]
        if role := parameters(request).get("roleArn"):
            association.update(roleArn=role, modifiedAt=self.emulator.clock.datetime())
        return ActionResult({"association": association})

    def delete(self, request: eks.EKSResponse) -> ActionResult:
        cluster, association = self._find(request)
        del cluster.pod_identities[association["associationId"]]
        return ActionResult({"association": association})

    def _find(self, request: eks.EKSResponse) -> tuple[Any, dict[str, Any]]:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        identifier = given["associationId"]
        if identifier not in cluster.pod_identities:
            raise not_found(f"The podIdentityAssociation with id {identifier} doesn't exist.", cluster.name)
        return cluster, cluster.pod_identities[identifier]
