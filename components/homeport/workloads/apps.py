"""`Apps`: every application of a stack, each among its peers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, final

import pulumi

from homeport.addons.args import ChartsArgs
from homeport.cluster.base import Cluster
from homeport.problems import SettingsError
from homeport.tenancy.tenant import Tenant
from homeport.workloads.foreign_kinds import HelmApp, KustomizeApp
from homeport.workloads.ground import Ground
from homeport.workloads.helm_app import HelmAppArgs
from homeport.workloads.job import CronJobArgs, JobArgs
from homeport.workloads.kinds import CronJob, Job, WebApp, Worker
from homeport.workloads.kustomize_app import KustomizeAppArgs
from homeport.workloads.overlay import AppOverlay
from homeport.workloads.resolve import app_problems, deployed
from homeport.workloads.specs import AppSpec, AppSpecs, OwnSpec
from homeport.workloads.web_app import WebAppArgs
from homeport.workloads.worker import WorkerArgs

_KINDS: Final[dict[type[Any], type[Any]]] = {
    WebAppArgs: WebApp,
    WorkerArgs: Worker,
    CronJobArgs: CronJob,
    JobArgs: Job,
    HelmAppArgs: HelmApp,
    KustomizeAppArgs: KustomizeApp,
}

#: What brings requests to an app and keeps its records: it is there before the first route and goes after the last.
_ROUTES: Final = ("gateway", "routes", "records")
#: What defines kinds that a chart or a tree may hold, which nobody can know before it is rendered.
_KINDS_OF_OTHERS: Final = ("monitors", "sealed-secrets")


@final
class Apps(pulumi.ComponentResource):
    """The applications of a stack, checked against each other before the first resource.

    Args:
        name: logical name.
        specs: what the program declares.
        overlays: which of it this stack deploys, and what varies: the section `apps`.
        cluster: where.
        ground: what they share.
        tenants: name to tenant; empty where the tenants are another stack's.
        ready: what users of an add-on wait for, by the names of `Exports.items`; see `_ROUTES` and `_KINDS_OF_OTHERS`.
        nodes: what pods wait for: somewhere to run. On the way down they are gone before a node is drained, which a
            disruption budget would hold up.
        charts: a folder or mirror that stands in for every chart repository.
        opts: with providers for the cluster's cloud, where apps have permissions.

    Raises:
        SettingsError: everything that is wrong.
    """

    hosts: dict[str, list[str]]
    """Public app to its hosts."""
    specs: dict[str, AppSpec]
    """Every app of this stack, as it is here."""

    def __init__(
        self,
        name: str,
        specs: AppSpecs,
        overlays: Mapping[str, AppOverlay],
        *,
        cluster: Cluster,
        ground: Ground,
        tenants: Mapping[str, Tenant] | None = None,
        ready: Mapping[str, Sequence[pulumi.Resource]] | None = None,
        nodes: Sequence[pulumi.Resource] = (),
        charts: ChartsArgs | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        problems = list(app_problems(specs, overlays, ground))
        if problems:
            raise SettingsError(problems)
        super().__init__("homeport:workloads:Apps", name, None, opts)
        given = dict(ready or {})
        made: dict[str, pulumi.Resource] = {}
        self.hosts = {}
        self.specs = {}
        for app, one in deployed(specs, overlays, ground).items():
            tenant = (tenants or {}).get(one.spec.tenant)
            component = _KINDS[type(one.spec)](
                app,
                one.spec,
                cluster=cluster,
                place=one.place,
                after=tenant.ready if tenant else [],
                jobs=[*(made[job] for job in one.place.jobs), *nodes, *_foreign_kinds(one.spec, given)],
                routes_after=_leaves(given, _ROUTES),
                **self._more(one.spec, given, charts),
                opts=pulumi.ResourceOptions(parent=self),
            )
            made[app] = component.runs
            self.specs[app] = one.spec
            if isinstance(one.spec, WebAppArgs) and one.spec.public_hosts(app, ground.domain):
                self.hosts[app] = one.spec.public_hosts(app, ground.domain)
        self.register_outputs({"apps": sorted(made)})

    @staticmethod
    def _more(
        spec: AppSpec, ready: Mapping[str, Sequence[pulumi.Resource]], charts: ChartsArgs | None
    ) -> dict[str, Any]:
        """What only some kinds are told."""
        if isinstance(spec, HelmAppArgs):
            return {"charts": charts}
        return {} if isinstance(spec, KustomizeAppArgs) else {"monitors_after": ready.get("monitors", ())}


def _foreign_kinds(spec: AppSpec, ready: Mapping[str, Sequence[pulumi.Resource]]) -> list[pulumi.Resource]:
    return [] if isinstance(spec, OwnSpec) else _leaves(ready, _KINDS_OF_OTHERS)


def _leaves(ready: Mapping[str, Sequence[pulumi.Resource]], names: Sequence[str]) -> list[pulumi.Resource]:
    return [leaf for name in names for leaf in ready.get(name, ())]
