"""The graph that a recorded program gives: URNs, parents, edges, options, sources, and nothing left behind."""

from __future__ import annotations

import asyncio
import contextvars
import gc
import json
import threading
from pathlib import Path

import pulumi
import pulumi.dynamic
import pulumi_kubernetes as kubernetes
import pytest
from pulumi.runtime.settings import SETTINGS, get_root_resource

from homeport.plan import Graph, record
from tests.plan.things import Group, Outer, Plugin, Provider, Thing

STACK = "urn:pulumi:test::homeport::pulumi:pulumi:Stack::homeport-test"


def test_a_urn_holds_the_whole_chain_of_types_without_the_stack() -> None:
    graph = record(lambda: Outer("o"), project="shop", stack="dev")
    assert [item.urn for item in graph.resources] == sorted(
        [
            "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev",
            "urn:pulumi:dev::shop::acme:stuff:Outer::o",
            "urn:pulumi:dev::shop::acme:stuff:Outer$acme:stuff:Group::o-group",
            "urn:pulumi:dev::shop::acme:stuff:Outer$acme:stuff:Group$acme:stuff/thing:Thing::o-group-first",
            "urn:pulumi:dev::shop::acme:stuff:Outer$acme:stuff:Group$acme:stuff/thing:Thing::o-group-second",
        ]
    )


def test_the_stack_is_a_resource_without_parent_and_the_parent_of_the_top() -> None:
    graph = record(lambda: Group("g"))
    assert graph.root.urn == STACK
    assert graph.root.parent is None
    assert graph.one(name="g").parent == STACK
    assert graph.one(name="g-first").parent == graph.one(name="g").urn


def test_depends_on_a_component_means_all_its_resources() -> None:
    def program() -> None:
        outer = Outer("o")
        Thing("last", opts=pulumi.ResourceOptions(depends_on=[outer]))

    graph = record(program)
    assert graph.one(name="last").dependencies == [
        graph.one(name="o-group-first").urn,
        graph.one(name="o-group-second").urn,
    ]


def test_a_value_from_another_resource_is_an_edge_of_its_property() -> None:
    def program() -> None:
        first = Thing("first")
        Thing("second", label=first.self_link, tags={"id": first.id, "plain": "x"}, size=3)

    graph = record(program)
    second, first = graph.one(name="second"), graph.one(name="first")
    assert second.dependencies == [first.urn]
    assert second.property_dependencies == {"label": [first.urn], "tags": [first.urn]}


def test_an_edge_inside_an_apply_on_an_unknown_is_found_too() -> None:
    def program() -> None:
        first, other = Thing("first"), Thing("other")
        Thing("second", label=first.id.apply(lambda _: other.self_link))

    graph = record(program)
    second = graph.one(name="second")
    assert second.dependencies == sorted([graph.one(name="first").urn, graph.one(name="other").urn])
    assert second.inputs == {"label": "${other.selfLink}"}


def test_options_are_as_the_engine_gets_them() -> None:
    def program() -> None:
        host = Thing("host")
        Thing(
            "thing",
            opts=pulumi.ResourceOptions(
                protect=True,
                ignore_changes=["label", "self_link", "access.host"],
                replace_on_changes=["size"],
                delete_before_replace=True,
                retain_on_delete=True,
                deleted_with=host,
                import_="existing",
            ),
        )

    graph = record(program)
    assert graph.one(name="thing").options.model_dump() == {
        "protect": True,
        "ignore_changes": ["label", "selfLink", "access.host"],
        "replace_on_changes": ["size"],
        "delete_before_replace": True,
        "retain_on_delete": True,
        "deleted_with": graph.one(name="host").urn,
        "aliases": [],
        "import_id": "existing",
    }
    assert graph.one(name="host").options.delete_before_replace is None


