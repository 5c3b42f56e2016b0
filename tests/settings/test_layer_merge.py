"""Layers come together: maps merge, everything else replaces, null removes."""

from __future__ import annotations

from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from homeport.settings.merge import merge, merge_all, settle
from homeport.settings.tree import MapNode, Node, Origin, build, find, mapping, plain, sequence

_KEYS = st.sampled_from("abc")
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.just("x"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=8,
)
_MAPS = st.dictionaries(_KEYS, _VALUES, max_size=3)


def tree(data: dict[str, Any], layer: str = "one") -> MapNode:
    node = build(data, Origin(layer))
    assert isinstance(node, MapNode)
    return node


def merged(*layers: dict[str, Any]) -> Any:
    return plain(settle(merge_all(tree(layer, f"layer {index}") for index, layer in enumerate(layers)))[0])


def test_maps_merge_and_lists_and_values_replace() -> None:
    below = {"a": {"x": 1, "y": 2}, "l": [1, 2], "v": 1}
    assert merged(below, {"a": {"y": 3}, "l": [9], "v": {"w": 1}}) == {"a": {"x": 1, "y": 3}, "l": [9], "v": {"w": 1}}


def test_null_removes_an_entry_and_is_no_error_where_nothing_is() -> None:
    assert merged({"a": {"x": 1, "y": 2}}, {"a": {"x": None}, "b": None}) == {"a": {"y": 2}}


def test_what_null_removed_does_not_come_back_with_a_later_layer() -> None:
    assert merged({"a": {"x": 1}}, {"a": None}, {"a": {"y": 2}}) == {"a": {"y": 2}}


def test_every_leaf_keeps_its_origin() -> None:
    node = merge_all([tree({"a": {"x": 1, "y": 2}}, "low"), tree({"a": {"y": 3}}, "high")])
    origins = {path: found.origin.layer for path in [("a", "x"), ("a", "y")] if (found := find(node, path))}
    assert origins == {("a", "x"): "low", ("a", "y"): "high"}


@example({"a": {"x": 1}}, {"a": None}, {"a": {"y": 2}})
@example({"a": {"x": 1}}, {"a": 5}, {"a": {"y": 2}})
@given(_MAPS, _MAPS, _MAPS)
def test_merging_is_associative(a: dict[str, Any], b: dict[str, Any], c: dict[str, Any]) -> None:
    def settled(node: Node) -> Any:
        return plain(settle(node)[0])

    left = merge(merge(tree(a), tree(b)), tree(c))
    right = merge(tree(a), merge(tree(b), tree(c)))
    assert settled(left) == settled(right)


@given(_MAPS)
def test_a_layer_over_itself_or_nothing_changes_nothing(a: dict[str, Any]) -> None:
    assert merged(a, a) == merged(a) == merged({}, a) == merged(a, {})


@given(_MAPS, _MAPS)
def test_null_on_top_removes_whatever_was_below(a: dict[str, Any], b: dict[str, Any]) -> None:
    keys = dict.fromkeys("abc")
    assert merged(a, b, keys) == {}


@given(_MAPS)
def test_no_null_is_left_in_a_map(a: dict[str, Any]) -> None:
    def clean(value: Any) -> bool:
        pairs, items = mapping(value), sequence(value)
        if pairs is not None:
            return all(item is not None and clean(item) for item in pairs.values())
        return all(clean(item) for item in items or [])

    assert clean(merged(a))
