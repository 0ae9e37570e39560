"""Catalogue version and configuration values in, the add-on's objects out, by `helm template`. Applies nothing."""

import hashlib
import json
import os
import re
import subprocess
import threading
from pathlib import Path
from typing import Any

import yaml

from .context import Configuration

HELM_TIMEOUT_SECONDS = 60
ROLE_ANNOTATION = "eks.amazonaws.com/role-arn"


class RenderError(Exception):
    """helm could not render the chart; the text is helm's own."""


class ManifestLoader(yaml.CSafeLoader):
    """YAML as Kubernetes reads it: no dates, no `=`, and only true and false are booleans."""


ManifestLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag.rsplit(":", 1)[-1] not in ("timestamp", "value", "bool")]
    for first, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}
ManifestLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF"))


def render(
    configuration: Configuration, folder: Path, version: dict[str, Any], namespace: str, kubernetes: str, values: str | None
) -> list[dict[str, Any]]:
    chart = (folder / version["chart"]).resolve()
    command = [configuration.helmBinary, "template", version["releaseName"], str(chart)]
    command += ["--namespace", namespace, "--include-crds", "--no-hooks", "--kube-version", f"{kubernetes}.0"]
    files = [(folder / version["values"]).resolve()] if version.get("values") else []
    if values:
        given = Path(configuration.directory) / f"configuration-{_hash(values)}.yaml"
        given.write_text(values)
        files.append(given)
    # Rendering and parsing 2 MB of CRDs takes a second, so what was rendered once is kept for every later emulator.
    contents = [(f.name, f.read_bytes()) for f in files] + _contents(chart)
    kept = Path(configuration.renderCache) / f"{_hash(command[2:3], command[4:], contents)}.json"
    if not kept.exists():
        for file in files:
            command += ["-f", str(file)]
        _keep(kept, [_with_namespace(obj, namespace) for obj in _parse(_helm(command, configuration.directory))])
    objects: list[dict[str, Any]] = json.loads(kept.read_bytes())
    return objects


def annotate_service_accounts(objects: list[dict[str, Any]], version: dict[str, Any], role: str | None) -> None:
    """IRSA: the catalogue says which service accounts carry serviceAccountRoleArn."""
    if not role:
        return
    wanted = {(a["namespace"], a["name"]) for a in version.get("serviceAccounts", [])}
    for obj in objects:
        metadata = obj["metadata"]
        if obj["kind"] == "ServiceAccount" and (metadata.get("namespace"), metadata["name"]) in wanted:
            metadata["annotations"] = {**(metadata.get("annotations") or {}), ROLE_ANNOTATION: role}


def _hash(*parts: Any) -> str:
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:24]


def _contents(chart: Path) -> list[tuple[str, bytes]]:
    return [(str(f.relative_to(chart)), f.read_bytes()) for f in sorted(chart.rglob("*")) if f.is_file()]


def _keep(file: Path, objects: list[dict[str, Any]]) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{os.getpid()}-{threading.get_ident()}")
    partial.write_text(json.dumps(objects))
    partial.replace(file)


def _helm(command: list[str], scratch: str) -> str:
    home = {f"HELM_{k}_HOME": f"{scratch}/helm-{k.lower()}" for k in ("CACHE", "CONFIG", "DATA")}
    try:
        done = subprocess.run(command, env=home, capture_output=True, text=True, timeout=HELM_TIMEOUT_SECONDS)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise RenderError(f"{' '.join(command[:4])}: {error}") from error
    if done.returncode != 0:
        raise RenderError(f"{' '.join(command[:4])}: {done.stderr.strip()}")
    return done.stdout


def _parse(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for document in yaml.load_all(text, Loader=ManifestLoader):
        if document:
            found += document["items"] if document.get("kind") == "List" else [document]
    return found


# Which kinds are namespaced is known only to the API server; a namespace on the others is dropped when applying.
def _with_namespace(obj: dict[str, Any], namespace: str) -> dict[str, Any]:
    obj["metadata"].setdefault("namespace", namespace)
    return obj
