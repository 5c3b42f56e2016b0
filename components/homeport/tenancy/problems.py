"""What is wrong between the tenants of a cluster.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from homeport.problems import Problem
from homeport.tenancy.args import TenantArgs
from homeport.tenancy.manifests import namespaces


def tenant_problems(tenants: Mapping[str, TenantArgs], *, taken: Iterable[str] = ()) -> Iterator[Problem]:
    """Namespaces that two would share, or that are somebody else's; paths relative to the section `tenants`.

    Args:
        tenants: name to tenant.
        taken: namespaces of the cluster itself and of its add-ons.
    """
    owners: dict[str, str] = {}
    reserved = set(taken)
    for name, args in tenants.items():
        for namespace in namespaces(name, args):
            path = (name, "namespaces") if args.namespaces is not None else (name,)
            fix = f"name others, for example namespaces: [{name}-apps]"
            if namespace in reserved or namespace == "default" or namespace.startswith("kube-"):
                yield Problem(path, "is a namespace of the cluster or its add-ons, not a tenant's", fix, namespace)
            elif namespace in owners:
                yield Problem(
                    path, f"is a namespace of the tenant {owners[namespace]} already", fix, namespace,
                    related=((owners[namespace],),),
                )  # fmt: skip
            owners.setdefault(namespace, name)