def test_children_inherit_what_the_engine_passes_on() -> None:
    def program() -> None:
        host = Thing("host")
        Group("g", opts=pulumi.ResourceOptions(protect=True, retain_on_delete=True, deleted_with=host))

    graph = record(program)
    options = graph.one(name="g-first").options
    assert (options.protect, options.retain_on_delete) == (True, True)
    assert options.deleted_with == graph.one(name="host").urn


def test_aliases_are_urns_however_they_were_written() -> None:
    def program() -> None:
        group = Group("g")
        Thing(
            "new",
            opts=pulumi.ResourceOptions(
                parent=group,
                aliases=[
                    pulumi.Alias(name="old"),
                    pulumi.Alias(parent=pulumi.ROOT_STACK_RESOURCE),
                    pulumi.Alias(type_="acme:stuff/old:Old"),
                    pulumi.Alias(stack="dev", project="shop"),
                    "urn:pulumi:a::b::c:d:e::f",
                ],
            ),
        )

    start, thing = "urn:pulumi:test::homeport::acme:stuff:Group$", "acme:stuff/thing:Thing"
    assert record(program).one(name="new").options.aliases == [
        f"{start}{thing}::old",
        f"urn:pulumi:test::homeport::{thing}::new",
        f"{start}acme:stuff/old:Old::new",
        f"urn:pulumi:dev::shop::acme:stuff:Group${thing}::new",
        "urn:pulumi:a::b::c:d:e::f",
    ]


def test_the_provider_is_named_by_urn_also_when_a_parent_hands_it_down() -> None:
    def program() -> None:
        provider = Provider("acme", region="here")
        Group("g", opts=pulumi.ResourceOptions(providers=[provider]))
        Thing("alone")

    graph = record(program)
    provider = graph.one(type="pulumi:providers:acme")
    assert provider.inputs == {"region": "here"}
    assert graph.one(name="g-first").provider == provider.urn
    assert graph.one(name="g").provider is None
    assert graph.one(name="alone").provider is None
    assert provider.urn in graph.depends(graph.one(name="g-first").urn)


def test_a_component_of_a_plugin_is_noted_since_its_children_cannot_be_shown() -> None:
    def program() -> None:
        plugin = Plugin("p")
        Thing("t", label=plugin.endpoint)

    graph = record(program)
    assert graph.one(name="p").remote
    assert not graph.one(name="p").custom
    assert graph.one(name="t").inputs == {"label": "${p.endpoint}"}
    assert graph.warnings == ["p (acme:index:Plugin): its children are made by its plugin and not shown"]


def test_a_resource_can_be_had_by_its_urn() -> None:
    async def later() -> None:
        await Thing("first", label="known").urn.future()
        urn = "urn:pulumi:test::homeport::acme:stuff/thing:Thing::first"
        pulumi.export("label", Thing("again", opts=pulumi.ResourceOptions(urn=urn)).label)

    assert record(later).outputs == {"label": "known"}


def test_the_result_of_a_resources_method_is_unknown() -> None:
    def program() -> None:
        thing = Thing("t")
        pulumi.export("answer", pulumi.runtime.call("acme:stuff/thing:Thing/ask", {"__self__": thing}, thing))

    assert record(program).outputs == {"answer": {"$unknown": True}}


def test_a_dynamic_provider_does_not_run() -> None:
    class Never(pulumi.dynamic.ResourceProvider):
        def create(self, props: dict[str, object]) -> pulumi.dynamic.CreateResult:
            raise AssertionError(props)

    class Own(pulumi.dynamic.Resource):
        pass

    graph = record(lambda: Own(Never(), "d", {"size": 3}))
    assert graph.one(name="d").inputs == {"size": 3, "__provider": {"$secret": True}}


def test_numbers_keep_their_kind() -> None:
    graph = record(lambda: Thing("t", size=3, data={"half": 0.5, "yes": True, "none": None, "deep": [1, 2.0]}))
    text = json.dumps(graph.one(name="t").inputs, sort_keys=True)
    assert text == '{"data": {"deep": [1, 2], "half": 0.5, "none": null, "yes": true}, "size": 3}'


