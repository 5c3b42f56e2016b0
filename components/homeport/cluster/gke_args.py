"""Arguments of `GkeCluster`: the section `cluster` of a stack file with `kind: gke`, without its node pools.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport import naming
from homeport.model import In, Model, known, rule_error
from homeport.problems import Problem
from homeport.values import Cidr

Channel = Literal["rapid", "regular", "stable", "extended"]
LogComponent = Literal[
    "system", "workloads", "apiserver", "controller-manager", "scheduler"
]  # https://cloud.google.com/kubernetes-engine/docs/how-to/config-logging
MetricComponent = Literal[
    "system",
    "apiserver",
    "scheduler",
    "controller-manager",
    "storage",
    "pod",
    "deployment",
    "statefulset",
    "daemonset",
    "hpa",
    "cadvisor",
    "kubelet",
]  # https://cloud.google.com/kubernetes-engine/docs/how-to/configure-metrics


#: Limits of maintenance exclusions.
#: https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#exclusions
MOST_EXCLUSIONS: Final = 20
MOST_NO_UPGRADES: Final = 3
LONGEST_NO_UPGRADES: Final = timedelta(days=30)


def _cluster_name(name: str) -> str:
    broken = naming.GKE_CLUSTER.violation(name)
    if broken:
        raise rule_error(broken, "choose a shorter name of a-z, 0-9 and -")
    return name


def _project(name: str) -> str:
    broken = naming.GCP_PROJECT.violation(name)
    if broken:
        raise rule_error(broken, "write the project's id, not its display name or number")
    return name


#: A Google Cloud project id.
ProjectId = Annotated[str, AfterValidator(_project)]
#: A Google Cloud region, for example europe-west3.
GcpRegion = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]+$")]
#: A Google Cloud zone, for example europe-west3-a.
GcpZone = Annotated[str, Field(pattern=r"^[a-z]+-[a-z]+[0-9]+-[a-z]$")]


class GkeApi(Model):
    """Who reaches the Kubernetes API.

    dns: by the DNS endpoint, from anywhere, guarded by IAM (container.clusters.connect); no IP address answers.
    private: by the private address alone, from the VPC and what is connected to it.
    public: by a public address, from `authorized_networks` alone.
    https://cloud.google.com/kubernetes-engine/docs/concepts/network-isolation
    """

    access: Literal["dns", "private", "public"] = "dns"
    """How the API is reached."""
    authorized_networks: dict[str, Cidr] = Field(default_factory=dict)
    """Name to range. Who may connect by address; with private: ranges outside the cluster's own subnet."""
    open_to_world: bool = False
    """Consent to 0.0.0.0/0 among the authorised networks: every host on the internet may try to log in."""
    dns_from_outside: bool = True
    """With dns: also from outside Google Cloud, for people and CI. Off: from Google Cloud's networks alone."""

    def check(self) -> Iterator[Problem]:
        """Public access names its networks, and the world only with consent."""
        if self.access == "public" and not self.authorized_networks:
            yield Problem(
                ("authorized_networks",),
                "access: public needs the networks that may connect",
                "add them, for example {office: 203.0.113.0/24}, or use access: dns",
                related=(("access",),),
            )
        if self.access == "dns" and self.authorized_networks:
            yield Problem(
                ("authorized_networks",),
                "access: dns has no address to connect to; these networks would have no effect",
                "remove them, or use access: private or public",
                related=(("access",),),
            )
        for name, cidr in self.authorized_networks.items():
            if cidr.endswith("/0") and not self.open_to_world:
                yield Problem(
                    ("authorized_networks", name),
                    "opens the Kubernetes API to the whole internet",
                    "name the networks that need it, use access: dns, or consent with open_to_world: true",
                    cidr,
                    related=(("open_to_world",),),
                )


