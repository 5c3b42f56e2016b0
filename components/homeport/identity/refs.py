"""What permissions are about: zones, buckets, keys, secrets and registries, named for both clouds.

A reference carries what each cloud needs to scope a right to this one thing. The part of a cloud that a program does
not use stays empty. Fields may be outputs; what names the grant in the program (`label`, a zone's `name`) may not: it
becomes part of a resource name, so that adding or removing one grant never touches another.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator, Field

from homeport.model import In, Model, is_output, rule_error
from homeport.problems import Problem
from homeport.values import DnsName

_LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9._/]{0,61}[a-z0-9])?")
_BUCKET: Final = re.compile(r"[a-z0-9][-a-z0-9._]{1,220}[a-z0-9]")
_SECRET: Final = re.compile(r"[A-Za-z0-9/_+=.@-]{1,512}")
_KEY_ARN: Final = re.compile(r"arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+")
_KEY_ID: Final = re.compile(r"projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+")
_REPOSITORY: Final = re.compile(r"[a-z0-9]+([._/-][a-z0-9]+)*(/\*)?")
_PREFIX: Final = re.compile(r"[A-Za-z0-9._=/-]{1,512}")


def _label(value: str) -> str:
    if not _LABEL.fullmatch(value):
        raise rule_error("must be 1 to 63 characters of a-z, 0-9, -, ., _ and /", 'for example "backups"')
    return value


def _bucket_name(value: str) -> str:
    for scheme in ("s3://", "gs://", "arn:"):
        if value.startswith(scheme):
            raise rule_error("must be the bucket's name alone", "leave out the scheme or ARN, for example acme-backups")
    if not _BUCKET.fullmatch(value):
        raise rule_error(
            "must be a bucket name: 3 or more characters of a-z, 0-9, -, . and _", "for example acme-backups"
        )
    return value


def _prefix(value: str) -> str:
    if value.startswith("/") or not _PREFIX.fullmatch(value):
        raise rule_error(
            "must be the beginning of object names: letters, digits and . _ = / -, not first a /, no wildcard",
            'end it with a / so that it is a folder, for example "loki/"',
        )
    return value


def _secret_name(value: str) -> str:
    if value.startswith(("arn:", "projects/")):
        raise rule_error("must be the secret's name alone, the same on both clouds", 'for example "grafana-admin"')
    if not _SECRET.fullmatch(value):
        raise rule_error(
            "must be a secret's name: letters, digits and / _ + = . @ -, no wildcard",
            "name each secret, for example grafana-admin",
        )
    return value


def _key_arn(value: str) -> str:
    if not _KEY_ARN.fullmatch(value):
        raise rule_error(
            "must be the ARN of a KMS key; rights cannot hang on an alias",
            "write arn:aws:kms:REGION:ACCOUNT:key/ID",
        )
    return value


def _key_id(value: str) -> str:
    if not _KEY_ID.fullmatch(value):
        raise rule_error(
            "must be the resource name of a Cloud KMS key",
            "write projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY",
        )
    return value


def _repository(value: str) -> str:
    if not _REPOSITORY.fullmatch(value):
        raise rule_error(
            "must be the name of a repository, or a namespace followed by /*",
            "for example acme/web, or acme/* for every repository below acme",
        )
    return value


def _role(value: str) -> str:
    if "*" in value or "?" in value:
        raise rule_error("must be the ARN of one role, without wildcards", "write arn:aws:iam::ACCOUNT:role/NAME")
    return value


#: What to call a thing in the program.
Label = Annotated[str, AfterValidator(_label)]
#: The name of a bucket, without scheme.
BucketName = Annotated[str, AfterValidator(_bucket_name)]
#: The beginning of object names in a bucket.
ObjectPrefix = Annotated[str, AfterValidator(_prefix)]
#: The name of a secret, the same on both clouds.
SecretName = Annotated[str, AfterValidator(_secret_name)]
KeyArn = Annotated[str, AfterValidator(_key_arn)]
KeyId = Annotated[str, AfterValidator(_key_id)]
RepositoryName = Annotated[str, AfterValidator(_repository)]


class Route53Zone(Model):
    """A hosted zone on AWS."""

    zone_id: In[str]
    """Id of the hosted zone, for example Z0123456789ABCDEFGHIJ, without /hostedzone/."""


class CloudDnsZone(Model):
    """A managed zone on Google Cloud."""

    project: In[str]
    """Project that holds it."""
    name: In[str]
    """Name of the managed zone (not its DNS name)."""


class ZoneRef(Model):
    """A DNS zone."""

    name: DnsName
    """The zone's domain."""
    aws: Route53Zone | None = None
    """Where it is on AWS."""
    gcp: CloudDnsZone | None = None
    """Where it is on Google Cloud."""


