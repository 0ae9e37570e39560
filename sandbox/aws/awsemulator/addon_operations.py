"""The EKS add-on calls: checks a request as EKS does, records the operation and hands it to its worker. Applies nothing."""

from typing import Any

import moto.eks.responses as eks
from moto.core.responses import ActionResult
from moto.moto_api._internal import mock_random

from .addon import BUSY, Addon, Operation
from .addon_work import Workshop
from .catalogue import describe_versions
from .eks_errors import in_use, invalid_parameter, invalid_request, not_found
from .eks_routes import add_route, page, parameters
from .pod_identity import associate, disassociate

MODES = ("NONE", "OVERWRITE", "PRESERVE")
NO_PRESERVE_ON_CREATE = "Resolve conflicts option preserve is not supported for operation CreateAddon"


def install(workshop: Workshop) -> None:
    operations = AddonOperations(workshop)
    for path, names in {
        "clusters/(?P<name>[^/]+)/addons": ("create_addon", "list_addons"),
        "clusters/(?P<name>[^/]+)/addons/(?P<addonName>[^/]+)": ("describe_addon", "delete_addon"),
        "clusters/(?P<name>[^/]+)/addons/(?P<addonName>[^/]+)/update": ("update_addon",),
        "clusters/(?P<name>[^/]+)/updates": ("list_updates",),
        "clusters/(?P<name>[^/]+)/updates/(?P<updateId>[^/]+)": ("describe_update",),
        "addons/supported-versions": ("describe_addon_versions",),
        "addons/configuration-schemas": ("describe_addon_configuration",),
    }.items():
        add_route(path, {name: getattr(operations, name) for name in names})


