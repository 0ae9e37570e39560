"""Who an access key is: the ARN that STS GetCallerIdentity reports, and the Kubernetes user it maps to. Reads only."""

from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from .context import Emulator

# The sandbox's own operator: any key that IAM did not issue, and whoever created the cluster.
DEFAULT_USER = "user/sandbox-operator"
CLUSTER_ADMIN = ":cluster-access-policy/AmazonEKSClusterAdminPolicy"


def default_arn(account: str) -> str:
    return f"arn:aws:iam::{account}:{DEFAULT_USER}"


def arn_of_key(emulator: Emulator, access_key: str) -> str:
    account = emulator.configuration.accountId
    with emulator.lock:
        if role := sts_backends[account]["aws"].get_assumed_role_from_access_key(access_key):
            return str(role.arn)
        if user := iam_backends[account]["aws"].get_user_from_access_key_id(access_key):
            return str(user.arn)
    return default_arn(account)


def is_whole(emulator: Emulator, access_key: str, session_token: str) -> bool:
    """Keys that STS issued are worth nothing without their session's token."""
    with emulator.lock:
        role = sts_backends[emulator.configuration.accountId]["aws"].get_assumed_role_from_access_key(access_key)
        return role is None or role.session_token == session_token


def kubernetes_user(emulator: Emulator, cluster: Any, arn: str) -> dict[str, Any]:
    """A principal with a mapping or an access entry gets exactly its groups; everybody else is an administrator."""
    if mapping := emulator.principals.get(arn):
        return {"username": mapping.get("username") or arn, "groups": list(mapping["groups"])}
    entry = _access_entry(cluster, arn) if cluster else None
    if entry is None:
        return {"username": arn, "groups": ["system:masters"]}
    session = arn.rsplit("/", 1)[-1]
    groups = list(entry["kubernetesGroups"])
    if any(policy.endswith(CLUSTER_ADMIN) for policy in entry["policies"]):
        groups.append("system:masters")
    return {"username": entry["username"].replace("{{SessionName}}", session), "groups": groups}


def _access_entry(cluster: Any, arn: str) -> dict[str, Any] | None:
    if ":assumed-role/" in arn:  # the session's ARN carries the role's name, but neither its path nor its service
        role = arn.split("/")[1]
        matches = [e for a, e in cluster.access_entries.items() if ":role/" in a and a.rsplit("/", 1)[-1] == role]
        return matches[0] if matches else None
    entry: dict[str, Any] | None = cluster.access_entries.get(arn)
    return entry
