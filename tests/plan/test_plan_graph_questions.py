"""Questions to a graph: finding, edges, chains, reading a document."""

from __future__ import annotations

import pulumi
import pytest

from homeport.plan import Graph, record
from tests.plan.things import Group, Outer, Provider, Thing


def chain() -> None:
    """A line of three, a branch of one."""
    provider = Provider("p")
    with_provider = pulumi.ResourceOptions(provider=provider)
    first = Thing("first", opts=with_provider)
    second = Thing("second", label=first.id)
    Thing("third", label=second.id)
    Thing("branch", label=first.id)
    Thing("alone")


def test_one_finds_by_type_and_name() -> None:
    graph = record(chain)
    assert graph.one(name="first").name == "first"
    assert graph.one(type="pulumi:providers:acme").name == "p"
    assert graph.one(type=Thing.TYPE, name="branch").name == "branch"


@pytest.mark.parametrize(("type_", "name", "says"), [(Thing.TYPE, None, "5 resources"), (None, "none", "0 resources")])
def test_one_says_what_there_is_when_it_is_not_one(type_: str | None, name: str | None, says: str) -> None:
    with pytest.raises(LookupError, match=says) as caught:
        record(chain).one(type=type_, name=name)
    assert "::first" in str(caught.value)


def test_find_takes_a_parent_too() -> None:
    graph = record(lambda: Outer("o"))
    group = graph.one(name="o-group")
    assert [item.name for item in graph.find(type=Thing.TYPE, parent=group.urn)] == ["o-group-first", "o-group-second"]
    assert graph.children(group.urn) == graph.find(parent=group.urn)
    assert [item.name for item in graph.descendants(graph.one(name="o").urn)] == [
        "o-group",
        "o-group-first",
        "o-group-second",
    ]


def test_depends_goes_all_the_way_and_through_the_provider() -> None:
    graph = record(chain)
    names = {urn.rpartition("::")[2] for urn in graph.depends(graph.one(name="third").urn)}
    assert names == {"second", "first", "p"}
    assert graph.depends(graph.one(name="alone").urn) == frozenset()


def test_deleted_with_is_waited_for() -> None:
    def program() -> None:
        Thing("b", opts=pulumi.ResourceOptions(deleted_with=Thing("a")))

    graph = record(program)
    assert graph.depends(graph.one(name="b").urn) == {graph.one(name="a").urn}


def test_the_longest_chain_is_given_first_to_last() -> None:
    assert [urn.rpartition("::")[2] for urn in record(chain).longest_chain()] == ["p", "first", "second", "third"]


def test_a_long_chain_is_measured() -> None:
    def program() -> None:
        before: Thing | None = None
        for number in range(120):
            before = Thing(f"t{number:03}", label=before.id if before else "start")

    assert len(record(program).longest_chain()) == 120


def test_a_document_reads_back_as_the_same_graph() -> None:
    graph = record(lambda: Group("g"))
    assert Graph.from_json(graph.to_json()) == graph


@pytest.mark.parametrize("text", ["[]", "{}", '{"format": 2}', "no json", '{"format": 1, "project": 3}'])
def test_what_is_no_document_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Graph.from_json(text)


def test_kinds_of_resources_are_told_apart() -> None:
    def program() -> None:
        Provider("p")
        Group("g")

    graph = record(program)
    assert [item.name for item in graph.resources if item.is_component] == ["g"]
    assert [item.name for item in graph.resources if item.is_provider] == ["p"]
    assert {item.name: item.package for item in graph.resources} == {
        "p": "acme",
        "g": "acme",
        "g-first": "acme",
        "g-second": "acme",
        "homeport-test": "pulumi",
    }
