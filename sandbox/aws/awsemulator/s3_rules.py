"""Where moto's S3 breaks on what AWS accepts: an empty tag set takes all tags away."""

import re
from typing import Any

from moto.s3.responses import S3Response

EMPTY_TAG_SET = re.compile(rb"<TagSet\s*/>|<TagSet>\s*</TagSet>")


def install() -> None:
    original = S3Response._tagging_from_xml

    def tagging_from_xml(self: Any) -> dict[str, str]:
        body = self.body if isinstance(self.body, bytes) else str(self.body).encode()
        return {} if EMPTY_TAG_SET.search(body) else original(self)

    S3Response._tagging_from_xml = tagging_from_xml
