"""Where moto's S3 differs from AWS: an empty tag set takes all tags away, and a policy that demands TLS lets TLS in."""

import json
import re
from typing import Any

from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket
from moto.s3.responses import S3Response

EMPTY_TAG_SET = re.compile(rb"<TagSet\s*/>|<TagSet>\s*</TagSet>")


def install() -> None:
    _empty_tag_sets()
    _secure_transport()


def _empty_tag_sets() -> None:
    original = S3Response._tagging_from_xml

    def tagging_from_xml(self: Any) -> dict[str, str]:
        body = self.body if isinstance(self.body, bytes) else str(self.body).encode()
        return {} if EMPTY_TAG_SET.search(body) else original(self)

    S3Response._tagging_from_xml = tagging_from_xml


def _secure_transport() -> None:
    """The emulator's plain door stands for AWS's door with TLS, so every request counts as one over TLS."""

    def get_permission(self: Any, action: str, resource: str) -> PermissionResult:
        if self.policy is None:
            return PermissionResult.NEUTRAL
        document = json.loads(self.policy)
        statements = document["Statement"]
        listed = statements if isinstance(statements, list) else [statements]
        document["Statement"] = [one for one in listed if not _demands_plain_transport(one)]
        return IAMPolicy(json.dumps(document)).is_action_permitted(action, resource)

    FakeBucket.get_permission = get_permission


def _demands_plain_transport(statement: dict[str, Any]) -> bool:
    conditions = statement.get("Condition") or {}
    wanted = [conditions.get(operator, {}).get("aws:SecureTransport") for operator in ("Bool", "BoolIfExists")]
    return any(value in (False, "false", ["false"]) for value in wanted)
