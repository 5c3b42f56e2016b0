"""New APIs wait once together and once at the end, however many there are."""

from __future__ import annotations

import pulumi
import pulumi_gcp as gcp

from homeport.globals.services import GcpServices
from homeport.plan import record

WANTED = {
    "global": ["dns.googleapis.com", "iam.googleapis.com"],
    "stage": ["compute.googleapis.com", "dns.googleapis.com"],
}
PROJECTS = {"global": "acme-global", "stage": "acme-stage"}
SERVICE = "gcp:projects/service:Service"


def test_the_last_service_waits_for_all_others_and_everybody_waits_for_it() -> None:
    ready: dict[str, list[pulumi.Resource]] = {}

    def program() -> None:
        provider = gcp.Provider("gcp", project="acme-global")
        services = GcpServices("services", WANTED, projects=PROJECTS, opts=pulumi.ResourceOptions(providers=[provider]))
        for project, resources in services.ready.items():
            ready[project] = list(resources)
            gcp.dns.ManagedZone(
                project, dns_name=f"{project}.", opts=pulumi.ResourceOptions(provider=provider, depends_on=resources)
            )

    graph = record(program)
    services = graph.find(type=SERVICE)
    waiting = {one.name: len([urn for urn in one.dependencies if SERVICE in urn]) for one in services}
    assert waiting == {
        "services-global-dns": 0,
        "services-global-iam": 0,
        "services-stage-compute": 0,
        "services-stage-dns": 3,
    }
    for project in PROJECTS:
        needed = graph.one(name=project, type="gcp:dns/managedZone:ManagedZone").dependencies
        assert any(urn.endswith("::services-stage-dns") for urn in needed)


def test_no_services_are_nothing_to_wait_for() -> None:
    def program() -> None:
        assert GcpServices("services", {"stage": []}, projects=PROJECTS).ready == {"stage": []}

    record(program)
