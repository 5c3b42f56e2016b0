"""What kind of failure a text of a cloud, of Kubernetes or of the engine tells of.

A family of patterns for each who answers, each with the page that lists its errors. Within a family the first pattern
that is found counts, so the particular ones come first: "Quota exceeded ... per minute" is a throttled request, not a
quota that somebody must raise.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, Literal

#: throttled: too many requests for now. quota: a limit, or no capacity. forbidden: no right, or no login.
#: conflict: it exists already. busy: something else works on it. timeout: no end within the time. internal: the
#: cloud's own fault. protected: deletion is refused on purpose. in_use: something else needs it. locked: another run
#: has the stack. not_ready: made, and does not work. unreachable: no answer at all. program: settings or code.
Kind = Literal[
    "throttled", "quota", "forbidden", "conflict", "busy", "timeout", "internal", "protected", "in_use", "locked",
    "not_ready", "unreachable", "program", "other",
]  # fmt: skip

#: A kind's particular case that has a remedy of its own.
Case = Literal[
    "",
    "api_disabled",
    "billing",
    "capacity",
    "certificate",
    "changed_by_others",
    "charts",
    "cluster_not_empty",
    "declined",
    "helm_pending",
    "helm_taken",
    "image",
    "immutable",
    "invalid",
    "key",
    "login",
    "name_taken",
    "namespace_quota",
    "no_backend",
    "no_kind",
    "no_output",
    "no_plugin",
    "no_stack",
    "no_terminal",
    "not_found",
    "not_logged_in",
    "passphrase",
    "pending",
    "pod_security",
    "policy",
    "state",
    "terminating",
    "webhook",
]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A text and what it means.

    Attributes:
        kind: what kind of failure it tells of.
        regex: found anywhere in the text, whatever the case of its letters.
        case: names the remedy, where the kind's own is not the right one.
    """

    kind: Kind
    regex: re.Pattern[str]
    case: Case = ""


def _pattern(kind: Kind, regex: str, case: Case = "") -> Pattern:
    return Pattern(kind, re.compile(regex, re.IGNORECASE), case)


#: https://www.pulumi.com/docs/support/troubleshooting/ and texts of CLI 3.260
PULUMI: Final = (
    _pattern("protected", r"because it is protected"),
    _pattern("locked", r"currently locked by|another update is currently in progress"),
    _pattern("other", r"confirmation declined", "declined"),
    _pattern("other", r"--yes or --skip-preview must be passed|--yes must be passed", "no_terminal"),
    # The engine decrypts the stack's secrets with a key of a cloud, and providers encrypt with others. Clouds call the
    # state of a key a failed precondition or an invalid state, as they call what is over after a while.
    # https://docs.cloud.google.com/kms/docs/key-states and
    # https://docs.aws.amazon.com/kms/latest/developerguide/key-state.html
    _pattern(
        "not_ready",
        r"current state is:? (DISABLED|DESTROY)|KMS_KEY_DISABLED|KMS\w*InvalidState"
        r"|\bDisabledException|KMSKey(Disabled|NotAccessible|Inaccessible)",
        "key",
    ),
    _pattern("other", r"incorrect passphrase|passphrase must be set|failed to decrypt", "passphrase"),
    _pattern(
        "other",
        r"failed to load checkpoint(?!.*\(code=)|could not deserialize deployment"
        r"|unexpected end of JSON|snapshot integrity",
        "state",
    ),
    _pattern("other", r"no resource plugin|could not load plugin|failed to load plugin", "no_plugin"),
    _pattern("other", r"pending operations? from previous deployment|has interrupted operations", "pending"),
    _pattern("program", r"Duplicate resource URN"),
)

#: Texts of the CLI about the place of the state: seen with 3.260 and 3.262, a missing S3 bucket with a stand-in.
BACKEND: Final = (
    _pattern("forbidden", r"PULUMI_ACCESS_TOKEN must be set|not logged in|invalid access token|run `?pulumi login",
             "not_logged_in"),
    _pattern("other", r"does not have output property", "no_output"),
    _pattern("other", r"no stack named|stack '.*' not found", "no_stack"),
    _pattern("other", r"unable to open state directory|code=NotFound|NoSuchBucket|bucket does(n't| not) exist",
             "no_backend"),
)  # fmt: skip

#: Go's words for no way to a server, and for an answer that breaks off.
_NO_ANSWER: Final = r"dial tcp|no such host|connection (refused|reset)|connection lost|unexpected EOF|: EOF\b"

