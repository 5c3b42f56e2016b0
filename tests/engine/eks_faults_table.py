"""What goes wrong on AWS while an EKS stack comes up, changes and goes: type, operation, answer, resource."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tests.engine.breaking import Answer, Broken, Rows, broken
from tests.engine.simcloud.cloud import Operation

THROTTLED: Final = Answer("api error ThrottlingException: Rate exceeded", "throttled")
REQUESTS: Final = Answer("api error RequestLimitExceeded: Request limit exceeded.", "throttled")
DENIED: Final = Answer(
    "api error UnauthorizedOperation: You are not authorized to perform this operation.", "forbidden"
)
IAM_DENIED: Final = Answer(
    "api error AccessDenied: User is not authorized to perform: iam:CreateRole because no identity-based policy allows "
    "the iam:CreateRole action",
    "forbidden",
)
EXPIRED: Final = Answer("api error ExpiredToken: The security token included in the request is expired", "forbidden")
BROKEN: Final = Answer("StatusCode: 500, api error ServerException: An internal error occurred", "internal")
UNAVAILABLE: Final = Answer("StatusCode: 503, api error ServiceUnavailableException: try again", "internal")
NO_ANSWER: Final = Answer("dial tcp 198.51.100.7:443: i/o timeout", "unreachable")
TIMED_OUT: Final = Answer(
    "timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', timeout: 30m0s)", "timeout"
)
#: It took longer than the provider waited, and is done.
LATE: Final = Answer(
    "timeout while waiting for state to become 'ACTIVE' (last state: 'CREATING', timeout: 60m0s)", "timeout", made=True
)
LATE_CHANGE: Final = Answer(
    "timeout while waiting for state to become 'Successful' (last state: 'InProgress', timeout: 120m0s)",
    "timeout",
    made=True,
)
LATE_DELETION: Final = Answer(
    "timeout while waiting for state to become '' (last state: 'DELETING', timeout: 60m0s)", "timeout", made=True
)
#: Made, and the answer was lost.
CUT_OFF: Final = Answer("StatusCode: 500, api error InternalError: An error has occurred", "internal", made=True)
VPCS: Final = Answer("api error VpcLimitExceeded: The maximum number of VPCs has been reached.", "quota")
ADDRESSES: Final = Answer("api error AddressLimitExceeded: The maximum number of addresses has been reached.", "quota")
ROLES: Final = Answer("api error LimitExceeded: Cannot exceed quota for RolesPerAccount: 1000", "quota")
NO_ZONE: Final = Answer(
    "api error UnsupportedAvailabilityZoneException: Cannot create cluster because the targeted availability zone does "
    "not currently have sufficient capacity",
    "quota",
)
NO_MACHINES: Final = Answer(
    "unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: InsufficientInstanceCapacity: Could not "
    "launch Spot Instances",
    "quota",
    made=True,
)
UNHEALTHY: Final = Answer(
    "unexpected state 'CREATE_FAILED', wanted target 'ACTIVE'. last error: NodeCreationFailure: Instances failed to "
    "join the kubernetes cluster",
    "not_ready",
    made=True,
)
DEGRADED: Final = Answer(
    "unexpected state 'DEGRADED', wanted target 'ACTIVE'. last error: InsufficientNumberOfReplicas: The add-on is "
    "unhealthy because it doesn't have the desired number of replicas.",
    "not_ready",
    made=True,
)
EVICTION: Final = Answer(
    "unexpected state 'Failed', wanted target 'Successful'. last error: PodEvictionFailure: Reached max retries while "
    "trying to evict pods from nodes in node group",
    "not_ready",
)
BUSY: Final = Answer(
    "api error ResourceInUseException: Cannot CreateAddon as cluster stage is currently being updated", "busy"
)
UPGRADING: Final = Answer("api error ResourceInUseException: Cluster currently has update in progress", "busy")
CONCURRENT: Final = Answer("api error ConcurrentModification: Please wait and try again", "busy")
EXISTS: Final = Answer("api error EntityAlreadyExists: It already exists.", "conflict")
NAME_TAKEN: Final = Answer("api error AlreadyExistsException: An alias with the name already exists", "conflict")
POLICY: Final = Answer(
    "api error MalformedPolicyDocumentException: The new key policy will not allow you to update the key policy",
    "other",
)
DEPENDENT: Final = Answer("api error DependencyViolation: It has dependencies and cannot be deleted.", "in_use")
MAPPED: Final = Answer(
    "api error DependencyViolation: Network has some mapped public address(es). Please unmap those first.", "in_use"
)
NODE_GROUPS: Final = Answer("api error ResourceInUseException: Cluster has nodegroups attached", "in_use")
ATTACHED: Final = Answer("api error DeleteConflict: Cannot delete entity, must detach all policies first.", "in_use")


def together(operation: Operation, rows: Rows) -> list[Broken]:
    """Faults that take a moment, in which the rest of the graph goes on and meets its own: fewer runs for all."""
    return [replace(one, fault=replace(one.fault, wait=2)) for one in broken(operation, rows)]


UP: Final[list[Broken]] = together(
    "create",
    {
        ("ec2/vpc:", "network-vpc"): (VPCS, LATE),
        ("ec2/eip:", "network-nat-address-a"): (ADDRESSES,),
        ("iam/role:", "cluster-control-plane"): (IAM_DENIED,),
        ("iam/role:", "cluster-nodes"): (EXISTS,),
        ("iam/role:", "network-flow-logs-role"): (ROLES,),
        ("kms/key:", "cluster-secrets-key"): (POLICY, CUT_OFF),
        ("kms/alias:", "cluster-secrets-key-alias"): (NAME_TAKEN,),
        ("cloudwatch/logGroup:", "cluster-logs"): (THROTTLED,),
        ("cloudwatch/logGroup:", "network-flow-logs-group"): (CUT_OFF,),
        ("secretsmanager/secret:", "support-sealed-secrets-store-1"): (THROTTLED,),
        ("secretsmanager/secret:", "support-sealed-secrets-store-2"): (CUT_OFF,),
        ("ec2/launchTemplate:", "system-pool-template"): (DENIED,),
        ("ec2/internetGateway:", "network-internet-gateway"): (REQUESTS,),
        ("ec2/subnet:", "network-intra-b"): (CUT_OFF,),
        ("ec2/subnet:", "network-public-a"): (REQUESTS,),
        ("ec2/routeTable:", "network-route-table-private-a"): (UNAVAILABLE,),
        ("ec2/vpcEndpoint:", "network-endpoint-s3"): (TIMED_OUT,),
        ("ec2/defaultSecurityGroup:", "network-default-security-group"): (DENIED,),
        ("iam/rolePolicy:", "network-flow-logs-policy"): (CONCURRENT,),
        ("ec2/flowLog:", "network-flow-log"): (UNAVAILABLE,),
        ("iam/rolePolicyAttachment:", "cluster-control-plane-AmazonEKSClusterPolicy"): (CONCURRENT,),
        ("iam/rolePolicy:", "cluster-control-plane-key"): (THROTTLED,),
        ("ec2/routeTableAssociation:", "network-association-private-a"): (REQUESTS,),
        ("ec2/natGateway:", "network-nat-a"): (NO_ANSWER, LATE),
        ("ec2/route:", "network-route-private-b"): (TIMED_OUT,),
        ("eks/cluster:", "cluster-eks-eksCluster"): (NO_ZONE, LATE),
        ("iam/openIdConnectProvider:", "cluster-oidc"): (THROTTLED,),
        ("eks/accessEntry:", "cluster-deployer"): (EXPIRED,),
        ("eks/accessEntry:", "cluster-access-developers"): (CUT_OFF,),
        ("eks/accessPolicyAssociation:", "cluster-access-platform-policy"): (BROKEN,),
        ("eks/podIdentityAssociation:", "cluster-cni-association"): (THROTTLED,),
        ("iam/rolePolicy:", "support-external-dns-rights-policy"): (CONCURRENT,),
        ("eks/podIdentityAssociation:", "support-sealed-secrets-access-association"): (CUT_OFF,),
        ("eks/addon:", "cluster-vpc-cni"): (BUSY,),
        ("eks/addon:", "cluster-eks-pod-identity-agent"): (DEGRADED,),
        ("eks/nodeGroup:", "system-pool"): (UNHEALTHY,),
        ("eks/nodeGroup:", "general-pool"): (THROTTLED, NO_MACHINES),
        ("autoscaling/tag:", "general-pool-taint/spot"): (REQUESTS,),
        ("eks/addon:", "addons-coredns"): (DEGRADED,),
        ("eks/addon:", "addons-aws-ebs-csi-driver"): (BUSY,),
    },
)

#: What `test_eks_faults.change` asks for.
UPDATE: Final[list[Broken]] = [
    *together(
        "update",
        {
            ("eks/cluster:", "cluster-eks-eksCluster"): (UPGRADING, LATE_CHANGE),
            ("eks/addon:", "cluster-kube-proxy"): (BUSY,),
            ("eks/addon:", "addons-coredns"): (DEGRADED,),
            ("eks/nodeGroup:", "system-pool"): (EVICTION, LATE_CHANGE),
            ("ec2/vpc:", "network-vpc"): (REQUESTS,),
            ("ec2/natGateway:", "network-nat-a"): (CUT_OFF,),
            ("iam/role:", "cluster-nodes"): (CONCURRENT,),
            ("kms/key:", "cluster-secrets-key"): (DENIED,),
            ("cloudwatch/logGroup:", "cluster-logs"): (UNAVAILABLE,),
            ("secretsmanager/secret:", "support-sealed-secrets-store-3"): (THROTTLED,),
        },
    ),
    # A pool is replaced: the new one comes first, the old one goes last.
    *together("create", {("eks/nodeGroup:", "general-pool"): (UNHEALTHY,)}),
    *together("delete", {("eks/nodeGroup:", "general-pool"): (LATE_DELETION,)}),
    # Of a policy the old one goes first: between the two nobody is let in.
    *together("delete", {("eks/accessPolicyAssociation:", "cluster-access-developers-policy"): (THROTTLED,)}),
    *together("create", {("eks/accessPolicyAssociation:", "cluster-access-developers-policy"): (BROKEN,)}),
]

DOWN: Final[list[Broken]] = together(
    "delete",
    {
        ("eks/addon:", "addons-coredns"): (BUSY,),
        ("eks/podIdentityAssociation:", "addons-ebs-association"): (THROTTLED,),
        ("secretsmanager/secret:", "support-sealed-secrets-store-1"): (DENIED,),
        ("eks/nodeGroup:", "system-pool"): (LATE_DELETION,),
        ("eks/nodeGroup:", "general-pool"): (DEPENDENT,),
        ("ec2/launchTemplate:", "general-pool-template"): (REQUESTS,),
        ("eks/addon:", "cluster-vpc-cni"): (LATE_DELETION,),
        ("eks/accessPolicyAssociation:", "cluster-deployer-policy"): (THROTTLED,),
        ("eks/accessEntry:", "cluster-deployer"): (BROKEN,),
        ("iam/openIdConnectProvider:", "cluster-oidc"): (IAM_DENIED,),
        ("eks/cluster:", "cluster-eks-eksCluster"): (NODE_GROUPS, LATE_DELETION),
        ("iam/role:", "cluster-control-plane"): (ATTACHED,),
        ("iam/rolePolicyAttachment:", "cluster-nodes-AmazonEKSWorkerNodeMinimalPolicy"): (CONCURRENT,),
        ("kms/alias:", "cluster-secrets-key-alias"): (NO_ANSWER,),
        ("kms/key:", "cluster-secrets-key"): (CUT_OFF,),
        ("cloudwatch/logGroup:", "cluster-logs"): (CUT_OFF,),
        ("ec2/flowLog:", "network-flow-log"): (UNAVAILABLE,),
        ("ec2/natGateway:", "network-nat-a"): (REQUESTS, LATE_DELETION),
        ("ec2/internetGateway:", "network-internet-gateway"): (MAPPED,),
        ("ec2/subnet:", "network-private-b"): (DEPENDENT,),
        ("ec2/vpcEndpoint:", "network-endpoint-s3"): (TIMED_OUT,),
        ("ec2/vpc:", "network-vpc"): (DEPENDENT,),
    },
)
