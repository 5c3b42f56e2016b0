"""Transforms of both kinds change the graph as they would change what the engine registers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pulumi
import pytest

from homeport.plan import record
from tests.plan.things import Group, Provider, Thing

Args = pulumi.ResourceTransformArgs
Result = pulumi.ResourceTransformResult


def tagged(tag: str) -> Callable[[Args], Result]:
    """A transform that appends to the label of things."""

    def transform(args: Args) -> Result:
        props: dict[str, Any] = dict(args.props)
        if args.type_ == Thing.TYPE:
            props["label"] = f"{props.get('label', '')}{tag}"
        return Result(props, args.opts)

    return transform


def test_transforms_run_from_the_resource_to_its_parents_to_the_stack() -> None:
    def program() -> None:
        pulumi.runtime.register_resource_transform(tagged("-stack"))
        outer = pulumi.ComponentResource(
            "acme:stuff:Top", "top", opts=pulumi.ResourceOptions(transforms=[tagged("-parent")])
        )
        Thing("t", label="own", opts=pulumi.ResourceOptions(parent=outer, transforms=[tagged("-self")]))
        Thing("alone", label="own")

    graph = record(program)
    assert graph.one(name="t").inputs == {"label": "own-self-parent-stack"}
    assert graph.one(name="alone").inputs == {"label": "own-stack"}


def test_what_a_transform_sets_is_what_others_get() -> None:
    def program() -> None:
        first = Thing("first", label="a", opts=pulumi.ResourceOptions(transforms=[tagged("-b")]))
        Thing("second", label=first.label)

    graph = record(program)
    assert graph.one(name="second").inputs == {"label": "a-b"}
    assert graph.one(name="second").dependencies == [graph.one(name="first").urn]


def test_a_transform_may_be_async_and_may_leave_things_as_they_are() -> None:
    async def same(args: Args) -> None:
        del args

    async def sized(args: Args) -> Result:
        return Result({**args.props, "size": 7}, args.opts)

    program = lambda: Thing("t", label="x", opts=pulumi.ResourceOptions(transforms=[same, sized]))  # noqa: E731
    assert record(program).one(name="t").inputs == {"label": "x", "size": 7}


def test_a_transform_changes_options() -> None:
    def guard(args: Args) -> Result:
        return Result(
            args.props,
            pulumi.ResourceOptions.merge(
                args.opts,
                pulumi.ResourceOptions(
                    protect=True,
                    retain_on_delete=True,
                    ignore_changes=["size"],
                    replace_on_changes=["label"],
                    delete_before_replace=True,
                    aliases=[pulumi.Alias(name="old")],
                    import_="known",
                ),
            ),
        )

    options = record(lambda: Thing("t", opts=pulumi.ResourceOptions(transforms=[guard]))).one(name="t").options
    assert (options.protect, options.retain_on_delete, options.delete_before_replace) == (True, True, True)
    assert (options.ignore_changes, options.replace_on_changes, options.import_id) == (["size"], ["label"], "known")
    assert options.aliases == ["urn:pulumi:test::homeport::acme:stuff/thing:Thing::old"]


def test_a_transform_adds_a_dependency_and_a_provider() -> None:
    def program() -> None:
        host, provider = Thing("host"), Provider("p")

        def transform(args: Args) -> Result:
            extra = pulumi.ResourceOptions(depends_on=[host], provider=provider, deleted_with=host)
            return Result(args.props, pulumi.ResourceOptions.merge(args.opts, extra))

        Thing("t", opts=pulumi.ResourceOptions(transforms=[transform]))

    graph = record(program)
    thing, host = graph.one(name="t"), graph.one(name="host")
    assert thing.dependencies == [host.urn]
    assert thing.options.deleted_with == host.urn
    assert thing.provider == graph.one(name="p").urn


def test_edges_survive_a_transform_and_go_with_the_property() -> None:
    def drop(args: Args) -> Result:
        return Result({key: value for key, value in args.props.items() if key != "data"}, args.opts)

    def program() -> None:
        one, two = Thing("one"), Thing("two")
        Thing("t", label=one.self_link, data=two.self_link, opts=pulumi.ResourceOptions(transforms=[drop, tagged2]))

    def tagged2(args: Args) -> Result:
        return Result({**args.props, "size": 1}, args.opts)

    graph = record(program)
    thing = graph.one(name="t")
    assert thing.inputs == {"label": "${one.selfLink}", "size": 1}
    assert thing.property_dependencies == {"label": [graph.one(name="one").urn]}


def test_a_transform_sees_outputs_where_the_engine_hands_it_outputs() -> None:
    seen: dict[str, bool] = {}

    def look(args: Args) -> None:
        seen.update({key: isinstance(value, pulumi.Output) for key, value in args.props.items()})

    def program() -> None:
        known = Thing("known", label="x")
        Thing(
            "t",
            label=known.label,
            data=known.self_link,
            tags={"plain": "x"},
            size=1,
            opts=pulumi.ResourceOptions(transforms=[look]),
        )

    record(program)
    assert seen == {"label": True, "data": True, "tags": False, "size": False}


def test_secrets_stay_secret_through_a_transform() -> None:
    def program() -> None:
        Thing(
            "t",
            label=pulumi.Output.secret("hidden-value"),
            tags={"deep": pulumi.Output.secret("hidden-value"), "plain": "x"},
            opts=pulumi.ResourceOptions(transforms=[lambda args: Result({**args.props, "size": 1}, args.opts)]),
        )

    graph = record(program)
    assert graph.one(name="t").inputs == {
        "label": {"$secret": True},
        "tags": {"deep": {"$secret": True}, "plain": "x"},
        "size": 1,
    }
    assert "hidden-value" not in graph.to_json()


def test_transforms_of_the_older_kind_run_too() -> None:
    def transform(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != Thing.TYPE:
            return None
        return pulumi.ResourceTransformationResult(
            args.props, pulumi.ResourceOptions.merge(args.opts, pulumi.ResourceOptions(protect=True))
        )

    def program() -> None:
        pulumi.runtime.register_stack_transformation(transform)
        Group("g")

    assert record(program).one(name="g-first").options.protect


def test_transforms_of_calls_are_not_run_and_that_is_said() -> None:
    graph = record(lambda: pulumi.runtime.register_invoke_transform(lambda _: None))
    assert graph.warnings == ["transforms of function calls are not run: the results of such calls are unknown here"]


def test_a_failing_transform_fails_the_plan() -> None:
    def broken(args: Args) -> Result:
        raise ValueError("no such label")

    with pytest.raises(Exception, match="no such label"):
        record(lambda: Thing("t", opts=pulumi.ResourceOptions(transforms=[broken])))


def test_hooks_and_state_migrations_are_accepted() -> None:
    def hook(args: pulumi.ResourceHookArgs) -> None:
        raise AssertionError(args)

    def program() -> None:
        before = pulumi.ResourceHook("before", hook)
        Thing("t", opts=pulumi.ResourceOptions(hooks=pulumi.ResourceHookBinding(before_delete=[before])))

    assert record(program).one(name="t")