class AddonOperations:
    def __init__(self, workshop: Workshop) -> None:
        self.workshop, self.emulator, self.catalogue = workshop, workshop.emulator, workshop.catalogue

    def create_addon(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster = request.eks_backend.describe_cluster(given["name"])
        name, mode = given["addonName"], self._mode(given)
        if existing := cluster.addons.get(name):
            if given.get("clientRequestToken") and existing.token == given["clientRequestToken"]:
                return ActionResult({"addon": existing.view()})
            if existing.status != "CREATE_FAILED":  # a failed creation may be tried again
                raise in_use("Addon already exists.", cluster.name, name)
        if mode == "PRESERVE":
            if self.emulator.settings.preserveOnCreate == "refuse":
                raise invalid_parameter(NO_PRESERVE_ON_CREATE, cluster.name, name)
            mode = "NONE"
        about = self.catalogue.addon(name)
        version = given.get("addonVersion") or self.catalogue.default_version(name, cluster.version)
        self._check(name, version, cluster.version, given.get("configurationValues"))
        addon = self._new(request, cluster, given, about, version)
        if existing:
            addon.applied = existing.applied
            disassociate(cluster, existing.podIdentityAssociations)
        for wanted in given.get("podIdentityAssociations") or []:
            created = associate(self.emulator, cluster, wanted, addon.namespace, addon.addonArn)
            addon.podIdentityAssociations.append(created["associationArn"])
        addon.operation = Operation("create", self.emulator.clock.now(), mode)
        cluster.addons[name] = addon
        self.workshop.start(cluster, addon)
        return ActionResult({"addon": addon.view()})

    def _new(
        self, request: eks.EKSResponse, cluster: Any, given: dict[str, Any], about: dict[str, Any], version: str
    ) -> Addon:
        now = self.emulator.clock.datetime()
        arn = f"arn:aws:eks:{request.region}:{request.current_account}:addon/{cluster.name}"
        return Addon(
            addonName=given["addonName"],
            clusterName=cluster.name,
            addonVersion=version,
            addonArn=f"{arn}/{given['addonName']}/{mock_random.uuid4()}",
            namespace=(given.get("namespaceConfig") or {}).get("namespace") or about["defaultNamespace"],
            createdAt=now,
            modifiedAt=now,
            publisher=about.get("publisher"),
            owner=about.get("owner"),
            serviceAccountRoleArn=given.get("serviceAccountRoleArn"),
            configurationValues=given.get("configurationValues"),
            tags=dict(given.get("tags") or {}),
            token=given.get("clientRequestToken"),
        )

    def update_addon(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster, addon = self._find(request, given)
        token = given.get("clientRequestToken")
        if token and token in addon.update_tokens:
            return ActionResult({"update": addon.updates[addon.update_tokens[token]]})
        mode = self._mode(given)
        blocked = f"Addon {addon.addonName} cannot be updated as it is currently in {addon.status} state"
        if addon.status in BUSY:
            raise in_use(blocked, cluster.name, addon.addonName)
        if addon.status in ("CREATE_FAILED", "DELETE_FAILED"):
            raise invalid_parameter(blocked, cluster.name, addon.addonName)
        names = ("addonVersion", "configurationValues", "serviceAccountRoleArn")
        target = {name: given[name] for name in names if given.get(name) is not None}
        wanted = {**addon.view(), **target}
        self._check(addon.addonName, wanted["addonVersion"], cluster.version, wanted.get("configurationValues"))
        if (wished := given.get("podIdentityAssociations")) is not None:  # omitted means no change
            disassociate(cluster, addon.podIdentityAssociations)
            arns = [associate(self.emulator, cluster, w, addon.namespace, addon.addonArn) for w in wished]
            addon.podIdentityAssociations = [created["associationArn"] for created in arns]
        update = self._new_update({**target, "resolveConflicts": mode})
        addon.updates[update["id"]] = update
        if token:
            addon.update_tokens[token] = update["id"]
        addon.status, addon.issues, addon.modifiedAt = "UPDATING", [], self.emulator.clock.datetime()
        addon.operation = Operation("update", self.emulator.clock.now(), mode, update["id"], target)
        self.workshop.start(cluster, addon)
        return ActionResult({"update": dict(update)})

    def _new_update(self, changes: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": str(mock_random.uuid4()),
            "status": "InProgress",
            "type": "AddonUpdate",
            "params": [{"type": name[0].upper() + name[1:], "value": value} for name, value in changes.items()],
            "createdAt": self.emulator.clock.datetime(),
            "errors": [],
        }

    def delete_addon(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        cluster, addon = self._find(request, given)
        if addon.status == "DELETING":
            return ActionResult({"addon": addon.view()})
        for update in addon.updates.values():
            if update["status"] == "InProgress":
                update["status"] = "Cancelled"
        addon.status, addon.issues, addon.modifiedAt = "DELETING", [], self.emulator.clock.datetime()
        preserve = str(given.get("preserve", "false")).lower() == "true"
        addon.operation = Operation("delete", self.emulator.clock.now(), preserve=preserve)
        self.workshop.start(cluster, addon)
        return ActionResult({"addon": addon.view()})

    def describe_addon(self, request: eks.EKSResponse) -> ActionResult:
        return ActionResult({"addon": self._find(request, parameters(request))[1].view()})

    def list_addons(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        names = sorted(request.eks_backend.describe_cluster(given["name"]).addons)
        return ActionResult(page("addons", names, given))

    def describe_update(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        updates = self._updates(request, given)
        if given["updateId"] not in updates:
            raise not_found(f"No update found for ID: {given['updateId']}", given["name"], given.get("addonName"))
        return ActionResult({"update": updates[given["updateId"]]})

    def list_updates(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        return ActionResult(page("updateIds", list(self._updates(request, given)), given))

    def _updates(self, request: eks.EKSResponse, given: dict[str, Any]) -> dict[str, dict[str, Any]]:
        if not given.get("addonName"):
            request.eks_backend.describe_cluster(given["name"])
            return {}  # updates of the cluster itself; the sandbox makes none
        return self._find(request, given)[1].updates

    def describe_addon_versions(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request, lists=("types", "publishers", "owners"))
        return ActionResult(page("addons", describe_versions(self.catalogue, given), given))

    def describe_addon_configuration(self, request: eks.EKSResponse) -> ActionResult:
        given = parameters(request)
        version = self.catalogue.version(given["addonName"], given["addonVersion"])
        accounts = [
            {"serviceAccount": a["name"], "recommendedManagedPolicies": a.get("recommendedManagedPolicies", [])}
            for a in version.get("serviceAccounts", [])
        ]
        answer = {"addonName": given["addonName"], "addonVersion": given["addonVersion"]}
        schema = self.catalogue.schema(given["addonName"], version)
        return ActionResult({**answer, "configurationSchema": schema, "podIdentityConfiguration": accounts})

    def _find(self, request: eks.EKSResponse, given: dict[str, Any]) -> tuple[Any, Addon]:
        cluster = request.eks_backend.describe_cluster(given["name"])
        name = given["addonName"]
        if name not in cluster.addons:
            raise not_found(f"No addon: {name} found in cluster: {cluster.name}", cluster.name, name)
        return cluster, cluster.addons[name]

    def _mode(self, given: dict[str, Any]) -> str:
        mode = given.get("resolveConflicts") or "NONE"
        if mode not in MODES:
            raise invalid_request(f"resolveConflicts {mode} is not one of {', '.join(MODES)}")
        return str(mode)

    def _check(self, name: str, version: str, kubernetes: str, values: str | None) -> None:
        self.catalogue.check_configuration(name, self.catalogue.version(name, version, kubernetes), values)