#: https://kubernetes.io/docs/reference/using-api/api-concepts/ (reasons of a Status),
#: https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/
#: and Helm's own texts: https://helm.sh/docs/faq/troubleshooting/
KUBERNETES: Final = (
    _pattern("unreachable", r"not a valid chart repository|cannot be reached|chart .*not found|no chart (name|version)"
             r"|failed to (fetch|download) .*(chart|index\.yaml|\.tgz)|version .*not found in .*(repo|index)",
             "charts"),
    _pattern("busy", r"another operation \(install/upgrade/rollback\) is in progress", "helm_pending"),
    _pattern("quota", r"exceeded quota", "namespace_quota"),
    # Before all else that is said while an image is fetched: of another server's network, login and limits.
    _pattern("not_ready", r"ImagePullBackOff|ErrImagePull|InvalidImageName|failed to pull (and unpack )?image",
             "image"),
    _pattern("not_ready", r"failed calling webhook|no endpoints available for service", "webhook"),
    _pattern("other", r"violates PodSecurity", "pod_security"),
    _pattern("other", r"admission webhook .* denied|AdmissionPolicy .* denied", "invalid"),
    # Before the right that is missing: what cannot be changed, and what takes nothing new, is called forbidden, too.
    _pattern("other", r"field is immutable|is immutable after creation|updates to \w+ spec for fields other than"
             r"|updates to \w+ are forbidden|cannot change roleRef|volumeClaimTemplates.*forbidden", "immutable"),
    _pattern("in_use", r"because it is being terminated|finalizers might be preventing deletion", "terminating"),
    _pattern("conflict", r"Apply failed with \d+ conflict|conflicts? with \"|the object has been modified",
             "changed_by_others"),
    _pattern("conflict", r"cannot re-use a name that is still in use", "helm_taken"),
    _pattern("conflict", r"already exists|AlreadyExists|ownership metadata"),
    # Before the next two: the provider calls a cluster unreachable that it cannot log in to, or does not trust.
    _pattern("forbidden", r"Unauthorized|must be logged in|exec plugin|getting credentials: exec", "login"),
    _pattern("unreachable", r"x509:|certificate signed by unknown authority", "certificate"),
    _pattern("unreachable", r"cluster is unreachable|PULUMI_K8S_DELETE_UNREACHABLE|failed to parse kubeconfig"
             rf"|unable to load Kubernetes client configuration|TLS handshake timeout|{_NO_ANSWER}"),
    # Only where nothing else was said, see `homeport.deploy.explain`: https://github.com/pulumi/pulumi/issues/14650
    _pattern("in_use", r"client connection is closing", "cluster_not_empty"),
    _pattern("other", r"no matches for kind|server could not find the requested resource"
             r"|ensure CRDs are installed first", "no_kind"),
    _pattern("throttled", r"TooManyRequests|too many requests"),
    _pattern("internal", r"etcdserver: |unable to handle the request|ServiceUnavailable|Internal error occurred"),
    _pattern("not_ready", r"failed to (fully )?initialize or become live|failed to become (ready|available)"
             r"|resource (was created|is) .*not ready|timed out waiting (for|to be)|timeout occurred (polling|for)"
             r"|was created but (failed|has a failed)|BackoffLimitExceeded|ProgressDeadlineExceeded|CrashLoopBackOff"
             r"|\d+ errors? occurred:\s*\n?\s*\* .*(timed out|not ready)"
             r"|failed (pre|post)-(install|upgrade|delete)|hooks? failed|release .* failed"),
    _pattern("in_use", r"is being terminated|being deleted"),
    _pattern("forbidden", r"\bforbidden\b|is not allowed"),
    _pattern("other", r"\bis invalid\b|Invalid value|Required value|strict decoding error|BadRequest", "invalid"),
    _pattern("other", r"\bnot found\b|NotFound", "not_found"),
)  # fmt: skip

