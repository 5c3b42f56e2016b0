"""Arguments of `DnsZones`: the section `dns` of the global stack's file.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from homeport import naming
from homeport.cluster.gke_args import ProjectId
from homeport.globals.dns_plan import zone_problems
from homeport.model import In, Model, rule_error
from homeport.problems import Problem
from homeport.values import DnsLabel, DnsName

#: https://cloud.google.com/dns/docs/zones#create_managed_zones
CLOUD_DNS_ZONE = naming.NameRule(
    "Cloud DNS zone",
    r"[a-z]([-a-z0-9]*[a-z0-9])?",
    1,
    63,
    "a-z, 0-9 and -, begin with a letter and not end with a -",
    "https://cloud.google.com/dns/docs/zones",
)

#: How far DNSSEC is switched on. none: unsigned. signed: signed, but the parent holds no DS record, so that nobody
#: validates yet. delegated: the parent holds the DS record, or its registrar is told to. Go up and down one step at a
#: time, on the way down with the TTL of the DS record (a day at most registrars) between delegated and signed:
#: resolvers that remember a DS record refuse the answers of an unsigned zone.
Dnssec = Literal["none", "signed", "delegated"]


def _no_wildcard(value: object) -> object:
    if isinstance(value, str) and "*" in value:
        raise rule_error(
            "a zone is one domain, not a wildcard",
            f'write "{value.lstrip("*").lstrip(".")}", and a wildcard record inside of the zone',
        )
    return value


def _zone_name(value: str) -> str:
    broken = CLOUD_DNS_ZONE.violation(value)
    if broken:
        raise rule_error(broken, "choose a shorter name of a-z, 0-9 and -")
    return value


class ExistingParent(Model):
    """A parent zone that something else made: delegation records are added to it, nothing else of it is touched."""

    domain: DnsName
    """Its domain; the zone lies below it."""
    hosted_zone_id: In[Annotated[str, Field(pattern=r"^Z[A-Z0-9]+$")]] | None = None
    """Route 53's id, for example Z0123456789ABCDEFGHIJ."""
    managed_zone: In[Annotated[str, AfterValidator(_zone_name)]] | None = None
    """Cloud DNS's name of the zone, not its domain."""
    project: ProjectId | None = None
    """Google Cloud project of `managed_zone`; default: the provider's."""

    def check(self) -> Iterator[Problem]:
        """One cloud."""
        if (self.hosted_zone_id is None) == (self.managed_zone is None):
            yield Problem(
                ("hosted_zone_id",),
                "a parent zone stands in Route 53 or in Cloud DNS: exactly one of both names it",
                "write hosted_zone_id, or managed_zone and project",
                related=(("managed_zone",),),
            )
        if self.project is not None and self.managed_zone is None:
            yield Problem(
                ("project",),
                "belongs to managed_zone; Route 53 has no projects",
                "remove project",
                self.project,
                related=(("hosted_zone_id",),),
            )


class ZoneArgs(Model):
    """A public DNS zone and its delegation from the parent zone.

    https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-working-with.html
    https://cloud.google.com/dns/docs/zones
    """

    cloud: Literal["aws", "gcp"]
    """aws: a hosted zone of Route 53. gcp: a managed zone of Cloud DNS."""
    domain: Annotated[DnsName, BeforeValidator(_no_wildcard)]
    """The domain, without the final dot. Changing it makes a new zone."""
    dnssec: Dnssec = "none"
    """none, signed, delegated: one step at a time, see docs/globals.md."""
    parent: Literal["registrar"] | DnsLabel | ExistingParent | None = None
    """Who delegates: the name of another zone of this section, a zone that exists, or registrar: a person enters the
    name servers there. Default: registrar, where no zone of this section is above."""
    name: Annotated[str, AfterValidator(_zone_name)] | None = None
    """Cloud DNS's name of the zone; default: the domain with dashes. Changing it makes a new zone."""
    delegation_ttl: Annotated[int, Field(ge=60, le=172800)] = 3600
    """Seconds that resolvers keep the NS and DS records of the parent."""
    editors: list[DnsLabel] | None = None
    """Whose clusters' workloads (external-dns, cert-manager) may keep its records: names of `aws.accounts` for a zone
    on Route 53, of `gcp.projects` for one on Cloud DNS; default: all of them. Empty: nobody's."""
    import_id: str | None = None
    """Take over a zone that exists instead of making one: Route 53's id, or projects/P/managedZones/NAME. Remove it
    after the first update."""

    @property
    def physical_name(self) -> str:
        """The zone's name in Cloud DNS."""
        return self.name or self.domain.replace(".", "-")

    def check(self) -> Iterator[Problem]:
        """Names of Cloud DNS belong to Cloud DNS and fit it; nobody is named twice."""
        for index, name in enumerate(self.editors or ()):
            if name in (self.editors or ())[:index]:
                yield Problem(("editors", index), "stands in the list twice", "remove one of them", name)
        if self.cloud == "aws" and self.name is not None:
            yield Problem(
                ("name",), "Route 53 knows a zone by its domain alone", "remove name", self.name, related=(("cloud",),)
            )
        if self.cloud == "gcp" and self.name is None:
            broken = CLOUD_DNS_ZONE.violation(self.physical_name)
            if broken:
                yield Problem(("domain",), broken, "set name to a shorter name of a-z, 0-9 and -", self.domain)


class DnsArgs(Model):
    """Public DNS zones on both clouds, and who delegates to whom."""

    zones: dict[DnsLabel, ZoneArgs] = Field(default_factory=dict[str, ZoneArgs])
    """Name to zone; cluster stacks refer to the name."""

    def check(self) -> Iterator[Problem]:
        """The zones form a tree, and each is delegated from the nearest zone above."""
        yield from zone_problems(self.zones)
