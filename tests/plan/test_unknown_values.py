"""What only the cloud can say: named by a token where that is the truth, unknown everywhere else."""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import json
from collections.abc import Callable, Sequence
from typing import Any

import pulumi
import pulumi_kubernetes as kubernetes
import pytest

from homeport.plan import known, record
from tests.plan.things import Thing, get_region, get_region_output

UNKNOWN = {"$unknown": True}


def exported(make: Callable[[Thing], Any]) -> Any:
    """The value of one export, made from a thing named `x`."""
    return record(lambda: pulumi.export("it", make(Thing("x", label="known")))).outputs.get("it")


NAMED: list[tuple[Callable[[Thing], Any], Any]] = [
    (lambda x: x.id, "${x.id}"),
    (lambda x: x.self_link, "${x.selfLink}"),
    (lambda x: x.label, "known"),
    (lambda x: x.access.host, "${x.access.host}"),
    (lambda x: x.access["host"], "${x.access.host}"),
    (lambda x: x.access.certificate.ca_text, "${x.access.certificate.caText}"),
    (lambda x: x.access.apply(lambda a: a.certificate.ca_text), "${x.access.certificate.caText}"),
    (lambda x: x.access.apply(lambda a: a.get("host")), "${x.access.host}"),
    (lambda x: x.subnet_ids, ["${x.subnetIds[*]}"]),
    (lambda x: x.subnet_ids[0], "${x.subnetIds[*]}"),
    (lambda x: x.accesses[0].host, "${x.accesses[*].host}"),
    (lambda x: pulumi.Output.concat("https://", x.self_link, "/x"), "https://${x.selfLink}/x"),
    (lambda x: pulumi.Output.format("{0}-{1}", x.id, x.self_link), "${x.id}-${x.selfLink}"),
    (lambda x: pulumi.Output.json_dumps({"a": x.id, "n": 1}), '{"a": "${x.id}", "n": 1}'),
    (lambda x: pulumi.Output.all(x.id, x.self_link), ["${x.id}", "${x.selfLink}"]),
    (lambda x: {"plain": 1, "link": x.self_link}, {"plain": 1, "link": "${x.selfLink}"}),
    (lambda x: x.subnet_ids.apply(lambda ids: [f"net/{i}" for i in ids]), ["net/${x.subnetIds[*]}"]),
]


@pytest.mark.parametrize(("make", "shown"), NAMED)
def test_text_that_the_cloud_says_is_named(make: Callable[[Thing], Any], shown: Any) -> None:
    assert exported(make) == shown


def _piece(separator: str, place: int) -> Callable[[Thing], Any]:
    return lambda x: x.self_link.apply(lambda link: link.split(separator)[place])


COMPUTED: list[Callable[[Thing], Any]] = [
    lambda x: x.port,
    lambda x: x.access.certificate.days,
    lambda x: x.data,
    lambda x: x.id.apply(len),
    lambda x: x.id.apply(lambda i: str(len(i))),
    lambda x: x.id.apply(lambda i: f"{i}-{len(i)}"),
    lambda x: x.id.apply(lambda i: hashlib.sha256(i.encode()).hexdigest()),
    lambda x: x.id.apply(lambda i: f"{i}-{hashlib.sha256(i.encode()).hexdigest()[:4]}"),
    lambda x: x.id.apply(lambda i: base64.b64encode(i.encode()).decode()),
    lambda x: x.id.apply(lambda i: json.dumps({"id": i, "sum": sum(i.encode())})),
    lambda x: x.id.apply(str.upper),
    lambda x: x.id.apply(str.lower),
    lambda x: x.id.apply(lambda i: i[:8]),
    lambda x: x.id.apply(lambda i: i[-8:]),
    lambda x: x.id.apply(lambda i: i[1:]),
    lambda x: x.id.apply(lambda i: i[::-1]),
    lambda x: x.id.apply(hash),
    lambda x: x.id.apply(lambda i: i == "x"),
    lambda x: x.id.apply(lambda i: "yes" if i else "no"),
    lambda x: x.id.apply(lambda _: "constant"),
    lambda x: x.subnet_ids.apply(len),
    lambda x: x.subnet_ids.apply(lambda ids: f"{ids[0]}/{len(ids)}"),
    lambda x: x.subnet_ids.apply(",".join),
    lambda x: x.subnet_ids[3],
    lambda x: x.access.apply(lambda a: f"http://{a.certificate.days}"),
    *(_piece(separator, place) for separator in "/:@.-_,=" for place in (0, -1)),
]


