"""A range that was changed in the settings and stayed in the cloud is an error, not silence."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pytest

from homeport.network.gcp_state import checked_range, project_of


@dataclass(frozen=True)
class Real:
    range_name: str
    ip_cidr_range: str | None


SUBNET = [Real("pods", "10.20.0.0/17"), Real("services", "10.20.208.0/20")]


def test_a_range_as_the_settings_say_gives_its_name() -> None:
    assert checked_range(SUBNET, "pods", "10.20.0.0/17") == "pods"


def test_ranges_that_gke_added_do_not_matter() -> None:
    real = [Real("gke-added", "10.50.0.0/20"), *SUBNET]
    assert checked_range(real, "services", "10.20.208.0/20") == "services"


def test_another_range_than_the_settings_say() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        checked_range(SUBNET, "pods", "10.99.0.0/17")
    assert str(caught.value) == (
        "the subnet of the nodes has 10.20.0.0/17 for pods, the settings say 10.99.0.0/17; a subnet's ranges stay as "
        'they are while a cluster may use them: write network.pods: "10.20.0.0/17" again; another range takes a new '
        "network and cluster, see docs/network.md"
    )


def test_another_range_by_another_cidr() -> None:
    with pytest.raises(pulumi.RunError) as caught:
        checked_range(SUBNET, "services", "10.99.208.0/20", planned=True)
    assert str(caught.value) == (
        "the subnet of the nodes has 10.20.208.0/20 for services, the settings by network.cidr say 10.99.208.0/20; a "
        "subnet's ranges stay as they are while a cluster may use them: take the change of network.cidr back; another "
        "range takes a new network and cluster, see docs/network.md"
    )


@pytest.mark.parametrize("real", [None, [], [Real("services", "10.20.208.0/20")]])
def test_a_range_that_is_gone(real: list[Real] | None) -> None:
    with pytest.raises(pulumi.RunError, match="has no secondary range pods, the settings say"):
        checked_range(real, "pods", "10.20.0.0/17")


@pytest.mark.parametrize(
    ("link", "project"),
    [
        ("projects/acme-net/global/networks/n", "acme-net"),
        ("https://www.googleapis.com/compute/v1/projects/acme-net/global/networks/n", "acme-net"),
        ("n", None),
        ("myprojects/acme-net/x", None),
    ],
)
def test_the_project_in_a_link(link: str, project: str | None) -> None:
    assert project_of(link) == project
