"""Kubeconfigs, pure."""

from __future__ import annotations

import json

import pytest

from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.kubeconfig import gke_kubeconfig, to_text


def test_by_dns_endpoint_no_ca_is_given_since_its_certificate_is_public() -> None:
    config = gke_kubeconfig(
        name="stage", dns_endpoint="gke-1.europe-west3.gke.goog", ip_endpoint="203.0.113.7", ca_certificate="Q0E="
    )
    assert config["clusters"] == [{"name": "stage", "cluster": {"server": "https://gke-1.europe-west3.gke.goog"}}]


@pytest.mark.parametrize("dns", [None, ""])
def test_by_address_the_clusters_own_ca_vouches_for_it(dns: str | None) -> None:
    config = gke_kubeconfig(name="stage", dns_endpoint=dns, ip_endpoint="203.0.113.7", ca_certificate="Q0E=")
    assert config["clusters"][0]["cluster"] == {
        "server": "https://203.0.113.7",
        "certificate-authority-data": "Q0E=",
    }


def test_the_context_is_called_like_the_cluster_and_nobodys_credential_is_inside() -> None:
    config = gke_kubeconfig(name="stage", dns_endpoint="x.gke.goog", ip_endpoint=None, ca_certificate=None)
    assert config["current-context"] == "stage"
    assert config["contexts"] == [{"name": "stage", "context": {"cluster": "stage", "user": "stage"}}]
    [user] = config["users"]
    assert user["user"].keys() == {"exec"}
    assert user["user"]["exec"]["command"] == "gke-gcloud-auth-plugin"
    assert user["user"]["exec"]["provideClusterInfo"] is True


def test_the_text_is_stable_json_which_is_yaml_too() -> None:
    config = gke_kubeconfig(name="stage", dns_endpoint="x.gke.goog", ip_endpoint=None, ca_certificate=None)
    text = to_text(config)
    assert json.loads(text) == config
    assert text == to_text(dict(reversed(list(config.items()))))


@pytest.mark.parametrize(
    ("given", "path"),
    [
        (None, False),
        ("~/.kube/config", True),
        ("/etc/rancher/k3s.yaml", True),
        ("apiVersion: v1\nkind: Config\n", False),
        ('{"apiVersion": "v1"}', False),
    ],
)
def test_a_path_is_told_from_contents(given: str | None, *, path: bool) -> None:
    assert ExistingClusterArgs(context="kind", kubeconfig=given).kubeconfig_is_path is path
