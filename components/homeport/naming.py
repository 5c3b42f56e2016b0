"""Physical names: what each API accepts, checked before anything is made.

A name that is too long is an error, never cut silently: a cut name collides or hides what it belongs to.
Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

#: What Pulumi appends to an automatic name: a dash and seven hexadecimal digits.
#: https://www.pulumi.com/docs/iac/concepts/resources/names/#autonaming
AUTONAME_SUFFIX_LENGTH = 8


@dataclass(frozen=True, slots=True)
class NameRule:
    """What an API accepts as a name.

    Attributes:
        what: the kind of thing, as its vendor calls it.
        pattern: the whole name must match it.
        min_length: in characters.
        max_length: in characters.
        words: the pattern for people.
        page: the vendor's page that says so.
    """

    what: str
    pattern: str
    min_length: int
    max_length: int
    words: str
    page: str

    def violation(self, name: str, *, reserved: int = 0) -> str | None:
        """The rule that `name` breaks as a sentence, or None.

        Args:
            name: the name as it is sent to the API.
            reserved: characters that something else appends (`AUTONAME_SUFFIX_LENGTH`).
        """
        limit = self.max_length - reserved
        if len(name) > limit:
            return (
                f'the name of a {self.what} derived from it, "{name}", has {len(name)} characters;'
                f" {limit} are allowed" + (f" ({reserved} more are added when it is made)" if reserved else "")
            )
        if len(name) < self.min_length:
            return (
                f'the name of a {self.what} derived from it, "{name}", has {len(name)} characters;'
                f" it needs {self.min_length}"
            )
        if not re.fullmatch(self.pattern, name):
            return f'the name of a {self.what} derived from it, "{name}", must be {self.words}'
        return None


_RFC1035 = r"[a-z]([-a-z0-9]*[a-z0-9])?"
_RFC1035_WORDS = "a-z, 0-9 and -, begin with a letter and not end with a -"

GKE_CLUSTER = NameRule(
    "GKE cluster",
    _RFC1035,
    1,
    40,
    _RFC1035_WORDS,
    "https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters",
)
GKE_NODE_POOL = NameRule(
    "GKE node pool",
    _RFC1035,
    1,
    40,
    _RFC1035_WORDS,
    "https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters.nodePools",
)
GCP_COMPUTE = NameRule(
    "Compute Engine resource",
    _RFC1035,
    1,
    63,
    _RFC1035_WORDS,
    "https://cloud.google.com/compute/docs/naming-resources",
)
GCP_SERVICE_ACCOUNT = NameRule(
    "service account",
    r"[a-z]([-a-z0-9]*[a-z0-9])",
    6,
    30,
    _RFC1035_WORDS,
    "https://cloud.google.com/iam/docs/service-accounts-create",
)
GCP_PROJECT = NameRule(
    "Google Cloud project id",
    r"[a-z][-a-z0-9]*[a-z0-9]",
    6,
    30,
    _RFC1035_WORDS,
    "https://cloud.google.com/resource-manager/docs/creating-managing-projects",
)
KMS = NameRule(
    "Cloud KMS key",
    r"[a-zA-Z0-9_-]{1,63}",
    1,
    63,
    "letters, digits, _ and -",
    "https://cloud.google.com/kms/docs/resource-hierarchy",
)
IAM_ROLE = NameRule(
    "IAM role",
    r"[A-Za-z0-9+=,.@_-]+",
    1,
    64,
    "letters, digits and + = , . @ _ -",
    "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html",
)
EKS_CLUSTER = NameRule(
    "EKS cluster",
    r"[0-9A-Za-z][-_0-9A-Za-z]*",
    1,
    100,
    "letters, digits, - and _, and begin with a letter or digit",
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html",
)
EKS_NODE_GROUP = NameRule(
    "EKS node group",
    r"[0-9A-Za-z][-_0-9A-Za-z]*",
    1,
    63,
    "letters, digits, - and _, and begin with a letter or digit",
    "https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateNodegroup.html",
)
