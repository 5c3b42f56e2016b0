"""The stack's DNS zone, as those who write into it see it."""

from __future__ import annotations

import pytest

from homeport.addons.dns import missing_zone, role_annotations, zone_rights
from homeport.addons.egress import controller_egress
from homeport.addons.items import Ref
from homeport.addons.site import DnsZone
from homeport.identity.permissions import DnsEditor, RoleAssumer
from homeport.identity.refs import CloudDnsZone, RoleRef, Route53Zone, ServiceAccount, ZoneRef
from tests.addons.places import site

AWS = DnsZone(ZoneRef(name="acme.example", aws=Route53Zone(zone_id="Z1")), "aws", "acme.example")
GCP = DnsZone(ZoneRef(name="acme.example", gcp=CloudDnsZone(project="p", name="z")), "gcp", "acme.example")
AWS_ROLE = RoleRef(label="zone-acme", aws="arn:aws:iam::111122223333:role/zone-acme")
GCP_ROLE = RoleRef(label="zone-acme", gcp=ServiceAccount(project="p", email="zone@p.iam.gserviceaccount.com"))


def lent(zone: DnsZone, role: RoleRef) -> DnsZone:
    return DnsZone(zone.ref, zone.cloud, zone.domain, role)


def text(**facts: object) -> str:
    problem = missing_zone(site(**facts), "ACME needs a DNS zone to prove the domain", "remove acme")  # pyright: ignore[reportArgumentType]
    assert problem is not None
    return problem.text()


def test_a_stack_without_a_zone_is_told_what_to_set() -> None:
    assert text(cloud="gcp", dns=None) == (
        "(the whole file): ACME needs a DNS zone to prove the domain, and this stack has none; name the stack of the"
        " global layer, whose zones hold the domain: homeport:global: global; or remove acme"
    )


@pytest.mark.parametrize(("cloud", "called"), [("gcp", "Google Cloud"), ("none", "one that homeport does not know")])
def test_a_zone_on_another_cloud_than_the_cluster_is_refused(cloud: str, called: str) -> None:
    assert text(cloud=cloud, dns=AWS) == (
        "(the whole file): ACME needs a DNS zone to prove the domain; the zone acme.example is on AWS, and a cluster on"
        f" {called} has no identity there; keep the zone of stage.acme.example on the cluster's cloud; or remove acme"
    )


def test_a_zone_on_the_clusters_cloud_is_right() -> None:
    assert missing_zone(site("aws", dns=AWS), "it needs one", "go") is None
    assert missing_zone(site("gcp", dns=GCP), "it needs one", "go") is None


def test_rights_are_on_the_zone_itself_or_on_the_identity_that_keeps_it() -> None:
    own = zone_rights(AWS, record_types=["TXT"], list_zones=False)
    assert own == DnsEditor(zones=[AWS.ref], record_types=["TXT"], list_zones=False)
    assert zone_rights(lent(AWS, AWS_ROLE), record_types=["TXT"], list_zones=False) == RoleAssumer(role=AWS_ROLE)


def test_only_on_google_cloud_an_identity_is_taken_on_by_an_annotation() -> None:
    assert role_annotations(lent(GCP, GCP_ROLE)) == Ref("rights", "service_account_annotations")
    assert role_annotations(lent(AWS, AWS_ROLE)) is None
    assert role_annotations(GCP) is None


def test_controllers_reach_name_servers_apis_and_tokens_and_nothing_else() -> None:
    [rule] = controller_egress()
    reached = {(port["protocol"], port["port"]) for port in rule["ports"]}
    # 443 the API and clouds, 80 and 988 tokens, 6443 and 8443 the API of kind and minikube
    assert reached == {("UDP", 53), *(("TCP", port) for port in (53, 80, 443, 988, 6443, 8443))}
