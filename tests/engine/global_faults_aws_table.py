"""What goes wrong on AWS while the global stack comes up, changes and goes: type, operation, answer, resource."""

from __future__ import annotations

from typing import Final

from tests.engine.breaking import Answer, Broken
from tests.engine.eks_faults_table import (
    ATTACHED,
    BROKEN,
    CONCURRENT,
    CUT_OFF,
    EXISTS,
    EXPIRED,
    IAM_DENIED,
    LATE_DELETION,
    NAME_TAKEN,
    NO_ANSWER,
    THROTTLED,
    UNAVAILABLE,
    together,
)

OTHER_ACCOUNT: Final = Answer(
    "api error AccessDenied: User is not authorized to perform: sts:AssumeRole on resource: role/homeport-global",
    "forbidden",
)
STILL_AT_IT: Final = Answer(
    "api error PriorRequestNotComplete: The request was rejected because Route 53 was still processing a prior request",
    "throttled",
)
BUCKET_NAME: Final = Answer("api error BucketAlreadyExists: The requested bucket name is not available.", "conflict")
CONDITIONAL: Final = Answer(
    "api error OperationAborted: A conflicting conditional operation is currently in progress against this resource.",
    "busy",
)
SLOW_DOWN: Final = Answer("api error SlowDown: Please reduce your request rate.", "throttled")
REPOSITORIES: Final = Answer(
    "api error LimitExceededException: The number of repositories per registry is exceeded", "quota"
)
BUCKET_IN_USE: Final = Answer(
    "api error BucketNotEmpty: The bucket you tried to delete is not empty. You must delete all versions in it.",
    "in_use",
)
ZONE_IN_USE: Final = Answer(
    "api error HostedZoneNotEmpty: The specified hosted zone contains non-required resource record sets", "in_use"
)
IMAGES: Final = Answer(
    "api error RepositoryNotEmptyException: The repository cannot be deleted because it still contains images", "in_use"
)

UP: Final[list[Broken]] = together(
    "create",
    {
        ("route53/zone:", "dns-eks"): (THROTTLED,),
        ("route53/zone:", "dns-stage-eks"): (CUT_OFF,),
        ("route53/record:", "dns-stage-eks-ns"): (STILL_AT_IT,),
        ("iam/role:", "aws-global-ci-stage-homeport-deploy"): (OTHER_ACCOUNT,),
        ("iam/role:", "aws-global-access-platform"): (IAM_DENIED,),
        ("iam/openIdConnectProvider:", "aws-global-ci-token.actions.githubusercontent.com"): (EXISTS,),
        ("iam/rolePolicyAttachment:", "aws-global-access-platform-AdministratorAccess"): (CONCURRENT,),
        ("iam/rolePolicy:", "dns-editor-stage-eks-records"): (EXPIRED,),
        ("s3/bucket:", "aws-global-audit-logs-bucket"): (BUCKET_NAME,),
        ("s3/bucket:", "aws-global-backup-backups-bucket"): (CUT_OFF,),
        ("s3/bucketObjectLockConfiguration:", "aws-global-audit-logs-retention"): (CONDITIONAL,),
        ("s3/bucketPolicy:", "aws-global-audit-logs-policy"): (CONDITIONAL,),
        ("s3/bucketVersioning:", "aws-global-backup-backups-versions"): (SLOW_DOWN,),
        ("cloudtrail/trail:", "aws-global-audit-trail"): (CUT_OFF,),
        ("budgets/budget:", "aws-global-budget-all-budget"): (THROTTLED,),
        ("kms/key:", "aws-global-key-backups-key"): (CUT_OFF,),
        ("kms/alias:", "aws-global-key-backups-alias"): (NAME_TAKEN,),
        ("ecr/repository:", "aws-global-registry-apps-web"): (REPOSITORIES,),
        ("ecr/repository:", "aws-global-registry-apps-api"): (CUT_OFF,),
        ("ecr/repositoryPolicy:", "aws-global-registry-apps-web-policy"): (UNAVAILABLE,),
        ("ecr/lifecyclePolicy:", "aws-global-registry-apps-api-lifecycle"): (NO_ANSWER,),
    },
)

#: What `test_global_faults_aws.change` asks for.
UPDATE: Final[list[Broken]] = [
    *together(
        "update",
        {
            ("route53/zone:", "dns-eks"): (STILL_AT_IT,),
            ("s3/bucket:", "aws-global-audit-logs-bucket"): (SLOW_DOWN,),
            ("iam/role:", "dns-editor-eks"): (CONCURRENT,),
            ("budgets/budget:", "aws-global-budget-all-budget"): (CUT_OFF,),
            ("kms/key:", "aws-global-key-backups-key"): (IAM_DENIED,),
            ("ecr/repository:", "aws-global-registry-apps-worker"): (UNAVAILABLE,),
        },
    ),
    # AWS overwrites rules, so the old ones go first.
    *together("delete", {("ecr/lifecyclePolicy:", "aws-global-registry-apps-web-lifecycle"): (THROTTLED,)}),
    *together("create", {("ecr/lifecyclePolicy:", "aws-global-registry-apps-web-lifecycle"): (BROKEN,)}),
]

DOWN: Final[list[Broken]] = together(
    "delete",
    {
        ("route53/record:", "dns-stage-eks-ns"): (STILL_AT_IT,),
        ("route53/zone:", "dns-stage-eks"): (ZONE_IN_USE,),
        ("cloudtrail/trail:", "aws-global-audit-trail"): (THROTTLED,),
        ("s3/bucketPolicy:", "aws-global-audit-logs-policy"): (CONDITIONAL,),
        ("s3/bucket:", "aws-global-backup-backups-bucket"): (BUCKET_IN_USE,),
        ("ecr/repository:", "aws-global-registry-apps-web"): (IMAGES,),
        ("iam/role:", "aws-global-access-developers"): (ATTACHED,),
        ("iam/openIdConnectProvider:", "aws-global-ci-prod-token.actions.githubusercontent.com"): (OTHER_ACCOUNT,),
        ("kms/alias:", "aws-global-key-backups-alias"): (NO_ANSWER,),
        ("kms/key:", "aws-global-key-backups-key"): (LATE_DELETION,),
        ("budgets/budget:", "aws-global-budget-all-budget"): (CUT_OFF,),
    },
)
