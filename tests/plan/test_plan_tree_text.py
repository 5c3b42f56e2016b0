"""The tree that people read: what it shows, marks, counts and leaves out; safe on every terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest

from homeport.plan import Graph, Options, Resource, Source
from homeport.plan.key_inputs import key_inputs
from homeport.plan.render import View, make_console, plan_text, summary
from homeport.plan.text import safe, short_type, value_text

CLOSING = (
    "This is what the program declares, not a difference against the cloud:"
    " `pulumi preview` compares with what is there."
)
STACK = "urn:pulumi:stage::homeport::pulumi:pulumi:Stack::homeport-stage"


def resource(name: str, type: str = "gcp:compute/network:Network", **fields: Any) -> Resource:  # noqa: A002
    """A resource of a hand-made graph; its URN is short."""
    given: dict[str, Any] = {
        "urn": f"urn:{name}",
        "parent": STACK,
        "custom": True,
        "remote": False,
        "provider": None,
        "inputs": {},
        "dependencies": [],
        "property_dependencies": {},
        "options": Options(),
        "source": Source(file="app.py", line=3),
    }
    return Resource(name=name, type=type, **{**given, **fields})


def graph(*resources: Resource, **fields: Any) -> Graph:
    """A graph of these, below a stack."""
    stack = resource("homeport-stage", "pulumi:pulumi:Stack", urn=STACK, parent=None, custom=False, source=None)
    given: dict[str, Any] = {"project": "homeport", "stack": "stage", "layer": "cluster", "outputs": {}}
    return Graph(resources=[*resources, stack], **{**given, **fields})


def lines(made: Graph, view: View | None = None, *, width: int | None = None, color: bool = False) -> list[str]:
    """The output as lines."""
    console = make_console(width=width, color=color)
    with console.capture() as text:
        console.print(plan_text(made, view))
    return text.get().splitlines()


def sample() -> Graph:
    component = resource("network", "homeport:network:GcpNetwork", urn="urn:c", custom=False)
    return graph(
        resource("gcp", "pulumi:providers:gcp", inputs={"project": "acme-stage"}),
        component,
        resource("vpc", parent="urn:c", inputs={"autoCreateSubnetworks": False, "routingMode": "REGIONAL"}),
        resource(
            "subnet",
            "gcp:compute/subnetwork:Subnetwork",
            parent="urn:c",
            inputs={"ipCidrRange": "10.20.0.0/20", "network": "${vpc.id}"},
            options=Options(protect=True, retain_on_delete=True, deleted_with="urn:vpc"),
            dependencies=["urn:vpc"],
            provider="urn:gcp",
        ),
        resource(
            "cluster",
            "gcp:container/cluster:Cluster",
            inputs={"name": "stage", "deletionProtection": True, "location": {"$unknown": True}},
        ),
        outputs={"kubeconfig": {"$secret": True}},
        warnings=["something is not shown"],
    )


def test_the_tree_follows_parents_with_counts_key_inputs_and_protections() -> None:
    assert lines(sample()) == [
        "homeport / stage  layer cluster",
        "├── gcp  pulumi:providers:gcp  project=acme-stage",
        "├── network  homeport:network:GcpNetwork  2 resources",
        "│   ├── subnet  gcp:compute:Subnetwork  [protect]  [retain]  ipCidrRange=10.20.0.0/20",
        "│   └── vpc  gcp:compute:Network  autoCreateSubnetworks=false  routingMode=REGIONAL",
        "└── cluster  gcp:container:Cluster  [deletion protection]  name=stage  location=(unknown)",
        "",
        "3 resources (gcp 3), 1 component, 1 provider",
        "Only the cloud can say 2 values: 1 named by ${resource.output}, 1 shown as (unknown).",
        "1 secret, shown as (secret).",
        "Outputs: kubeconfig.",
        "warning: something is not shown",
        CLOSING,
    ]


def test_verbose_shows_all_inputs_options_edges_and_the_source() -> None:
    text = lines(sample(), View(verbose=True, name=re.compile("^subnet$")))
    assert [line.strip("│├└─ ") for line in text[2:10]] == [
        "subnet  gcp:compute/subnetwork:Subnetwork  [protect]  [retain]",
        "ipCidrRange: 10.20.0.0/20",
        "network: ${vpc.id}",
        "option deleted_with: urn:vpc",
        "option protect: true",
        "option retain_on_delete: true",
        "provider: gcp (pulumi:providers:gcp)",
        "after: vpc (gcp:compute:Network)",
    ]
    assert text[10].endswith("declared at app.py:3")


def test_a_filter_keeps_ancestors_and_says_how_much_matches() -> None:
    text = lines(sample(), View(type=re.compile("Subnetwork")))
    assert [re.split(r"[─ ]+", line)[1] for line in text[1:3]] == ["network", "subnet"] or len(text) > 3
    assert "vpc" not in "\n".join(text[:3])
    assert "1 of them match the filter." in text
    assert "network" in text[1]
    assert "ipCidrRange" in text[2]


def test_piped_output_has_no_colours_and_one_whole_line_per_resource() -> None:
    long = graph(resource("x", inputs={"name": "n" * 300, "routingMode": "m" * 500}))
    text = lines(long)
    assert len([line for line in text if "gcp:compute:Network" in line]) == 1
    assert "\x1b" not in "\n".join(text)


def test_on_a_terminal_lines_are_cut_at_its_width() -> None:
    text = lines(sample(), width=40)
    assert all(len(line) <= 40 for line in text)
    assert any(line.endswith("…") for line in text)


def test_a_terminal_gets_colours() -> None:
    assert any("\x1b[" in line for line in lines(sample(), width=100, color=True))


def test_read_remote_and_imported_resources_are_marked() -> None:
    text = "\n".join(
        lines(
            graph(
                resource("a", external="projects/1"),
                resource("b", "eks:index:Cluster", custom=False, remote=True),
                resource("c", options=Options(import_id="existing")),
            )
        )
    )
    assert "[only read: projects/1]" in text
    assert "[made by its plugin]" in text
    assert "[import existing]" in text
    assert "1 only read" in text


@pytest.mark.parametrize(
    "hostile", ["a\nb", "\x1b[31mred", "[bold]x[/bold]", "a\u202eb", ":smile:", "\x9b0m", "a\rb", "\ud800"]
)
def test_hostile_names_and_values_stay_on_their_line_and_are_not_markup(hostile: str) -> None:
    made = graph(
        resource(hostile, urn="urn:x", inputs={"name": hostile, hostile: [hostile]}), outputs={hostile: hostile}
    )
    for view in (View(), View(verbose=True)):
        text = "\n".join(lines(made, view))
        assert "\x1b" not in text
        assert "\x9b" not in text
        assert "\u202e" not in text
        assert "\r" not in text
        assert safe(hostile) in text


def test_orphans_and_deep_trees_are_shown() -> None:
    deep = [resource(f"r{n}", "a:b:C", parent=f"urn:r{n - 1}" if n else STACK, custom=False) for n in range(300)]
    text = lines(graph(*deep, resource("lost", parent=None)))
    assert any("r299" in line for line in text)
    assert any("lost" in line for line in text)


def test_an_empty_program_has_a_plan() -> None:
    assert summary(graph())[0] == "0 resources, 0 components, 0 providers"


@pytest.mark.parametrize(
    ("inputs", "shown"),
    [
        ({"a": 1, "b": "x", "c": [1], "d": {"e": 1}, "f": True, "g": None, "h": 2}, ["a", "b", "f", "g"]),
        ({"long": "x" * 61, "short": "x"}, ["short"]),
        ({}, []),
    ],
)
def test_types_without_an_entry_show_their_first_scalars(inputs: dict[str, Any], shown: list[str]) -> None:
    assert [key for key, _ in key_inputs(resource("x", "acme:a:B", inputs=inputs))] == shown


def test_key_inputs_are_followed_into_lists_and_stop_at_marks() -> None:
    pool = resource(
        "p",
        "gcp:compute/subnetwork:Subnetwork",
        inputs={"ipCidrRange": {"$unknown": True}, "secondaryIpRanges": [{"ipCidrRange": "a"}, {"ipCidrRange": "b"}]},
    )
    assert key_inputs(pool) == [("ipCidrRange", {"$unknown": True}), ("secondaryIpRanges.ipCidrRange", ["a", "b"])]
    secret = resource("s", "gcp:container/cluster:Cluster", inputs={"releaseChannel": {"$secret": True}})
    assert key_inputs(secret) == [("releaseChannel.channel", {"$secret": True})]


@pytest.mark.parametrize(
    ("token", "short"),
    [
        ("gcp:container/cluster:Cluster", "gcp:container:Cluster"),
        ("gcp:projects/iAMMember:IAMMember", "gcp:projects:IAMMember"),
        ("kubernetes:core/v1:Namespace", "kubernetes:core/v1:Namespace"),
        ("homeport:network:GcpNetwork", "homeport:network:GcpNetwork"),
        ("odd", "odd"),
    ],
)
def test_types_are_shortened_where_they_repeat_themselves(token: str, short: str) -> None:
    assert short_type(token) == short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("plain text", "plain text"),
        (True, "true"),
        (None, "null"),
        (3, "3"),
        ({"$secret": True}, "(secret)"),
        ([{"$unknown": True}, "a b", "a"], '[(unknown), "a b", a]'),
        ({"a": {"b": ["${x.id}"]}}, "{a: {b: [${x.id}]}}"),
        ("line\nbreak", "line\\x0abreak"),
    ],
)
def test_values_are_one_line(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_long_values_are_cut() -> None:
    assert value_text("x" * 50, 10) == "xxxxxxx..."
