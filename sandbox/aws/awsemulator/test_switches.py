"""What a test may switch: limits, delays and outcomes. Plain data, so that it travels in snapshots. Never acts."""

from dataclasses import dataclass, field, fields
from typing import Any

CREATE_OUTCOMES = ("ACTIVE", "CREATE_FAILED", "DEGRADED", "NEVER")
UPDATE_OUTCOMES = ("ACTIVE", "UPDATE_FAILED", "DEGRADED")


@dataclass
class Settings:
    minimumCreatingSeconds: float = 1.0
    minimumUpdatingSeconds: float = 0.5
    minimumDeletingSeconds: float = 0.2
    operationTimeoutSeconds: float = 300.0
    createTimeoutStatus: str = "CREATE_FAILED"
    updateTimeoutStatus: str = "DEGRADED"
    applyRetrySeconds: float = 5.0
    reapplyEverySeconds: float = 0.0  # while an operation is under way; 0: EKS applies once
    preserveOnCreate: str = "refuse"  # or "none": treat it like NONE, as current documentation says
    iamConsistencySeconds: float = 0.0
    trustPolicyLimit: int = 2048
    policiesPerRole: int = 10
    deniedActions: list[str] = field(default_factory=list)  # what SimulatePrincipalPolicy denies
    # Statements of "operations" as "s3:HeadBucket" and "resources" as patterns of ARNs: everything else is refused; empty: nothing is.
    allowed: list[dict[str, list[str]]] = field(default_factory=list)

    def change(self, changes: dict[str, Any]) -> None:
        known = {f.name for f in fields(self)}
        unknown = sorted(set(changes) - known)
        if unknown:
            raise ValueError(f"unknown settings {unknown}; known are {sorted(known)}")
        for name, value in changes.items():
            setattr(self, name, value)


@dataclass
class AddonScript:
    createOutcome: str = "ACTIVE"
    updateOutcome: str = "ACTIVE"
    issues: list[dict[str, Any]] = field(default_factory=list)
    minimumCreatingSeconds: float | None = None

    def __post_init__(self) -> None:
        if self.createOutcome not in CREATE_OUTCOMES:
            raise ValueError(f"createOutcome {self.createOutcome!r} is not one of {CREATE_OUTCOMES}")
        if self.updateOutcome not in UPDATE_OUTCOMES:
            raise ValueError(f"updateOutcome {self.updateOutcome!r} is not one of {UPDATE_OUTCOMES}")
