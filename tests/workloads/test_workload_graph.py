"""What the components of workloads declare, and what waits for what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pulumi
import pulumi_gcp as gcp
import pulumi_kubernetes as kubernetes

from homeport.cluster.base import WorkloadIdentity
from homeport.identity.gcp import GkeWorkloadIdentity
from homeport.identity.permissions import DnsEditor
from homeport.identity.reference import ZONE
from homeport.plan import Graph, Resource, record
from homeport.values import Cloud
from homeport.workloads.kinds import CronJob, Job, WebApp, Worker
from homeport.workloads.monitors import Metrics
from homeport.workloads.scaling import Autoscale
from tests.workloads.places import cron_job, job, place, web, worker

NO_DEFAULT_PROVIDERS = {"pulumi:disable-default-providers": '["*"]'}


@dataclass
class StandInCluster:
    """As much of a cluster as workloads need, and the rest of the contract."""

    resource: pulumi.Resource
    provider: kubernetes.Provider
    identity: WorkloadIdentity
    cloud: Cloud = "gcp"
    name: pulumi.Output[str] = field(default_factory=lambda: pulumi.Output.from_input("stage"))
    region: str | None = None
    zones: Sequence[str] = ()
    kubeconfig: pulumi.Output[str] | None = None
    ready: Sequence[pulumi.Resource] = ()


@dataclass
class World:
    """A cluster, and things to wait for."""

    cluster: StandInCluster
    doors: pulumi.Resource
    crds: pulumi.Resource
    records: pulumi.Resource
    cloud: gcp.Provider


def world() -> World:
    cloud = gcp.Provider("gcp", project="acme-stage", region="europe-west3")
    on = pulumi.ResourceOptions(provider=cloud)
    cluster = gcp.container.Cluster("cluster", location="europe-west3", opts=on)
    number = gcp.organizations.Project("number", name="n", opts=on).number
    inside = kubernetes.Provider("in-cluster", kubeconfig="{}")
    doors, crds, records = (
        kubernetes.core.v1.Namespace(name, opts=pulumi.ResourceOptions(provider=inside))
        for name in ("doors", "crds", "records")
    )
    return World(
        StandInCluster(cluster, inside, GkeWorkloadIdentity("acme-stage", number)), doors, crds, records, cloud
    )


def graph(program: Callable[[World], object]) -> Graph:
    return record(lambda: program(world()) and None, config=NO_DEFAULT_PROVIDERS)


def everything(w: World) -> None:
    migrate = Job("migrate", job(), cluster=w.cluster, place=place("migrate"), after=[w.doors])
    WebApp(
        "web",
        web(
            files={"/etc/app.yaml": "a"},
            metrics=Metrics(),
            autoscale=Autoscale(max=4),
            permissions=[DnsEditor(zones=[ZONE])],
        ),
        cluster=w.cluster,
        place=place("web"),
        after=[w.doors],
        jobs=[migrate.runs],
        routes_after=[w.crds, w.records],
        monitors_after=[w.crds],
        opts=pulumi.ResourceOptions(providers=[w.cloud]),
    )
    Worker("worker", worker(), cluster=w.cluster, place=place("worker"), after=[w.doors])
    CronJob("cleanup", cron_job(), cluster=w.cluster, place=place("cleanup"), after=[w.doors])


def names(found: Graph, name: str) -> set[str]:
    """Names of what a resource waits for."""
    return {found.by_urn[urn].name for urn in found.waits_for(found.one(name=name)) if urn in found.by_urn}


def objects(found: Graph) -> list[Resource]:
    return [
        resource
        for resource in found.resources
        if resource.type.startswith("kubernetes:") and "-" in resource.name and not resource.is_provider
    ]


def test_children_are_called_by_their_role_and_belong_to_the_component() -> None:
    found = graph(everything)
    component = found.one(type="homeport:workloads:WebApp")
    assert {child.name for child in found.children(component.urn)} >= {
        "web-account", "web-files", "web-flows", "web-deployment", "web-service", "web-autoscaler", "web-budget",
        "web-route", "web-monitor",
    }  # fmt: skip
    for token in ("Worker", "CronJob", "Job"):
        assert found.one(type=f"homeport:workloads:{token}")


def test_pods_wait_for_what_they_need_and_for_nothing_else() -> None:
    found = graph(everything)
    waited = names(found, "web-deployment")
    assert {"doors", "web-account", "web-files", "web-flows", "migrate-job"} <= waited
    assert any("zone" in name or "dns" in name for name in waited), "rights in the cloud"
    assert not {"crds", "records", "web-service", "web-route", "web-autoscaler", "web-budget"} & waited
    assert names(found, "web-service") & {"doors", "web-deployment", "migrate-job"} == {"doors"}


def test_routes_and_monitors_wait_for_their_kinds_and_routes_for_their_records() -> None:
    found = graph(everything)
    assert {"crds", "records", "doors"} <= names(found, "web-route")
    assert "crds" in names(found, "web-monitor")
    assert "records" not in names(found, "web-monitor")


def test_everything_goes_with_the_cluster_but_what_others_clean_up_after() -> None:
    found = graph(everything)
    cluster = found.one(name="cluster").urn
    for resource in objects(found):
        if resource.type.startswith("kubernetes:core/v1:Namespace"):
            continue
        expected = None if resource.name == "web-route" else cluster
        assert resource.options.deleted_with == expected, resource.name


def test_a_new_config_map_stands_beside_the_old_one_and_a_new_job_does_not() -> None:
    found = graph(everything)
    assert not found.one(name="web-files").options.delete_before_replace
    assert found.one(name="migrate-job").options.delete_before_replace
    assert found.one(name="web-deployment").options.delete_before_replace


def test_outputs_reach_pods_and_roll_them_as_text_does() -> None:
    def program(w: World, text: str) -> None:
        late = pulumi.Output.from_input(text)
        WebApp(
            "web",
            web(tag=late, env={"ADDRESS": late}, files={"/etc/app.yaml": late}),
            cluster=w.cluster,
            place=place("web"),
        )
        Job("migrate", job(tag=late), cluster=w.cluster, place=place("migrate"))

    old, new = (graph(lambda w, text=text: program(w, text)) for text in ("one", "two"))
    spec = old.one(name="web-deployment").inputs["spec"]["template"]["spec"]
    assert spec["containers"][0]["image"] == "registry.example/apps/web:one"
    assert spec["containers"][0]["env"] == [{"name": "ADDRESS", "value": "one"}]
    files = [found.one(name="web-files").inputs["metadata"]["name"] for found in (old, new)]
    assert files[0] != files[1]
    assert {"name": "files", "configMap": {"name": files[0]}} in spec["volumes"]
    runs = [found.one(name="migrate-job").inputs["metadata"]["name"] for found in (old, new)]
    assert runs[0] != runs[1]


def test_a_name_of_text_that_came_as_an_output_is_the_name_of_that_text() -> None:
    def program(w: World, *, late: bool) -> None:
        text = pulumi.Output.from_input("a") if late else "a"
        WebApp("web", web(files={"/etc/app.yaml": text}), cluster=w.cluster, place=place("web"))

    plain, late = (graph(lambda w, late=late: program(w, late=late)) for late in (False, True))
    assert plain.one(name="web-files").inputs == late.one(name="web-files").inputs


def test_a_tag_changes_one_resource_alone() -> None:
    def program(w: World, tag: str) -> None:
        WebApp("web", web(tag=tag, metrics=Metrics()), cluster=w.cluster, place=place("web"))
        Worker("worker", worker(), cluster=w.cluster, place=place("worker"))

    old, new = (graph(lambda w, tag=tag: program(w, tag)) for tag in ("1.4.2", "1.4.3"))
    changed = [
        resource.name
        for resource in new.resources
        if resource.inputs != old.by_urn[resource.urn].inputs or resource.options != old.by_urn[resource.urn].options
    ]
    assert changed == ["web-deployment"]
    assert old.by_urn.keys() == new.by_urn.keys()
