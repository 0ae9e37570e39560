"""Names a raw AWS request: service, operation, whether it writes, and whose access key signed it. Reads nothing else."""

import functools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model

READING = re.compile(
    r"^(Describe|List|Get|Head|BatchGet|Simulate|Search|Lookup|Check|Assume|Decode|Query|Select|Validate|Test)"
)
KEY = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/]+)/([^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    service: str
    operation: str
    region: str
    access_key: str
    user_agent: str
    session_token: str

    @property
    def mutating(self) -> bool:
        return not READING.match(self.operation)


def identify(environ: dict[str, Any], body: bytes) -> Call:
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    signature = environ.get("HTTP_AUTHORIZATION") or "Credential=" + query.get("X-Amz-Credential", [""])[0]
    found = KEY.search(signature)
    access_key, region, service = found.groups() if found else ("", "", _unsigned(environ, body))
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        operation = target.split(".")[-1]
    elif action := query.get("Action") or _form(environ, body).get("Action"):
        operation = action[0]
    elif service == "s3":
        operation = _s3_operation(method, path, set(query), set(environ))
    else:
        operation = _rest_operation(service, method, environ.get("RAW_URI", path).split("?")[0])
    token = environ.get("HTTP_X_AMZ_SECURITY_TOKEN") or query.get("X-Amz-Security-Token", [""])[0]
    return Call(service, operation, region, access_key, environ.get("HTTP_USER_AGENT", ""), token)


def _unsigned(environ: dict[str, Any], body: bytes) -> str:
    return "sts" if b"AssumeRoleWith" in body else "s3"


def _form(environ: dict[str, Any], body: bytes) -> dict[str, list[str]]:
    if "x-www-form-urlencoded" not in environ.get("CONTENT_TYPE", ""):
        return {}
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def _rest_operation(service: str, method: str, path: str) -> str:
    for pattern, name in _rest_patterns(service).get(method, ()):
        if pattern.match(path):
            return name
    return f"{method} {unquote(path)}"


@functools.cache
def _rest_patterns(service: str) -> dict[str, list[tuple[re.Pattern[str], str]]]:
    try:
        model = get_service_model(service)
    except Exception:  # botocore has no service of this signing name: the path itself is the name
        return {}
    patterns: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    for name in model.operation_names:
        http = model.operation_model(name).http
        uri = http["requestUri"].split("?")[0]
        pattern = re.compile(BaseResponse.uri_to_regexp(uri).replace(".+)", "[^/]+)" if service == "eks" else ".+)"))
        patterns.setdefault(http["method"], []).append((pattern, name))
    return {m: sorted(found, key=lambda p: -len(p[0].pattern)) for m, found in patterns.items()}


# Query flags name most S3 operations; what remains is told by method and by whether a key is given.
def _s3_operation(method: str, path: str, query: set[str], headers: set[str]) -> str:
    bucket, _, key = path.lstrip("/").partition("/")
    level = "object" if key else "bucket" if bucket else "service"
    if method == "PUT" and level == "object" and "HTTP_X_AMZ_COPY_SOURCE" in headers:
        return "UploadPartCopy" if "uploadId" in query else "CopyObject"
    candidates = [
        (len(flags), name) for flags, name in _s3_patterns().get((method, level), []) if flags <= query
    ]
    return max(candidates)[1] if candidates else f"{method} {path}"


@functools.cache
def _s3_patterns() -> dict[tuple[str, str], list[tuple[frozenset[str], str]]]:
    model = get_service_model("s3")
    patterns: dict[tuple[str, str], list[tuple[frozenset[str], str]]] = {}
    for name in model.operation_names:
        if name in ("CopyObject", "UploadPartCopy", "WriteGetObjectResponse"):
            continue
        operation = model.operation_model(name)
        path, _, query = operation.http["requestUri"].partition("?")
        level = "object" if "{Key+}" in path else "bucket" if "{Bucket}" in path else "service"
        flags = {part.split("=")[0] for part in query.split("&") if part and part.split("=")[0] != "x-id"}
        shape = operation.input_shape
        for member in shape.required_members if shape else ():
            trait = shape.members[member].serialization
            if trait.get("location") == "querystring":
                flags.add(trait["name"])
        patterns.setdefault((operation.http["method"], level), []).append((frozenset(flags), name))
    # GET of a bucket without flags is the old listing; the plain name wins over others with no flags.
    return {level: sorted(found, key=lambda p: (len(p[0]), p[1])) for level, found in patterns.items()}


def json_body(body: bytes) -> dict[str, Any]:
    try:
        parsed = json.loads(body)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
