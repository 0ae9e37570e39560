"""Puts the emulator together: patches moto, adds our calls, makes the doors. Serves nothing yet."""

from http.server import ThreadingHTTPServer

import moto.backends
from moto.moto_api._internal import mock_random

from . import access_entries, addon_operations, clusters, ec2_rules, iam_rules, pod_identity, s3_rules, token_webhook
from .addon_work import Workshop
from .request_log import CallLog
from .catalogue import Catalogue
from .context import Emulator
from .control import Control
from .wsgi_entry import Entry
from .faults import Faults


def build(emulator: Emulator) -> tuple[Entry, ThreadingHTTPServer]:
    configuration = emulator.configuration
    workshop = Workshop(emulator, Catalogue(configuration.catalogueFile))
    clusters.install(configuration)
    iam_rules.install(emulator)
    ec2_rules.install(emulator)
    s3_rules.install()
    addon_operations.install(workshop)
    pod_identity.install(emulator)
    access_entries.install(emulator)
    log, faults = CallLog(configuration.directory), Faults()
    entry = Entry(emulator, log, faults, Control(emulator, log, faults, workshop))
    return entry, token_webhook.serve(emulator, configuration.tokenWebhookPort)


def warm(emulator: Emulator, services: tuple[str, ...]) -> None:
    """Loads the services now and always in this order, so that what they create at birth has the same identifiers."""
    configuration = emulator.configuration
    for service in services:
        regions = moto.backends.get_backend(service)[configuration.accountId]
        mock_random.seed(service)
        regions["aws" if "aws" in regions else configuration.region]
