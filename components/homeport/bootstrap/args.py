"""What a place for the state is made from, on either cloud.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.cluster.gke_args import GcpRegion, ProjectId
from homeport.globals.backup_args import BucketName
from homeport.globals.members import Member
from homeport.globals.values import AccountId, AwsRegion
from homeport.labels import LabelValue
from homeport.model import Model, rule_error

#: Name of the key, and on Google Cloud of its ring.
KEY: Final = "pulumi-state"
#: Where keys lie whose buckets lie on a whole continent.
_CONTINENTS: Final = {"EU": "europe", "US": "us", "ASIA": "asia"}
_PRINCIPAL: Final = re.compile(r"arn:aws:iam::([0-9]{12}):(?:role|user)/([\w+=,.@/*-]+)")
#: Permission sets' roles end in letters that AWS makes up.
#: https://docs.aws.amazon.com/singlesignon/latest/userguide/referencingpermissionsets.html
_PERMISSION_SET: Final = re.compile(
    r"aws-reserved/sso\.amazonaws\.com/([a-z0-9-]+/|\*)?AWSReservedSSO_\w[\w+=,.@-]*_\*"
)


def _principal(value: str) -> str:
    found = _PRINCIPAL.fullmatch(value)
    if found is None:
        raise rule_error(
            "must be the ARN of one role or user",
            "for example arn:aws:iam::111122223333:role/homeport/ci-homeport-deploy",
        )
    if "*" in value and not _PERMISSION_SET.fullmatch(found[2]):
        raise rule_error(
            "has a wildcard, which only the roles of permission sets need: AWS makes up how their names end",
            "write arn:aws:iam::ACCOUNT:role/aws-reserved/sso.amazonaws.com/*AWSReservedSSO_NAME_*",
        )
    return value


#: ARN of a role or user that uses the state; it need not exist yet.
Principal = Annotated[str, AfterValidator(_principal)]


class StateStoreArgs(Model):
    """What both clouds share."""

    bucket: BucketName | None = None
    """Name in the cloud, unique in the world; default: derived from the project, or from account and region."""
    owner: LabelValue = "platform"
    """Team that answers for it: a label."""
    cost_centre: LabelValue = "platform"
    """Where its cost is booked: a label."""
    old_versions_days: Annotated[int, Field(ge=7, le=3650)] = 90
    """What was overwritten or deleted can be brought back for so many days. By days and not by number: one update
    writes the state dozens of times."""


class GcpStateStoreArgs(StateStoreArgs):
    """A bucket and a key in a project of their own."""

    cloud: Literal["gcp"] = "gcp"
    """gcp."""
    project: ProjectId
    """Project of administration: not one that holds clusters, so that whoever may delete those cannot delete this."""
    location: GcpRegion | Literal["EU", "US", "ASIA"]
    """Region or continent of both."""
    deployers: list[Member] = Field(default_factory=list[Member])
    """Who reads and writes the state and uses the key, besides those who administer the project."""
    settle_seconds: Annotated[int, Field(ge=0, le=600)] = 60
    """How long new APIs of the project are waited for; 0 where they are on."""

    @property
    def bucket_name(self) -> str:
        """The bucket."""
        return self.bucket or f"{self.project}-state"

    @property
    def key_location(self) -> str:
        """Where the key lies: where the bucket lies, by Cloud KMS's name of it."""
        return _CONTINENTS.get(self.location, self.location)

    @property
    def state(self) -> str:
        """What `pulumi login` takes."""
        return f"gs://{self.bucket_name}"


class AwsStateStoreArgs(StateStoreArgs):
    """A bucket and a key in an account of their own."""

    cloud: Literal["aws"] = "aws"
    """aws."""
    account: AccountId
    """Account of administration: not one that holds clusters, so that whoever may delete those cannot delete this."""
    region: AwsRegion
    """Region of both."""
    deployers: list[Principal] = Field(default_factory=list[Principal])
    """Who reads and writes the state and uses the key, as far as the policies of their own accounts let them."""

    @property
    def bucket_name(self) -> str:
        """The bucket."""
        return self.bucket or f"pulumi-state-{self.account}-{self.region}"

    @property
    def state(self) -> str:
        """What `pulumi login` takes."""
        return f"s3://{self.bucket_name}?region={self.region}"


AnyStateStoreArgs = GcpStateStoreArgs | AwsStateStoreArgs
#: What another value of would make another store: nothing moves by itself.
IDENTITY: Final = ("cloud", "project", "location", "account", "region", "bucket")
