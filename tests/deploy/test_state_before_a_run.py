"""What the exported state and the backend's folder say before a run: what was begun, what is guarded, who has it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.deploy.lock import locks
from homeport.deploy.state import Pending, state
from homeport.deploy.whereabouts import whereabouts

ROOT = Path(__file__).resolve().parents[2]
PROVIDER = "urn:pulumi:stage::homeport::pulumi:providers:gcp::google"


def document(*pending: dict[str, Any], resources: list[dict[str, Any]] | None = None) -> dict[str, Any]:
    provider = {
        "urn": PROVIDER,
        "id": "1",
        "type": "pulumi:providers:gcp",
        "inputs": {"project": "acme-stage", "region": "europe-west3"},
    }
    return {
        "version": 3,
        "deployment": {"resources": [provider, *(resources or [])], "pending_operations": list(pending)},
    }


def creating(name: str, type_: str, inputs: dict[str, Any], kind: str = "creating") -> dict[str, Any]:
    urn = f"urn:pulumi:stage::homeport::{type_}::{name}"
    return {"type": kind, "resource": {"urn": urn, "type": type_, "inputs": inputs, "provider": f"{PROVIDER}::1"}}


def test_what_was_being_made_is_pending_and_what_was_being_changed_is_not() -> None:
    found = state(
        document(
            creating("pool", "gcp:container/nodePool:NodePool", {"name": "general-1"}),
            creating("pool", "gcp:container/nodePool:NodePool", {"name": "general-1"}),
            creating("vpc", "gcp:compute/network:Network", {}, "updating"),
        )
    )
    assert [(item.name, dict(item.place)) for item in found.pending] == [
        ("pool", {"project": "acme-stage", "region": "europe-west3"})
    ]


def test_guarded_is_what_the_engine_protects_and_what_the_cloud_would_not_delete() -> None:
    resources = [
        {"urn": "urn:pulumi:s::p::t::zone", "type": "gcp:dns/managedZone:ManagedZone", "protect": True},
        {
            "urn": "urn:pulumi:s::p::t::gke",
            "type": "gcp:container/cluster:Cluster",
            "inputs": {"deletionProtection": True},
        },
        {"urn": "urn:pulumi:s::p::t::eks", "type": "aws:eks/cluster:Cluster", "inputs": {"deletionProtection": False}},
        {"urn": "urn:pulumi:s::p::t::s", "type": "pulumi:pulumi:Stack"},
    ]
    found = state(document(resources=resources))
    assert found.guarded == ("zone", "gke")
    assert found.count == 4


@pytest.mark.parametrize("empty", [None, [], {}, {"deployment": None}, {"deployment": {"resources": {}}}])
def test_a_stack_without_a_state_has_nothing_pending(empty: object) -> None:
    assert state(empty) == state({})


WHERE: list[tuple[str, dict[str, Any], str]] = [
    ("gcp:container/cluster:Cluster", {"name": "stage", "location": "europe-west3"},
     "gcloud container clusters describe stage --location europe-west3 --project acme-stage"),
    ("gcp:container/nodePool:NodePool", {"name": "general-1", "location": "europe-west3", "project": "other",
     "cluster": "projects/x/locations/y/clusters/stage"},
     "gcloud container node-pools describe general-1 --cluster stage --location europe-west3 --project other"),
    ("gcp:compute/subnetwork:Subnetwork", {"name": "stage"},
     "gcloud compute networks subnets describe stage --region europe-west3 --project acme-stage"),
    ("gcp:storage/bucket:Bucket", {"name": "acme-b"}, "gcloud storage buckets describe gs://acme-b"),
    ("gcp:kms/cryptoKey:CryptoKey", {"name": "k", "keyRing": "projects/p/locations/l/keyRings/r"},
     "gcloud kms keys describe k --keyring projects/p/locations/l/keyRings/r --project acme-stage"),
    ("gcp:projects/iAMMember:IAMMember", {}, "made once more it is the same: nothing to look for"),
    ("gcp:pubsub/topic:Topic", {"name": "t"},
     "look in the console of Google Cloud (project acme-stage, region europe-west3) for the Topic t"),
    ("kubernetes:core/v1:ConfigMap", {"metadata": {"name": "web", "namespace": "shop"}},
     "kubectl get configmap web -n shop"),
    ("kubernetes:helm.sh/v3:Release", {"name": "traefik", "namespace": "traefik"}, "helm status traefik -n traefik"),
]  # fmt: skip


@pytest.mark.parametrize(("type_", "inputs", "line"), WHERE)
def test_a_command_says_whether_it_is_there(type_: str, inputs: dict[str, Any], line: str) -> None:
    assert whereabouts(state(document(creating("x", type_, inputs))).pending[0]) == line


def test_on_aws_region_and_profile_are_those_of_the_provider() -> None:
    place = {"region": "eu-central-1", "profile": "stage"}
    pool = Pending("u::u::t::p", "aws:eks/nodeGroup:NodeGroup", {"clusterName": "stage", "nodeGroupName": "g"}, place)
    assert whereabouts(pool) == (
        "aws eks describe-nodegroup --cluster-name stage --nodegroup-name g --region eu-central-1 --profile stage"
    )
    vpc = Pending("u::u::t::v", "aws:ec2/vpc:Vpc", {"tags": {"Name": "stage"}}, place)
    assert "--filters Name=tag:Name,Values=stage --region eu-central-1" in whereabouts(vpc)
    role = Pending("u::u::t::r", "aws:iam/role:Role", {"name": "nodes"}, place)
    assert whereabouts(role) == "aws iam get-role --role-name nodes --profile stage"


def test_what_is_not_known_is_left_to_fill_in_and_nothing_strange_gets_into_a_command() -> None:
    odd = Pending("u::u::t::p", "gcp:container/cluster:Cluster", {"name": "a; rm -rf /", "location": {"secret": "x"}})
    assert whereabouts(odd) == "gcloud container clusters describe NAME --location LOCATION"


def test_every_type_of_the_shipped_stacks_has_an_answer_and_most_a_command() -> None:
    types: set[str] = set()
    for golden in (ROOT / "tests" / "golden").glob("*.json"):
        types |= {resource["type"] for resource in json.loads(golden.read_text(encoding="utf-8"))["resources"]}
    clouds = sorted(type_ for type_ in types if type_.startswith(("gcp:", "aws:", "kubernetes:")))
    words = [type_ for type_ in clouds if whereabouts(Pending("u::u::t::n", type_)).startswith("look ")]
    assert len(clouds) > 60
    assert len(words) < len(clouds) / 3, words


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(["name", "metadata", "tags", "cluster", "namespace"]), st.text() | st.integers())
)
def test_inputs_of_any_shape_give_one_line(inputs: dict[str, Any]) -> None:
    for type_ in ("aws:ec2/vpc:Vpc", "kubernetes:core/v1:Secret", "gcp:container/nodePool:NodePool", "x:y:Z", ""):
        assert len(whereabouts(Pending("u::u::t::n", type_, inputs)).splitlines()) == 1


def test_a_lock_in_a_folder_says_whose_it_is_and_those_of_others_do_not_count(tmp_path: Path) -> None:
    for project, stack in (("homeport", "stage"), ("homeport", "prod"), ("other", "stage")):
        folder = tmp_path / ".pulumi" / "locks" / "organization" / project / stack
        folder.mkdir(parents=True)
        text = {"pid": 7, "username": "ann", "hostname": stack, "timestamp": "2026-11-21T17:40:07Z"}
        (folder / "1.json").write_text(json.dumps(text), encoding="utf-8")
    for name in ("stage", "organization/homeport/stage"):
        [lock] = locks(f"file://{tmp_path}", "homeport", name)
        assert (lock.who, lock.since) == ("ann@stage (pid 7)", "2026-11-21T17:40:07Z")
    assert locks(f"file://{tmp_path}", "homeport", "dev") == []
    assert locks("gs://acme-admin-state", "homeport", "stage") == []
    assert locks("file:///nowhere", "homeport", "stage") == []


def test_a_lock_that_cannot_be_read_is_a_lock(tmp_path: Path) -> None:
    folder = tmp_path / ".pulumi" / "locks" / "organization" / "homeport" / "stage"
    folder.mkdir(parents=True)
    (folder / "1.json").write_text("{", encoding="utf-8")
    assert [lock.who for lock in locks(f"file://{tmp_path}", "homeport", "stage")] == ["somebody@somewhere"]
