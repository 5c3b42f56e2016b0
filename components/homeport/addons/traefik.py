"""Traefik as the gateway of a cluster: Gateway API and Ingress, HTTPS, one address.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final, final

from homeport.addons import traefik_objects as objects
from homeport.addons.address import ReservedAddress
from homeport.addons.args import AddonArgs
from homeport.addons.base import Addon
from homeport.addons.crds import GATEWAY_API, gateway_kinds
from homeport.addons.exports import GatewayExport
from homeport.addons.items import Chart, ImageValues, Item, Namespace, Need
from homeport.addons.prometheus_rule import MONITOR_KINDS, monitored
from homeport.addons.site import Site
from homeport.addons.traefik_args import TraefikArgs
from homeport.addons.traefik_service import ADDRESS, exposure, reserved, service_problems
from homeport.addons.traefik_values import NAME, NAMESPACE, SAFETY, values
from homeport.problems import Problem

#: Of the Gateway API, which Traefik watches whole: one kind that is missing, and it serves no Gateway at all.
_KINDS: Final = "Traefik watches every kind of the Gateway API's standard channel, version 1.5 or later"


@final
class Traefik(Addon[TraefikArgs]):
    """See https://doc.traefik.io/traefik/ and the chart, https://github.com/traefik/traefik-helm-chart."""

    name: ClassVar[str] = NAME
    args: ClassVar[type[AddonArgs]] = TraefikArgs
    # The label lets the AWS Load Balancer Controller hold a new proxy unready until its load balancer knows it.
    # https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/pod_readiness_gate/
    namespace: ClassVar[Namespace] = Namespace(
        NAMESPACE, "restricted", labels=(("elbv2.k8s.aws/pod-readiness-gate-inject", "enabled"),)
    )

    def problems(self, args: TraefikArgs, site: Site) -> Iterator[Problem]:
        """What the cloud, the cluster or another section does not allow."""
        yield from service_problems(args, site)
        yield from _certificate_problems(args, site)
        yield from _definition_problems(site)

    def items(self, args: TraefikArgs, site: Site) -> Sequence[Item]:
        """Addresses, release, certificate, Gateway, and what stands beside them."""
        out: list[Item] = [objects.priority(), objects.policy(site), _release(args, site)]
        if reserved(args, site):
            zones = site.zones[: site.public_subnets] if site.cloud == "aws" else ()
            out.append(ReservedAddress(key=ADDRESS, cloud="aws" if site.cloud == "aws" else "gcp", zones=zones))
        needs = [
            Need("release", "the release brings its class and what programs it"),
            gateway_kinds("Gateway is a kind of its"),
            Need("external-dns/release", "its records are removed when it goes", "destroy", optional=True),
        ]
        if args.certificate is None:
            out.append(objects.certificate(args, site))
            needs.append(Need("certificate", "its HTTPS listener is programmed once the certificate's Secret is there"))
        out.append(objects.gateway(args, needs))
        if monitored(site):
            out.append(objects.gateway_alerts())
        return out

    def exports(self, args: TraefikArgs, site: Site) -> Mapping[str, Any]:
        """The Gateway for routes, and the class for Ingresses."""
        return {
            "gateway": GatewayExport(
                name=objects.GATEWAY,
                namespace=NAMESPACE,
                https=objects.HTTPS,
                http=objects.HTTP,
                proxy_namespace=NAMESPACE,
                proxy_labels=(("app.kubernetes.io/name", NAME),),
                domain=site.domain,
                item=f"{NAME}/gateway",
                # Of a certificate that something else keeps, nobody here knows the names.
                covered=() if args.certificate else objects.names_of(args, site),
            ),
            "ingress_class": NAME,
            "items": {"gateway": f"{NAME}/gateway"},
        }


def _release(args: TraefikArgs, site: Site) -> Chart:
    needs = [
        Need("priority", "its pods name the class, and are refused where it is not there"),
        gateway_kinds(f"{_KINDS}, and waits for all of them when it starts"),
    ]
    if site.cloud == "aws" and exposure(args, site) != "cluster":
        needs.append(
            Need(
                "aws-load-balancer-controller/release",
                "it makes the load balancer of its Service, without which the release is never ready, and deletes it",
                "both",
                # A cluster that somebody else made may have one already.
                optional=not _ours(site),
            )
        )
    if exposure(args, site) != "cluster":
        # It removes records some seconds after their source went; meanwhile the load balancer goes, which takes longer.
        needs.append(
            Need("external-dns/release", "it still has records to remove when this goes", "destroy", optional=True)
        )
    if reserved(args, site):
        needs.append(Need(ADDRESS, "the load balancer is made with it, and holds it until it is gone", "both"))
    if monitored(site):
        needs.append(MONITOR_KINDS)
    return Chart(
        key="release",
        values=values(args, site),
        safety=SAFETY,
        images=[ImageValues("docker.io/traefik", "image.repository", "image.registry")],
        # Its own kinds are not used: see `providers.kubernetesCRD` in the values.
        skip_crds=True,
        needs=needs,
        owns_cloud_objects=exposure(args, site) != "cluster",
    )


def _ours(site: Site) -> bool:
    return site.project is not None or site.account is not None


def _certificate_problems(args: TraefikArgs, site: Site) -> Iterator[Problem]:
    if args.certificate is None and "cert-manager" not in site.installed:
        yield Problem(
            ("certificate",),
            "HTTPS needs a certificate, and without cert-manager nobody issues one",
            "switch it on: cert-manager: {enabled: true}; or name a Secret of type kubernetes.io/tls in the namespace"
            f" {NAMESPACE}: certificate: gateway-tls",
        )
    if args.certificate is not None and args.extra_hosts:
        yield Problem(
            ("extra_hosts",),
            "are names for a certificate by cert-manager, and here the Secret is somebody else's",
            "remove them, or remove certificate",
            related=(("certificate",),),
        )
    for index, host in enumerate(args.extra_hosts):
        if not host.endswith(f".{site.domain}"):
            yield Problem(
                ("extra_hosts", index),
                f"must lie below the stack's domain, {site.domain}, whose zone proves it",
                "choose a name below it",
                host,
            )


def _definition_problems(site: Site) -> Iterator[Problem]:
    if GATEWAY_API in site.provides:
        yield Problem(
            (),
            f"{_KINDS}, and what GKE installs by itself leaves GRPCRoute out: Traefik would serve no Gateway at all",
            f"let the add-on {GATEWAY_API} install them: set gateway_api: false in homeport:cluster",
        )
    elif GATEWAY_API not in site.installed:
        yield Problem(
            (),
            f"{_KINDS}, and nothing installs them",
            f"switch them on: {GATEWAY_API}: {{enabled: true}}; where the cluster has them from somebody else,"
            " {present: true}",
        )
