"""What the rights of people and CI may be wide in, each with the page and the reason.

They are for a whole account on purpose: what they are for is made later, by other stacks, under names that nobody knows
before. Workloads get nothing from here, see `homeport.identity.wildcards`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from typing import Final

from homeport.identity.wildcards import Wildcard, rows

_EKS: Final = "list_amazonelastickubernetesservice.html"
_IAM: Final = "list_awsidentityandaccessmanagementiam.html"
_LATER: Final = (
    "the deploying identity makes them for clusters and workloads, under automatic names; the roles that people and CI"
    " log in with are denied to it"
)

#: Actions that may stand with nothing but a kind and a wildcard in the policies of people and CI.
AWS_ACCOUNT_WILDCARDS: Final[tuple[Wildcard, ...]] = (
    *rows("eks", _EKS, "reads the list of clusters; the action knows no resources", "ListClusters"),
    *rows(
        "eks",
        _EKS,
        "reads where a cluster's API is and whom to trust there, of any cluster that the account will have; what may"
        " be done inside, its access entries say",
        "DescribeCluster",
        "*:cluster/*",
    ),
    *rows(
        "iam",
        _IAM,
        _LATER,
        """AttachRolePolicy CreateRole DeleteRole DeleteRolePermissionsBoundary DeleteRolePolicy DetachRolePolicy
        GetRole GetRolePolicy ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies ListRoleTags
        PassRole PutRolePermissionsBoundary PutRolePolicy TagRole UntagRole UpdateAssumeRolePolicy UpdateRole
        UpdateRoleDescription""",
        "role/*",
    ),
    *rows(
        "iam",
        _IAM,
        _LATER,
        """CreatePolicy CreatePolicyVersion DeletePolicy DeletePolicyVersion GetPolicy GetPolicyVersion
        ListPolicyVersions TagPolicy UntagPolicy""",
        "policy/*",
    ),
    *rows(
        "iam",
        _IAM,
        _LATER,
        """AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile
        RemoveRoleFromInstanceProfile TagInstanceProfile UntagInstanceProfile""",
        "instance-profile/*",
    ),
)