class KeyRef(Model):
    """A key of a key management service."""

    label: Label
    """What to call it in the program."""
    aws: In[KeyArn] | None = None
    """ARN of the KMS key, no alias."""
    gcp: In[KeyId] | None = None
    """projects/P/locations/L/keyRings/R/cryptoKeys/K."""


def _named(name: object, label: str | None) -> Iterator[Problem]:
    if is_output(name) and label is None:
        yield Problem(
            ("label",),
            "the name comes from another resource and cannot name the grant in the program",
            'say what to call it, for example label="backups"',
        )


class BucketRef(Model):
    """A bucket; names are global on both clouds."""

    name: In[BucketName]
    """Its name."""
    label: Label | None = None
    """What to call it in the program; default: its name. Needed where the name is another resource's output."""
    key: KeyRef | None = None
    """The key that encrypts it, if it is our own. On AWS whoever reads or writes needs it too; on Google Cloud the
    storage service alone."""

    def check(self) -> Iterator[Problem]:
        """Something plain to call it by."""
        yield from _named(self.name, self.label)

    @property
    def called(self) -> str:
        """What it is called in the program."""
        return self.label or self.name  # pyright: ignore[reportReturnType] - an output has a label, see check


class SecretRef(Model):
    """A secret in the cloud's secret store."""

    name: In[SecretName]
    """Its name, the same on both clouds."""
    label: Label | None = None
    """What to call it in the program; default: its name. Needed where the name is another resource's output."""

    def check(self) -> Iterator[Problem]:
        """Something plain to call it by."""
        yield from _named(self.name, self.label)

    @property
    def called(self) -> str:
        """What it is called in the program."""
        return self.label or self.name  # pyright: ignore[reportReturnType] - an output has a label, see check


class EcrRepositories(Model):
    """Repositories of one Elastic Container Registry."""

    repositories: Annotated[list[In[RepositoryName]], Field(min_length=1)]
    """Names of repositories; acme/* stands for all below acme."""
    account: In[str] | None = None
    """Account of the registry; default: the cluster's."""
    region: str | None = None
    """Region of the registry; default: the cluster's."""


class ArtifactRepository(Model):
    """A repository of Artifact Registry."""

    project: In[str]
    """Project that holds it."""
    location: In[str]
    """Region or multi-region."""
    repository: In[str]
    """Its id."""


class ServiceAccount(Model):
    """A service account of Google Cloud."""

    project: In[str]
    """Project that holds it."""
    email: In[str]
    """NAME@PROJECT.iam.gserviceaccount.com."""


class RoleRef(Model):
    """An identity that others may take on: a role on AWS, a service account on Google Cloud."""

    label: Label
    """What to call it in the program."""
    aws: In[Annotated[str, AfterValidator(_role)]] | None = None
    """ARN of the role; it must trust whoever takes it on."""
    gcp: ServiceAccount | None = None
    """The service account; the deploying identity must be allowed to change its policy."""


class RegistryRef(Model):
    """Where images come from."""

    label: Label
    """What to call it in the program."""
    aws: EcrRepositories | None = None
    """Where it is on AWS."""
    gcp: ArtifactRepository | None = None
    """Where it is on Google Cloud."""
