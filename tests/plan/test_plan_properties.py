"""What holds for every program: random trees of resources, random values, random merges."""

from __future__ import annotations

import json
from typing import Any

import pulumi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeport.plan import Graph, record
from homeport.plan.graph import STACK_TYPE
from homeport.plan.merge import ABSENT, SECRET, UNKNOWN, Merger
from homeport.plan.tokens import Tokens, shown, whole
from tests.plan.things import Thing

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)
#: By resource: the place of its parent (0 for none, itself excluded), what it needs, whether it is a component, data.
TREES = st.lists(
    st.tuples(st.integers(0, 100), st.sets(st.integers(0, 100), max_size=3), st.booleans(), VALUES), max_size=10
)


def program(tree: list[tuple[int, set[int], bool, Any]]) -> None:
    """Declare a tree; what is needed was declared before."""
    made: list[pulumi.Resource] = []
    for place, (parent, needs, is_component, data) in enumerate(tree):
        opts = pulumi.ResourceOptions(parent=made[parent % place] if place and parent else None)
        if is_component:
            made.append(pulumi.ComponentResource("acme:stuff:Box", f"n{place}", None, opts))
            continue
        others = [made[need % place] for need in needs] if place else []
        tags = {str(n): other.id for n, other in enumerate(others) if isinstance(other, Thing)}
        made.append(Thing(f"n{place}", data=data, tags=tags, opts=opts))
    pulumi.export("all", [item.urn for item in made])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(TREES)
def test_any_tree_gives_unique_sorted_urns_with_parents_and_reads_back(
    tree: list[tuple[int, set[int], bool, Any]],
) -> None:
    graph = record(lambda: program(tree))
    urns = [item.urn for item in graph.resources]
    assert urns == sorted(set(urns))
    assert len(urns) == len(tree) + 1
    for item in graph.resources:
        assert item.parent in graph.by_urn or item.type == STACK_TYPE
        assert item.urn.endswith(f"{item.type}::{item.name}")
        assert set(item.dependencies) <= graph.by_urn.keys()
        assert item.urn not in item.dependencies
    text = graph.to_json()
    assert Graph.from_json(text).to_json() == text
    assert graph.outputs["all"] == [item for item in graph.outputs["all"] if item in graph.by_urn]
    assert record(lambda: program(tree)).to_json() == text


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_any_plain_value_comes_out_as_it_went_in(value: Any) -> None:
    inputs = record(lambda: Thing("t", data=value)).one(name="t").inputs
    assert json.dumps(inputs.get("data"), sort_keys=True) == json.dumps(_numbers(value), sort_keys=True)


def _numbers(value: Any) -> Any:
    """Whole numbers are integers in a plan."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return int(value)
    if isinstance(value, dict):
        return {key: _numbers(item) for key, item in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_numbers(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
    return value


PATHS = st.lists(NAMES, min_size=1, max_size=3)


@given(PATHS, st.lists(st.text(max_size=5), min_size=4, max_size=4))
def test_whole_tokens_are_read_back_from_any_text(paths: list[str], between: list[str]) -> None:
    tokens = Tokens(2)
    text = between[0] + "".join(tokens.make(path) + piece for path, piece in zip(paths, between[1:], strict=False))
    parts = tokens.read(text)
    assert parts[1::2] == tuple(paths)
    assert whole(parts, tokens)
    assert shown(parts) == between[0] + "".join(
        f"${{{path}}}{piece}" for path, piece in zip(paths, between[1:], strict=False)
    )


@given(NAMES, st.data())
def test_any_cut_through_a_token_is_noticed(path: str, data: st.DataObject) -> None:
    two, three = Tokens(2), Tokens(3)
    merger = Merger([Tokens(1), two, three])
    text = two.make(path)
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    other = three.make(path)
    cut = merger.merge(UNKNOWN, text[start:end], other if end - start == len(text) else other[start:end])
    assert cut == ({"$unknown": True} if end - start < len(text) else f"${{{path}}}")


@given(VALUES, VALUES)
def test_what_is_known_first_is_never_changed_by_later_passes(value: Any, other: Any) -> None:
    merger = Merger([Tokens(1), Tokens(2), Tokens(3)])
    assert json.dumps(merger.merge(value, other, other), sort_keys=True) == json.dumps(value, sort_keys=True)
    assert json.dumps(merger.merge(value, ABSENT), sort_keys=True) == json.dumps(value, sort_keys=True)


@given(VALUES, VALUES)
def test_nothing_without_a_token_is_taken_for_an_unknown(value: Any, other: Any) -> None:
    merger = Merger([Tokens(1), Tokens(2), Tokens(3)])
    assert merger.merge(UNKNOWN, value, value) == {"$unknown": True}
    assert merger.merge(UNKNOWN, value, other) == {"$unknown": True}


@given(VALUES)
def test_a_secret_in_any_pass_is_a_secret(value: Any) -> None:
    merger = Merger([Tokens(1), Tokens(2), Tokens(3)])
    for passes in ((SECRET, value, value), (value, SECRET, value), (UNKNOWN, value, SECRET)):
        assert merger.merge(*passes) == {"$secret": True}
