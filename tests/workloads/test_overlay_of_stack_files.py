"""What a stack file varies of an application, laid over what the program says."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.problems import Problem
from homeport.workloads.args import FromSecret, WorkloadArgs
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.kustomize_app import ImageOverride, KustomizeAppArgs
from homeport.workloads.overlay import AppOverlay, applied, chosen, overlay_problems
from homeport.workloads.resources import Resources
from homeport.workloads.scaling import Autoscale
from homeport.workloads.specs import AppSpec
from tests.workloads.places import KINDS, cron_job, web, worker

DIGEST = f"sha256:{'a' * 64}"
OTHER = f"sha256:{'b' * 64}"
IMAGE = "registry.example/apps/feedback"
HELM = HelmAppArgs(tenant="tools", chart="apps/charts/dashboard", values={"image": {"repository": "x"}, "host": "h"})
TREE = KustomizeAppArgs(tenant="tools", path="apps/feedback", images={IMAGE: ImageOverride(name="other/feedback")})
SPECS: dict[str, AppSpec] = {**KINDS, "dashboard": HELM, "feedback": TREE}


def problems(spec: AppSpec, **fields: Any) -> list[Problem]:
    return list(overlay_problems(spec, AppOverlay(**fields)))


def laid(spec: AppSpec, **fields: Any) -> Any:
    assert problems(spec, **fields) == []
    return applied(spec, AppOverlay(**fields))


overlays = st.fixed_dictionaries(
    {},
    optional={
        "enabled": st.booleans(),
        "tag": st.from_regex(r"[0-9]\.[0-9]\.[0-9]", fullmatch=True),
        "digest": st.sampled_from([DIGEST, OTHER]),
        "replicas": st.integers(0, 9),
        "autoscale": st.builds(Autoscale, min=st.integers(1, 3), max=st.integers(4, 9)),
        "resources": st.sampled_from([{"cpu": "1"}, {"memory": "1Gi"}, {"disk": "1Gi", "cpu": "20m"}]),
        "env": st.dictionaries(st.sampled_from(["A", "B", "C"]), st.none() | st.text(max_size=3), max_size=3),
        "hosts": st.lists(st.sampled_from(["a.stage.acme.example", "b.stage.acme.example"]), max_size=2, unique=True),
        "schedule": st.just("1 2 * * *"),
        "suspend": st.booleans(),
        "node_pool": st.just("general"),
        "tolerates_spot": st.booleans(),
        "values": st.dictionaries(st.sampled_from(["host", "more"]), st.integers(0, 3), max_size=2),
        "images": st.just({IMAGE: {"tag": "9.9.9"}}),
    },
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(SPECS)), overlays)
def test_every_field_is_in_force_or_told_and_never_lost(name: str, fields: dict[str, Any]) -> None:
    spec = SPECS[name]
    overlay = AppOverlay.model_validate(fields)
    told = {problem.path[0] for problem in overlay_problems(spec, overlay)}
    result: Any = applied(spec, overlay)
    for field, value in fields.items():
        if field in ("enabled", "env", "values", "images", "resources") or field in told:
            continue
        if isinstance(spec, KustomizeAppArgs):
            override = result.images[IMAGE]
            assert field in ("tag", "digest")
            assert value == override.digest if field == "digest" else override.tag in (None, value, "9.9.9")
        else:
            assert getattr(result, field) == value
    untouched = set(type(spec).model_fields) - fields.keys() - {"replicas", "autoscale", "images"}
    assert all(getattr(result, field) == getattr(spec, field) for field in untouched)
    assert type(result) is type(spec)


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(SPECS)), overlays)
def test_laying_it_over_twice_changes_nothing_more(name: str, fields: dict[str, Any]) -> None:
    overlay = AppOverlay.model_validate(fields)
    once = applied(SPECS[name], overlay)
    assert applied(once, overlay) == once


@pytest.mark.parametrize("name", sorted(SPECS))
def test_an_empty_overlay_is_the_spec(name: str) -> None:
    assert applied(SPECS[name], AppOverlay()) == SPECS[name]


def test_a_field_that_the_kind_has_not_is_told_with_what_can_vary() -> None:
    (problem,) = problems(worker(), hosts=["a.stage.acme.example"])
    assert problem.path == ("hosts",)
    assert problem.rule == "a worker has no hosts"
    assert "replicas" in problem.fix
    assert "schedule" not in problem.fix
    assert [found.path for found in problems(web(), schedule="1 2 * * *", suspend=True)] == [
        ("schedule",),
        ("suspend",),
    ]


def test_a_number_replaces_the_autoscaler_and_the_other_way_round() -> None:
    scaled = web(autoscale=Autoscale(min=2, max=6))
    assert (laid(scaled, replicas=3).replicas, laid(scaled, replicas=3).autoscale) == (3, None)
    autoscale = Autoscale(min=1, max=2)
    assert laid(web(replicas=4), autoscale=autoscale).replicas is None
    both = laid(web(), replicas=3, autoscale=autoscale)
    assert [problem.path for problem in both.check()] == [("replicas",)]


def test_room_that_is_left_out_stays() -> None:
    spec = web(resources=Resources(cpu="300m", memory="1Gi", memory_limit="2Gi"))
    assert laid(spec, resources={"memory": "2Gi"}).resources == Resources(cpu="300m", memory="2Gi", memory_limit="2Gi")


def test_variables_are_added_replaced_and_removed() -> None:
    secret = FromSecret(secret="shop", key="url")
    result: WorkloadArgs = laid(web(env={"A": "1", "B": "2"}), env={"A": "3", "B": None, "C": secret})
    assert result.env == {"A": "3", "C": secret}


def test_no_hosts_means_not_public_and_is_not_the_same_as_silence() -> None:
    assert laid(web(hosts=["a.stage.acme.example"]), hosts=[]).hosts == []
    assert laid(web(hosts=["a.stage.acme.example"])).hosts == ["a.stage.acme.example"]


def test_chart_values_merge_and_null_removes() -> None:
    result = laid(HELM, values={"host": None, "image": {"tag": "2"}}, version=None)
    assert result.values == {"image": {"repository": "x", "tag": "2"}}


def test_the_schedule_can_rest_in_one_stack() -> None:
    assert laid(cron_job(), suspend=True, schedule="1 2 * * *").suspend is True


def test_a_trees_one_image_takes_tag_and_digest_and_keeps_its_name() -> None:
    assert laid(TREE, tag="2.0.0").images == {IMAGE: ImageOverride(name="other/feedback", tag="2.0.0")}
    assert laid(TREE, digest=DIGEST, tag="2.0.0").images[IMAGE] == ImageOverride(name="other/feedback", digest=DIGEST)
    pinned = TREE.model_copy(update={"images": {IMAGE: ImageOverride(digest=DIGEST)}})
    assert laid(pinned, images={IMAGE: {"tag": "2.0.0"}}).images[IMAGE] == ImageOverride(tag="2.0.0")


def test_a_tag_for_a_tree_of_two_images_is_told_to_name_one() -> None:
    two = TREE.model_copy(update={"images": {IMAGE: ImageOverride(tag="1"), "b/c": ImageOverride(tag="1")}})
    (problem,) = problems(two, tag="2.0.0")
    assert problem.path == ("tag",)
    assert IMAGE in problem.rule
    assert "images: {IMAGE: {tag: ...}}" in problem.fix


def test_a_tag_that_a_digest_of_the_program_goes_before_is_told() -> None:
    (problem,) = problems(web(digest=DIGEST), tag="1.4.3")
    assert problem.path == ("tag",)
    assert "digest" in problem.fix
    assert problems(web(digest=DIGEST), tag="1.4.3", digest=OTHER) == []


def test_the_order_of_a_stack_file_means_nothing_and_what_is_off_is_not_there() -> None:
    names = ["worker", "web", "nobody", "migrate"]
    found = {name: AppOverlay(enabled=name != "migrate") for name in names}
    assert list(chosen(SPECS, found)) == ["web", "worker"]
