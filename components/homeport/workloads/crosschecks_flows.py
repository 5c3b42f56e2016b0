"""Flows between the applications of a stack: what is wrong with them.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from homeport.problems import Problem
from homeport.workloads.specs import AppSpec, flow_ports, kind_of


def flow_problems(
    there: Mapping[str, AppSpec], program: str, elsewhere: Mapping[str, str] | None = None
) -> Iterator[Problem]:
    """Flows to nobody, to no port, and to other tenants without their consent; paths apps.<name>.connects[n].

    Args:
        there: the applications of the stack.
        program: where the specs stand, for texts.
        elsewhere: applications of the cluster's own stack, where this is another one.
    """
    for name, spec in there.items():
        for number, flow in enumerate(spec.connects):
            if flow.app is None:
                continue
            path = ("apps", name, "connects", number)
            target = there.get(flow.app)
            if target is None and flow.app in (elsewhere or {}):
                yield Problem(
                    path,
                    f"connects to {flow.app}, which the cluster's own stack deploys: its network policy is made there,"
                    " and knows nothing of this app",
                    f"deploy both in one stack, or remove the flow in {program}",
                )
            elif target is None:
                yield Problem(
                    path,
                    f"connects to {flow.app}, which is not deployed in this stack",
                    f"name it in the stack file too: {flow.app}: {{tag: ...}}; or remove the flow in {program}",
                )
            elif not flow_ports(flow, target):
                yield Problem(
                    path,
                    f"connects to {flow.app}, which is a {kind_of(target)} and has no port of its own",
                    "name the ports of the flow, for example ports=[5432]",
                )
            elif target.tenant != spec.tenant and spec.tenant not in target.admits_tenants:
                yield Problem(
                    path,
                    f"connects to {flow.app} of the tenant {target.tenant}, which does not admit the tenant"
                    f" {spec.tenant}",
                    f"if it may: admits_tenants=[{spec.tenant!r}] of {flow.app}",
                    related=(("apps", flow.app),),
                )
