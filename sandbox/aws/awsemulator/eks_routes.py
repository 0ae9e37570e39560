"""Adds EKS calls to moto: a URL for its router, a method for its dispatcher. Knows nothing of what the calls do."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import moto.eks.responses as responses
import moto.eks.urls as urls
from moto.core.responses import ActionResult

Operation = Callable[[responses.EKSResponse], ActionResult]


def add_route(path: str, operations: dict[str, Operation]) -> None:
    urls.url_paths["{0}/" + path + "$"] = urls.response.dispatch
    for name, operation in operations.items():
        setattr(responses.EKSResponse, name, _method(operation))


# A bound method would not take moto's `self`.
def _method(operation: Operation) -> Operation:
    return lambda request: operation(request)


def parameters(request: responses.EKSResponse, lists: tuple[str, ...] = ()) -> dict[str, Any]:
    """Path, query and body in one; names in `lists` may be repeated in the query."""
    path = request.uri_match.groupdict() if request.uri_match else {}
    found: dict[str, Any] = {k: unquote(v) for k, v in path.items()}
    if "clusterName" in found:
        found.setdefault("name", found["clusterName"])
    for key, values in request.querystring.items():
        found[key] = values if key in lists else values[0]
    if request.body:
        body = json.loads(request.body)
        found.update({k: v for k, v in body.items() if v is not None})
    return found


def page(member: str, items: list[Any], given: dict[str, Any]) -> dict[str, Any]:
    start, size = int(given.get("nextToken") or 0), int(given.get("maxResults") or 100)
    more = start + size < len(items)
    return {member: items[start : start + size], "nextToken": str(start + size) if more else None}
