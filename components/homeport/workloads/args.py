"""What every workload of our own says: image, settings, room, rights, whom it talks to.

Kinds add to it: `WebAppArgs`, `WorkerArgs`, `CronJobArgs`, `JobArgs`. What is left out takes the default that the
checkers of manifests ask for.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.identity.permissions import Permission
from homeport.model import In, Model, TextFromInt, known, rule_error
from homeport.problems import Problem
from homeport.values import Cidr, DnsLabel, Quantity

_IMAGE: Final = re.compile(r"[a-z0-9][a-z0-9.-]*(:[0-9]+)?(/[a-z0-9]+([._-]+[a-z0-9]+)*)+")
_TAG: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST: Final = re.compile(r"sha256:[0-9a-f]{64}")
_ENV: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_PATH: Final = re.compile(r"/[A-Za-z0-9._/-]+")


def _image(value: str) -> str:
    if "@" in value or ":" in value.rpartition("/")[2]:
        raise rule_error("must be an image's name without tag or digest", "put those into tag and digest")
    if not _IMAGE.fullmatch(value):
        raise rule_error(
            "must be an image's full name: registry, slash, repository, in lower case",
            "for example europe-west3-docker.pkg.dev/acme-global/apps/web",
        )
    return value


def _tag(value: str) -> str:
    if value == "latest":
        raise rule_error("must name one build; latest is another one tomorrow", "use a version or a commit hash")
    if not _TAG.fullmatch(value):
        raise rule_error("must be an image tag: letters, digits, _, . and -, up to 128", 'for example "1.4.2"')
    return value


def _digest(value: str) -> str:
    if not _DIGEST.fullmatch(value):
        raise rule_error("must be an image digest", "write sha256: and 64 hexadecimal digits")
    return value


def _env_name(value: str) -> str:
    if not _ENV.fullmatch(value):
        raise rule_error("must be the name of an environment variable: letters, digits and _", "for example LOG_LEVEL")
    return value


def _path(value: str) -> str:
    if not _PATH.fullmatch(value) or "/../" in f"{value}/":
        raise rule_error("must be an absolute path in the container", "for example /etc/app/app.yaml")
    return value


ImageName = Annotated[str, AfterValidator(_image)]
ImageTag = Annotated[TextFromInt, AfterValidator(_tag)]
ImageDigest = Annotated[str, AfterValidator(_digest)]
EnvName = Annotated[str, AfterValidator(_env_name)]
ContainerPath = Annotated[str, AfterValidator(_path)]
Port = Annotated[int, Field(ge=1, le=65535)]


class FromSecret(Model):
    """A value that is read from a Kubernetes Secret when the pod starts; its content is never part of the program."""

    secret: DnsLabel
    """Name of the Secret in the workload's namespace."""
    key: Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
    """Key in it."""
    optional: bool = False
    """Whether pods start without it; the variable is unset then."""


class Resources(Model):
    """Room for one container. A limit of CPU only slows it down, so there is one of memory and disk alone by default.

    https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/
    """

    cpu: Quantity = "100m"
    """Reserved CPU."""
    memory: Quantity = "128Mi"
    """Reserved memory, and its limit: a pod that needs more is ended rather than its node's other pods."""
    memory_limit: Quantity | None = None
    """Limit of memory; default: what is reserved."""
    cpu_limit: Quantity | None = None
    """Limit of CPU; default: ten times what is reserved, which checkers ask for and few workloads reach."""
    disk: Quantity = "64Mi"
    """Reserved ephemeral disk: logs and writable folders."""
    disk_limit: Quantity | None = None
    """Limit of ephemeral disk; default: eight times what is reserved."""


class Hardening(Model):
    """What the hardened pod forbids. Each change of a default is a decision; it shows in the spec."""

    user: Annotated[int, Field(ge=0, le=2_147_483_647)] = 10001
    """User and group that the containers run as; below 10001 it may be a user of the node too, 0 is root."""
    read_only_root: bool = True
    """The image's files cannot be changed at run time; `writable` names folders that can."""
    writable: list[ContainerPath] = Field(default_factory=lambda: ["/tmp"])  # noqa: S108 - a mount in the container
    """Folders with an empty, writable volume each."""
    capabilities: list[Annotated[str, Field(pattern=r"^[A-Z_]+$")]] = Field(default_factory=list)
    """Linux capabilities; the restricted level allows NET_BIND_SERVICE alone."""
    seccomp: Literal["runtime-default", "unconfined"] = "runtime-default"
    """Filter of system calls."""
    service_account_token: bool = False
    """Whether a token for the Kubernetes API is mounted. Cloud permissions do not need it."""


