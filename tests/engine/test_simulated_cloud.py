"""The simulated cloud by itself: what it refuses, what it replaces, what it knows. Needs no engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.simcloud.cloud import Cloud, CloudError, Fault, Live
from tests.engine.simcloud.difference import as_read, differences
from tests.engine.simcloud.gcp import Gcp
from tests.engine.simcloud.refusals import check_delete, check_new
from tests.engine.simcloud.replacements import is_listed, replaces
from tests.engine.simcloud.sdk_schema import type_schema, unknown_keys
from tests.engine.simcloud.values import UNKNOWN, Secret, decode, encode, has_unknown, plain, redact

GOLDEN = Path(__file__).parents[1] / "golden"
NETWORK, SUBNETWORK = "gcp:compute/network:Network", "gcp:compute/subnetwork:Subnetwork"
CLUSTER, POOL = "gcp:container/cluster:Cluster", "gcp:container/nodePool:NodePool"

_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text() | st.just(UNKNOWN),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.builds(Secret, inner),
    max_leaves=6,
)
_FEW = settings(max_examples=40)


def live(type_: str, id_: str, **properties: Any) -> Live:
    return Live(type_, id_, f"urn:pulumi:s::p::{type_}::{id_}", properties)


def cloud_with(*resources: Live) -> Cloud:
    cloud = Cloud()
    for resource in resources:
        cloud.add(resource)
    return cloud


@_FEW
@given(st.dictionaries(st.text(), _VALUES))
def test_values_survive_the_engines_wire_format(properties: dict[str, Any]) -> None:
    assert decode(encode(properties)) == properties


@_FEW
@given(st.dictionaries(st.text(), _VALUES))
def test_a_value_differs_from_itself_only_where_it_is_unknown(properties: dict[str, Any]) -> None:
    assert bool(list(differences(properties, properties))) == has_unknown(properties)


@_FEW
@given(st.dictionaries(st.text(min_size=1), _VALUES))
def test_no_secret_reaches_the_journal(properties: dict[str, Any]) -> None:
    assert "canary" not in str(redact({**properties, "password": Secret("canary"), "more": [{"x": Secret("canary")}]}))


def test_it_is_known_what_replaces_every_type_that_shipped_stacks_use() -> None:
    plans = [json.loads(path.read_text()) for path in GOLDEN.glob("*.json")]
    types = {resource["type"] for plan in plans for resource in plan["resources"]}
    # Made by the component of pulumi_eks, where no plan sees it.
    types |= {"aws:eks/cluster:Cluster"}
    simulated = sorted(token for token in types if token.partition(":")[0] in {"aws", "gcp", "random", "tls"})
    assert {CLUSTER, "aws:eks/nodeGroup:NodeGroup"} <= set(simulated)
    assert [token for token in simulated if not is_listed(token)] == []


@pytest.mark.parametrize(
    ("token", "path", "replaced"),
    [
        (POOL, "nodeConfig.spot", True),
        (POOL, "nodeConfig.oauthScopes[0]", True),
        (POOL, "nodeConfig.machineType", False),
        (POOL, "nodeConfig.taints[0].key", False),
        (CLUSTER, "description", True),
        (CLUSTER, "masterAuthorizedNetworksConfig.cidrBlocks[1]", False),
        (CLUSTER, "privateClusterConfig.masterIpv4CidrBlock", True),
        (CLUSTER, "privateClusterConfig.enablePrivateNodes", False),
        ("gcp:projects/iAMMember:IAMMember", "role", True),
    ],
)
def test_which_change_replaces(token: str, path: str, replaced: bool) -> None:
    assert replaces(token, path, {}, {}) is replaced


def test_a_subnets_range_grows_in_place_and_moves_by_replacement() -> None:
    old = {"ipCidrRange": "10.0.0.0/20"}
    assert not replaces(SUBNETWORK, "ipCidrRange", old, {"ipCidrRange": "10.0.0.0/19"})
    assert replaces(SUBNETWORK, "ipCidrRange", old, {"ipCidrRange": "10.0.0.0/21"})
    assert replaces(SUBNETWORK, "ipCidrRange", old, {"ipCidrRange": "10.9.0.0/20"})


def test_a_second_resource_of_the_same_id_is_refused() -> None:
    cloud = cloud_with(live(NETWORK, "n"))
    with pytest.raises(CloudError, match="409"):
        cloud.add(live(NETWORK, "n"))


def test_a_network_in_use_cannot_go() -> None:
    network = live(NETWORK, "projects/p/global/networks/n", name="n")
    cloud = cloud_with(network, live(SUBNETWORK, "s", network="projects/p/global/networks/n"))
    with pytest.raises(CloudError, match="already being used by s"):
        check_delete(cloud, network, {})
    cloud.remove(cloud.one(SUBNETWORK, "s"))
    check_delete(cloud, network, {})


def test_deletion_protection_is_judged_by_the_state() -> None:
    cluster = live(CLUSTER, "c", deletionProtection=False)
    with pytest.raises(CloudError, match="deletion_protection is set to true"):
        check_delete(cloud_with(cluster), cluster, {"deletionProtection": True})


def test_a_pool_needs_its_cluster() -> None:
    inputs = {"cluster": "c", "name": "p"}
    with pytest.raises(CloudError, match="no live gcp:container/cluster:Cluster"):
        check_new(Cloud(), POOL, inputs, urn="u")
    check_new(cloud_with(live(CLUSTER, "projects/p/locations/l/clusters/c", name="c")), POOL, inputs, urn="u")


def test_ranges_of_one_network_do_not_overlap() -> None:
    network = live(NETWORK, "n")
    other = live(SUBNETWORK, "s", network="n", secondaryIpRanges=[{"rangeName": "pods", "ipCidrRange": "10.0.0.0/16"}])
    with pytest.raises(CloudError, match=r"10\.0\.4\.0/24 conflicts with 10\.0\.0\.0/16"):
        check_new(cloud_with(network, other), SUBNETWORK, {"network": "n", "ipCidrRange": "10.0.4.0/24"}, urn="u")


def test_a_name_that_google_refuses_is_refused() -> None:
    with pytest.raises(CloudError, match="at most 40 characters"):
        check_new(Cloud(), POOL, {"name": "x" * 41}, urn="u")


def test_a_slip_in_a_nested_input_is_found() -> None:
    schema = type_schema(POOL)
    assert schema is not None
    annotation = schema.inputs["nodeConfig"]
    assert list(unknown_keys(schema.folder, annotation, {"machineTyp": "x"}, "nodeConfig")) == ["nodeConfig.machineTyp"]
    assert list(unknown_keys(schema.folder, annotation, {"machineType": "x", "labels": {"a": "b"}}, "nodeConfig")) == []


def test_a_refresh_reads_what_was_given_and_not_what_the_cloud_added() -> None:
    assert as_read({"a": {"b": 1}}, {"a": {"b": 2, "c": 3}, "d": 4}) == {"a": {"b": 2}}


def test_a_refresh_reads_all_of_a_map_that_is_the_programs_as_a_whole() -> None:
    added = as_read({"a": {"b": {"own": 1}}}, {"a": {"b": {"own": 1, "foreign": 2}, "c": 3}}, frozenset({"a.b"}))
    assert added == {"a": {"b": {"own": 1, "foreign": 2}}}
    assert as_read({"a": {"own": 1}}, {"a": {"own": 1, "foreign": 2}}, frozenset({"a.b"})) == {"a": {"own": 1}}


def test_another_default_label_is_a_change_of_whatever_carries_labels() -> None:
    gcp = Gcp(Cloud(), lambda: ("host", "127.0.0.1:1", "CA"))
    before, after = ({"project": "p", "defaultLabels": {"owner": owner}} for owner in ("platform", "shop"))
    token, inputs = "gcp:compute/address:Address", {"name": "a"}
    _, made = gcp.create(token, "a", inputs, before)
    assert gcp.stale(token, inputs, made, before) == ()
    assert gcp.stale(token, inputs, made, after) == ("pulumiLabels",)
    own = {**inputs, "labels": {"owner": "platform"}}
    assert gcp.stale(token, own, made, after) == ()
    _, network = gcp.create(NETWORK, "n", {"name": "n"}, before)
    assert gcp.stale(NETWORK, {"name": "n"}, network, after) == ()


def test_a_fault_strikes_as_often_as_it_says() -> None:
    cloud = Cloud()
    cloud.inject(Fault("network", "create", times=2))
    assert [cloud.fault("create", NETWORK, "n") is not None for _ in range(3)] == [True, True, False]
    assert cloud.fault("delete", NETWORK, "n") is None


def test_a_cluster_keeps_its_endpoint_over_updates() -> None:
    hosts = iter(["first", "second"])
    gcp = Gcp(Cloud(), lambda: (next(hosts), "127.0.0.1:1", "CA"))
    id_, made = gcp.create(CLUSTER, "c", {"name": "c", "location": "europe-west3"}, {"project": "p"})
    inputs = {"name": "c", "location": "europe-west3", "minMasterVersion": "1.34"}
    changed = plain(gcp.update(CLUSTER, id_, inputs, made, {"project": "p"}))
    assert changed["controlPlaneEndpointsConfig"]["dnsEndpointConfig"]["endpoint"] == "first"
    assert changed["masterVersion"].startswith("1.34")