@pytest.mark.parametrize("make", COMPUTED)
def test_what_is_computed_from_an_unknown_is_unknown(make: Callable[[Thing], Any]) -> None:
    assert exported(make) == UNKNOWN


def test_a_known_part_of_a_structure_stays_known() -> None:
    shown = exported(lambda x: {"deep": [{"port": x.port, "name": "n", "link": x.self_link}], "size": 2})
    assert shown == {"deep": [{"port": UNKNOWN, "name": "n", "link": "${x.selfLink}"}], "size": 2}


def test_in_a_structure_out_of_an_apply_only_tokens_are_shown() -> None:
    shown = exported(
        lambda x: pulumi.Output.all(id=x.id, port=x.port, ids=x.subnet_ids).apply(
            lambda v: {"id": v["id"], "size": len(v["id"]), "mode": "x", "ids": v["ids"]}
        )
    )
    assert shown == UNKNOWN, "port is unknown in every pass: the apply never runs"
    shown = exported(
        lambda x: pulumi.Output.all(id=x.id, ids=x.subnet_ids).apply(
            lambda v: {"id": v["id"], "size": len(v["id"]), "mode": "x", "ids": v["ids"]}
        )
    )
    assert shown == {"id": "${x.id}", "size": UNKNOWN, "mode": UNKNOWN, "ids": ["${x.subnetIds[*]}"]}


def test_keys_made_from_unknowns_make_the_whole_unknown() -> None:
    assert exported(lambda x: x.id.apply(lambda i: {hashlib.sha256(i.encode()).hexdigest(): i})) == UNKNOWN
    assert exported(lambda x: x.id.apply(lambda i: {i: i})) == {"${x.id}": "${x.id}"}


EMPTY: dict[str, int] = {}
FAILING: list[Callable[[Any], Any]] = [
    int,
    ipaddress.ip_address,
    lambda i: EMPTY[i],
    lambda i: i.nothing,
    lambda i: 1 / 0,
]


@pytest.mark.parametrize("fails", FAILING)
def test_an_apply_that_fails_on_a_token_is_unknown_and_not_a_failure(fails: Callable[[str], Any]) -> None:
    assert exported(lambda x: x.id.apply(fails)) == UNKNOWN


def test_an_async_apply_that_fails_on_a_token_is_unknown() -> None:
    async def later(value: str) -> int:
        return int(value)

    assert exported(lambda x: x.id.apply(later)) == UNKNOWN


def test_fields_that_were_not_given_are_unknown_and_not_nothing() -> None:
    def program() -> None:
        x = Thing("x", access={"mode": "open"})
        pulumi.export("mode", x.access.mode)
        pulumi.export("host", x.access.host)
        pulumi.export("text", x.access.apply(lambda a: f"http://{a.host}/"))
        pulumi.export("after", x.access.apply(lambda a: f"{a.mode}!"))

    assert record(program).outputs == {"mode": "open", "host": "${x.access.host}", "text": UNKNOWN, "after": "open!"}


def test_a_given_part_of_a_kubernetes_object_is_known_and_the_rest_is_named() -> None:
    def program() -> None:
        service = kubernetes.core.v1.Service("s", metadata={"name": "web"}, spec={"ports": [{"port": 80}]})
        pulumi.export("name", service.metadata.name)
        pulumi.export("too", service.metadata.apply(lambda m: m.name))
        pulumi.export("namespace", service.metadata.namespace)
        pulumi.export("ip", service.spec.cluster_ip)
        pulumi.export("node_port", service.spec.ports[0].node_port)
        pulumi.export("address", service.status.load_balancer.ingress[0].ip)

    assert record(program).outputs == {
        "name": "web",
        "too": "web",
        "namespace": "${s.metadata.namespace}",
        "ip": "${s.spec.clusterIP}",
        "node_port": UNKNOWN,
        "address": "${s.status.loadBalancer.ingress[*].ip}",
    }


