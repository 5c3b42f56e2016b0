"""What every add-on keeps to, on each cloud and with each profile; a new one is in at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any, cast

import pytest

from homeport.addons import graph
from homeport.addons.args import AddonArgs, Profile
from homeport.addons.base import Addon
from homeport.addons.graph import AddonPlan, Step
from homeport.addons.items import KUBE_SYSTEM, Chart, Need, Object, Rights
from homeport.addons.namespace import namespace_manifest
from homeport.addons.overrides import at, chart_values, keys_of, lost_safety, nested, secret_paths
from homeport.addons.pins import pin_of
from homeport.addons.samples import SAMPLE_CLOUDS, SAMPLE_LABELS, SAMPLE_PROFILES, sample_site
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.shown import plain
from homeport.attribute_docs import descriptions
from homeport.identity.walk import rights, too_wide
from homeport.kube.manifest import leaves
from homeport.plan import Graph
from homeport.values import Cloud
from tests.addons.places import recorded

LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
MONITORING = "monitoring.coreos.com/"
CASES = [
    pytest.param(addon, cloud, profile, id=f"{addon.name}-{cloud}-{profile}")
    for addon in CATALOGUE
    for cloud in SAMPLE_CLOUDS
    for profile in SAMPLE_PROFILES
    if cloud in addon.clouds
]
BY_ADDON = pytest.mark.parametrize("addon", CATALOGUE, ids=lambda addon: addon.name)
EVERYWHERE = pytest.mark.parametrize(("addon", "cloud", "profile"), CASES)


@cache
def planned(cloud: Cloud, profile: Profile, without: frozenset[str] = frozenset()) -> AddonPlan:
    given: dict[str, Any] = {name: {"enabled": False} for name in without}
    args = AddonsArgs.model_validate({"profile": profile, **given})
    return graph.plan(args.sections(), sample_site(cloud, profile=profile), CATALOGUE)


def own(addon: Addon[Any], cloud: Cloud, profile: Profile) -> list[Step]:
    """Its steps; none where it is left out."""
    return [step for step in planned(cloud, profile).steps if step.addon == addon.name]


def charts(steps: list[Step]) -> Iterator[Chart]:
    return (step.item for step in steps if isinstance(step.item, Chart))


@BY_ADDON
def test_its_section_has_the_name_and_model_and_every_setting_has_a_default_and_a_description(
    addon: Addon[Any],
) -> None:
    assert LABEL.fullmatch(addon.name)
    assert len(addon.name) <= 40
    assert type(AddonsArgs().sections()[addon.name]) is addon.args
    assert addon.args() == addon.args()
    assert descriptions(addon.args).keys() == addon.args.model_fields.keys()
    assert (addon.__doc__ or "").strip()


@pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)
@pytest.mark.parametrize("profile", SAMPLE_PROFILES)
def test_the_defaults_are_right_everywhere(cloud: Cloud, profile: Profile) -> None:
    site = sample_site(cloud, profile=profile)
    found = [problem.text() for problem in graph.problems(AddonsArgs(profile=profile).sections(), site, CATALOGUE)]
    assert found == []


@pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)
def test_each_can_be_switched_off_or_whoever_needs_it_says_so(cloud: Cloud) -> None:
    for addon in CATALOGUE:
        args = AddonsArgs.model_validate({addon.name: {"enabled": False}})
        for problem in graph.problems(args.sections(), sample_site(cloud), CATALOGUE):
            assert problem.fix, problem.text()
            assert (addon.name,) in problem.related or addon.name in problem.text(), problem.text()


@EVERYWHERE
def test_it_consists_of_the_same_every_time(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    if addon.name not in planned(cloud, profile).sections:
        return
    args, site = planned(cloud, profile).sections[addon.name], sample_site(cloud, profile=profile)
    first, again = (json.dumps(plain(addon.items(args, site)), sort_keys=False) for _ in range(2))
    assert first == again


@EVERYWHERE
def test_its_items_have_keys_that_names_can_hold(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for step in own(addon, cloud, profile):
        assert LABEL.fullmatch(step.item.key), step.key
        assert len(f"support-{addon.name}-{step.item.key}") <= 100


@EVERYWHERE
def test_every_need_has_a_reason_for_the_table(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for step in own(addon, cloud, profile):
        for need in step.item.needs:
            assert isinstance(need, Need)
            assert len(need.reason) >= 8, f"{step.key} -> {need.on}"
            assert not need.reason.endswith("."), need.reason
            assert "|" not in need.reason, need.reason


@EVERYWHERE
def test_its_values_are_plain_and_hold_no_secret(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for chart in charts(own(addon, cloud, profile)):
        shown = plain(chart_values(chart, {}, None))
        json.dumps(shown, allow_nan=False)
        assert [".".join(map(str, path)) for path in secret_paths(shown)] == []
        assert "[secret]" not in json.dumps(shown)


@EVERYWHERE
def test_its_objects_hold_no_secret(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for step in own(addon, cloud, profile):
        if isinstance(step.item, Object):
            assert step.item.manifest.kind != "Secret", "a Password or GivenSecret makes Secrets"
            assert "[secret]" not in json.dumps(plain(step.item.manifest.document))


@EVERYWHERE
def test_its_namespace_enforces_a_level(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    if not addon.namespace.ours:
        assert addon.namespace == KUBE_SYSTEM
        return
    labels = namespace_manifest(addon.namespace, SAMPLE_LABELS).labels
    assert LABEL.fullmatch(addon.namespace.name)
    for mode in ("enforce", "audit", "warn"):
        assert labels[f"pod-security.kubernetes.io/{mode}"] == addon.namespace.pod_security
    if own(addon, cloud, profile):
        made = {step.key for step in planned(cloud, profile).steps}
        assert f"namespaces/{addon.namespace.name}" in made


@EVERYWHERE
def test_its_charts_are_pinned_to_one_version_with_source_and_date(
    addon: Addon[Any], cloud: Cloud, profile: Profile
) -> None:
    for chart in charts(own(addon, cloud, profile)):
        pin = pin_of(chart.pin)
        assert date(2026, 1, 1) < date.fromisoformat(pin.date) < date(2100, 1, 1)
        assert pin.serves("1.34")
        assert chart.timeout >= 300
        assert LABEL.fullmatch(chart.release)


@EVERYWHERE
def test_it_says_where_its_charts_name_images(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for chart in charts(own(addon, cloud, profile)):
        assert bool(chart.images) == chart.pods, f"{addon.name}/{chart.key}: images and pods must agree"
        moved = chart_values(chart, {}, "registry.acme.example/hub")
        for image in chart.images:
            registry, _, repository = image.default.partition("/")
            assert re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)+(:[0-9]+)?", registry), f"{image.default} names no registry"
            assert repository
            if image.registry is None:
                assert at(moved, image.repository) == f"registry.acme.example/hub/{repository}"
            else:
                assert at(moved, image.registry) == "registry.acme.example/hub"


@EVERYWHERE
def test_what_it_calls_safety_is_a_path_with_a_loss(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    for chart in charts(own(addon, cloud, profile)):
        for path, loss in chart.safety.items():
            assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", key) for key in keys_of(path)), path
            assert len(loss) > 8, path
            changed = nested(path, "something else")
            assert [lost for lost, _ in lost_safety(chart, changed) if lost == path], f"a change of {path} goes unsaid"


@EVERYWHERE
def test_rights_are_there_before_the_pods_that_need_them(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    steps = own(addon, cloud, profile)
    for step in steps:
        if isinstance(step.item, Rights) and step.item.permissions:
            users = [other.key for other in steps for edge in other.edges if edge.on == step.key]
            assert users, f"nothing waits for {step.key}: pods that start earlier get no credentials"
            assert cloud != "none", "nobody could grant it"


def owns(document: Mapping[str, Any]) -> bool:
    """Whether a controller makes something in the cloud for an object of this kind."""
    kind, group = document["kind"], str(document["apiVersion"]).partition("/")[0]
    if kind == "Service":
        return document.get("spec", {}).get("type") == "LoadBalancer"
    return (kind == "Gateway" and group == "gateway.networking.k8s.io") or kind in {
        "Ingress",
        "PersistentVolumeClaim",
        "NodePool",
    }


@EVERYWHERE
def test_what_owns_something_in_the_cloud_is_deleted_for_real(
    addon: Addon[Any], cloud: Cloud, profile: Profile
) -> None:
    for step in own(addon, cloud, profile):
        if isinstance(step.item, Object):
            assert step.item.manifest.owns_cloud_objects or not owns(step.item.manifest.document), step.key


def monitors(values: Any, path: str = "") -> Iterator[str]:
    """Paths of switches that make a chart bring ServiceMonitors and the like, and are on."""
    if isinstance(values, Mapping):
        for key, value in cast("Mapping[str, Any]", values).items():
            here = f"{path}.{key}"
            if re.search(r"(service|pod)monitor|prometheusrules?$", str(key), re.IGNORECASE) and (
                value is True
                or (isinstance(value, Mapping) and cast("Mapping[str, Any]", value).get("enabled") is True)
            ):
                yield here
            yield from monitors(value, here)


def monitored(step: Step) -> bool:
    if isinstance(step.item, Object):
        return step.item.manifest.api_version.startswith(MONITORING)
    return isinstance(step.item, Chart) and any(True for _ in monitors(step.item.values))


@EVERYWHERE
def test_monitors_come_only_with_their_kinds_and_after_them(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    crds = "prometheus-operator-crds"
    plan = planned(cloud, profile)
    for step in own(addon, cloud, profile):
        if monitored(step):
            assert crds in plan.sections, step.key
            assert f"{crds}/release" in {edge.on for edge in step.edges}, f"{step.key} does not wait for the kinds"
    if addon.name == crds or crds not in plan.sections:
        return
    try:
        without = planned(cloud, profile, frozenset({crds}))
    except graph.SettingsError:
        return  # some add-on cannot do without, and says so
    assert not [step.key for step in without.steps if step.addon == addon.name and monitored(step)]


#: Groups of custom resources that their own add-on, or one that it needs, defines.
BUILT_IN = re.compile(r"v1|apps/.*|batch/.*|policy/.*|autoscaling/.*|([a-z]+\.)+k8s\.io/v.*")


@EVERYWHERE
def test_custom_resources_wait_for_what_defines_them(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    plan = planned(cloud, profile)
    kinds = {step.key: step.item for step in plan.steps}
    for step in own(addon, cloud, profile):
        if not isinstance(step.item, Object):
            continue
        api = step.item.manifest.api_version
        if BUILT_IN.fullmatch(api) and not api.startswith("gateway."):
            continue
        waits = [
            edge.on for edge in step.edges if isinstance(kinds.get(edge.on), Chart | Object) or edge.on == graph.API
        ]
        assert any(on != graph.API for on in waits) or "gateway-api-crds" in sample_site(cloud).provides, step.key


@EVERYWHERE
def test_what_it_offers_is_there(addon: Addon[Any], cloud: Cloud, profile: Profile) -> None:
    plan = planned(cloud, profile)
    keys = {step.key for step in plan.steps}
    if addon.name not in plan.sections:
        return
    offered = addon.exports(
        plan.sections[addon.name], sample_site(cloud, profile=profile, installed=frozenset(plan.sections))
    )
    for what, key in offered.get("items", {}).items():
        assert key in keys, f"{addon.name} offers {what} by {key}, which it does not make"
    gateway = offered.get("gateway")
    if gateway is not None:
        assert gateway.item in keys


@cache
def graph_of(cloud: Cloud) -> Graph:
    return recorded(cloud)


@pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)
def test_all_rights_are_as_narrow_as_can_be(cloud: Cloud) -> None:
    made = graph_of(cloud)
    found = too_wide(made)
    assert not found, "\n".join(map(str, found))
    wanted = [
        step for step in planned(cloud, "standard").steps if isinstance(step.item, Rights) and step.item.permissions
    ]
    if wanted:
        assert len(rights(made)) >= len(wanted)


@pytest.mark.parametrize("cloud", SAMPLE_CLOUDS)
def test_every_edge_is_in_the_plan_of_the_engine_and_nothing_is_in_twice(cloud: Cloud) -> None:
    made = graph_of(cloud)
    for edge in planned(cloud, "standard").edges:
        if edge.on in graph.GIVEN:
            continue
        of, on = (
            [item for item in made.resources if re.match(rf"{name_of(key)}(-|$)", item.name)]
            for key in (edge.of, edge.on)
        )
        assert of, edge.of
        leaves_on = {resource.urn for resource in on if resource.custom}
        waiting = [resource for resource in of if resource.custom and leaves_on & set(resource.dependencies)]
        assert waiting or not leaves_on, f"{edge.of} does not wait for {edge.on}"


def name_of(key: str) -> str:
    addon, _, item = key.partition("/")
    return f"support-{'namespace' if addon == graph.NAMESPACES else addon}-{re.escape(item)}"


def test_leaves_and_args_are_what_this_suite_takes_them_for() -> None:
    assert list(leaves({"a": {"b": 1, "c": {}}})) == [(("a", "b"), 1), (("a", "c"), {})]
    assert list(
        monitors({"metrics": {"serviceMonitor": {"enabled": True}}, "x": {"podMonitor": {"enabled": False}}})
    ) == [".metrics.serviceMonitor"]
    assert AddonArgs().enabled is None
