"""The add-on catalogue file: which add-ons and versions exist, for which Kubernetes, with which schema. Renders nothing."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import yaml

from .eks_errors import invalid_parameter, not_found

UNSUPPORTED = "ConfigurationValue provided in request is not supported: "


class Catalogue:
    def __init__(self, file: str) -> None:
        self.file = Path(file)

    @property
    def folder(self) -> Path:
        return self.file.parent

    # Read anew each time: it is small, and a test may change it while the emulator runs.
    def addons(self) -> dict[str, Any]:
        if not self.file.exists():
            return {}
        loaded: dict[str, Any] = json.loads(self.file.read_text())
        return loaded

    def addon(self, name: str) -> dict[str, Any]:
        if name not in (addons := self.addons()):
            raise invalid_parameter("Addon specified is not supported", addon=name)
        found: dict[str, Any] = addons[name]
        return found

    def version(self, name: str, version: str, kubernetes: str | None = None) -> dict[str, Any]:
        for candidate in self.addon(name)["versions"]:
            if candidate["version"] != version:
                continue
            if kubernetes and kubernetes not in candidate["kubernetes"]:
                break
            found: dict[str, Any] = candidate
            return found
        where = f" in {kubernetes} kubernetes version" if kubernetes else ""
        raise invalid_parameter(f"Addon version specified is not supported{where}", addon=name)

    def default_version(self, name: str, kubernetes: str) -> str:
        fitting = [v for v in newest_first(self.addon(name)["versions"]) if kubernetes in v["kubernetes"]]
        if not fitting:
            raise invalid_parameter(f"Addon specified is not supported in {kubernetes} kubernetes version", addon=name)
        return str(next((v for v in fitting if v.get("default")), fitting[0])["version"])

    def schema(self, name: str, version: dict[str, Any]) -> str:
        return (self.folder / version["schema"]).read_text() if version.get("schema") else "{}"

    def check_configuration(self, name: str, version: dict[str, Any], values: str | None) -> None:
        if not values:
            return
        try:
            parsed = yaml.safe_load(values)  # JSON is YAML, too
        except yaml.YAMLError as error:
            raise invalid_parameter(f"{UNSUPPORTED}neither JSON nor YAML: {error}", addon=name) from error
        schema = json.loads(self.schema(name, version))
        validator = jsonschema.validators.validator_for(schema, default=jsonschema.Draft7Validator)(schema)
        problems = [f"{e.json_path}: {e.message}" for e in sorted(validator.iter_errors(parsed), key=str)]
        if problems:
            text = f"Json schema validation failed with error: [{', '.join(problems)}]"
            raise invalid_parameter(UNSUPPORTED + text, addon=name)


def newest_first(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(versions, key=lambda v: [int(n) for n in re.findall(r"\d+", v["version"])], reverse=True)


def describe_versions(catalogue: Catalogue, query: dict[str, Any]) -> list[dict[str, Any]]:
    """The answer of DescribeAddonVersions, filtered as its parameters say."""
    if (name := query.get("addonName")) and name not in catalogue.addons():
        raise not_found(f"Addon {name} is not supported", addon=name)
    answer = []
    for addon_name, addon in sorted(catalogue.addons().items()):
        if name not in (None, addon_name):
            continue
        if any(query.get(f"{k}s") and addon.get(k) not in query[f"{k}s"] for k in ("type", "publisher", "owner")):
            continue
        versions = [
            _version_info(v, query.get("kubernetesVersion"))
            for v in newest_first(addon["versions"])
            if query.get("kubernetesVersion") in (None, *v["kubernetes"])
        ]
        if versions:
            about = {k: addon.get(k) for k in ("type", "publisher", "owner", "defaultNamespace")}
            answer.append({"addonName": addon_name, "addonVersions": versions, **about})
    return answer


def _version_info(version: dict[str, Any], kubernetes: str | None) -> dict[str, Any]:
    return {
        "addonVersion": version["version"],
        "architecture": version["architecture"],
        "computeTypes": version.get("computeTypes", ["ec2", "hybrid"]),
        "compatibilities": [
            {"clusterVersion": k, "platformVersions": ["*"], "defaultVersion": bool(version.get("default"))}
            for k in version["kubernetes"]
            if kubernetes in (None, k)
        ],
        "requiresConfiguration": bool(version.get("requiresConfiguration")),
        "requiresIamPermissions": bool(version.get("requiresIamPermissions")),
    }
