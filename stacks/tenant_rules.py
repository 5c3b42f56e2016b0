"""Whether anybody is in the groups that tenants name. Pure; paths are those of the stack file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homeport.cluster.eks_args import EksClusterArgs
from homeport.cluster.existing_args import ExistingClusterArgs
from homeport.cluster.gke_args import GkeClusterArgs
from homeport.problems import Path, Problem
from homeport.tenancy.args import TenantArgs


def group_problems(
    tenants: Mapping[str, TenantArgs], cluster: GkeClusterArgs | EksClusterArgs | ExistingClusterArgs
) -> Iterator[Problem]:
    """Groups that the cluster does not know; whom an existing cluster knows is not known here."""
    named = [
        (("tenants", name, "groups", role, index), group)
        for name, tenant in tenants.items()
        for role in ("admin", "edit", "view")
        for index, group in enumerate(getattr(tenant.groups, role))
    ]
    if isinstance(cluster, GkeClusterArgs):
        yield from _on_gke(named, cluster)
    elif isinstance(cluster, EksClusterArgs):
        yield from _on_eks(named, cluster)


def _on_gke(named: list[tuple[Path, str]], cluster: GkeClusterArgs) -> Iterator[Problem]:
    for path, group in named:
        if "@" not in group:
            yield Problem(
                path,
                "must be the address of a Google group: that is what GKE calls it",
                f"for example {group}@acme.example",
                group,
            )
    if named and cluster.rbac_group is None:
        path, group = named[0]
        domain = group.rpartition("@")[2] if "@" in group else "acme.example"
        yield Problem(
            path,
            "GKE knows no groups before it is told of the one that holds them all, so the binding would be nobody's",
            f"write cluster: {{rbac_group: gke-security-groups@{domain}}}, and put the group into it",
            group,
            related=(("cluster", "rbac_group"),),
        )


def _on_eks(named: list[tuple[Path, str]], cluster: EksClusterArgs) -> Iterator[Problem]:
    known = {group for entry in cluster.access.values() for group in entry.groups}
    for path, group in named:
        if group not in known:
            yield Problem(
                path,
                "no access entry of the cluster names this group, so nobody is in it",
                f"give it to somebody: cluster: {{access: {{{path[1]}: {{principal: ..., groups: [{group}]}}}}}}",
                group,
                related=(("cluster", "access"),),
            )
