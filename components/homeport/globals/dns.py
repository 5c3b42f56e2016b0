"""`DnsZones`: public zones on Route 53 and Cloud DNS, signed where wanted, each delegated from its parent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pulumi
import pulumi_aws as aws
import pulumi_gcp as gcp

from homeport.globals import documents
from homeport.globals.dns_args import DnsArgs, ExistingParent, ZoneArgs
from homeport.globals.dns_plan import REGISTRAR, absolute, normal_servers
from homeport.globals.key_documents import dnssec_key_policy
from homeport.globals.values import AccountId
from homeport.lookups import looked_up
from homeport.protection import guard
from homeport.values import Protection

#: Route 53 reads signing keys of zones from this region alone.
#: https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-configuring-dnssec-cmk-requirements.html
_DNSSEC_REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class DnsZone:
    """A zone as others need to know it.

    Attributes:
        cloud: aws or gcp.
        domain: without the final dot.
        id: Route 53's zone id; projects/P/managedZones/NAME on Cloud DNS.
        name: Route 53: the domain; Cloud DNS: the name of the managed zone.
        arn: Route 53's ARN; None on Cloud DNS.
        project: Google Cloud project; None on Route 53.
        name_servers: without final dots, sorted.
        ds: DS record for the parent, `key tag, algorithm, digest type, digest`; None unless dnssec is delegated.
        resource: the zone itself.
    """

    cloud: Literal["aws", "gcp"]
    domain: str
    id: pulumi.Output[str]
    name: pulumi.Output[str]
    arn: pulumi.Output[str] | None
    project: pulumi.Output[str] | None
    name_servers: pulumi.Output[list[str]]
    ds: pulumi.Output[str] | None
    resource: pulumi.CustomResource
    signed: Sequence[pulumi.Resource] = field(default_factory=tuple)


class DnsZones(pulumi.ComponentResource):
    """Public DNS zones and the records by which their parents delegate to them.

    A zone whose parent is the registrar gets no record: `zones[...].name_servers` and `ds` say what to enter there.
    Deleting: records of the zone's own first (Route 53 and Cloud DNS refuse a zone with records), then the delegation.
    """

    zones: Mapping[str, DnsZone]
    """Name to zone."""

    def __init__(
        self,
        name: str,
        args: DnsArgs,
        *,
        account: AccountId | None = None,
        protection: Protection = "standard",
        ready: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        """Declare the zones.

        Args:
            name: prefix of the children's names.
            args: the zones.
            account: AWS account of the zones on Route 53; needed where one of them is signed.
            protection: how well the zones are guarded.
            ready: what enables the API dns on Google Cloud.
            opts: with the aws and gcp providers of the zones' clouds in `providers`.
        """
        super().__init__("homeport:globals:DnsZones", name, None, opts)
        self._name = name
        self._account = account
        self._ready = list(ready)
        self._guard = guard(protection, "zone")
        self._key_guard = guard(protection, "key")
        self.zones = {
            key: self._route53(key, zone) if zone.cloud == "aws" else self._cloud_dns(key, zone)
            for key, zone in args.zones.items()
        }
        for key, zone in args.zones.items():
            self._delegate(key, zone)
        self.register_outputs({"name_servers": {key: zone.name_servers for key, zone in self.zones.items()}})

    def _route53(self, key: str, args: ZoneArgs) -> DnsZone:
        zone = aws.route53.Zone(
            f"{self._name}-{key}",
            name=args.domain,
            comment=f"Made by homeport, zone {key}",
            force_destroy=False,
            opts=self._stateful(args),
        )
        signing_key = None
        signed: list[pulumi.Resource] = []
        if args.dnssec != "none":
            signing_key = self._signing_key(key, zone)
            signed.append(
                aws.route53.HostedZoneDnsSec(
                    f"{self._name}-{key}-dnssec",
                    # Through the key: signing starts after it exists and ends before it goes.
                    hosted_zone_id=signing_key.hosted_zone_id,
                    signing_status="SIGNING",
                    opts=pulumi.ResourceOptions(parent=self, depends_on=[signing_key]),
                )
            )
        return DnsZone(
            cloud="aws",
            domain=args.domain,
            id=zone.zone_id,
            name=zone.name,
            arn=zone.arn,
            project=None,
            name_servers=zone.name_servers.apply(normal_servers),
            ds=signing_key.ds_record if signing_key is not None and args.dnssec == "delegated" else None,
            resource=zone,
            signed=signed,
        )

    def _signing_key(self, key: str, zone: aws.route53.Zone) -> aws.route53.KeySigningKey:
        if self._account is None:
            raise ValueError(f"DnsZones({self._name!r}): a signed zone on Route 53 needs the account of its key")
        kms = aws.kms.Key(
            f"{self._name}-{key}-ksk",
            description="Signs a DNS zone",
            region=_DNSSEC_REGION,
            customer_master_key_spec="ECC_NIST_P256",
            key_usage="SIGN_VERIFY",
            # AWS does not rotate asymmetric keys; Route 53 rotates the zone signing key itself.
            enable_key_rotation=False,
            deletion_window_in_days=30,
            policy=documents.to_json(dnssec_key_policy(self._account)),
            opts=pulumi.ResourceOptions(
                parent=self, protect=self._key_guard.protect, retain_on_delete=self._key_guard.retain
            ),
        )
        return aws.route53.KeySigningKey(
            f"{self._name}-{key}-signing",
            # Three characters at least, letters, digits and _ alone.
            name=f"ksk_{key.replace('-', '_')}",
            hosted_zone_id=zone.zone_id,
            key_management_service_arn=kms.arn,
            status="ACTIVE",
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _cloud_dns(self, key: str, args: ZoneArgs) -> DnsZone:
        zone = gcp.dns.ManagedZone(
            f"{self._name}-{key}",
            name=args.physical_name,
            dns_name=absolute(args.domain),
            description=f"Made by homeport, zone {key}",
            visibility="public",
            # Both said even when off: a removed block changes nothing at Google.
            dnssec_config={
                "state": "off" if args.dnssec == "none" else "on",
                "non_existence": "nsec3",
            },
            cloud_logging_config={"enable_logging": False},
            force_destroy=False,
            opts=self._stateful(args),
        )
        ds = None
        if args.dnssec == "delegated":
            keys = looked_up(
                gcp.dns.get_keys_output(
                    managed_zone=zone.name,
                    project=zone.project,
                    opts=pulumi.InvokeOutputOptions(parent=self, depends_on=[zone]),
                ),
                what=f"the DNSSEC keys of the zone {key}",
                fix="the account that deploys needs dns.dnsKeys.list in the zone's project (roles/dns.reader)",
            )
            ds = keys.key_signing_keys.apply(lambda found: _ds_of(key, found))
        return DnsZone(
            cloud="gcp",
            domain=args.domain,
            id=pulumi.Output.concat("projects/", zone.project, "/managedZones/", zone.name),
            name=zone.name,
            arn=None,
            project=zone.project,
            name_servers=zone.name_servers.apply(normal_servers),
            ds=ds,
            resource=zone,
            signed=[zone],
        )

    def _delegate(self, key: str, args: ZoneArgs) -> None:
        child = self.zones[key]
        parent = self._parent(args)
        if parent is None:
            return
        servers = child.name_servers.apply(lambda names: [absolute(server) for server in names])
        self._record(f"{self._name}-{key}-ns", parent, "NS", args, servers, [child.resource])
        if child.ds is not None:
            # Only a zone that is signed already: a DS record before it makes resolvers refuse the zone.
            self._record(f"{self._name}-{key}-ds", parent, "DS", args, child.ds.apply(lambda ds: [ds]), child.signed)

    def _parent(self, args: ZoneArgs) -> ExistingParent | None:
        if args.parent is None or args.parent == REGISTRAR:
            return None
        if isinstance(args.parent, ExistingParent):
            return args.parent
        zone = self.zones[args.parent]
        if zone.cloud == "aws":
            return ExistingParent(domain=zone.domain, hosted_zone_id=zone.id)
        return ExistingParent(domain=zone.domain, managed_zone=zone.name)

    def _record(
        self,
        name: str,
        parent: ExistingParent,
        kind: Literal["NS", "DS"],
        args: ZoneArgs,
        values: pulumi.Output[list[str]],
        depends_on: Sequence[pulumi.Resource],
    ) -> None:
        opts = pulumi.ResourceOptions(parent=self, depends_on=list(depends_on))
        if parent.hosted_zone_id is not None:
            aws.route53.Record(
                name,
                zone_id=parent.hosted_zone_id,
                name=args.domain,
                type=kind,
                ttl=args.delegation_ttl,
                records=values,
                opts=opts,
            )
        else:
            assert parent.managed_zone is not None  # noqa: S101 - ExistingParent.check sees to it
            gcp.dns.RecordSet(
                name,
                managed_zone=parent.managed_zone,
                project=parent.project,
                name=absolute(args.domain),
                type=kind,
                ttl=args.delegation_ttl,
                rrdatas=values,
                opts=opts,
            )

    def _stateful(self, args: ZoneArgs) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            protect=self._guard.protect,
            retain_on_delete=self._guard.retain,
            import_=args.import_id,
            depends_on=self._ready if args.cloud == "gcp" else None,
        )


def _ds_of(zone: str, keys: Sequence[gcp.dns.outputs.GetKeysKeySigningKeyResult]) -> str:
    active = [key.ds_record for key in keys if key.is_active]
    if not active:
        raise pulumi.RunError(
            f'dns.zones.{zone}.dnssec = "delegated": the zone is not signed yet, so there is no DS record;'
            " set signed, run pulumi up, then delegated"
        )
    return active[0]