class Flow(Model):
    """Somebody that the workload connects to. What is not named is not reached, nor does it reach.

    Exactly one of app, cidr and internet.
    """

    app: DnsLabel | None = None
    """An application of this stack; its declared port is opened to this workload, on both sides."""
    cidr: Cidr | None = None
    """An address range."""
    internet: bool = False
    """Every public address; private ranges stay closed, so that no neighbour and no metadata server is reached."""
    ports: list[Port] = Field(default_factory=list)
    """TCP ports; default: an app's own port, 443 otherwise."""

    def check(self) -> Iterator[Problem]:
        """One target."""
        named = [self.app is not None, self.cidr is not None, self.internet]
        if sum(named) != 1:
            yield Problem((), "must name exactly one of app, cidr and internet", "for example {app: api}")


class AppBase(Model):
    """What every application says, whoever wrote its manifests."""

    tenant: DnsLabel
    """Whose it is."""
    namespace: DnsLabel | None = None
    """One of the tenant's namespaces; default: its first."""
    connects: list[Flow] = Field(default_factory=list[Flow])
    """Whom it connects to, beside the cluster's DNS."""
    admits: list[Cidr] = Field(default_factory=list[Cidr])
    """Address ranges that may connect to it, beside the gateway and the apps that name it."""
    admits_tenants: list[DnsLabel] = Field(default_factory=list[DnsLabel])
    """Other tenants whose apps may name it among their flows."""
    after: list[DnsLabel] = Field(default_factory=list[DnsLabel])
    """Jobs of the same tenant that must have finished before it starts: migrations."""


class WorkloadArgs(AppBase):
    """What every kind of workload of our own says."""

    image: In[ImageName]
    """Image without tag."""
    tag: In[ImageTag] | None = None
    """Tag; the one thing that a stack file changes most. A tag or a digest is needed, here or in the stack file."""
    digest: In[ImageDigest] | None = None
    """Digest; wins over the tag, which then only tells people what it is."""
    command: list[str] | None = None
    """Entry point; default: the image's."""
    arguments: list[str] | None = None
    """Arguments; default: the image's."""
    env: dict[EnvName, In[str] | int | bool | FromSecret] = Field(default_factory=dict)
    """Environment: text, another resource's output, or a key of a Secret. Never a secret in the open."""
    files: dict[ContainerPath, In[str]] = Field(default_factory=dict)
    """Path to content: configuration files, read-only. Any change of them rolls the pods."""
    secret_files: dict[ContainerPath, DnsLabel] = Field(default_factory=dict)
    """Folder to the name of a Secret whose keys are its files, read-only."""
    resources: Resources = Resources()
    """Room."""
    hardening: Hardening = Hardening()
    """What the pod may not."""
    permissions: list[Permission] = Field(default_factory=list[Permission])
    """What it may do in the cloud."""
    node_pool: DnsLabel | None = None
    """Pool whose nodes it runs on, with that pool's taints tolerated; default: any node without taints."""
    tolerates_spot: bool = False
    """May also run on nodes that the cloud can take back (taint spot=true:NoSchedule)."""
    priority_class: str | None = None
    """Priority class; default: the cluster's."""
    labels: dict[str, str] = Field(default_factory=dict)
    """More labels of its objects and pods."""
    annotations: dict[str, str] = Field(default_factory=dict)
    """More annotations of its pods."""
    grace_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Time between the request to stop and the kill."""

    def check(self) -> Iterator[Problem]:
        """Nothing that looks like a secret stands in the open."""
        for name, value in self.env.items():
            if isinstance(known(value), str) and _looks_secret(name):
                yield Problem(
                    ("env", name),
                    "its name says that it is a secret, and its value stands in the program and in the cluster's API",
                    f"put it into a Secret and write {name}: {{secret: NAME, key: KEY}}",
                )


def _looks_secret(name: str) -> bool:
    words = name.upper().split("_")
    return bool({"PASSWORD", "PASSWD", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS"} & set(words)) or (
        words[-2:] in (["API", "KEY"], ["PRIVATE", "KEY"], ["ACCESS", "KEY"])
    )