class Window(Model):
    """When GKE may upgrade: a recurring window, in UTC.

    GKE asks for 48 hours of windows in any 32 days.
    https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions
    """

    start: Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")] = "02:00"
    """Begin, HH:MM in UTC."""
    hours: Annotated[int, Field(ge=4, le=24)] = 6
    """Length; 4 hours at least."""
    days: Annotated[list[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"]], Field(min_length=1)] = Field(
        default_factory=lambda: ["MO", "TU", "WE", "TH"]
    )
    """Days of the week on which the window begins."""

    def check(self) -> Iterator[Problem]:
        """Enough room for GKE, no day twice."""
        if len(set(self.days)) != len(self.days):
            yield Problem(("days",), "a day stands in the list twice", "name each day once", ", ".join(self.days))
        weekly = self.hours * len(set(self.days))
        if weekly * 32 // 7 < 48:
            yield Problem(
                ("hours",),
                f"{weekly} hours a week are less than the 48 hours in 32 days that GKE asks for",
                "add days or hours",
                self.hours,
                related=(("days",),),
            )


class Exclusion(Model):
    """A time without upgrades, for example a sale.

    https://cloud.google.com/kubernetes-engine/docs/concepts/maintenance-windows-and-exclusions#exclusions
    """

    start: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
    """Begin, RFC 3339 in UTC, for example "2026-12-20T00:00:00Z"."""
    end: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$")]
    """End, after start."""
    scope: Literal["no-upgrades", "no-minor-upgrades", "no-minor-or-node-upgrades"] = "no-minor-upgrades"
    """What is held back. no-upgrades: 30 days at most."""

    def check(self) -> Iterator[Problem]:
        """Real dates, in order, not longer than the scope allows."""
        moments = {name: _moment(getattr(self, name)) for name in ("start", "end")}
        for name, moment in moments.items():
            if moment is None:
                yield Problem(
                    (name,),
                    "there is no such date or time",
                    'write it as year-month-dayThour:minute:secondZ, for example "2026-12-20T00:00:00Z"',
                    getattr(self, name),
                )
        start, end = moments["start"], moments["end"]
        if start is None or end is None:
            return
        if end <= start:
            yield Problem(("end",), f"must be after start, which is {self.start}", "", self.end, related=(("start",),))
        elif self.scope == "no-upgrades" and end - start > LONGEST_NO_UPGRADES:
            latest = (start + LONGEST_NO_UPGRADES).strftime("%Y-%m-%dT%H:%M:%SZ")
            yield Problem(
                ("end",),
                f"an exclusion of all upgrades lasts {LONGEST_NO_UPGRADES.days} days at most",
                f'end it by "{latest}", or use scope: no-minor-upgrades, which may last longer',
                self.end,
                related=(("start",), ("scope",)),
            )


class Maintenance(Model):
    """When GKE may and may not upgrade."""

    window: Window = Window()
    """The recurring window."""
    exclusions: dict[str, Exclusion] = Field(default_factory=dict)
    """Name to exclusion; 3 of no-upgrades, 20 in all at most."""

    def check(self) -> Iterator[Problem]:
        """Not more exclusions than GKE takes."""
        total = [name for name, exclusion in self.exclusions.items() if exclusion.scope == "no-upgrades"]
        if len(total) > MOST_NO_UPGRADES:
            yield Problem(
                ("exclusions",),
                f"{len(total)} exclusions hold back all upgrades ({', '.join(total)}); GKE takes {MOST_NO_UPGRADES}",
                "remove those that are over, or give some scope: no-minor-upgrades",
            )
        if len(self.exclusions) > MOST_EXCLUSIONS:
            yield Problem(
                ("exclusions",),
                f"there are {len(self.exclusions)} exclusions; GKE takes {MOST_EXCLUSIONS}",
                "remove those that are over",
            )


class Encryption(Model):
    """Encryption of Kubernetes secrets in the control plane's database with a key of our own.

    https://cloud.google.com/kubernetes-engine/docs/how-to/encrypting-secrets
    """

    enabled: bool = True
    """Make a key ring and key beside the cluster and use it; off: Google's key alone."""
    key: In[str] | None = None
    """Use this key (projects/P/locations/REGION/keyRings/R/cryptoKeys/K) instead of making one."""
    rotation_days: Annotated[int, Field(ge=1, le=3650)] = 90
    """A new key version each so many days; older versions keep decrypting what they encrypted."""

    def check(self) -> Iterator[Problem]:
        """A key is given to be used."""
        if self.key is not None and not self.enabled:
            yield Problem(
                ("enabled",),
                "encryption is off, so the key would have no effect",
                "remove key, or remove enabled: false",
                value=False,
                related=(("key",),),
            )


class GkeClusterArgs(Model):
    """A regional GKE cluster whose node pools are resources of their own.

    What replaces a running cluster (and is therefore refused by its protection): name, project, region, the network and
    its range names, the control plane's range, max_pods. Everything else changes in place.
    https://cloud.google.com/kubernetes-engine/docs/reference/rest/v1/projects.locations.clusters
    """

    kind: Literal["gke"] = "gke"
    """Always gke."""
    name: Annotated[str, AfterValidator(_cluster_name)] | None = None
    """Name in the cloud, up to 40 characters; default: the environment's. Changing it replaces the cluster."""
    project: In[ProjectId]
    """Google Cloud project of the cluster and its network."""
    region: GcpRegion
    """Region of the control plane; regional, so that it survives the loss of a zone."""
    zones: Annotated[list[GcpZone], Field(min_length=1)]
    """Zones of the nodes. Two or more, named, never shuffled."""
    release_channel: Channel | None = None
    """Who chooses the version: regular unless `version` is set."""
    version: Annotated[str, Field(pattern=r"^1\.\d+(\.\d+(-gke\.\d+)?)?$")] | None = None
    """Kubernetes version of the control plane, for example 1.34, instead of a release channel. Outside of a channel
    GKE still moves it when the version goes out of support; it never goes back."""
    api: GkeApi = GkeApi()
    """Who reaches the Kubernetes API."""
    maintenance: Maintenance = Maintenance()
    """When GKE may upgrade."""
    encryption: Encryption = Encryption()
    """Encryption of Kubernetes secrets."""
    max_pods: Annotated[int, Field(ge=8, le=256)] = 110
    """Most pods per node, unless a pool says otherwise; with the pods range it limits the number of nodes.
    Changing it replaces the cluster."""
    logging: list[LogComponent] = Field(default_factory=lambda: ["system", "workloads"])
    """What goes to Cloud Logging; an empty list switches it off."""
    monitoring: list[MetricComponent] = Field(default_factory=lambda: ["system"])
    """What goes to Cloud Monitoring; an empty list switches it off."""
    managed_prometheus: bool = False
    """Google's managed collection; off where kube-prometheus-stack does it."""
    security_posture: Literal["disabled", "basic"] = "basic"
    """Scan of workload configuration."""
    vulnerability_scanning: Literal["disabled", "basic", "enterprise"] = "disabled"
    """Scan of running images."""
    rbac_group: Annotated[str, Field(pattern=r"^gke-security-groups@.+\..+$")] | None = None
    """Google group whose member groups may stand in RBAC bindings: gke-security-groups@DOMAIN, no other name works.
    https://cloud.google.com/kubernetes-engine/docs/how-to/google-groups-rbac"""
    cost_allocation: bool = True
    """Break the bill down by namespace and label."""
    gateway_api: bool = False
    """Let GKE install and upgrade the Gateway API's standard CRDs, for its own Gateway controller. It leaves out kinds
    that its controller does not serve (GRPCRoute, ListenerSet), and Traefik serves no Gateway while one is missing, so
    the add-on gateway-api-crds installs all of them instead. Never both.
    https://cloud.google.com/kubernetes-engine/docs/concepts/gateway-api"""
    binary_authorization: bool = False
    """Admit only images that the project's policy allows."""
    registry_projects: list[In[ProjectId]] = Field(default_factory=list)
    """Projects whose Artifact Registry the nodes may pull from; default: the cluster's own."""

    @property
    def channel(self) -> Channel | None:
        """The release channel in force; None with a fixed version."""
        return self.release_channel or (None if self.version else "regular")

    def check(self) -> Iterator[Problem]:
        """Zones belong to the region, the channel chooses the version, keys lie in the region, names fit."""
        if self.name is not None:
            yield from gke_name_problems(self.name)
        yield from _component_problems("logging", self.logging)
        yield from _component_problems("monitoring", self.monitoring)
        seen: set[str] = set()
        for index, project in enumerate(self.registry_projects):
            text = known(project)
            if text is not None and text in seen:
                yield Problem(("registry_projects", index), "stands in the list twice", "remove one of them", text)
            elif text is not None:
                seen.add(text)
        if self.version and self.release_channel:
            yield Problem(
                ("version",),
                f"the release channel {self.release_channel} chooses the version; both would fight",
                "remove version to follow the channel, or remove release_channel to stay at the version",
                self.version,
                related=(("release_channel",),),
            )
        for index, zone in enumerate(self.zones):
            if not zone.startswith(f"{self.region}-"):
                yield Problem(
                    ("zones", index),
                    f"lies outside the region {self.region}",
                    f"use zones of the region, for example {self.region}-a",
                    zone,
                    related=(("region",),),
                )
            if zone in self.zones[:index]:
                yield Problem(("zones", index), "stands in the list twice", "remove one of them", zone)
        key = known(self.encryption.key)
        if key is not None and f"/locations/{self.region}/" not in key:
            yield Problem(
                ("encryption", "key"),
                f"the key must lie in the cluster's region, {self.region}",
                f"use a key of projects/PROJECT/locations/{self.region}/keyRings/RING/cryptoKeys/KEY",
                key,
                related=(("region",),),
            )


def node_account_id(name: str) -> str:
    """Id of the service account of the nodes of the cluster `name`."""
    return f"{name}-nodes"


def gke_name_problems(name: str) -> Iterator[Problem]:
    """What is wrong with `name` as a cluster's name, for a settings model that derives it from something else.

    Paths are relative to the cluster's section.
    """
    for rule, derived in (
        (naming.GKE_CLUSTER, name),
        (naming.GCP_SERVICE_ACCOUNT, node_account_id(name)),
    ):
        broken = rule.violation(derived)
        if broken:
            longest = naming.GCP_SERVICE_ACCOUNT.max_length - len(node_account_id(""))
            yield Problem(("name",), broken, f"set name to {longest} characters at most, of a-z, 0-9 and -", name)
            return


def _component_problems(field: str, components: Sequence[str]) -> Iterator[Problem]:
    """GKE refuses any component without the system's.

    https://cloud.google.com/kubernetes-engine/docs/how-to/config-logging
    """
    if components and "system" not in components:
        yield Problem(
            (field,),
            "GKE takes other components only together with system",
            f"write {field}: [{', '.join(['system', *components])}], or an empty list to switch it off",
            ", ".join(components),
        )
    for index, component in enumerate(components):
        if component in components[:index]:
            yield Problem((field, index), "stands in the list twice", "remove one of them", component)


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
