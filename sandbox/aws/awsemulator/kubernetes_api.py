"""EKS's own line to the API server: HTTPS with a client certificate, short retries, discovery. Decides nothing."""

import threading
import time
from collections.abc import Callable
from typing import Any

import requests
from requests.adapters import HTTPAdapter

TIMEOUT_SECONDS = 30
RETRY_PAUSE_SECONDS = 0.25
DISCOVERY_SECONDS = 3.0
MANAGER = "eks"


class ApiError(Exception):
    """The API server refused: its Status object, or what stood in for it."""

    def __init__(self, code: int, status: dict[str, Any]):
        super().__init__(status.get("message") or f"HTTP {code}")
        self.code, self.status = code, status

    @property
    def message(self) -> str:
        return str(self)

    @property
    def conflicts(self) -> list[dict[str, str]]:
        causes = (self.status.get("details") or {}).get("causes") or []
        return [c for c in causes if c.get("reason") == "FieldManagerConflict"] if self.code == 409 else []


class Unreachable(Exception):
    """No connection to the API server."""


class NoSuchKind(Exception):
    def __init__(self, kind: str, api_version: str):
        super().__init__(f'no matches for kind "{kind}" in version "{api_version}"')


class KubernetesApi:
    def __init__(self, server: str, caFile: str, clientCertFile: str, clientKeyFile: str):
        self._server = server.rstrip("/")
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify, self._session.cert = caFile, (clientCertFile, clientKeyFile)
        self._session.headers.update({"User-Agent": "eks-addons/1.0", "Accept": "application/json"})
        self._session.mount("https://", HTTPAdapter(pool_connections=2, pool_maxsize=8))
        self._kinds: dict[str, dict[str, dict[str, Any]]] = {}
        self._kinds_lock = threading.Lock()

    def call(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        query: dict[str, str] | None = None,
        content_type: str = "application/json",
        retry_seconds: float = 0.0,
        wanted: Callable[[], None] = lambda: None,
    ) -> dict[str, Any]:
        """`wanted` is asked before every repetition and raises when the call must not be made any more."""
        deadline = time.monotonic() + retry_seconds
        while True:
            try:
                answer = self._session.request(
                    method, self._server + path, data=body, params=query, timeout=TIMEOUT_SECONDS,
                    headers={"Content-Type": content_type},
                )  # fmt: skip
            except requests.RequestException as error:
                if time.monotonic() >= deadline:
                    raise Unreachable(f"The API server could not be reached: {error}") from error
            else:
                if answer.ok:
                    parsed: dict[str, Any] = answer.json()
                    return parsed
                failure = ApiError(answer.status_code, _status(answer))
                transient = failure.code == 429 or failure.code >= 500 or _lost_race(failure)
                if not transient or time.monotonic() >= deadline:
                    raise failure
            time.sleep(RETRY_PAUSE_SECONDS)
            wanted()

    def path(self, obj: dict[str, Any], wait: bool = False) -> str:
        """The object's URL path; with `wait` a kind may still be on its way into discovery."""
        resource = self._resource(obj["apiVersion"], obj["kind"], DISCOVERY_SECONDS if wait else 0)
        root = "/api/" if "/" not in obj["apiVersion"] else "/apis/"
        scope = f"/namespaces/{obj['metadata']['namespace']}" if resource["namespaced"] else ""
        return f"{root}{obj['apiVersion']}{scope}/{resource['name']}/{obj['metadata']['name']}"

    def forget(self) -> None:
        """What was discovered may be gone: definitions are deleted, and clusters are restored."""
        with self._kinds_lock:
            self._kinds.clear()

    def namespaced(self, obj: dict[str, Any]) -> bool:
        return bool(self._resource(obj["apiVersion"], obj["kind"], 0)["namespaced"])

    def _resource(self, api_version: str, kind: str, wait_seconds: float) -> dict[str, Any]:
        deadline = time.monotonic() + wait_seconds
        while (known := self._known(api_version, kind)) is None:
            self._discover(api_version)
            if self._known(api_version, kind) is None:
                if time.monotonic() >= deadline:
                    raise NoSuchKind(kind, api_version)
                time.sleep(RETRY_PAUSE_SECONDS)
        return known

    def _known(self, api_version: str, kind: str) -> dict[str, Any] | None:
        with self._kinds_lock:
            return self._kinds.get(api_version, {}).get(kind)

    def _discover(self, api_version: str) -> None:
        root = "/api/" if "/" not in api_version else "/apis/"
        try:
            found = self.call("GET", root + api_version, retry_seconds=2.0)["resources"]
        except ApiError as error:
            if error.code != 404:
                raise
            found = []
        with self._kinds_lock:
            self._kinds[api_version] = {r["kind"]: r for r in found if "/" not in r["name"]}


def _status(answer: requests.Response) -> dict[str, Any]:
    try:
        parsed = answer.json()
    except ValueError:
        parsed = None
    return parsed if isinstance(parsed, dict) else {"message": answer.text.strip()[:500]}


# "the object has been modified" is a lost race between two writers, not a field conflict.
def _lost_race(error: ApiError) -> bool:
    return error.code == 409 and not error.conflicts and "modified" in error.message
