"""EKS exceptions with every member that the service model knows, so that SDKs read name and message."""

from moto.eks.exceptions import (
    InvalidParameterException,
    InvalidRequestException,
    ResourceInUseException,
    ResourceNotFoundException,
)


def invalid_parameter(message: str, cluster: str | None = None, addon: str | None = None) -> Exception:
    return InvalidParameterException(clusterName=cluster, addonName=addon, message=message)


def invalid_request(message: str, cluster: str | None = None, addon: str | None = None) -> Exception:
    return InvalidRequestException(clusterName=cluster, addonName=addon, message=message)


def in_use(message: str, cluster: str | None = None, addon: str | None = None) -> Exception:
    return ResourceInUseException(clusterName=cluster, nodegroupName=None, addonName=addon, message=message)


def not_found(message: str, cluster: str | None = None, addon: str | None = None) -> Exception:
    return ResourceNotFoundException(
        clusterName=cluster, nodegroupName=None, fargateProfileName=None, addonName=addon, message=message
    )
