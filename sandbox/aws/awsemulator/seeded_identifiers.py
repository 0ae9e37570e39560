"""Makes identifiers the same in every run: before each request moto's random source is seeded from the request itself."""

import hashlib
import re
from collections import Counter

from moto.moto_api._internal import mock_random

# Idempotency tokens are random in every run; they must not decide identifiers.
TOKENS = re.compile(rb'("?(?:clientRequestToken|ClientToken|ClientRequestToken|IdempotencyToken)"?\s*[:=]\s*)"?[^"&,}]*"?')

seen: Counter[str] = Counter()


def seed(service: str, operation: str, url: str, body: bytes) -> None:
    key = hashlib.sha256("\n".join((service, operation, url)).encode() + b"\n" + TOKENS.sub(rb"\1", body))
    seen[key.hexdigest()] += 1
    key.update(str(seen[key.hexdigest()]).encode())
    mock_random.seed(int.from_bytes(key.digest()[:16], "big"))
