"""Who reaches the Kubernetes API of an EKS cluster, and how: pure.

https://docs.aws.amazon.com/eks/latest/userguide/cluster-endpoint.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.model import Model, rule_error
from homeport.network.plan import RFC1918, inside
from homeport.problems import Problem
from homeport.values import Cidr

#: Most ranges that EKS takes. https://docs.aws.amazon.com/eks/latest/userguide/service-quotas.html
MOST_PUBLIC_CIDRS: Final = 40

_PROXY: Final = re.compile(r"(https?|socks5)://[A-Za-z0-9.-]+(:[0-9]{1,5})?/?")


def _proxy_url(value: str) -> str:
    if "@" in value:
        raise rule_error(
            "must not hold a user or password: a kubeconfig is handed around",
            "let the proxy know its users by their network or certificate",
        )
    if not _PROXY.fullmatch(value):
        raise rule_error("must be the URL of an HTTP or SOCKS5 proxy", "for example http://proxy.acme.example:3128")
    return value


class EksApi(Model):
    """Who reaches the Kubernetes API.

    Every request is also checked by IAM and RBAC, whatever way it comes.
    """

    private: bool = True
    """Answer inside the VPC, for nodes and for whoever comes by `path`."""
    public: bool = False
    """Also answer on the internet, to `public_cidrs`."""
    public_cidrs: dict[str, Cidr] = Field(default_factory=dict)
    """Name to range that may connect from the internet."""
    open_to_world: bool = False
    """Consent to 0.0.0.0/0 among `public_cidrs`: every host on the internet may try to log in."""
    path: Literal["none", "network", "proxy", "session-manager"] = "none"
    """How people and CI reach the private address. none: they do not. network: they are in the VPC or a network that
    is connected to it (VPN, Direct Connect, runners inside). proxy: through `proxy_url`. session-manager: through a
    tunnel of AWS Systems Manager over any node, to `local_port` of the own machine; no bastion, no open port.
    docs/clusters-eks.md shows each."""
    proxy_url: Annotated[str, AfterValidator(_proxy_url)] | None = None
    """With path proxy: what kubectl, helm and Pulumi go through; it becomes the kubeconfig's proxy-url."""
    local_port: Annotated[int, Field(ge=1024, le=65535)] = 8443
    """With path session-manager: the tunnel's end on the machine that uses it."""

    def check(self) -> Iterator[Problem]:
        """Something answers, to somebody, and nobody is locked out."""
        if not self.private and not self.public:
            yield Problem(
                ("private",),
                "neither the private nor the public address would answer; EKS refuses that",
                "write private: true",
                value=False,
                related=(("public",),),
            )
        yield from self._path_problems()
        yield from self._public_problems()

    def _path_problems(self) -> Iterator[Problem]:
        if self.private and not self.public and self.path == "none":
            yield Problem(
                ("path",),
                "the API answers inside the VPC alone and no way there is named: whoever deploys would lock "
                "themselves out at the first resource in the cluster",
                "write path: network (the deploying machine is in the VPC or connected to it), path: proxy with "
                "proxy_url, or path: session-manager; or public: true with public_cidrs",
                self.path,
                related=(("public",), ("private",)),
            )
        if self.path != "none" and not self.private:
            yield Problem(
                ("path",),
                "leads to the private address, which does not answer",
                "write private: true, or path: none",
                self.path,
                related=(("private",),),
            )
        if self.path == "proxy" and self.proxy_url is None:
            yield Problem(
                ("proxy_url",),
                "path: proxy needs the proxy's URL",
                "add proxy_url, for example http://proxy.acme.example:3128",
                related=(("path",),),
            )
        if self.path != "proxy" and self.proxy_url is not None:
            yield Problem(
                ("proxy_url",),
                f"has no effect: path is {self.path}",
                "write path: proxy, or remove proxy_url",
                self.proxy_url,
                related=(("path",),),
            )

    def _public_problems(self) -> Iterator[Problem]:
        if self.public and not self.public_cidrs:
            yield Problem(
                ("public_cidrs",),
                "public: true needs the networks that may connect; EKS would let the whole internet in",
                "add them, for example {office: 203.0.113.0/24}",
                related=(("public",),),
            )
        if self.public_cidrs and not self.public:
            yield Problem(
                ("public_cidrs",),
                "has no effect: the API does not answer on the internet",
                "write public: true, or remove them",
                related=(("public",),),
            )
        if len(self.public_cidrs) > MOST_PUBLIC_CIDRS:
            yield Problem(
                ("public_cidrs",),
                f"EKS takes {MOST_PUBLIC_CIDRS} ranges at most; here are {len(self.public_cidrs)}",
                "join neighbouring ranges, or go through a proxy",
                len(self.public_cidrs),
            )
        world = [name for name, cidr in self.public_cidrs.items() if cidr.endswith("/0")]
        if self.public and self.public_cidrs and not world and not self.private:
            yield Problem(
                ("private",),
                "nodes come from the internet too where the private address does not answer, and public_cidrs would "
                "lock them out",
                "write private: true",
                value=False,
                related=(("public_cidrs",),),
            )
        for name in world:
            if not self.open_to_world:
                yield Problem(
                    ("public_cidrs", name),
                    "opens the Kubernetes API to the whole internet",
                    "name the networks that need it, or consent with open_to_world: true",
                    self.public_cidrs[name],
                    related=(("open_to_world",),),
                )
        for name, cidr in self.public_cidrs.items():
            if inside(cidr, *RFC1918):
                yield Problem(
                    ("public_cidrs", name),
                    "is a private range, and nobody comes from there over the internet; EKS refuses it",
                    "write the public addresses that the network is seen with; from within, use path: network",
                    cidr,
                )
