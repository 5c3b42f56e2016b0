"""Secrets of the stack in workloads: kept in a Secret of their own, shown nowhere, and a new value rolls the pods."""

from __future__ import annotations

import json
from typing import Any

import pulumi

from homeport.plan import Graph
from homeport.tenancy.args import TenantArgs
from homeport.workloads.args import StackSecret
from homeport.workloads.crosschecks import app_problems
from homeport.workloads.ground import Ground
from homeport.workloads.kinds import Job, WebApp
from homeport.workloads.overlay import AppOverlay
from tests.workloads.places import LABELS, container, job, place, web
from tests.workloads.test_workload_graph import World, graph

CANARY = "canary-that-nobody-may-see"
ENV: dict[str, Any] = {"DATABASE_URL": StackSecret(stack_secret="shop_database"), "LOG_LEVEL": "info"}
SECRET = "kubernetes:core/v1:Secret"


def made() -> Graph:
    def program(w: World) -> None:
        secrets = {"shop_database": pulumi.Output.secret(CANARY)}
        WebApp("web", web(env=ENV), cluster=w.cluster, place=place(secrets=secrets), after=[w.doors])
        Job("migrate", job(env=ENV), cluster=w.cluster, place=place("migrate", secrets=secrets), after=[w.doors])

    return graph(program)


def test_the_app_gets_a_secret_of_its_own_that_never_changes_and_has_an_automatic_name() -> None:
    found = {one.name: one for one in made().find(type=SECRET)}
    assert set(found) == {"web-secrets", "migrate-secrets"}
    inputs = found["web-secrets"].inputs
    assert inputs["immutable"] is True
    assert "name" not in inputs["metadata"], "a new value must be able to stand beside the old one"
    assert inputs["metadata"]["namespace"] == "shop"
    assert not found["web-secrets"].options.delete_before_replace


def test_pods_name_that_secret_and_wait_for_it_so_that_a_new_one_rolls_them() -> None:
    found = made()
    deployment = found.one(type="kubernetes:apps/v1:Deployment")
    [variable] = [
        one
        for one in deployment.inputs["spec"]["template"]["spec"]["containers"][0]["env"]
        if one["name"] == "DATABASE_URL"
    ]
    reference = variable["valueFrom"]["secretKeyRef"]
    assert reference["key"] == "DATABASE_URL"
    assert "web-secrets" in json.dumps(reference["name"])
    assert "web-secrets" in {found.by_urn[urn].name for urn in found.depends(deployment.urn)}
    runs = found.one(type="kubernetes:batch/v1:Job")
    assert "migrate-secrets" in {found.by_urn[urn].name for urn in found.depends(runs.urn)}


def test_nobody_sees_the_value() -> None:
    assert CANARY not in made().model_dump_json()


def test_without_a_cluster_the_manifest_shows_where_it_will_come_from() -> None:
    env = {one["name"]: one for one in container(web(env=ENV))["env"]}
    assert env["DATABASE_URL"]["valueFrom"]["secretKeyRef"] == {"name": "web-secrets", "key": "DATABASE_URL"}


def test_a_secret_that_is_not_set_is_found_before_anything_is_made() -> None:
    def found(**secrets: object) -> list[str]:
        ground = Ground(
            environment="stage",
            domain="stage.acme.example",
            labels=LABELS,
            tenants={"shop": TenantArgs()},
            secrets=secrets,
        )
        specs = {"web": web(env=ENV, hosts=[])}
        return [problem.text() for problem in app_problems(specs, {"web": AppOverlay()}, ground)]

    assert found(shop_database="set") == []
    [text] = found()
    assert text.startswith('apps.web.env.DATABASE_URL: needs the secret "shop_database" of the stack, which is not set')
    assert "pulumi config set --secret --path 'homeport:secrets.shop_database'" in text
