"""The tables behind the flags name types that exist, and agree with what the simulated clouds replace."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path

import pytest

from homeport.plan import diff_replacements, diff_state
from homeport.protection import StatefulKind
from tests.engine.simcloud import replacements

GUARDED: dict[StatefulKind, tuple[str, ...]] = {
    "cluster": ("gcp:container/cluster:Cluster", "aws:eks/cluster:Cluster", "eks:index:Cluster"),
    "network": ("gcp:compute/network:Network", "aws:ec2/vpc:Vpc"),
    "key": ("gcp:kms/cryptoKey:CryptoKey", "aws:kms/key:Key"),
    "address": ("gcp:compute/address:Address", "aws:ec2/eip:Eip"),
    "database": ("gcp:sql/databaseInstance:DatabaseInstance", "aws:rds/instance:Instance"),
    "zone": ("gcp:dns/managedZone:ManagedZone", "aws:route53/zone:Zone"),
    "bucket": ("gcp:storage/bucket:Bucket", "aws:s3/bucket:Bucket"),
    "registry": ("gcp:artifactregistry/repository:Repository", "aws:ecr/repository:Repository"),
}


def known_types(package: str) -> set[str]:
    spec = importlib.util.find_spec(f"pulumi_{package}")
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text(encoding="utf-8")
    found = re.search(r'resource_modules="""\n(\[.*?\])\n"""', text, re.DOTALL)
    assert found is not None
    return {token for entry in json.loads(found[1]) for token in entry["classes"]}


@pytest.mark.parametrize("package", ["gcp", "aws"])
def test_every_type_in_the_tables_exists_in_the_sdk(package: str) -> None:
    named = {
        token for token in diff_state.cloud_types() | diff_replacements.tabled() if token.startswith(f"{package}:")
    }
    assert len(named) > 40
    assert named - known_types(package) == set()


@pytest.mark.parametrize("kind", list(GUARDED))
def test_everything_that_protection_guards_is_known_to_hold_state(kind: StatefulKind) -> None:
    assert all(diff_state.loss(token) for token in GUARDED[kind])


def test_every_version_of_a_kubernetes_kind_counts() -> None:
    assert diff_state.kind_of("kubernetes:apps/v1beta1:StatefulSet") == "volume"
    assert diff_state.kind_of("kubernetes:core/v1:Namespace") == "namespace"
    assert diff_state.kind_of("kubernetes:core/v1:NamespacePatch") is None


@pytest.mark.parametrize("token", sorted(set(replacements.REPLACING) & diff_replacements.tabled()))
def test_the_tables_agree_with_the_simulated_cloud(token: str) -> None:
    # The range of a subnet is judged by its own rule on both sides.
    assert diff_replacements.table(token) - {"ipCidrRange"} >= replacements.REPLACING[token]
