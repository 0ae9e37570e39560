"""Where moto's IAM and STS are more lenient than AWS and a product test could lean on it: refused here as AWS refuses."""

import json
import re
from typing import Any

import moto.iam.models as iam
import moto.iam.responses as responses
import moto.sts.models as sts
from moto.core.responses import ActionResult
from moto.iam.exceptions import LimitExceededException, MalformedPolicyDocument, NotFoundException, ValidationError

from .context import Emulator
from .principals import default_arn

ROLE_NAME = re.compile(r"^[\w+=,.@-]+$")
ROLE_NAME_LENGTH = 64
# Loading all of AWS's 1,485 managed policies costs a tenth of a second and 10 MB; these families are enough.
POLICY_FAMILIES = ("AmazonSageMaker", "AmazonFSx", "AmazonS3", "AmazonEKS", "AmazonEC2ContainerRegistry", "AmazonSSM",
                   "AWSCertificateManager", "AmazonRoute53", "ElasticLoadBalancing", "AmazonPrometheus", "CloudWatch",
                   "AdministratorAccess", "ReadOnlyAccess", "PowerUserAccess", "AmazonEBSCSI")  # fmt: skip


def install(emulator: Emulator) -> None:
    iam.aws_managed_policies_data = _managed_policies()
    _roles(emulator)
    _consistency(emulator)
    _simulation(emulator)
    _caller_identity()


def _managed_policies() -> str:
    policies = json.loads(iam.aws_managed_policies_data)
    return json.dumps({name: p for name, p in policies.items() if name.startswith(POLICY_FAMILIES)})


def _roles(emulator: Emulator) -> None:
    create, update = iam.IAMBackend.create_role, iam.IAMBackend.update_assume_role_policy
    put, attach = iam.IAMBackend.put_role_policy, iam.IAMBackend.attach_role_policy

    def create_role(self: Any, role_name: str, assume_role_policy_document: str, *args: Any, **kwargs: Any) -> Any:
        _check_role_name(role_name)
        _check_trust(emulator, assume_role_policy_document)
        if any(role.name.lower() == role_name.lower() for role in self.get_roles()):
            raise iam.EntityAlreadyExists(f"Role with name {role_name} already exists.")
        role = create(self, role_name, assume_role_policy_document, *args, **kwargs)
        emulator.role_births[role.id] = emulator.clock.now()
        return role

    def update_assume_role_policy(self: Any, role_name: str, policy_document: str) -> None:
        self.get_role(role_name)
        _check_trust(emulator, policy_document)
        update(self, role_name, policy_document)

    def put_role_policy(self: Any, role_name: str, policy_name: str, policy_json: str) -> None:
        others = {k: v for k, v in self.get_role(role_name).policies.items() if k != policy_name}
        if sum(map(_size, [*others.values(), policy_json])) > 10240:
            raise LimitExceededException(f"Maximum policy size of 10240 bytes exceeded for role {role_name}")
        put(self, role_name, policy_name, policy_json)

    def attach_role_policy(self: Any, policy_arn: str, role_name: str) -> None:
        attached = self.get_role(role_name).managed_policies
        limit = emulator.settings.policiesPerRole
        if policy_arn not in attached and len(attached) >= limit:
            raise LimitExceededException(f"Cannot exceed quota for PoliciesPerRole: {limit}")
        attach(self, policy_arn, role_name)

    iam.IAMBackend.create_role = create_role
    iam.IAMBackend.update_assume_role_policy = update_assume_role_policy
    iam.IAMBackend.put_role_policy = put_role_policy
    iam.IAMBackend.attach_role_policy = attach_role_policy


def _check_role_name(name: str) -> None:
    start = f"1 validation error detected: Value '{name}' at 'roleName' failed to satisfy constraint: "
    if len(name) > ROLE_NAME_LENGTH:
        raise ValidationError(f"{start}Member must have length less than or equal to {ROLE_NAME_LENGTH}")
    if not ROLE_NAME.match(name):
        raise ValidationError(f"{start}Member must satisfy regular expression pattern: [\\w+=,.@-]+")


def _check_trust(emulator: Emulator, document: str) -> None:
    try:
        parsed = json.loads(document)
    except ValueError as error:
        raise MalformedPolicyDocument("This policy contains invalid Json") from error
    if not isinstance(parsed, dict) or not parsed.get("Statement"):
        raise MalformedPolicyDocument("Syntax errors in policy.")
    limit = emulator.settings.trustPolicyLimit
    if _size(document) > limit:
        raise LimitExceededException(f"Cannot exceed quota for ACLSizePerRole: {limit}")


# IAM counts everything but white space.
def _size(document: str) -> int:
    return len(re.sub(r"\s", "", document))


def _consistency(emulator: Emulator) -> None:
    """When switched on, reading a role fails for a while after its creation; using it does not."""
    get_role = responses.IamResponse.get_role

    def get_role_later(self: Any) -> Any:
        name = self._get_param("RoleName")
        role = self.backend.get_role(name)
        age = emulator.clock.now() - emulator.role_births.get(role.id, 0.0)
        if age < emulator.settings.iamConsistencySeconds:
            raise NotFoundException(f"The role with name {name} cannot be found.")
        return get_role(self)

    responses.IamResponse.get_role = get_role_later


def _simulation(emulator: Emulator) -> None:
    """SimulatePrincipalPolicy, which moto lacks: everything is allowed but `deniedActions`, whatever the policies say."""

    def simulate_principal_policy(self: Any) -> ActionResult:
        actions = self._get_param("ActionNames", [])
        resources = self._get_param("ResourceArns", []) or ["*"]
        denied = set(emulator.settings.deniedActions)
        several = len(resources) > 1

        def result(action: str) -> dict[str, Any]:
            decision = "implicitDeny" if action in denied else "allowed"
            each = [
                {"EvalResourceName": resource, "EvalResourceDecision": decision, "MatchedStatements": []}
                for resource in resources
            ]
            return {
                "EvalActionName": action,
                "EvalResourceName": "*" if several else resources[0],
                "EvalDecision": decision,
                "MatchedStatements": [],
                "MissingContextValues": [],
                **({"ResourceSpecificResults": each} if several else {}),
            }

        return ActionResult({"IsTruncated": False, "EvaluationResults": [result(action) for action in actions]})

    responses.IamResponse.simulate_principal_policy = simulate_principal_policy


def _caller_identity() -> None:
    original = sts.STSBackend.get_caller_identity

    def get_caller_identity(self: Any, access_key: str, region: str) -> tuple[str, str, str]:
        user, arn, account = original(self, access_key, region)
        return user, default_arn(account) if arn.endswith(":user/moto") else arn, account

    sts.STSBackend.get_caller_identity = get_caller_identity