def test_what_json_cannot_hold_is_text() -> None:
    graph = record(lambda: Thing("t", data=[float("inf"), float("nan")]))
    assert graph.one(name="t").inputs == {"data": ["inf", "nan"]}
    assert Graph.from_json(graph.to_json()) == graph


def test_files_are_shown_by_their_place_in_the_project(tmp_path: Path) -> None:
    def program() -> None:
        inside = tmp_path / "app.py"
        assets = {"a": pulumi.FileAsset(str(inside)), "b": pulumi.StringAsset("hello")}
        Thing("t", data={"file": pulumi.FileAsset("./page.html"), "all": pulumi.AssetArchive({**assets})})

    assert record(program, root=tmp_path).one(name="t").inputs["data"] == {
        "file": {"$asset": {"kind": "asset", "path": "page.html"}},
        "all": {
            "$asset": {
                "kind": "archive",
                "assets": {
                    "a": {"$asset": {"kind": "asset", "path": "app.py"}},
                    "b": {"$asset": {"kind": "asset", "text": "hello"}},
                },
            }
        },
    }


def test_a_resource_as_an_input_is_its_id() -> None:
    def program() -> None:
        Thing("t", data={"one": Thing("first"), "group": Group("g")})

    data = record(program).one(name="t").inputs["data"]
    assert data == {"one": "${first.id}", "group": "urn:pulumi:test::homeport::acme:stuff:Group::g"}


def test_the_source_is_the_line_that_declares_it() -> None:
    root = Path(__file__).parents[2]
    graph = record(lambda: Group("g"), root=root)
    top, inner = graph.one(name="g").source, graph.one(name="g-first").source
    assert top is not None
    assert inner is not None
    assert top.file == "tests/plan/test_recorded_graph.py"
    assert "record(lambda: Group" in Path(__file__).read_text(encoding="utf-8").splitlines()[top.line - 1]
    assert inner.file == "tests/plan/things.py"
    assert graph.root.source is None


def test_a_provider_is_declared_where_the_program_makes_it_not_in_an_sdk() -> None:
    graph = record(lambda: kubernetes.Provider("p", context="kind"), root=Path(__file__).parent)
    source = graph.one(name="p").source
    assert source is not None
    assert source.file == "test_recorded_graph.py"


def test_async_programs_and_returned_mappings_export() -> None:
    async def program() -> pulumi.Inputs:
        thing = Thing("t")
        await asyncio.sleep(0)
        pulumi.export("plain", "x")
        return {"link": thing.self_link}

    assert record(program).outputs == {"plain": "x", "link": "${t.selfLink}"}


def test_pulumi_run_exports_what_its_entry_point_returns() -> None:
    async def main() -> pulumi.Inputs:
        return {"id": Thing("t").id}

    assert record(lambda: pulumi.run(main)).outputs == {"id": "${t.id}"}


def test_the_program_sees_its_project_stack_organisation_and_configuration() -> None:
    def program() -> None:
        config = pulumi.Config("homeport")
        pulumi.export("names", [pulumi.get_organization(), pulumi.get_project(), pulumi.get_stack()])
        pulumi.export("config", [config.require("a"), config.require_object("b"), config.get("none")])
        pulumi.export("preview", pulumi.runtime.is_dry_run())

    graph = record(
        program, project="shop", stack="dev", config={"homeport:a": "1", "homeport:b": "[2]", "homeport:layer": "apps"}
    )
    assert graph.outputs == {"names": ["organization", "shop", "dev"], "config": ["1", [2], None], "preview": True}
    assert graph.layer == "apps"


def test_two_runs_give_the_same_bytes_and_sorted_resources() -> None:
    def program() -> None:
        for name in ("b", "a", "c"):
            Group(name)

    first, second = record(program).to_json(), record(program).to_json()
    assert first == second
    urns = [item["urn"] for item in json.loads(first)["resources"]]
    assert urns == sorted(urns)
    assert list(json.loads(first)) == sorted(json.loads(first))