def test_a_resource_made_in_an_apply_is_left_out_and_reported() -> None:
    def program() -> None:
        x = Thing("x")
        x.self_link.apply(lambda link: Thing("late", label=link))
        pulumi.Output.from_input("here").apply(lambda text: Thing("early", label=text))

    graph = record(program)
    assert [item.name for item in graph.find(type=Thing.TYPE)] == ["early", "x"]
    assert len(graph.warnings) == 1
    assert graph.warnings[0].startswith("late (acme:stuff/thing:Thing), declared at ")
    assert graph.warnings[0].endswith("created inside an apply: a first preview cannot show it")
    assert "test_unknown_values.py:" in graph.warnings[0]


def test_an_existing_resource_that_is_read_has_its_id_and_unknown_outputs() -> None:
    def program() -> None:
        pulumi.export("link", Thing.read("r", "projects/1").self_link)
        pulumi.export("id", Thing.read("s", Thing("x").self_link).id)

    graph = record(program)
    assert graph.one(name="r").external == "projects/1"
    assert graph.one(name="s").external == "${x.selfLink}"
    assert graph.one(name="x").external is None
    assert graph.outputs == {"link": "${r.selfLink}", "id": "${x.selfLink}"}


def test_the_result_of_a_function_call_is_never_a_real_looking_value() -> None:
    def program() -> None:
        region = get_region()
        pulumi.export("name", region.name)
        pulumi.export("url", f"https://{region.name}.acme.example")
        pulumi.export("hash", hashlib.md5(region.name.encode()).hexdigest())  # noqa: S324
        pulumi.export("length", len(region.name))
        pulumi.export("count", region.count)
        Thing("t", size=region.count, label=region.name)
        pulumi.export("later", get_region_output("x").name)
        pulumi.export("of", get_region_output(Thing("u").self_link).name)

    graph = record(program)
    assert graph.outputs == {
        "name": "${acme:index:getRegion.name}",
        "url": "https://${acme:index:getRegion.name}.acme.example",
        "hash": UNKNOWN,
        "length": UNKNOWN,
        "count": UNKNOWN,
        "later": "${acme:index:getRegion.name}",
        "of": "${acme:index:getRegion.name}",
    }
    assert graph.one(name="t").inputs == {"label": "${acme:index:getRegion.name}", "size": UNKNOWN}
    assert graph.warnings == []


def test_an_input_of_another_type_than_its_output_does_not_fail() -> None:
    class Odd(Thing):
        @property
        @pulumi.getter
        def data(self) -> pulumi.Output[str]:
            return pulumi.get(self, "data")

    def program() -> None:
        odd = Odd("odd", data={"given": "as an object"})
        pulumi.export("data", odd.data)

    graph = record(program)
    assert graph.one(name="odd").inputs == {"data": {"given": "as an object"}}
    assert graph.outputs == {"data": "${odd.data}"}


def test_a_program_that_cannot_take_names_for_unknowns_is_still_planned() -> None:
    async def program() -> None:
        x = Thing("x")
        pulumi.export("port", x.port)
        link = await x.self_link.future()
        Thing("y", size=0 if link is None else 1 // 0)

    graph = record(program)
    assert [item.name for item in graph.find(type=Thing.TYPE)] == ["x", "y"]
    assert graph.warnings == ["unknown values are not named: the program fails on names for them (ZeroDivisionError)"]


def test_a_plan_without_unknowns_runs_the_program_once() -> None:
    runs: list[int] = []
    record(lambda: runs.append(1))
    assert runs == [1]


@pytest.mark.parametrize(
    ("value", "complete"),
    [
        ({"a": [1, "x", None, True]}, True),
        ("${x.id}", False),
        ("a-${x.id}-b", False),
        ({"a": {"$unknown": True}}, False),
        ([{"b": {"$secret": True}}], False),
        ("${PATH}", True),
        ("$x", True),
    ],
)
def test_known_says_whether_a_value_is_complete(value: Any, complete: bool) -> None:
    assert known(value) is complete


def test_a_list_of_lists_of_unknown_length_is_named_once() -> None:
    def program() -> None:
        x = Thing("x")
        ids: pulumi.Output[Sequence[str]] = x.subnet_ids
        Thing("y", data=ids.apply(lambda items: [{"subnet": item, "ids": [item]} for item in items]))

    data = record(program).one(name="y").inputs["data"]
    assert data == [{"subnet": "${x.subnetIds[*]}", "ids": ["${x.subnetIds[*]}"]}]
