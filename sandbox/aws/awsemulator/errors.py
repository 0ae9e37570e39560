"""AWS error answers in the wire format of each service, for faults. Product errors of services are raised in moto."""

import json
from typing import Any

JSON_SERVICES = {"eks": "rest-json", "sagemaker": "json", "acm": "json", "kms": "json", "ssm": "json"}


def throttled(service: str) -> tuple[int, list[tuple[str, str]], bytes]:
    if service == "s3":
        return _answer(service, 503, "SlowDown", "Please reduce your request rate.")
    if service == "ec2":
        return _answer(service, 503, "RequestLimitExceeded", "Request limit exceeded.")
    return _answer(service, 429 if service in JSON_SERVICES else 400, *_throttling_name(service), "Rate exceeded")


def broken(service: str, message: str = "Internal server error.") -> tuple[int, list[tuple[str, str]], bytes]:
    if service == "eks":
        return _answer(service, 500, "ServerException", message)
    return _answer(service, 500, "InternalError" if service in ("s3", "ec2") else "InternalFailure", message)


def denied(service: str, operation: str) -> tuple[int, list[tuple[str, str]], bytes]:
    code = {"ec2": "UnauthorizedOperation", "s3": "AccessDenied", "iam": "AccessDenied"}.get(service, "AccessDeniedException")
    return _answer(service, 403, code, f"User is not authorized to perform: {service}:{operation}")


def _throttling_name(service: str) -> tuple[str]:
    return ("ThrottlingException",) if service in JSON_SERVICES else ("Throttling",)


def _answer(service: str, status: int, code: str, message: str) -> tuple[int, list[tuple[str, str]], bytes]:
    headers: list[tuple[str, str]] = [("x-amzn-ErrorType", code), ("x-amzn-RequestId", "fault")]
    if service in JSON_SERVICES:
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