#: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
#: https://docs.aws.amazon.com/eks/latest/APIReference/CommonErrors.html and each service's own page of errors
AWS: Final = (
    _pattern("throttled", r"Throttling|ThrottledException|RequestLimitExceeded|RequestThrottled|TooManyRequests"
             r"|Rate ?exceeded|SlowDown|PriorRequestNotComplete|EC2ThrottledException"),
    _pattern("quota", r"InsufficientInstanceCapacity|InsufficientCapacity|UnsupportedAvailabilityZone"
             r"|InsufficientFreeAddressesInSubnet|Insufficient(Address|Host)Capacity", "capacity"),
    _pattern("quota", r"LimitExceeded|ServiceQuotaExceeded|QuotaExceeded|TooMany(?!Requests)\w+|MaxSpotInstanceCount"),
    # What the organisation forbids no role of the account gives.
    _pattern("forbidden", r"(service|resource) control policy|explicit deny in a permissions boundary", "policy"),
    _pattern("forbidden", r"ExpiredToken|InvalidClientTokenId|UnrecognizedClient|NoCredentialProviders|AuthFailure"
             r"|no valid credential sources|SSO (session|token)|failed to refresh cached credentials"
             r"|InvalidGrantException|SignatureDoesNotMatch|no EC2 IMDS role", "login"),
    _pattern("forbidden", r"AccessDenied|UnauthorizedOperation|not authorized to perform|OptInRequired|Forbidden"),
    _pattern("protected", r"deletion protection|OperationNotPermitted.*protect|DeletionProtection"),
    _pattern("in_use", r"has nodegroups attached|DependencyViolation|DeleteConflict|HostedZoneNotEmpty|BucketNotEmpty"
             r"|Invalid\w+\.InUse|RepositoryNotEmpty|has a dependent object|mapped public address"),
    _pattern("busy", r"is currently being|currently has (an )?update in progress|OperationInProgress|OperationAborted"
             r"|ConcurrentModification|ConcurrentUpdate|InvalidState|IncorrectState|ScalingActivityInProgress"),
    _pattern("conflict", r"BucketAlreadyExists", "name_taken"),
    _pattern("conflict", r"already ?exists|BucketAlreadyOwnedByYou|\.Duplicate|AlreadyAssociated"),
    _pattern("busy", r"ResourceInUse|Conflict(ing)?Exception"),
    _pattern("not_ready", r"NodeCreationFailure|unexpected state '|AsgInstanceLaunchFailures|CREATE_FAILED|DEGRADED"
             r"|InsufficientNumberOfReplicas|AddonPermissionFailure|Ec2SubnetInvalidConfiguration"),
    _pattern("timeout", r"timeout while waiting|context deadline exceeded|RequestTimeout(?!Too)|timed out"),
    _pattern("internal", r"InternalError|InternalFailure|ServerException|ServiceUnavailable|ServerInternal"
             r"|StatusCode: 5\d\d|internal error occurred"),
    _pattern("other", r"ValidationError|ValidationException|InvalidParameter|InvalidRequest|MalformedPolicy"
             r"|Invalid\w+\.(Range|Conflict|Malformed)|Unsupported", "invalid"),
    _pattern("other", r"NotFound|NoSuch\w+|does not exist", "not_found"),
)  # fmt: skip

#: https://docs.cloud.google.com/apis/design/errors and https://docs.cloud.google.com/compute/docs/api/errors;
#: quotas of rate and of allocation: https://docs.cloud.google.com/docs/quotas/overview
GOOGLE: Final = (
    # Of things, not of requests, though Google gives the reason rateLimitExceeded for it.
    _pattern("quota", r"Maximum number of .* reached"),
    _pattern("throttled", r"rateLimitExceeded|RATE_LIMIT_EXCEEDED|(per|requests) (minute|100 seconds|second)\b"
             r"|(Error|response code) 429|Too ?Many ?Requests"),
    _pattern("quota", r"POOL_EXHAUSTED|does not have enough resources|stock_?out|IP_SPACE_EXHAUSTED", "capacity"),
    _pattern("quota", r"quotaExceeded|QUOTA_EXCEEDED|Insufficient (regional|project|global) quota|Quota '.*' exceeded"
             r"|LIMIT_EXCEEDED|RESOURCE_EXHAUSTED|quota exceeded"),
    # Before the rights and the states: both come as 400, 403 or 412, and nobody who only waits gets further.
    # https://docs.cloud.google.com/resource-manager/docs/organization-policy/org-policy-constraints
    _pattern("forbidden", r"constraints/|org(anization)? policy|belong to a permitted customer", "policy"),
    _pattern("forbidden", r"BILLING_(DISABLED|NOT_FOUND)|has billing disabled|billing must be enabled"
             r"|requires billing|not configured billing|billing account .*(absent|disabled|not found|not open)"
             r"|UserProjectAccountProblem|accountDisabled", "billing"),
    _pattern("forbidden", r"accessNotConfigured|SERVICE_DISABLED|has not been used in project .* before or",
             "api_disabled"),
    _pattern("forbidden", r"(could not find|missing google) (default )?credentials|invalid_grant|invalid_rapt|reauth"
             r"|Error 401|authError|UNAUTHENTICATED|ACCESS_TOKEN|no credentials loaded|oauth2: ", "login"),
    _pattern("protected", r"deletion_?protection|deletionProtection"),
    _pattern("busy", r"incompatible operation|operation is in progress|ALREADY_HAS_OPERATION|concurrent policy changes"
             r"|resourceNotReady|is not ready|operationInProgress|try again once|ABORTED"
             r"|conditionNotMet|Error 412|response code 412"),
    _pattern("in_use", r"resourceInUseByAnotherResource|already being used by|RESOURCE_IN_USE|containerNotEmpty"
             r"|is not empty|without `?force_destroy|Producer services .* still using"),
    _pattern("conflict", r"bucket name is not available|bucket namespace is shared", "name_taken"),
    _pattern("conflict", r"(Error|response code) 409|already ?exists|ALREADY_EXISTS"),
    _pattern("forbidden", r"(Error|response code) 403|\bforbidden\b|PERMISSION_DENIED|Required '.*' permission"),
    _pattern("timeout", r"timeout while waiting|context deadline exceeded|DEADLINE_EXCEEDED|timed out"
             r"|(Error|response code) 504"),
    _pattern("internal", r"(Error|response code) 5\d\d|backendError|internalError|\bINTERNAL\b|\bUNAVAILABLE\b"
             r"|Internal error"),
    _pattern("not_ready", r"unexpected state 'ERROR'|node.* failed to register|All cluster resources were brought up,"
             r"|only \d+ nodes out of \d+ have registered"),
    _pattern("busy", r"failedPrecondition|FAILED_PRECONDITION"),
    _pattern("other", r"(Error|response code) 404|notFound|NOT_FOUND", "not_found"),
    _pattern("other", r"(Error|response code) 400|badRequest|INVALID_ARGUMENT|invalid\b", "invalid"),
)  # fmt: skip

