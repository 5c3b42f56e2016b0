from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pulumi

from homeport.globals.dns import DnsZones
from homeport.globals.dns_args import DnsArgs
from homeport.plan import Graph

GraphOf = Callable[[Callable[[pulumi.ResourceOptions], Any]], Graph]
ACCOUNT = "111122223333"


def zones(graph_of: GraphOf, sections: dict[str, Any], **more: Any) -> Graph:
    args = DnsArgs.model_validate({"zones": sections})
    return graph_of(lambda opts: DnsZones("dns", args, account=ACCOUNT, opts=opts, **more))


def test_a_route_53_zone_delegates_to_cloud_dns(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "acme": {"cloud": "aws", "domain": "acme.example"},
            "stage": {"cloud": "gcp", "domain": "stage.acme.example", "parent": "acme"},
        },
    )
    record = graph.one(name="dns-stage-ns")
    assert record.type == "aws:route53/record:Record"
    assert record.inputs == {
        "zoneId": "${dns-acme.zoneId}",
        "name": "stage.acme.example",
        "type": "NS",
        "ttl": 3600,
        "records": ["${dns-stage.nameServers[*]}."],
    }
    child = graph.one(name="dns-stage")
    assert child.inputs["dnsName"] == "stage.acme.example."
    assert child.inputs["dnssecConfig"]["state"] == "off"
    assert child.inputs["cloudLoggingConfig"] == {"enableLogging": False}
    assert child.urn in graph.depends(record.urn)


def test_cloud_dns_delegates_to_a_signed_route_53_zone(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "acme": {"cloud": "gcp", "domain": "acme.example", "dnssec": "signed"},
            "eks": {"cloud": "aws", "domain": "eks.acme.example", "parent": "acme", "dnssec": "delegated"},
        },
    )
    ns = graph.one(name="dns-eks-ns")
    assert ns.type == "gcp:dns/recordSet:RecordSet"
    assert ns.inputs["name"] == "eks.acme.example."
    assert ns.inputs["managedZone"] == "acme-example"
    ds = graph.one(name="dns-eks-ds")
    assert ds.inputs["type"] == "DS"
    assert ds.inputs["rrdatas"] == ["${dns-eks-signing.dsRecord}"]
    signing = graph.one(name="dns-eks-dnssec")
    assert signing.urn in graph.depends(ds.urn), "a DS record before the zone is signed takes the zone offline"
    assert graph.one(name="dns-eks-signing").urn in graph.depends(signing.urn)
    assert graph.one(name="dns-eks-signing").inputs["name"] == "ksk_eks"
    key = graph.one(name="dns-eks-ksk")
    assert key.inputs["region"] == "us-east-1"
    assert key.inputs["customerMasterKeySpec"] == "ECC_NIST_P256"
    policy = json.loads(key.inputs["policy"])
    assert policy["Statement"][1]["Condition"]["StringEquals"] == {"aws:SourceAccount": ACCOUNT}


def test_a_signed_zone_without_delegation_gets_no_ds_record(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "acme": {"cloud": "aws", "domain": "acme.example", "dnssec": "signed"},
            "stage": {"cloud": "aws", "domain": "stage.acme.example", "parent": "acme", "dnssec": "signed"},
        },
    )
    assert not graph.find(name="dns-stage-ds")
    assert graph.find(name="dns-stage-ns")
    assert graph.find(name="dns-stage-dnssec")


def test_the_ds_record_of_cloud_dns_comes_from_its_keys(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "acme": {"cloud": "gcp", "domain": "acme.example", "dnssec": "signed"},
            "stage": {"cloud": "gcp", "domain": "stage.acme.example", "parent": "acme", "dnssec": "delegated"},
        },
    )
    assert graph.one(name="dns-stage-ds").inputs["rrdatas"] == {"$unknown": True}
    assert graph.one(name="dns-stage").inputs["dnssecConfig"] == {"state": "on", "nonExistence": "nsec3"}


def test_an_existing_parent_gets_the_records_and_nothing_else(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "stage": {
                "cloud": "aws",
                "domain": "stage.acme.example",
                "parent": {"domain": "acme.example", "managed_zone": "acme", "project": "acme-dns"},
            }
        },
    )
    record = graph.one(name="dns-stage-ns")
    assert (record.inputs["managedZone"], record.inputs["project"]) == ("acme", "acme-dns")
    assert len(graph.find(type="gcp:dns/managedZone:ManagedZone")) == 0


def test_the_registrar_gets_no_record(graph_of: GraphOf) -> None:
    graph = zones(graph_of, {"acme": {"cloud": "aws", "domain": "acme.example", "parent": "registrar"}})
    assert graph.find(type="aws:route53/record:Record") == []


def test_zones_are_guarded_and_never_emptied_by_force(graph_of: GraphOf) -> None:
    sections = {
        "acme": {"cloud": "aws", "domain": "acme.example"},
        "other": {"cloud": "gcp", "domain": "other.example"},
    }
    for name in ("dns-acme", "dns-other"):
        zone = zones(graph_of, sections).one(name=name)
        assert zone.options.protect
        assert zone.inputs["forceDestroy"] is False
        assert not zones(graph_of, sections, protection="none").one(name=name).options.protect


def test_an_existing_zone_is_taken_over(graph_of: GraphOf) -> None:
    graph = zones(graph_of, {"acme": {"cloud": "aws", "domain": "acme.example", "import_id": "Z0123456789"}})
    assert graph.one(name="dns-acme").options.import_id == "Z0123456789"


def test_every_resource_names_its_provider_and_parent(graph_of: GraphOf) -> None:
    graph = zones(
        graph_of,
        {
            "acme": {"cloud": "aws", "domain": "acme.example", "dnssec": "signed"},
            "stage": {"cloud": "gcp", "domain": "stage.acme.example", "parent": "acme", "dnssec": "delegated"},
        },
    )
    component = graph.one(type="homeport:globals:DnsZones")
    children = list(graph.descendants(component.urn))
    assert len(children) == 7
    assert all(child.provider for child in children)
    assert all(child.name.startswith("dns-") for child in children)
    assert graph.warnings == []
