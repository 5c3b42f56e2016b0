"""What differs between two graphs: values place by place, resources by URN and alias, options, edges."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeport.plan.diff import Diff, compare
from homeport.plan.diff_judge import judge
from homeport.plan.diff_text import diff_text
from homeport.plan.diff_values import ABSENT, Change, changes
from homeport.plan.graph import Graph
from tests.plan.graphs import BUCKET, DEPLOYMENT, GROUP, MEMBER, STACK, ZONE, graph, resource, urn

SECRET = {"$secret": True}


def places(before: Any, after: Any) -> list[tuple[str, Any, Any]]:
    return [(item.path, item.before, item.after) for item in changes(before, after)]


def text(diff: Diff) -> str:
    return "\n".join(diff_text(diff, judge(diff)))


def deployment(tag: str, *, replicas: int = 2) -> dict[str, Any]:
    containers = [
        {"name": "web", "image": f"acme/web:{tag}"},
        {"name": "proxy", "image": "acme/proxy:1"},
    ]
    return {"spec": {"replicas": replicas, "template": {"spec": {"containers": containers}}}}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": True}, {"a": 1}, [("a", True, 1)]),
        ({"a": None}, {}, [("a", None, ABSENT)]),
        ({"a": {"b.c": 1}}, {"a": {"b.c": 2}}, [('a["b.c"]', 1, 2)]),
        ({"z": ["a", "b"]}, {"z": ["b", "c"]}, [("z[]", "a", ABSENT), ("z[]", ABSENT, "c")]),
        ({"z": ["a", "b"]}, {"z": ["b", "a"]}, [("z(order)", ["a", "b"], ["b", "a"])]),
        ({"z": ["a"]}, {"z": ["b"]}, [("z[0]", "a", "b")]),
        (
            {"p": json.dumps({"Statement": [{"Sid": "Read", "Action": "get"}]})},
            {"p": json.dumps({"Statement": [{"Sid": "Read", "Action": "put"}]})},
            [("p(json).Statement[Sid=Read].Action", "get", "put")],
        ),
        ({"p": '{"a": 1}'}, {"p": '{"a":1}'}, [("p", '{"a": 1}', '{"a":1}')]),
        ({"e": [{"name": "A", "value": 1}]}, {"e": [{"name": "A", "value": 2}]}, [("e[name=A].value", 1, 2)]),
        ({"e": [{"x": 1}, {"x": 2}]}, {"e": [{"x": 1}, {"x": 3}]}, [("e[1].x", 2, 3)]),
        ({"e": []}, {"e": [{"x": 1}]}, [("e[0]", ABSENT, {"x": 1})]),
    ],
)
def test_a_change_is_told_at_the_smallest_place(before: Any, after: Any, expected: list[Any]) -> None:
    assert places(before, after) == expected


def test_an_item_put_first_into_a_list_is_the_only_change() -> None:
    assert places([{"x": 1}, {"x": 2}], [{"x": 9}, {"x": 1}, {"x": 2}]) == [("[0]", ABSENT, {"x": 9})]


def test_two_secrets_are_no_change_and_are_counted_as_not_compared() -> None:
    one = graph(resource(BUCKET, "b", {"password": SECRET}))
    diff = compare(one, one)
    assert diff.empty
    assert "1 secret value: whether it changed is not known" in text(diff)


@pytest.mark.parametrize(("before", "after"), [(SECRET, "hunter2"), ("hunter2", SECRET)])
def test_the_plain_side_of_a_secret_is_never_kept(before: Any, after: Any) -> None:
    diff = compare(
        graph(resource(BUCKET, "b", {"password": before})), graph(resource(BUCKET, "b", {"password": after}))
    )
    assert "hunter2" not in text(diff)
    assert "hunter2" not in repr(diff.changed[0].inputs)
    assert [item.kind for item in judge(diff)] == (["secret-exposed"] if after == "hunter2" else [])


def test_a_changed_tag_is_exactly_one_changed_resource_with_one_place() -> None:
    web = resource(GROUP, "web")
    others = [web, resource(BUCKET, "b", {"name": "b"})]
    before = graph(*others, resource(DEPLOYMENT, "web-deployment", deployment("1.4.1"), parent=web))
    after = graph(*others, resource(DEPLOYMENT, "web-deployment", deployment("1.4.2"), parent=web))
    diff = compare(before, after)
    assert [item.after.name for item in diff.changed] == ["web-deployment"]
    assert [item.path for item in diff.changed[0].inputs] == ["spec.template.spec.containers[name=web].image"]
    assert (diff.added, diff.removed, judge(diff)) == ((), (), ())
    assert "acme/web:1.4.1 -> acme/web:1.4.2" in text(diff)


def test_a_moved_declaration_is_no_change() -> None:
    base = Graph.from_json(graph(resource(BUCKET, "b")).to_json())
    assert compare(base, graph(resource(BUCKET, "b"))).empty


def test_options_provider_and_edges_are_compared() -> None:
    zone, bucket = resource(ZONE, "z"), urn(BUCKET, "b")
    before = graph(zone, resource(BUCKET, "b", provider=zone.urn))
    after = graph(
        zone,
        resource(
            BUCKET, "b", by_property={"labels": [zone.urn]}, ignore_changes=["labels"], delete_before_replace=True
        ),
    )
    (changed,) = compare(before, after).changed
    assert changed.after.urn == bucket
    assert {item.path for item in changed.options} == {"provider", "ignore_changes", "delete_before_replace"}
    assert [(item.parts, item.after) for item in changed.edges] == [(("labels",), zone.urn)]


def test_an_alias_makes_a_rename_and_follows_to_tokens_edges_and_children() -> None:
    old = resource(GROUP, "net")
    before = graph(
        old,
        resource(BUCKET, "net-logs", {"name": "logs"}, parent=old, protect=True),
        resource(
            MEMBER, "reader", {"bucket": "${net-logs.name}"}, by_property={"bucket": [f"{_below(BUCKET)}net-logs"]}
        ),
    )
    new = resource(GROUP, "network", aliases=[old.urn])
    after = graph(
        new,
        resource(BUCKET, "network-logs", {"name": "logs"}, parent=new, protect=True),
        resource(
            MEMBER,
            "reader",
            {"bucket": "${network-logs.name}"},
            by_property={"bucket": [f"{_below(BUCKET)}network-logs"]},
        ),
    )
    diff = compare(before, after)
    assert [(item.before.name, item.after.name) for item in diff.renamed] == [
        ("net-logs", "network-logs"),
        ("net", "network"),
    ]
    assert (diff.added, diff.removed) == ((), ())
    assert judge(diff) == ()
    assert all(not item.inputs and not item.edges for item in diff.changed)


def _below(type_: str) -> str:
    return urn(type_, "", GROUP)


def test_an_alias_of_a_component_of_another_type_carries_its_children() -> None:
    old = resource("shop:index:Old", "net")
    new = resource(GROUP, "net", aliases=[old.urn])
    diff = compare(graph(old, resource(BUCKET, "b", parent=old)), graph(new, resource(BUCKET, "b", parent=new)))
    assert (diff.added, diff.removed, judge(diff)) == ((), (), ())


def test_an_existing_urn_wins_over_an_alias() -> None:
    before = graph(resource(BUCKET, "a"), resource(BUCKET, "b"))
    after = graph(resource(BUCKET, "b", aliases=[urn(BUCKET, "a")]))
    diff = compare(before, after)
    assert [item.name for item in diff.removed] == ["a"]
    assert not diff.renamed


def test_a_new_and_a_removed_stack_have_only_one_side() -> None:
    one = graph(resource(BUCKET, "b"), outputs={"x": 1})
    assert [item.name for item in compare(None, one).added] == ["b"]
    assert [item.name for item in compare(one, None).removed] == ["b"]
    assert compare(None, one).outputs == (Change(("x",), ABSENT, 1),)
    with pytest.raises(ValueError, match="no graph"):
        compare(None, None)


def test_outputs_are_compared() -> None:
    diff = compare(graph(outputs={"zone": "a", "same": 1}), graph(outputs={"zone": "b", "same": 1}))
    assert "zone: a -> b" in text(diff)
    assert not diff.empty


def test_a_longer_text_shows_its_lines() -> None:
    before = graph(resource(BUCKET, "b", {"page": "one\ntwo\nthree"}))
    after = graph(resource(BUCKET, "b", {"page": "one\n2\nthree"}))
    shown = text(compare(before, after))
    assert "      -two\n      +2" in shown
    assert "one" not in shown.replace("nothing", "")


KEYS = st.sampled_from(["a", "b", "name", "deletionProtection", "sourceRanges", "policy"])
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-5, 5)
    | st.sampled_from(["x", "0.0.0.0/0", "${a.id}", "allUsers", '{"a": 1}', "one\ntwo"])
    | st.sampled_from([{"$secret": True}, {"$unknown": True}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=6,
)
RESOURCES = st.tuples(
    st.sampled_from([BUCKET, ZONE, MEMBER, GROUP, DEPLOYMENT]),
    st.sampled_from(["a", "b", "c", "a-1"]),
    st.dictionaries(KEYS, VALUES, max_size=3),
    st.booleans(),
    st.lists(st.integers(0, 9), max_size=2),
    st.integers(0, 9),
)


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    rows = draw(st.lists(RESOURCES, max_size=7, unique_by=lambda row: (row[0], row[1])))
    made: list[Any] = []
    for type_, name, inputs, protect, after, below in rows:
        groups = [item for item in made if not item.custom]
        parent = groups[below % len(groups)] if groups and below % 2 else None
        found = resource(
            type_, name, inputs, parent=parent, protect=protect, depends=[made[i].urn for i in after if i < len(made)]
        )
        if all(found.urn != other.urn for other in made):
            made.append(found)
    return graph(*made, outputs=draw(st.dictionaries(KEYS, VALUES, max_size=2)))


@given(graphs())
def test_a_graph_with_itself_is_empty(one: Graph) -> None:
    diff = compare(one, Graph.from_json(one.to_json()))
    assert diff.empty
    assert judge(diff) == ()
    assert diff.unchanged == len(one.resources) - 1


@given(graphs(), graphs())
def test_one_way_mirrors_the_other(one: Graph, other: Graph) -> None:
    there, back = compare(one, other), compare(other, one)
    assert [item.urn for item in there.added] == [item.urn for item in back.removed]
    assert [item.urn for item in there.removed] == [item.urn for item in back.added]
    assert [item.after.urn for item in there.changed] == [item.after.urn for item in back.changed]
    assert there.unchanged == back.unchanged
    for forth, returning in zip(there.changed, back.changed, strict=True):
        assert {item.mirrored() for item in forth.edges} == set(returning.edges)
        assert len(forth.options) == len(returning.options)
        assert bool(forth.inputs) == bool(returning.inputs)


@given(graphs(), graphs())
def test_every_pair_can_be_judged_shown_and_added_up(one: Graph, other: Graph) -> None:
    diff = compare(one, other)
    assert len(diff.added) + len(diff.changed) + diff.unchanged == len(other.resources) - 1
    assert len(diff.removed) + len(diff.changed) + diff.unchanged == len(one.resources) - 1
    assert all("\x1b" not in line for line in diff_text(diff, judge(diff)))
    assert judge(diff) == judge(compare(one, other))


MAPPINGS = st.dictionaries(KEYS, st.integers() | st.dictionaries(KEYS, st.integers(), max_size=2), max_size=3)


@given(MAPPINGS, MAPPINGS)
def test_places_mirror_each_other(one: Any, other: Any) -> None:
    assert [item.mirrored() for item in changes(one, other)] == list(changes(other, one))


def test_the_stack_itself_is_never_listed() -> None:
    diff = compare(None, graph(resource(BUCKET, "b")))
    assert STACK not in {item.urn for item in diff.added}
