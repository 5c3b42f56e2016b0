"""`Globals`: what the global stack publishes for cluster stacks, as its one output `globals`.

Plain values, no secrets: one secret would make the whole output secret. Fields are added within a version, and a reader
ignores those that it does not know; the version rises when a reader could misunderstand.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from homeport.globals.presets import PresetName
from homeport.problems import NO_VALUE, Path, Problem, SettingsError

#: Version of the output that this release writes and reads.
VERSION: Final = 1
_UNKNOWN: Final = "$unknown"


class _Published(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class ZoneEditor(_Published):
    """What workloads of clusters in other accounts or projects take on to keep a zone's records."""

    identity: str
    """AWS: ARN of the role to assume. Google Cloud: e-mail of the service account to become."""
    project: str | None = None
    """Google Cloud project of the service account."""
    owners: list[str] = Field(default_factory=list)
    """Accounts or projects whose clusters' workloads may."""


class Zone(_Published):
    """A public DNS zone."""

    cloud: Literal["aws", "gcp"]
    """Where it stands."""
    domain: str
    """Without the final dot."""
    id: str
    """Route 53's zone id, or projects/P/managedZones/NAME."""
    name: str
    """The domain on Route 53, the managed zone's name on Cloud DNS."""
    arn: str | None = None
    """Route 53's ARN."""
    account: str | None = None
    """AWS account."""
    project: str | None = None
    """Google Cloud project."""
    editor: ZoneEditor | None = None
    """What keeps its records for clusters in other accounts or projects; None where no cluster's workloads do, and from
    a global stack of an earlier release."""
    name_servers: list[str]
    """What the parent delegates to; without final dots."""
    ds: str | None = None
    """DS record of the parent, once dnssec is delegated."""


class GcpRegistry(_Published):
    """A Docker repository of Artifact Registry."""

    url: str
    """What images' names begin with."""
    id: str
    """projects/P/locations/L/repositories/R."""
    location: str
    """Region or continent."""


class GcpKey(_Published):
    """A key of Cloud KMS."""

    id: str
    """projects/P/locations/L/keyRings/R/cryptoKeys/K."""
    location: str
    """Region or continent."""


class GcpBucket(_Published):
    """A bucket of Cloud Storage."""

    name: str
    """Name."""
    url: str
    """gs://NAME."""
    location: str
    """Region, regions or continent."""


class GcpCiLogin(_Published):
    """What jobs of a repository log in to Google Cloud with."""

    provider: str
    """projects/N/locations/global/workloadIdentityPools/P/providers/Q."""
    preview: str | None = None
    """Service account that reads, by e-mail."""
    deploy: str | None = None
    """Service account that deploys, by e-mail."""


class GcpGlobals(_Published):
    """What is shared on Google Cloud."""

    project: str
    """The global project."""
    region: str
    """Its region."""
    projects: dict[str, str] = Field(default_factory=dict)
    """Name to project id."""
    registries: dict[str, GcpRegistry] = Field(default_factory=dict[str, GcpRegistry])
    """Name to registry."""
    keys: dict[str, GcpKey] = Field(default_factory=dict[str, GcpKey])
    """Name to key."""
    backups: dict[str, GcpBucket] = Field(default_factory=dict[str, GcpBucket])
    """Name to backup bucket."""
    access: dict[PresetName, list[str]] = Field(default_factory=dict[PresetName, list[str]])
    """Preset to the Google groups that hold it."""
    ci: dict[str, GcpCiLogin] = Field(default_factory=dict[str, GcpCiLogin])
    """CI identity to its login."""


class AwsRegistry(_Published):
    """Repositories of ECR under one prefix."""

    url: str
    """What images' names begin with."""
    arns: dict[str, str]
    """Image to the ARN of its repository."""
    region: str
    """Region."""


class AwsKey(_Published):
    """A KMS key."""

    arn: str
    """ARN."""
    region: str
    """Region."""


