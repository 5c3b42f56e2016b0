"""What every workload of our own says: image, settings, room, rights, whom it talks to.

Kinds add to it: `WebAppArgs`, `WorkerArgs`, `CronJobArgs`, `JobArgs`. What is left out takes the default that the
checkers of manifests ask for.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import Field

from homeport.cluster.pool_args import NodeLabelValue
from homeport.identity.permissions import Permission
from homeport.model import In, Model, known
from homeport.problems import Problem
from homeport.values import Cidr, DnsLabel
from homeport.workloads.fields import (
    ContainerPath,
    EnvName,
    ImageDigest,
    ImageName,
    ImageTag,
    LabelKey,
    Port,
    PriorityClass,
)
from homeport.workloads.resources import Resources

#: A password where a URL has one: scheme://user:password@host.
_URL_PASSWORD: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/@:]*:[^\s/@]+@")


class FromSecret(Model):
    """A value that is read from a Kubernetes Secret when the pod starts; its content is never part of the program."""

    secret: DnsLabel
    """Name of the Secret in the workload's namespace."""
    key: Annotated[str, Field(pattern=r"^[-._a-zA-Z0-9]+$", max_length=253)]
    """Key in it."""
    optional: bool = False
    """Whether pods start without it; the variable is unset then."""


class StackSecret(Model):
    """A secret of the stack. It gets into a Kubernetes Secret of the app's own, and a new value rolls the pods."""

    stack_secret: Annotated[str, Field(min_length=1)]
    """Its name under `homeport:secrets`."""


class Hardening(Model):
    """What the hardened pod forbids. Each change of a default is a decision; it shows in the spec."""

    user: Annotated[int, Field(ge=0, le=2_147_483_647)] = 10001
    """User and group that the containers run as; below 10001 it may be a user of the node too, 0 is root."""
    read_only_root: bool = True
    """The image's files cannot be changed at run time; `writable` names folders that can."""
    writable: list[ContainerPath] = Field(default_factory=lambda: ["/tmp"])  # noqa: S108 - a mount in the container
    """Folders with an empty, writable volume each; all of them and the logs share `resources.disk_limit`."""
    capabilities: list[Annotated[str, Field(pattern=r"^[A-Z_]+$")]] = Field(default_factory=list)
    """Linux capabilities; the restricted level allows NET_BIND_SERVICE alone."""
    low_ports: bool = False
    """May listen below 1024 without being root: a setting of the pod's own network, which every level admits. Some
    nodes allow it anyway, others do not. https://kubernetes.io/docs/tasks/administer-cluster/sysctl-cluster/"""
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
    env: dict[EnvName, In[str] | int | bool | FromSecret | StackSecret] = Field(default_factory=dict)
    """Environment: text, another resource's output, a key of a Secret, or a secret of the stack. Never a
    secret in the open."""
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
    priority_class: PriorityClass | None = None
    """Priority class; default: the cluster's."""
    labels: dict[LabelKey, NodeLabelValue] = Field(default_factory=dict)
    """More labels of its objects and pods; homeport's own and those of `app.kubernetes.io` stay what they are."""
    annotations: dict[LabelKey, str] = Field(default_factory=dict)
    """More annotations of its pods."""
    grace_seconds: Annotated[int, Field(ge=0, le=3600)] = 30
    """Time between the request to stop and the kill."""

    def check(self) -> Iterator[Problem]:
        """Nothing that looks like a secret stands in the open, and no mount hides another."""
        yield from super().check()
        for name, value in self.env.items():
            if isinstance(text := known(value), str) and (_looks_secret(name) or _URL_PASSWORD.search(text)):
                yield Problem(
                    ("env", name),
                    "its name says that it is a secret, and its value stands in the program and in the cluster's API"
                    if _looks_secret(name)
                    else "holds a password, which would stand in the program and in the cluster's API",
                    f"put it into a Secret and write {name}: {{secret: NAME, key: KEY}}",
                )
        yield from self._mount_problems()
        for key in self.labels:
            if key.startswith(_OWN_LABELS):
                yield Problem(
                    ("labels", key),
                    "is a label that homeport sets itself: selectors and policies rest on it",
                    "use a prefix of your own domain, for example acme.example/team",
                )

    def _mount_problems(self) -> Iterator[Problem]:
        """Kubernetes mounts one thing on a path, and nothing can be mounted below what is read-only."""
        writable = self.hardening.writable
        mounts = [
            *((("hardening", "writable", index), path) for index, path in enumerate(writable)),
            *((("files", path), path) for path in self.files),
            *((("secret_files", path), path) for path in self.secret_files),
        ]
        seen: dict[str, tuple[str | int, ...]] = {}
        for where, path in mounts:
            if path in seen:
                yield Problem(where, "is mounted twice", "choose another path", path, related=(seen[path],))
            seen.setdefault(path, where)
            above = next((other for other in (*self.secret_files, *self.files) if path.startswith(f"{other}/")), None)
            if above is not None:
                yield Problem(
                    where,
                    f"lies below {above}, which is read-only, so that nothing can be mounted in it",
                    "choose a path beside it",
                    path,
                )
        keys: dict[str, str] = {}
        for path in self.files:
            other = keys.setdefault(file_key(path), path)
            if other != path:
                yield Problem(
                    ("files", path),
                    f"has the same key in the ConfigMap as {other}: {file_key(path)}",
                    "rename one of the files",
                )


def file_key(path: str) -> str:
    """Key of a configuration file in its ConfigMap."""
    return path.strip("/").replace("/", "_")


#: Prefixes of labels that are ours to set.
_OWN_LABELS: Final = ("app.kubernetes.io/", "homeport.dev/")


def _looks_secret(name: str) -> bool:
    """Whether a variable's name ends as those of secrets do; PASSWORD_FILE and TOKEN_URL only lead to one."""
    words = name.upper().split("_")
    return words[-1] in {"PASSWORD", "PASSWD", "PASSPHRASE", "SECRET", "TOKEN", "APIKEY", "CREDENTIALS"} or (
        words[-2:] in (["API", "KEY"], ["PRIVATE", "KEY"], ["ACCESS", "KEY"], ["SECRET", "KEY"])
    )
