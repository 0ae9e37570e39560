"""Makes moto's clusters ours: EKS reports the sandbox's API server, SageMaker keeps its orchestrator. Adds no calls."""

import base64
from pathlib import Path
from typing import Any

import moto.eks.models as eks
import moto.sagemaker.models as sagemaker
import moto.sagemaker.responses as sagemaker_responses
from moto.core.responses import ActionResult
from moto.ec2.models import ec2_backends

from .context import Configuration
from .eks_errors import not_found

PLATFORM_VERSION = "eks.12"
SAGEMAKER_EXTRAS = (
    "Orchestrator", "NodeRecovery", "NodeProvisioningMode", "ClusterRole", "AutoScaling", "TieredStorageConfig",
)  # fmt: skip


def install(configuration: Configuration) -> None:
    _eks_clusters(configuration)
    _eks_tags()
    _sagemaker_clusters()


def adopt(cluster: Any, configuration: Configuration) -> None:
    """Points a cluster at this sandbox's API server, a neighbour at none; also done to the clusters of a restored snapshot."""
    if cluster.is_neighbour:
        region = cluster.arn.split(":")[3]
        authority = f"the certificate authority of {cluster.arn}".encode()
        cluster.endpoint = f"https://{cluster.name}.{region}.eks.invalid"
        cluster.certificate_authority = {"data": base64.b64encode(authority).decode()}
        cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{region}.amazonaws.com/id/{cluster.name}"}}
        return
    kubernetes = configuration.kubernetes
    authority = Path(kubernetes["caFile"]).read_bytes() if kubernetes else b"no certificate authority"
    cluster.endpoint = configuration.clusterEndpoint
    cluster.certificate_authority = {"data": base64.b64encode(authority).decode()}
    cluster.identity = {"oidc": {"issuer": configuration.oidcIssuer}}


def _eks_clusters(configuration: Configuration) -> None:
    original = eks.Cluster.__init__

    def created(self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        self.version = kwargs.get("version") or configuration.kubernetesVersion
        self.platformVersion = PLATFORM_VERSION
        self.health = {"issues": []}
        self.access_config = {"authenticationMode": "API_AND_CONFIG_MAP"}
        self.addons: dict[str, Any] = {}
        self.pod_identities: dict[str, Any] = {}
        self.access_entries: dict[str, Any] = {}
        account, region = kwargs["account_id"], kwargs["region_name"]
        self.resources_vpc_config = _network(self, account, region)
        # There is one API server here: the first cluster of the sandbox's Region has it.
        self.is_neighbour = region != configuration.region or bool(eks.eks_backends[account][region].clusters)
        adopt(self, configuration)

    eks.Cluster.__init__ = created


# EKS finds the VPC by the subnets and makes the cluster's security group.
def _network(cluster: Any, account: str, region: str) -> dict[str, Any]:
    config = {"endpointPublicAccess": True, "endpointPrivateAccess": False, "publicAccessCidrs": ["0.0.0.0/0"]}
    config |= cluster.resources_vpc_config or {}
    ec2 = ec2_backends[account][region]
    subnets = [s for s in ec2.describe_subnets() if s.id in (config.get("subnetIds") or [])]
    if subnets and not config.get("vpcId"):
        config["vpcId"] = subnets[0].vpc_id
        group = ec2.create_security_group(
            f"eks-cluster-sg-{cluster.name}",
            "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes.",
            vpc_id=subnets[0].vpc_id,
            tags={f"kubernetes.io/cluster/{cluster.name}": "owned", "aws:eks:cluster-name": cluster.name},
        )
        config["clusterSecurityGroupId"] = group.id
    return config


def _eks_tags() -> None:
    """Tags of add-ons, pod identity associations and access entries too; moto knows only those of clusters."""

    def tags_of(backend: Any, arn: str) -> dict[str, str]:
        for cluster in backend.clusters.values():
            owners: dict[str, Any] = {cluster.arn: cluster.tags}
            owners |= {a.addonArn: a.tags for a in cluster.addons.values()}
            owners |= {p["associationArn"]: p["tags"] for p in cluster.pod_identities.values()}
            owners |= {e["accessEntryArn"]: e["tags"] for e in cluster.access_entries.values()}
            if arn in owners:
                found: dict[str, str] = owners[arn]
                return found
        raise not_found(f"No resource found for ARN: {arn}")

    def untag(self: Any, arn: str, keys: Any) -> None:
        tags = tags_of(self, arn)
        for key in keys if isinstance(keys, list) else [keys]:
            tags.pop(key, None)

    eks.EKSBackend.tag_resource = lambda self, arn, tags: tags_of(self, arn).update(tags)
    eks.EKSBackend.untag_resource = untag
    eks.EKSBackend.list_tags_for_resource = tags_of

    import moto.eks.responses as responses

    def untag_resource(self: Any) -> ActionResult:  # moto looks at the first of several keys only
        self.eks_backend.untag_resource(self._extract_arn_from_path(), self.querystring.get("tagKeys", []))
        return responses.EmptyResult()

    responses.EKSResponse.untag_resource = untag_resource


def _sagemaker_clusters() -> None:
    create = sagemaker.SageMakerModelBackend.create_cluster
    respond = sagemaker_responses.SageMakerResponse.create_cluster
    describe = sagemaker.Cluster.describe

    def create_cluster(self: Any, cluster_name: str, instance_groups: Any, vpc_config: Any, tags: Any) -> str:
        for group in instance_groups or []:
            group.setdefault("ThreadsPerCore", 1)  # moto requires what the API does not
        return str(create(self, cluster_name, instance_groups or [], vpc_config or {}, tags))

    def respond_create_cluster(self: Any) -> ActionResult:
        result = respond(self)
        cluster = self.sagemaker_backend.clusters[self._get_param("ClusterName")]
        cluster.extras = {k: v for k in SAGEMAKER_EXTRAS if (v := self._get_param(k)) is not None}
        return result

    sagemaker.SageMakerModelBackend.create_cluster = create_cluster
    sagemaker_responses.SageMakerResponse.create_cluster = respond_create_cluster
    sagemaker.Cluster.describe = lambda self: describe(self) | self.extras