class AwsBucket(_Published):
    """A bucket of S3."""

    name: str
    """Name."""
    arn: str
    """ARN."""
    region: str
    """Region."""


class AwsCiLogin(_Published):
    """The roles that jobs of a repository assume."""

    preview: str | None = None
    """ARN of the role that reads."""
    deploy: str | None = None
    """ARN of the role that deploys."""


class AwsGlobals(_Published):
    """What is shared on AWS."""

    account: str
    """The global account."""
    region: str
    """Its region."""
    accounts: dict[str, str] = Field(default_factory=dict)
    """Name to account id."""
    registries: dict[str, AwsRegistry] = Field(default_factory=dict[str, AwsRegistry])
    """Name to registry."""
    keys: dict[str, AwsKey] = Field(default_factory=dict[str, AwsKey])
    """Name to key."""
    backups: dict[str, AwsBucket] = Field(default_factory=dict[str, AwsBucket])
    """Name to backup bucket."""
    access: dict[str, dict[PresetName, list[str]]] = Field(default_factory=dict[str, dict[PresetName, list[str]]])
    """Account id to preset to the ARNs of its roles."""
    ci: dict[str, dict[str, AwsCiLogin]] = Field(default_factory=dict[str, dict[str, AwsCiLogin]])
    """Account id to CI identity to its roles."""


class Globals(_Published):
    """Everything that the global stack publishes."""

    version: Literal[1]
    """Version of this output."""
    zones: dict[str, Zone] = Field(default_factory=dict[str, Zone])
    """Name to zone, of both clouds."""
    gcp: GcpGlobals | None = None
    """Google Cloud; None where the global stack has nothing there."""
    aws: AwsGlobals | None = None
    """AWS; None where the global stack has nothing there."""

    @classmethod
    def parse(cls, value: object, *, stack: str = "global") -> Globals:
        """Read the output of the global stack.

        Args:
            value: what the stack reference gave; numbers may be floats, as they come over the wire.
            stack: name of the stack, for the texts.

        Raises:
            SettingsError: there is no such output, or it is of another version, or it is not complete; each problem
                stands at the setting `global`.
        """
        update = f"run pulumi up -s {stack} with this version first"
        plain = _plain(value, ("globals",))
        if not isinstance(plain, dict):
            rule = f"the stack {stack} has published no output globals"
            raise SettingsError([Problem(("global",), rule, update, stack)])
        plain = cast("dict[str, Any]", plain)
        problem = _version_problem(plain.get("version", NO_VALUE), stack, update)
        if problem is not None:
            raise SettingsError([problem])
        try:
            return cls.model_validate(plain)
        except ValidationError as error:
            raise SettingsError(
                Problem(
                    ("global",),
                    f"the output globals of the stack {stack} is not complete at"
                    f" {'.'.join(str(part) for part in item['loc'])}: {item['msg']}",
                    update,
                    stack,
                )
                for item in error.errors(include_input=False, include_url=False)
            ) from None


def _version_problem(version: object, stack: str, update: str) -> Problem | None:
    if version == VERSION:
        return None
    if isinstance(version, int) and version > VERSION:
        return Problem(
            ("global",),
            f"the stack {stack} was deployed by a newer homeport: its output globals has version {version}, this one"
            f" reads {VERSION}",
            "upgrade homeport here to the version that deployed it",
            stack,
        )
    shown = "no version" if version is NO_VALUE else f"version {version!r}"
    return Problem(("global",), f"the output globals of the stack {stack} has {shown}, not {VERSION}", update, stack)


def _plain(value: Any, path: Path) -> Any:
    """Whole floats as integers; what a plan cannot know as the name of what it is."""
    if isinstance(value, Mapping):
        mapping = cast("Mapping[str, Any]", value)
        if mapping.get(_UNKNOWN) is True:
            return f"${{{'.'.join(str(part) for part in path)}}}"
        return {key: _plain(item, (*path, key)) for key, item in mapping.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = cast("Sequence[Any]", value)
        return [_plain(item, (*path, index)) for index, item in enumerate(items)]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
