"""The one emulator of this process: its configuration, clock, lock, settings and scripts. Never talks to anybody."""

import threading
from dataclasses import dataclass, field
from typing import Any

from .clock import Clock
from .pause_gate import Gate
from .test_switches import AddonScript, Settings


@dataclass(frozen=True)
class Configuration:
    directory: str
    port: int
    tokenWebhookPort: int
    region: str
    accountId: str
    kubernetes: dict[str, str] | None  # server, caFile, clientCertFile, clientKeyFile
    kubernetesVersion: str  # of a cluster for which none is asked
    clusterEndpoint: str
    oidcIssuer: str
    helmBinary: str
    catalogueFile: str
    renderCache: str
    parentPid: int


@dataclass
class Emulator:
    configuration: Configuration
    clock: Clock = field(default_factory=Clock)
    gate: Gate = field(default_factory=Gate)
    # moto is not written for concurrent requests; every look at its state happens inside this lock.
    lock: threading.RLock = field(default_factory=threading.RLock)
    settings: Settings = field(default_factory=Settings)
    scripts: dict[str, AddonScript] = field(default_factory=dict)
    principals: dict[str, dict[str, Any]] = field(default_factory=dict)
    role_births: dict[str, float] = field(default_factory=dict)
    # Raised by every restore, so that work begun before it ends without touching the restored state.
    generation: int = 0
