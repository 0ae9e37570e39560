"""The WSGI door: every AWS request is named, logged, held or broken by a fault, and answered by moto under one lock."""

import io
import socket
from collections.abc import Callable, Iterable
from typing import Any

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.http import HTTP_STATUS_CODES
from werkzeug.test import run_wsgi_app

from . import fault_answers, seeded_identifiers
from .request_log import CallLog
from .context import Emulator
from .faults import Faults
from .name_request import Call, identify
from .principals import arn_of_key, is_whole
from .reached_resources import Reached, is_allowed, reached_by

Answer = tuple[int, list[tuple[str, str]], bytes]


class Entry:
    def __init__(self, emulator: Emulator, log: CallLog, faults: Faults, control: Callable[..., Iterable[bytes]]):
        self._emulator, self._log, self._faults, self._control = emulator, log, faults, control
        self._moto = DomainDispatcherApplication(create_backend_app)

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        body = _read_body(environ)
        if environ["PATH_INFO"].startswith("/_sandbox/"):
            return self._control(environ, start_response, body)
        call = identify(environ, body)
        line = self._log.begin(call, arn_of_key(self._emulator, call.access_key))
        rule = self._faults.find(call)
        if rule and rule.action in ("hang", "delay"):
            self._faults.hold(rule)
        if not is_whole(self._emulator, call.access_key, call.session_token):
            answer = fault_answers.without_token(call.service)
        elif denied := self._denied(environ, call, body):
            answer = fault_answers.denied(call.service, denied)
        elif rule and rule.action == "throttle":
            answer = fault_answers.throttled(call.service)
        elif rule and rule.action == "5xx":
            answer = fault_answers.broken(call.service)
        elif rule and rule.action == "hang":
            answer = None
        else:
            answer = self._answer(environ, call, body)
        if answer is None or (rule and rule.action == "dropAfter"):
            self._log.end(line, 0)
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
            raise ConnectionAbortedError("the answer is dropped by a fault rule")
        status, headers, payload = answer
        self._log.end(line, status)
        start_response(f"{status} {HTTP_STATUS_CODES.get(status, 'Unknown')}", headers)
        return [payload]

    def _denied(self, environ: dict[str, Any], call: Call, body: bytes) -> Reached | None:
        allowed = self._emulator.settings.allowed
        if not allowed:
            return None
        reached = reached_by(self._emulator.configuration, call, environ, body)
        return next((one for one in reached if not is_allowed(allowed, one)), None)

    def _answer(self, environ: dict[str, Any], call: Call, body: bytes) -> Answer:
        with self._emulator.gate.passing(), self._emulator.lock:
            url = environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")
            seeded_identifiers.seed(call.service, call.operation, url, body)
            chunks, status, headers = run_wsgi_app(self._moto, environ, buffered=True)
            # moto's own failures are HTML, which SDKs report as a parse error; the traceback is in the emulator's log.
            if "html" in headers.get("Content-Type", "") and status.startswith("500"):
                return fault_answers.emulator_failed(call.service, call.operation)
            return int(status.split(" ", 1)[0]), list(headers), b"".join(chunks)


def _read_body(environ: dict[str, Any]) -> bytes:
    stream = environ["wsgi.input"]
    if environ.get("wsgi.input_terminated"):  # chunked transfer: read to the end, then pretend a length
        body = stream.read()
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        environ.pop("wsgi.input_terminated")
    else:
        body = stream.read(int(environ.get("CONTENT_LENGTH") or 0))
    environ["CONTENT_LENGTH"] = str(len(body))
    environ["wsgi.input"] = io.BytesIO(body)
    return body
