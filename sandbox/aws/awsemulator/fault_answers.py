"""AWS error answers in the wire format of each service, for faults. Product errors of services are raised in moto."""

import json
from pathlib import Path
from typing import Any

from .reached_resources import Reached

# The words of each protocol, which the fault proxy uses as well.
ANSWERS = json.loads((Path(__file__).parent.parent / "errorAnswers.json").read_text())
PROTOCOLS = {"eks": "rest-json", "sagemaker": "json", "acm": "json", "kms": "json", "ssm": "json", "s3": "rest-xml", "ec2": "ec2"}


def throttled(service: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return _answer(service, **_words("throttled", service))


def broken(service: str, message: str | None = None) -> tuple[int, list[tuple[str, str]], bytes]:
    return _answer(service, **(_words("broken", service) | ({"message": message} if message else {})))


def emulator_failed(service: str, operation: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return broken(service, f"The emulator failed on {service}:{operation}; see its log.")


def denied(service: str, reached: Reached) -> tuple[int, list[tuple[str, str]], bytes]:
    message = f"User is not authorized to perform: {reached.operation} on {', '.join(reached.resources) or 'any resource'}"
    return _answer(service, **_words("denied", service), message=message)


def without_token(service: str) -> tuple[int, list[tuple[str, str]], bytes]:
    return _answer(service, 403, "InvalidClientTokenId", "The security token included in the request is invalid.")


def _words(trouble: str, service: str) -> dict[str, Any]:
    return dict(ANSWERS[trouble][_protocol(service)])


def _protocol(service: str) -> str:
    return PROTOCOLS.get(service, "query")


def _answer(service: str, status: int, code: str, message: str) -> tuple[int, list[tuple[str, str]], bytes]:
    headers: list[tuple[str, str]] = [("x-amzn-ErrorType", code), ("x-amzn-RequestId", "fault")]
    if _protocol(service) in ("json", "rest-json"):
        body: Any = json.dumps({"__type": code, "message": message})
        return status, [*headers, ("Content-Type", "application/json")], body.encode()
    error = f"<Code>{code}</Code><Message>{message}</Message>"
    if service == "s3":
        body = f"<Error>{error}<RequestId>fault</RequestId></Error>"
    elif service == "ec2":
        body = f"<Response><Errors><Error>{error}</Error></Errors><RequestID>fault</RequestID></Response>"
    else:
        body = f"<ErrorResponse><Error><Type>Receiver</Type>{error}</Error><RequestId>fault</RequestId></ErrorResponse>"
    return status, [*headers, ("Content-Type", "text/xml")], body.encode()
