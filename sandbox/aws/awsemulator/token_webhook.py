"""The API server's token webhook: a presigned STS URL in, the principal's Kubernetes user and groups out. Writes nothing."""

import base64
import json
import time
from calendar import timegm
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from moto.eks.models import eks_backends

from .context import Emulator
from .principals import arn_of_key, kubernetes_user

PREFIX = "k8s-aws-v1."
MAXIMUM_AGE_SECONDS = 15 * 60
CLOCK_SKEW_SECONDS = 60


class Refused(Exception):
    """The token proves nothing; the text says why."""


def review(emulator: Emulator, token: str) -> dict[str, Any]:
    query = _query(token)
    if query.get("Action") != "GetCallerIdentity":
        raise Refused("the token is not a GetCallerIdentity request")
    if "x-k8s-aws-id" not in query.get("X-Amz-SignedHeaders", "").split(";"):
        raise Refused("the token is not bound to a cluster: x-k8s-aws-id is not signed")
    try:
        signed = timegm(time.strptime(query.get("X-Amz-Date", ""), "%Y%m%dT%H%M%SZ"))
        key, _, region, _, _ = query.get("X-Amz-Credential", "").split("/")
    except ValueError as error:
        raise Refused(f"the token's URL is malformed: {error}") from error
    age = time.time() - signed
    if not -CLOCK_SKEW_SECONDS < age < MAXIMUM_AGE_SECONDS:
        raise Refused(f"the token has expired: it is {age:.0f} s old")
    arn = arn_of_key(emulator, key)
    with emulator.lock:
        clusters = list(eks_backends[emulator.configuration.accountId][region].clusters.values())
        user = kubernetes_user(emulator, clusters[0] if clusters else None, arn)
    return {**user, "uid": f"aws-iam-authenticator:{emulator.configuration.accountId}:{arn}", "extra": {"arn": [arn]}}


def _query(token: str) -> dict[str, str]:
    if not token.startswith(PREFIX):
        raise Refused("not an EKS token")
    text = token[len(PREFIX) :]
    try:
        url = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError as error:
        raise Refused("the token is not base64url") from error
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def serve(emulator: Emulator, port: int) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            spec, status = asked.get("spec", {}), {}
            try:
                status = {"authenticated": True, "user": review(emulator, spec.get("token", ""))}
                if spec.get("audiences"):
                    status["audiences"] = spec["audiences"]
            except Refused as refusal:
                status = {"authenticated": False, "error": str(refusal)}
            body = json.dumps({"apiVersion": asked.get("apiVersion"), "kind": "TokenReview", "status": status}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """The API server keeps its own audit log."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
