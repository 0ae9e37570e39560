"""Field paths as server-side apply prints them (`.a.b[name="x"].c`): finds and takes out what they name in an object."""

import json
import re
from typing import Any

SELECTOR = re.compile(r'\[((?:[^\[\]"]|"(?:[^"\\]|\\.)*")*)\]')


def remove(obj: Any, path: str) -> bool:
    """Takes the field at `path` out of `obj`; false when the object does not have it."""
    if path.startswith("[") and isinstance(obj, list):
        selector = SELECTOR.match(path)
        if not selector:
            return False
        index = _find(obj, selector.group(1))
        rest = path[selector.end() :]
        if index is None:
            return False
        if rest:
            return remove(obj[index], rest)
        obj.pop(index)
        return True
    if not path.startswith(".") or not isinstance(obj, dict):
        return False
    # Keys may hold dots (labels), so the longest key that fits is the right one.
    for key in sorted(obj, key=len, reverse=True):
        rest = path[1 + len(key) :]
        if not path.startswith("." + key) or (rest and rest[0] not in ".["):
            continue
        if not rest:
            del obj[key]
            return True
        if remove(obj[key], rest):
            return True
    return False


def _find(items: list[Any], selector: str) -> int | None:
    if selector.isdigit():
        return int(selector) if int(selector) < len(items) else None
    if selector.startswith("="):
        wanted = json.loads(selector[1:])
        return next((i for i, item in enumerate(items) if item == wanted), None)
    keys = {k: json.loads(v) for k, v in re.findall(r'([\w./-]+)=("(?:[^"\\]|\\.)*"|[^,]+)', selector)}
    for index, item in enumerate(items):
        if isinstance(item, dict) and all(item.get(k, _DEFAULTS.get(k)) == v for k, v in keys.items()):
            return index
    return None


# List map keys that the API server fills in when the manifest leaves them out.
_DEFAULTS = {"protocol": "TCP"}
