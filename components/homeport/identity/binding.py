"""Gives a Kubernetes service account what its workload may do, by Workload Identity or EKS Pod Identity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.cluster.base import Cluster
from homeport.identity import aws_documents, aws_trust, render_aws, render_gcp
from homeport.identity.aws import AwsWorkloadIdentity
from homeport.identity.aws_scope import AwsScope
from homeport.identity.gcp_principals import pool_member
from homeport.identity.per_cloud import problems
from homeport.identity.permissions import Permission, RoleAssumer
from homeport.identity.role_paths import WORKLOADS
from homeport.identity.subjects import AwsMethod, GcpWorkloadIdentity, identity_problems, subject_problems
from homeport.identity.templates import Blanks, in_json
from homeport.model import In
from homeport.naming import AUTONAME_SUFFIX_LENGTH, IAM_ROLE
from homeport.problems import Problem, SettingsError

#: Annotation by which GKE's metadata server hands out tokens of a Google service account.
#: https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity#kubernetes-sa-to-iam
GKE_ANNOTATION: Final = "iam.gke.io/gcp-service-account"

#: Annotation that IRSA looks for.
#: https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
IRSA_ANNOTATION: Final = "eks.amazonaws.com/role-arn"


def _member_class(kind: render_gcp.GrantKind) -> Callable[..., pulumi.CustomResource]:
    """The class of an additive grant. Looked up when it is needed: each loads its part of the SDK."""
    match kind:
        case "zone":
            return gcp.dns.DnsManagedZoneIamMember
        case "bucket":
            return gcp.storage.BucketIAMMember
        case "secret":
            return gcp.secretmanager.SecretIamMember
        case "key":
            return gcp.kms.CryptoKeyIAMMember
        case "repository":
            return gcp.artifactregistry.RepositoryIamMember
        case "project":
            return gcp.projects.IAMMember
        case "account":
            return gcp.serviceaccount.IAMMember


class WorkloadPermissions(pulumi.ComponentResource):
    """What one Kubernetes service account may do in the cloud, and nothing else.

    On Google Cloud additive grants to the service account itself, one for each thing, once the cluster and with it the
    identity pool exist. On AWS a role that this service account of this cluster alone may assume, with the rights
    inside it, and an EKS Pod Identity association.

    One component for each service account: two of them with a right in common would share it, and removing either would
    take it from the other.

    https://cloud.google.com/kubernetes-engine/docs/how-to/workload-identity
    https://docs.aws.amazon.com/eks/latest/userguide/pod-identities.html
    """

    ready: list[pulumi.Resource]
    """What the workload's pods wait for: EKS gives credentials to a pod only if they are there when it starts."""
    role_arn: pulumi.Output[str] | None
    """AWS: the role, for policies of resources in other accounts. None on Google Cloud and where nothing is asked."""
    principal: pulumi.Output[str] | None
    """Google Cloud: the member that holds the grants. None on AWS and where nothing is asked. With `RoleAssumer` it is
    the service account that is taken on."""
    service_account_annotations: pulumi.Output[dict[str, str]]
    """Annotations that the Kubernetes service account needs: one with IRSA, one with `RoleAssumer` on Google Cloud,
    none otherwise."""

    def __init__(
        self,
        name: str,
        *,
        cluster: Cluster,
        namespace: str,
        service_account: str,
        permissions: Sequence[Permission],
        method: AwsMethod = "pod-identity",
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Grant permissions to a service account.

        Args:
            name: logical name; on AWS also the beginning of the role's name.
            cluster: where the service account lives.
            namespace: of the service account, which need not exist yet.
            service_account: its name.
            permissions: what it may do; an empty list grants nothing and makes nothing.
            method: AWS alone. irsa where Pod Identity cannot serve: on Fargate, Windows nodes and hybrid nodes without
                its agent.
            opts: with providers for the cluster's cloud.

        Raises:
            SettingsError: what is wrong with the arguments, all at once.
        """
        super().__init__("homeport:identity:WorkloadPermissions", name, None, opts)
        self.ready = []
        self.role_arn = None
        self.principal = None
        self.service_account_annotations = pulumi.Output.from_input({})
        found = [
            *subject_problems(namespace, service_account),
            *(identity_problems(cluster, method, namespace, service_account) if permissions else ()),
            *(problem.below(("permissions",)) for problem in problems(permissions, cluster.cloud)),
        ]
        if found:
            raise SettingsError(found)
        self._name = name
        self._waits = [] if cluster.resource is None else [cluster.resource]
        if isinstance(cluster.identity, AwsWorkloadIdentity):
            self._on_aws(cluster.identity, namespace, service_account, permissions, method)
        elif isinstance(cluster.identity, GcpWorkloadIdentity):
            self._on_gcp(cluster.identity, namespace, service_account, permissions)
        self.register_outputs(
            {
                "role_arn": self.role_arn,
                "principal": self.principal,
                "service_account_annotations": self.service_account_annotations,
            }
        )

    def _on_gcp(
        self,
        identity: GcpWorkloadIdentity,
        namespace: str,
        service_account: str,
        permissions: Sequence[Permission],
    ) -> None:
        blanks = Blanks()
        scope = render_gcp.GcpScope(project=blanks.mark(identity.project, "GcpScope.project"))
        grants = render_gcp.grants(_plain(blanks, permissions), scope)
        if not grants:
            return
        self.principal = identity.principal(namespace, service_account)
        taken_on = next((one.role.gcp for one in permissions if isinstance(one, RoleAssumer)), None)
        member: pulumi.Output[str] = self.principal
        if taken_on is not None:
            member = pulumi.Output.from_input(identity.project).apply(
                lambda project: pool_member(project=project, namespace=namespace, service_account=service_account)
            )
            email = pulumi.Output.from_input(taken_on.email)
            self.principal = pulumi.Output.concat("serviceAccount:", email)
            self.service_account_annotations = email.apply(lambda known: {GKE_ANNOTATION: known})
        # The identity pool of a project exists from its first cluster on; a grant before that is refused.
        opts = pulumi.ResourceOptions(parent=self, depends_on=self._waits)
        for grant in grants:
            arguments: dict[str, Any] = {key: blanks.fill(value) for key, value in grant.target.items()}
            if grant.condition is not None:
                arguments["condition"] = {
                    "title": grant.condition.title,
                    "expression": blanks.fill(grant.condition.expression),
                }
            declare = _member_class(grant.kind)
            self.ready.append(
                declare(f"{self._name}-{grant.key}", **arguments, role=grant.role, member=member, opts=opts)
            )

    def _on_aws(
        self,
        identity: AwsWorkloadIdentity,
        namespace: str,
        service_account: str,
        permissions: Sequence[Permission],
        method: AwsMethod,
    ) -> None:
        blanks = Blanks()
        scope = AwsScope(
            account=blanks.mark(identity.account, "AwsScope.account"),
            region=identity.region,
            cluster=blanks.mark(identity.cluster_name, "AwsScope.cluster"),
        )
        documents = aws_documents.split(render_aws.statements(_plain(blanks, permissions), scope))
        if documents.inline is None and not documents.managed:
            return
        role_name = f"{self._name}-role"
        broken = IAM_ROLE.violation(role_name, reserved=AUTONAME_SUFFIX_LENGTH)
        if broken:
            raise SettingsError([Problem(("name",), broken, "shorten the name of the component", self._name)])
        role = aws.iam.Role(
            role_name,
            # By it other accounts know that a workload asks, for example for a zone of the global layer.
            path=WORKLOADS,
            description=f"Kubernetes service account {namespace}/{service_account}",
            assume_role_policy=blanks.fill(
                _trust(blanks, identity, namespace, service_account, method), escape=in_json
            ),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.role_arn = role.arn
        rights = [*self._inline(blanks, documents, role), *self._managed(blanks, documents, role)]
        if method == "irsa":
            self.service_account_annotations = role.arn.apply(lambda arn: {IRSA_ANNOTATION: arn})
            self.ready = rights
            return
        # Last, so that the first pod finds its rights, and first to go, so that no pod keeps a part of them.
        association = aws.eks.PodIdentityAssociation(
            f"{self._name}-association",
            cluster_name=identity.cluster_name,
            namespace=namespace,
            service_account=service_account,
            role_arn=role.arn,
            # The role's trust looks at the session's tags.
            disable_session_tags=False,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*rights, *self._waits]),
        )
        self.ready = [association]

    def _inline(self, blanks: Blanks, documents: aws_documents.Documents, role: aws.iam.Role) -> list[pulumi.Resource]:
        if documents.inline is None:
            return []
        return [
            aws.iam.RolePolicy(
                f"{self._name}-policy",
                role=role.name,
                policy=blanks.fill(documents.inline, escape=in_json),
                opts=pulumi.ResourceOptions(parent=self),
            )
        ]

    def _managed(self, blanks: Blanks, documents: aws_documents.Documents, role: aws.iam.Role) -> list[pulumi.Resource]:
        attachments: list[pulumi.Resource] = []
        for number, text in enumerate(documents.managed, start=1):
            policy = aws.iam.Policy(
                f"{self._name}-policy-{number}",
                policy=blanks.fill(text, escape=in_json),
                opts=pulumi.ResourceOptions(parent=self),
            )
            attachments.append(
                aws.iam.RolePolicyAttachment(
                    f"{self._name}-attachment-{number}",
                    role=role.name,
                    policy_arn=policy.arn,
                    opts=pulumi.ResourceOptions(parent=self),
                )
            )
        return attachments


def _plain(blanks: Blanks, permissions: Sequence[Permission]) -> list[Permission]:
    return [blanks.plain(permission) for permission in permissions]


def _trust(
    blanks: Blanks, identity: AwsWorkloadIdentity, namespace: str, service_account: str, method: AwsMethod
) -> str:
    scope = aws_trust.TrustScope(
        account=blanks.mark(identity.account, "AwsScope.account"),
        cluster_arn=blanks.mark(identity.cluster_arn, "TrustScope.cluster_arn"),
        namespace=namespace,
        service_account=service_account,
        provider_arn=_mark(blanks, identity.oidc_provider_arn, "TrustScope.provider_arn"),
        issuer=_mark(blanks, _without_scheme(identity.oidc_issuer), "TrustScope.issuer"),
    )
    return aws_trust.irsa_trust(scope) if method == "irsa" else aws_trust.pod_identity_trust(scope)


def _mark(blanks: Blanks, value: In[str] | None, field: str) -> str:
    return "" if value is None else blanks.mark(value, field)


def _without_scheme(url: In[str] | None) -> In[str] | None:
    """The issuer as condition keys spell it."""
    if isinstance(url, pulumi.Output):
        return url.apply(lambda known: known.removeprefix("https://"))
    return url.removeprefix("https://") if url is not None else None
