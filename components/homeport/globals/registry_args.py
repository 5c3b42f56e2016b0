"""Arguments of the registries: the sections `gcp.registries` and `aws.registries` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.cluster.gke_args import GcpRegion
from homeport.globals.members import Member
from homeport.globals.values import AccountId, Arn, AwsRegion
from homeport.model import In, Model, known, rule_error
from homeport.problems import Problem
from homeport.values import DnsLabel

_IMAGE: Final = re.compile(r"[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*")
#: https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
_ECR_NAME_MAX: Final = 256


def _image(value: str) -> str:
    if not _IMAGE.fullmatch(value):
        raise rule_error(
            "must be an image's name: a-z and 0-9, with . _ - between and / for levels", "for example web, or shop/web"
        )
    return value


#: Name of an image inside of a registry.
ImageName = Annotated[str, AfterValidator(_image)]


class Cleanup(Model):
    """Which images go by themselves. What is kept stays, however old it is."""

    untagged_days: Annotated[int, Field(ge=1, le=3650)] = 14
    """Images without a tag go after so many days."""
    keep_recent: Annotated[int, Field(ge=1, le=1000)] | None = None
    """Keep so many versions of each image and delete older ones; default: tagged images stay for good."""


class GcpRegistryArgs(Model):
    """A Docker repository of Artifact Registry: it holds any number of images.

    https://cloud.google.com/artifact-registry/docs/repositories/create-repos
    """

    location: GcpRegion | Literal["europe", "us", "asia"] | None = None
    """Region, or several of a continent; default: the section's region. Changing it makes a new repository."""
    immutable_tags: bool = True
    """A tag never moves to another image."""
    scanning: bool = True
    """Scan images for vulnerabilities, where the project's API containerscanning.googleapis.com is on; billed per
    image."""
    cleanup: Cleanup = Cleanup()
    """Which images go by themselves."""
    key: In[str] | None = None
    """Encrypt with this key (projects/P/locations/LOCATION/keyRings/R/cryptoKeys/K), the name of a key of this
    section, or
    Google's own by default. Changing it makes a new repository."""
    pull_projects: list[DnsLabel] | None = None
    """Names of the section's projects whose service accounts, their nodes' among them, may pull; default: all."""
    readers: list[Member] = Field(default_factory=list)
    """Who may pull besides the service accounts of `pull_projects`."""
    writers: list[Member] = Field(default_factory=list)
    """Who may push besides the deploying CI identities."""

    def check(self) -> Iterator[Problem]:
        """The key lies where the repository lies."""
        key = known(self.key)
        if key and "/" in key and self.location and f"/locations/{self.location}/" not in key:
            yield Problem(
                ("key",),
                f"the key must lie in the repository's location, {self.location}",
                f"use a key of projects/PROJECT/locations/{self.location}/keyRings/RING/cryptoKeys/KEY",
                key,
                related=(("location",),),
            )


class AwsRegistryArgs(Model):
    """Repositories of ECR under one prefix: ECR has one for each image.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/Repositories.html
    """

    images: Annotated[list[ImageName], Field(min_length=1)]
    """Names of the images; the repository of each is REGISTRY/IMAGE. A removed one is deleted only when it is empty."""
    region: AwsRegion | None = None
    """Region; default: the section's. Changing it makes new repositories."""
    immutable_tags: bool = True
    """A tag never moves to another image."""
    scanning: bool = True
    """Scan images when they are pushed."""
    cleanup: Cleanup = Cleanup()
    """Which images go by themselves."""
    key: In[str] | None = None
    """Encrypt with this KMS key: its ARN, or the name of a key of this section; AES-256 by default. Changing it makes
    new
    repositories."""
    pull_accounts: list[AccountId] | None = None
    """Accounts whose nodes and workloads may pull; default: all other accounts of the section."""
    push: list[Arn] = Field(default_factory=list)
    """Principals of other accounts that may push."""

    def check(self) -> Iterator[Problem]:
        """No image twice."""
        for index, image in enumerate(self.images):
            if image in self.images[:index]:
                yield Problem(("images", index), "stands in the list twice", "remove one of them", image)


def repository_name_problems(registry: str, args: AwsRegistryArgs) -> Iterator[Problem]:
    """Names of repositories that ECR refuses; paths relative to the registry."""
    for index, image in enumerate(args.images):
        name = f"{registry}/{image}"
        if len(name) > _ECR_NAME_MAX:
            yield Problem(
                ("images", index),
                f'the repository "{name}" has {len(name)} characters; {_ECR_NAME_MAX} are allowed',
                "shorten the image's name",
                image,
            )