#: Texts of Go's own packages, which the engine and the providers pass on: https://pkg.go.dev/net
NETWORK: Final = (
    _pattern("unreachable", rf"{_NO_ANSWER}|no route to host|network is unreachable"
             r"|TLS handshake|x509:|proxyconnect|i/o timeout|Client\.Timeout|temporary failure in name resolution"),
    _pattern("timeout", r"context deadline exceeded|timeout while waiting|timed out"),
)  # fmt: skip

_OF_AWS: Final = re.compile(r"arn:aws|amazonaws|\bAWS\b|\bS3\b|s3://|api error|operation error|EC2 IMDS")

#: By the beginning of a type token.
_FAMILIES: Final = {
    "gcp:": GOOGLE,
    "pulumi:providers:gcp": GOOGLE,
    "aws:": AWS,
    "eks:": AWS,
    "pulumi:providers:aws": AWS,
    "kubernetes:": KUBERNETES,
    "pulumi:providers:kubernetes": KUBERNETES,
}


def classify(text: str, type_: str) -> tuple[Kind, Case]:
    """The kind of failure of a resource that a text tells of, and its case.

    Args:
        text: what was said.
        type_: type token of the resource.
    """
    own = [family for start, family in _FAMILIES.items() if type_.startswith(start)]
    return _first(text, PULUMI, *own, NETWORK) or ("other", "")


def classify_program(text: str) -> tuple[Kind, Case]:
    """The same for what was said of no resource while the program ran; it may hold any word."""
    return _first(text, PULUMI, NETWORK) or ("program", "")


def classify_look_up(text: str) -> tuple[Kind, Case]:
    """The same for what a cloud has answered to a question of the program's own."""
    return _first(text, PULUMI, *_clouds(text), NETWORK) or ("other", "")


def classify_backend(text: str) -> tuple[Kind, Case]:
    """The same for what the CLI said of the place of the state, before it ran a program or without one."""
    return _first(text, PULUMI, BACKEND, *_clouds(text), NETWORK) or ("other", "")


def of_aws(text: str) -> bool:
    """Whether AWS says it, as far as the text alone shows."""
    return _OF_AWS.search(text) is not None


def _clouds(text: str) -> tuple[tuple[Pattern, ...], tuple[Pattern, ...]]:
    """Families of a text of either cloud; what ends a family would take the other's particular texts, too."""
    return (AWS, GOOGLE) if of_aws(text) else (GOOGLE, AWS)


def _first(text: str, *families: tuple[Pattern, ...]) -> tuple[Kind, Case] | None:
    found = (pattern for family in families for pattern in family if pattern.regex.search(text))
    return next(((pattern.kind, pattern.case) for pattern in found), None)
