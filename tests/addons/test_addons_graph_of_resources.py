"""`Addons` as resources: names, edges, providers, what goes with the cluster, and a stranger's own add-on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pulumi
import pytest

from homeport.addons.args import AddonArgs, ChartsArgs
from homeport.addons.base import Addon
from homeport.addons.install import DECLARATIONS, Addons
from homeport.addons.items import Chart, GivenSecret, Item, Namespace, Need, Object, Password, Ref, Rights
from homeport.addons.section import CATALOGUE, AddonsArgs
from homeport.addons.site import Site
from homeport.cluster.existing import ExistingCluster
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke import GkeCluster
from homeport.identity.permissions import SecretReader
from homeport.identity.refs import SecretRef
from homeport.kube.manifest import Manifest
from homeport.plan import Graph, Resource, record
from tests.addons.places import recorded, site
from tests.addons.toys import PIN, thing, toy
from tests.cluster.gke_world import NO_DEFAULT_PROVIDERS
from tests.cluster.gke_world import graph as gke_graph

RELEASE = "kubernetes:helm.sh/v3:Release"
NAMESPACE = "kubernetes:core/v1:Namespace"
#: All but one, whose own needs are few.
CERTS = AddonsArgs.model_validate(
    {addon.name: {"enabled": False} for addon in CATALOGUE if addon.name != "cert-manager"}
)
OFF = AddonsArgs.model_validate({addon.name: {"enabled": False} for addon in CATALOGUE})


def with_toy(*items: Item, at: Site | None = None, section: AddonArgs | None = None, **more: Any) -> Graph:
    return recorded("gcp", args=OFF, at=at, extra=[(toy("toy", *items, **more), section or AddonArgs())])


def chart(*needs: Need, **more: Any) -> Chart:
    given: dict[str, Any] = {"pin": PIN, **more}
    return Chart(key="release", needs=needs, **given)


def names(graph: Graph, resource: Resource) -> set[str]:
    return {graph.by_urn[urn].name for urn in resource.dependencies}


def test_a_release_has_a_fixed_name_an_exact_version_and_waits() -> None:
    release = with_toy(chart(values={"a": 1}, skip_crds=True)).one(name="support-toy-release")
    assert release.type == RELEASE
    assert release.inputs == {
        "atomic": False,
        "chart": "toy",
        "cleanupOnFail": True,
        "createNamespace": False,
        "maxHistory": 5,
        "name": "toy",
        "namespace": "toy",
        "repositoryOpts": {"repo": "https://charts.acme.example/stable"},
        "skipCrds": True,
        "timeout": 600,
        "values": {"a": 1},
        "version": "1.2.3",
        "waitForJobs": True,
        "compat": "true",
    }
    assert release.options.delete_before_replace is True


@pytest.mark.parametrize(
    ("source", "version", "chart_", "repository", "exact"),
    [
        ("charts", None, "charts/toy-1.2.3.tgz", None, None),
        ("charts/", "2.0.0", "charts/toy-2.0.0.tgz", None, None),
        ("https://mirror.acme.example/charts/", None, "toy", {"repo": "https://mirror.acme.example/charts"}, "1.2.3"),
        ("http://127.0.0.1:8879", "2.0.0", "toy", {"repo": "http://127.0.0.1:8879"}, "2.0.0"),
        ("oci://registry.acme.example/charts", None, "oci://registry.acme.example/charts/toy", None, "1.2.3"),
    ],
)
def test_one_source_stands_in_for_every_repository(
    source: str, version: str | None, chart_: str, repository: Any, exact: str | None
) -> None:
    given = site(charts=ChartsArgs(source=source))
    release = with_toy(chart(), at=given, section=AddonArgs(version=version)).one(type=RELEASE)
    assert release.inputs["chart"] == chart_
    assert release.inputs.get("repositoryOpts") == repository
    assert release.inputs.get("version") == exact


def test_an_operators_values_lie_over_ours_and_null_reaches_helm() -> None:
    section = AddonArgs(values={"resources": None, "replicas": 3})
    release = with_toy(chart(values={"resources": {"limits": 1}, "replicas": 2, "x": 1}), section=section)
    assert release.one(type=RELEASE).inputs["values"] == {"resources": None, "replicas": 3, "x": 1}


def test_warnings_are_said_by_the_program_so_that_plan_and_preview_show_them() -> None:
    section = AddonArgs(values={"crds": {"keep": False}})
    graph = with_toy(chart(values={"crds": {"keep": True}}, safety={"crds.keep": "every route goes"}), section=section)
    assert [line for line in graph.logs if "keeps the cluster safe" in line] == [
        "warning: addons.toy.values.crds.keep overrides a value that keeps the cluster safe: every route goes"
    ]


def test_edges_are_dependencies_between_leaves_and_no_others() -> None:
    graph = with_toy(
        chart(Need("config", "it reads it")), thing("config"), thing("alone"), namespace=Namespace("toys", "baseline")
    )
    assert names(graph, graph.one(name="support-toy-release")) == {"support-namespace-toys", "support-toy-config"}
    assert names(graph, graph.one(name="support-toy-alone")) == set()
    namespace = graph.one(name="support-namespace-toys")
    assert namespace.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"] == "baseline"
    for resource in graph.resources:
        assert not {graph.by_urn[urn].is_component for urn in resource.dependencies} & {True}, resource.urn


def test_everything_is_named_by_the_component_so_that_two_stand_in_one_program() -> None:
    extra = [(toy("toy", chart()), AddonArgs())]

    def program() -> None:
        for name in ("one", "two"):
            cluster = ExistingCluster(name, ExistingClusterArgs(context=f"kind-{name}"))
            Addons(f"{name}-support", OFF, cluster=cluster, site=site("none"), extra=extra)

    graph = record(program, config=NO_DEFAULT_PROVIDERS)
    assert [item.name for item in graph.find(type=RELEASE)] == ["one-support-toy-release", "two-support-toy-release"]
    assert len({item.provider for item in graph.find(type=RELEASE)}) == 2


def test_what_lives_in_the_cluster_goes_with_it_but_for_what_owns_something_in_the_cloud() -> None:
    extra = [
        (
            toy(
                "toy",
                chart(owns_cloud_objects=True),
                thing("config"),
                Object(
                    key="door",
                    manifest=Manifest("gateway.networking.k8s.io/v1", "Gateway", "x", owns_cloud_objects=True),
                ),
            ),
            AddonArgs(),
        )
    ]

    def then(cluster: GkeCluster) -> None:
        Addons("support", OFF, cluster=cluster, site=site("gcp"), extra=extra)

    graph = gke_graph(then=then)
    cluster = graph.one(type="gcp:container/cluster:Cluster").urn
    gone = {item.name: item.options.deleted_with for item in graph.resources if item.name.startswith("support-")}
    assert gone["support-toy-config"] == cluster
    assert gone["support-namespace-toy"] == cluster
    assert gone["support-toy-release"] is None
    assert gone["support-toy-door"] is None


def test_references_become_outputs_of_what_they_name() -> None:
    graph = with_toy(
        chart(values={"uid": Ref("config", "id"), "as": [{"role": Ref("rights", "principal")}]}),
        thing("config"),
        Rights(key="rights", service_account="toy", permissions=[SecretReader(secrets=[SecretRef(name="acme-db")])]),
        at=site("gcp"),
    )
    release = graph.one(name="support-toy-release")
    assert release.inputs["values"]["uid"] == "${support-toy-config.id}"
    assert "serviceAccounts" in str(release.inputs["values"]["as"]) or "subject" in str(release.inputs["values"]["as"])
    assert "support-toy-config" in names(graph, release)
    assert any(name.startswith("support-toy-rights-") for name in names(graph, release))


def test_a_generated_password_is_secret_and_has_a_provider_of_its_own() -> None:
    graph = with_toy(
        Password(key="admin", secret="grafana-admin", user="admin"), Password(key="other", secret="other", user="x")
    )
    [provider] = graph.find(type="pulumi:providers:random")
    for made in graph.find(type="random:index/randomPassword:RandomPassword"):
        assert made.provider == provider.urn
        assert made.inputs == {"length": 32, "special": False}
    secret = graph.one(name="support-toy-admin")
    assert secret.type == "kubernetes:core/v1:Secret"
    assert secret.inputs["metadata"]["name"] == "grafana-admin"
    assert secret.inputs["stringData"] == {"$secret": True}
    assert not with_toy(thing()).find(type="pulumi:providers:random")


def test_a_given_secret_holds_what_the_stack_holds_and_the_plan_does_not_show_it() -> None:
    item = GivenSecret(key="hook", secret="hook", data={"url": "hook_url"})

    def program() -> None:
        cluster = ExistingCluster("cluster", ExistingClusterArgs(context="kind-homeport"))
        given = site("none", secrets={"hook_url": pulumi.Output.secret("https://hook.acme.example/x")})
        Addons("support", OFF, cluster=cluster, site=given, extra=[(toy("toy", item), AddonArgs())])

    graph = record(program, config=NO_DEFAULT_PROVIDERS)
    assert graph.one(name="support-toy-hook").inputs["stringData"] == {"$secret": True}
    assert "hook.acme.example" not in graph.to_json()


def test_items_are_found_by_whoever_waits_for_them() -> None:
    def then(made: Addons) -> dict[str, Any]:
        with pytest.raises(KeyError):
            made.leaves("toy/nothing")
        return {
            "leaves": [type(resource).__name__ for resource in made.leaves("toy/release", "namespaces/toy")],
            "left_out": sorted(made.plan.left_out),
        }

    graph = recorded("gcp", args=OFF, extra=[(toy("toy", chart()), AddonArgs())], then=then)
    assert graph.outputs["leaves"] == ["Release", "Namespace"]
    assert set(graph.outputs["left_out"]) == {addon.name for addon in CATALOGUE}


class StorageBoxArgs(AddonArgs):
    """A stranger's settings."""

    size: str = "10Gi"
    """How much."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box(Item):
    """A stranger's kind of item."""

    kept_by_api: ClassVar[bool] = True
    namespace: str = ""
    labels: Mapping[str, Any] = field(default_factory=dict[str, Any])


