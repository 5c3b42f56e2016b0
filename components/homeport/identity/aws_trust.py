"""Who may assume a workload's role: its service account in its cluster, nobody else.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass

from homeport.identity.aws_documents import Statement, document


@dataclass(frozen=True, slots=True)
class TrustScope:
    """One service account of one cluster; names that only AWS can say are marks (see `templates`).

    Attributes:
        account: twelve digits.
        cluster_arn: of the EKS cluster.
        namespace: of the service account.
        service_account: its name.
        provider_arn: the cluster's OIDC provider in IAM; for IRSA alone.
        issuer: the cluster's OIDC issuer without scheme; for IRSA alone.
    """

    account: str
    cluster_arn: str
    namespace: str
    service_account: str
    provider_arn: str = ""
    issuer: str = ""


def pod_identity_trust(scope: TrustScope) -> str:
    """The trust policy for EKS Pod Identity.

    Without conditions any cluster of the account could hand the role to any pod. The tags are those that the service
    sends with each session, so an association with disabled session tags could not use the role. aws:SourceArn is not
    used: AWS documents neither what it holds here nor that it is always sent, and a role that nobody can assume was the
    result elsewhere (https://github.com/awslabs/mountpoint-s3-csi-driver/issues/781).
    https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html
    """
    return document(
        [
            Statement(
                "AssumeByPodIdentity",
                ("sts:AssumeRole", "sts:TagSession"),
                conditions={
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-arn": [scope.cluster_arn],
                        "aws:RequestTag/kubernetes-namespace": [scope.namespace],
                        "aws:RequestTag/kubernetes-service-account": [scope.service_account],
                        "aws:SourceAccount": [scope.account],
                    }
                },
                principal={"Service": "pods.eks.amazonaws.com"},
            )
        ]
    )


def irsa_trust(scope: TrustScope) -> str:
    """The trust policy for IAM roles for service accounts.

    https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html
    """
    subject = f"system:serviceaccount:{scope.namespace}:{scope.service_account}"
    return document(
        [
            Statement(
                "AssumeByServiceAccount",
                ("sts:AssumeRoleWithWebIdentity",),
                conditions={
                    "StringEquals": {
                        f"{scope.issuer}:aud": ["sts.amazonaws.com"],
                        f"{scope.issuer}:sub": [subject],
                    }
                },
                principal={"Federated": scope.provider_arn},
            )
        ]
    )
