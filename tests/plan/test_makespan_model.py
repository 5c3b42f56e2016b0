"""How long updates take, by the model that benchmarks use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeport.plan.graph import Graph, Options, Resource
from homeport.plan.makespan import (
    DURATIONS,
    ENGINE_PARALLEL,
    compare,
    durations,
    groups_in_order,
    makespan,
    one_after_another,
    schedule,
    true_waits,
    waits,
)

ADDON = "homeport:addons:Addon"


def resource(
    name: str, *, type_: str = "gcp:x:X", on: Sequence[str] = (), parent: str | None = None, **more: Any
) -> Resource:
    component = type_.startswith("homeport:")
    given_: dict[str, Any] = {
        "urn": name,
        "type": type_,
        "name": name,
        "parent": parent,
        "custom": not component,
        "remote": False,
        "provider": None,
        "inputs": {},
        "dependencies": list(on),
        "property_dependencies": {},
        "options": Options(),
        "source": None,
    }
    return Resource.model_validate({**given_, **more})


def graph(*resources: Resource) -> Graph:
    ordered = sorted(resources, key=lambda item: item.urn)
    return Graph(project="homeport", stack="test", layer=None, resources=ordered, outputs={})


TEN = durations({"gcp:": 10, "kubernetes:": 5})


def test_what_needs_nothing_of_each_other_runs_at_once_and_chains_add_up() -> None:
    made = graph(resource("a"), resource("b"), resource("c", on=["a"]), resource("d", on=["c", "b"]))
    found = makespan(made, TEN)
    assert (found.seconds, found.work) == (30, 40)
    assert found.path == (("a", 10), ("c", 10), ("d", 10))
    assert makespan(made, TEN, parallel=1).seconds == 40
    assert makespan(graph(*(resource(f"r{n:02}") for n in range(17))), TEN, parallel=ENGINE_PARALLEL).seconds == 20
    assert makespan(graph(), TEN).seconds == 0


def test_a_component_in_the_way_stands_for_everything_in_it() -> None:
    made = graph(
        resource("box", type_="homeport:x:Box"),
        resource("in", parent="box"),
        resource("deep", parent="box", on=["in"]),
        resource("after", on=["box"]),
        resource("last", property_dependencies={"x": ["after"]}),
    )
    assert waits(made)["after"] == {"box", "in", "deep"}
    assert makespan(made, TEN).seconds == 40
    assert true_waits(made)["after"] == frozenset()


def test_children_wait_for_what_their_component_waits_for() -> None:
    made = graph(resource("first"), resource("box", type_="homeport:x:Box", on=["first"]), resource("in", parent="box"))
    assert waits(made)["in"] == {"first"}


def test_providers_are_waited_for_and_take_no_time() -> None:
    made = graph(
        resource("cluster"),
        resource("provider", type_="pulumi:providers:gcp", on=["cluster"]),
        resource("object", provider="provider", type_="kubernetes:core/v1:ConfigMap"),
    )
    assert makespan(made, TEN).seconds == 15
    assert makespan(made, TEN).path == (("cluster", 10), ("object", 5))


def test_the_longest_beginning_of_a_type_says_its_time() -> None:
    table = durations({"gcp:": 1, "gcp:container/": 2, "gcp:container/cluster:Cluster": 3})
    assert [
        table(resource("x", type_=f"gcp:{kind}")) for kind in ("x:X", "container/x:X", "container/cluster:Cluster")
    ] == [1, 2, 3]
    assert table(resource("x", type_="homeport:x:X")) == 0
    assert table(resource("x", type_="gcp:x:X", external="id")) == 0
    assert table(resource("x", type_="other:x:X")) == 0
    assert durations(DURATIONS)(resource("x", type_="eks:index:Cluster", custom=False, remote=True)) > 0


def test_groups_come_in_an_order_that_the_edges_allow() -> None:
    made = graph(
        resource("z", type_=ADDON),
        resource("z1", parent="z"),
        resource("shared", on=["z1"]),
        resource("a", type_=ADDON),
        resource("a1", parent="a", on=["shared"]),
        resource("a2", parent="a"),
        resource("m", type_=ADDON),
        resource("m1", parent="m"),
    )
    groups = groups_in_order(made, [ADDON])
    assert groups == [["m1"], ["z1"], ["a1", "a2"]]
    assert one_after_another(groups) == {"m1": frozenset(), "z1": {"m1"}, "a1": {"z1"}, "a2": {"z1"}}
    found = compare(made, [ADDON], {"gcp:": 10})
    assert (found.ours.seconds, found.ordered.seconds) == (30, 40)
    assert found.saved == pytest.approx(4 / 3)
    assert found.beyond_critical == 1


def test_a_component_inside_of_another_belongs_to_it() -> None:
    made = graph(
        resource("outer", type_=ADDON),
        resource("o1", parent="outer"),
        resource("inner", type_="homeport:workloads:Job", parent="outer"),
        resource("i1", parent="inner", on=["o1"]),
        resource("o2", parent="outer", on=["i1"]),
    )
    assert groups_in_order(made, [ADDON, "homeport:workloads:Job"]) == [["inner", "i1", "o1", "o2"]]
    assert compare(made, [ADDON, "homeport:workloads:Job"], {"gcp:": 10}).ordered.seconds == 30


def test_two_groups_that_need_parts_of_each_other_are_one() -> None:
    made = graph(
        resource("a", type_=ADDON),
        resource("b", type_=ADDON),
        resource("a1", parent="a"),
        resource("b1", parent="b", on=["a1"]),
        resource("a2", parent="a", on=["b1"]),
        resource("c", type_=ADDON),
        resource("c1", parent="c", on=["a2"]),
    )
    assert groups_in_order(made, [ADDON]) == [["a1", "a2", "b1"], ["c1"]]
    assert compare(made, [ADDON], {"gcp:": 10}).ordered.seconds == 40


def test_waiting_without_need_shows() -> None:
    made = graph(
        resource("box", type_="homeport:x:Box"),
        resource("quick", parent="box"),
        resource("slow", parent="box", on=["quick"]),
        resource("user", on=["box", "quick"]),
    )
    assert compare(made, [], {"gcp:": 10}).beyond_critical == pytest.approx(1.5)


def test_a_circle_is_an_error() -> None:
    with pytest.raises(ValueError, match="2 resources wait for each other in a circle"):
        makespan(graph(resource("a", on=["b"]), resource("b", on=["a"])), TEN)


@st.composite
def works(draw: st.DrawFn) -> tuple[dict[str, set[str]], dict[str, float]]:
    names = [f"n{number}" for number in range(draw(st.integers(1, 14)))]
    edges = {
        name: set(draw(st.lists(st.sampled_from(names[:place]), max_size=3))) if place else set[str]()
        for place, name in enumerate(names)
    }
    return edges, {name: float(draw(st.integers(0, 9))) for name in names}


@settings(max_examples=200, deadline=None)
@given(works(), st.integers(1, 5))
def test_no_schedule_is_shorter_than_its_longest_chain_or_its_share_of_the_work(
    given_: tuple[dict[str, set[str]], dict[str, float]], width: int
) -> None:
    edges, cost = given_
    free, bound, single = schedule(edges, cost, None), schedule(edges, cost, width), schedule(edges, cost, 1)
    longest: dict[str, float] = {}
    for name, before in edges.items():
        longest[name] = cost[name] + max((longest[other] for other in before), default=0)
    assert free.seconds == max(longest.values())
    assert sum(seconds for _, seconds in free.path) == free.seconds
    assert bound.seconds >= max(free.seconds, bound.work / width) - 1e-9
    # Graham's bound for list scheduling.
    assert bound.seconds <= bound.work / width + free.seconds + 1e-9
    assert single.seconds == single.work
