"""How chart values come together, and what an override puts at risk."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.addons.items import Chart, ImageValues
from homeport.addons.overrides import at, chart_values, image_values, keys_of, lost_safety, nested, secret_paths
from homeport.kube.manifest import leaves, merged

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=8,
)
MAPS = st.dictionaries(st.sampled_from("abc"), JSON, max_size=3)


def chart(values: dict[str, Any], **more: Any) -> Chart:
    return Chart(key="release", pin="toy", values=values, **more)


def test_images_come_from_elsewhere_with_the_rest_of_their_names() -> None:
    images = [
        ImageValues("quay.io/jetstack/cert-manager-controller", "image.repository"),
        ImageValues("docker.io/library/busybox", "init.image.repository", "init.image.registry"),
    ]
    assert image_values(images, "registry.acme.example:5000/hub") == {
        "image": {"repository": "registry.acme.example:5000/hub/jetstack/cert-manager-controller"},
        "init": {"image": {"registry": "registry.acme.example:5000/hub"}},
    }


def test_the_operator_has_the_last_word() -> None:
    given_ = chart({"image": {"repository": "a", "tag": "1"}}, images=[ImageValues("x.io/a/b", "image.repository")])
    assert chart_values(given_, {"image": {"repository": "mine"}}, "r.example")["image"] == {
        "repository": "mine",
        "tag": "1",
    }
    assert chart_values(given_, {}, "r.example")["image"] == {"repository": "r.example/a/b", "tag": "1"}
    assert chart_values(given_, {}, None)["image"]["repository"] == "a"
    assert given_.values == {"image": {"repository": "a", "tag": "1"}}, "nothing is changed in place"


@pytest.mark.parametrize(
    "overrides",
    [{"crds": {"keep": False}}, {"crds": {"keep": None}}, {"crds": None}, {"crds": "none"}, {"crds": []}],
)
def test_a_change_of_what_keeps_safe_is_seen_however_it_is_made(overrides: dict[str, Any]) -> None:
    given_ = chart({"crds": {"keep": True, "x": 1}}, safety={"crds.keep": "routes go"})
    assert list(lost_safety(given_, overrides)) == [("crds.keep", "routes go")]


def test_what_is_safe_by_the_charts_own_default_may_be_named_too() -> None:
    given_ = chart({}, safety={"webhook.failurePolicy": "nothing is checked"})
    assert list(lost_safety(given_, {})) == []
    assert list(lost_safety(given_, {"webhook": {"failurePolicy": "Ignore"}}))


@pytest.mark.parametrize("overrides", [{}, {"crds": {"x": 2}}, {"crds": {"keep": True}}, {"other": None}])
def test_other_changes_are_not_spoken_of(overrides: dict[str, Any]) -> None:
    assert not list(lost_safety(chart({"crds": {"keep": True}}, safety={"crds.keep": "routes go"}), overrides))


def test_a_dot_inside_of_a_key_is_written_with_a_backslash() -> None:
    assert keys_of(r"annotations.helm\.sh/resource-policy") == ["annotations", "helm.sh/resource-policy"]
    assert nested(r"a.b\.c", 1) == {"a": {"b.c": 1}}
    assert at({"a": {"b.c": 1}}, r"a.b\.c") == 1
    assert at({}, "a") is at({"a": 1}, "a.b") is at({"a": {}}, "a.b")


@settings(max_examples=200, deadline=None)
@given(MAPS, MAPS)
def test_values_merge_as_helm_merges_them(base: dict[str, Any], over: dict[str, Any]) -> None:
    result = merged(base, over, keep_null=True)
    for path, value in leaves(over):
        here: Any = result
        for key in path:
            here = here[key]
        assert here == value or (value == {} and isinstance(here, dict)), "what lies on top is there"
    assert merged(base, {}, keep_null=True) == base
    assert merged({}, over, keep_null=True) == over
    assert merged(result, over, keep_null=True) == result


@settings(max_examples=200, deadline=None)
@given(MAPS, MAPS)
def test_null_removes_where_nothing_lies_below(base: dict[str, Any], over: dict[str, Any]) -> None:
    kept, removed = merged(base, over, keep_null=True), merged(base, over)
    for key, value in over.items():
        assert (key in removed) == (value is not None)
        assert key in kept


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ({"a": {"adminPassword": "x"}}, [("a", "adminPassword")]),
        ({"env": [{"name": "API_TOKEN", "value": "x"}]}, [("env", 0, "value")]),
        ({"x": "-----BEGIN PRIVATE KEY-----\n"}, [("x",)]),
        ({"passwordKey": "x", "secretName": "y", "existingSecret": "z", "tokenTTL": "1h"}, []),
        ({"password": "", "token": None, "automountServiceAccountToken": True}, []),
    ],
)
def test_secrets_in_clear_are_found_by_their_names(values: dict[str, Any], found: list[tuple[Any, ...]]) -> None:
    assert list(secret_paths(values)) == found
