"""The whole AWS state to a file and back, identifiers and all; any emulator process can read it. Never touches Kubernetes."""

import io
import os
import pickle
from pathlib import Path
from typing import Any

import moto.backends
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from moto.core.base_backend import AccountSpecificBackend, BackendDict
from moto.eks.models import eks_backends
from moto.moto_api._internal import mock_random
from moto.s3.models import s3_backends

from . import seeded_identifiers
from .clusters import adopt
from .context import Emulator

PICKLED = ("settings", "scripts", "principals", "role_births")


class StatePickler(pickle.Pickler):
    """Containers that moto keeps for good are named, not copied; keys and certificates become PEM."""

    def persistent_id(self, obj: Any) -> Any:
        if isinstance(obj, BackendDict):
            return ("service", obj.service_name)
        if isinstance(obj, AccountSpecificBackend):
            return ("account", obj.service_name, obj.account_id)
        return None

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
            pem = obj.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            return load_private_key, (pem,)
        if isinstance(obj, x509.Certificate):
            return load_certificate, (obj.public_bytes(serialization.Encoding.PEM),)
        return NotImplemented


def load_private_key(pem: bytes) -> Any:
    return serialization.load_pem_private_key(pem, None)


def load_certificate(pem: bytes) -> Any:
    return x509.load_pem_x509_certificate(pem)


class StateUnpickler(pickle.Unpickler):
    def persistent_load(self, pid: Any) -> Any:
        backends = moto.backends.get_backend(pid[1])
        return backends if pid[0] == "service" else backends[pid[2]]


def file_of(emulator: Emulator, name: str) -> Path:
    """A name belongs to this emulator; a path is a folder that the snapshot shares with others."""
    if "/" in name:
        return Path(name) / "aws.pickle"
    return Path(emulator.configuration.directory) / "snapshots" / f"{name}.pickle"


def save(emulator: Emulator, name: str) -> None:
    buffer = io.BytesIO()
    with emulator.lock:
        backends = {
            (service.service_name, account, region): backend
            for service in BackendDict._instances
            for account, region, backend in service.iter_backends()
        }
        state = {k: getattr(emulator, k) for k in PICKLED}
        state |= {"offset": emulator.clock.offset, "time": emulator.clock.now(), "seen": seeded_identifiers.seen, "random": mock_random.getstate()}
        # Bucket names are global, so moto keeps their owners beside the backends.
        owners = s3_backends.bucket_accounts
        StatePickler(buffer, protocol=5).dump({"backends": backends, "buckets": owners, "emulator": state})
    file = file_of(emulator, name)
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(f".{os.getpid()}")
    partial.write_bytes(buffer.getvalue())
    partial.replace(file)


def restore(emulator: Emulator, name: str) -> list[tuple[Any, Any]]:
    """Returns the add-ons whose operation was under way, each with its cluster, for their work to be started again."""
    file = file_of(emulator, name)
    if not file.exists():
        raise FileNotFoundError(f"no snapshot {name}: {file} does not exist")
    emulator.generation += 1  # from here on no earlier work writes anywhere
    with emulator.lock:
        loaded = StateUnpickler(io.BytesIO(file.read_bytes())).load()
        for service in list(BackendDict._instances):
            for regions in service.values():
                regions.clear()
        for (service_name, account, region), backend in loaded["backends"].items():
            dict.__setitem__(moto.backends.get_backend(service_name)[account], region, backend)
        s3_backends.bucket_accounts = loaded["buckets"]
        _restore_emulator(emulator, loaded["emulator"])
        configuration = emulator.configuration
        clusters = eks_backends[configuration.accountId][configuration.region].clusters.values()
        for cluster in clusters:
            adopt(cluster, configuration)
        under_way = [(c, addon) for c in clusters for addon in c.addons.values() if addon.operation]
        for _, addon in under_way:  # the time between saving and restoring did not pass for it
            addon.operation.started += emulator.clock.now() - loaded["emulator"]["time"]
        return under_way


def _restore_emulator(emulator: Emulator, state: dict[str, Any]) -> None:
    for key in PICKLED:
        setattr(emulator, key, state[key])
    emulator.clock.advance(state["offset"] - emulator.clock.offset)
    seeded_identifiers.seen.clear()
    seeded_identifiers.seen.update(state["seen"])
    mock_random.setstate(state["random"])