class StorageBox(Addon[StorageBoxArgs]):
    """A stranger's add-on, beside ours."""

    name: ClassVar[str] = "storage-box"
    args: ClassVar[type[AddonArgs]] = StorageBoxArgs
    namespace: ClassVar[Namespace] = Namespace("storage-box")

    def items(self, args: StorageBoxArgs, site: Site) -> Sequence[Item]:
        return [
            Chart(
                key="release",
                pin=PIN,
                values={"size": args.size, "certs": "cert-manager" in site.installed},
                needs=[Need("cert-manager/release", "its webhook has a certificate from there"), Need("box", "in it")],
            ),
            Box(key="box", labels={"uid": Ref("config", "id")}),
            thing("config"),
        ]


def test_a_strangers_add_on_is_installed_beside_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Box] = []

    def declare_box(item: Box, making: Any) -> list[pulumi.Resource]:
        made.append(item)
        return [pulumi.ComponentResource("acme:storage:Box", making.name, None, making.opts)]

    monkeypatch.setitem(DECLARATIONS, Box, declare_box)
    graph = recorded("gcp", args=CERTS, extra=[(StorageBox(), StorageBoxArgs(size="20Gi"))])
    release = graph.one(name="support-storage-box-release")
    assert release.inputs["values"] == {"size": "20Gi", "certs": True}
    assert "support-cert-manager-release" in names(graph, release)
    assert graph.one(name="support-storage-box-box").type == "acme:storage:Box"
    assert made[0].namespace == "storage-box", "its namespace is the add-on's unless it says otherwise"


def test_an_item_that_nothing_declares_is_named() -> None:
    with pytest.raises(Exception, match=r"nothing declares items of the kind Box: .* install\.DECLARATIONS"):
        recorded("gcp", args=CERTS, extra=[(StorageBox(), StorageBoxArgs())])
