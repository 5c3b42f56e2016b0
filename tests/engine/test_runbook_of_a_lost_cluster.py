"""The runbook of a lost cluster finds everything that its controllers leave in a cloud."""

from __future__ import annotations

import re

import pytest

from tests.engine.site import ROOT

#: What controllers make, by cloud, and the command that lists it.
_LISTED = {
    "gcp": {
        "load balancers": r"gcloud compute forwarding-rules list",
        "their groups of endpoints": r"gcloud compute network-endpoint-groups list",
        "their firewall rules": r"gcloud compute firewall-rules list",
        "records and whose they are": r"gcloud dns record-sets list .*external-dns/owner",
        "records that prove a domain": r"gcloud dns record-sets list .*_acme-challenge",
        "disks": r"gcloud compute disks list",
        "snapshots": r"gcloud compute snapshots list",
    },
    "aws": {
        "load balancers and target groups": r"get-resources .*elbv2\.k8s\.aws/cluster",
        "their security groups": r"describe-security-groups .*elbv2\.k8s\.aws/cluster",
        "network interfaces of pods": r"describe-network-interfaces .*available",
        "records of both kinds": r"list-resource-record-sets .*TXT",
        "disks": r"describe-volumes",
        "snapshots": r"describe-snapshots",
    },
}


@pytest.mark.parametrize(("cloud", "what"), [(cloud, what) for cloud, kinds in _LISTED.items() for what in kinds])
def test_every_kind_has_a_command_that_lists_it(cloud: str, what: str) -> None:
    text = (ROOT / "docs" / "runbooks" / "lost-cluster.md").read_text(encoding="utf-8")
    of_google, of_amazon = text.partition("## What the cluster left in the cloud")[2].split("On AWS, all with")
    assert re.search(_LISTED[cloud][what], of_google if cloud == "gcp" else of_amazon)
