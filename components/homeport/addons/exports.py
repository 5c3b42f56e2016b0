"""What add-ons offer to tenants and applications.

Pure: nothing here imports pulumi.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GatewayExport:
    """A Gateway that routes can attach to.

    Attributes:
        name: of the Gateway object.
        namespace: where it lives.
        https: name of its HTTPS listener for hosts under the stack's domain.
        http: name of its HTTP listener, which only redirects; None where there is none.
        proxy_namespace: where the proxy's pods run: who network policies let in.
        proxy_labels: label of the proxy's pods, key and value.
        domain: hosts under it have a certificate.
        item: "add-on/key" of the Gateway, which routes wait for.
        covered: names in its certificate, for example *.stage.acme.example, which holds for one label alone; empty
            where they are not known.
    """

    name: str
    namespace: str
    https: str
    http: str | None
    proxy_namespace: str
    proxy_labels: tuple[tuple[str, str], ...]
    domain: str
    item: str
    covered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Exports:
    """What there is; None or False where no add-on brings it.

    Attributes:
        issuer: ClusterIssuer for certificates that browsers trust.
        internal_issuer: ClusterIssuer of the cluster's own CA.
        gateway: where HTTP comes in.
        ingress_class: where there is no gateway: class for Ingress objects.
        monitors: whether ServiceMonitors and PodMonitors are known kinds.
        monitoring_namespace: where Prometheus runs: who network policies let in to scrape.
        sealed_secrets: whether SealedSecrets are turned into Secrets.
        hosts: where add-ons themselves answer, each with the add-on's name: apps need others.
        items: what a user of them waits for: "issuer" -> "cert-manager/issuer-letsencrypt", "monitors" -> ...
    """

    issuer: str | None = None
    internal_issuer: str | None = None
    gateway: GatewayExport | None = None
    ingress_class: str | None = None
    monitors: bool = False
    monitoring_namespace: str | None = None
    sealed_secrets: bool = False
    items: tuple[tuple[str, str], ...] = ()
    hosts: tuple[tuple[str, str], ...] = ()
