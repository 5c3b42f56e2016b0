"""Reserves public addresses: one on Google Cloud, one for each zone on AWS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi

from homeport import options
from homeport.addons.address import ReservedAddress
from homeport.addons.site import Site
from homeport.protection import guard


@dataclass(frozen=True, slots=True)
class Addresses:
    """What load balancers are told.

    Attributes:
        resources: the addresses.
        name: Google Cloud: of the address.
        allocations: AWS: ids of the allocations, with commas between them.
    """

    resources: Sequence[pulumi.CustomResource]
    name: pulumi.Output[str] | None = None
    allocations: pulumi.Output[str] | None = None


def declare_address(name: str, item: ReservedAddress, *, site: Site, opts: pulumi.ResourceOptions) -> Addresses:
    """Declare them: a `gcp.compute.Address`, or an `aws.ec2.Eip` for each zone.

    Args:
        name: logical name.
        item: what is wanted.
        site: the cluster.
        opts: parent, what they wait for.

    https://cloud.google.com/vpc/docs/reserve-static-external-ip-address
    https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html
    """
    guarded = guard(site.protection, "address")
    # None, not False: what a caller protects as a whole stays protected.
    own = pulumi.ResourceOptions(protect=guarded.protect or None, retain_on_delete=guarded.retain or None)
    opts = options.merge(own, opts)
    return _gcp(name, site, opts) if item.cloud == "gcp" else _aws(name, item, site, opts)


def _gcp(name: str, site: Site, opts: pulumi.ResourceOptions) -> Addresses:
    # Imported when needed: a stack pays for its own cloud's SDK alone.
    import pulumi_gcp as gcp  # noqa: PLC0415

    address = gcp.compute.Address(
        name,
        project=site.project,
        region=site.region,
        address_type="EXTERNAL",
        # The tier of GKE's load balancers: an address of another one cannot be theirs.
        network_tier="PREMIUM",
        opts=opts,
    )
    return Addresses([address], name=address.name)


def _aws(name: str, item: ReservedAddress, site: Site, opts: pulumi.ResourceOptions) -> Addresses:
    import pulumi_aws as aws  # noqa: PLC0415 - as above

    addresses = [
        aws.ec2.Eip(f"{name}-{zone[-1]}", domain="vpc", tags={"Name": f"{site.cluster}-gateway-{zone[-1]}"}, opts=opts)
        for zone in item.zones
    ]
    allocations = pulumi.Output.all(*(address.allocation_id for address in addresses)).apply(_with_commas)
    return Addresses(addresses, allocations=allocations)


def _with_commas(ids: Sequence[str]) -> str:
    return ",".join(ids)
