"""The organisation's applications: what each is. What varies from stack to stack stands in `homeport:apps`.

An application is deployed where a stack file names it: `homeport:apps: {web: {tag: 1.4.2}}`.
"""

from __future__ import annotations

from homeport.workloads.args import Flow, FromSecret, Resources
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.kustomize_app import ImageOverride, KustomizeAppArgs
from homeport.workloads.probes import Probe
from homeport.workloads.scaling import Autoscale
from homeport.workloads.specs import AppSpec
from homeport.workloads.web_app import Metrics, WebAppArgs
from homeport.workloads.worker import WorkerArgs


def specs(registry: str, domain: str) -> dict[str, AppSpec]:
    """Name to application.

    Args:
        registry: what images' names begin with.
        domain: of the environment.
    """
    api_image = f"{registry}/api"
    # Optional, so that a new stack comes up before anybody has sealed the Secret: without it the shop shows its window.
    database = FromSecret(secret="shop-database", key="url", optional=True)  # noqa: S106 - a name
    return {
        # The shop: what customers see, what it asks, what works behind it, what cleans up at night.
        "web": WebAppArgs(
            tenant="shop",
            image=f"{registry}/web",
            env={"API_URL": "http://api"},
            readiness=Probe(http="/healthz"),
            autoscale=Autoscale(min=2, max=6),
            connects=[Flow(app="api")],
            tolerates_spot=True,
        ),
        "api": WebAppArgs(
            tenant="shop",
            image=api_image,
            hosts=[],
            env={"DATABASE_URL": database},
            readiness=Probe(http="/healthz"),
            metrics=Metrics(),
            resources=Resources(cpu="200m", memory="256Mi"),
            connects=[Flow(internet=True)],
            after=["migrate"],
        ),
        "worker": WorkerArgs(
            tenant="shop",
            image=f"{registry}/worker",
            env={"API_URL": "http://api", "DATABASE_URL": database},
            connects=[Flow(app="api"), Flow(internet=True)],
            after=["migrate"],
            tolerates_spot=True,
        ),
        "cleanup": CronJobArgs(
            tenant="shop",
            image=api_image,
            command=["/app/cleanup"],
            schedule="15 3 * * *",
            time_zone="Europe/Berlin",
            env={"DATABASE_URL": database},
        ),
        "migrate": JobArgs(
            tenant="shop",
            image=api_image,
            command=["/app/migrate"],
            env={"DATABASE_URL": database},
        ),
        # A chart that was there before: as it is, with the hosts and images of this program.
        "dashboard": HelmAppArgs(
            tenant="tools",
            chart="apps/charts/dashboard",
            values={
                "image": {"repository": f"{registry}/dashboard"},
                "host": f"dashboard.{domain}",
                "issuer": "letsencrypt",
            },
            port=8080,
            public=True,
            owns_cloud_objects=True,
        ),
        # A Kustomize tree that was there before: the overlay of the environment, with the image of this program.
        "feedback": KustomizeAppArgs(
            tenant="tools",
            path="apps/feedback/overlays/{environment}",
            pods={"app.kubernetes.io/name": "feedback"},
            port=8080,
            images={"registry.example/apps/feedback": ImageOverride(name=f"{registry}/feedback")},
        ),
    }
