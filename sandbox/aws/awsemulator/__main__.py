"""Starts the emulator from a JSON configuration file. It serves on 127.0.0.1 only and dies with its parent."""

import json
import logging
import os
import sys
import threading
import time
from pathlib import Path

from .context import Configuration, Emulator
from .lifeline import die_with

WARM = ("eks", "iam", "sts", "s3", "ec2", "acm", "elbv2", "sagemaker")


def main() -> None:
    started = time.monotonic()
    configuration = Configuration(**json.loads(Path(sys.argv[1]).read_text()))
    die_with(configuration.parentPid)
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(levelname)s %(message)s")
    logging.getLogger("addons").setLevel(logging.INFO)
    _prepare_moto(configuration)
    # moto reads its settings when it is imported, so everything that imports it comes after.
    from .startup import build, warm

    emulator = Emulator(configuration)
    entry, webhook = build(emulator)
    warm(emulator, WARM)
    threading.Thread(target=webhook.serve_forever, name="token-webhook", daemon=True).start()

    from werkzeug.serving import WSGIRequestHandler, make_server

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    WSGIRequestHandler.protocol_version = "HTTP/1.1"
    server = make_server("127.0.0.1", configuration.port, entry, threaded=True)
    server.daemon_threads = True
    print(f"ready after {time.monotonic() - started:.2f} s", flush=True)
    server.serve_forever()


def _prepare_moto(configuration: Configuration) -> None:
    images = Path(configuration.directory) / "machine-images.json"
    images.parent.mkdir(parents=True, exist_ok=True)
    images.write_text("[]")  # moto's own list costs a second at start, and nothing here boots an instance
    os.environ.update(
        MOTO_IAM_LOAD_MANAGED_POLICIES="true",
        MOTO_AMIS_PATH=str(images),
        MOTO_ACCOUNT_ID=configuration.accountId,
        MOTO_S3_CUSTOM_ENDPOINTS="",
        AWS_DEFAULT_REGION=configuration.region,
    )
    import moto.utilities.utils as utilities

    # The same for the lists of instance types: a second and 60 MB, and nothing here asks for them.
    load = utilities.load_resource
    utilities.load_resource = lambda resource: {} if "instance_type" in resource else load(resource)


if __name__ == "__main__":
    main()
