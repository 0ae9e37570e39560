"""What a request reaches, as IAM names it: the ARNs that it tells by itself. Of one that tells none, only the action can be judged."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any
from urllib.parse import parse_qs, unquote

from .context import Configuration
from .name_request import Call, json_body

EC2_KINDS = {"vpce": "vpc-endpoint", "vpc": "vpc", "rtb": "route-table", "subnet": "subnet", "sg": "security-group"}
EC2_ID = re.compile(r"^(vpce|vpc|rtb|subnet|sg)-")


@dataclass(frozen=True)
class Reached:
    """One action, and all that must be allowed for it; nothing where the request does not tell."""

    operation: str
    resources: tuple[str, ...]


def reached_by(configuration: Configuration, call: Call, environ: dict[str, Any], body: bytes) -> list[Reached]:
    path = unquote(environ.get("RAW_URI", environ.get("PATH_INFO", "/")).split("?")[0])
    form = parse_qs(body.decode("utf-8", "replace")) if call.service in ("iam", "ec2") else {}
    operation = f"{call.service}:{call.operation}"
    resources: list[str] = []
    also: list[Reached] = []
    match call.service:
        case "iam":
            resources = _iam(configuration, form)
        case "s3":
            # Tags by ARN, which S3 Control has under its own version, say nothing of a bucket in the path.
            place = path.strip("/")
            resources = [f"arn:aws:s3:::{place}"] if place and not place.startswith("v20180820/") else []
        case "eks":
            resources = _eks(configuration, path)
            role = json_body(body).get("serviceAccountRoleArn")
            also = [Reached("iam:PassRole", (role,))] if role else []
        case "ec2":
            resources = _ec2(configuration, call.operation, form)
    return [Reached(operation, tuple(resources)), *also]


def is_allowed(statements: list[dict[str, list[str]]], reached: Reached) -> bool:
    """As IAM does without conditions: each resource by some statement that has the action."""
    patterns = [
        pattern
        for statement in statements
        if reached.operation in statement["operations"]
        for pattern in statement["resources"]
    ]
    if not reached.resources:
        return len(patterns) > 0
    return all(any(fnmatchcase(resource, pattern) for pattern in patterns) for resource in reached.resources)


def _iam(configuration: Configuration, form: dict[str, list[str]]) -> list[str]:
    account = f"arn:aws:iam::{configuration.accountId}"
    if name := form.get("RoleName"):
        return [f"{account}:role{form.get('Path', ['/'])[0]}{name[0]}"]
    if arn := form.get("OpenIDConnectProviderArn"):
        return arn
    if url := form.get("Url"):
        return [f"{account}:oidc-provider/{url[0].removeprefix('https://')}"]
    return []


def _eks(configuration: Configuration, path: str) -> list[str]:
    start = f"arn:aws:eks:{configuration.region}:{configuration.accountId}"
    if path.startswith("/tags/"):
        return [path.removeprefix("/tags/")]
    parts = path.strip("/").split("/")
    if parts[0] != "clusters" or len(parts) < 2:
        return []
    if parts[2:3] == ["addons"] and len(parts) > 3:
        return [f"{start}:addon/{parts[1]}/{parts[3]}/id"]
    return [f"{start}:cluster/{parts[1]}"]


def _ec2(configuration: Configuration, operation: str, form: dict[str, list[str]]) -> list[str]:
    if operation.startswith("Describe"):
        return []
    start = f"arn:aws:ec2:{configuration.region}:{configuration.accountId}"
    named = [value for values in form.values() for value in values if EC2_ID.match(value)]
    made = [f"{start}:vpc-endpoint/*"] if operation == "CreateVpcEndpoint" else []
    return [*made, *(f"{start}:{EC2_KINDS[value.split('-')[0]]}/{value}" for value in named)]
