"""EKS access entries and their access policies: which principal is which Kubernetes user. The token webhook reads them."""

from typing import Any

import moto.eks.responses as eks
from moto.core.responses import ActionResult, EmptyResult
from moto.moto_api._internal import mock_random

from .context import Emulator
from .eks_errors import in_use, invalid_parameter, not_found
from .eks_routes import add_route, page, parameters


def install(emulator: Emulator) -> None:
    operations = AccessEntryOperations(emulator)
    path = "clusters/(?P<name>[^/]+)/access-entries"
    # A principal's ARN holds slashes, which arrive decoded, so the more specific routes are told apart by moto itself.
    for route, names in {
        path: ("create_access_entry", "list_access_entries"),
        path + "/(?P<principalArn>.+)": (
            "describe_access_entry", "update_access_entry", "delete_access_entry",
            "associate_access_policy", "disassociate_access_policy", "list_associated_access_policies",
        ),
    }.items():  # fmt: skip
        add_route(route, {name: getattr(operations, name) for name in names})


class AccessEntryOperations:
    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def create_access_entry(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        arn = given["principalArn"]
        if arn in cluster.access_entries:
            raise in_use("The specified access entry resource is already in use on this cluster.", cluster.name)
        groups = given.get("kubernetesGroups") or []
        if bad := [g for g in groups if g.startswith("system:")]:
            raise invalid_parameter(f"The kubernetes group name {bad[0]} is invalid, it cannot start with system:")
        now = self.emulator.clock.datetime()
        kind, name = arn.split(":")[5].split("/", 1)[0], arn.rsplit("/", 1)[-1]
        session = arn.replace(":iam:", ":sts:").split(f":{kind}/")[0] + f":assumed-role/{name}/{{{{SessionName}}}}"
        cluster.access_entries[arn] = {
            "clusterName": cluster.name,
            "principalArn": arn,
            "kubernetesGroups": list(groups),
            "accessEntryArn": cluster.arn.replace(":cluster/", ":access-entry/")
            + f"/{kind}/{request.current_account}/{name}/{mock_random.uuid4()}",
            "createdAt": now,
            "modifiedAt": now,
            "tags": dict(given.get("tags") or {}),
            "username": given.get("username") or (session if kind == "role" else arn),
            "type": given.get("type") or "STANDARD",
            "policies": {},
        }
        return ActionResult({"accessEntry": cluster.access_entries[arn]})

    def list_access_entries(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        entries = request.eks_backend.describe_cluster(given["name"]).access_entries
        policy = given.get("associatedPolicyArn")
        arns = [arn for arn, entry in entries.items() if not policy or policy in entry["policies"]]
        return ActionResult(page("accessEntries", arns, given))

    def describe_access_entry(self, request: eks.EKSResponse) -> ActionResult:
        return ActionResult({"accessEntry": self._find(request)})

    def update_access_entry(self, request: eks.EKSResponse) -> ActionResult:
        entry, given = self._find(request), parameters(request)
        entry.update({k: given[k] for k in ("kubernetesGroups", "username") if k in given})
        entry["modifiedAt"] = self.emulator.clock.datetime()
        return ActionResult({"accessEntry": entry})

    def delete_access_entry(self, request: eks.EKSResponse) -> ActionResult:
        entry = self._find(request)
        del request.eks_backend.describe_cluster(entry["clusterName"]).access_entries[entry["principalArn"]]
        return EmptyResult()

    def associate_access_policy(self, request: eks.EKSResponse) -> ActionResult:
        entry, given, now = self._find(request), parameters(request), self.emulator.clock.datetime()
        policy = {"policyArn": given["policyArn"], "accessScope": given["accessScope"]}
        entry["policies"][given["policyArn"]] = {**policy, "associatedAt": now, "modifiedAt": now}
        return ActionResult(self._about(entry) | {"associatedAccessPolicy": entry["policies"][given["policyArn"]]})

    def disassociate_access_policy(self, request: eks.EKSResponse) -> ActionResult:
        entry, policy = self._find(request), parameters(request)["policyArn"]
        if entry["policies"].pop(policy, None) is None:
            raise not_found(f"The access policy {policy} is not associated with the principal.", entry["clusterName"])
        return EmptyResult()

    def list_associated_access_policies(self, request: eks.EKSResponse) -> ActionResult:
        entry = self._find(request)
        policies = page("associatedAccessPolicies", list(entry["policies"].values()), parameters(request))
        return ActionResult(self._about(entry) | policies)

    def _about(self, entry: dict[str, Any]) -> dict[str, Any]:
        return {"clusterName": entry["clusterName"], "principalArn": entry["principalArn"]}

    def _find(self, request: eks.EKSResponse) -> dict[str, Any]:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        if given["principalArn"] not in cluster.access_entries:
            raise not_found("The specified principalArn could not be found.", cluster.name)
        entry: dict[str, Any] = cluster.access_entries[given["principalArn"]]
        return entry
