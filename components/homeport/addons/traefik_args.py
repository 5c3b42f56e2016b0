"""The section `addons.traefik`.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from homeport.addons.args import AddonArgs
from homeport.model import Model, rule_error
from homeport.problems import Problem
from homeport.values import Cidr, DnsLabel

#: What browsers ask of a domain in their preload list. https://hstspreload.org/#submission-requirements
_PRELOAD_DAYS: Final = 365


_LABEL: Final = r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?"
_HOST: Final = re.compile(rf"(\*\.)?({_LABEL}\.)+{_LABEL}")


def _host(value: str) -> str:
    if len(value) > 253 or not _HOST.fullmatch(value):
        raise rule_error(
            "must be a DNS name in lower case, or one with an asterisk as its whole first label",
            'for example "*.api.stage.acme.example"',
        )
    return value


#: A DNS name, or all names one label below one: "*.api.stage.acme.example".
Host = Annotated[str, AfterValidator(_host)]


class Hsts(Model):
    """HTTP Strict Transport Security: browsers that have seen it once never ask over plain HTTP again.

    https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Strict-Transport-Security
    """

    max_age_days: int = Field(default=365, ge=1)
    """Days for which browsers remember it. What they were told cannot be taken back before."""
    include_subdomains: bool = True
    """Whether it holds for every name below the one that was asked for."""
    preload: bool = False
    """Whether the domain may be built into browsers, which takes months to undo."""

    def check(self) -> Iterable[Problem]:
        """Preloading asks for the most."""
        if self.preload and (self.max_age_days < _PRELOAD_DAYS or not self.include_subdomains):
            yield Problem(
                ("preload",),
                f"needs include_subdomains and max_age_days of {_PRELOAD_DAYS} or more",
                "set them, or preload: false",
                value=True,
                related=(("max_age_days",), ("include_subdomains",)),
            )


class TraefikArgs(AddonArgs):
    """The gateway: where HTTP comes in, for routes of the Gateway API and for Ingresses."""

    exposure: Literal["public", "internal", "cluster"] | None = None
    """Who reaches it. public: the internet. internal: the cluster's network and what is connected to it. cluster: pods
    alone, by a Service of type ClusterIP. Default: public; cluster where the cloud is none. A change makes another load
    balancer."""
    address: Literal["reserved", "automatic"] | None = None
    """reserved: its public addresses are the stack's own and outlive the load balancer. automatic: the cloud gives it
    some. Default: reserved where it is public and homeport made the cluster."""
    source_ranges: list[Cidr] = Field(default_factory=list)
    """Ranges from which the load balancer takes connections; default: any."""
    load_balancer_name: Annotated[str, Field(min_length=1)] | None = None
    """Name of the load balancer, on AWS; default: the cluster's name and -gateway. A change makes another one."""
    certificate: DnsLabel | None = None
    """Secret of type kubernetes.io/tls in the namespace traefik that something else keeps; default: a certificate by
    cert-manager for the stack's domain, all names one label below it, and `extra_hosts`."""
    extra_hosts: list[Host] = Field(default_factory=list)
    """Further names in the certificate, below the stack's domain, for example "*.api.stage.acme.example"."""
    hsts: Hsts | None = Hsts()
    """What browsers are told about HTTPS; null: nothing."""
    replicas: int | None = Field(default=None, ge=1)
    """Number of proxies; default: 2, with the profile minimal 1."""