def test_json_holds_exactly_the_public_keys() -> None:
    document = json.loads(record(lambda: Thing("t")).to_json())
    assert sorted(document) == ["format", "layer", "outputs", "project", "resources", "stack", "warnings"]
    assert document["format"] == 1
    assert sorted(document["resources"][0]) == [
        "custom",
        "dependencies",
        "external",
        "inputs",
        "name",
        "options",
        "parent",
        "property_dependencies",
        "provider",
        "remote",
        "source",
        "type",
        "urn",
    ]


def test_logs_are_kept_apart_from_the_document() -> None:
    def program() -> None:
        pulumi.log.info("hello")
        pulumi.log.warn("careful", resource=Thing("t"))
        pulumi.log.debug("noise")

    graph = record(program)
    assert graph.logs == ["info: hello", "warning: careful"]
    assert "hello" not in graph.to_json()


def _open_files() -> int:
    return sum(1 for _ in Path("/dev/fd").iterdir())


def test_nothing_is_left_behind() -> None:
    gc.collect()
    threads, files = threading.active_count(), _open_files()
    root, project = get_root_resource(), SETTINGS.project  # pyright: ignore[reportAttributeAccessIssue, reportUnknownVariableType]

    def program() -> None:
        pulumi.runtime.register_resource_transform(lambda _: None)
        Outer("o")

    for _ in range(5):
        record(program)
    assert threading.active_count() == threads
    # Fewer is another test's leftover that was collected meanwhile.
    assert _open_files() <= files
    assert get_root_resource() is root
    assert SETTINGS.project == project  # pyright: ignore[reportAttributeAccessIssue]
    assert gc.isenabled()


def test_a_plan_inside_a_running_loop_works() -> None:
    async def around() -> Graph:
        return record(lambda: Thing("t"))

    assert asyncio.run(around()).one(name="t").urn.endswith("::t")


def test_a_plan_inside_a_plan_works() -> None:
    def program() -> None:
        inner = record(lambda: Thing("inner"), stack="other")
        Thing("outer", label=inner.one(name="inner").urn)

    assert record(program).one(name="outer").inputs["label"] == (
        "urn:pulumi:other::homeport::acme:stuff/thing:Thing::inner"
    )


# Pulumi's mocks leave event loops behind in their threads.
@pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")
def test_pulumis_own_mocks_still_work_after_a_plan() -> None:
    record(lambda: Thing("t"))

    class Echo(pulumi.runtime.Mocks):
        def call(self, args: pulumi.runtime.MockCallArgs) -> dict[str, str]:  # pyright: ignore[reportIncompatibleMethodOverride]
            return {}

        def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str, dict[str, str]]:
            return "real-id", {**args.inputs, "selfLink": "real"}

    async def use() -> str | None:
        pulumi.runtime.set_mocks(Echo(), preview=False)
        return await Thing("t").self_link.apply(lambda link: f"{link}!").future()

    assert contextvars.copy_context().run(lambda: asyncio.run(use())) == "real!"
    gc.collect()


def test_threads_of_the_program_are_left_to_it() -> None:
    async def program() -> pulumi.Inputs:
        return {"thread": await asyncio.to_thread(lambda: threading.current_thread() is threading.main_thread())}

    assert record(program).outputs == {"thread": False}


@pytest.mark.parametrize("name", ["a::b", "ünïcode", 'quo"te', "$a.b", "with space", "${x.y}"])
def test_hostile_names_do_not_break_urns(name: str) -> None:
    def program() -> None:
        Thing("user", label=Thing(name).self_link)

    graph = record(program)
    assert graph.one(name=name).urn == f"urn:pulumi:test::homeport::acme:stuff/thing:Thing::{name}"
    assert graph.one(name="user").inputs == {"label": f"${{{name}.selfLink}}"}
    assert Graph.from_json(graph.to_json()) == graph
