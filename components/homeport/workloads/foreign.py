"""Applications whose manifests somebody else wrote: what homeport has to know of their pods.

A tenant's namespaces are closed, so whatever runs in them says whom it talks to.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from homeport.kube.manifest import Manifest
from homeport.problems import Problem
from homeport.workloads.args import AppBase, Port
from homeport.workloads.context import Place
from homeport.workloads.policies import network_policy


class ForeignArgs(AppBase):
    """What a chart or a Kustomize tree does not tell."""

    pods: Annotated[dict[str, str], Field(min_length=1)] | None = None
    """Labels that find its pods; default: app.kubernetes.io/instance with the app's name, as charts have it."""
    port: Port | None = None
    """Port on which its pods serve; default: nobody connects to it."""
    public: bool = False
    """Whether the gateway's proxy may connect to that port, for the Ingress or HTTPRoute that it brings."""

    def check(self) -> Iterator[Problem]:
        """Whoever may connect needs a port."""
        if self.port is None and (self.public or self.admits):
            field = "public" if self.public else "admits"
            yield Problem((field,), "has no effect without a port", "name the port on which its pods serve")


def pod_selector(args: ForeignArgs, app: str) -> dict[str, str]:
    """Labels that find its pods."""
    return dict(args.pods or {"app.kubernetes.io/instance": app})


def foreign_policy(args: ForeignArgs, place: Place) -> Manifest:
    """The network policy of its pods: exactly the declared flows."""
    labels = {**place.labels.kubernetes(), "app.kubernetes.io/part-of": place.tenant}
    return network_policy(
        args,
        place,
        labels={**labels, "app.kubernetes.io/name": place.app},
        pods=pod_selector(args, place.app),
        port=args.port,
        public=args.public,
    )
